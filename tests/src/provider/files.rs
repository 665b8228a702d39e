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
    let Some(whole) = shared.files.get(name) else {
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
    let mut start = 0;
    let mut body = whole.clone();
    if let Some((first, last)) = ranged {
        if first >= length {
            return answer.status(416).header("content-range", format!("bytes */{length}")).body(Body::empty()).expect("an answer");
        }
        let last = last.min(length - 1);
        let said = if matches!(fault, Some(Kind::OtherRange)) {
            let shift = (length - 1 - last).min(1024).max(u64::from(first >= 1024) * 1024).min(1024);
            let (first, last) =
                if last + shift < length { (first + shift, last + shift) } else { (first.saturating_sub(shift), last - shift) };
            start = first;
            (first, last)
        } else {
            start = first;
            (first, last)
        };
        body = whole.slice(said.0 as usize..=said.1 as usize);
        if matches!(fault, Some(Kind::ShortRange)) {
            body = body.slice(..body.len() / 2);
        }
        answer = answer.status(206).header("content-range", format!("bytes {}-{}/{length}", said.0, said.1));
    }
    if matches!(fault, Some(Kind::WrongBytes)) {
        body = wrong(&body);
    }
    answer = answer.header("content-length", body.len());
    if parts.method == Method::HEAD {
        return answer.body(Body::empty()).expect("an answer");
    }
    shared.note(|traffic| {
        if let Some(seen) = traffic.get(number) {
            seen.start = start;
        }
    });
    answer.body(Body::from_stream(flow(shared.clone(), number, body, fault))).expect("an answer")
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
    let stalls = matches!(fault, Some(Kind::Stall(_)));
    let open = Arc::new(Open::new(shared.clone()));
    stream::unfold(0, move |at| {
        let (shared, body, open) = (shared.clone(), body.clone(), open.clone());
        async move {
            let _open = open;
            if at == end {
                return match (end == body.len(), stalls) {
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
            let chunk = body.slice(at..(at + CHUNK).min(end));
            let pace = shared.pace.load(Ordering::Relaxed);
            if pace > 0 {
                tokio::time::sleep(Duration::from_secs_f64(chunk.len() as f64 / pace as f64)).await;
            }
            shared.note(|traffic| {
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
