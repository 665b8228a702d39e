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
        let (mut news, mut names) = (News::default(), Names::default());
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
                    if std::mem::take(&mut news.lost) {
                        match engine.transfers() {
                            Ok(all) => news.anew(all),
                            Err(error) => tracing::warn!(error = %IpcError::from(error), "the transfers cannot be listed"),
                        }
                    }
                    let told = news.take(|batch| names.of(&engine, batch));
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
struct Names(BTreeMap<BatchId, String>);

impl Names {
    /// What a batch is called; nothing when it is gone.
    fn of(&mut self, engine: &Engine, id: BatchId) -> String {
        if !self.0.contains_key(&id) {
            match engine.batches() {
                Ok(batches) => self.0.extend(batches.into_iter().map(|batch| (batch.id, batch.name))),
                Err(error) => tracing::warn!(error = %IpcError::from(error), "the batches cannot be listed"),
            }
        }
        self.0.entry(id).or_default().clone()
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

    /// Events were lost, so these are all transfers: each of them may have changed, and those that are not among them were removed.
    fn anew(&mut self, all: Vec<Transfer>) {
        self.changed = all.into_iter().map(|transfer| (transfer.id, Box::new(transfer))).collect();
        self.removed.extend(&self.known);
        self.removed.retain(|id| !self.changed.contains_key(id));
    }

    /// All news at once, the ends of batches last; then there are none.
    fn take(&mut self, mut name: impl FnMut(BatchId) -> String) -> Vec<TransferEvent> {
        let (changed, removed) = (std::mem::take(&mut self.changed), std::mem::take(&mut self.removed));
        self.known.extend(changed.keys());
        self.known.retain(|id| !removed.contains(id));
        let mut told: Vec<_> = removed.into_iter().map(|id| TransferEvent::Removed { id: id.into() }).collect();
        let mut changed: Vec<_> = changed.into_values().collect();
        changed.sort_by_key(|transfer| transfer.position);
        let mut view = |transfer: &Transfer| TransferView::of(transfer, &name(transfer.batch));
        told.extend(changed.iter().map(|transfer| TransferEvent::Changed { transfer: Box::new(view(transfer)) }));
        told.extend(std::mem::take(&mut self.ended).into_values());
        told
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use swath_domain::{SceneId, Sensor, TransferProgress, TransferState, Wanted};

    use super::*;

    fn transfer(id: i64, position: i64, done_bytes: u64) -> Transfer {
        Transfer {
            id: TransferId(id),
            batch: BatchId(1),
            position,
            scene: SceneId::new("p", "c", "i"),
            name: "S2A".into(),
            sensor: Sensor::Sentinel2L2a,
            wanted: Wanted::Bands { bands: Vec::new() },
            state: TransferState::Running,
            progress: TransferProgress { done_bytes, ..TransferProgress::default() },
            error: None,
            holdings: Vec::new(),
            created: Timestamp::UNIX_EPOCH,
            started: None,
            finished: None,
        }
    }

    /// `+<id>:<bytes>` for what changed, `-<id>` for what was removed, `=` for the end of a batch.
    fn told(news: &mut News) -> String {
        let word = |event| match event {
            TransferEvent::Changed { transfer } => format!("+{}:{}", transfer.id.0, transfer.done_bytes),
            TransferEvent::Removed { id } => format!("-{}", id.0),
            TransferEvent::Batch { .. } => "=".to_owned(),
        };
        news.take(|_| "batch".into()).into_iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_transfer_is_told_once_as_it_is_by_then() {
        let mut news = News::default();
        let change = |id, position, bytes| Happened::Changed(Box::new(transfer(id, position, bytes)));
        assert!(news.is_empty());
        for bytes in 0..1000 {
            news.add(change(1, 2, bytes));
        }
        news.add(Happened::Batch { batch: BatchId(1), succeeded: 1, failed: 0 });
        news.add(change(2, 1, 5));
        assert_eq!(told(&mut news), "+2:5 +1:999 =", "in the order of the queue");
        assert!(news.is_empty());

        news.add(change(1, 2, 1));
        news.add(Happened::Removed(TransferId(1)));
        assert_eq!(told(&mut news), "-1");
        news.add(Happened::Removed(TransferId(1)));
        news.add(change(1, 2, 0));
        assert_eq!(told(&mut news), "+1:0", "a number comes again when it is ordered anew");

        news.lost = true;
        assert!(!news.is_empty());
        news.anew(vec![transfer(2, 1, 7), transfer(3, 2, 0)]);
        news.lost = false;
        assert_eq!(told(&mut news), "-1 +2:7 +3:0", "what went unheard is made up for");
    }
}
