//! What happens to transfers, told to the page.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use swath_domain::{BatchId, Transfer, TransferId};
use swath_pipeline::{Engine, TransferEvent as Happened};
use tauri::ipc::Channel;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    newest::Watch,
    state::AppState,
    view::{IpcError, TransferEvent, TransferView},
};

/// Between two messages to the page: thousands of rows may change at once, and each message wakes the page up.
const PAUSE: Duration = Duration::from_millis(100);

/// Passes on what happens to transfers, beginning with events after this call, until a newer page watches or the page is gone.
///
/// The first news come at once, what follows within [`PAUSE`] comes together, each transfer once, as it is by then. Where events were
/// lost, all transfers are told anew: events are hints, and the list is the truth.
pub fn transfers(state: &AppState, watch: Watch, channel: Channel<Vec<TransferEvent>>) {
    let mut events = state.engine.subscribe_transfers();
    let engine = state.engine.clone();
    tauri::async_runtime::spawn(async move {
        let mut news = News::default();
        let mut pauses = interval(PAUSE);
        pauses.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = watch.0.cancelled() => return,
                happened = events.recv() => match happened {
                    Ok(event) => news.add(event),
                    Err(RecvError::Lagged(_)) => news.lost = true,
                    Err(RecvError::Closed) => return,
                },
                _ = pauses.tick(), if !news.is_empty() => {
                    let told = news.tell(&engine);
                    if let Err(error) = channel.send(told) {
                        tracing::debug!(%error, "the page no longer listens");
                        return;
                    }
                }
            }
        }
    });
}

/// Names of batches, which never change.
#[derive(Default)]
pub(super) struct Names(BTreeMap<BatchId, String>);

impl Names {
    /// What a batch is called; nothing when it is gone.
    pub(super) fn of(&mut self, engine: &Engine, id: BatchId) -> &str {
        if !self.0.contains_key(&id) {
            match engine.batches() {
                Ok(batches) => self.0.extend(batches.into_iter().map(|batch| (batch.id, batch.name))),
                Err(error) => tracing::warn!(error = %IpcError::from(error), "the batches cannot be listed"),
            }
        }
        self.0.entry(id).or_default()
    }
}

/// What the page has not been told yet.
#[derive(Default)]
struct News {
    changed: BTreeMap<TransferId, Box<Transfer>>,
    removed: BTreeSet<TransferId>,
    ended: BTreeMap<BatchId, TransferEvent>,
    /// Events were lost.
    lost: bool,
    /// Every transfer that the page was told of.
    known: BTreeSet<TransferId>,
    names: Names,
}

impl News {
    fn add(&mut self, event: Happened) {
        match event {
            Happened::Changed(transfer) => {
                self.removed.remove(&transfer.id);
                self.changed.insert(transfer.id, transfer);
            }
            Happened::Removed(id) => {
                self.changed.remove(&id);
                self.removed.insert(id);
            }
            Happened::Batch { batch, succeeded, failed } => {
                self.ended.insert(batch, TransferEvent::Batch { batch: batch.into(), succeeded, failed });
            }
        }
    }

    fn is_empty(&self) -> bool {
        !self.lost && self.changed.is_empty() && self.removed.is_empty() && self.ended.is_empty()
    }

    /// All news at once; then there are none.
    fn tell(&mut self, engine: &Engine) -> Vec<TransferEvent> {
        if std::mem::take(&mut self.lost) {
            match engine.transfers() {
                Ok(all) => self.anew(all),
                Err(error) => tracing::warn!(error = %IpcError::from(error), "the transfers cannot be listed"),
            }
        }
        let (changed, removed) = (std::mem::take(&mut self.changed), std::mem::take(&mut self.removed));
        self.known.extend(changed.keys());
        self.known.retain(|id| !removed.contains(id));
        let mut changed: Vec<_> = changed.into_values().collect();
        changed.sort_by_key(|transfer| transfer.position);
        let mut told: Vec<_> = removed.into_iter().map(|id| TransferEvent::Removed { id: id.into() }).collect();
        for transfer in changed {
            let view = TransferView::of(&transfer, self.names.of(engine, transfer.batch));
            told.push(TransferEvent::Changed { transfer: Box::new(view) });
        }
        told.extend(std::mem::take(&mut self.ended).into_values());
        told
    }

    /// Every transfer has changed, and those that are not there any more were removed.
    fn anew(&mut self, all: Vec<Transfer>) {
        self.changed = all.into_iter().map(|transfer| (transfer.id, Box::new(transfer))).collect();
        self.removed.extend(self.known.iter().filter(|id| !self.changed.contains_key(id)));
        self.removed.retain(|id| !self.changed.contains_key(id));
    }
}
