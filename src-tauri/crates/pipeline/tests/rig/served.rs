//! A server of files on a loopback port: ranges, faults on request, and a record of what was asked.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{Response, StatusCode, header},
};

/// A running server; it ends when this is dropped.
pub struct Server {
    base: String,
    state: Arc<Mutex<Files>>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Files {
    /// By path, as it stands in the address.
    files: BTreeMap<String, File>,
    /// Answers wait until the sender is gone.
    holds: BTreeMap<String, tokio::sync::watch::Receiver<()>>,
    asked: Vec<String>,
    sent: u64,
}

struct File {
    bytes: Vec<u8>,
    status: Option<u16>,
    /// Answers that still come with a wrong byte.
    spoilt: usize,
}

impl Server {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::<Mutex<Files>>::default();
        let router = Router::new().fallback(answer).with_state(state.clone());
        let task = tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Self { base, state, task }
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves a file; answers with its address.
    pub fn put(&self, path: &str, bytes: impl Into<Vec<u8>>) -> String {
        let file = File { bytes: bytes.into(), status: None, spoilt: 0 };
        self.files().files.insert(path.to_owned(), file);
        self.url(path)
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// From now on a file is refused.
    pub fn refuse(&self, path: &str, status: u16) {
        self.files().files.get_mut(path).expect("a file").status = Some(status);
    }

    /// The next answers that hold the middle of a file have a wrong byte there.
    pub fn spoil(&self, path: &str, answers: usize) {
        self.files().files.get_mut(path).expect("a file").spoilt = answers;
    }

    /// A file gives no answer until this is dropped.
    pub fn hold(&self, path: &str) -> tokio::sync::watch::Sender<()> {
        let (sender, receiver) = tokio::sync::watch::channel(());
        self.files().holds.insert(path.to_owned(), receiver);
        sender
    }

    /// How often a path that contains this was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.files().asked.iter().filter(|asked| asked.contains(path)).count()
    }

    /// Bytes of all files that were sent.
    pub fn sent(&self) -> u64 {
        self.files().sent
    }

    pub fn forget(&self) {
        let mut files = self.files();
        files.asked.clear();
        files.sent = 0;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(state): State<Arc<Mutex<Files>>>, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let hold = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.asked.push(path.clone());
        state.holds.get(&path).cloned()
    };
    if let Some(mut hold) = hold {
        while hold.changed().await.is_ok() {}
    }
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let plain = |status: u16| Response::builder().status(status).body(Body::from("no")).unwrap();
    let Some(file) = state.files.get_mut(&path) else { return plain(404) };
    if let Some(status) = file.status {
        return plain(status);
    }
    let total = file.bytes.len() as u64;
    let range = request.headers().get(header::RANGE).and_then(|value| range(value.to_str().ok()?, total));
    let (start, end) = range.unwrap_or((0, total));
    let mut bytes = file.bytes[start as usize..end as usize].to_vec();
    let middle = total / 2;
    if file.spoilt > 0 && (start..end).contains(&middle) {
        file.spoilt -= 1;
        bytes[(middle - start) as usize] ^= 0x55;
    }
    state.sent += bytes.len() as u64;
    let kind = if path.ends_with(".json") || path.contains("/items/") { "application/json" } else { "application/octet-stream" };
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, kind)
        .header(header::ETAG, format!("\"{total}\""))
        .header(header::ACCEPT_RANGES, "bytes");
    if range.is_some() {
        response = response.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, format!("bytes {start}-{}/{total}", end - 1));
    }
    response.body(Body::from(bytes)).unwrap()
}

/// `bytes=10-19`, `bytes=10-`; first byte, and the one after the last.
fn range(text: &str, total: u64) -> Option<(u64, u64)> {
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    let from: u64 = from.parse().ok()?;
    let to = if to.is_empty() { total } else { to.parse::<u64>().ok()? + 1 };
    (from < total).then(|| (from, to.min(total)))
}
