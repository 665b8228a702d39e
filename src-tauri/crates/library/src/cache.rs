//! What may be deleted to make room.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::Library;
use crate::error::Result;
use crate::files::{all_files, remove_all};

/// In the name of the journal that says which ranges of a partly fetched file are there.
const JOURNAL: &str = ".ranges";

/// Partly fetched sources, thumbnails and tiles of the base map.
#[derive(Debug, Clone, Copy)]
pub struct Cache<'a> {
    pub(crate) library: &'a Library,
}

/// A file and its journal, which only make sense together: files of one folder whose names are the same up to the first dot.
struct Entry {
    files: Vec<PathBuf>,
    bytes: u64,
    used: SystemTime,
}

impl Cache<'_> {
    /// Bytes on the disk. Of sparse files only what is filled counts.
    pub fn usage(&self) -> Result<u64> {
        Ok(self.entries()?.values().map(|entry| entry.bytes).sum())
    }

    /// Deletes files, least recently written first, until at most `limit` bytes are left; answers with the bytes freed.
    ///
    /// A partly fetched file goes together with its `.ranges` journal (`X.tif` with `X.ranges` or `X.tif.ranges`), since a journal without
    /// its file would say that ranges are there which are not. `in_use` is asked about each file and keeps all that belong together.
    pub fn prune(&self, limit: u64, in_use: &dyn Fn(&Path) -> bool) -> Result<u64> {
        let mut entries: Vec<_> = self.entries()?.into_values().collect();
        entries.sort_by_key(|entry| entry.used);
        let mut usage: u64 = entries.iter().map(|entry| entry.bytes).sum();
        let mut freed = 0;
        for mut entry in entries {
            if usage <= limit {
                break;
            }
            if entry.files.iter().any(|file| in_use(file)) {
                continue;
            }
            // The journal first: a file without a journal is fetched again, a journal without its file would lie.
            entry.files.sort_by_key(|file| !name(file).contains(JOURNAL));
            entry.files.iter().try_for_each(|file| remove_all(file))?;
            usage -= entry.bytes;
            freed += entry.bytes;
        }
        Ok(freed)
    }

    fn entries(&self) -> Result<BTreeMap<PathBuf, Entry>> {
        let mut entries = BTreeMap::<PathBuf, Entry>::new();
        for file in all_files(&self.library.folders().cache())? {
            // Others may be at work in the cache; what is gone needs no room.
            let Ok(meta) = fs::symlink_metadata(&file) else { continue };
            let stem = name(&file).split('.').next().unwrap_or_default().to_owned();
            let entry =
                entries.entry(file.with_file_name(stem)).or_insert(Entry { files: Vec::new(), bytes: 0, used: SystemTime::UNIX_EPOCH });
            entry.bytes += on_disk(&meta);
            entry.used = entry.used.max(meta.modified().unwrap_or(SystemTime::UNIX_EPOCH));
            entry.files.push(file);
        }
        Ok(entries)
    }
}

fn name(file: &Path) -> std::borrow::Cow<'_, str> {
    file.file_name().unwrap_or_default().to_string_lossy()
}

#[cfg(unix)]
fn on_disk(meta: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    meta.blocks() * 512
}

#[cfg(not(unix))]
fn on_disk(meta: &Metadata) -> u64 {
    meta.len()
}
