//! Bytes a second, as a person expects to see it: steady, but honest about a standstill within seconds.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

const OVER: Duration = Duration::from_secs(4);
const STEP: Duration = Duration::from_millis(100);

/// A sliding window of arrivals.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    arrivals: VecDeque<(Instant, u64)>,
    began: Option<Instant>,
}

impl Rate {
    pub(crate) fn add(&mut self, bytes: u64) {
        let now = Instant::now();
        self.began.get_or_insert(now);
        match self.arrivals.back_mut() {
            Some((at, sum)) if now.duration_since(*at) < STEP => *sum += bytes,
            _ => self.arrivals.push_back((now, bytes)),
        }
        self.forget(now);
    }

    pub(crate) fn now(&mut self) -> f64 {
        let now = Instant::now();
        self.forget(now);
        let Some(began) = self.began else { return 0.0 };
        let over = now.duration_since(began).min(OVER).max(STEP).as_secs_f64();
        self.arrivals.iter().map(|(_, bytes)| *bytes).sum::<u64>() as f64 / over
    }

    fn forget(&mut self, now: Instant) {
        while self.arrivals.front().is_some_and(|(at, _)| now.duration_since(*at) > OVER) {
            self.arrivals.pop_front();
        }
        if self.arrivals.is_empty() {
            self.began = None;
        }
    }
}
