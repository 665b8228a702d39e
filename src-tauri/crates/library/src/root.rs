//! Where the library's folder lies, and moving it.

use std::path::{Path, PathBuf};

use swath_domain::{Monitor, Stop};

use crate::Library;
use crate::error::{LibraryError, Result};

/// The library's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Where it lies.
    pub path: PathBuf,
    /// Whether it is there: `false` while its disk is not connected.
    pub there: bool,
    /// Bytes of all products and scenes in it, as the rows say.
    pub bytes: u64,
}

impl Library {
    /// Where the library's folder lies, and whether it is there.
    pub fn root(&self) -> Result<Root> {
        Err(LibraryError::not_found("such act yet"))
    }

    /// Moves the library's folder with all products and scenes to an empty folder, on another disk if need be. Reports
    /// [`Kept`](swath_domain::Report::Kept) for bytes that an interrupted move has copied and [`Advanced`](swath_domain::Report::Advanced)
    /// for bytes copied now.
    pub fn move_root(&self, to: &Path, monitor: &dyn Monitor) -> std::result::Result<(), Stop<LibraryError>> {
        let _ = (to, monitor);
        Err(Stop::Failed(LibraryError::not_found("such act yet")))
    }

    /// Takes a file or folder that is not what it should be out of the way: into `cache/quarantine/`, with a text beside it that says why.
    /// The oldest go when there are more than 5 GB. Answers with where it lies now.
    pub fn quarantine(&self, path: &Path, why: &str) -> Result<PathBuf> {
        let _ = (path, why);
        Err(LibraryError::not_found("such act yet"))
    }
}
