//! Counting the bytes of a file that is begun anew from one source after the other.

use std::sync::atomic::{AtomicU64, Ordering};

use swath_domain::{Monitor, Report};

/// Passes everything on, and takes back what an earlier source has told when the next one begins: each of them counts from nothing.
pub(super) struct Counted<'a> {
    inner: &'a dyn Monitor,
    told: AtomicU64,
}

impl<'a> Counted<'a> {
    pub(super) fn new(inner: &'a dyn Monitor) -> Self {
        Self { inner, told: AtomicU64::new(0) }
    }

    /// The next source begins.
    pub(super) fn begin(&self) {
        let told = self.told.swap(0, Ordering::Relaxed);
        if told > 0 {
            self.inner.report(Report::Lost(told));
        }
    }
}

impl Monitor for Counted<'_> {
    fn report(&self, report: Report) {
        match report {
            Report::Fetched(bytes) | Report::Kept(bytes) => {
                self.told.fetch_add(bytes, Ordering::Relaxed);
            }
            Report::Lost(bytes) => {
                let _ = self.told.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |told| Some(told.saturating_sub(bytes)));
            }
            _ => {}
        }
        self.inner.report(report);
    }

    fn is_cancelled(&self) -> bool {
        self.inner.is_cancelled()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Told(Mutex<i64>);

    impl Monitor for Told {
        fn report(&self, report: Report) {
            let change = match report {
                Report::Fetched(bytes) | Report::Kept(bytes) => bytes as i64,
                Report::Lost(bytes) => -(bytes as i64),
                _ => 0,
            };
            *self.0.lock().unwrap() += change;
        }

        fn is_cancelled(&self) -> bool {
            false
        }
    }

    #[test]
    fn what_one_source_brought_does_not_count_for_the_next() {
        let told = Told::default();
        let counted = Counted::new(&told);
        let sum = || *told.0.lock().unwrap();
        counted.begin();
        [Report::Kept(10), Report::Fetched(90), Report::Lost(30), Report::Stalled(5)].into_iter().for_each(|report| counted.report(report));
        assert_eq!(sum(), 70);
        counted.begin();
        assert_eq!(sum(), 0);
        counted.report(Report::Fetched(5));
        assert_eq!(sum(), 5);
    }
}
