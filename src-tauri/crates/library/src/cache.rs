//! What may be deleted to make room.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::Library;
use crate::error::Result;
use crate::files::{all_files, remove_all};

/// End of the name of the journal that says which ranges of a partly fetched file are there.
const JOURNAL: &str = ".ranges";

/// Partly fetched sources, thumbnails and tiles of the base map.
#[derive(Debug, Clone, Copy)]
pub struct Cache<'a> {
    pub(crate) library: &'a Library,
}

/// A file and its journal, which only make sense together.
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
    /// A partly fetched file goes together with its `.ranges` journal (`X.tif` with `X.tif.ranges`): a journal without its file, or the
    /// other way round, would say that ranges are there which are not. `in_use` is asked with the file's path.
    pub fn prune(&self, limit: u64, in_use: &dyn Fn(&Path) -> bool) -> Result<u64> {
        let mut entries: Vec<_> = self.entries()?.into_iter().collect();
        entries.sort_by_key(|(_, entry)| entry.used);
        let mut usage: u64 = entries.iter().map(|(_, entry)| entry.bytes).sum();
        let mut freed = 0;
        for (path, entry) in entries {
            if usage <= limit {
                break;
            }
            if in_use(&path) {
                continue;
            }
            // The journal first: a file without a journal is fetched again, a journal without its file would lie.
            entry.files.iter().rev().try_for_each(|file| remove_all(file))?;
            usage -= entry.bytes;
            freed += entry.bytes;
        }
        Ok(freed)
    }

    fn entries(&self) -> Result<BTreeMap<PathBuf, Entry>> {
        let mut entries = BTreeMap::<PathBuf, Entry>::new();
        let mut files = all_files(&self.library.folders().cache())?;
        files.sort();
        for file in files {
            // Others may be at work in the cache; what is gone needs no room.
            let Ok(meta) = fs::symlink_metadata(&file) else { continue };
            let path = file.to_str().and_then(|name| name.strip_suffix(JOURNAL)).map_or_else(|| file.clone(), PathBuf::from);
            let entry = entries.entry(path).or_insert(Entry { files: Vec::new(), bytes: 0, used: SystemTime::UNIX_EPOCH });
            entry.bytes += on_disk(&meta);
            entry.used = entry.used.max(meta.modified().unwrap_or(SystemTime::UNIX_EPOCH));
            entry.files.push(file);
        }
        Ok(entries)
    }
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
