//! When to try again, and how long to wait before: the only place that decides it.

use std::time::Duration;

use swath_domain::{Monitor, Report, Stop};

use crate::client::seconds_up;
use crate::{ClientOptions, RemoteError, cancel::unless_cancelled};

/// A request that failed, and whether it may do better next time.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: RemoteError,
    pub(crate) again: Again,
}

/// Whether to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// The same request would fail the same way.
    Never,
    /// It may pass. The server may have named a time to wait.
    After(Option<Duration>),
}

impl Failure {
    pub(crate) fn last(error: RemoteError) -> Self {
        Self { error, again: Again::Never }
    }

    pub(crate) fn passing(error: RemoteError) -> Self {
        Self { error, again: Again::After(None) }
    }
}

impl From<RemoteError> for Failure {
    fn from(error: RemoteError) -> Self {
        Self::last(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::last(error.into())
    }
}

/// The tries that one piece of work has.
pub(crate) struct Budget {
    left: u32,
    used: u32,
    tries: u32,
    first_wait: Duration,
    longest_wait: Duration,
}

impl Budget {
    pub(crate) fn new(options: &ClientOptions, tries: u32) -> Self {
        Self { left: tries, used: 0, tries, first_wait: options.first_wait, longest_wait: options.longest_wait }
    }

    /// Bytes arrived: the connection works, so the tries begin anew. Ends nevertheless, since what is left to fetch shrinks.
    pub(crate) fn progressed(&mut self) {
        (self.left, self.used) = (self.tries, 0);
    }

    /// Waits before the next try, or ends with the failure when there is none.
    pub(crate) async fn spend(&mut self, failure: Stop<Failure>, monitor: &dyn Monitor) -> Result<(), Stop<RemoteError>> {
        let Stop::Failed(Failure { error, again }) = failure else { return Err(Stop::Cancelled) };
        self.left = self.left.saturating_sub(1);
        let Again::After(asked) = again else { return Err(error.into()) };
        // A server that asks for a longer wait than we are willing to give has said no.
        if self.left == 0 || asked.is_some_and(|wait| wait > self.longest_wait) {
            return Err(error.into());
        }
        let wait = asked.unwrap_or_else(|| self.back_off());
        self.used += 1;
        tracing::debug!(%error, wait_ms = wait.as_millis() as u64, "trying again");
        monitor.report(Report::Again);
        let held = asked.filter(|wait| !wait.is_zero());
        if let Some(wait) = held {
            monitor.report(Report::Held(seconds_up(wait)));
        }
        unless_cancelled(monitor, tokio::time::sleep(wait)).await?;
        if held.is_some() {
            monitor.report(Report::Held(0));
        }
        Ok(())
    }

    /// Doubles with every try; between half and all of it, so that clients that failed together do not return together.
    fn back_off(&self) -> Duration {
        let full = self.first_wait.saturating_mul(1 << self.used.min(16)).min(self.longest_wait);
        full.mul_f64(0.5 + 0.5 * chance())
    }
}

/// A number between 0 and 1 that differs between callers; nothing depends on how good it is.
fn chance() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0u8) as f64 / u64::MAX as f64
}

/// The time that `Retry-After` asks for: a number (seconds, at some services milliseconds), or a date relative to `now`.
pub(crate) fn retry_after(value: &str, milliseconds: bool, now: jiff::Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(number) = value.parse::<u64>() {
        return Some(if milliseconds { Duration::from_millis(number) } else { Duration::from_secs(number) });
    }
    let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

/// The time that a message asks for. The Planetary Computer's signer says `Try again in 12 seconds.`; the downloads of the Copernicus Data
/// Space Ecosystem count sessions and free them after about a minute (code `DAT-ZIP-100`).
pub(crate) fn wait_in_words(words: &str) -> Option<Duration> {
    if words.contains("DAT-ZIP-100") || words.contains("Max session number") {
        return Some(Duration::from_secs(60));
    }
    let (_, after) = words.split_once("ry again in ")?;
    let (number, unit) = after.split_once(' ')?;
    unit.starts_with("second").then(|| number.parse().ok().map(Duration::from_secs))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_found_in_messages() {
        for (words, expected) in [
            ("Rate limit is exceeded. Try again in 12 seconds.", Some(12)),
            ("Rate limit is exceeded. Try again in 1 second.", Some(1)),
            ("Max session number 4 exceeded.", Some(60)),
            ("Try again in a while", None),
            ("", None),
        ] {
            assert_eq!(wait_in_words(words), expected.map(Duration::from_secs), "{words}");
        }
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now = "2026-11-21T08:00:00Z".parse().unwrap();
        for (value, expected) in [
            ("2", Some(2)),
            (" 120 ", Some(120)),
            ("Sat, 21 Nov 2026 08:00:30 GMT", Some(30)),
            ("Sat, 21 Nov 2026 07:00:00 GMT", Some(0)),
            ("soon", None),
        ] {
            assert_eq!(retry_after(value, false, now), expected.map(Duration::from_secs), "{value}");
        }
        assert_eq!(retry_after("1500", true, now), Some(Duration::from_millis(1500)));
        assert_eq!(retry_after("Sat, 21 Nov 2026 08:00:30 GMT", true, now), Some(Duration::from_secs(30)));
    }

    #[test]
    fn waits_grow_and_stay_within_bounds() {
        let options = ClientOptions { first_wait: Duration::from_millis(100), longest_wait: Duration::from_secs(1), ..Default::default() };
        let mut budget = Budget::new(&options, 9);
        for (used, most) in [(0, 100), (1, 200), (2, 400), (3, 800), (4, 1000), (60, 1000)] {
            budget.used = used;
            let wait = budget.back_off().as_millis();
            assert!(wait >= most / 2 && wait <= most, "{used}: {wait}");
        }
    }
}
