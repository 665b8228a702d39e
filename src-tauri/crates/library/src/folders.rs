//! Where things lie inside the data folder.

use std::path::{Path, PathBuf};

use swath_domain::{JobId, TransferId};

use crate::error::{Result, io};

/// The data folder and its parts. Only this crate decides where things lie.
///
/// ```text
/// swath.db             the database
/// library/products/    finished images, one readable folder each
/// library/scenes/      whole scenes
/// cache/ranges|thumbs|base
///                      may be deleted at any time while no job runs
/// staging/<job>/       unfinished work of a job; staging/<job>.lock is held by the process that runs it
/// demo/  logs/
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    data: PathBuf,
}

impl Folders {
    /// The parts of a data folder; nothing is created.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self { data: data.into() }
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
        self.data.join("library")
    }

    /// Finished images.
    pub fn products(&self) -> PathBuf {
        self.library().join("products")
    }

    /// Whole scenes.
    pub fn scenes(&self) -> PathBuf {
        self.library().join("scenes")
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
        self.staging().join("transfers").join(transfer.to_string())
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

    pub(crate) fn create(&self) -> Result<()> {
        let all = [self.products(), self.scenes(), self.ranges(), self.thumbs(), self.base(), self.staging(), self.demo(), self.logs()];
        all.iter().try_for_each(|folder| std::fs::create_dir_all(folder).map_err(io("creating", folder)))
    }
}
