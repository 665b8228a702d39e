//! What was asked of the provider, and what it served.

use std::collections::BTreeMap;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// `GET` and the like.
    pub method: String,
    /// Path, without the query.
    pub path: String,
    /// First and last byte that were asked for.
    pub range: Option<(u64, u64)>,
    /// First byte that was served.
    pub start: u64,
    /// Bytes of a file that were served.
    pub served: u64,
}

/// All requests in the order in which they came.
#[derive(Debug, Clone, Default)]
pub struct Traffic {
    /// The requests.
    pub seen: Vec<Seen>,
    /// Requests for files that are being answered.
    pub open: usize,
    /// Most of them at a time.
    pub peak: usize,
    /// Bytes of files that were served in all.
    pub served: u64,
    /// Number of the first request in the list; earlier ones are forgotten.
    first: usize,
}

impl Traffic {
    pub(super) fn begin(&mut self, method: &str, path: &str, range: Option<(u64, u64)>) -> usize {
        self.seen.push(Seen { method: method.to_owned(), path: path.to_owned(), range, start: 0, served: 0 });
        self.first + self.seen.len() - 1
    }

    /// A request by its number, unless it is forgotten.
    pub(super) fn get(&mut self, number: usize) -> Option<&mut Seen> {
        self.seen.get_mut(number.checked_sub(self.first)?)
    }

    pub(super) fn forget(&mut self) {
        self.first += self.seen.len();
        self.seen.clear();
        self.served = 0;
        self.peak = self.open;
    }

    pub(super) fn opened(&mut self) {
        self.open += 1;
        self.peak = self.peak.max(self.open);
    }

    /// Number of requests whose path contains `path`.
    pub fn requests(&self, path: &str) -> usize {
        self.of(path).count()
    }

    /// Bytes served of files whose path contains `path`.
    pub fn bytes(&self, path: &str) -> u64 {
        self.of(path).map(|seen| seen.served).sum()
    }

    /// Bytes that were served more than once.
    pub fn bytes_again(&self) -> u64 {
        let mut files = BTreeMap::<&str, Vec<(u64, u64)>>::new();
        for seen in self.seen.iter().filter(|seen| seen.served > 0) {
            files.entry(&seen.path).or_default().push((seen.start, seen.start + seen.served));
        }
        let mut again = 0;
        for spans in files.values_mut() {
            spans.sort_unstable();
            let mut reached = 0;
            for &(from, to) in spans.iter() {
                again += reached.min(to).saturating_sub(from);
                reached = reached.max(to);
            }
        }
        again
    }

    /// Whether a byte between `from` and `to` (not included) of a file was served.
    pub fn touched(&self, path: &str, from: u64, to: u64) -> bool {
        self.of(path).any(|seen| seen.served > 0 && seen.start < to && from < seen.start + seen.served)
    }

    fn of<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Seen> {
        self.seen.iter().filter(move |seen| seen.path.contains(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_served_twice_are_counted_once_for_each_time() {
        let mut traffic = Traffic::default();
        for (path, start, served) in [("/a", 0, 100), ("/a", 50, 100), ("/a", 0, 10), ("/b", 0, 100)] {
            let number = traffic.begin("GET", path, None);
            let seen = traffic.get(number).unwrap();
            (seen.start, seen.served) = (start, served);
        }
        assert_eq!(traffic.bytes_again(), 50 + 10);
        assert_eq!((traffic.bytes("/a"), traffic.requests("/")), (210, 4));
        assert!(traffic.touched("/a", 149, 160) && !traffic.touched("/a", 150, 160));
    }
}
