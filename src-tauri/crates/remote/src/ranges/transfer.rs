//! One range over the network, with all that servers do wrong.

use std::ops::Range;

use reqwest::header::{self, HeaderValue};
use swath_domain::{Monitor, Stop};

use super::store::Store;
use crate::RemoteError;
use crate::client::Answer;
use crate::head::{ContentRange, check_kind, content_range, not_that_file, range_ask};
use crate::retry::{Budget, Failure};

/// Written to the disk, and noted as there, in pieces of this size: what a kill can lose of a request.
const PIECE: u64 = 1 << 20;
/// A try that brought this much has shown that the connection works.
const PROGRESS: u64 = 64 << 10;

impl Store {
    /// Fetches a range, trying again from where it broke off. Returns the bytes that came.
    pub(super) async fn transfer(&self, range: Range<u64>, monitor: &dyn Monitor) -> Result<u64, Stop<RemoteError>> {
        let mut budget = Budget::new(self.client.options(), self.client.options().tries);
        let mut at = range.start;
        while at < range.end {
            let begun = at;
            let ended = self.attempt(&mut at, range.end, monitor).await;
            if at - begun >= PROGRESS {
                budget.progressed();
            }
            match ended {
                Ok(()) => {}
                Err(Stop::Failed(Failure { error: RemoteError::Changed { .. }, .. })) => {
                    self.drop_all().await?;
                    return Err(self.changed_error().into());
                }
                Err(failure) => budget.spend(failure, monitor).await?,
            }
        }
        Ok(range.end - range.start)
    }

    /// One request. Moves `at` behind what has arrived and is safely noted, however it ends.
    async fn attempt(&self, at: &mut u64, end: u64, monitor: &dyn Monitor) -> Result<(), Stop<Failure>> {
        let mut ask = range_ask(&self.url, *at, Some(end));
        let strong = self.version.etag.as_deref().filter(|tag| !tag.starts_with("W/"));
        if let Some(tag) = strong.and_then(|tag| HeaderValue::from_str(tag).ok()) {
            ask.headers.insert(header::IF_RANGE, tag);
        }
        let mut answer = match self.client.send_as(ask, self.access, monitor).await {
            // A range within the known length that cannot be satisfied: the file has become shorter.
            Err(Stop::Failed(Failure { error: RemoteError::Status { status: 416, .. }, .. })) => return Err(self.changed().into()),
            other => other?,
        };
        self.check(&answer, *at)?;
        let (mut written, mut piece, mut held) = (*at, Vec::new(), 0);
        let ended = loop {
            match answer.chunk(monitor).await {
                Ok(Some(bytes)) => {
                    let room = end - written - held;
                    let bytes = bytes.slice(..bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX)));
                    held += bytes.len() as u64;
                    piece.push(bytes);
                    if held >= PIECE {
                        self.keep(written, std::mem::take(&mut piece)).await.map_err(Failure::last)?;
                        written += std::mem::take(&mut held);
                        *at = written;
                    }
                    if written + held == end {
                        break answer.finish(monitor).await;
                    }
                }
                Ok(None) => {
                    break Err(Failure::passing(self.not_that(format!("it ended {} bytes early", end - written - held))).into());
                }
                Err(stop) => break Err(stop),
            }
        };
        drop(answer);
        if held > 0 {
            self.keep(written, piece).await.map_err(Failure::last)?;
            *at = written + held;
        }
        ended
    }

    fn check(&self, answer: &Answer, start: u64) -> Result<(), Failure> {
        check_kind(answer, &self.url)?;
        let other = |known: &Option<String>, name| matches!((known, answer.text(name)), (Some(a), Some(b)) if a != b);
        if other(&self.version.etag, header::ETAG) || (self.version.etag.is_none() && other(&self.version.modified, header::LAST_MODIFIED))
        {
            return Err(self.changed());
        }
        match (answer.status, content_range(answer)) {
            (206, Some(ContentRange { total: Some(total), .. })) if total != self.version.length => Err(self.changed()),
            (206, Some(ContentRange { range, .. })) if range.start == start => Ok(()),
            (206, Some(ContentRange { range, .. })) => {
                Err(Failure::passing(self.not_that(format!("bytes from {} came instead of from {start}", range.start))))
            }
            (206, None) => Err(Failure::passing(self.not_that("the server does not say which bytes it sent".into()))),
            (200, _) if answer.number(header::CONTENT_LENGTH).is_some_and(|length| length != self.version.length) => Err(self.changed()),
            (200, _) => Err(Failure::passing(self.not_that("the server sent the whole file instead of a part".into()))),
            (status, _) => Err(Failure::passing(self.not_that(format!("the server answered {status}")))),
        }
    }

    fn changed(&self) -> Failure {
        Failure::last(self.changed_error())
    }

    fn not_that(&self, why: String) -> RemoteError {
        not_that_file(&self.url, why)
    }
}
