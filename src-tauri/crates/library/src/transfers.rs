//! Transfers as rows: the queue of what is fetched into the library.

mod claim;
mod intent;
mod order;
mod publish;
mod queue;
mod rows;

use std::path::PathBuf;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction};
use swath_domain::{Batch, BatchId, FileOrder, JobError, Scene, Transfer, TransferId, TransferProgress, TransferState, Wanted};

use crate::db::{from_json, to_json};
use crate::error::{LibraryError, Result, io};
use crate::{Library, files};

pub use claim::TransferClaim;
pub(crate) use claim::sweep;
pub(crate) use intent::{check, heal, inside};
pub(crate) use order::covered;
pub use publish::Piece;
pub(crate) use rows::Areas;
use rows::{COLUMNS, Row};

/// All that is needed to run a transfer, again if need be.
#[derive(Debug, Clone, PartialEq)]
pub struct TransferRequest {
    /// Of which scene.
    pub scene: Scene,
    /// What of it.
    pub wanted: Wanted,
    /// Name of the product, or of the scene when it has none.
    pub name: String,
}

/// What is fetched into the library. The row is the truth about a transfer; events are hints that it changed.
#[derive(Debug, Clone, Copy)]
pub struct Transfers<'a> {
    pub(crate) library: &'a Library,
}

impl Transfers<'_> {
    /// One transfer.
    pub fn get(&self, id: TransferId) -> Result<Transfer> {
        get(&self.library.db().get(), self.library.areas(), id)
    }

    /// All transfers in the order of the queue.
    pub fn list(&self) -> Result<Vec<Transfer>> {
        select(&self.library.db().get(), self.library.areas(), "ORDER BY position, id", [])
    }

    /// The first `most` queued transfers in the order of the queue: what is to run next, without reading thousands of rows.
    pub fn next(&self, most: usize) -> Result<Vec<Transfer>> {
        select(&self.library.db().get(), self.library.areas(), "WHERE state = 'queued' ORDER BY position, id LIMIT ?", [most as i64])
    }

    /// Numbers of all queued transfers in the order of the queue.
    pub fn queued(&self) -> Result<Vec<TransferId>> {
        let connection = self.library.db().get();
        let mut statement = connection.prepare_cached("SELECT id FROM transfer WHERE state = 'queued' ORDER BY position, id")?;
        let rows = statement.query_map([], |row| row.get(0).map(TransferId))?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    }

    /// How many transfers of a batch are in which state.
    pub fn tally(&self, batch: BatchId) -> Result<Vec<(TransferState, usize)>> {
        let connection = self.library.db().get();
        let mut statement = connection.prepare_cached("SELECT state, count(*) FROM transfer WHERE batch = ? GROUP BY state")?;
        let rows = statement.query_and_then([batch.0], |row| {
            let state = row.get::<_, String>(0)?.parse().map_err(|why| LibraryError::damaged(format!("batch {batch}"), why))?;
            Ok((state, row.get::<_, i64>(1)? as usize))
        })?;
        rows.collect()
    }

    /// All batches that still have transfers, newest first.
    pub fn batches(&self) -> Result<Vec<Batch>> {
        let connection = self.library.db().get();
        let mut statement = connection.prepare_cached("SELECT id, name, created FROM batch ORDER BY id DESC")?;
        let rows = statement.query_and_then([], |row| {
            let id = BatchId(row.get(0)?);
            let created = row.get::<_, String>(2)?.parse().map_err(|why| LibraryError::damaged(format!("batch {id}"), why))?;
            Ok(Batch { id, name: row.get(1)?, created })
        })?;
        rows.collect()
    }

    /// What was asked for.
    pub fn request(&self, id: TransferId) -> Result<TransferRequest> {
        let transfer = self.get(id)?;
        let scene: String = self
            .library
            .db()
            .get()
            .prepare_cached("SELECT scene FROM transfer_work WHERE transfer = ?")?
            .query_row([id.0], |row| row.get(0))
            .optional()?
            .ok_or_else(|| missing(id))?;
        Ok(TransferRequest { scene: from_json(said(id), &scene)?, wanted: transfer.wanted, name: transfer.name })
    }

    /// Keeps which files there are, so that a resumed transfer does not ask again.
    pub fn set_files(&self, id: TransferId, files: &[FileOrder]) -> Result<()> {
        self.update(id, "UPDATE transfer_work SET files = ?2 WHERE transfer = ?1", &to_json("files", &files)?)
    }

    /// Which files there are, once that is known.
    pub fn files(&self, id: TransferId) -> Result<Option<Vec<FileOrder>>> {
        let connection = self.library.db().get();
        let text: Option<Option<String>> = connection
            .prepare_cached("SELECT files FROM transfer_work WHERE transfer = ?")?
            .query_row([id.0], |row| row.get(0))
            .optional()?;
        text.ok_or_else(|| missing(id))?.map(|text| from_json(said(id), &text)).transpose()
    }

    /// Moves a transfer to another state and answers with the transfer as it is then. `error` is kept with [`TransferState::Failed`]; being
    /// queued again forgets the error of the last run.
    ///
    /// # Errors
    /// [`LibraryError::TransferState`] when [`TransferState::may_become`] forbids it; of two that try at once, only one succeeds.
    pub fn transition(&self, id: TransferId, to: TransferState, error: Option<JobError>, now: Timestamp) -> Result<Transfer> {
        let work = |tx: &Transaction| transition(tx, self.library.areas(), id, to, error.as_ref(), now);
        // That a transfer runs is true only while its process does, so a power cut may take it back.
        if to == TransferState::Running { self.library.db().write(work) } else { self.library.db().durable(work) }
    }

    /// Moves all of these that may go there to another state, in one transaction, and answers with them; the others stay as they are. A
    /// thousand take as long as one.
    pub fn transition_all(&self, ids: &[TransferId], to: TransferState, now: Timestamp) -> Result<Vec<Transfer>> {
        self.library.db().durable(|tx| {
            let mut moved = Vec::new();
            for id in ids {
                match transition(tx, self.library.areas(), *id, to, None, now) {
                    Ok(transfer) => moved.push(transfer),
                    Err(LibraryError::TransferState { .. } | LibraryError::NotFound { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(moved)
        })
    }

    /// Keeps how far a transfer is. Call it a few times a second at most.
    pub fn save_progress(&self, id: TransferId, progress: &TransferProgress) -> Result<()> {
        self.update(id, "UPDATE transfer SET progress = ?2 WHERE id = ?1", &to_json("progress", progress)?)
    }

    /// Forgets a transfer that has ended and deletes what is left of it in staging. What it brought stays.
    ///
    /// # Errors
    /// [`LibraryError::TransferState`] while it has not ended: cancel it first.
    pub fn remove(&self, id: TransferId) -> Result<()> {
        let state = self.get(id)?.state;
        match self.remove_all(&[id])?.as_slice() {
            [] => Err(LibraryError::TransferState { from: state, to: TransferState::Cancelled }),
            _ => Ok(()),
        }
    }

    /// Forgets all of these that have ended, in one transaction, and answers with their numbers.
    pub fn remove_all(&self, ids: &[TransferId]) -> Result<Vec<TransferId>> {
        let staging: Vec<_> = ids.iter().map(|id| self.library.folders().staging_of_transfer(*id)).collect();
        let removed = self.library.db().write(|tx| order::remove(tx, ids))?;
        // Numbers are never used again, so whatever is left here after a crash is swept away when the library is opened.
        for (id, folder) in ids.iter().zip(staging) {
            if removed.contains(id) {
                files::remove_all(&folder)?;
                files::remove_all(&self.library.folders().claim_of_transfer(*id))?;
            }
        }
        Ok(removed)
    }

    /// Makes the folder for a transfer's unfinished work where [`Folders::staging_of_transfer`](crate::Folders::staging_of_transfer) says, and
    /// never below a folder that is not there: that would fill the disk behind an empty mount point.
    ///
    /// # Errors
    /// [`LibraryError::RootMissing`], [`LibraryError::ReadOnly`].
    pub fn make_staging(&self, id: TransferId) -> Result<PathBuf> {
        self.library.locate()?;
        let root = self.library.ready()?;
        let folder = self.library.folders().staging_of_transfer(id);
        let parent = folder.parent().unwrap_or(&root);
        if !folder.starts_with(&root) && !folder.starts_with(self.library.folders().data()) && !parent.is_dir() {
            return Err(LibraryError::RootMissing { path: parent.to_owned() });
        }
        std::fs::create_dir_all(&folder).map_err(io("creating", &folder))?;
        Ok(folder)
    }

    /// Deletes what has arrived of a transfer that does not run.
    pub fn delete_staging(&self, id: TransferId) -> Result<()> {
        let folder = self.library.folders().staging_of_transfer(id);
        files::remove_all(&folder)?;
        if let Some(parent) = folder.parent() {
            // The last one leaves no empty folder in the library.
            let _ = parent.ends_with(crate::folders::UNFINISHED).then(|| std::fs::remove_dir(parent));
        }
        self.library.db().write(|tx| {
            tx.prepare_cached("UPDATE transfer SET staging = NULL WHERE id = ? AND staging IS NOT NULL")?.execute([id.0])?;
            Ok(())
        })?;
        self.library.locate()
    }

    fn update(&self, id: TransferId, sql: &str, text: &str) -> Result<()> {
        let changed = self.library.db().get().prepare_cached(sql)?.execute((id.0, text))?;
        if changed == 1 { Ok(()) } else { Err(missing(id)) }
    }
}

fn get(connection: &Connection, areas: &Areas, id: TransferId) -> Result<Transfer> {
    select(connection, areas, "WHERE id = ?", [id.0])?.pop().ok_or_else(|| missing(id))
}

fn state(connection: &Connection, id: TransferId) -> Result<TransferState> {
    let mut statement = connection.prepare_cached("SELECT state FROM transfer WHERE id = ?")?;
    let text: Option<String> = statement.query_row([id.0], |row| row.get(0)).optional()?;
    text.ok_or_else(|| missing(id))?.parse().map_err(|why| LibraryError::damaged(said(id), why))
}

fn select(connection: &Connection, areas: &Areas, which: &str, values: impl rusqlite::Params) -> Result<Vec<Transfer>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM transfer {which}"))?;
    let mut rows = statement.query(values)?;
    let read = Row { connection, areas };
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read.transfer(row)?);
    }
    Ok(found)
}

fn transition(
    tx: &Transaction,
    areas: &Areas,
    id: TransferId,
    to: TransferState,
    error: Option<&JobError>,
    now: Timestamp,
) -> Result<Transfer> {
    let mut transfer = get(tx, areas, id)?;
    if !transfer.state.may_become(to) {
        return Err(LibraryError::TransferState { from: transfer.state, to });
    }
    transfer.state = to;
    transfer.finished = to.is_final().then_some(now);
    match to {
        TransferState::Running => transfer.started = Some(now),
        TransferState::Queued => transfer.error = None,
        _ => {}
    }
    if let Some(error) = error {
        transfer.error = Some(error.clone());
    }
    write_state(tx, &transfer)?;
    Ok(transfer)
}

/// Writes what a transition changes, without asking whether it may.
fn write_state(tx: &Transaction, transfer: &Transfer) -> Result<()> {
    let error = transfer.error.as_ref().map(|e| to_json("error", e)).transpose()?;
    let (started, finished) = (transfer.started.map(|t| t.to_string()), transfer.finished.map(|t| t.to_string()));
    tx.prepare_cached("UPDATE transfer SET state = ?2, error = ?3, started = ?4, finished = ?5 WHERE id = ?1")?.execute((
        transfer.id.0,
        transfer.state.name(),
        error,
        started,
        finished,
    ))?;
    Ok(())
}

fn said(id: TransferId) -> String {
    format!("download {id}")
}

fn missing(id: TransferId) -> LibraryError {
    LibraryError::not_found(said(id))
}
