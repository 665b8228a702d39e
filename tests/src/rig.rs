//! A library and an engine over folders of their own, and ways to wait for what a job does.

mod audit;
mod fetching;

use std::path::{Path, PathBuf};
use std::time::Duration;

use swath_domain::{Job, JobId, JobState, Product, ProductId, Recipe, Record, Stage};
use swath_library::{JobRequest, Library};
use swath_pipeline::{Engine, EngineOptions, Limits};
use swath_remote::provider::{Kind, Provider as Catalogue, built_in};
use swath_remote::{Accounts, ClientOptions};
use tempfile::TempDir;

use crate::provider::Provider;
use crate::tiff::Tiff;

pub use audit::{Audit, audit, files};
pub use fetching::{bands, fetching, items, items_at, product, products};

/// An engine at work.
pub struct Rig {
    /// The engine.
    pub engine: Engine,
    folder: PathBuf,
    /// Deletes the folder at the end when it is the rig's own.
    _own: Option<TempDir>,
}

/// The files of a product.
pub struct Files {
    /// The row.
    pub product: Product,
    /// Where they lie.
    pub folder: PathBuf,
    /// The image.
    pub composite: Tiff,
    /// Number of looks and source of each pixel.
    pub quality: Tiff,
    /// How it was made.
    pub record: Record,
}

impl Rig {
    /// Over a fresh folder.
    pub fn new(server: &Provider) -> Self {
        Self::with(&[catalogue(server)])
    }

    /// Over a fresh folder, with these catalogues.
    pub fn with(catalogues: &[Catalogue]) -> Self {
        let own = TempDir::new().expect("a temporary folder");
        let mut rig = Self::over(own.path(), catalogues);
        rig._own = Some(own);
        rig
    }

    /// Over a folder that stays.
    pub fn over(folder: &Path, catalogues: &[Catalogue]) -> Self {
        let library = Library::open(folder).expect("a library");
        let engine = Engine::start(library, options(catalogues.to_vec())).expect("an engine");
        Self { engine, folder: folder.to_owned(), _own: None }
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Queues a run that searches for its scenes.
    pub fn submit(&self, recipe: &Recipe) -> JobId {
        let request = JobRequest { recipe: recipe.clone(), scenes: Vec::new() };
        self.engine.submit(&request).expect("a queued job").id
    }

    /// The job as it is at this moment.
    pub fn job(&self, id: JobId) -> Job {
        self.engine.jobs().expect("the list").into_iter().find(|job| job.id == id).expect("the job")
    }

    /// Waits until a job is as wanted.
    pub async fn until(&self, id: JobId, wanted: impl Fn(&Job) -> bool) -> Job {
        let mut events = self.engine.subscribe();
        let waiting = async {
            loop {
                let job = self.job(id);
                if wanted(&job) {
                    return job;
                }
                // An event that was missed is told by the row.
                let _ = events.recv().await;
            }
        };
        match tokio::time::timeout(crate::PATIENCE, waiting).await {
            Ok(job) => job,
            Err(_) => panic!("job {id} did not become what was waited for: {:?}", self.job(id)),
        }
    }

    /// Waits until a job is in a state.
    pub async fn until_state(&self, id: JobId, state: JobState) -> Job {
        self.until(id, |job| job.state == state).await
    }

    /// Waits until a job works on a stage and has done `steps` of it.
    pub async fn until_stage(&self, id: JobId, stage: Stage, steps: u64) -> Job {
        self.until(id, |job| job.progress.stages.last().is_some_and(|s| s.stage == stage && s.done >= steps)).await
    }

    /// Waits until a job neither waits nor runs.
    pub async fn ended(&self, id: JobId) -> Job {
        match tokio::time::timeout(crate::PATIENCE, self.engine.wait(id)).await {
            Ok(job) => job.expect("the job"),
            Err(_) => panic!("job {id} did not end: {:?}", self.job(id)),
        }
    }

    /// Runs a recipe to its product.
    pub async fn make(&self, recipe: &Recipe) -> Files {
        let id = self.submit(recipe);
        self.product_of(id).await
    }

    /// Waits for the product of a job.
    pub async fn product_of(&self, id: JobId) -> Files {
        let job = self.ended(id).await;
        assert_eq!(job.state, JobState::Succeeded, "{:?}", job.error);
        self.files(job.product.expect("a job that succeeded has a product"))
    }

    /// Reads the files of a product.
    pub fn files(&self, id: ProductId) -> Files {
        let products = self.engine.library().products();
        let product = products.get(id).expect("the product");
        let folder = products.folder(&product);
        let read = |name: &str| std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        Files {
            composite: Tiff::new(read("composite.tif")),
            quality: Tiff::new(read("quality.tif")),
            record: serde_json::from_slice(&read("record.json")).expect("a record"),
            product,
            folder,
        }
    }

    /// Number of published products, in the list and on the disk.
    pub fn published(&self) -> (usize, usize) {
        let library = self.engine.library();
        let listed = library.products().list(&Default::default()).expect("the list").len();
        (listed, std::fs::read_dir(library.folders().products()).expect("the folder").count())
    }

    /// Waits until nothing unfinished of a job is left. It is deleted right after the row has told of success.
    pub async fn cleared(&self, id: JobId) {
        let gone = async {
            while self.staged(id) > 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(crate::PATIENCE, gone).await.unwrap_or_else(|_| panic!("unfinished work of job {id} is left over"));
    }

    /// Files of unfinished work of a job.
    pub fn staged(&self, id: JobId) -> usize {
        let mut open = vec![self.engine.library().folders().staging_of(id)];
        let mut found = 0;
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.path().is_dir() { open.push(entry.path()) } else { found += 1 }
            }
        }
        found
    }
}

impl Files {
    /// All files that are equal for equal runs, with their bytes. `product.json` says when it was published and is left out.
    pub fn bytes(&self) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<_> = std::fs::read_dir(&self.folder)
            .expect("the folder")
            .flatten()
            .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("a file")))
            .filter(|(name, _)| name != "product.json")
            .collect();
        files.sort();
        files
    }

    /// Fails unless both products are the same, byte for byte.
    #[track_caller]
    pub fn assert_same(&self, expected: &[(String, Vec<u8>)], why: &str) {
        let got = self.bytes();
        let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&got), names(expected), "{why}");
        for ((name, got), (_, expected)) in got.iter().zip(expected) {
            assert!(got == expected, "{name} differs: {why}");
        }
    }
}

/// The server as a catalogue of the program, with the table of the demo's collection.
pub fn catalogue(server: &Provider) -> Catalogue {
    catalogue_at(server.url())
}

/// The server as another catalogue of the program.
pub fn catalogue_named(id: &str, server: &Provider) -> Catalogue {
    Catalogue { id: id.into(), title: format!("Catalogue {id}"), ..catalogue(server) }
}

/// A catalogue at an address.
pub fn catalogue_at(url: &str) -> Catalogue {
    let demo = built_in(Some(Path::new("demo"))).into_iter().find(|provider| provider.id == "demo").expect("the demo's table");
    Catalogue {
        id: "test".into(),
        title: "Test catalogue".into(),
        kind: Kind::Stac { url: url.to_owned() },
        requests_per_second: 0.0,
        parallel: 6,
        ..demo
    }
}

/// Two workers, little patience with the network, and small blocks.
pub fn options(providers: Vec<Catalogue>) -> EngineOptions {
    let client = ClientOptions {
        connect: Duration::from_secs(5),
        first_byte: Duration::from_secs(5),
        stall: Duration::from_millis(500),
        tries: 4,
        first_wait: Duration::from_millis(10),
        longest_wait: Duration::from_secs(5),
        ..ClientOptions::default()
    };
    EngineOptions {
        client,
        accounts: Accounts::session_only(),
        providers,
        limits: limits(),
        jobs_at_once: 2,
        take_up_queued: false,
        transfers: None,
    }
}

/// The least memory makes the smallest blocks, so that small scenes have many of them.
pub fn limits() -> Limits {
    Limits { network: 16, cpu: 2, disk: 2, memory: 1 }
}
