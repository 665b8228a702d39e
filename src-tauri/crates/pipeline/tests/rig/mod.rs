//! What the tests of transfers share: a server of files, products made for it, and an engine over a library of its own.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    reason = "every test takes what it needs, and gives up where something is missing"
)]

pub mod made;
pub mod served;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    path::{Path, PathBuf},
    time::Duration,
};

use geo::{MultiPolygon, polygon};
use swath_domain::{
    Access, AccountKind, Aoi, Asset, Band, Checksum, Evidence, Holding, Never, Package, PackageForm, Radiometry, Scene, SceneId, Sensor,
    Transfer, TransferId, Wanted,
};
use swath_library::{HoldingFilter, Library};
use swath_pipeline::{Engine, EngineOptions, Limits, Order, TransferRules};
use swath_remote::{Accounts, ClientOptions, Endpoints, provider::Provider};
use tempfile::TempDir;

pub use served::Server;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// An engine at work over a library of its own.
pub struct Rig {
    pub engine: Engine,
    pub folder: PathBuf,
    _own: Option<TempDir>,
}

impl Rig {
    pub fn new() -> Self {
        Self::with(Vec::new(), &[])
    }

    /// With catalogues that can be asked again, and services that hand out what the accounts are for.
    pub fn with(providers: Vec<Provider>, accounts: &[AccountKind]) -> Self {
        let own = TempDir::new().unwrap();
        let folder = own.path().to_owned();
        Self { _own: Some(own), ..Self::over_with(&folder, providers, accounts) }
    }

    /// Over a folder that stays.
    pub fn over(folder: &Path) -> Self {
        Self::over_with(folder, Vec::new(), &[])
    }

    fn over_with(folder: &Path, providers: Vec<Provider>, accounts: &[AccountKind]) -> Self {
        let library = Library::open(folder).unwrap();
        let set = Accounts::session_only();
        for kind in accounts {
            let fields = swath_remote::about(*kind).fields.iter().map(|field| (field.name.to_owned(), "x".repeat(24)));
            set.set(*kind, fields.collect::<BTreeMap<_, _>>()).unwrap();
        }
        let client =
            ClientOptions { tries: 2, first_wait: Duration::from_millis(5), endpoints: Endpoints::default(), ..ClientOptions::default() };
        let options = EngineOptions {
            client,
            accounts: set,
            providers,
            limits: Limits::default(),
            jobs_at_once: 1,
            take_up_queued: true,
            transfers: Some(TransferRules::default()),
        };
        let engine = Engine::start(library, options).unwrap();
        Self { engine, folder: folder.to_owned(), _own: None }
    }

    /// Orders and waits until everything has ended.
    pub async fn bring(&self, scenes: &[Scene], wanted: &Wanted) -> Vec<Transfer> {
        let order = Order { name: "test".into(), scenes: scenes.to_vec(), wanted: wanted.clone() };
        let ordered = self.engine.order(order).unwrap();
        let Some(batch) = ordered.batch else { return Vec::new() };
        tokio::time::timeout(PATIENCE, self.engine.wait_batch(batch.id)).await.expect("the transfers end").unwrap()
    }

    /// The same for one scene; its error, when it failed.
    pub async fn one(&self, scene: &Scene, wanted: &Wanted) -> Result<Transfer, String> {
        let transfer = self.bring(std::slice::from_ref(scene), wanted).await.remove(0);
        match &transfer.error {
            None => Ok(transfer),
            Some(error) => Err(format!("{}: {}", error.code, error.message)),
        }
    }

    /// Waits until a transfer is as wanted.
    pub async fn until(&self, id: TransferId, wanted: impl Fn(&Transfer) -> bool) {
        let mut events = self.engine.subscribe_transfers();
        let waiting = async {
            while !self.engine.transfers().unwrap().iter().any(|transfer| transfer.id == id && wanted(transfer)) {
                // An event that was missed is told by the row.
                let _ = events.recv().await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the transfer becomes what is waited for");
    }

    pub fn holdings(&self) -> Vec<Holding> {
        self.engine.library().holdings().list(&HoldingFilter::default()).unwrap()
    }

    pub fn path(&self, holding: &Holding) -> PathBuf {
        self.engine.library().holdings().path(holding)
    }

    /// Files that were put aside, without the texts that say why.
    pub fn quarantined(&self) -> Vec<String> {
        let folder = self.folder.join("cache/quarantine");
        if !folder.exists() {
            return Vec::new();
        }
        made::below(&folder).into_iter().filter(|path| !path.ends_with(".txt")).collect()
    }

    pub async fn states(&self) -> (usize, usize, usize) {
        let summary = self.engine.verify(None, &Never, &mut |_| ()).await.unwrap();
        (summary.verified, summary.missing, summary.damaged)
    }
}

/// A scene over the grid of [`made::grid`], as `provider` tells of it.
pub fn scene(provider: &str) -> Scene {
    let footprint =
        MultiPolygon(vec![polygon![(x: 15.0, y: 46.9), (x: 15.2, y: 46.9), (x: 15.2, y: 47.0), (x: 15.0, y: 47.0), (x: 15.0, y: 46.9)]]);
    let id = SceneId::new(provider, "sentinel-2-l2a", made::NAME);
    Scene {
        name: Some(made::NAME.into()),
        tile: Some("33TWL".into()),
        platform: "sentinel-2b".into(),
        baseline: Some("05.11".into()),
        ..Scene::new(id, Sensor::Sentinel2L2a, "2025-08-18T10:05:59Z".parse().unwrap(), footprint)
    }
}

pub fn radiometry() -> Radiometry {
    Radiometry { scale: 0.0001, offset: -0.1, nodata: Some(0.0), evidence: Evidence::Metadata }
}

/// A place of a band.
pub fn asset(href: &str, provider: &str) -> Asset {
    Asset { provider: provider.into(), ..Asset::new(href, radiometry()) }
}

/// Adds a place of a band, behind those that are there.
pub fn add(scene: &mut Scene, band: Band, asset: Asset) {
    match scene.assets.entry(band) {
        Entry::Vacant(place) => drop(place.insert(asset)),
        Entry::Occupied(_) => scene.alternates.entry(band).or_default().push(asset),
    }
}

/// A whole product that anyone may fetch.
pub fn package(form: PackageForm, href: &str, provider: &str, bytes: Option<&[u8]>) -> Package {
    Package {
        form,
        href: href.into(),
        provider: provider.into(),
        access: Access::Open,
        size: bytes.map(|bytes| bytes.len() as u64),
        checksum: bytes.map(|bytes| Checksum::Md5(made::md5(bytes))),
        online: true,
    }
}

/// A part of the ground under [`made::grid`].
pub fn area() -> Aoi {
    Aoi::from_bbox([15.003, 46.945, 15.012, 46.952]).unwrap()
}
