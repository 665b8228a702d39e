//! A provider that misbehaves on request: a STAC API and a server of byte ranges over a folder of scenes, on a loopback port of its own.

mod fault;
mod files;
mod stac;
mod traffic;

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    response::Response,
};
use bytes::Bytes;
use serde_json::Value;
use tokio::sync::watch;

pub use fault::{Fault, Kind, http_date};
pub use stac::Paging;
pub use traffic::{Seen, Traffic};

/// A running server; it ends when this is dropped.
pub struct Provider {
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

/// What all requests share.
struct Shared {
    base: String,
    /// Contents of all files, by path in the folder with `/`.
    files: HashMap<String, Bytes>,
    items: Vec<Value>,
    paging: Mutex<Paging>,
    faults: Mutex<Vec<fault::Active>>,
    traffic: Mutex<Traffic>,
    /// Version of each file's ETag.
    versions: Mutex<HashMap<String, u32>>,
    /// Bytes a second and connection; 0 for no limit.
    pace: AtomicU64,
    /// Counts up whenever the traffic or a hold changes.
    changed: watch::Sender<u64>,
    holds: Mutex<Vec<(u64, String)>>,
}

impl Provider {
    /// Serves the items and files below a folder. Links of the items lead to the server.
    pub async fn start(folder: &Path) -> Self {
        Self::start_with(folder, |_| true).await
    }

    /// The same with items as `change` leaves them; those for which it says `false` are not in the catalogue.
    pub async fn start_with(folder: &Path, change: impl Fn(&mut Value) -> bool) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let (files, mut items) = stac::read(folder, &base);
        items.retain_mut(|item| change(item));
        assert!(!items.is_empty(), "{} holds no STAC item", folder.display());
        let shared = Arc::new(Shared {
            base,
            files,
            items,
            paging: Mutex::default(),
            faults: Mutex::default(),
            traffic: Mutex::default(),
            versions: Mutex::default(),
            pace: AtomicU64::new(0),
            changed: watch::channel(0).0,
            holds: Mutex::default(),
        });
        let router = Router::new().fallback(answer).with_state(shared.clone());
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self { shared, task }
    }

    /// Address of the STAC API, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.shared.base
    }

    /// How searches are cut into pages.
    pub fn set_paging(&self, paging: Paging) {
        *lock(&self.shared.paging) = paging;
    }

    /// From now on some answers go wrong.
    pub fn fault(&self, fault: Fault) {
        lock(&self.shared.faults).push(fault.into());
    }

    /// How many answers went wrong because of the faults.
    pub fn faults_shown(&self) -> usize {
        lock(&self.shared.faults).iter().map(|active| active.shown).sum()
    }

    /// No more faults from now on.
    pub fn heal(&self) {
        lock(&self.shared.faults).clear();
    }

    /// Bytes a second that each connection gets; `None` for no limit.
    pub fn set_pace(&self, bytes_per_second: Option<u64>) {
        self.shared.pace.store(bytes_per_second.unwrap_or(0), Ordering::Relaxed);
    }

    /// Requests whose path contains `path` get no answer until the hold is dropped.
    pub fn hold(&self, path: &str) -> Hold {
        let mut holds = lock(&self.shared.holds);
        let number = holds.iter().map(|(n, _)| n + 1).max().unwrap_or(0);
        holds.push((number, path.to_owned()));
        Hold { shared: self.shared.clone(), number }
    }

    /// What was asked and served so far.
    pub fn traffic(&self) -> Traffic {
        lock(&self.shared.traffic).clone()
    }

    /// Forgets what was asked and served so far.
    pub fn forget_traffic(&self) {
        lock(&self.shared.traffic).forget();
    }

    /// Waits until the traffic is as wanted; fails when that does not come.
    pub async fn until(&self, wanted: impl Fn(&Traffic) -> bool) {
        let mut changed = self.shared.changed.subscribe();
        let waiting = async {
            while !wanted(&lock(&self.shared.traffic)) {
                changed.changed().await.expect("the server runs");
            }
        };
        if tokio::time::timeout(crate::PATIENCE, waiting).await.is_err() {
            panic!("the traffic did not become what was waited for: {:?}", self.traffic());
        }
    }

    /// Paths of all files that are served.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<_> = self.shared.files.keys().cloned().collect();
        paths.sort();
        paths
    }

    /// The items, with links to the server.
    pub fn items(&self) -> &[Value] {
        &self.shared.items
    }

    /// Contents of a file as it is served.
    pub fn file(&self, path: &str) -> Bytes {
        self.shared.files[path.trim_start_matches('/').trim_start_matches("files/")].clone()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Keeps requests waiting while it lives.
#[must_use = "requests wait only while this lives"]
pub struct Hold {
    shared: Arc<Shared>,
    number: u64,
}

impl Drop for Hold {
    fn drop(&mut self) {
        lock(&self.shared.holds).retain(|(number, _)| *number != self.number);
        self.shared.tick();
    }
}

impl Shared {
    fn tick(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    /// Notes something about the traffic.
    fn note<T>(&self, act: impl FnOnce(&mut Traffic) -> T) -> T {
        let value = act(&mut lock(&self.traffic));
        self.tick();
        value
    }

    async fn held(&self, path: &str) {
        let mut changed = self.changed.subscribe();
        while lock(&self.holds).iter().any(|(_, held)| path.contains(held.as_str())) {
            if changed.changed().await.is_err() {
                return;
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
    let range = parts.headers.get("range").and_then(|value| files::range(value.to_str().ok()?));
    let number = shared.note(|traffic| traffic.begin(parts.method.as_str(), &path, range));
    shared.held(&path).await;
    let fault = fault::next(&mut lock(&shared.faults), &path);
    if let Some(kind) = &fault
        && let Some(response) = fault::instead(kind, &shared, &path)
    {
        return response;
    }
    match path.strip_prefix("/files/") {
        Some(file) => files::answer(&shared, number, file, &parts, fault),
        None => stac::answer(&shared, &parts, &body),
    }
}

fn json(value: &Value) -> Response {
    Response::builder().header("content-type", "application/geo+json").body(Body::from(value.to_string())).expect("an answer")
}
