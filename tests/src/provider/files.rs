//! Byte ranges of files, as object stores serve them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, request::Parts},
    response::Response,
};
use bytes::Bytes;
use futures::stream;

use super::{Shared, fault::Kind, lock};

/// Bytes that go out at a time; small, so that a pace is steady and a killed client loses little.
const CHUNK: usize = 8 * 1024;

/// First and last byte of `bytes=a-b`.
pub(super) fn range(header: &str) -> Option<(u64, u64)> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    Some((first.parse().ok()?, last.parse().unwrap_or(u64::MAX)))
}

pub(super) fn answer(shared: &Arc<Shared>, number: usize, path: &str, parts: &Parts, fault: Option<Kind>) -> Response {
    let name = path.strip_prefix("moved/").unwrap_or(path);
    let Some(whole) = lock(&shared.replaced).get(name).or_else(|| shared.files.get(name)).cloned() else {
        return Response::builder().status(404).body(Body::from("no such file")).expect("an answer");
    };
    let version = lock(&shared.versions).get(name).copied().unwrap_or(1);
    let etag = format!("\"{version}-{}\"", whole.len());
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    if header("if-match").is_some_and(|wanted| wanted != etag) {
        return Response::builder().status(412).body(Body::empty()).expect("an answer");
    }
    let asked = header("range").and_then(range);
    let current = header("if-range").is_none_or(|wanted| wanted == etag);
    let ranged = asked.filter(|_| current && !matches!(fault, Some(Kind::Whole)));
    let length = whole.len() as u64;
    let mut answer = Response::builder().header("etag", &etag).header("accept-ranges", "bytes").header("content-type", "image/tiff");
    let (mut start, mut body) = (0, whole.clone());
    if let Some((first, last)) = ranged {
        if first >= length || matches!(fault, Some(Kind::Unsatisfiable)) {
            return answer.status(416).header("content-range", format!("bytes */{length}")).body(Body::empty()).expect("an answer");
        }
        let (first, last) = shifted(first, last.min(length - 1), length, fault.as_ref());
        start = first;
        body = whole.slice(first as usize..=last as usize);
        if matches!(fault, Some(Kind::ShortRange)) {
            body = body.slice(..body.len() / 2);
        }
        let total = if matches!(fault, Some(Kind::OtherTotal)) { length + 1024 } else { length };
        answer = answer.status(206).header("content-range", format!("bytes {first}-{last}/{total}"));
    }
    answer = answer.header("content-length", body.len());
    if parts.method == Method::HEAD {
        return answer.body(Body::empty()).expect("an answer");
    }
    let body = spoiled(body, fault.as_ref());
    shared.note(|traffic| {
        if let Some(seen) = traffic.get(number) {
            seen.start = start;
        }
    });
    answer.body(Body::from_stream(flow(shared.clone(), number, body, fault))).expect("an answer")
}

/// First and last byte of what is answered where some are asked for.
fn shifted(first: u64, last: u64, length: u64, fault: Option<&Kind>) -> (u64, u64) {
    match fault {
        Some(Kind::OtherRange) => {
            let shift = (length - 1 - last).min(1024).max(u64::from(first >= 1024) * 1024).min(1024);
            if last + shift < length { (first + shift, last + shift) } else { (first.saturating_sub(shift), last - shift) }
        }
        Some(Kind::Earlier) => (first.saturating_sub(4096), last),
        _ => (first, last),
    }
}

/// The body with what is wrong in it.
fn spoiled(body: Bytes, fault: Option<&Kind>) -> Bytes {
    let words = b"<?xml version=\"1.0\"?><Error><Code>InternalError</Code><Message>Please try again.</Message></Error>\n";
    match fault {
        Some(Kind::WrongBytes) => wrong(&body),
        Some(Kind::Appended(after)) if body.len() > *after => {
            let room = words.len().min(body.len() - after);
            [&body[..*after], &words[..room]].concat().into()
        }
        Some(Kind::Filled(after)) if body.len() > *after => {
            let rest = words.iter().cycle().take(body.len() - after);
            body[..*after].iter().chain(rest).copied().collect()
        }
        Some(Kind::PageInRange) => b"<html><body>Sign in to continue</body></html>\n".iter().cycle().take(body.len()).copied().collect(),
        _ => body,
    }
}

/// Every 64th byte is another one.
fn wrong(body: &Bytes) -> Bytes {
    body.iter().enumerate().map(|(at, byte)| if at % 64 == 40 { !byte } else { *byte }).collect()
}

/// The body in chunks, counted as they leave, at the pace that is set, and with what goes wrong on the way.
fn flow(shared: Arc<Shared>, number: usize, body: Bytes, fault: Option<Kind>) -> impl futures::Stream<Item = std::io::Result<Bytes>> {
    let end = match fault {
        Some(Kind::Stall(after) | Kind::Cut(after)) => after.min(body.len()),
        _ => body.len(),
    };
    let breaks = end < body.len() || matches!(fault, Some(Kind::Appended(_)));
    let stalls = matches!(fault, Some(Kind::Stall(_)));
    let open = Arc::new(Open::new(shared.clone()));
    stream::unfold(0, move |at| {
        let (shared, body, open) = (shared.clone(), body.clone(), open.clone());
        async move {
            let _open = open;
            if at == end {
                return match (!breaks, stalls) {
                    (true, _) => None,
                    (false, true) => std::future::pending().await,
                    (false, false) => {
                        // What was written before must leave before the connection ends.
                        tokio::time::sleep(Duration::from_millis(20)).await;
                        Some((Err(std::io::Error::other("cut")), usize::MAX))
                    }
                };
            }
            if at > end {
                return None;
            }
            if shared.down.load(Ordering::SeqCst) {
                return Some((Err(std::io::Error::other("down")), usize::MAX));
            }
            let chunk = body.slice(at..(at + CHUNK).min(end));
            let pace = shared.pace.load(Ordering::Relaxed);
            if pace > 0 {
                tokio::time::sleep(Duration::from_secs_f64(chunk.len() as f64 / pace as f64)).await;
            }
            shared.note(|traffic| {
                traffic.served += chunk.len() as u64;
                if let Some(seen) = traffic.get(number) {
                    seen.served += chunk.len() as u64;
                }
            });
            let next = at + chunk.len();
            Some((Ok(chunk), next))
        }
    })
}

/// Counts an answer while it goes out.
struct Open(Arc<Shared>);

impl Open {
    fn new(shared: Arc<Shared>) -> Self {
        shared.note(super::Traffic::opened);
        Self(shared)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.note(|traffic| traffic.open -= 1);
    }
}
