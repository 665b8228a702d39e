//! Ordering, and steering what has been ordered.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use swath_domain::{Transfer, TransferId, TransferState};
use swath_library::LibraryError;

use super::{TransferEvent, events, progress::Ask};
use crate::{PipelineError, engine::Resources};

type Result<T> = std::result::Result<T, PipelineError>;

/// Stops transfers and keeps all that has arrived.
pub(crate) fn pause(res: &Resources, ids: &[TransferId]) -> Result<()> {
    let rows = rows(res, ids)?;
    let (own, others) = split(res, &rows);
    own.iter().for_each(|monitor| monitor.ask(Ask::Pause));
    let done = become_all(res, &others, TransferState::Paused)?;
    some(own.len() + done, &rows, TransferState::Paused)
}

/// Lets paused ones go on, and takes up what is queued or has lost its process.
pub(crate) fn resume(res: &Resources, ids: &[TransferId]) -> Result<()> {
    let rows = rows(res, ids)?;
    let mut ready: Vec<TransferId> = rows.iter().filter(|row| row.state == TransferState::Queued).map(|row| row.id).collect();
    let mut back: Vec<TransferId> = rows.iter().filter(|row| row.state == TransferState::Paused).map(|row| row.id).collect();
    let mut at_work = 0;
    for row in rows.iter().filter(|row| row.state == TransferState::Running) {
        match res.transfers.monitor_of(row.id) {
            // Paused a moment ago, and not stopped yet.
            Some(monitor) if monitor.asked() != Ask::Nothing => back.push(row.id),
            Some(_) => at_work += 1,
            None => match res.library.transfers().claim(row.id)? {
                Some(claim) => {
                    become_all(res, &[row.id], TransferState::Queued)?;
                    ready.push(row.id);
                    drop(claim);
                }
                None => at_work += 1,
            },
        }
    }
    become_all(res, &back, TransferState::Queued)?;
    ready.extend(back);
    let done = ready.len() + at_work;
    res.transfers.take_on(ready);
    some(done, &rows, TransferState::Queued)
}

/// Runs what failed or was cancelled again.
pub(crate) fn retry(res: &Resources, ids: &[TransferId]) -> Result<()> {
    let rows = rows(res, ids)?;
    let ended = |row: &&Transfer| matches!(row.state, TransferState::Failed | TransferState::Cancelled);
    let again: Vec<TransferId> = rows.iter().filter(ended).map(|row| row.id).collect();
    let done = become_all(res, &again, TransferState::Queued)?;
    res.transfers.take_on(again);
    some(done, &rows, TransferState::Queued)
}

/// Ends transfers; with `delete`, what has arrived goes, too, also of those that had ended without success before.
pub(crate) fn cancel(res: &Arc<Resources>, ids: &[TransferId], delete: bool) -> Result<()> {
    let rows = rows(res, ids)?;
    let (own, others) = split(res, &rows);
    own.iter().for_each(|monitor| monitor.ask(if delete { Ask::Delete } else { Ask::Cancel }));
    let mut done = own.len() + become_all(res, &others, TransferState::Cancelled)?;
    if delete {
        let over = |row: &&Transfer| matches!(row.state, TransferState::Failed | TransferState::Cancelled);
        done += rows.iter().filter(over).count();
        // Whoever owns one of them, here or elsewhere, stops within a second.
        let began = |row: &&Transfer| row.state == TransferState::Running || res.library.folders().staging_of_transfer(row.id).exists();
        let left = rows.iter().filter(|row| row.state != TransferState::Succeeded).filter(began).map(|row| row.id).collect();
        res.tracker.spawn(delete_staging(res.clone(), left));
    }
    some(done, &rows, TransferState::Cancelled)
}

async fn delete_staging(res: Arc<Resources>, mut ids: Vec<TransferId>) {
    const TRIES: u32 = 50;
    for _ in 0..TRIES {
        ids.retain(|id| match deleted(&res, *id) {
            Ok(done) => !done,
            Err(error) => {
                tracing::warn!(%id, %error, "what had arrived could not be deleted; it goes when the transfer is taken off the list");
                false
            }
        });
        if ids.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tracing::warn!(transfers = ids.len(), "what had arrived could not be deleted, since it is still in use");
}

/// Deletes what has arrived, unless whoever owned the transfer is still about to stop. `true` also when there is nothing to delete any more.
fn deleted(res: &Resources, id: TransferId) -> Result<bool> {
    let transfers = res.library.transfers();
    let Some(_claim) = transfers.claim(id)? else { return Ok(false) };
    let mut row = transfers.get(id)?;
    if matches!(row.state, TransferState::Failed | TransferState::Cancelled) {
        transfers.delete_staging(id)?;
        (row.progress.done_bytes, row.progress.files_done) = (0, 0);
        transfers.save_progress(id, &row.progress)?;
        res.transfers.tell(row);
    }
    Ok(true)
}

/// Takes what has ended off the list.
pub(crate) fn remove(res: &Resources, ids: &[TransferId]) -> Result<()> {
    let rows = rows(res, ids)?;
    let ended: Vec<TransferId> = rows.iter().filter(|row| row.state.is_final()).map(|row| row.id).collect();
    let removed = res.library.transfers().remove_all(&ended)?;
    for id in &removed {
        let _ = res.transfers.events.send(TransferEvent::Removed(*id));
    }
    let done = removed.len();
    some(done, &rows, TransferState::Cancelled)
}

/// Puts a transfer before another one, or behind all.
pub(crate) fn place(res: &Resources, id: TransferId, before: Option<TransferId>) -> Result<()> {
    res.library.transfers().move_before(id, before)?;
    events::changed(res, id);
    res.transfers.wake.notify_one();
    Ok(())
}

/// Waits until none is queued or running.
pub(crate) async fn wait(res: &Resources, ids: &[TransferId]) -> Result<Vec<Transfer>> {
    // The row says success a moment before its runner has put everything away.
    let over =
        |row: &Transfer| !matches!(row.state, TransferState::Queued | TransferState::Running) && res.transfers.monitor_of(row.id).is_none();
    // All have to be over in the end, so it is enough to look at one after the other.
    let mut waiting = ids.iter();
    let mut next = waiting.next();
    loop {
        let left = res.transfers.left.notified();
        tokio::pin!(left);
        left.as_mut().enable();
        while let Some(id) = next {
            match res.library.transfers().get(*id) {
                Ok(row) if !over(&row) => break,
                Ok(_) | Err(LibraryError::NotFound { .. }) => next = waiting.next(),
                Err(error) => return Err(error.into()),
            }
        }
        if next.is_none() {
            return rows(res, ids);
        }
        // Those that this engine runs tell when they leave; the others are looked for.
        let _ = tokio::time::timeout(Duration::from_secs(1), left).await;
    }
}

/// Those of the rows that are there.
fn rows(res: &Resources, ids: &[TransferId]) -> Result<Vec<Transfer>> {
    let mut rows = Vec::with_capacity(ids.len());
    let mut gone = None;
    for id in ids {
        match res.library.transfers().get(*id) {
            Ok(row) => rows.push(row),
            Err(error @ LibraryError::NotFound { .. }) => gone = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    match gone.filter(|_| rows.is_empty()) {
        Some(error) => Err(error.into()),
        None => Ok(rows),
    }
}

/// Monitors of those that this engine runs, and the numbers of those that have not ended otherwise.
fn split(res: &Resources, rows: &[Transfer]) -> (Vec<Arc<super::TransferMonitor>>, Vec<TransferId>) {
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for row in rows.iter().filter(|row| !row.state.is_final()) {
        match res.transfers.monitor_of(row.id).filter(|_| row.state == TransferState::Running) {
            Some(monitor) => own.push(monitor),
            None => others.push(row.id),
        }
    }
    (own, others)
}

/// Changes the rows of all that may become `to` at once, and says how many did.
fn become_all(res: &Resources, ids: &[TransferId], to: TransferState) -> Result<usize> {
    if ids.is_empty() {
        return Ok(0);
    }
    let changed = res.library.transfers().transition_all(ids, to, Timestamp::now())?;
    let count = changed.len();
    let mut ended = std::collections::BTreeSet::new();
    for row in changed {
        if row.state.is_final() {
            ended.insert(row.batch);
        }
        res.transfers.tell(row);
    }
    ended.into_iter().for_each(|batch| events::ended(res, batch));
    Ok(count)
}

/// An act on several that could be done to none says why.
fn some(done: usize, rows: &[Transfer], to: TransferState) -> Result<()> {
    match rows.first() {
        Some(row) if done == 0 => Err(LibraryError::TransferState { from: row.state, to }.into()),
        _ => Ok(()),
    }
}
