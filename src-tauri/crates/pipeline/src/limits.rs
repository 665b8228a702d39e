//! Three kinds of work, three limits, each movable while jobs run.

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What a user lets Swath use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Requests at a time, over all hosts.
    pub network: usize,
    /// Blocks computed at a time.
    pub cpu: usize,
    /// Files written at a time.
    pub disk: usize,
    /// Bytes for blocks in work. Taken into account when a job is planned.
    pub memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self { network: 16, cpu: cores, disk: 2, memory: 1 << 30 }
    }
}

impl Limits {
    /// At least one of everything, so that nothing waits for ever.
    pub(crate) fn sane(self) -> Self {
        Self { network: self.network.max(1), cpu: self.cpu.max(1), disk: self.disk.max(1), memory: self.memory.max(256 << 20) }
    }
}

/// A number of slots that can change while they are in use.
#[derive(Debug)]
pub(crate) struct Slots {
    semaphore: Arc<Semaphore>,
    size: Mutex<usize>,
}

impl Slots {
    pub(crate) fn new(size: usize) -> Self {
        Self { semaphore: Arc::new(Semaphore::new(size)), size: Mutex::new(size) }
    }

    /// Waits for a slot. Slots are never held while waiting for another kind.
    pub(crate) async fn take(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed, so there is always a permit in the end.
        self.semaphore.clone().acquire_owned().await.ok()
    }

    /// A slot if one is free now.
    pub(crate) fn try_take(&self) -> Option<OwnedSemaphorePermit> {
        self.semaphore.clone().try_acquire_owned().ok()
    }

    /// More slots are there at once; fewer become true as running work gives its slots back.
    pub(crate) fn resize(&self, to: usize) {
        let mut size = self.size.lock().unwrap_or_else(PoisonError::into_inner);
        if to > *size {
            self.semaphore.add_permits(to - *size);
        } else if to < *size {
            let surplus = (*size - to) as u32;
            let semaphore = self.semaphore.clone();
            tokio::spawn(async move {
                if let Ok(permits) = semaphore.acquire_many_owned(surplus).await {
                    permits.forget();
                }
            });
        }
        *size = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn slots_grow_at_once_and_shrink_as_work_ends() {
        let slots = Slots::new(1);
        let first = slots.take().await.unwrap();
        slots.resize(2);
        let second = slots.take().await.unwrap();
        slots.resize(1);
        drop(first);
        tokio::task::yield_now().await;
        assert_eq!(slots.semaphore.available_permits(), 0, "the given-back slot is gone");
        drop(second);
        assert!(slots.take().await.is_some());
    }
}
