//! A cap on the bytes a second of all answers together, which the user moves while transfers run.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::Client;

/// What a body is taken to bring before it has come, so that bodies that wait together do not all begin to read at once.
const GUESS: u64 = 16 << 10;

/// What has come is paid for by waiting before more is read: the network's own flow control then slows the sender down.
pub(crate) struct Bandwidth {
    /// Bytes a second; 0 for no cap.
    rate: AtomicU64,
    /// Until when everything is paid for that has come.
    paid: Mutex<Instant>,
    moved: Notify,
}

impl Default for Bandwidth {
    fn default() -> Self {
        Self { rate: AtomicU64::new(0), paid: Mutex::new(Instant::now()), moved: Notify::new() }
    }
}

impl Client {
    /// Bytes a second over all answers together; `None` (and 0) for no limit. Takes effect at once, also for running transfers.
    pub fn set_bandwidth(&self, bytes_per_second: Option<u64>) {
        self.inner.bandwidth.set(bytes_per_second.unwrap_or(0));
    }
}

impl Bandwidth {
    fn set(&self, rate: u64) {
        self.rate.store(rate, Ordering::SeqCst);
        // What had come under the old cap is not paid for at the new one.
        *self.paid() = Instant::now();
        self.moved.notify_waiters();
    }

    /// Waits until something may be read. Nothing is lost when it is not waited for to the end.
    pub(crate) async fn turn(&self) {
        while self.rate.load(Ordering::Relaxed) > 0 {
            let moved = self.moved.notified();
            let until = {
                let mut paid = self.paid();
                let now = Instant::now();
                if *paid <= now {
                    *paid = now + self.cost(GUESS);
                    return;
                }
                *paid
            };
            tokio::select! {
                () = tokio::time::sleep_until(until) => {}
                () = moved => {}
            }
        }
    }

    /// So many bytes came after a turn.
    pub(crate) fn came(&self, bytes: u64) {
        let cost = self.cost(bytes.saturating_sub(GUESS));
        if !cost.is_zero() {
            let mut paid = self.paid();
            *paid = (*paid).max(Instant::now()) + cost;
        }
    }

    fn cost(&self, bytes: u64) -> Duration {
        match self.rate.load(Ordering::Relaxed) {
            0 => Duration::ZERO,
            rate => Duration::from_secs_f64((bytes as f64 / rate as f64).min(3600.0)),
        }
    }

    fn paid(&self) -> MutexGuard<'_, Instant> {
        self.paid.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that several readers get in a second.
    async fn in_a_second(bandwidth: &Bandwidth, piece: u64) -> u64 {
        let came = AtomicU64::new(0);
        let read = || async {
            loop {
                bandwidth.turn().await;
                bandwidth.came(piece);
                came.fetch_add(piece, Ordering::SeqCst);
                tokio::task::yield_now().await;
            }
        };
        let all = futures::future::join_all((0..8).map(|_| read()));
        let _ = tokio::time::timeout(Duration::from_secs(1), all).await;
        came.load(Ordering::SeqCst)
    }

    #[tokio::test]
    async fn readers_together_get_what_is_allowed() {
        let bandwidth = Bandwidth::default();
        for (rate, piece) in [(1 << 20, 16 << 10), (32 << 20, 300 << 10)] {
            bandwidth.set(rate);
            let share = in_a_second(&bandwidth, piece).await as f64 / rate as f64;
            // Every reader may have begun with one piece.
            assert!((0.5..1.3).contains(&share), "{rate} {piece}: {share}");
        }
    }

    #[tokio::test]
    async fn a_cap_that_is_lifted_lets_waiting_readers_go() {
        let bandwidth = Bandwidth::default();
        bandwidth.set(1000);
        bandwidth.turn().await;
        bandwidth.came(1 << 30);
        let waiting = bandwidth.turn();
        let mut waiting = std::pin::pin!(waiting);
        assert!(futures::poll!(waiting.as_mut()).is_pending());
        bandwidth.set(0);
        tokio::time::timeout(Duration::from_millis(500), waiting).await.unwrap();
    }
}
