//! An engine that fetches scenes: its catalogues and account, and ways to order and to wait.

use std::collections::BTreeMap;
use std::path::Path;

use swath_domain::{AccountKind, Band, PackageForm, Scene, Sensor, Transfer, TransferId, Wanted};
use swath_library::Library;
use swath_pipeline::{Engine, EngineOptions, Order, Ordered, TransferRules};
use swath_remote::Accounts;
use swath_remote::provider::{Collection, Kind, Provider as Catalogue};

use super::{Rig, catalogue_at, catalogue_named, options};
use crate::provider::Provider;

/// The catalogue of items of a server, with the tables of two sensors.
pub fn items(id: &str, server: &Provider) -> Catalogue {
    items_at(id, server.url())
}

/// The same by its address.
pub fn items_at(id: &str, url: &str) -> Catalogue {
    let mut catalogue = Catalogue { id: id.into(), title: format!("Catalogue {id}"), ..catalogue_at(url) };
    let landsat = Collection {
        id: "landsat-c2-l2".into(),
        sensor: Sensor::LandsatC2L2,
        assets: BTreeMap::from([(Band::Red, "red".to_owned())]),
        ..catalogue.collections[0].clone()
    };
    catalogue.collections.push(landsat);
    catalogue
}

/// The catalogue of whole products of a server, behind a login.
pub fn products(id: &str, server: &Provider) -> Catalogue {
    let mut catalogue = catalogue_named(id, server);
    catalogue.kind = Kind::OData { url: server.odata_url() };
    catalogue.parallel = 4;
    catalogue.collections.truncate(1);
    for collection in &mut catalogue.collections {
        (collection.id, collection.assets) = ("S2MSI2A".into(), BTreeMap::new());
    }
    catalogue
}

/// Options of an engine that takes up what is queued, with an account at `server`.
pub fn fetching(server: &Provider, catalogues: Vec<Catalogue>) -> EngineOptions {
    let accounts = Accounts::session_only();
    let fields = [("user", "somebody"), ("password", "a secret")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    accounts.set(AccountKind::Cdse, fields.into()).expect("an account");
    let mut options = options(catalogues);
    options.client.endpoints = server.endpoints();
    let transfers = Some(TransferRules { parallel: 4, ..TransferRules::default() });
    EngineOptions { accounts, transfers, take_up_queued: true, ..options }
}

/// What is wanted most often.
pub fn bands(bands: &[Band]) -> Wanted {
    Wanted::Bands { bands: bands.to_vec() }
}

/// The whole product in a form.
pub fn product(form: PackageForm) -> Wanted {
    Wanted::Product { form, unpack: false }
}

impl Rig {
    /// An engine with these options over a folder that stays.
    pub fn start(folder: &Path, options: EngineOptions) -> Self {
        let library = Library::open(folder).expect("a library");
        Self { engine: Engine::start(library, options).expect("an engine"), folder: folder.to_owned(), _own: None }
    }

    /// The same over a fresh folder.
    pub fn fresh(options: EngineOptions) -> Self {
        let own = tempfile::TempDir::new().expect("a temporary folder");
        let mut rig = Self::start(own.path(), options);
        rig._own = Some(own);
        rig
    }

    /// Orders something of some scenes.
    pub fn order(&self, scenes: &[Scene], wanted: Wanted) -> Ordered {
        let order = Order { name: "Test".into(), scenes: scenes.to_vec(), wanted };
        self.engine.order(order).unwrap_or_else(|error| panic!("the order was refused: {error}"))
    }

    /// A transfer as it is at this moment.
    pub fn transfer(&self, id: TransferId) -> Transfer {
        self.engine.transfers().expect("the queue").into_iter().find(|transfer| transfer.id == id).expect("the transfer")
    }

    /// Waits until a transfer is as wanted.
    pub async fn until_transfer(&self, id: TransferId, wanted: impl Fn(&Transfer) -> bool) -> Transfer {
        let mut events = self.engine.subscribe_transfers();
        let waiting = async {
            loop {
                let transfer = self.transfer(id);
                if wanted(&transfer) {
                    return transfer;
                }
                // An event that was missed is told by the row.
                let _ = tokio::time::timeout(std::time::Duration::from_millis(200), events.recv()).await;
            }
        };
        match tokio::time::timeout(crate::PATIENCE, waiting).await {
            Ok(transfer) => transfer,
            Err(_) => panic!("transfer {id} did not become what was waited for: {:?}", self.transfer(id)),
        }
    }

    /// Waits until one of some transfers is as wanted.
    pub async fn until_any(&self, some: &[Transfer], wanted: impl Fn(&Transfer) -> bool) -> Transfer {
        let mut events = self.engine.subscribe_transfers();
        let waiting = async {
            loop {
                let all = self.engine.transfers().expect("the queue");
                if let Some(found) = all.iter().find(|now| some.iter().any(|one| one.id == now.id) && wanted(now)) {
                    return found.clone();
                }
                let _ = tokio::time::timeout(std::time::Duration::from_millis(200), events.recv()).await;
            }
        };
        match tokio::time::timeout(crate::PATIENCE, waiting).await {
            Ok(transfer) => transfer,
            Err(_) => panic!("no transfer became what was waited for: {:?}", self.engine.transfers()),
        }
    }

    /// Waits until a transfer has ended, however, and its row tells all of it.
    pub async fn transfer_ended(&self, id: TransferId) -> Transfer {
        match tokio::time::timeout(crate::PATIENCE, self.engine.wait_transfers(&[id])).await {
            Ok(ended) => ended.expect("the queue").remove(0),
            Err(_) => panic!("transfer {id} did not end: {:?}", self.transfer(id)),
        }
    }

    /// Waits until all transfers have ended and tells how many did so in which state.
    pub async fn all_ended(&self) -> BTreeMap<&'static str, usize> {
        let mut states = BTreeMap::new();
        for transfer in self.engine.transfers().expect("the queue") {
            *states.entry(self.transfer_ended(transfer.id).await.state.name()).or_default() += 1;
        }
        states
    }
}
