//! A server whose bytes flow only as far as a test lets them, and engines over one folder.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{Response, StatusCode, header},
};
use swath_domain::{Access, Package, PackageForm, Scene, SceneId, Sensor, Transfer, TransferId, TransferState, Wanted};
use swath_library::{Library, TransferRequest};
use swath_remote::{Accounts, ClientOptions};
use tokio::{runtime::Runtime, sync::watch};

use crate::{Engine, EngineOptions, Limits, Order, TransferEvent, TransferRules};

/// Nothing that a test waits for takes longer.
const PATIENCE: Duration = Duration::from_secs(30);
const CHUNK: usize = 32 << 10;

/// Serves tars at `/<number>.tar`.
pub(super) struct Server {
    address: SocketAddr,
    served: Arc<Served>,
    /// Its connections end with it.
    runtime: Option<Runtime>,
}

struct Served {
    size: usize,
    /// Bytes that may be sent in all.
    allowed: watch::Sender<u64>,
    sent: Mutex<u64>,
    asked: Mutex<Vec<String>>,
}

impl Server {
    /// Every tar has about this length.
    pub(super) fn start(size: usize) -> Self {
        let served = Arc::new(Served { size, allowed: watch::channel(u64::MAX).0, sent: Mutex::default(), asked: Mutex::default() });
        let mut server = Self { address: ([127, 0, 0, 1], 0).into(), served, runtime: None };
        server.up();
        server
    }

    /// Listens where it listened before.
    pub(super) fn up(&mut self) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (address, served) = (self.address, self.served.clone());
        let (told, heard) = std::sync::mpsc::channel();
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::bind(address).await.unwrap();
            told.send(listener.local_addr().unwrap()).unwrap();
            axum::serve(listener, Router::new().fallback(answer).with_state(served)).await.unwrap();
        });
        self.address = heard.recv_timeout(PATIENCE).unwrap();
        self.runtime = Some(runtime);
    }

    /// Nobody can be reached, and every connection is cut.
    pub(super) fn down(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    /// Lets so many bytes through in all.
    pub(super) fn allow(&self, bytes: u64) {
        self.served.allowed.send_replace(bytes);
    }

    pub(super) fn open(&self) {
        self.allow(u64::MAX);
    }

    pub(super) fn sent(&self) -> u64 {
        *self.served.sent.lock().unwrap()
    }

    /// Paths in the order in which they were first asked for.
    pub(super) fn asked(&self) -> Vec<String> {
        let mut asked: Vec<String> = Vec::new();
        for path in self.served.asked.lock().unwrap().iter() {
            if !asked.contains(path) {
                asked.push(path.clone());
            }
        }
        asked
    }

    /// Length of a tar.
    pub(super) fn length(&self) -> u64 {
        tar("0", self.served.size).len() as u64
    }

    /// A Landsat scene whose bundle lies here.
    pub(super) fn scene(&self, number: usize) -> Scene {
        self.scene_of(number, Access::Open)
    }

    pub(super) fn scene_of(&self, number: usize, access: Access) -> Scene {
        let shape = geo::MultiPolygon::new(Vec::new());
        let name = format!("LC08_L2SP_{:03}{:03}_20240512_20240520_02_T1", 1 + number / 200, 1 + number % 200);
        let id = SceneId::new("usgs", "landsat", &name);
        let mut scene = Scene::new(id, Sensor::LandsatC2L2, "2024-05-12T10:00:00Z".parse().unwrap(), shape);
        scene.tile = Some(name[10..16].to_owned());
        scene.platform = "landsat-8".into();
        scene.name = Some(name);
        scene.packages.push(Package {
            form: PackageForm::LandsatTar,
            href: format!("http://{}/{number}.tar", self.address),
            provider: "usgs".into(),
            access,
            size: Some(self.length()),
            checksum: None,
            online: true,
        });
        scene
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.down();
    }
}

async fn answer(State(served): State<Arc<Served>>, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    served.asked.lock().unwrap().push(path.clone());
    let whole = tar(path.trim_matches(|c: char| !c.is_ascii_digit()), served.size);
    let total = whole.len();
    let range = request.headers().get(header::RANGE).and_then(|value| {
        let (from, to) = value.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
        let to = if to.is_empty() { total } else { (to.parse::<usize>().ok()? + 1).min(total) };
        Some((from.parse().ok()?, to))
    });
    let (from, to) = range.unwrap_or((0, total));
    let chunks: Vec<Bytes> = whole[from..to].chunks(CHUNK).map(Bytes::copy_from_slice).collect();
    let allowed = served.allowed.subscribe();
    let body = futures::stream::unfold((chunks.into_iter(), served.clone()), move |(mut chunks, served)| {
        let mut allowed = allowed.clone();
        async move {
            let chunk = chunks.next()?;
            let least = served.sent();
            allowed.wait_for(|allowed| *allowed > least).await.ok()?;
            served.count(chunk.len() as u64);
            Some((Ok::<_, std::io::Error>(chunk), (chunks, served)))
        }
    });
    let mut response = Response::builder().header(header::ETAG, "\"1\"").header(header::CONTENT_LENGTH, to - from);
    if range.is_some() {
        response = response.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, format!("bytes {from}-{}/{total}", to - 1));
    }
    response.body(Body::from_stream(body)).unwrap()
}

impl Served {
    fn sent(&self) -> u64 {
        *self.sent.lock().unwrap()
    }

    fn count(&self, bytes: u64) {
        *self.sent.lock().unwrap() += bytes;
    }
}

/// A tar of one file.
fn tar(seed: &str, size: usize) -> Vec<u8> {
    let name = format!("LC08_{seed}_SR_B4.TIF");
    let mut header = [0_u8; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    header[136..148].copy_from_slice(b"00000000000\0");
    header[148..156].copy_from_slice(b"        ");
    header[156] = b'0';
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut all = header.to_vec();
    all.resize(512 + size, seed.as_bytes()[0]);
    all.resize(all.len().div_ceil(512) * 512 + 1024, 0);
    all
}

pub(super) fn wanted() -> Wanted {
    Wanted::Product { form: PackageForm::LandsatTar, unpack: false }
}

pub(super) fn order(name: &str, scenes: Vec<Scene>) -> Order {
    Order { name: name.into(), scenes, wanted: wanted() }
}

pub(super) fn requests(scenes: &[Scene]) -> Vec<TransferRequest> {
    scenes.iter().map(|scene| TransferRequest { scene: scene.clone(), wanted: wanted(), name: scene.id.item().into() }).collect()
}

pub(super) fn options(parallel: Option<usize>, all: bool) -> EngineOptions {
    let client = ClientOptions {
        connect: Duration::from_secs(2),
        stall: Duration::from_secs(20),
        tries: 2,
        first_wait: Duration::from_millis(10),
        longest_wait: Duration::from_millis(50),
        ..ClientOptions::default()
    };
    EngineOptions {
        client,
        accounts: Accounts::session_only(),
        providers: Vec::new(),
        limits: Limits::default(),
        jobs_at_once: 1,
        take_up_queued: all,
        transfers: parallel.map(|parallel| TransferRules { parallel, ..TransferRules::default() }),
    }
}

/// An engine over a folder, in the runtime that calls this.
pub(super) fn engine(folder: &Path, parallel: Option<usize>, all: bool) -> Engine {
    Engine::start(Library::open(folder).unwrap(), options(parallel, all)).unwrap()
}

impl Engine {
    /// The transfer with the progress of this moment.
    pub(super) fn transfer(&self, id: TransferId) -> Transfer {
        self.transfers().unwrap().into_iter().find(|row| row.id == id).unwrap()
    }

    /// Waits until a transfer is as wanted.
    pub(super) async fn until(&self, id: TransferId, is: impl Fn(&Transfer) -> bool) -> Transfer {
        let mut events = self.subscribe_transfers();
        let waiting = async {
            loop {
                let row = self.transfer(id);
                if is(&row) {
                    return row;
                }
                // An event that was missed is told by the row.
                let _ = tokio::time::timeout(Duration::from_millis(100), events.recv()).await;
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(row) => row,
            Err(_) => panic!("transfer {id} did not become what was waited for: {:#?}", self.transfer(id)),
        }
    }

    pub(super) async fn until_state(&self, id: TransferId, state: TransferState) -> Transfer {
        self.until(id, |row| row.state == state).await
    }

    /// Waits until all have ended, and counts them by state.
    pub(super) async fn ends(&self, ids: &[TransferId]) -> BTreeMap<&'static str, usize> {
        let rows = tokio::time::timeout(PATIENCE, self.wait_transfers(ids)).await.expect("they end").unwrap();
        let mut ends = BTreeMap::new();
        for row in rows {
            *ends.entry(row.state.name()).or_default() += 1;
        }
        ends
    }
}

/// Batches that have ended, in order.
pub(super) fn batches(events: &mut tokio::sync::broadcast::Receiver<TransferEvent>) -> Vec<(usize, usize)> {
    let mut ended = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let TransferEvent::Batch { succeeded, failed, .. } = event {
            ended.push((succeeded, failed));
        }
    }
    ended
}
