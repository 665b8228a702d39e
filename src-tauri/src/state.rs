//! What the commands work with.

use std::path::Path;
use std::sync::Arc;

use swath_domain::{JobState, Scene, SceneId, TransferState};
use swath_library::{Library, LibraryError};
use swath_pipeline::{Engine, EngineOptions};
use swath_remote::{
    Accounts, ClientOptions, Endpoints, ServicesFileError,
    provider::{self, Provider},
};

use tauri::{AppHandle, Runtime};

use crate::{
    areas::AreaFiles,
    dialogs::Dialogs,
    forward,
    newest::Newest,
    notices::{self, Show},
    paths::Paths,
    settings,
    view::{ErrorCode, IpcError},
};

/// Jobs that run at a time; each of them fills the machine by itself, a second one fills the gaps of the first.
const JOBS_AT_ONCE: usize = 2;

/// What lies outside of the program: people, keychains, other computers. Tests bring their own.
#[derive(Clone)]
pub struct Outside {
    /// The system's dialogs.
    pub dialogs: Dialogs,
    /// The user's accounts.
    pub accounts: Accounts,
    /// Addresses of the services that hand out tokens.
    pub endpoints: Endpoints,
    /// The desktop's notices.
    pub show: Show,
}

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
    /// … files that are opened, …
    pub openings: Newest,
    /// … what is chosen of their features, …
    pub choices: Newest,
    /// … tries of an account, …
    pub tries: Newest,
    /// … looks at what can be downloaded, …
    pub offers: Newest,
    /// … pre-flights, …
    pub preflights: Newest,
    /// … looks at all holdings, …
    pub verifications: Newest,
    /// … moves of the library, …
    pub moves: Newest,
    /// … and pages that watch the jobs …
    pub watchers: Newest,
    /// … or the transfers, since a reloaded page begins anew.
    pub transfer_watchers: Newest,
    /// Files with areas that were opened.
    pub area_files: AreaFiles,
    /// Held while the demo is made.
    pub demo: Arc<tokio::sync::Mutex<()>>,
}

impl Outside {
    /// Dialogs, keychain and browser of the system, and the services that the user's configuration names, which are usually the real ones.
    ///
    /// # Errors
    /// A `services.json` that is wrong: without it, passwords could go where the user does not want them.
    pub fn native<R: Runtime>(app: &AppHandle<R>, paths: &Paths) -> Result<Self, IpcError> {
        let wrong = |error: ServicesFileError| IpcError::new(ErrorCode::Internal, error.to_string());
        Ok(Self {
            dialogs: Dialogs::native(app),
            accounts: Accounts::open(),
            endpoints: Endpoints::load(&paths.config).map_err(wrong)?,
            show: notices::native(app),
        })
    }
}

impl AppState {
    /// Opens the library and starts the engine. Jobs and transfers that were waiting go on.
    ///
    /// Must be called inside a tokio runtime.
    pub fn open(paths: &Paths, outside: Outside) -> Result<Self, IpcError> {
        let Outside { dialogs, accounts, endpoints, show } = outside;
        let library = Library::open(&paths.data)?;
        let settings = settings::load(&library);
        library.jobs().recover(jiff::Timestamp::now())?;
        library.transfers().recover(jiff::Timestamp::now())?;
        if let Err(error) = make_room(&library, settings::cache_bytes(&settings)) {
            tracing::warn!(%error, "the cache could not be made smaller");
        }
        let options = EngineOptions {
            client: ClientOptions { user_agent: user_agent(), endpoints, ..ClientOptions::default() },
            accounts,
            providers: providers(&paths.config, &library),
            limits: settings.limits.into(),
            jobs_at_once: JOBS_AT_ONCE,
            take_up_queued: true,
            transfers: Some(settings::transfer_rules(&settings.transfers)),
        };
        let engine = Engine::start(library, options)?;
        forward::notices(&engine, show);
        Ok(Self {
            engine,
            config: paths.config.as_path().into(),
            dialogs,
            searches: Newest::default(),
            shares: Newest::default(),
            plans: Newest::default(),
            openings: Newest::default(),
            choices: Newest::default(),
            tries: Newest::default(),
            offers: Newest::default(),
            preflights: Newest::default(),
            verifications: Newest::default(),
            moves: Newest::default(),
            watchers: Newest::default(),
            transfer_watchers: Newest::default(),
            area_files: AreaFiles::default(),
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

    /// Whether the user has the account that a catalogue wants from those who search. The first call may wait for the keychain.
    pub fn can_search(&self, provider: &Provider) -> bool {
        provider.search_account.is_none_or(|account| self.engine.accounts().has(account))
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

/// Files of the cache may only go while no job and no transfer, here or in another process, works with them.
fn make_room(library: &Library, limit: u64) -> Result<(), LibraryError> {
    let idle = library.jobs().list()?.iter().all(|job| job.state != JobState::Running)
        && library.transfers().list()?.iter().all(|transfer| transfer.state != TransferState::Running);
    if idle {
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
