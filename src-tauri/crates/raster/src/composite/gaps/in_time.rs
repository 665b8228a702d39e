//! From the pixel's own series: nearest, and linear.

use super::{Found, LookPixels, how};
use crate::composite::fill::{halves_to_even, whole};

/// Looks in order of time, and the day wanted.
pub(super) struct Series<'a> {
    pub(super) looks: &'a [&'a LookPixels],
    pub(super) day: i32,
}

impl Series<'_> {
    /// Looks that are whole at a pixel, in order of time.
    pub(super) fn at(&self, at: usize) -> impl DoubleEndedIterator<Item = &LookPixels> {
        self.looks.iter().copied().filter(move |look| whole(look, at))
    }

    pub(super) fn away(&self, look: &LookPixels) -> u64 {
        u64::from(look.about.day.abs_diff(self.day))
    }

    pub(super) fn nearest(&self, at: usize) -> Option<Found> {
        let look = self.at(at).min_by_key(|look| (self.away(look), look.about.day, look.number))?;
        Some(Found { spectrum: look.bands.iter().map(|band| band[at]).collect(), how: how::NEAREST, source: look.number })
    }

    pub(super) fn linear(&self, at: usize) -> Option<Found> {
        let before = self.at(at).filter(|l| l.about.day <= self.day).max_by_key(|l| (l.about.day, std::cmp::Reverse(l.number)));
        let after = self.at(at).find(|l| l.about.day >= self.day);
        let (Some(a), Some(b)) = (before, after) else {
            return self.nearest(at);
        };
        if a.about.day == b.about.day {
            return self.nearest(at);
        }
        let (from_a, from_b) = (self.away(a), self.away(b));
        let value =
            |(x, y): (&Vec<u16>, &Vec<u16>)| halves_to_even(u64::from(x[at]) * from_b + u64::from(y[at]) * from_a, from_a + from_b) as u16;
        let source = if from_b < from_a { b.number } else { a.number };
        Some(Found { spectrum: a.bands.iter().zip(&b.bands).map(value).collect(), how: how::LINEAR, source })
    }
}
