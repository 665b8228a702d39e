//! The handle that the window and the command line hold.

mod control;
mod holdings;
mod transfers;

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use swath_domain::{AccountKind, Aoi, Job, JobId, Monitor, Plan, Query, Recipe, Scene, Stop};
use swath_library::{JobRequest, Library};
use swath_remote::{AccountStatus, Accounts, Client, ClientOptions, RangeCache, provider::Provider};
use tokio::sync::{Notify, broadcast};
use tokio_util::task::TaskTracker;

use crate::{
    ClearShare, Limits, PipelineError, SearchUpdate, Searched,
    cpu::Cpu,
    error::lift,
    limits::Slots,
    picture, prepare,
    progress::{Ask, JobMonitor},
    queue, search, shares,
    sources::Sources,
    stages,
    transfers::{Queue, TransferRules, queue as transfer_queue},
};

/// Tiles and the like made at a time.
const VIEWS: usize = 4;

/// What an engine is made of.
#[derive(Clone)]
pub struct EngineOptions {
    /// How the client introduces itself, and its time-outs.
    pub client: ClientOptions,
    /// Accounts of the user.
    pub accounts: Accounts,
    /// Catalogues that may be searched.
    pub providers: Vec<Provider>,
    /// What may be used of the machine.
    pub limits: Limits,
    /// Jobs running at a time; the others wait in the queue.
    pub jobs_at_once: usize,
    /// Whether jobs and transfers that were waiting when the program last ended are taken up again. The command line leaves them to the
    /// window, and runs only what it was asked for itself.
    pub take_up_queued: bool,
    /// What transfers may use; `None` when this process runs none and only lists and steers them.
    pub transfers: Option<TransferRules>,
}

/// Something that happened to a job. A hint: the row is the truth.
#[derive(Debug, Clone)]
pub enum JobEvent {
    /// It is new, went on, or changed its state.
    Changed(Box<Job>),
    /// It was removed from the list.
    Removed(JobId),
}

/// Runs jobs and looks at scenes. Cheap to clone; all clones are one engine.
#[derive(Clone)]
pub struct Engine {
    pub(crate) res: Arc<Resources>,
}

/// What everything in this crate works with.
pub(crate) struct Resources {
    pub(crate) library: Library,
    pub(crate) client: Client,
    pub(crate) cache: RangeCache,
    /// What failed of late outside jobs.
    pub(crate) looks: Sources,
    /// Blocks of jobs.
    pub(crate) cpu: Cpu,
    /// Short work that somebody waits for: map tiles, outlines, headers. Never behind the blocks of a job.
    pub(crate) view: Cpu,
    pub(crate) disk: Slots,
    pub(crate) job_slots: Slots,
    pub(crate) tracker: TaskTracker,
    /// Jobs that wait for a slot, in order.
    pub(crate) waiting: Mutex<VecDeque<JobId>>,
    pub(crate) running: Mutex<HashMap<JobId, Arc<JobMonitor>>>,
    pub(crate) events: broadcast::Sender<JobEvent>,
    /// Told whenever a job has left `running`.
    pub(crate) left: Notify,
    /// Set once the program ends: nothing that waits begins any more.
    pub(crate) closing: AtomicBool,
    pub(crate) transfers: Queue,
    limits: RwLock<Limits>,
    providers: RwLock<Vec<Provider>>,
}

impl Resources {
    pub(crate) fn limits(&self) -> Limits {
        *self.limits.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn providers(&self) -> Vec<Provider> {
        self.providers.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the user has what it takes to ask a catalogue.
    pub(crate) fn can_search(&self, provider: &Provider) -> bool {
        provider.search_account.is_none_or(|account| self.client.accounts().has(account))
    }

    pub(crate) fn monitor_of(&self, id: JobId) -> Option<Arc<JobMonitor>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    pub(crate) fn tell(&self, job: Job) {
        // Nobody listening is fine.
        let _ = self.events.send(JobEvent::Changed(Box::new(job)));
    }
}

impl Engine {
    /// Starts an engine over a library. Jobs that were running when the program last ended become `interrupted`.
    ///
    /// Must be called inside a tokio runtime.
    pub fn start(library: Library, options: EngineOptions) -> Result<Self, PipelineError> {
        let limits = options.limits.sane();
        let client = Client::with_accounts(options.client, options.accounts)?;
        client.set_parallel(limits.network);
        client.set_bandwidth(options.transfers.as_ref().and_then(|rules| rules.bandwidth));
        let cache = RangeCache::new(client.clone(), library.folders().ranges());
        let tracker = TaskTracker::new();
        let resources = Resources {
            cache,
            looks: Sources::forgetful(),
            client,
            cpu: Cpu::new("blocks", limits.cpu, tracker.clone())?,
            view: Cpu::new("view", VIEWS, tracker.clone())?,
            disk: Slots::new(limits.disk),
            job_slots: Slots::new(options.jobs_at_once.max(1)),
            tracker,
            waiting: Mutex::default(),
            running: Mutex::default(),
            events: broadcast::channel(1024).0,
            left: Notify::new(),
            closing: AtomicBool::new(false),
            transfers: Queue::new(options.transfers, options.take_up_queued),
            limits: RwLock::new(limits),
            providers: RwLock::new(options.providers),
            library,
        };
        let engine = Self { res: Arc::new(resources) };
        let interrupted = engine.res.library.jobs().recover(jiff::Timestamp::now())?;
        if !interrupted.is_empty() {
            tracing::info!(jobs = interrupted.len(), "found jobs that were interrupted");
        }
        transfer_queue::recover(&engine.res);
        transfer_queue::start(&engine.res);
        if options.take_up_queued {
            queue::take_up(&engine.res)?;
        }
        Ok(engine)
    }

    /// The library that the engine works on.
    pub fn library(&self) -> &Library {
        &self.res.library
    }

    /// Queues a run. The row is written before this returns; the work begins when a slot is free.
    pub fn submit(&self, request: &JobRequest) -> Result<Job, PipelineError> {
        let job = self.res.library.jobs().insert(request, jiff::Timestamp::now())?;
        self.res.tell(job.clone());
        queue::enqueue(&self.res, job.id);
        Ok(job)
    }

    /// All jobs, newest first, with the progress of this moment.
    pub fn jobs(&self) -> Result<Vec<Job>, PipelineError> {
        let mut jobs = self.res.library.jobs().list()?;
        for job in &mut jobs {
            if let Some(monitor) = self.res.monitor_of(job.id) {
                job.progress = monitor.now();
            }
        }
        Ok(jobs)
    }

    /// Hears of every job, at most ten times a second each.
    pub fn subscribe(&self) -> broadcast::Receiver<JobEvent> {
        self.res.events.subscribe()
    }

    /// Waits until a job neither waits nor runs.
    pub async fn wait(&self, id: JobId) -> Result<Job, PipelineError> {
        let mut events = self.subscribe();
        loop {
            let job = self.res.library.jobs().get(id)?;
            if job.state != swath_domain::JobState::Queued && job.state != swath_domain::JobState::Running {
                return Ok(job);
            }
            // Events may be missed when too many come; the row is read again in any case.
            let _ = tokio::time::timeout(std::time::Duration::from_secs(1), events.recv()).await;
        }
    }

    /// Changes what may be used, at once for running jobs (memory: for jobs planned from now on).
    pub fn set_limits(&self, limits: Limits) {
        let limits = limits.sane();
        self.res.client.set_parallel(limits.network);
        self.res.cpu.resize(limits.cpu);
        self.res.disk.resize(limits.disk);
        *self.res.limits.write().unwrap_or_else(PoisonError::into_inner) = limits;
    }

    /// Catalogues that may be searched.
    pub fn providers(&self) -> Vec<Provider> {
        self.res.providers()
    }

    /// Replaces the catalogues, for instance once the demo has been made.
    pub fn set_providers(&self, providers: Vec<Provider>) {
        *self.res.providers.write().unwrap_or_else(PoisonError::into_inner) = providers;
    }

    /// Accounts of the user.
    pub fn accounts(&self) -> &Accounts {
        self.res.client.accounts()
    }

    /// Tries an account: logs in, and says until when that holds and what the service allows.
    ///
    /// # Errors
    /// [`RemoteError::NeedsAccount`](swath_remote::RemoteError::NeedsAccount) when it is not set up; the service's words when it refuses.
    pub async fn test_account(
        &self,
        kind: AccountKind,
        one_time_code: Option<&str>,
        monitor: &dyn Monitor,
    ) -> Result<AccountStatus, Stop<PipelineError>> {
        lift(self.res.client.test_account(kind, one_time_code, monitor).await)
    }

    /// Asks one catalogue; `on_page` is called as pages arrive.
    pub async fn search(
        &self,
        provider: &Provider,
        query: &Query,
        monitor: &dyn Monitor,
        on_page: &mut (dyn FnMut(Vec<Scene>) + Send),
    ) -> Result<usize, Stop<PipelineError>> {
        lift(swath_remote::search(&self.res.client, provider, query, monitor, on_page).await)
    }

    /// Asks every catalogue at once (or only those named), merges what they tell, and calls `on` as it comes.
    ///
    /// Catalogues that need an account which is not set up are not asked unless they are named; then they fail like any other.
    ///
    /// # Errors
    /// [`PipelineError::UnknownProvider`]; [`PipelineError::NoProvider`] when all failed, each of them told before.
    pub async fn search_all(
        &self,
        query: &Query,
        providers: Option<&[String]>,
        monitor: &dyn Monitor,
        on: &mut (dyn FnMut(SearchUpdate) + Send),
    ) -> Result<Searched, Stop<PipelineError>> {
        search::search_all(&self.res, query, providers, monitor, on).await
    }

    /// The scenes of a recipe as a run would choose them, in a stable order.
    ///
    /// # Errors
    /// As [`Engine::search_all`]; no scenes; a chosen scene that is not there or whose catalogue failed.
    pub async fn scenes(
        &self,
        recipe: &Recipe,
        monitor: &dyn Monitor,
        on: &mut (dyn FnMut(SearchUpdate) + Send),
    ) -> Result<Vec<Scene>, Stop<PipelineError>> {
        stages::search(&self.res, recipe, monitor, on).await
    }

    /// What a run would do and cost. Reads headers where the catalogue does not tell the grid.
    ///
    /// Scenes beyond the period, which only fill its gaps, are searched for when none is given. With several parts of a period, the plan is that
    /// of the whole.
    pub async fn plan(&self, recipe: &Recipe, mut scenes: Vec<Scene>, monitor: &dyn Monitor) -> Result<Plan, Stop<PipelineError>> {
        if stages::lacks_beyond(recipe, &scenes) {
            scenes.extend(stages::search_beyond(&self.res, recipe, monitor).await?);
        }
        let (mut plan, _) = prepare::prepare(&self.res, &self.res.looks, recipe, scenes, monitor).await?;
        let cached = prepare::cached(&self.res, recipe, &plan, monitor).await?;
        plan.estimate.cached_bytes = cached.min(plan.estimate.fetch_bytes);
        Ok(plan)
    }

    /// Clear, cloudy, shadowed and missing shares of an area in a scene; `None` when the scene carries no mask.
    pub async fn clear_share(&self, scene: &Scene, area: &Aoi, monitor: &dyn Monitor) -> Result<Option<ClearShare>, Stop<PipelineError>> {
        shares::clear_share(&self.res, &self.res.looks, scene, area, monitor).await
    }

    /// A small picture from the web or a local file, kept in the cache. `key` names it there.
    pub async fn picture(&self, kind: swath_library::PictureKind, key: &str, href: &str) -> Result<Vec<u8>, Stop<PipelineError>> {
        picture::picture(&self.res, kind, key, href).await
    }

    /// Runs short pixel work that somebody waits for (a map tile, a thumbnail).
    pub async fn on_pixel_threads<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, swath_raster::RasterError> + Send + 'static,
    ) -> Result<T, Stop<PipelineError>> {
        self.res.view.run(move || crate::error::fail(work())).await
    }

    /// Stops all jobs so that they can go on later, waits until no thread works on pixels or files any more, and ends the sessions at
    /// services that count them.
    pub async fn shutdown(&self) {
        self.res.closing.store(true, Ordering::Relaxed);
        self.res.transfers.ask_all(crate::transfers::progress::Ask::Shutdown);
        for monitor in self.res.running.lock().unwrap_or_else(PoisonError::into_inner).values() {
            monitor.ask(Ask::Shutdown);
        }
        self.res.tracker.close();
        self.res.tracker.wait().await;
        self.res.client.end_sessions().await;
    }
}
