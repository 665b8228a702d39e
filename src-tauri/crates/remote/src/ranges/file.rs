//! A partly fetched file.

use std::ops::Range;
use std::path::{Path, PathBuf};

use swath_domain::{Checksum, Monitor, Stop, Window};

use crate::RemoteError;

/// One resolution of an image: the full one, or an overview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Columns of a block.
    pub block_width: u32,
    /// Rows of a block.
    pub block_height: u32,
}

/// A file of which some ranges are here, or all when it is a local one.
pub struct RangeFile {
    path: PathBuf,
    length: u64,
    levels: Vec<Level>,
}

impl RangeFile {
    /// Where it lies: a file of full length, with holes where nothing was fetched.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of the whole file.
    #[allow(clippy::len_without_is_empty, reason = "a file without bytes cannot be opened")]
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Resolutions, the full one first, then overviews from large to small.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// The bytes that must be there to read a window (in pixels of that level): its blocks, each with the four bytes before and after that
    /// a cloud-optimised file keeps there. Blocks that the file leaves out give none. Empty for a level that does not exist.
    pub fn ranges(&self, level: usize, window: Window) -> Vec<Range<u64>> {
        let _ = (level, window);
        Vec::new()
    }

    /// How many bytes of these ranges are not here yet.
    pub fn missing(&self, ranges: &[Range<u64>]) -> u64 {
        let _ = ranges;
        0
    }

    /// Fetches what is missing of these ranges. Returns the bytes that came over the network.
    ///
    /// # Errors
    /// [`RemoteError::Changed`] when the file was replaced: its ranges are dropped, and it must be opened again. What had arrived before
    /// any other error, or before a cancel, is kept.
    pub async fn fetch(&self, ranges: &[Range<u64>], monitor: &dyn Monitor) -> Result<u64, Stop<RemoteError>> {
        let _ = (ranges, monitor);
        Err(RemoteError::Unsupported { what: "fetch".into() }.into())
    }

    /// Fetches what is missing of the whole file and verifies it: length, kind, and digest where one is published.
    ///
    /// # Errors
    /// As [`RangeFile::fetch`]; [`RemoteError::NotThatFile`] when the digest differs, in which case everything fetched is dropped.
    pub async fn fetch_all(&self, checksum: Option<&Checksum>, monitor: &dyn Monitor) -> Result<(), Stop<RemoteError>> {
        let _ = checksum;
        self.fetch(&[0..self.length], monitor).await.map(|_| ())
    }

    /// Copies the whole file to `destination`, under which name it appears only when it is complete and on the disk.
    ///
    /// # Errors
    /// [`RemoteError::NotThatFile`] when some range is missing; the disk's errors.
    pub async fn publish(&self, destination: &Path) -> Result<(), RemoteError> {
        let _ = destination;
        Err(RemoteError::Unsupported { what: "publish".into() })
    }

    /// Forgets ranges, so that they are fetched again: for a reader that finds their bytes damaged.
    ///
    /// # Errors
    /// The disk's.
    pub async fn forget(&self, ranges: &[Range<u64>]) -> Result<(), RemoteError> {
        let _ = ranges;
        Ok(())
    }
}
