//! Transfers as rows: the queue of what is fetched into the library.

use std::path::PathBuf;

use jiff::Timestamp;
use swath_domain::{
    Batch, Content, FileOrder, HeldFile, Holding, JobError, Scene, Transfer, TransferId, TransferProgress, TransferState, Wanted,
};

use crate::Library;
use crate::error::{LibraryError, Result};

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

/// One finished file or folder of a transfer that is to enter the library.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// What it is.
    pub content: Content,
    /// File or folder in the transfer's staging folder. It is moved.
    pub staged: PathBuf,
    /// Its files with lengths and digests, in any order; the path of a piece that is one file is empty.
    pub files: Vec<HeldFile>,
    /// Catalogue that it came from.
    pub provider: String,
}

/// What is fetched into the library. The row is the truth about a transfer; events are hints that it changed.
#[derive(Debug, Clone, Copy)]
pub struct Transfers<'a> {
    pub(crate) library: &'a Library,
}

/// The right to run a transfer, held by one runner of one process; given back when dropped, and by the operating system when the process
/// ends.
#[derive(Debug)]
#[must_use = "the transfer can be claimed by others as soon as this is dropped"]
pub struct TransferClaim {
    transfer: TransferId,
    _lock: std::fs::File,
}

impl TransferClaim {
    /// Of which transfer.
    pub fn transfer(&self) -> TransferId {
        self.transfer
    }
}

impl Transfers<'_> {
    /// New transfers of one batch, queued behind all others in the order in which they are given. All or none.
    pub fn order(&self, name: &str, requests: &[TransferRequest], now: Timestamp) -> Result<(Batch, Vec<Transfer>)> {
        let _ = (name, requests, now);
        self.unfinished()
    }

    /// One transfer.
    pub fn get(&self, id: TransferId) -> Result<Transfer> {
        let _ = id;
        self.unfinished()
    }

    /// All transfers in the order of the queue.
    pub fn list(&self) -> Result<Vec<Transfer>> {
        self.unfinished()
    }

    /// The first `most` queued transfers in the order of the queue: what is to run next, without reading thousands of rows.
    pub fn next(&self, most: usize) -> Result<Vec<Transfer>> {
        let _ = most;
        self.unfinished()
    }

    /// The transfer that has not ended and will bring all that is wanted of this scene, whichever catalogue told of it.
    pub fn ordered(&self, scene: &Scene, wanted: &Wanted) -> Result<Option<TransferId>> {
        let _ = (scene, wanted);
        self.unfinished()
    }

    /// All batches that still have transfers, newest first.
    pub fn batches(&self) -> Result<Vec<Batch>> {
        self.unfinished()
    }

    /// What was asked for.
    pub fn request(&self, id: TransferId) -> Result<TransferRequest> {
        let _ = id;
        self.unfinished()
    }

    /// Keeps which files there are, so that a resumed transfer does not ask again.
    pub fn set_files(&self, id: TransferId, files: &[FileOrder]) -> Result<()> {
        let _ = (id, files);
        self.unfinished()
    }

    /// Which files there are, once that is known.
    pub fn files(&self, id: TransferId) -> Result<Option<Vec<FileOrder>>> {
        let _ = id;
        self.unfinished()
    }

    /// Moves a transfer to another state and answers with the transfer as it is then. `error` is kept with [`TransferState::Failed`]; being
    /// queued again forgets the error of the last run.
    ///
    /// # Errors
    /// [`LibraryError::TransferState`] when [`TransferState::may_become`] forbids it; of two that try at once, only one succeeds.
    pub fn transition(&self, id: TransferId, to: TransferState, error: Option<JobError>, now: Timestamp) -> Result<Transfer> {
        let _ = (id, to, error, now);
        self.unfinished()
    }

    /// Keeps how far a transfer is. Call it a few times a second at most.
    pub fn save_progress(&self, id: TransferId, progress: &TransferProgress) -> Result<()> {
        let _ = (id, progress);
        self.unfinished()
    }

    /// Puts a transfer before another one, or behind all others.
    pub fn move_before(&self, id: TransferId, before: Option<TransferId>) -> Result<()> {
        let _ = (id, before);
        self.unfinished()
    }

    /// Forgets a transfer that has ended and deletes what is left of it in staging. What it brought stays.
    ///
    /// # Errors
    /// [`LibraryError::TransferState`] while it has not ended: cancel it first.
    pub fn remove(&self, id: TransferId) -> Result<()> {
        let _ = id;
        self.unfinished()
    }

    /// Deletes what has arrived of a transfer that does not run.
    pub fn delete_staging(&self, id: TransferId) -> Result<()> {
        let _ = id;
        self.unfinished()
    }

    /// Claims a transfer for running; `None` while somebody else, here or in another process, holds it. Claim first, then read the row
    /// (a publication that a crash interrupted is finished by claiming), then move it to [`TransferState::Running`], and keep the claim
    /// until it has left that state.
    pub fn claim(&self, id: TransferId) -> Result<Option<TransferClaim>> {
        let _ = id;
        self.unfinished()
    }

    /// Puts transfers back into the queue that are said to be running but whose process has ended. Answers with their numbers.
    pub fn recover(&self, now: Timestamp) -> Result<Vec<TransferId>> {
        let _ = now;
        self.unfinished()
    }

    /// Moves finished files from staging into the library and ends their transfer as succeeded.
    ///
    /// # Errors
    /// [`LibraryError::TransferState`] unless the transfer is running; [`LibraryError::RootMissing`] and [`LibraryError::ReadOnly`] with
    /// everything still in staging; [`LibraryError::Unlike`] when a staged file has not the length that it should have; a full disk.
    pub fn publish(&self, id: TransferId, pieces: Vec<Piece>, now: Timestamp) -> Result<Vec<Holding>> {
        let _ = (id, pieces, now);
        self.unfinished()
    }

    fn unfinished<T>(&self) -> Result<T> {
        let _ = self.library;
        Err(LibraryError::not_found("such act yet"))
    }
}
