//! What commands work with: where things lie, the library, the catalogues and the engine.

use std::path::PathBuf;

use swath_library::{Folders, Library};
use swath_pipeline::{Engine, EngineOptions, Limits, TransferRules};
use swath_remote::provider::{self, Provider};
use swath_remote::{Accounts, ClientOptions, Endpoints};

use crate::args::{Common, LimitArgs};
use crate::failure::{Failure, Outcome};
use crate::interrupt::Interrupt;
use crate::logs;
use crate::out::Out;

/// One call of the program. Nothing is opened or created before a command asks for it.
pub(crate) struct Session {
    pub(crate) out: Out,
    pub(crate) interrupt: Interrupt,
    data: Option<PathBuf>,
    config: Option<PathBuf>,
    keychain: bool,
    verbose: u8,
}

impl Session {
    pub(crate) fn new(common: &Common, interrupt: Interrupt) -> Self {
        // Large files do not belong into a profile that Windows copies between machines, hence the local folder.
        let data = common.data_dir.clone().or_else(|| Some(dirs::data_local_dir()?.join("swath")));
        let config = common.config_dir.clone().or_else(|| Some(dirs::config_dir()?.join("swath")));
        Self {
            out: Out::new(common.json, common.verbose > 0),
            interrupt,
            data,
            config,
            keychain: !common.no_keychain,
            verbose: common.verbose,
        }
    }

    /// The data folder.
    pub(crate) fn data(&self) -> Outcome<&PathBuf> {
        self.data.as_ref().ok_or_else(|| nowhere("data", "--data-dir"))
    }

    /// Opens the library. Jobs whose program has ended are marked as interrupted, so that lists are true.
    pub(crate) fn library(&self) -> Outcome<Library> {
        let folders = Folders::new(self.data()?);
        // Before, to hear what is healed; after, when the folder was not there yet. Nothing is written into a library that is refused.
        logs::begin(&folders.logs(), self.verbose);
        let library = Library::open(folders.data())?;
        logs::begin(&folders.logs(), self.verbose);
        library.jobs().recover(jiff::Timestamp::now())?;
        Ok(library)
    }

    /// The user's accounts. The keychain is not asked before somebody needs one of them.
    pub(crate) fn accounts(&self) -> Accounts {
        if self.keychain { Accounts::open() } else { Accounts::session_only() }
    }

    fn config(&self) -> Outcome<&PathBuf> {
        self.config.as_ref().ok_or_else(|| nowhere("configuration", "--config-dir"))
    }

    /// The catalogues: built in, of the user's files, and the demo once it has been made.
    pub(crate) fn providers(&self) -> Outcome<Vec<Provider>> {
        let config = self.config()?;
        let demo = Folders::new(self.data()?).demo();
        let demo = demo.join("catalog.json").exists().then_some(demo);
        Ok(provider::load(config, demo.as_deref())?)
    }

    /// Those of the catalogues that are named, or all.
    pub(crate) fn chosen_providers(&self, named: &[String]) -> Outcome<Vec<Provider>> {
        let mut all = self.providers()?;
        if let Some(unknown) = named.iter().find(|name| !all.iter().any(|p| p.id == **name)) {
            let known: Vec<_> = all.iter().map(|p| p.id.as_str()).collect();
            let hint = if unknown == "demo" { "; make the demo with `swath demo make`" } else { "" };
            let message = format!("there is no catalogue `{unknown}`; known are {}{hint}", known.join(", "));
            return Err(Failure::usage("unknown-provider", message));
        }
        all.retain(|p| named.is_empty() || named.contains(&p.id));
        Ok(all)
    }

    /// An engine that brings the transfers it is asked for. Those that wait for the window are left to it.
    pub(crate) fn transfer_engine(&self, rules: TransferRules) -> Outcome<Engine> {
        self.start(Limits::default(), Some(rules))
    }

    /// An engine that only looks, steers and checks.
    pub(crate) fn idle_engine(&self) -> Outcome<Engine> {
        self.start(Limits::default(), None)
    }

    /// An engine for one job at a time. Jobs that wait for the window are left to it.
    pub(crate) fn engine(&self, limits: &LimitArgs) -> Outcome<Engine> {
        let usual = Limits::default();
        let limits = Limits {
            network: limits.parallel.map_or(usual.network, usize::from),
            cpu: limits.threads.map_or(usual.cpu, usize::from),
            memory: limits.memory.map_or(usual.memory, |mebibytes| mebibytes << 20),
            ..usual
        };
        self.start(limits, None)
    }

    fn start(&self, limits: Limits, transfers: Option<TransferRules>) -> Outcome<Engine> {
        let options = EngineOptions {
            client: ClientOptions { endpoints: Endpoints::load(self.config()?)?, ..ClientOptions::default() },
            accounts: self.accounts(),
            providers: self.providers()?,
            limits,
            jobs_at_once: 1,
            take_up_queued: false,
            transfers,
        };
        Ok(Engine::start(self.library()?, options)?)
    }
}

fn nowhere(what: &str, option: &str) -> Failure {
    Failure::failed("no-home", format!("the system does not say where {what} belongs: choose a folder with {option}"))
}
