//! What can go wrong with an answer.

use std::time::Duration;

use axum::{body::Body, response::Response};

use super::{Shared, lock};
use crate::made;

/// Some answers go wrong in some way.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Part of the path of requests that it concerns.
    pub path: String,
    /// So many of them are answered well first …
    pub after: usize,
    /// … and so many go wrong then.
    pub times: usize,
    /// How.
    pub kind: Kind,
}

/// Ways to go wrong.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Only a status.
    Status(u16),
    /// 429 with this `Retry-After`: seconds, or a date.
    Busy(String),
    /// So many bytes of the body, then silence for ever; a shorter body comes whole.
    Stall(usize),
    /// So many bytes of the body, then the connection ends; a shorter body comes whole.
    Cut(usize),
    /// The bytes of another range under a `Content-Range` that says so.
    OtherRange,
    /// The right `Content-Range` over too few bytes.
    ShortRange,
    /// 200 and an error page.
    Page,
    /// 200 and the whole file.
    Whole,
    /// The file has another ETag from now on.
    NewVersion,
    /// Some bytes of the body are others.
    WrongBytes,
    /// 302 to another address with the same file.
    Redirect,
    /// The connection ends before a byte of the answer.
    HangUp,
    /// So many bytes of the body, then an error document among them, then the connection ends.
    Appended(usize),
    /// So many bytes of the body; error documents fill the rest, so that the length is right.
    Filled(usize),
    /// 206 that begins 4 KiB earlier than asked for, and says so.
    Earlier,
    /// 206 that says that the file is 1 KiB longer than it is.
    OtherTotal,
    /// 416, whatever is asked for.
    Unsatisfiable,
    /// 206 with the right `Content-Range` over an error page of the right length.
    PageInRange,
    /// The file is another one from now on, and has another ETag.
    Replaced(bytes::Bytes),
    /// Tokens and signatures that were handed out before are refused from now on.
    Expired,
}

/// Many answers about contents go wrong, each in some way, the same for the same seed and order of requests.
#[derive(Debug, Clone)]
pub(super) struct Storm {
    /// The share of answers that go wrong.
    pub(super) share: f64,
    /// Where the sequence of numbers is.
    pub(super) state: u64,
    /// How many went wrong.
    pub(super) shown: usize,
}

impl Storm {
    /// What happens to the answer about a file of this length.
    pub(super) fn next(&mut self, length: usize) -> Option<Kind> {
        if made::share(&mut self.state) >= self.share {
            return None;
        }
        self.shown += 1;
        let at = (made::share(&mut self.state) * length as f64) as usize;
        Some(match made::next(&mut self.state) % 20 {
            0..4 => Kind::Cut(at),
            4..6 => Kind::Stall(at),
            6..8 => Kind::HangUp,
            8 => Kind::Status(500),
            9 => Kind::Status(503),
            10 => Kind::Status(502),
            11 => Kind::Page,
            12 => Kind::ShortRange,
            13 => Kind::OtherRange,
            14 => Kind::Earlier,
            15 => Kind::Appended(at),
            16 => Kind::NewVersion,
            17 => Kind::Whole,
            18 => Kind::Filled(at),
            _ => Kind::WrongBytes,
        })
    }
}

/// A fault and how far it is.
pub(super) struct Active {
    fault: Fault,
    met: usize,
    pub(super) shown: usize,
}

impl From<Fault> for Active {
    fn from(fault: Fault) -> Self {
        Self { fault, met: 0, shown: 0 }
    }
}

impl Fault {
    /// The first `times` requests for files whose path contains `path` go wrong.
    pub fn first(path: &str, times: usize, kind: Kind) -> Self {
        Self { path: path.to_owned(), after: 0, times, kind }
    }

    /// Every request goes wrong.
    pub fn always(path: &str, kind: Kind) -> Self {
        Self::first(path, usize::MAX, kind)
    }
}

/// The fault that this request meets.
pub(super) fn next(faults: &mut [Active], path: &str) -> Option<Kind> {
    // What was redirected has met its fault.
    if path.starts_with("/files/moved/") {
        return None;
    }
    for active in faults.iter_mut().filter(|active| path.contains(&active.fault.path)) {
        active.met += 1;
        if active.met > active.fault.after && active.shown < active.fault.times {
            active.shown += 1;
            return Some(active.fault.kind.clone());
        }
    }
    None
}

/// The whole answer, for faults that do not need the real one.
pub(super) fn instead(kind: &Kind, shared: &Shared, path: &str) -> Option<Response> {
    let answer = Response::builder();
    let answer = match kind {
        Kind::Status(status) => answer.status(*status).body(Body::from(r#"{"code":"Broken","description":"out of order"}"#)),
        Kind::Busy(wait) => answer.status(429).header("retry-after", wait).body(Body::from("slow down")),
        Kind::Page => answer.header("content-type", "text/html").body(Body::from("<html><body>Sign in to continue</body></html>")),
        Kind::Redirect => {
            let file = path.strip_prefix("/files/")?;
            answer.status(302).header("location", format!("{}/files/moved/{file}", shared.base)).body(Body::empty())
        }
        Kind::HangUp => {
            answer.body(Body::from_stream(futures::stream::once(async { Err::<bytes::Bytes, _>(std::io::Error::other("hung up")) })))
        }
        Kind::NewVersion => {
            new_version(shared, path);
            return None;
        }
        Kind::Replaced(bytes) => {
            new_version(shared, path);
            lock(&shared.replaced).insert(path.trim_start_matches("/files/").to_owned(), bytes.clone());
            return None;
        }
        Kind::Expired => {
            shared.logins.expire();
            return None;
        }
        _ => return None,
    };
    Some(answer.expect("an answer"))
}

fn new_version(shared: &Shared, path: &str) {
    *lock(&shared.versions).entry(path.trim_start_matches("/files/").to_owned()).or_insert(1) += 1;
}

/// A date for `Retry-After`.
pub fn http_date(wait: Duration) -> String {
    let at = jiff::Timestamp::now() + wait;
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).expect("a date of our time")
}
