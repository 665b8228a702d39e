//! Why the demo could not be made.

use std::path::{Path, PathBuf};

use swath_raster::RasterError;

/// Why the demo could not be made, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// An option is out of its range.
    #[error("the demo cannot be made with `{field}` = {found}: choose {allowed}")]
    Option {
        /// Which option.
        field: &'static str,
        /// What it was.
        found: String,
        /// What it may be.
        allowed: &'static str,
    },
    /// Something else lies where the catalogue should go.
    #[error("{} is not empty and holds no demo catalogue, so nothing was written: choose another folder or empty it", folder.display())]
    Occupied {
        /// Where.
        folder: PathBuf,
    },
    /// The disk refused.
    #[error("could not {action} {}: {reason}; check that the disk has room and that the folder may be written to", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// A raster could not be written.
    #[error(transparent)]
    Raster(RasterError),
    /// A description could not be written; never expected.
    #[error("the demo's catalogue could not be written ({0}): this is a fault of the program, please report it")]
    Catalogue(String),
}

impl DemoError {
    pub(crate) fn io(action: &'static str, path: &Path, error: &std::io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), reason: error.to_string() }
    }
}
