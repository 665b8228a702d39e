//! Allowances that providers give an account per month, by what has been fetched with it.

use jiff::{Timestamp, ToSpan};
use swath_domain::{Access, AccountKind, FileOrder, Waiting};

use super::waits::Halt;
use crate::{PipelineError, engine::Resources};

/// What an account may still fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// Bytes left.
    pub(crate) left: u64,
    /// When more of it comes back.
    pub(crate) until: Timestamp,
}

/// A rolling allowance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// Name in the ledger: the object store of the Copernicus Data Space Ecosystem counts against the same allowance as its downloads.
    pub(super) ledger: &'static str,
    /// Bytes.
    pub(super) bytes: u64,
    /// Within so many days.
    pub(super) days: i64,
}

/// As published: 12 TB in 30 days, over HTTP and S3 together.
const CDSE: Rule = Rule { ledger: "cdse", bytes: 12_000_000_000_000, days: 30 };

/// Name under which the bytes of an account are booked.
pub(super) fn ledger(account: AccountKind) -> &'static str {
    match account {
        AccountKind::Cdse | AccountKind::CdseS3 => CDSE.ledger,
        other => other.name(),
    }
}

/// What an account may still fetch; `None` when nothing is known to limit it.
pub(crate) fn allowance(res: &Resources, account: AccountKind, now: Timestamp) -> Result<Option<Allowance>, PipelineError> {
    if !matches!(account, AccountKind::Cdse | AccountKind::CdseS3) {
        return Ok(None);
    }
    let since = now.saturating_sub((CDSE.days * 24).hours()).unwrap_or(Timestamp::MIN);
    let hours = res.library.traffic().hours(CDSE.ledger, since)?;
    Ok(Some(left(&CDSE, &hours, now)))
}

/// `hours`: beginning of each hour and its bytes, oldest first. An hour leaves the count when all of it is older than the rule's days.
fn left(rule: &Rule, hours: &[(Timestamp, u64)], now: Timestamp) -> Allowance {
    let used: u64 = hours.iter().map(|(_, bytes)| bytes).sum();
    let left = rule.bytes.saturating_sub(used);
    let mut freed = 0;
    // Until something is left at all; with something left, until the oldest comes back.
    let hour = hours.iter().find(|(_, bytes)| {
        freed += bytes;
        rule.bytes + freed > used
    });
    let back = |hour: Timestamp| hour.saturating_add((rule.days * 24 + 1).hours()).unwrap_or(Timestamp::MAX);
    Allowance { left, until: hour.map_or(now, |(hour, _)| back(*hour)) }
}

/// The order with those of its sources whose account may still fetch.
pub(super) fn affordable(res: &Resources, order: &FileOrder, now: Timestamp) -> Result<FileOrder, Halt> {
    let mut order = order.clone();
    let mut spent = None;
    let mut sources = Vec::with_capacity(order.sources.len());
    for source in order.sources {
        if let Access::Account(account) = source.access
            && let Some(allowance) = allowance(res, account, now).map_err(Halt::Failed)?
            && allowance.left == 0
        {
            spent.get_or_insert((account, allowance.until));
            continue;
        }
        sources.push(source);
    }
    order.sources = sources;
    match spent.filter(|_| order.sources.is_empty()) {
        Some((account, until)) => Err(Halt::Later(Waiting::Quota { account: account.name().to_owned(), until }, until)),
        None => Ok(order),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_comes_back_hour_by_hour() {
        let rule = Rule { ledger: "x", bytes: 100, days: 30 };
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-11-21T12:30:00Z");
        let hours = [(at("2026-10-23T05:00:00Z"), 40), (at("2026-11-01T00:00:00Z"), 50)];
        for (more, left_expected, until) in
            [(0, 10, "2026-11-22T06:00:00Z"), (10, 0, "2026-11-22T06:00:00Z"), (50, 0, "2026-12-01T01:00:00Z")]
        {
            let mut hours = hours.to_vec();
            hours.push((at("2026-11-20T00:00:00Z"), more));
            assert_eq!(left(&rule, &hours, now), Allowance { left: left_expected, until: at(until) }, "{more}");
        }
        assert_eq!(left(&rule, &[], now), Allowance { left: 100, until: now });
    }
}
