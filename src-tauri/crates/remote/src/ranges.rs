//! Files that are fetched piece by piece: a sparse local file of full length, and a journal of the ranges that are there.

mod disk;
mod file;
mod first;
pub(crate) mod spans;
mod store;
mod tiff;
mod transfer;
mod whole;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use swath_domain::{Asset, Monitor, Stop, Window};
use url::Url;

use crate::cancel::unless_cancelled;
use crate::head::not_that_file;
use crate::{Client, RemoteError, address};
use disk::Disk;
use spans::Spans;
use store::Store;
pub(crate) use store::on_disk;
use tiff::{Halt, Layout, Source};

pub use file::{Level, RangeFile};

/// A folder of partly fetched files. Clones share what is open.
#[derive(Clone)]
pub struct RangeCache {
    client: Client,
    folder: PathBuf,
    /// By cache id. Whoever opens a file holds its lock, so that all others wait and then share.
    open: Arc<Mutex<HashMap<String, Place>>>,
}

type Place = Arc<tokio::sync::Mutex<Weak<RangeFile>>>;

/// A missing piece of a header is fetched with what lies around it, since more of the header is likely there.
const AROUND: u64 = 32 << 10;

impl RangeCache {
    /// The folder is made when the first file is opened.
    pub fn new(client: Client, folder: PathBuf) -> Self {
        Self { client, folder, open: Arc::default() }
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
    /// [`RemoteError::NotThatFile`] when it is no TIFF or has another length than the catalogue says, and all that can go wrong on the way.
    pub async fn open(&self, asset: &Asset, monitor: &dyn Monitor) -> Result<Arc<RangeFile>, Stop<RemoteError>> {
        let url = address::parse(&asset.href)?;
        let id = address::cache_id(&url);
        let place = self.place(&id);
        let mut shared = unless_cancelled(monitor, place.lock()).await?;
        if let Some(file) = shared.upgrade().filter(|file| !file.is_dropped()) {
            return Ok(file);
        }
        let file = Arc::new(match address::file(&url) {
            Some(path) => open_local(&url, path?).await?,
            // Once more from scratch: the file on the server was replaced, or the cached header is damaged.
            None => match self.open_remote(&url, &id, asset, monitor).await {
                Err(Stop::Failed(RemoteError::Changed { .. })) => self.open_remote(&url, &id, asset, monitor).await?,
                other => other?,
            },
        });
        *shared = Arc::downgrade(&file);
        Ok(file)
    }

    /// Whether opening the file of an asset asks nobody: it lies on this computer, or its header is in the cache.
    pub fn knows(&self, asset: &Asset) -> bool {
        let Ok(url) = address::parse(&asset.href) else { return false };
        address::file(&url).is_some() || Disk::new(&self.folder, &address::cache_id(&url)).is_known()
    }

    /// Opens a file and fetches the blocks under a window of one level; begins anew, once, when the file was replaced meanwhile.
    /// Returns the file and the bytes that came over the network after opening it.
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
        let mut anew = false;
        loop {
            let file = self.open(asset, monitor).await?;
            match file.fetch(&file.ranges(level, window), monitor).await {
                Err(Stop::Failed(RemoteError::Changed { .. })) if !anew => anew = true,
                other => return Ok((file, other?)),
            }
        }
    }

    /// Opens a file and fetches all of it, verified; begins anew, once, when the file was replaced meanwhile.
    ///
    /// # Errors
    /// As [`RangeCache::open`] and [`RangeFile::fetch_all`].
    pub async fn fetch_file(&self, asset: &Asset, monitor: &dyn Monitor) -> Result<Arc<RangeFile>, Stop<RemoteError>> {
        let mut anew = false;
        loop {
            let file = self.open(asset, monitor).await?;
            match file.fetch_all(asset.checksum.as_ref(), monitor).await {
                Err(Stop::Failed(RemoteError::Changed { .. })) if !anew => anew = true,
                other => return other.map(|()| file),
            }
        }
    }

    async fn open_remote(&self, url: &Url, id: &str, asset: &Asset, monitor: &dyn Monitor) -> Result<RangeFile, Stop<RemoteError>> {
        let disk = Arc::new(Disk::new(&self.folder, id));
        let (at, key) = (disk.clone(), id.to_owned());
        let known = on_disk(move || at.reopen(&key)).await?.filter(|(version, _)| asset.size.is_none_or(|size| size == version.length));
        let fresh = known.is_none();
        let (version, present, claims) = match known {
            Some((version, claims)) => (version, Spans::default(), claims),
            None => {
                let (version, present) = first::fetch(&self.client, url, id, asset, &disk, monitor).await?;
                (version, present, Vec::new())
            }
        };
        let store = Store::new(self.client.clone(), url.clone(), asset.access, version, disk, present).with_claims(claims);
        // Where the header lies in nearly every file.
        store.prove(&std::iter::once(0..1).collect()).await?;
        loop {
            let (path, length, present) = (store.disk.path.clone(), store.version.length, store.present());
            match on_disk(move || read_layout(&path, length, Some(&present))).await? {
                Ok(layout) => return Ok(RangeFile::remote(store, layout)),
                Err(Halt::Missing(range)) => {
                    let around = range.start / AROUND * AROUND..(range.end.div_ceil(AROUND) * AROUND).min(length);
                    store.fetch(&std::iter::once(around).collect(), monitor).await?;
                }
                Err(Halt::Wrong(why)) => {
                    store.drop_all().await?;
                    return Err(if fresh { not_that_file(url, why) } else { store.changed_error() }.into());
                }
                Err(Halt::Io(error)) => return Err(RemoteError::from(error).into()),
            }
        }
    }

    fn place(&self, id: &str) -> Place {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() > 4096 {
            open.retain(|_, place| Arc::strong_count(place) > 1 || place.try_lock().is_ok_and(|file| file.strong_count() > 0));
        }
        open.entry(id.to_owned()).or_default().clone()
    }
}

async fn open_local(url: &Url, path: PathBuf) -> Result<RangeFile, RemoteError> {
    let at = path.clone();
    let (length, layout) = on_disk(move || {
        let length = std::fs::metadata(&at)?.len();
        Ok((length, read_layout(&at, length, None)?))
    })
    .await?;
    match layout {
        Ok(layout) => Ok(RangeFile::local(path, length, layout)),
        Err(Halt::Io(error)) => Err(error.into()),
        Err(Halt::Wrong(why)) => Err(not_that_file(url, why)),
        Err(Halt::Missing(_)) => Err(not_that_file(url, "its header is cut off".into())),
    }
}

fn read_layout(path: &Path, length: u64, present: Option<&spans::Spans>) -> std::io::Result<Result<Layout, Halt>> {
    Ok(tiff::layout(Source { file: std::fs::File::open(path)?, length, present }))
}
