//! Waiting that ends when the monitor says so.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use swath_domain::{Monitor, Report, Stop};

/// How often a monitor is asked while something is waited for. A monitor has no way to wake anyone, and a user should not notice.
const POLL: Duration = Duration::from_millis(50);

/// The future's value, or `Cancelled` as soon as the monitor says so.
pub(crate) async fn unless_cancelled<T, E>(monitor: &dyn Monitor, future: impl Future<Output = T>) -> Result<T, Stop<E>> {
    let mut future = pin!(future);
    loop {
        if monitor.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        if let Ok(value) = tokio::time::timeout(POLL, future.as_mut()).await {
            return Ok(value);
        }
    }
}

/// A monitor for several transfers of one fetch: when one fails for good, the others end as if cancelled and keep what they have.
pub(crate) struct Together<'a> {
    pub(crate) monitor: &'a dyn Monitor,
    pub(crate) failed: AtomicBool,
}

impl Monitor for Together<'_> {
    fn report(&self, report: Report) {
        self.monitor.report(report);
    }

    fn is_cancelled(&self) -> bool {
        self.failed.load(Ordering::Relaxed) || self.monitor.is_cancelled()
    }
}
