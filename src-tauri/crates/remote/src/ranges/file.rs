//! A partly fetched file.

use std::ops::Range;
use std::path::{Path, PathBuf};

use swath_domain::{Checksum, Monitor, Stop, Window};

use super::spans::Spans;
use super::store::{Store, on_disk};
use super::tiff::Layout;
use super::whole;
use crate::{RemoteError, address};

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
    layout: Layout,
    /// `None` for a local file.
    store: Option<Store>,
}

impl RangeFile {
    pub(super) fn local(path: PathBuf, length: u64, layout: Layout) -> Self {
        Self { path, length, layout, store: None }
    }

    pub(super) fn remote(store: Store, layout: Layout) -> Self {
        Self { path: store.disk.path.clone(), length: store.version.length, layout, store: Some(store) }
    }

    /// Whether its ranges were dropped since it was opened.
    pub(super) fn is_dropped(&self) -> bool {
        self.store.as_ref().is_some_and(Store::is_changed)
    }

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
        &self.layout.levels
    }

    /// The bytes that must be there to read a window (in pixels of that level): its blocks, each with the four bytes before and after that
    /// a cloud-optimised file keeps there. Blocks that the file leaves out give none. Empty for a level that does not exist.
    pub fn ranges(&self, level: usize, window: Window) -> Vec<Range<u64>> {
        self.layout.ranges(level, window, self.length).iter().collect()
    }

    /// How many bytes of these ranges are not here yet.
    pub fn missing(&self, ranges: &[Range<u64>]) -> u64 {
        match &self.store {
            None => 0,
            Some(store) => self.within(ranges).without(&store.expected()).total(),
        }
    }

    /// Fetches what is missing of these ranges. Returns the bytes that came over the network for this call; what another call is fetching
    /// already is waited for, not fetched again.
    ///
    /// # Errors
    /// [`RemoteError::Changed`] when the file was replaced: its ranges are dropped, and it must be opened again. What had arrived before
    /// any other error, or before a cancel, is kept.
    pub async fn fetch(&self, ranges: &[Range<u64>], monitor: &dyn Monitor) -> Result<u64, Stop<RemoteError>> {
        match &self.store {
            None => Ok(0),
            Some(store) => store.fetch(&self.within(ranges), monitor).await,
        }
    }

    /// Fetches what is missing of the whole file and verifies it: length, kind, and digest where one is published.
    ///
    /// # Errors
    /// As [`RangeFile::fetch`]; [`RemoteError::NotThatFile`] when the digest differs, in which case everything fetched is dropped.
    pub async fn fetch_all(&self, checksum: Option<&Checksum>, monitor: &dyn Monitor) -> Result<(), Stop<RemoteError>> {
        let whole = Range { start: 0, end: self.length };
        self.fetch(std::slice::from_ref(&whole), monitor).await?;
        let Some(why) = whole::verify(&self.path, self.length, checksum, monitor).await? else { return Ok(()) };
        let (name, host) = match &self.store {
            Some(store) => {
                store.drop_all().await?;
                (address::name(&store.url), address::host(&store.url))
            }
            None => (self.path.file_name().unwrap_or_default().to_string_lossy().into_owned(), "this computer".into()),
        };
        Err(RemoteError::NotThatFile { name, host, why }.into())
    }

    /// Copies the whole file to `destination`, under which name it appears only when it is complete and on the disk. The digest is not
    /// looked at again; [`RangeFile::fetch_all`] does that.
    ///
    /// # Errors
    /// [`RemoteError::NotThatFile`] when some range is missing; the disk's errors.
    pub async fn publish(&self, destination: &Path) -> Result<(), RemoteError> {
        let whole: Spans = std::iter::once(0..self.length).collect();
        let missing = self.store.as_ref().map_or(0, |store| whole.without(&store.present()).total());
        if let Some(store) = self.store.as_ref().filter(|_| missing > 0) {
            let (name, host) = (address::name(&store.url), address::host(&store.url));
            return Err(RemoteError::NotThatFile { name, host, why: format!("{missing} bytes of it have not been fetched") });
        }
        let (from, length, to) = (self.path.clone(), self.length, destination.to_owned());
        on_disk(move || whole::copy(&from, length, &to)).await
    }

    /// Forgets ranges, so that they are fetched again: for a reader that finds their bytes damaged.
    ///
    /// # Errors
    /// The disk's.
    pub async fn forget(&self, ranges: &[Range<u64>]) -> Result<(), RemoteError> {
        match &self.store {
            None => Ok(()),
            Some(store) => store.forget(ranges).await,
        }
    }

    fn within(&self, ranges: &[Range<u64>]) -> Spans {
        ranges.iter().map(|range| range.start..range.end.min(self.length)).collect()
    }
}
