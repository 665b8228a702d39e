//! What the head of an answer says about the bytes that follow, and what it must not say.

use std::ops::Range;

use reqwest::header::{self, HeaderMap, HeaderValue};
use url::Url;

use crate::client::{Answer, Ask, Method};
use crate::retry::Failure;
use crate::{RemoteError, address};

/// A request for a range, or for everything from a place on.
pub(crate) fn range_ask(url: &Url, start: u64, end: Option<u64>) -> Ask {
    let mut headers = HeaderMap::new();
    let range = match end {
        Some(end) => format!("bytes={start}-{}", end.saturating_sub(1)),
        None => format!("bytes={start}-"),
    };
    if let Ok(value) = HeaderValue::from_str(&range) {
        headers.insert(header::RANGE, value);
    }
    Ask { method: Method::Get, url: url.clone(), headers }
}

/// Which bytes an answer brings, and of how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ContentRange {
    pub(crate) range: Range<u64>,
    pub(crate) total: Option<u64>,
}

/// What `Content-Range` says, if anything that makes sense.
pub(crate) fn content_range(answer: &Answer) -> Option<ContentRange> {
    parse(answer.text(header::CONTENT_RANGE)?)
}

fn parse(text: &str) -> Option<ContentRange> {
    let (range, total) = text.trim().strip_prefix("bytes")?.trim().split_once('/')?;
    let (start, last) = range.split_once('-')?;
    let range = start.trim().parse().ok()?..last.trim().parse::<u64>().ok()?.checked_add(1)?;
    (range.start < range.end).then(|| ContentRange { range, total: total.trim().parse().ok() })
}

/// Refuses bodies that were compressed against our wish.
pub(crate) fn check_plain(answer: &Answer, url: &Url) -> Result<(), Failure> {
    match answer.text(header::CONTENT_ENCODING) {
        None | Some("identity" | "") => Ok(()),
        Some(_) => Err(Failure::last(not_that_file(url, "the server compresses it on the way, so that ranges mean nothing".into()))),
    }
}

/// The type of a message that comes in place of a file, if the answer's is one.
pub(crate) fn message_type(answer: &Answer) -> Option<String> {
    let kind = answer.text(header::CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
    let message = ["text/", "application/xml", "application/xhtml", "application/json", "multipart/"];
    message.iter().any(|start| kind.starts_with(start)).then(|| kind.split(';').next().unwrap_or_default().trim().to_owned())
}

/// Refuses error pages that come with a status of success, and bodies that were compressed against our wish.
pub(crate) fn check_kind(answer: &Answer, url: &Url) -> Result<(), Failure> {
    if let Some(kind) = message_type(answer) {
        return Err(Failure::last(not_that_file(url, format!("the server sent a message of type {kind} instead"))));
    }
    check_plain(answer, url)
}

pub(crate) fn not_that_file(url: &Url, why: String) -> RemoteError {
    RemoteError::NotThatFile { name: address::name(url), host: address::host(url), why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges_are_read_or_refused() {
        for (text, expected) in [
            ("bytes 0-99/1000", Some((0..100, Some(1000)))),
            (" bytes 5-5/* ", Some((5..6, None))),
            ("bytes */1000", None),
            ("bytes 9-3/1000", None),
            ("bytes 0-18446744073709551615/2", None),
            ("pages 1-2/3", None),
        ] {
            assert_eq!(parse(text), expected.map(|(range, total)| ContentRange { range, total }), "{text}");
        }
    }
}
