//! What listeners hear of transfers. Hints: whoever missed some lists again.

use swath_domain::{BatchId, Transfer, TransferId, TransferState};

use super::{Queue, TransferEvent};
use crate::engine::Resources;

impl Queue {
    pub(super) fn tell(&self, transfer: Transfer) {
        // Nobody listening is fine.
        let _ = self.events.send(TransferEvent::Changed(Box::new(transfer)));
    }
}

/// A row has changed otherwise.
pub(super) fn changed(res: &Resources, id: TransferId) {
    if let Ok(row) = res.library.transfers().get(id) {
        res.transfers.tell(row);
    }
}

/// A transfer has ended: tells of its batch when it was the last of it.
pub(super) fn ended(res: &Resources, batch: BatchId) {
    match res.library.transfers().tally(batch) {
        Ok(tally) => {
            let count = |state| tally.iter().filter(|(other, _)| *other == state).map(|(_, count)| count).sum();
            if tally.iter().all(|(state, count)| state.is_final() || *count == 0) {
                let (succeeded, failed) = (count(TransferState::Succeeded), count(TransferState::Failed));
                let _ = res.transfers.events.send(TransferEvent::Batch { batch, succeeded, failed });
            }
        }
        Err(error) => tracing::warn!(%error, "the end of a batch could not be told"),
    }
}
