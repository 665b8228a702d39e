//! Questions about many rows.

use jiff::Timestamp;
use swath_domain::{BatchId, Transfer, TransferId, TransferState};
use swath_library::{LibraryError, Transfers};

pub(super) fn queued(rows: Transfers<'_>) -> Result<Vec<TransferId>, LibraryError> {
    Ok(rows.next(usize::MAX)?.into_iter().map(|row| row.id).collect())
}

pub(super) fn tally(rows: Transfers<'_>, batch: BatchId) -> Result<Vec<(TransferState, usize)>, LibraryError> {
    let rows = rows.list()?;
    Ok(TransferState::ALL
        .into_iter()
        .map(|state| (state, rows.iter().filter(|row| row.batch == batch && row.state == state).count()))
        .collect())
}

pub(super) fn transition_all(
    rows: Transfers<'_>,
    ids: &[TransferId],
    to: TransferState,
    now: Timestamp,
) -> Result<Vec<Transfer>, LibraryError> {
    let mut changed = Vec::new();
    for id in ids {
        match rows.transition(*id, to, None, now) {
            Ok(row) => changed.push(row),
            Err(LibraryError::TransferState { .. } | LibraryError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(changed)
}
