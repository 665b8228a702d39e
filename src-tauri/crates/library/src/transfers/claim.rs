//! Who runs a transfer, and what becomes of transfers whose process has ended.

use std::fs::File;

use jiff::Timestamp;
use swath_domain::{TransferId, TransferState};

use super::{Transfers, intent, state, transition};
use crate::error::{LibraryError, Result};
use crate::{Library, files, lock};

/// The right to run a transfer, held by one runner of one process; given back when dropped, and by the operating system when the process
/// ends.
#[derive(Debug)]
#[must_use = "the transfer can be claimed by others as soon as this is dropped"]
pub struct TransferClaim {
    transfer: TransferId,
    _lock: File,
}

impl TransferClaim {
    /// Of which transfer.
    pub fn transfer(&self) -> TransferId {
        self.transfer
    }
}

impl Transfers<'_> {
    /// Claims a transfer for running; `None` while somebody else, here or in another process, holds it. Claim first, then read the row
    /// (a publication that a crash interrupted is finished by claiming, and the transfer has succeeded then), then move it to
    /// [`TransferState::Running`], and keep the claim until it has left that state.
    ///
    /// # Errors
    /// [`LibraryError::RootMissing`] when such a publication cannot be finished because the library's disk is not there.
    pub fn claim(&self, id: TransferId) -> Result<Option<TransferClaim>> {
        state(&self.library.db().get(), id)?;
        let Some(lock) = lock::attempt(&self.library.folders().claim_of_transfer(id))? else { return Ok(None) };
        intent::heal_of(self.library, id)?;
        Ok(Some(TransferClaim { transfer: id, _lock: lock }))
    }

    /// Puts transfers back into the queue that are said to be running but whose process has ended. Answers with their numbers.
    pub fn recover(&self, now: Timestamp) -> Result<Vec<TransferId>> {
        let running: Vec<TransferId> = {
            let connection = self.library.db().get();
            let mut statement = connection.prepare_cached("SELECT id FROM transfer WHERE state = 'running' ORDER BY position")?;
            let rows = statement.query_map([], |row| Ok(TransferId(row.get(0)?)))?;
            rows.collect::<std::result::Result<_, _>>()?
        };
        let mut queued = Vec::new();
        for id in running {
            // Held while the row changes, so that nobody begins to run it in between.
            let _claim = match self.claim(id) {
                Ok(Some(claim)) => Some(claim),
                Ok(None) => continue,
                // It says so again to whoever runs it.
                Err(LibraryError::RootMissing { .. }) => None,
                Err(error) => return Err(error),
            };
            match self.library.db().durable(|tx| transition(tx, self.library.areas(), id, TransferState::Queued, None, now)) {
                Ok(_) => queued.push(id),
                // It ended by itself after the list was read.
                Err(LibraryError::TransferState { .. } | LibraryError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(queued)
    }
}

/// Deletes unfinished work that no transfer needs any more: of removed transfers, of those that have succeeded, and copies for a
/// publication that never was. The caller holds the library's lock.
pub(crate) fn sweep(library: &Library) -> Result<()> {
    let folders = library.folders();
    for folder in [folders.own_transfers(), folders.unfinished()] {
        for path in files::entries(&folder).unwrap_or_default() {
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            let carried = name.starts_with(intent::CARRIED);
            let number = name.trim_start_matches(intent::CARRIED).trim_end_matches(".lock").parse::<i64>();
            let Ok(id) = number.map(TransferId) else { continue };
            let done = match state(&library.db().get(), id) {
                Ok(state) => state == TransferState::Succeeded || carried,
                Err(LibraryError::NotFound { .. }) => true,
                Err(error) => return Err(error),
            };
            // Whoever runs it may be about to publish it.
            let done = done && !intent::is_known(library, id)? && lock::attempt(&folders.claim_of_transfer(id))?.is_some();
            if done && let Err(error) = files::remove_all(&path) {
                tracing::warn!(%error, transfer = %id, "unfinished work of an ended download could not be deleted");
            }
        }
    }
    Ok(())
}
