//! What can go wrong in the library, by what the caller can do about it.

use std::path::{Path, PathBuf};

use swath_domain::{JobState, TransferState};

/// Why the library could not do something.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// Another program holds the database.
    #[error("the library is being written by another program for too long: close other copies of Swath or try again in a moment")]
    Busy,
    /// The database was written by a newer Swath.
    #[error(
        "the library at {} has format {found}, but this Swath knows formats up to {known}: it was used by a newer Swath; \
         install that version or choose another data folder (nothing was changed)", path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that this program knows.
        known: i64,
    },
    /// There is no such row.
    #[error("there is no {what} in the library: it may have been removed; list again")]
    NotFound {
        /// What was asked for, such as `job 7`.
        what: String,
    },
    /// A job may not go from one state to the other.
    #[error("the job is {from} and cannot become {to}: look at its current state and choose again")]
    State {
        /// The state that it has.
        from: JobState,
        /// The state that was asked for.
        to: JobState,
    },
    /// A transfer may not go from one state to the other.
    #[error("the download is {from} and cannot become {to}: look at its current state and choose again")]
    TransferState {
        /// The state that it has.
        from: TransferState,
        /// The state that was asked for.
        to: TransferState,
    },
    /// The folder of the library is not where it was.
    #[error(
        "the library's folder {} is not there, so nothing was changed: connect the disk that it lies on; if the folder was moved, re-link it \
         from its new place", path.display()
    )]
    RootMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The folder of the library, or a file in it, cannot be written.
    #[error(
        "{} cannot be written, so nothing was changed: allow writing there (a disk may be write-protected or mounted read-only), or move the \
         library to another folder", path.display()
    )]
    ReadOnly {
        /// What cannot be written.
        path: PathBuf,
    },
    /// Something that is not of the library lies where it is to go.
    #[error("{} holds other files already: choose an empty folder, or make a new one", path.display())]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// A folder that the library cannot be moved to.
    #[error("the library cannot be moved to {} because {why}: choose another folder", path.display())]
    BadPlace {
        /// Which.
        path: PathBuf,
        /// Why not.
        why: &'static str,
    },
    /// Files are not what they are said to be.
    #[error("{} is not what it should be ({why}), so it was not taken into the library: fetch it again", path.display())]
    Unlike {
        /// Which.
        path: PathBuf,
        /// What does not fit.
        why: String,
    },
    /// The system's bin does not take it.
    #[error("the system's bin did not take {} ({why}), so it is still there: delete it for good instead, or free the bin", path.display())]
    Bin {
        /// What was to go there.
        path: PathBuf,
        /// Why it did not.
        why: String,
    },
    /// Another program, or another window, is moving the library.
    #[error("the library is being moved by another copy of Swath: wait until it is done, or stop it there")]
    Moving,
    /// Files could not be read or written.
    #[error("{action} {} failed ({source}): check that the folder exists and may be written", path.display())]
    Io {
        /// What was tried, such as `moving`.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The disk is full, or the quota is used up.
    #[error("the disk that holds the library is full: free some space (or empty the cache) and try again")]
    DiskFull,
    /// A row cannot be read.
    #[error("the entry of {what} in the library is damaged ({why}): remove it; its files are not touched by this")]
    Damaged {
        /// Whose row.
        what: String,
        /// What does not fit.
        why: String,
    },
    /// SQLite refused.
    #[error("the library's database failed ({0}): restart Swath; if it stays so, restore swath.db from a backup")]
    Sql(rusqlite::Error),
}

impl LibraryError {
    /// A word that programs can act on.
    pub fn code(&self) -> &'static str {
        match self {
            LibraryError::Busy => "library-busy",
            LibraryError::Newer { .. } => "library-newer",
            LibraryError::NotFound { .. } => "not-found",
            LibraryError::State { .. } => "job-state",
            LibraryError::TransferState { .. } => "transfer-state",
            LibraryError::RootMissing { .. } => "root-missing",
            LibraryError::ReadOnly { .. } => "read-only",
            LibraryError::Exists { .. } => "exists",
            LibraryError::BadPlace { .. } => "bad-place",
            LibraryError::Unlike { .. } => "not-that-file",
            LibraryError::Bin { .. } => "bin-failed",
            LibraryError::Moving => "library-busy",
            LibraryError::Io { .. } => "io",
            LibraryError::DiskFull => "disk-full",
            LibraryError::Damaged { .. } => "library-damaged",
            LibraryError::Sql(_) => "library-failed",
        }
    }

    pub(crate) fn not_found(what: impl std::fmt::Display) -> Self {
        Self::NotFound { what: what.to_string() }
    }

    pub(crate) fn damaged(what: impl std::fmt::Display, why: impl std::fmt::Display) -> Self {
        Self::Damaged { what: what.to_string(), why: why.to_string() }
    }
}

impl From<rusqlite::Error> for LibraryError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::*;
        match error.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked) => Self::Busy,
            Some(DiskFull) => Self::DiskFull,
            _ => Self::Sql(error),
        }
    }
}

/// What can be done only where one may write.
const WRITING: [&str; 5] = ["creating", "writing", "moving", "copying", "deleting"];

/// For `map_err` on file operations.
pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> LibraryError {
    move |source| match source.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => LibraryError::DiskFull,
        std::io::ErrorKind::ReadOnlyFilesystem => LibraryError::ReadOnly { path: path.to_owned() },
        std::io::ErrorKind::PermissionDenied if WRITING.contains(&action) => LibraryError::ReadOnly { path: path.to_owned() },
        _ => LibraryError::Io { action, path: path.to_owned(), source },
    }
}

/// Shorthand.
pub(crate) type Result<T> = std::result::Result<T, LibraryError>;
