//! What the user lets transfers use: how many, how fast, and when.

use jiff::{Timestamp, ToSpan, civil, tz::TimeZone};

/// What the user lets transfers use.
#[derive(Debug, Clone, PartialEq)]
pub struct TransferRules {
    /// Transfers running at a time, at least 1.
    pub parallel: usize,
    /// Most bytes a second over all of them; `None` for no limit.
    pub bandwidth: Option<u64>,
    /// When they may run; `None` for always.
    pub hours: Option<Hours>,
}

impl Default for TransferRules {
    fn default() -> Self {
        Self { parallel: 3, bandwidth: None, hours: None }
    }
}

/// A part of the day in local time, its end not included. May pass midnight; the whole day when both are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// When transfers may begin.
    pub from: civil::Time,
    /// When they have to stop.
    pub to: civil::Time,
}

impl Hours {
    /// Whether a moment lies in these hours, by the clock on the wall.
    pub fn contain(&self, at: Timestamp, zone: &TimeZone) -> bool {
        let time = at.to_zoned(zone.clone()).time();
        if self.from < self.to { self.from <= time && time < self.to } else { time >= self.from || time < self.to }
    }

    /// When these hours begin, for a moment outside them: `from` of this day or of the next. An hour that the clock skips in spring begins
    /// when the skip ends, and one that it repeats in autumn begins the first time.
    pub fn next(&self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        let today = at.to_zoned(zone.clone()).date();
        let begins = [0, 1, 2].into_iter().filter_map(|days| {
            let date = today.checked_add(days.days()).ok()?;
            Some(date.to_datetime(self.from).to_zoned(zone.clone()).ok()?.timestamp())
        });
        begins.filter(|begin| *begin > at).min().unwrap_or(at)
    }
}
