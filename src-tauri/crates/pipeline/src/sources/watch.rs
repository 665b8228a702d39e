//! A monitor for one place out of several: gives up when its host is found dead by somebody else, or when it falls silent again and again.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use swath_domain::{Monitor, Report};

/// A place that falls silent so often without bringing much in between is left for the next one.
const SILENCES: u32 = 2;
/// Bytes that show that it lives.
const ALIVE: u64 = 64 << 10;

/// Passes everything on; is cancelled also when the place is not worth waiting for.
pub(crate) struct Watch<'a> {
    inner: &'a dyn Monitor,
    /// `None` when there is no other place to go to.
    shut: Option<Arc<AtomicBool>>,
    silence: Mutex<Silence>,
}

#[derive(Default)]
struct Silence {
    times: u32,
    seconds: u32,
    bytes: u64,
}

impl<'a> Watch<'a> {
    pub(super) fn new(inner: &'a dyn Monitor, shut: Option<Arc<AtomicBool>>) -> Self {
        Self { inner, shut, silence: Mutex::default() }
    }

    /// For how many seconds the place was silent, when that is why it was given up.
    pub(super) fn silent(&self) -> Option<u64> {
        let silence = self.silence.lock().unwrap_or_else(PoisonError::into_inner);
        (silence.times >= SILENCES).then_some(u64::from(silence.seconds))
    }

    /// Whether the work itself was cancelled.
    pub(super) fn is_over(&self) -> bool {
        self.inner.is_cancelled()
    }
}

impl Monitor for Watch<'_> {
    fn report(&self, report: Report) {
        {
            let mut silence = self.silence.lock().unwrap_or_else(PoisonError::into_inner);
            match report {
                Report::Stalled(seconds) => {
                    silence.times += 1;
                    silence.seconds += seconds;
                    silence.bytes = 0;
                }
                Report::Fetched(bytes) => {
                    silence.bytes += bytes;
                    if silence.bytes >= ALIVE {
                        *silence = Silence::default();
                    }
                }
                _ => {}
            }
        }
        self.inner.report(report);
    }

    fn is_cancelled(&self) -> bool {
        self.inner.is_cancelled() || self.shut.as_ref().is_some_and(|shut| shut.load(Ordering::Relaxed) || self.silent().is_some())
    }
}
