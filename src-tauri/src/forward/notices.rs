//! What happens to batches of transfers, told on the desktop.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use swath_domain::{BatchId, Transfer, TransferState};
use swath_library::Library;
use swath_pipeline::{Engine, TransferEvent};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};

use crate::{
    notices::{Notice, Show},
    settings,
    view::IpcError,
};

/// How long a failure waits for the end of its batch, which then says it too.
const SETTLING: Duration = Duration::from_secs(1);

/// Shows when a batch has ended, and the first failure in one that goes on, as far as the settings want it. Ends with the engine.
pub fn notices(engine: &Engine, show: Show) {
    let mut events = engine.subscribe_transfers();
    // Not the engine, whose end this waits for.
    let library = engine.library().clone();
    tauri::async_runtime::spawn(async move {
        let mut failures = Failures { newest: Timestamp::now(), told: BTreeSet::new(), waiting: BTreeMap::new() };
        loop {
            let due = failures.waiting.values().map(|(due, _)| *due).min();
            tokio::select! {
                event = events.recv() => match event {
                    Ok(TransferEvent::Changed(transfer)) => failures.look(&transfer),
                    Ok(TransferEvent::Removed(_)) => {}
                    Ok(TransferEvent::Batch { batch, succeeded, failed }) => {
                        failures.end(batch);
                        tell(&library, &show, |language| Notice::batch(language, &name(&library, batch), succeeded, failed));
                    }
                    Err(RecvError::Lagged(lost)) => tracing::debug!(lost, "some notices may be missing"),
                    Err(RecvError::Closed) => return,
                },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    for (batch, scene) in failures.due() {
                        tell(&library, &show, |language| Some(Notice::failure(language, &name(&library, batch), &scene)));
                    }
                }
            }
        }
    });
}

/// Failures in batches that have not ended.
struct Failures {
    /// When the newest of them was. A row that is told again, for instance since it was moved, is no news.
    newest: Timestamp,
    /// Batches of which one failure was told; one is enough.
    told: BTreeSet<BatchId>,
    /// The first failure of others, and when it is told.
    waiting: BTreeMap<BatchId, (Instant, String)>,
}

impl Failures {
    fn look(&mut self, transfer: &Transfer) {
        let Some(at) = transfer.finished.filter(|at| transfer.state == TransferState::Failed && *at > self.newest) else { return };
        self.newest = at;
        if self.told.insert(transfer.batch) {
            self.waiting.insert(transfer.batch, (Instant::now() + SETTLING, transfer.name.clone()));
        }
    }

    /// The notice of its end says what failed.
    fn end(&mut self, batch: BatchId) {
        self.waiting.remove(&batch);
        self.told.remove(&batch);
    }

    fn due(&mut self) -> Vec<(BatchId, String)> {
        let now = Instant::now();
        let due: Vec<_> = self.waiting.extract_if(.., |_, (due, _)| *due <= now).collect();
        due.into_iter().map(|(batch, (_, scene))| (batch, scene)).collect()
    }
}

fn tell(library: &Library, show: &Show, notice: impl FnOnce(crate::view::Language) -> Option<Notice>) {
    let settings = settings::load(library);
    if let Some(notice) = notice(settings.language).filter(|_| settings.transfers.notify) {
        show(notice);
    }
}

fn name(library: &Library, id: BatchId) -> String {
    let batches = library.transfers().batches().unwrap_or_else(|error| {
        tracing::warn!(error = %IpcError::from(error), "the batches cannot be listed");
        Vec::new()
    });
    batches.into_iter().find(|batch| batch.id == id).map(|batch| batch.name).unwrap_or_default()
}
