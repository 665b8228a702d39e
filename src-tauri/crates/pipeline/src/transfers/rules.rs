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

    /// When these hours begin, for a moment outside them. Hours of which the clock skips the beginning in spring begin when the skip ends,
    /// and such as it repeats in autumn begin twice.
    pub fn next(&self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        let today = at.to_zoned(zone.clone()).date();
        let mut begins: Vec<Timestamp> = zone.following(at).next().map(|change| change.timestamp()).into_iter().collect();
        for days in 0..=DAYS {
            let Ok(date) = today.checked_add(days.days()) else { break };
            let begin = zone.to_ambiguous_timestamp(date.to_datetime(self.from));
            begins.extend([begin.earlier(), begin.later()].into_iter().flatten());
        }
        begins.into_iter().filter(|begin| *begin > at && self.contain(*begin, zone)).min().unwrap_or(at)
    }
}

/// Hours that the clock skips today come tomorrow.
const DAYS: i64 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_pass_midnight_and_follow_the_clock_on_the_wall() {
        let time = |text: &str| text.parse::<civil::Time>().unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        for (from, to, now, contained, next) in [
            // In winter the wall is one hour ahead.
            ("22:00", "06:00", "2026-11-21T21:00:00Z", true, ""),
            ("22:00", "06:00", "2026-11-21T20:59:59Z", false, "2026-11-21T21:00:00Z"),
            ("22:00", "06:00", "2026-11-22T04:59:59Z", true, ""),
            ("22:00", "06:00", "2026-11-22T05:00:00Z", false, "2026-11-22T21:00:00Z"),
            ("01:00", "05:00", "2026-11-22T00:00:00Z", true, ""),
            ("01:00", "05:00", "2026-11-22T12:00:00Z", false, "2026-11-23T00:00:00Z"),
            ("00:00", "00:00", "2026-11-22T12:00:00Z", true, ""),
            ("08:00", "08:00", "2026-11-22T05:00:00Z", true, ""),
            // The clock is put back at three: two to three comes twice, and both are within the hours.
            ("02:15", "02:45", "2026-10-25T00:30:00Z", true, ""),
            ("02:15", "02:45", "2026-10-25T01:30:00Z", true, ""),
            ("02:15", "02:45", "2026-10-24T23:00:00Z", false, "2026-10-25T00:15:00Z"),
            // Between the two: the second one begins with its own quarter past two.
            ("02:15", "02:45", "2026-10-25T00:50:00Z", false, "2026-10-25T01:15:00Z"),
            // It is put forward at two: the hours begin when the gap ends.
            ("02:30", "06:00", "2027-03-28T00:59:00Z", false, "2027-03-28T01:00:00Z"),
            ("02:30", "06:00", "2027-03-28T01:00:00Z", true, ""),
            // Hours that lie in the gap do not come on this day.
            ("02:15", "02:45", "2027-03-28T00:30:00Z", false, "2027-03-29T00:15:00Z"),
        ] {
            let hours = Hours { from: time(from), to: time(to) };
            let now = at(now);
            assert_eq!(hours.contain(now, &berlin), contained, "{from}-{to} at {now}");
            if !contained {
                let begin = hours.next(now, &berlin);
                assert_eq!(begin, at(next), "{from}-{to} after {now}");
                assert!(hours.contain(begin, &berlin), "{from}-{to}: {begin} is within");
            }
        }
    }
}
