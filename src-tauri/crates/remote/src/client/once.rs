//! A value that is fetched once for all who wait for it.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};

use swath_domain::{Monitor, Stop};
use tokio::sync::Mutex;

use crate::{RemoteError, cancel::unless_cancelled};

/// A value that has to be renewed from time to time. Who fetches it holds the lock; who comes meanwhile waits and takes what came, also when
/// it is an error: a hundred waiting transfers must not become a hundred wrong passwords.
pub(crate) struct Once<T> {
    state: Mutex<State<T>>,
    /// Fetches that have ended, well or not.
    ended: AtomicU64,
}

struct State<T> {
    value: Option<T>,
    error: Option<RemoteError>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self { state: Mutex::new(State { value: None, error: None }), ended: AtomicU64::new(0) }
    }
}

impl<T: Clone> Once<T> {
    /// The value if it is good, else a new one. `fetch` is given the old one, good or not.
    pub(crate) async fn get<F>(
        &self,
        monitor: &dyn Monitor,
        good: impl Fn(&T) -> bool,
        fetch: impl FnOnce(Option<T>) -> F,
    ) -> Result<T, Stop<RemoteError>>
    where
        F: Future<Output = Result<T, Stop<RemoteError>>>,
    {
        let asked = self.ended.load(Ordering::SeqCst);
        let mut state = unless_cancelled(monitor, self.state.lock()).await?;
        if let Some(value) = state.value.as_ref().filter(|value| good(value)) {
            return Ok(value.clone());
        }
        if let Some(error) = state.error.as_ref().filter(|_| self.ended.load(Ordering::SeqCst) != asked) {
            return Err(error.clone().into());
        }
        match fetch(state.value.clone()).await {
            Ok(value) => {
                (state.value, state.error) = (Some(value.clone()), None);
                self.ended.fetch_add(1, Ordering::SeqCst);
                Ok(value)
            }
            Err(Stop::Failed(error)) => {
                state.error = Some(error.clone());
                self.ended.fetch_add(1, Ordering::SeqCst);
                Err(error.into())
            }
            // Whoever waits next fetches it.
            Err(Stop::Cancelled) => Err(Stop::Cancelled),
        }
    }

    /// The value as it is, which is then gone.
    pub(crate) async fn take(&self) -> Option<T> {
        self.state.lock().await.value.take()
    }

    /// Sets a value that was fetched otherwise.
    pub(crate) async fn put(&self, value: T) {
        let mut state = self.state.lock().await;
        (state.value, state.error) = (Some(value), None);
    }

    /// The value if nobody is fetching it.
    pub(crate) fn peek(&self) -> Option<T> {
        self.state.try_lock().ok()?.value.clone()
    }
}

#[cfg(test)]
mod tests {
    use swath_domain::Never;

    use super::*;

    #[tokio::test]
    async fn a_hundred_who_wait_share_one_fetch_and_also_its_failure() {
        for fails in [false, true] {
            let (once, fetched) = (Once::<u64>::default(), AtomicU64::new(0));
            let fetch = |_| async {
                tokio::task::yield_now().await;
                let number = fetched.fetch_add(1, Ordering::SeqCst);
                if fails { Err(RemoteError::Unsupported { what: number.to_string() }.into()) } else { Ok(number) }
            };
            let all = futures::future::join_all((0..100).map(|_| once.get(&Never, |_| true, fetch))).await;
            assert_eq!(fetched.load(Ordering::SeqCst), 1);
            assert!(all.iter().all(|got| got.is_ok() != fails));
            let again = once.get(&Never, |_| true, fetch).await;
            assert_eq!((again.is_ok(), fetched.load(Ordering::SeqCst)), (!fails, 1 + u64::from(fails)), "who comes later tries anew");
        }
    }
}
