//! What is missing of a file, asked for until nothing is.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use swath_domain::{FileKind, FileSource, Monitor, Report, Stop};
use url::Url;

use super::journal::Version;
use super::open::Opened;
use super::part::Part;
use crate::retry::{Again, Budget, Failure};
use crate::{Client, RemoteError, address, resolve_m2m};

/// A try that brought this much has shown that the connection works.
pub(super) const PROGRESS: u64 = 64 << 10;
/// Where a file may lie in parts, the first request asks for this much and learns how long it is.
const FIRST: u64 = 8 << 20;
/// How often a file may be replaced while it is fetched.
const MOST_CHANGES: u32 = 3;

/// One file to be fetched.
pub(super) struct Fetch<'a> {
    pub(super) client: &'a Client,
    pub(super) source: &'a FileSource,
    pub(super) kind: FileKind,
    /// For messages.
    pub(super) name: String,
    pub(super) monitor: &'a dyn Monitor,
    /// Where it lies, once that is known.
    url: Mutex<Option<Url>>,
    /// How often it was replaced.
    changes: AtomicU32,
    /// Set when it turns out that it does not come in several parts at a time.
    pub(super) single: AtomicBool,
}

/// Lets everything through but bytes: those of logins and listings are not those of the file.
pub(super) struct Quiet<'a>(pub(super) &'a dyn Monitor);

impl Monitor for Quiet<'_> {
    fn report(&self, report: Report) {
        if !matches!(report, Report::Fetched(_)) {
            self.0.report(report);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

impl<'a> Fetch<'a> {
    pub(super) fn new(client: &'a Client, source: &'a FileSource, kind: FileKind, name: String, monitor: &'a dyn Monitor) -> Self {
        Self { client, source, kind, name, monitor, url: Mutex::default(), changes: AtomicU32::new(0), single: AtomicBool::new(false) }
    }

    /// The same under another monitor.
    pub(super) fn under<'b>(&'b self, monitor: &'b dyn Monitor) -> Fetch<'b> {
        let fetch = Fetch::new(self.client, self.source, self.kind, self.name.clone(), monitor);
        *fetch.url.lock().unwrap_or_else(PoisonError::into_inner) = self.url.lock().unwrap_or_else(PoisonError::into_inner).clone();
        fetch
    }

    /// Host that it comes from.
    pub(super) fn host(&self) -> String {
        let known = self.url.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(address::host);
        known
            .or_else(|| Url::parse(&self.source.href).ok().filter(Url::has_host).map(|url| address::host(&url)))
            .unwrap_or_else(|| "USGS".into())
    }

    /// Fetches what is missing; returns the length of the whole.
    pub(super) async fn all(&self, part: &mut Part) -> Result<u64, Stop<RemoteError>> {
        if self.said().zip(part.version().and_then(|version| version.length)).is_some_and(|(said, begun)| said != begun) {
            self.begin_anew(part).await;
        }
        if let Some(path) = Url::parse(&self.source.href).ok().and_then(|url| address::file(&url)) {
            return self.copy(part, &path?).await;
        }
        let tries = self.client.options().tries;
        let (mut budget, mut ranges) = (Budget::new(self.client.options(), tries), true);
        loop {
            match part.whole() {
                Some(0) if self.kind != FileKind::Any => return Err(self.not_that("it is empty".into()).into()),
                Some(length) => return Ok(length),
                None => {}
            }
            let before = part.taken();
            let ended = self.round(part, &mut ranges).await;
            if part.taken() >= before + PROGRESS {
                budget.progressed();
            }
            let failure = match ended {
                Ok(()) if part.taken() > before || part.whole().is_some() => continue,
                Ok(()) => Failure::passing(self.not_that("nothing of it came".into())).into(),
                Err(Stop::Failed(Failure { error: RemoteError::Changed { .. }, .. }))
                    if self.changes.fetch_add(1, Ordering::Relaxed) < MOST_CHANGES =>
                {
                    self.begin_anew(part).await;
                    continue;
                }
                Err(stop) => stop,
            };
            budget.spend(failure, self.monitor).await?;
        }
    }

    pub(super) async fn begin_anew(&self, part: &mut Part) {
        self.monitor.report(Report::Lost(part.taken()));
        part.drop_all().await;
    }

    /// The length that the catalogue says, where it is to be believed: of zips that are packed while they are fetched it is about right, and
    /// their digest decides.
    pub(super) fn said(&self) -> Option<u64> {
        self.source.size.filter(|_| self.kind != FileKind::Zip || self.source.checksum.is_none())
    }

    /// One request and what follows from its answer.
    async fn round(&self, part: &mut Part, ranges: &mut bool) -> Result<(), Stop<Failure>> {
        let (url, is_old) = self.place().await?;
        let length = part.version().and_then(|version| version.length);
        let gap = part.missing(0..length.unwrap_or(u64::MAX)).iter().next().unwrap_or(0..0);
        let split = *ranges && !self.single.load(Ordering::Relaxed) && super::split::may_split(self.source, &url);
        let end = match gap.end {
            end if split => Some(end.min(gap.start + FIRST)),
            end => Some(end).filter(|end| *end != length.unwrap_or(u64::MAX)),
        };
        let opened = self.open(&url, if *ranges { Some((gap.start, end)) } else { None }, part).await;
        let opened = match opened {
            // Nothing can be had of an empty file, and some servers say that of files that they send as a whole only.
            Err(Stop::Failed(Failure { error: RemoteError::Status { status: 416, .. }, .. })) if *ranges && part.taken() == 0 => {
                *ranges = false;
                self.open(&url, None, part).await
            }
            Err(Stop::Failed(Failure { error: RemoteError::Status { status: 416, .. }, .. })) => Err(Failure::last(self.changed()).into()),
            Err(Stop::Failed(failure)) if is_old && may_have_moved(&failure.error) => {
                *self.url.lock().unwrap_or_else(PoisonError::into_inner) = None;
                Err(Failure { error: failure.error, again: Again::After(Some(Default::default())) }.into())
            }
            other => other,
        };
        let Opened { answer, version, from, end, is_part, is_other } = opened?;
        if is_other {
            if self.changes.fetch_add(1, Ordering::Relaxed) >= MOST_CHANGES {
                return Err(Failure::last(self.changed()).into());
            }
            self.begin_anew(part).await;
        }
        if is_part && version.length.is_none() {
            *ranges = false;
            return Err(Failure::passing(self.not_that("the server does not say how long it is".into())).into());
        }
        let (total, seen) = (version.length, version.clone());
        part.begin(version).await.map_err(Failure::last)?;
        match (total, end) {
            (Some(total), Some(end)) if split && is_part && end < total => self.split(part, &url, answer, from..end, total).await,
            (Some(0), _) => Ok(()),
            _ => {
                let end = self.pour(part, answer, from, end).await?;
                if total.is_none() {
                    part.begin(Version { length: Some(end), ..seen }).await.map_err(Failure::last)?;
                }
                Ok(())
            }
        }
    }

    /// Where the file lies, and whether that was found out some time ago.
    async fn place(&self) -> Result<(Url, bool), Stop<Failure>> {
        if let Some(url) = self.url.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Ok((url, self.source.href.starts_with("m2m:")));
        }
        let href = &self.source.href;
        let url = if href.starts_with("m2m:") {
            let base = &self.client.options().endpoints.usgs;
            let resolved = resolve_m2m(self.client, base, href, &Quiet(self.monitor)).await.map_err(|stop| stop.map(Failure::last))?;
            address::parse(&resolved.url)
        } else {
            address::parse(href)
        };
        let url = url.map_err(Failure::last)?;
        *self.url.lock().unwrap_or_else(PoisonError::into_inner) = Some(url.clone());
        Ok((url, false))
    }
}

/// Addresses that a service hands out end after some hours.
fn may_have_moved(error: &RemoteError) -> bool {
    match error {
        RemoteError::Status { status, .. } | RemoteError::Refused { status, .. } => matches!(status, 400 | 401 | 403 | 404 | 410),
        RemoteError::Login { .. } => true,
        _ => false,
    }
}
