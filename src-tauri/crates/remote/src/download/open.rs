//! One request, and what the head of its answer says of the bytes that follow.

use std::ops::Range;

use reqwest::header::{self, HeaderValue};
use swath_domain::{FileKind, Stop};
use url::Url;

use super::fetch::{Fetch, Quiet};
use super::journal::Version;
use super::part::Part;
use crate::client::{Answer, Ask};
use crate::head::{check_plain, content_range, message_type, range_ask};
use crate::retry::Failure;

/// An answer, and what it brings.
pub(super) struct Opened {
    pub(super) answer: Answer,
    pub(super) version: Version,
    pub(super) from: u64,
    /// `None` when it ends where the file does, wherever that is.
    pub(super) end: Option<u64>,
    pub(super) is_part: bool,
    /// It is all of another version than the one that was begun with.
    pub(super) is_other: bool,
}

impl Fetch<'_> {
    /// Asks for a range (or for everything), and reads what the head of the answer says.
    pub(super) async fn open(&self, url: &Url, wanted: Option<(u64, Option<u64>)>, part: &Part) -> Result<Opened, Stop<Failure>> {
        let mut ask = wanted.map_or_else(|| Ask::get(url.clone()), |(start, end)| range_ask(url, start, end));
        let known = part.version();
        if wanted.is_some()
            && let Some(condition) = known.and_then(Version::condition).and_then(|text| HeaderValue::from_str(text).ok())
        {
            ask.headers.insert(header::IF_RANGE, condition);
        }
        let answer = self.client.send_as(ask, self.source.access, &Quiet(self.monitor)).await?;
        check_plain(&answer, url)?;
        if let Some(kind) = message_type(&answer).filter(|kind| !self.may_come_as(kind)) {
            return Err(Failure::passing(self.not_that(format!("the server sent a message of type {kind} instead"))).into());
        }
        let text = |name| answer.text(name).map(str::to_owned);
        let mut version = Version { length: None, etag: text(header::ETAG), modified: text(header::LAST_MODIFIED) };
        let content_length = answer.number(header::CONTENT_LENGTH);
        let before = known.and_then(|known| known.length);
        let (from, end, is_part) = match (answer.status, content_range(&answer)) {
            (206, Some(came)) => {
                version.length = came.total.or(before).or(self.said());
                self.check_range(&came.range, content_length, version.length, wanted)?;
                (came.range.start, Some(came.range.end), true)
            }
            (206, None) => return Err(Failure::passing(self.not_that("the server does not say which bytes it sent".into())).into()),
            (200, _) => {
                version.length = content_length;
                let end = content_length.or(before).or(self.said());
                if end.is_none() && !answer.is_framed && self.source.checksum.is_none() {
                    let why = "the server does not say how long it is, so that nobody can tell when it is whole";
                    return Err(Failure::last(self.not_that(why.into())).into());
                }
                (0, end, false)
            }
            (status, _) => return Err(Failure::passing(self.not_that(format!("the server answered {status}"))).into()),
        };
        let is_other = known.is_some_and(|known| !known.is_same(&version));
        if is_other && is_part {
            return Err(Failure::last(self.changed()).into());
        }
        if let Some((said, is)) = self.said().zip(version.length).filter(|(said, is)| said != is) {
            return Err(
                Failure::last(self.not_that(format!("the catalogue says that it has {said} bytes, the server that it has {is}"))).into()
            );
        }
        Ok(Opened { answer, version, from, end: end.filter(|_| !is_other).or(content_length), is_part, is_other })
    }

    /// A part that begins earlier than asked for can be used, one that begins later cannot.
    fn check_range(
        &self,
        came: &Range<u64>,
        content_length: Option<u64>,
        total: Option<u64>,
        wanted: Option<(u64, Option<u64>)>,
    ) -> Result<(), Failure> {
        let wrong = |why: String| Err(Failure::passing(self.not_that(why)));
        let start = wanted.map_or(0, |(start, _)| start);
        if came.start > start || came.end <= start {
            return wrong(format!("bytes from {} to {} came instead of from {start}", came.start, came.end));
        }
        if content_length.is_some_and(|length| length != came.end - came.start) || total.is_some_and(|total| came.end > total) {
            return wrong("the server sent another length than it announced".into());
        }
        Ok(())
    }

    /// Servers do not know the types of all files.
    fn may_come_as(&self, kind: &str) -> bool {
        let name = self.name.to_ascii_lowercase();
        match self.kind {
            FileKind::Xml => kind != "text/html" && kind != "application/json",
            FileKind::Any => kind != "text/html" || name.ends_with(".html") || name.ends_with(".htm"),
            _ => kind == "text/plain",
        }
    }
}
