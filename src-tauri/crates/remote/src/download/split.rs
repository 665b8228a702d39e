//! One file in several answers at a time, where nobody counts connections: a single one rarely fills a long line.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use swath_domain::{Access, AccountKind, FileSource, Report, Stop};
use url::Url;

use super::fetch::{Fetch, PROGRESS};
use super::open::Opened;
use super::part::Part;
use crate::RemoteError;
use crate::cancel::Together;
use crate::client::Answer;
use crate::ranges::spans::Spans;
use crate::retry::{Budget, Failure};

/// Answers of one file at a time.
const LANES: u64 = 4;
/// Bytes of one request: long enough that a turn at the host is worth it, short enough that the lanes end together.
const PIECE: u64 = 8 << 20;
/// Of a long file.
const LONG_PIECE: u64 = 16 << 20;
const LONG: u64 = 256 << 20;

/// Services with accounts count connections and refuse those who open many.
pub(super) fn may_split(source: &FileSource, url: &Url) -> bool {
    use AccountKind::{Cdse, CdseS3, Earthdata, SentinelHub, Usgs};
    let counted = matches!(source.access, Access::Account(Cdse | CdseS3 | Earthdata | SentinelHub | Usgs));
    let host = url.host_str().unwrap_or_default();
    !counted && ![".usgs.gov", ".dataspace.copernicus.eu"].iter().any(|domain| host.ends_with(domain))
}

/// What several lanes share.
struct Lanes<'a> {
    part: &'a Part,
    url: &'a Url,
    total: u64,
    claimed: Mutex<Spans>,
}

impl Lanes<'_> {
    /// The first piece that nobody has and nobody fetches.
    fn claim(&self) -> Option<Range<u64>> {
        let mut claimed = self.claimed.lock().unwrap_or_else(PoisonError::into_inner);
        let gap = self.part.missing(0..self.total).without(&claimed).iter().next()?;
        let most = if self.total >= LONG { LONG_PIECE } else { PIECE };
        let range = gap.start..gap.end.min(gap.start + most);
        claimed.insert(range.clone());
        Some(range)
    }
}

impl Fetch<'_> {
    /// Fetches all that is missing. `first` is the range of an answer that is open already.
    pub(super) async fn split(&self, part: &Part, url: &Url, answer: Answer, first: Range<u64>, total: u64) -> Result<(), Stop<Failure>> {
        let together = Together { monitor: self.monitor, failed: AtomicBool::new(false) };
        let fetch = self.under(&together);
        let lanes = Lanes { part, url, total, claimed: Mutex::new(Spans::from_iter([first.clone()])) };
        let mut begun = Some((answer, first));
        let mut running: FuturesUnordered<_> = (0..LANES).map(|_| fetch.lane(&lanes, begun.take())).collect();
        let mut stop = None;
        while let Some(ended) = running.next().await {
            if let Err(why) = ended {
                // The others end as if cancelled; what counts is why the first one ended.
                together.failed.store(true, Ordering::Relaxed);
                stop.get_or_insert(why);
            }
        }
        drop(running);
        if fetch.single.load(Ordering::Relaxed) {
            self.single.store(true, Ordering::Relaxed);
        }
        match stop {
            None => Ok(()),
            Some(_) if self.monitor.is_cancelled() => Err(Stop::Cancelled),
            Some(why) => {
                self.monitor.report(Report::Lost(part.resync().await.map_err(Failure::last)?));
                Err(why)
            }
        }
    }

    /// Piece after piece, each tried again from where it broke off.
    async fn lane(&self, lanes: &Lanes<'_>, mut begun: Option<(Answer, Range<u64>)>) -> Result<(), Stop<Failure>> {
        let options = self.client.options();
        let mut budget = Budget::new(options, options.tries);
        while let Some(range) = begun.as_ref().map(|(_, range)| range.clone()).or_else(|| lanes.claim()) {
            while let Some(gap) = lanes.part.missing(range.clone()).iter().next() {
                let ended = match begun.take() {
                    Some((answer, range)) => self.pour(lanes.part, answer, range.start, Some(range.end)).await.map(|_| ()),
                    None => self.piece(lanes, gap.clone()).await,
                };
                let left = lanes.part.missing(gap.clone()).total();
                if gap.end - gap.start - left >= PROGRESS {
                    budget.progressed();
                }
                match ended {
                    Ok(()) => {}
                    Err(Stop::Failed(failure))
                        if matches!(failure.error, RemoteError::Changed { .. }) || self.single.load(Ordering::Relaxed) =>
                    {
                        return Err(failure.into());
                    }
                    Err(failure) => budget.spend(failure, self.monitor).await.map_err(|stop| stop.map(Failure::last))?,
                }
            }
        }
        Ok(())
    }

    async fn piece(&self, lanes: &Lanes<'_>, gap: Range<u64>) -> Result<(), Stop<Failure>> {
        let Opened { answer, from, end, is_part, is_other, .. } =
            match self.open(lanes.url, Some((gap.start, Some(gap.end))), lanes.part).await {
                Err(Stop::Failed(Failure { error: RemoteError::Status { status: 416, .. }, .. })) => {
                    return Err(Failure::last(self.changed()).into());
                }
                other => other?,
            };
        if is_other {
            return Err(Failure::last(self.changed()).into());
        }
        if !is_part {
            self.single.store(true, Ordering::Relaxed);
            return Err(Failure::passing(self.not_that("the server sent the whole file instead of a part".into())).into());
        }
        if from != gap.start {
            return Err(Failure::passing(self.not_that(format!("bytes from {from} came instead of from {}", gap.start))).into());
        }
        self.pour(lanes.part, answer, from, Some(end.unwrap_or(gap.end).min(gap.end))).await.map(|_| ())
    }
}
