//! A closed range of calendar days, in UTC.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Every;

/// From the first moment of `from` to the last moment of `to`, both days included, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Ends", into = "Ends")]
#[schemars(with = "Ends")]
pub struct DateRange {
    from: Date,
    to: Date,
}

/// As it is written: `{"from": "2025-06-01", "to": "2025-08-31"}`.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DateRange")]
struct Ends {
    /// First day, `YYYY-MM-DD`.
    from: Date,
    /// Last day, `YYYY-MM-DD`, included.
    to: Date,
}

/// The range ends before it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the period ends on {to}, before it starts on {from}: swap the two dates")]
pub struct DateRangeError {
    from: Date,
    to: Date,
}

impl DateRange {
    /// Both days are included; refused when `to` lies before `from`.
    pub fn new(from: Date, to: Date) -> Result<Self, DateRangeError> {
        if to < from { Err(DateRangeError { from, to }) } else { Ok(Self { from, to }) }
    }

    /// First day.
    pub fn from(&self) -> Date {
        self.from
    }

    /// Last day, included.
    pub fn to(&self) -> Date {
        self.to
    }

    /// Whether a moment falls on one of the days.
    pub fn contains(&self, moment: Timestamp) -> bool {
        let day = moment.to_zoned(TimeZone::UTC).date();
        self.from <= day && day <= self.to
    }

    /// With so many days more before and after it.
    #[must_use]
    pub fn widened(self, days: u16) -> Self {
        let span = jiff::Span::new().days(i64::from(days));
        Self { from: self.from.saturating_sub(span), to: self.to.saturating_add(span) }
    }

    /// The parts of the range, one for each calendar month, season, year or number of days that it touches; cut off at its ends.
    pub fn parts(self, every: Every) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut from = self.from;
        while from <= self.to {
            let next = next_part(from, every);
            parts.push(Self { from, to: self.to.min(next.yesterday().unwrap_or(self.to)) });
            if next <= from {
                break;
            }
            from = next;
        }
        parts
    }

    /// The days that both ranges hold.
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.to.min(other.to)).ok()
    }

    /// The same days in the fewest ranges, in order.
    pub fn union(mut ranges: Vec<Self>) -> Vec<Self> {
        ranges.sort_by_key(|range| (range.from, range.to));
        let mut joined: Vec<Self> = Vec::new();
        for range in ranges {
            match joined.last_mut() {
                Some(last) if last.to.tomorrow().is_ok_and(|next| range.from <= next) => last.to = last.to.max(range.to),
                _ => joined.push(range),
            }
        }
        joined
    }

    /// The interval as STAC wants it: full RFC 3339 on both sides, since servers disagree about bare dates.
    pub fn to_stac(&self) -> String {
        format!("{}T00:00:00Z/{}T23:59:59Z", self.from, self.to)
    }
}

/// The first day of the part after the one that holds `day`; for a number of days, so many days later.
fn next_part(day: Date, every: Every) -> Date {
    let months = match every {
        Every::Days(days) => return day.saturating_add(jiff::Span::new().days(i64::from(days.max(1)))),
        Every::Month => 1,
        Every::Season => 3 - i32::from(day.month()) % 3,
        Every::Year => 13 - i32::from(day.month()),
    };
    day.first_of_month().saturating_add(jiff::Span::new().months(months))
}

impl TryFrom<Ends> for DateRange {
    type Error = DateRangeError;

    fn try_from(ends: Ends) -> Result<Self, DateRangeError> {
        DateRange::new(ends.from, ends.to)
    }
}

impl From<DateRange> for Ends {
    fn from(range: DateRange) -> Self {
        Ends { from: range.from, to: range.to }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_included() {
        let range = DateRange::new("2025-06-01".parse().unwrap(), "2025-06-30".parse().unwrap()).unwrap();
        for (moment, inside) in [
            ("2025-05-31T23:59:59.9Z", false),
            ("2025-06-01T00:00:00Z", true),
            ("2025-06-30T23:59:59.9Z", true),
            ("2025-07-01T00:00:00Z", false),
        ] {
            assert_eq!(range.contains(moment.parse().unwrap()), inside, "{moment}");
        }
    }

    #[test]
    fn a_range_that_ends_before_it_starts_is_refused_with_a_remedy() {
        let json = r#"{"from":"2025-06-30","to":"2025-06-01"}"#;
        let error = serde_json::from_str::<DateRange>(json).unwrap_err().to_string();
        assert!(error.contains("swap the two dates"), "{error}");
    }

    #[test]
    fn parts_cover_every_day_once() {
        let range = |from: &str, to: &str| DateRange::new(from.parse().unwrap(), to.parse().unwrap()).unwrap();
        let check = |every: Every, expected: &[(&str, &str)]| {
            let expected: Vec<_> = expected.iter().map(|(from, to)| range(from, to)).collect();
            assert_eq!(range("2024-11-15", "2025-03-02").parts(every), expected, "{every:?}");
        };
        check(
            Every::Month,
            &[
                ("2024-11-15", "2024-11-30"),
                ("2024-12-01", "2024-12-31"),
                ("2025-01-01", "2025-01-31"),
                ("2025-02-01", "2025-02-28"),
                ("2025-03-01", "2025-03-02"),
            ],
        );
        check(Every::Season, &[("2024-11-15", "2024-11-30"), ("2024-12-01", "2025-02-28"), ("2025-03-01", "2025-03-02")]);
        check(Every::Year, &[("2024-11-15", "2024-12-31"), ("2025-01-01", "2025-03-02")]);
        check(Every::Days(60), &[("2024-11-15", "2025-01-13"), ("2025-01-14", "2025-03-02")]);
        assert_eq!(range("2025-06-01", "2025-06-30").widened(2), range("2025-05-30", "2025-07-02"));
    }
}
