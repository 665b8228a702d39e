//! Which transfer runs next: one task looks at the rows whenever a slot is free, so that thousands of queued rows cost nothing.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::{Timestamp, Zoned};
use swath_domain::{Transfer, TransferId, TransferState, Waiting};
use tokio::sync::{Notify, OwnedSemaphorePermit, broadcast};
use tracing::Instrument;

use super::{TransferEvent, TransferMonitor, TransferRules, progress::Ask, turn};
use crate::{PipelineError, engine::Resources, limits::Slots};

/// How often the rows are looked at although nothing has been told: other processes queue transfers, and hours begin and end.
const LOOK: Duration = Duration::from_secs(1);
/// How often it is looked for transfers whose process has ended.
const RECOVER: Duration = Duration::from_secs(15);
/// A transfer that could not even begin is left alone for so long.
pub(super) const AGAIN: Duration = Duration::from_secs(10);

/// The queue of one engine. What stands in it is in the rows; this is what the process knows besides.
pub(crate) struct Queue {
    /// `None` when this process runs no transfers.
    rules: RwLock<Option<TransferRules>>,
    /// Whether every queued row is run, or only those that this engine was asked for.
    all: bool,
    mine: Mutex<BTreeSet<TransferId>>,
    /// Queued transfers that are not to begin before a moment, and why.
    later: Mutex<HashMap<TransferId, (Option<Waiting>, Timestamp)>>,
    running: Mutex<HashMap<TransferId, Arc<TransferMonitor>>>,
    slots: Slots,
    /// Set when the library's folder was found missing: nothing begins until it is there.
    rootless: AtomicBool,
    pub(super) events: broadcast::Sender<TransferEvent>,
    /// Told when there may be something to begin.
    pub(super) wake: Arc<Notify>,
    /// Told whenever a transfer has left `running`.
    pub(super) left: Notify,
    clock: RwLock<Clock>,
}

/// The moment, by the clock on the wall.
pub(crate) type Clock = Arc<dyn Fn() -> Zoned + Send + Sync>;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Queue {
    pub(crate) fn new(rules: Option<TransferRules>, all: bool) -> Self {
        let slots = Slots::new(rules.as_ref().map_or(1, |rules| rules.parallel.max(1)));
        Self {
            rules: RwLock::new(rules),
            all,
            mine: Mutex::default(),
            later: Mutex::default(),
            running: Mutex::default(),
            slots,
            rootless: AtomicBool::new(false),
            events: broadcast::channel(4096).0,
            wake: Arc::default(),
            left: Notify::new(),
            clock: RwLock::new(Arc::new(Zoned::now)),
        }
    }

    pub(crate) fn rules(&self) -> Option<TransferRules> {
        self.rules.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes effect at once for those that wait; fewer slots become true as running transfers end.
    pub(crate) fn set_rules(&self, rules: TransferRules) {
        let mut place = self.rules.write().unwrap_or_else(PoisonError::into_inner);
        if place.is_some() {
            self.slots.resize(rules.parallel.max(1));
            *place = Some(rules);
        }
        drop(place);
        self.wake.notify_one();
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<TransferEvent> {
        self.events.subscribe()
    }

    /// These are to be run by this engine.
    pub(super) fn take_on(&self, ids: impl IntoIterator<Item = TransferId>) {
        let (mut mine, mut later) = (locked(&self.mine), locked(&self.later));
        for id in ids {
            later.remove(&id);
            if !self.all {
                mine.insert(id);
            }
        }
        drop((mine, later));
        self.wake.notify_one();
    }

    pub(super) fn put_off(&self, id: TransferId, why: Option<Waiting>, until: Timestamp) {
        locked(&self.later).insert(id, (why, until));
    }

    /// The library's folder is not there. What is queued waits for it, so that not all of it fails.
    pub(super) fn wait_for_root(&self) {
        self.rootless.store(true, Ordering::Relaxed);
    }

    pub(super) fn monitor_of(&self, id: TransferId) -> Option<Arc<TransferMonitor>> {
        locked(&self.running).get(&id).cloned()
    }

    pub(super) fn enter(&self, id: TransferId, monitor: &Arc<TransferMonitor>) {
        locked(&self.running).insert(id, monitor.clone());
    }

    pub(super) fn leave(&self, monitor: &Arc<TransferMonitor>) {
        // The next turn of the same transfer may have taken the place already.
        locked(&self.running).retain(|_, other| !Arc::ptr_eq(other, monitor));
        self.left.notify_waiters();
        self.wake.notify_one();
    }

    /// Asks all that run.
    pub(crate) fn ask_all(&self, ask: Ask) {
        locked(&self.running).values().for_each(|monitor| monitor.ask(ask));
        self.wake.notify_one();
    }

    /// The progress of this moment, and what a queued one waits for besides its turn.
    pub(crate) fn bring_up_to_date(&self, row: &mut Transfer) {
        match row.state {
            TransferState::Running => {
                if let Some(monitor) = self.monitor_of(row.id) {
                    row.progress = monitor.now();
                }
            }
            TransferState::Queued if self.rules().is_some() => {
                row.progress.waiting = self.closed_until().map(|until| Waiting::Schedule { until }).or_else(|| {
                    let later = locked(&self.later);
                    later.get(&row.id).filter(|(_, until)| *until > self.now().timestamp()).and_then(|(why, _)| why.clone())
                });
            }
            _ => {}
        }
    }

    /// When the hours begin again, outside of them.
    pub(super) fn closed_until(&self) -> Option<Timestamp> {
        let hours = self.rules()?.hours?;
        let now = self.now();
        let (at, zone) = (now.timestamp(), now.time_zone());
        (!hours.contain(at, zone)).then(|| hours.next(at, zone))
    }

    pub(super) fn now(&self) -> Zoned {
        let clock = self.clock.read().unwrap_or_else(PoisonError::into_inner).clone();
        clock()
    }

    #[cfg(test)]
    pub(crate) fn set_clock(&self, clock: Clock) {
        *self.clock.write().unwrap_or_else(PoisonError::into_inner) = clock;
        self.wake.notify_one();
    }

    /// The first queued transfer that may begin.
    fn next(&self, res: &Resources) -> Result<Option<TransferId>, PipelineError> {
        if !self.all && locked(&self.mine).is_empty() {
            return Ok(None);
        }
        let queued = res.library.transfers().queued()?;
        let now = self.now().timestamp();
        let (mine, mut later, running) = (locked(&self.mine), locked(&self.later), locked(&self.running));
        later.retain(|_, (_, until)| *until > now);
        // One that is about to leave `running` and is queued again has its turn once it has left.
        let may = |id: &TransferId| (self.all || mine.contains(id)) && !later.contains_key(id) && !running.contains_key(id);
        Ok(queued.into_iter().find(may))
    }
}

/// Begins transfers as long as the engine lives.
pub(crate) fn start(res: &Arc<Resources>) {
    if res.transfers.rules().is_none() {
        return;
    }
    // Held weakly while there is nothing to do: an engine that nobody holds ends.
    let (weak, wake) = (Arc::downgrade(res), res.transfers.wake.clone());
    let mut recovered = Instant::now();
    res.tracker.spawn(async move {
        loop {
            {
                let Some(res) = weak.upgrade() else { return };
                if res.closing.load(Ordering::Relaxed) {
                    return;
                }
                if recovered.elapsed() > RECOVER {
                    recovered = Instant::now();
                    recover(&res);
                }
                begin(&res);
            }
            let _ = tokio::time::timeout(LOOK, wake.notified()).await;
        }
    });
}

/// Begins as many as there are slots; outside the hours asks those that run to rest.
fn begin(res: &Arc<Resources>) {
    let queue = &res.transfers;
    if queue.closed_until().is_some() {
        locked(&queue.running).values().for_each(|monitor| monitor.ask(Ask::Rest));
        return;
    }
    if queue.rootless.load(Ordering::Relaxed) {
        if !res.library.root().is_ok_and(|root| root.there) {
            return;
        }
        queue.rootless.store(false, Ordering::Relaxed);
    }
    while let Some(slot) = queue.slots.try_take() {
        match queue.next(res) {
            Ok(Some(id)) => spawn(res, id, slot),
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "the queue cannot be read; it is read again");
                return;
            }
        }
    }
}

fn spawn(res: &Arc<Resources>, id: TransferId, slot: OwnedSemaphorePermit) {
    let queue = &res.transfers;
    let monitor = TransferMonitor::new(id);
    // In its place before the next one is chosen, so that it is not chosen twice.
    queue.enter(id, &monitor);
    let shared = res.clone();
    let span = tracing::info_span!("transfer", %id);
    let turn = async move {
        if let Err(error) = turn::turn(&shared, &monitor).await {
            tracing::error!(%id, %error, "the transfer could not be run or its end could not be written");
            let until = Timestamp::now() + AGAIN;
            shared.transfers.put_off(id, None, until);
        }
        drop(slot);
        shared.transfers.leave(&monitor);
    };
    res.tracker.spawn(turn.instrument(span));
}

/// Puts transfers whose process has ended back into the queue.
pub(crate) fn recover(res: &Resources) {
    match res.library.transfers().recover(Timestamp::now()) {
        Ok(ids) if ids.is_empty() => {}
        Ok(ids) => {
            tracing::info!(transfers = ids.len(), "found transfers that were interrupted");
            ids.into_iter().for_each(|id| super::events::changed(res, id));
        }
        Err(error) => tracing::warn!(%error, "it could not be looked for transfers that were interrupted"),
    }
}
