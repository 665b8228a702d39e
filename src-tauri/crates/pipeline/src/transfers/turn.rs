//! One turn of a transfer: claim it, run it while its progress is told and saved, write how it ended.

use std::{
    io::ErrorKind,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use jiff::Timestamp;
use swath_domain::{Transfer, TransferId, TransferState, Waiting};
use swath_library::{LibraryError, TransferClaim};

use super::{
    TransferMonitor, Work, events,
    progress::Ask,
    queue::AGAIN,
    quota, run,
    waits::{Halt, SPARE},
};
use crate::{
    PipelineError,
    engine::Resources,
    progress::{SAVE, TELL},
};

/// How often it is looked whether another process has changed the row.
const STEERED: Duration = Duration::from_millis(400);

pub(super) async fn turn(res: &Arc<Resources>, monitor: &Arc<TransferMonitor>) -> Result<(), PipelineError> {
    let (transfers, id) = (res.library.transfers(), monitor.id);
    // Held to the end: tells other processes that this transfer has an owner.
    let Some(claim) = transfers.claim(id)? else {
        res.transfers.put_off(id, None, Timestamp::now() + SAVE);
        return Ok(());
    };
    // Whoever closes the program asks all that run; one that began to run in that moment asks itself.
    if res.closing.load(Ordering::Relaxed) {
        return Ok(());
    }
    let row = match transfers.transition(id, TransferState::Running, None, Timestamp::now()) {
        Ok(row) => row,
        // Paused, cancelled, removed, or finished by claiming it.
        Err(LibraryError::TransferState { .. } | LibraryError::NotFound { .. }) => {
            if let Ok(row) = transfers.get(id) {
                told(res, row);
            }
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    monitor.go_on(row.progress.clone());
    res.transfers.tell(row);
    let halt = watched(res, monitor, &claim).await;
    let end = close(res, monitor, halt);
    drop(claim);
    end
}

/// Runs a transfer while its progress is told and saved, and its bytes are booked.
async fn watched(res: &Arc<Resources>, monitor: &Arc<TransferMonitor>, _claim: &TransferClaim) -> Result<(), Halt> {
    let transfers = res.library.transfers();
    let work = async {
        let request = transfers.request(monitor.id).map_err(|error| Halt::Failed(error.into()))?;
        let folder = transfers.make_staging(monitor.id).map_err(no_folder)?;
        run::run(&Work { res: res.clone(), id: monitor.id, request, folder, monitor: monitor.clone() }).await
    };
    tokio::pin!(work);
    let mut tell = tokio::time::interval(TELL);
    let mut save = tokio::time::interval(SAVE);
    let mut steered = tokio::time::interval(STEERED);
    loop {
        tokio::select! {
            end = &mut work => return end,
            _ = tell.tick() => {
                let Some(progress) = monitor.news() else { continue };
                // Nobody to tell: the row is read once a second only.
                if res.transfers.events.receiver_count() == 0 {
                    continue;
                }
                if let Ok(mut row) = transfers.get(monitor.id) && row.state == TransferState::Running {
                    row.progress = progress;
                    res.transfers.tell(row);
                }
            }
            _ = save.tick() => save_progress(res, monitor),
            _ = steered.tick() => look(res, monitor),
        }
    }
}

/// Another process steers a transfer by its row.
fn look(res: &Resources, monitor: &TransferMonitor) {
    match res.library.transfers().get(monitor.id) {
        Ok(row) if row.state == TransferState::Running => {}
        Ok(_) => monitor.ask(Ask::Cancel),
        Err(LibraryError::NotFound { .. }) => monitor.ask(Ask::Delete),
        Err(error) => tracing::debug!(%error, "the row cannot be read; it is read again"),
    }
}

pub(super) fn save_progress(res: &Resources, monitor: &TransferMonitor) {
    if let Err(error) = res.library.transfers().save_progress(monitor.id, &monitor.now()) {
        tracing::warn!(%error, "the progress could not be saved");
    }
    for (account, bytes) in monitor.take_traffic() {
        if let Err(error) = res.library.traffic().add(quota::ledger(account), bytes, Timestamp::now()) {
            tracing::warn!(%error, "fetched bytes could not be booked");
        }
    }
}

/// Writes how a run ended. Success has been written together with its holdings already.
fn close(res: &Resources, monitor: &TransferMonitor, end: Result<(), Halt>) -> Result<(), PipelineError> {
    let (transfers, id) = (res.library.transfers(), monitor.id);
    let asked = monitor.asked();
    let mut later = res.transfers.closed_until().filter(|_| asked == Ask::Rest).map(|until| Waiting::Schedule { until });
    let (state, error) = match end {
        Ok(()) => (TransferState::Succeeded, None),
        Err(Halt::Failed(error)) => {
            let error = where_it_failed(res, id, error);
            tracing::error!(%error, "the transfer failed");
            if let PipelineError::Library(LibraryError::RootMissing { .. }) = &error {
                res.transfers.wait_for_root();
            }
            (TransferState::Failed, Some(error.to_job_error()))
        }
        Err(Halt::Later(waiting, until)) => {
            res.transfers.put_off(id, Some(waiting.clone()), until);
            later = Some(waiting);
            (TransferState::Queued, None)
        }
        Err(Halt::Cancelled) => match asked {
            Ask::Pause => (TransferState::Paused, None),
            Ask::Shutdown | Ask::Rest | Ask::Nothing => (TransferState::Queued, None),
            Ask::Cancel | Ask::Delete => (TransferState::Cancelled, None),
        },
    };
    monitor.end(later);
    save_progress(res, monitor);
    let row = match transfers.get(id) {
        // Ended or steered by another process already, or published.
        Ok(row) if row.state != TransferState::Running => row,
        Ok(_) => transfers.transition(id, state, error, Timestamp::now())?,
        Err(LibraryError::NotFound { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    if row.state == TransferState::Succeeded
        && let Err(error) = transfers.delete_staging(id)
    {
        tracing::warn!(%error, "unfinished files could not be removed");
    }
    told(res, row);
    Ok(())
}

/// Tells of a transfer that does not run any more, and of its batch when it was the last of it.
fn told(res: &Resources, row: Transfer) {
    let ended = row.state.is_final().then_some(row.batch);
    res.transfers.tell(row);
    if let Some(batch) = ended {
        events::ended(res, batch);
    }
}

/// On a disk that is full to the last byte not even a folder can be made.
fn no_folder(error: LibraryError) -> Halt {
    match error {
        LibraryError::DiskFull => Halt::Later(Waiting::Disk { needs: SPARE }, Timestamp::now() + AGAIN),
        error => Halt::Failed(error.into()),
    }
}

/// A disk that is gone or refuses to be written fails in many ways; what helps is to know where.
fn where_it_failed(res: &Resources, id: TransferId, error: PipelineError) -> PipelineError {
    let Ok(root) = res.library.root() else { return error };
    if !root.there {
        return LibraryError::RootMissing { path: root.path }.into();
    }
    if !matches!(error.code(), "disk" | "io" | "internal") {
        return error;
    }
    let folder = res.library.folders().staging_of_transfer(id);
    let probe = folder.join(".probe");
    match std::fs::write(&probe, b"swath").and_then(|()| std::fs::remove_file(&probe)) {
        Err(why) if why.kind() != ErrorKind::StorageFull => {
            let path = if folder.starts_with(&root.path) { root.path } else { folder };
            LibraryError::ReadOnly { path }.into()
        }
        _ => error,
    }
}
