//! Sets of bytes.

use std::collections::BTreeMap;
use std::ops::Range;

/// A set of byte positions, kept as disjoint ranges that do not touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Spans {
    /// End of each range by its start.
    ends: BTreeMap<u64, u64>,
}

impl Spans {
    pub(crate) fn insert(&mut self, Range { mut start, mut end }: Range<u64>) {
        if start >= end {
            return;
        }
        while let Some((&from, &to)) = self.ends.range(..=end).next_back() {
            if to < start {
                break;
            }
            (start, end) = (start.min(from), end.max(to));
            self.ends.remove(&from);
        }
        self.ends.insert(start, end);
    }

    pub(crate) fn remove(&mut self, Range { start, end }: Range<u64>) {
        while let Some((&from, &to)) = self.ends.range(..end).next_back() {
            if to <= start {
                break;
            }
            self.ends.remove(&from);
            if from < start {
                self.ends.insert(from, start);
            }
            if to > end {
                self.ends.insert(end, to);
            }
        }
    }

    pub(crate) fn contains(&self, range: Range<u64>) -> bool {
        range.start >= range.end || self.ends.range(..=range.start).next_back().is_some_and(|(_, to)| *to >= range.end)
    }

    pub(crate) fn touches(&self, range: Range<u64>) -> bool {
        self.ends.range(..range.end).next_back().is_some_and(|(_, to)| *to > range.start)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        self.ends.iter().map(|(from, to)| *from..*to)
    }

    pub(crate) fn total(&self) -> u64 {
        self.iter().map(|r| r.end - r.start).sum()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// What is in this set and not in the other.
    pub(crate) fn without(&self, other: &Spans) -> Spans {
        let mut rest = self.clone();
        for range in self.iter() {
            let first = other.ends.range(..=range.start).next_back().map_or(range.start, |(from, _)| *from);
            for (from, to) in other.ends.range(first..range.end) {
                rest.remove(*from..*to);
            }
        }
        rest
    }
}

impl FromIterator<Range<u64>> for Spans {
    fn from_iter<I: IntoIterator<Item = Range<u64>>>(ranges: I) -> Self {
        let mut spans = Self::default();
        ranges.into_iter().for_each(|range| spans.insert(range));
        spans
    }
}

/// Ranges as they are requested: neighbours closer than `gap` become one where nothing between them is in `keep_out`, and none is longer
/// than `most`.
pub(crate) fn coalesce(wanted: &Spans, keep_out: &Spans, gap: u64, most: u64) -> Vec<Range<u64>> {
    let mut joined: Vec<Range<u64>> = Vec::new();
    for range in wanted.iter() {
        match joined.last_mut() {
            Some(last) if range.start - last.end <= gap && !keep_out.touches(last.end..range.start) => last.end = range.end,
            _ => joined.push(range),
        }
    }
    let mut requests = Vec::new();
    for range in joined {
        let parts = (range.end - range.start).div_ceil(most).max(1);
        // Equal parts, so that the last request is not a leftover of a few bytes.
        let size = (range.end - range.start).div_ceil(parts);
        requests.extend((0..parts).map(|i| range.start + i * size..(range.start + (i + 1) * size).min(range.end)));
    }
    requests
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(ranges: &[(u64, u64)]) -> Spans {
        ranges.iter().map(|(a, b)| *a..*b).collect()
    }

    #[test]
    fn sets_behave_like_sets_of_bytes() {
        // Every operation against the same one on plain arrays of bits.
        let mut seed = 7u64;
        let mut next = |most: u64| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 33) % most
        };
        for _ in 0..200 {
            let (mut set, mut bits) = (Spans::default(), [false; 64]);
            for _ in 0..12 {
                let (a, b) = (next(64), next(64));
                let range = a.min(b)..a.max(b);
                let adding = next(3) > 0;
                bits[range.start as usize..range.end as usize].fill(adding);
                if adding { set.insert(range) } else { set.remove(range) }
            }
            let other: Spans = (0..3).map(|_| next(60)).map(|a| a..a + 3).collect();
            let rest = set.without(&other);
            for at in 0..64u64 {
                assert_eq!(set.contains(at..at + 1), bits[at as usize]);
                assert_eq!(set.touches(at..at + 1), bits[at as usize]);
                assert_eq!(rest.contains(at..at + 1), bits[at as usize] && !other.contains(at..at + 1));
            }
            assert_eq!(set.total(), bits.iter().filter(|b| **b).count() as u64);
            assert!(set.iter().zip(set.iter().skip(1)).all(|(a, b)| a.end < b.start));
        }
    }

    #[test]
    fn neighbours_become_one_request() {
        let none = Spans::default();
        assert_eq!(coalesce(&spans(&[(0, 10), (15, 20), (40, 50)]), &none, 5, 100), [0..20, 40..50]);
        assert_eq!(coalesce(&spans(&[(0, 10), (15, 20)]), &spans(&[(12, 13)]), 5, 100), [0..10, 15..20], "nothing is fetched twice");
        assert_eq!(coalesce(&spans(&[(0, 25)]), &none, 5, 10), [0..9, 9..18, 18..25]);
    }
}
