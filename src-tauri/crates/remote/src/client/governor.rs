//! How many requests a host gets at a time: more while all goes well, fewer as soon as it complains.
//!
//! Additive increase, multiplicative decrease, as TCP does it: services publish no limits that hold, so the limit is found by asking.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// A counter of slots whose number can change while slots are taken.
pub(crate) struct Gate {
    slots: Mutex<Slots>,
    freed: Notify,
}

struct Slots {
    limit: usize,
    taken: usize,
}

impl Gate {
    pub(crate) fn new(limit: usize) -> Self {
        Self { slots: Mutex::new(Slots { limit: limit.max(1), taken: 0 }), freed: Notify::new() }
    }

    pub(crate) fn set_limit(&self, limit: usize) {
        self.slots().limit = limit.max(1);
        self.freed.notify_waiters();
    }

    /// Waits for a slot, in order of asking.
    pub(crate) async fn slot(self: &Arc<Self>) -> Slot {
        loop {
            let freed = self.freed.notified();
            let mut freed = std::pin::pin!(freed);
            freed.as_mut().enable();
            {
                let mut slots = self.slots();
                if slots.taken < slots.limit {
                    slots.taken += 1;
                    return Slot { gate: self.clone() };
                }
            }
            freed.await;
        }
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A taken slot; given back when dropped.
pub(crate) struct Slot {
    gate: Arc<Gate>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.gate.slots().taken -= 1;
        self.gate.freed.notify_one();
    }
}

/// What a governor allows at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostStatus {
    /// Requests at a time that are allowed now.
    pub limit: usize,
    /// Requests that run now.
    pub running: usize,
    /// The most that the limit may become.
    pub most: usize,
    /// How long the host asked to be left alone, from now.
    pub pause: Duration,
}

/// The requests to one host.
pub(crate) struct Governor {
    host: Arc<Gate>,
    total: Arc<Gate>,
    pace: Mutex<Pace>,
}

struct Pace {
    limit: usize,
    most: usize,
    successes: usize,
    /// Complaints about requests that began before this do not count again.
    lowered: Option<Instant>,
    pause_until: Option<Instant>,
    interval: Duration,
    next_start: Option<Instant>,
}

/// The permission to run one request.
pub(crate) struct Permit {
    began: Instant,
    _host: Slot,
    _total: Slot,
}

impl Governor {
    /// Requests at a time to a host about which nothing is known.
    pub(crate) const PARALLEL: usize = 8;
    const FIRST: usize = 4;

    pub(crate) fn new(most: usize, total: Arc<Gate>) -> Self {
        let limit = most.clamp(1, Self::FIRST);
        let pace =
            Pace { limit, most: most.max(1), successes: 0, lowered: None, pause_until: None, interval: Duration::ZERO, next_start: None };
        Self { host: Arc::new(Gate::new(limit)), total, pace: Mutex::new(pace) }
    }

    /// Requests at a time (0 for the usual number) and requests a second (0 for no limit).
    pub(crate) fn set_bounds(&self, most: usize, per_second: f64) {
        let mut pace = self.pace();
        pace.most = if most == 0 { Self::PARALLEL } else { most };
        pace.limit = pace.limit.min(pace.most);
        if per_second > 0.0 && per_second.is_finite() {
            pace.interval = Duration::from_secs_f64((1.0 / per_second).min(60.0));
        }
        self.host.set_limit(pace.limit);
    }

    /// Waits for a turn: first the host's, then one of all, so that no common slot is held while a host is waited for. `held` is told how
    /// long the host asked to be left alone when that is what is waited for, and 0 afterwards.
    pub(crate) async fn permit(&self, held: &(dyn Fn(Duration) + Sync)) -> Permit {
        let host = self.host.slot().await;
        let mut told = false;
        while let Some(until) = self.earliest_start() {
            let pause = self.status().pause;
            if !pause.is_zero() {
                held(pause);
                told = true;
            }
            tokio::time::sleep_until(until.into()).await;
        }
        if told {
            held(Duration::ZERO);
        }
        let total = self.total.slot().await;
        Permit { began: Instant::now(), _host: host, _total: total }
    }

    /// A request passed.
    pub(crate) fn succeeded(&self) {
        let mut pace = self.pace();
        pace.successes += 1;
        if pace.successes >= pace.limit {
            pace.successes = 0;
            if pace.limit < pace.most {
                pace.limit += 1;
                self.host.set_limit(pace.limit);
            }
        }
    }

    /// The host complained or fell silent; it may have named a time to wait, which then holds for every request to it.
    pub(crate) fn complained(&self, permit: &Permit, wait: Option<Duration>) {
        let mut pace = self.pace();
        let now = Instant::now();
        if let Some(wait) = wait {
            let until = now + wait.min(Duration::from_secs(600));
            pace.pause_until = Some(pace.pause_until.map_or(until, |other| other.max(until)));
        }
        if pace.lowered.is_none_or(|at| permit.began >= at) {
            pace.limit = (pace.limit / 2).max(1);
            pace.successes = 0;
            pace.lowered = Some(now);
            self.host.set_limit(pace.limit);
        }
    }

    pub(crate) fn status(&self) -> HostStatus {
        let running = self.host.slots().taken;
        let pace = self.pace();
        let pause = pace.pause_until.map_or(Duration::ZERO, |at| at.saturating_duration_since(Instant::now()));
        HostStatus { limit: pace.limit, running, most: pace.most, pause }
    }

    /// When a request may start, if not now. Takes the place in the row of starts when it is now.
    fn earliest_start(&self) -> Option<Instant> {
        let mut pace = self.pace();
        let now = Instant::now();
        let until = pace.pause_until.into_iter().chain(pace.next_start).max().filter(|at| *at > now);
        if until.is_none() && !pace.interval.is_zero() {
            pace.next_start = Some(now + pace.interval);
        }
        until
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_limit_grows_by_one_and_halves_once_for_each_wave_of_complaints() {
        let governor = Governor::new(6, Arc::new(Gate::new(100)));
        assert_eq!(governor.status().limit, 4);
        (0..4).for_each(|_| governor.succeeded());
        assert_eq!(governor.status().limit, 5);
        (0..100).for_each(|_| governor.succeeded());
        assert_eq!(governor.status().limit, 6, "not beyond the bound");
        let (one, two) = (governor.permit(&|_| ()).await, governor.permit(&|_| ()).await);
        governor.complained(&one, None);
        governor.complained(&two, Some(Duration::from_secs(60)));
        assert_eq!(governor.status().limit, 3, "both began before the first complaint");
        assert!(governor.status().pause > Duration::from_secs(50));
        assert_eq!(governor.status().running, 2);
    }

    #[tokio::test]
    async fn a_gate_can_be_widened_while_somebody_waits_and_narrowed_while_slots_are_taken() {
        let gate = Arc::new(Gate::new(1));
        let first = gate.slot().await;
        let waiting = gate.slot();
        let mut waiting = std::pin::pin!(waiting);
        assert!(futures::poll!(waiting.as_mut()).is_pending());
        gate.set_limit(2);
        let second = waiting.await;
        gate.set_limit(1);
        drop(first);
        let third = gate.slot();
        let mut third = std::pin::pin!(third);
        assert!(futures::poll!(third.as_mut()).is_pending(), "one slot is still taken");
        drop(second);
        third.await;
    }
}
