//! Of requests that overtake each other, only the newest goes on.

use std::sync::{Arc, Mutex, PoisonError};

use swath_domain::{Monitor, Report};
use tokio_util::sync::CancellationToken;

/// One kind of request. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Newest {
    current: Arc<Mutex<CancellationToken>>,
}

impl Newest {
    /// A new request begins; the one before is told to stop.
    pub fn begin(&self) -> Watch {
        let token = CancellationToken::new();
        std::mem::replace(&mut *self.current.lock().unwrap_or_else(PoisonError::into_inner), token.clone()).cancel();
        Watch(token)
    }

    /// Stops the running request.
    pub fn stop(&self) {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).cancel();
    }
}

/// Tells a request whether it is still wanted. Reports go nowhere: these requests have no progress bar.
#[derive(Debug, Clone)]
pub struct Watch(pub CancellationToken);

impl Monitor for Watch {
    fn report(&self, _: Report) {}

    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_request_stops_the_older_one_only() {
        let newest = Newest::default();
        let first = newest.begin();
        assert!(!first.is_cancelled());
        let second = newest.clone().begin();
        assert!(first.is_cancelled() && !second.is_cancelled());
        newest.stop();
        assert!(second.is_cancelled());
        assert!(!newest.begin().is_cancelled());
    }
}
