//! A server on loopback whose every answer can be spoiled, a monitor that remembers, and files made byte by byte.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub, reason = "each test file uses its own part")]

pub mod get;
pub mod place;
pub mod tiff;

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, header};
use bytes::Bytes;
use futures::StreamExt;
use swath_domain::{Asset, Evidence, Monitor, Radiometry, Report};
use swath_remote::{Client, ClientOptions};

/// What goes wrong with one answer.
#[derive(Debug, Clone)]
pub enum Fault {
    /// A status with a header and a body.
    Status(u16, &'static str, String, &'static str),
    /// The connection ends after so many bytes.
    Truncate(usize),
    /// Nothing more comes after so many bytes.
    Stall(usize),
    /// 200 with a page.
    Html,
    /// 206 with bytes from a later place.
    Lie,
    /// 206 with bytes from an earlier place.
    Early,
    /// 206 that says that it begins earlier, and does.
    Earlier,
    /// The right bytes, and an error message behind them.
    Append,
    /// So many of the right bytes, then an error message, and an end as if all were well.
    Cut(usize),
    /// An error message in the middle of the right bytes, which then go on.
    Within,
    /// 200 with the whole file.
    Whole,
    /// 200 with the whole file, without a word on how long it is.
    Unmeasured,
}

/// One file and its bad days.
pub struct Server {
    pub address: String,
    pub file: Mutex<Vec<u8>>,
    pub etag: Mutex<Option<String>>,
    pub faults: Mutex<VecDeque<Fault>>,
    /// Ranges as they were asked for.
    pub asked: Mutex<Vec<Option<Range<u64>>>>,
    pub bytes: AtomicU64,
    pub running: AtomicU64,
    pub most_running: AtomicU64,
    pub no_ranges: AtomicBool,
    pub headers: Mutex<Vec<HeaderMap>>,
}

impl Server {
    pub async fn start(file: Vec<u8>) -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Arc::new(Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            file: file.into(),
            etag: Mutex::new(Some("\"one\"".into())),
            faults: Mutex::default(),
            asked: Mutex::default(),
            bytes: AtomicU64::new(0),
            running: AtomicU64::new(0),
            most_running: AtomicU64::new(0),
            no_ranges: AtomicBool::new(false),
            headers: Mutex::default(),
        });
        let router = Router::new().fallback(answer).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        server
    }

    pub fn fault(&self, fault: Fault) {
        self.faults.lock().unwrap().push_back(fault);
    }

    pub fn requests(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    pub fn sent(&self) -> u64 {
        self.bytes.load(Ordering::SeqCst)
    }

    /// Forgets what was asked so far.
    pub fn reset(&self) {
        self.asked.lock().unwrap().clear();
        self.bytes.store(0, Ordering::SeqCst);
    }

    pub fn asset(&self) -> Asset {
        asset(&format!("{}/scene/B04.tif", self.address))
    }

    /// An address that redirects to the file.
    pub fn redirected(&self) -> Asset {
        asset(&format!("{}/redirect/B04.tif", self.address))
    }
}

struct Running(Arc<Server>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn answer(State(server): State<Arc<Server>>, request: Request) -> Response<Body> {
    if request.uri().path().starts_with("/redirect") {
        return Response::builder().status(302).header(header::LOCATION, "/scene/B04.tif?sig=SECRET").body(Body::empty()).unwrap();
    }
    let now = server.running.fetch_add(1, Ordering::SeqCst) + 1;
    server.most_running.fetch_max(now, Ordering::SeqCst);
    let running = Running(server.clone());
    server.headers.lock().unwrap().push(request.headers().clone());
    let file = server.file.lock().unwrap().clone();
    let total = file.len() as u64;
    let asked = request.headers().get(header::RANGE).map(|value| {
        let (start, end) = value.to_str().unwrap().strip_prefix("bytes=").unwrap().split_once('-').unwrap();
        start.parse::<u64>().unwrap()..end.parse::<u64>().map_or(total, |end| (end + 1).min(total))
    });
    server.asked.lock().unwrap().push(asked.clone());
    let fault = server.faults.lock().unwrap().pop_front();
    let etag = server.etag.lock().unwrap().clone();
    let outdated = request.headers().get(header::IF_RANGE).is_some_and(|tag| Some(tag.to_str().unwrap()) != etag.as_deref());
    let mut reply = Response::builder().header(header::CONTENT_TYPE, "image/tiff");
    if let Some(tag) = &etag {
        reply = reply.header(header::ETAG, tag);
    }
    match &fault {
        Some(Fault::Status(status, name, value, body)) => {
            let reply = Response::builder().status(*status).header(*name, value);
            return reply.body(Body::from(*body)).unwrap();
        }
        Some(Fault::Html) => {
            let page = "<html><title>Service moved</title></html>";
            return Response::builder().header(header::CONTENT_TYPE, "text/html; charset=utf-8").body(page.into()).unwrap();
        }
        _ => {}
    }
    let whole = outdated || server.no_ranges.load(Ordering::SeqCst) || matches!(fault, Some(Fault::Whole | Fault::Unmeasured));
    let range = match asked {
        Some(range) if !whole => {
            if range.start >= total {
                return Response::builder().status(416).body(Body::empty()).unwrap();
            }
            let from = match fault {
                Some(Fault::Lie) => range.start + 1,
                Some(Fault::Early) => range.start - 100,
                Some(Fault::Earlier) => range.start - 50_000,
                _ => range.start,
            };
            reply = reply.status(206).header(header::CONTENT_RANGE, format!("bytes {from}-{}/{total}", range.end - 1));
            if matches!(fault, Some(Fault::Earlier)) { from..range.end } else { range }
        }
        _ => 0..total,
    };
    let mut bytes = Bytes::from(file).slice(range.start as usize..range.end as usize);
    let message = b"<?xml version=\"1.0\"?><Error><Code>InternalError</Code></Error>";
    match fault {
        Some(Fault::Unmeasured) => {}
        Some(Fault::Cut(at)) => bytes = [&bytes[..at], message.as_slice()].concat().into(),
        Some(Fault::Append) => bytes = [&bytes, message.as_slice()].concat().into(),
        Some(Fault::Within) => {
            let mut spoiled = bytes.to_vec();
            spoiled[100..100 + message.len()].copy_from_slice(message);
            bytes = spoiled.into();
            reply = reply.header(header::CONTENT_LENGTH, bytes.len());
        }
        _ => reply = reply.header(header::CONTENT_LENGTH, bytes.len()),
    }
    let (cut, stalls) = match fault {
        Some(Fault::Truncate(at)) => (Some(at), false),
        Some(Fault::Stall(at)) => (Some(at), true),
        _ => (None, false),
    };
    let kept = bytes.split_to(cut.unwrap_or(bytes.len()).min(bytes.len()));
    let pieces: Vec<Bytes> = kept.chunks(16 << 10).map(Bytes::copy_from_slice).collect();
    let body = futures::stream::iter(pieces).map(move |piece| {
        running.0.bytes.fetch_add(piece.len() as u64, Ordering::SeqCst);
        Ok::<_, std::io::Error>(piece)
    });
    let end = match (cut, stalls) {
        (Some(_), true) => futures::stream::pending().boxed(),
        // An error that comes at once would overtake the bytes before it, which still lie in the server's buffer.
        (Some(_), false) => futures::stream::once(async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Err(std::io::Error::other("gone"))
        })
        .boxed(),
        _ => futures::stream::empty().boxed(),
    };
    reply.body(Body::from_stream(body.chain(end))).unwrap()
}

/// Remembers what was reported; cancels once enough has arrived.
#[derive(Debug, Default)]
pub struct Watch {
    pub fetched: AtomicU64,
    pub stalled: AtomicU64,
    pub kept: AtomicU64,
    pub lost: AtomicU64,
    pub again: AtomicU64,
    pub held: Mutex<Vec<u32>>,
    pub cancel_after: Option<u64>,
}

impl Watch {
    /// What a download has of its file, by what it told.
    pub fn has(&self) -> u64 {
        self.kept.load(Ordering::SeqCst) + self.fetched.load(Ordering::SeqCst) - self.lost.load(Ordering::SeqCst)
    }
}

impl Monitor for Watch {
    fn report(&self, report: Report) {
        match report {
            Report::Fetched(bytes) => self.fetched.fetch_add(bytes, Ordering::SeqCst),
            Report::Stalled(seconds) => self.stalled.fetch_add(u64::from(seconds), Ordering::SeqCst),
            Report::Kept(bytes) => self.kept.fetch_add(bytes, Ordering::SeqCst),
            Report::Lost(bytes) => self.lost.fetch_add(bytes, Ordering::SeqCst),
            Report::Again => self.again.fetch_add(1, Ordering::SeqCst),
            Report::Held(seconds) => {
                self.held.lock().unwrap().push(seconds);
                0
            }
            Report::Advanced(_) => 0,
        };
    }

    fn is_cancelled(&self) -> bool {
        self.cancel_after.is_some_and(|bytes| self.fetched.load(Ordering::SeqCst) >= bytes)
    }
}

/// A client without patience.
pub fn client() -> Client {
    Client::new(ClientOptions {
        connect: Duration::from_secs(2),
        first_byte: Duration::from_secs(2),
        stall: Duration::from_millis(300),
        tries: 3,
        first_wait: Duration::from_millis(10),
        longest_wait: Duration::from_secs(3),
        ..ClientOptions::default()
    })
    .unwrap()
}

pub fn asset(href: &str) -> Asset {
    let radiometry = Radiometry::identity(Some(0.0), Evidence::Assumed);
    Asset::new(href, radiometry)
}
