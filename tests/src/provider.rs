//! A provider that misbehaves on request: a STAC API and a server of byte ranges over a folder of scenes, on a loopback port of its own.

mod fault;
mod files;
mod logins;
mod odata;
mod stac;
mod traffic;

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
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
pub(crate) use stac::outline;
use swath_remote::Endpoints;
pub use traffic::{Seen, Traffic};

/// What a server holds.
#[derive(Debug, Clone, Default)]
pub struct Content {
    /// Contents of all files, by path with `/`.
    pub files: HashMap<String, Bytes>,
    /// Items; the address of an asset is the path of a file.
    pub items: Vec<Value>,
    /// Whole products: of each there are `whole/<name>.zip` and the files of `whole/<name>.SAFE/` among the files.
    pub products: Vec<Whole>,
}

/// A whole product.
#[derive(Debug, Clone)]
pub struct Whole {
    /// Its id: hexadecimal digits and `-`.
    pub id: String,
    /// Its name, without `.SAFE`.
    pub name: String,
    /// When it begins: `2025-08-18T10:05:59.000Z`.
    pub start: String,
    /// The digest of the zip that is published.
    pub md5: Option<String>,
}

/// A running server; it ends when this is dropped.
pub struct Provider {
    shared: Arc<Shared>,
    task: Mutex<tokio::task::JoinHandle<()>>,
}

/// What all requests share.
struct Shared {
    base: String,
    /// Contents of all files, by path in the folder with `/`.
    files: HashMap<String, Bytes>,
    items: Vec<Value>,
    /// Items that are others now.
    changed_items: Mutex<HashMap<String, Value>>,
    products: Mutex<Vec<Whole>>,
    /// Files that are others now.
    replaced: Mutex<HashMap<String, Bytes>>,
    logins: logins::Logins,
    paging: Mutex<Paging>,
    faults: Mutex<Vec<fault::Active>>,
    storm: Mutex<Option<fault::Storm>>,
    /// Whether nothing is answered at all.
    down: AtomicBool,
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
        let (listener, base) = listen().await;
        let (files, mut items) = stac::read(folder, &base);
        items.retain_mut(|item| change(item));
        assert!(!items.is_empty(), "{} holds no STAC item", folder.display());
        Self::run(listener, base, Content { files, items, products: Vec::new() })
    }

    /// Serves what was made.
    pub async fn serve(mut content: Content) -> Self {
        let (listener, base) = listen().await;
        for item in &mut content.items {
            for asset in item["assets"].as_object_mut().into_iter().flat_map(|assets| assets.values_mut()) {
                asset["href"] = format!("{base}/files/{}", asset["href"].as_str().unwrap_or_default()).into();
            }
        }
        Self::run(listener, base, content)
    }

    fn run(listener: tokio::net::TcpListener, base: String, content: Content) -> Self {
        let shared = Arc::new(Shared {
            base,
            files: content.files,
            items: content.items,
            changed_items: Mutex::default(),
            products: Mutex::new(content.products),
            replaced: Mutex::default(),
            logins: logins::Logins::default(),
            paging: Mutex::default(),
            faults: Mutex::default(),
            storm: Mutex::default(),
            down: AtomicBool::new(false),
            traffic: Mutex::default(),
            versions: Mutex::default(),
            pace: AtomicU64::new(0),
            changed: watch::channel(0).0,
            holds: Mutex::default(),
        });
        let task = Mutex::new(answering(listener, shared.clone()));
        Self { shared, task }
    }

    /// Address of the STAC API, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.shared.base
    }

    /// Address of the OData API.
    pub fn odata_url(&self) -> String {
        format!("{}{}", self.shared.base, odata::ROOT)
    }

    /// The services that hand out tokens and signatures, and this server as the only host that gets them.
    pub fn endpoints(&self) -> Endpoints {
        let hosts = vec![self.shared.base.trim_start_matches("http://").to_owned()];
        Endpoints {
            cdse_token: format!("{}/token", self.shared.base),
            cdse_sessions: format!("{}/sessions", self.shared.base),
            cdse_hosts: hosts.clone(),
            sas: format!("{}/sas", self.shared.base),
            sas_hosts: hosts,
            ..Endpoints::default()
        }
    }

    /// The catalogue says something else of a scene from now on.
    pub fn change_item(&self, id: &str, change: impl Fn(&mut Value)) {
        let mut item = self.shared.item(id).expect("an item");
        change(&mut item);
        lock(&self.shared.changed_items).insert(id.to_owned(), item);
    }

    /// The catalogue of whole products publishes another digest from now on.
    pub fn set_md5(&self, name: &str, md5: Option<String>) {
        for product in lock(&self.shared.products).iter_mut().filter(|product| product.name == name) {
            product.md5.clone_from(&md5);
        }
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

    /// From now on this share of the answers about contents goes wrong, each in some way.
    pub fn storm(&self, share: f64, seed: u64) {
        *lock(&self.shared.storm) = Some(fault::Storm { share, state: seed, shown: 0 });
    }

    /// How many answers the storm has spoiled.
    pub fn storm_shown(&self) -> usize {
        lock(&self.shared.storm).as_ref().map_or(0, |storm| storm.shown)
    }

    /// No more faults from now on.
    pub fn heal(&self) {
        lock(&self.shared.faults).clear();
        *lock(&self.shared.storm) = None;
    }

    /// Nothing can be reached until [`Provider::up`]: what flows ends, and nobody listens.
    pub fn down(&self) {
        self.shared.down.store(true, Ordering::SeqCst);
        lock(&self.task).abort();
        self.shared.tick();
    }

    /// Everything can be reached again, at the same address.
    pub async fn up(&self) {
        let address = self.shared.base.trim_start_matches("http://");
        let listener = tokio::net::TcpListener::bind(address).await.expect("the same port");
        self.shared.down.store(false, Ordering::SeqCst);
        *lock(&self.task) = answering(listener, self.shared.clone());
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

    /// Bytes of files that were served so far.
    pub fn traffic_served(&self) -> u64 {
        lock(&self.shared.traffic).served
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
        lock(&self.task).abort();
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

fn answering(listener: tokio::net::TcpListener, shared: Arc<Shared>) -> tokio::task::JoinHandle<()> {
    let router = Router::new().fallback(answer).with_state(shared);
    tokio::spawn(async move {
        let _ = axum::serve(listener, router).await;
    })
}

async fn listen() -> (tokio::net::TcpListener, String) {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    (listener, base)
}

impl Shared {
    /// An item as it is now.
    fn item(&self, id: &str) -> Option<Value> {
        self.items().into_iter().find(|item| item["id"] == id)
    }

    /// All items as they are now.
    fn items(&self) -> Vec<Value> {
        let changed = lock(&self.changed_items);
        let now = |item: &Value| item["id"].as_str().and_then(|id| changed.get(id)).unwrap_or(item).clone();
        self.items.iter().map(now).collect()
    }

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
    let path = odata::plain(parts.uri.path());
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
    let range = parts.headers.get("range").and_then(|value| files::range(value.to_str().ok()?));
    let number = shared.note(|traffic| traffic.begin(parts.method.as_str(), &path, range));
    shared.held(&path).await;
    let file = path.strip_prefix("/files/").map(str::to_owned).or_else(|| odata::file(&shared, &path));
    let mut fault = fault::next(&mut lock(&shared.faults), &path);
    if let (None, Some(storm), Some(file)) = (&fault, lock(&shared.storm).as_mut(), &file) {
        fault = storm.next(shared.files.get(file).map_or(0, Bytes::len));
    }
    if shared.down.load(Ordering::SeqCst) {
        fault = Some(Kind::HangUp);
    }
    if let Some(kind) = &fault
        && let Some(response) = fault::instead(kind, &shared, &path)
    {
        return response;
    }
    if let Some(response) = shared.logins.answer(&path).or_else(|| shared.logins.refusal(&path, &parts)) {
        return response;
    }
    if let Some(file) = file {
        return files::answer(&shared, number, &file, &parts, fault);
    }
    match path.starts_with(odata::ROOT) {
        true => odata::answer(&shared, &path, &parts, &body),
        false => stac::answer(&shared, &parts, &body),
    }
}

fn json(value: &Value) -> Response {
    Response::builder().header("content-type", "application/geo+json").body(Body::from(value.to_string())).expect("an answer")
}
