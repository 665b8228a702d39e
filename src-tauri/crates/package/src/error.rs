//! What can go wrong with a product, by what the caller can do about it.

use std::io;
use std::path::{Path, PathBuf};

/// Why a product could not be checked or unpacked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    /// It is not whole, or not what it should be.
    #[error("{} is damaged or incomplete: {what}; fetch it again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong, and with which part of it.
        what: String,
    },
    /// It is made so that unpacking it would write where nothing may be written, or fill the disk.
    #[error("{} is not unpacked, since {what}; fetch the product from another source", path.display())]
    Harmful {
        /// The file.
        path: PathBuf,
        /// What it would do, and which member of it.
        what: String,
    },
    /// It is sound, as far as can be told, but uses something that is not known here.
    #[error("{} cannot be used: {what}", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What is not known, and what would be right.
        what: String,
    },
    /// A file cannot be read.
    #[error("{} cannot be read ({words}): check that it is there and may be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words.
        words: String,
    },
    /// A file cannot be written for another reason than a full disk.
    #[error("{} cannot be written ({words}): check that the folder exists, is empty and may be written to", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        words: String,
    },
    /// There is no room left.
    #[error("the disk is full, {} cannot be written: make room and try again", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
}

impl PackageError {
    pub(crate) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { path: path.into(), what: what.into() }
    }

    pub(crate) fn harmful(path: &Path, what: impl Into<String>) -> Self {
        Self::Harmful { path: path.into(), what: what.into() }
    }

    pub(crate) fn unsupported(path: &Path, what: impl Into<String>) -> Self {
        Self::Unsupported { path: path.into(), what: what.into() }
    }

    /// The same about another file.
    pub(crate) fn at(mut self, other: &Path) -> Self {
        match &mut self {
            Self::Damaged { path, .. }
            | Self::Harmful { path, .. }
            | Self::Unsupported { path, .. }
            | Self::Read { path, .. }
            | Self::Write { path, .. }
            | Self::DiskFull { path } => *path = other.into(),
        }
        self
    }

    pub(crate) fn read(path: &Path, error: &io::Error) -> Self {
        Self::Read { path: path.into(), words: error.to_string() }
    }

    pub(crate) fn write(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path: path.into() },
            _ => Self::Write { path: path.into(), words: error.to_string() },
        }
    }
}
