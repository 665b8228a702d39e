//! Where things lie inside the data folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use swath_domain::{JobId, TransferId};

use crate::error::{Result, io};

/// The data folder and its parts. Only this crate decides where things lie.
///
/// ```text
/// swath.db             the database
/// library/             finished files; may lie on another disk
///   products/          finished images, one readable folder each
///   <sensor>/<date>/   scenes
/// cache/ranges|thumbs|base
///                      may be deleted at any time while no job runs
///   quarantine         files that were not what they should be
/// staging/<job>/       unfinished work of a job; staging/<job>.lock is held by the process that runs it
/// staging/transfers/   the same of transfers, while the library lies in the data folder
/// demo/  logs/
/// ```
///
/// Copies that a [`Library`](crate::Library) has given away follow when its folder moves.
#[derive(Debug, Clone)]
pub struct Folders {
    data: PathBuf,
    moved: Arc<RwLock<Moved>>,
}

/// What lies elsewhere than in the data folder.
#[derive(Debug, Default)]
pub(crate) struct Moved {
    /// The library's folder.
    pub(crate) root: Option<PathBuf>,
    /// Unfinished work of transfers that stayed where it was when the library moved.
    pub(crate) staging: BTreeMap<TransferId, PathBuf>,
}

/// Folder in a library on another disk for what is not finished. Beside the finished files, since only there renaming is enough.
pub(crate) const UNFINISHED: &str = ".unfinished";

impl Folders {
    /// The parts of a data folder; nothing is created.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self { data: data.into(), moved: Arc::default() }
    }

    /// The data folder itself.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.data.join("swath.db")
    }

    /// Finished files: the folder that [`swath_domain::Product::folder`] is relative to.
    pub fn library(&self) -> PathBuf {
        self.elsewhere(|moved| moved.root.clone()).unwrap_or_else(|| self.own_library())
    }

    /// Finished images.
    pub fn products(&self) -> PathBuf {
        self.library().join("products")
    }

    /// Everything that may be deleted to make room.
    pub fn cache(&self) -> PathBuf {
        self.data.join("cache")
    }

    /// Partly fetched source files.
    pub fn ranges(&self) -> PathBuf {
        self.cache().join("ranges")
    }

    /// Small pictures of scenes.
    pub fn thumbs(&self) -> PathBuf {
        self.cache().join("thumbs")
    }

    /// Tiles of the base map.
    pub fn base(&self) -> PathBuf {
        self.cache().join("base")
    }

    /// Unfinished work of jobs.
    pub fn staging(&self) -> PathBuf {
        self.data.join("staging")
    }

    /// Unfinished work of one job. Created by whoever works there; deleted with the job or when its product is published.
    pub fn staging_of(&self, job: JobId) -> PathBuf {
        self.staging().join(job.to_string())
    }

    /// Unfinished work of one transfer. Created by whoever works there; deleted with the transfer or when it is published. It lies on the disk
    /// of the library, so that a download needs its room only once, and stays where it is while the library moves.
    pub fn staging_of_transfer(&self, transfer: TransferId) -> PathBuf {
        self.elsewhere(|moved| match moved.staging.get(&transfer) {
            Some(folder) => Some(folder.clone()),
            None => moved.root.as_ref().map(|root| root.join(UNFINISHED).join(transfer.to_string())),
        })
        .unwrap_or_else(|| self.own_transfers().join(transfer.to_string()))
    }

    /// Files that were not what they should be.
    pub fn quarantine(&self) -> PathBuf {
        self.cache().join("quarantine")
    }

    /// The demo catalogue.
    pub fn demo(&self) -> PathBuf {
        self.data.join("demo")
    }

    /// Log files.
    pub fn logs(&self) -> PathBuf {
        self.data.join("logs")
    }

    pub(crate) fn claim_of(&self, job: JobId) -> PathBuf {
        self.staging().join(format!("{job}.lock"))
    }

    /// Held for the moments in which files and rows change together, and while the database is brought up to date.
    pub(crate) fn lock(&self) -> PathBuf {
        self.data.join("library.lock")
    }

    /// Held by the one program that moves the library's folder.
    pub(crate) fn moving(&self) -> PathBuf {
        self.data.join("moving.lock")
    }

    pub(crate) fn claim_of_transfer(&self, transfer: TransferId) -> PathBuf {
        self.own_transfers().join(format!("{transfer}.lock"))
    }

    /// The library's folder as long as it has not been moved.
    pub(crate) fn own_library(&self) -> PathBuf {
        self.data.join("library")
    }

    pub(crate) fn own_transfers(&self) -> PathBuf {
        self.staging().join("transfers")
    }

    /// Beside the finished files of the library, wherever it lies: what is copied here can be renamed into its place.
    pub(crate) fn unfinished(&self) -> PathBuf {
        self.library().join(UNFINISHED)
    }

    pub(crate) fn set_moved(&self, moved: Moved) {
        *self.moved.write().unwrap_or_else(PoisonError::into_inner) = moved;
    }

    fn elsewhere<T>(&self, read: impl FnOnce(&Moved) -> T) -> T {
        read(&self.moved.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// All but the library's folder, which may lie on a disk that is not there.
    pub(crate) fn create(&self) -> Result<()> {
        let all = [self.ranges(), self.thumbs(), self.base(), self.own_transfers(), self.demo(), self.logs()];
        all.iter().try_for_each(|folder| std::fs::create_dir_all(folder).map_err(io("creating", folder)))
    }
}
