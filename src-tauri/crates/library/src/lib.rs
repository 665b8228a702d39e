//! The library: everything that Swath keeps, and the only code that writes the database and the data folders.
//!
//! ```no_run
//! # fn example(recipe: swath_domain::Recipe) -> Result<(), Box<dyn std::error::Error>> {
//! # let now = jiff::Timestamp::now();
//! use swath_domain::JobState;
//! use swath_library::{JobRequest, Library};
//!
//! let library = Library::open("data".as_ref())?;                      // creates, migrates, heals what a crash left half done
//! let job = library.jobs().insert(&JobRequest { recipe, scenes: vec![] }, now)?;   // a row first …
//! if let Some(_claim) = library.jobs().claim(job.id)? {               // … and a task second, of one process only
//!     library.jobs().transition(job.id, JobState::Running, None, now)?;
//!     let staging = library.folders().staging_of(job.id);             // unfinished work lies here
//!     // … and ends with `library.products().publish(…)`: flush, rename, one transaction
//! }
//! # Ok(()) }
//! ```
//!
//! - [`Jobs`]: rows are the truth about jobs; a transition that [`swath_domain::JobState::may_become`] forbids is refused.
//! - [`Scenes`]: what catalogues said, found again by place, time and cloud through a four-dimensional R*Tree.
//! - [`Transfers`]: the queue of what is fetched into the library, by the same rules; [`Transfers::publish`] says how a scene gets in.
//! - [`Holdings`]: what the library has of scenes, known by what it is and not by where it came from.
//! - [`Products`]: a file under `library/` is whole; see [`Products::publish`] for how a crash at any moment is survived.
//! - [`Library::move_root`]: the library's folder on another disk, and what happens while that disk is not there.
//! - [`Cache`]: what may be deleted to make room, least recently used first.
//! - [`places()`]: a gazetteer that needs no network and no data folder.
//! - [`Settings`]: small values. Never a secret: those live in the system's keyring.
//!
//! Everything here is synchronous and takes microseconds to milliseconds, except for publishing, moving, re-linking and deleting large
//! files. [`Library`] is cheap to clone and can be used from any thread; several processes may use the same data folder at once.

mod cache;
mod copy;
mod db;
mod error;
mod files;
mod folders;
mod holdings;
mod jobs;
mod lock;
mod naming;
mod pictures;
mod place;
mod places;
mod products;
mod quarantine;
mod root;
mod scenes;
mod settings;
mod slug;
mod traffic;
mod transfers;

use std::path::Path;
use std::sync::Arc;

pub use cache::Cache;
pub use error::LibraryError;
pub use folders::Folders;
pub use holdings::{HoldingCondition, HoldingFilter, Holdings, Relinked, RemoveHow};
pub use jobs::{JobClaim, JobRequest, Jobs};
pub use naming::place_of;
pub use pictures::PictureKind;
pub use places::{Place, PlaceKind, places};
pub use products::{ProductFilter, Products, PublishRequest};
pub use root::Root;
pub use scenes::{SceneFilter, Scenes};
pub use settings::Settings;
pub use traffic::Traffic;
pub use transfers::{Piece, TransferClaim, TransferRequest, Transfers};

/// The database and the data folders.
#[derive(Clone)]
pub struct Library {
    inner: Arc<Inner>,
}

struct Inner {
    folders: Folders,
    db: db::Db,
    areas: transfers::Areas,
}

impl Library {
    /// Opens the library in a data folder: creates what is missing, brings the database up to date, and finishes what a crash
    /// interrupted between files and rows (see [`Products::publish`]).
    ///
    /// # Errors
    /// [`LibraryError::Newer`] when a newer program wrote the database, in which case nothing is touched; a folder that cannot be written.
    pub fn open(data_dir: &Path) -> Result<Library, LibraryError> {
        let folders = Folders::new(data_dir);
        db::Db::check(&folders.database())?;
        folders.create()?;
        let lock = lock::wait(&folders.lock())?;
        let db = db::Db::open(&folders.database())?;
        let library = Library { inner: Arc::new(Inner { folders, db, areas: Default::default() }) };
        root::prepare(&library)?;
        products::heal(&library)?;
        transfers::heal(&library)?;
        holdings::heal(&library)?;
        jobs::sweep(&library)?;
        transfers::sweep(&library)?;
        if let Err(error) = root::finish_leaving(&library) {
            tracing::warn!(%error, "files of the library's earlier place could not be deleted");
        }
        drop(lock);
        Ok(library)
    }

    /// Where things lie.
    pub fn folders(&self) -> &Folders {
        &self.inner.folders
    }

    /// Runs of recipes.
    pub fn jobs(&self) -> Jobs<'_> {
        Jobs { library: self }
    }

    /// Scenes that catalogues described.
    pub fn scenes(&self) -> Scenes<'_> {
        Scenes { library: self }
    }

    /// Finished images.
    pub fn products(&self) -> Products<'_> {
        Products { library: self }
    }

    /// The queue of what is fetched into the library.
    pub fn transfers(&self) -> Transfers<'_> {
        Transfers { library: self }
    }

    /// What the library has of scenes.
    pub fn holdings(&self) -> Holdings<'_> {
        Holdings { library: self }
    }

    /// What each account has fetched.
    pub fn traffic(&self) -> Traffic<'_> {
        Traffic { library: self }
    }

    /// What may be deleted to make room.
    pub fn cache(&self) -> Cache<'_> {
        Cache { library: self }
    }

    /// Small values kept between sessions.
    pub fn settings(&self) -> Settings<'_> {
        Settings { library: self }
    }

    fn areas(&self) -> &transfers::Areas {
        &self.inner.areas
    }

    fn db(&self) -> &db::Db {
        &self.inner.db
    }
}

impl std::fmt::Debug for Library {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Library").field("data", &self.inner.folders.data()).finish_non_exhaustive()
    }
}
