//! What can go wrong with a raster, by what the caller can do about it.

use std::io;
use std::path::{Path, PathBuf};

use gdal::errors::GdalError;

/// Why a raster could not be read or written. `words` are GDAL's (or the system's) own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RasterError {
    /// The file is missing, or not a raster in a known format.
    #[error("{} cannot be opened as an image ({words}): fetch it again or choose another file", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// GDAL's words.
        words: String,
    },
    /// The file is there, but its pixels cannot be read: it is damaged or not completely fetched.
    #[error("the pixels of {} cannot be read ({words}): the file is damaged or incomplete, fetch it again", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// GDAL's words.
        words: String,
    },
    /// A file cannot be written for another reason than a full disk.
    #[error("{} cannot be written ({words}): check that the folder exists and may be written to", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// GDAL's or the system's words.
        words: String,
    },
    /// There is no room left for a file.
    #[error("the disk is full, {} cannot be written ({words}): make room and run it again", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
        /// GDAL's or the system's words.
        words: String,
    },
    /// Coordinates cannot be taken from one system to another.
    #[error("coordinates cannot be taken from {from} to {to} ({words}): choose a coordinate system that holds in this area")]
    Projection {
        /// Coordinate system at the start.
        from: String,
        /// Coordinate system at the end.
        to: String,
        /// PROJ's words.
        words: String,
    },
    /// The file is sound, but of a kind that is not handled.
    #[error("{} cannot be used: {what}", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what would be right.
        what: String,
    },
    /// The system gives no more memory.
    #[error("no memory for {bytes} bytes of pixels: close other programs or lower the number of parallel blocks")]
    Memory {
        /// How many were asked for.
        bytes: usize,
    },
}

impl RasterError {
    pub(crate) fn open(path: &Path, error: &GdalError) -> Self {
        Self::Open { path: path.into(), words: words(error) }
    }

    pub(crate) fn read(path: &Path, error: &GdalError) -> Self {
        Self::Read { path: path.into(), words: words(error) }
    }

    pub(crate) fn write(path: &Path, error: &GdalError) -> Self {
        Self::write_words(path, words(error))
    }

    /// GDAL reports a full disk as any other failed write, so its words and the room that is left decide.
    pub(crate) fn write_words(path: &Path, words: String) -> Self {
        let says_so = ["No space left", "disk full", "Free disk space", "not enough space"].iter().any(|s| words.contains(s));
        if says_so || no_room_at(path) { Self::DiskFull { path: path.into(), words } } else { Self::Write { path: path.into(), words } }
    }

    pub(crate) fn io(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path: path.into(), words: error.to_string() },
            _ => Self::Write { path: path.into(), words: error.to_string() },
        }
    }

    pub(crate) fn unsupported(path: &Path, what: impl Into<String>) -> Self {
        Self::Unsupported { path: path.into(), what: what.into() }
    }
}

/// GDAL's message without the binding's wrapping.
pub(crate) fn words(error: &GdalError) -> String {
    let text = match error {
        GdalError::CplError { msg, .. } | GdalError::NullPointer { msg, .. } => msg.trim().to_owned(),
        GdalError::InvalidCoordinateRange { msg, .. } => msg.clone().unwrap_or_default(),
        other => other.to_string(),
    };
    if text.is_empty() { "GDAL gives no reason".into() } else { text }
}

/// Less than this much room means that a failed write failed for want of it.
#[cfg(target_os = "linux")]
const HARDLY_ANY: u64 = 1 << 20;

#[cfg(target_os = "linux")]
fn no_room_at(path: &Path) -> bool {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    rustix::fs::statvfs(folder).is_ok_and(|s| s.f_bavail.saturating_mul(s.f_frsize) < HARDLY_ANY)
}

#[cfg(not(target_os = "linux"))]
fn no_room_at(_: &Path) -> bool {
    false
}
