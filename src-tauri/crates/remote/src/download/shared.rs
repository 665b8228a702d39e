//! What the writer, the follower and the fetch of one part tell each other.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::places::Turn;
use crate::RemoteError;
use crate::ranges::spans::Spans;

/// What the threads of one part have in common.
pub(super) struct Shared {
    state: Mutex<State>,
    moved: Condvar,
    given_up: AtomicBool,
    _turn: Turn,
}

#[derive(Default)]
struct State {
    /// Written, and noted in the journal.
    present: Spans,
    /// The length, once nothing is missing.
    whole: Option<u64>,
    failure: Option<RemoteError>,
}

impl Shared {
    pub(super) fn new(present: Spans, turn: Turn) -> Arc<Self> {
        let state = Mutex::new(State { present, ..State::default() });
        Arc::new(Self { state, moved: Condvar::new(), given_up: AtomicBool::new(false), _turn: turn })
    }

    pub(super) fn arrived(&self, range: Range<u64>) {
        self.state().present.insert(range);
        self.moved.notify_all();
    }

    pub(super) fn failed(&self, error: std::io::Error) {
        self.state().failure.get_or_insert(error.into());
    }

    /// Waits until there is more than `at` without a gap, and tells up to where; `at` itself when that is all there is to come. `None` when
    /// nobody wants it any more.
    pub(super) fn beyond(&self, at: u64) -> Option<u64> {
        let mut state = self.state();
        loop {
            if self.is_given_up() {
                return None;
            }
            let end = state.present.iter().next().filter(|first| first.start == 0).map_or(0, |first| first.end);
            if end > at || state.whole == Some(at) {
                return Some(end.max(at));
            }
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub(super) fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    pub(super) fn give_up(&self) {
        let _state = self.state();
        self.given_up.store(true, Ordering::Relaxed);
        self.moved.notify_all();
    }

    /// What is written.
    pub(super) fn present(&self) -> Spans {
        self.state().present.clone()
    }

    /// Why something could not be written or flushed.
    pub(super) fn failure(&self) -> Option<RemoteError> {
        self.state().failure.clone()
    }

    /// Nothing more will come: the whole has this length. `false` when some of it is missing.
    pub(super) fn complete(&self, length: u64) -> bool {
        let mut state = self.state();
        let whole = state.present.contains(0..length);
        state.whole = whole.then_some(length);
        drop(state);
        self.moved.notify_all();
        whole
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
