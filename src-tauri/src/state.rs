//! What the commands work with.

use std::path::Path;
use std::sync::Arc;

use swath_domain::{JobState, Scene, SceneId};
use swath_library::{Library, LibraryError};
use swath_pipeline::{Engine, EngineOptions};
use swath_remote::{
    ClientOptions,
    provider::{self, Provider},
};

use crate::{dialogs::Dialogs, newest::Newest, paths::Paths, settings, view::IpcError};

/// Jobs that run at a time; each of them fills the machine by itself, a second one fills the gaps of the first.
const JOBS_AT_ONCE: usize = 2;

/// One per process; clones share everything.
#[derive(Clone)]
pub struct AppState {
    /// Runs jobs and looks at scenes.
    pub engine: Engine,
    /// Folder of the user's own catalogues and base maps.
    pub config: Arc<Path>,
    /// The system's dialogs.
    pub dialogs: Dialogs,
    /// Searches overtake each other …
    pub searches: Newest,
    /// … and so do looks at clear shares, …
    pub shares: Newest,
    /// … plans, …
    pub plans: Newest,
    /// … and pages that watch the jobs, since a reloaded page begins anew.
    pub watchers: Newest,
    /// Held while the demo is made.
    pub demo: Arc<tokio::sync::Mutex<()>>,
}

impl AppState {
    /// Opens the library and starts the engine. Jobs that were waiting go on.
    ///
    /// Must be called inside a tokio runtime.
    pub fn open(paths: &Paths, dialogs: Dialogs) -> Result<Self, IpcError> {
        let library = Library::open(&paths.data)?;
        let settings = settings::load(&library);
        library.jobs().recover(jiff::Timestamp::now())?;
        if let Err(error) = make_room(&library, settings::cache_bytes(&settings)) {
            tracing::warn!(%error, "the cache could not be made smaller");
        }
        let options = EngineOptions {
            client: ClientOptions { user_agent: user_agent(), ..ClientOptions::default() },
            providers: providers(&paths.config, &library),
            limits: settings.limits.into(),
            jobs_at_once: JOBS_AT_ONCE,
            take_up_queued: true,
        };
        Ok(Self {
            engine: Engine::start(library, options)?,
            config: paths.config.as_path().into(),
            dialogs,
            searches: Newest::default(),
            shares: Newest::default(),
            plans: Newest::default(),
            watchers: Newest::default(),
            demo: Arc::default(),
        })
    }

    /// The library that everything is kept in.
    pub fn library(&self) -> &Library {
        self.engine.library()
    }

    /// A scene that some search has found, in this session or an earlier one.
    pub fn scene(&self, id: &SceneId) -> Result<Scene, LibraryError> {
        self.library().scenes().get(id)
    }

    /// Reads the catalogues again, for instance once the demo has been made.
    pub fn reload_providers(&self) {
        self.engine.set_providers(providers(&self.config, self.library()));
    }
}

/// The built-in catalogues, those in the user's folder, and the demo if it has been made.
fn providers(config: &Path, library: &Library) -> Vec<Provider> {
    let demo = Some(library.folders().demo()).filter(|folder| is_demo(folder));
    provider::load(config, demo.as_deref()).unwrap_or_else(|error| {
        tracing::warn!(%error, "only the built-in catalogues are used");
        provider::built_in(demo.as_deref())
    })
}

/// Whether a demo catalogue lies there. Its catalogue file is the last that is written.
fn is_demo(folder: &Path) -> bool {
    folder.join("catalog.json").is_file()
}

/// Files of the cache may only go while no job, here or in another process, works with them.
fn make_room(library: &Library, limit: u64) -> Result<(), LibraryError> {
    if library.jobs().list()?.iter().all(|job| job.state != JobState::Running) {
        let freed = library.cache().prune(limit, &|_| false)?;
        if freed > 0 {
            tracing::info!(freed, "removed what was used least recently from the cache");
        }
    }
    Ok(())
}

/// Tile servers and catalogues ask that a program tells its name, version and home.
fn user_agent() -> String {
    format!("Swath/{} (desktop application for satellite images)", env!("CARGO_PKG_VERSION"))
}
