//! Files of the catalogue as they are written: sizes, digests, and one step from nothing to whole.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::DemoError;

/// Length and digest of a finished file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) size: u64,
    /// SHA2-256 as a multihash in hexadecimal: `1220` and 64 digits.
    pub(crate) checksum: String,
}

pub(crate) fn fact(path: &Path) -> Result<Fact, DemoError> {
    let failed = |e| DemoError::io("read", path, &e);
    let mut file = File::open(path).map_err(failed)?;
    let (mut hasher, mut buffer, mut size) = (Sha256::new(), vec![0; 1 << 18], 0);
    loop {
        let count = file.read(&mut buffer).map_err(failed)?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        size += count as u64;
    }
    Ok(Fact { size, checksum: format!("1220{:x}", hasher.finalize()) })
}

/// Writes a JSON file, indented, ending in a line break.
pub(crate) fn json(path: &Path, value: &serde_json::Value) -> Result<(), DemoError> {
    fs::write(path, format!("{value:#}\n")).map_err(|e| DemoError::io("write", path, &e))
}

pub(crate) fn folder(path: &Path) -> Result<(), DemoError> {
    fs::create_dir_all(path).map_err(|e| DemoError::io("make the folder", path, &e))
}

/// A folder in the making beside its final place. Dropped before it is published, it is removed.
pub(crate) struct Draft {
    pub(crate) path: PathBuf,
    target: PathBuf,
    aside: PathBuf,
}

impl Draft {
    /// # Errors
    /// [`DemoError::Occupied`] when something that is no demo catalogue lies at the target; it is never removed.
    pub(crate) fn new(target: &Path, marker: &str) -> Result<Self, DemoError> {
        let occupied = || DemoError::Occupied { folder: target.to_owned() };
        let empty = |path: &Path| fs::read_dir(path).map(|mut entries| entries.next().is_none());
        match empty(target) {
            Ok(true) => {}
            Ok(false) if target.join(marker).is_file() => {}
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Ok(false) | Err(_) => return Err(occupied()),
        }
        let name = target.file_name().ok_or_else(occupied)?.to_string_lossy().into_owned();
        let draft = Self {
            path: target.with_file_name(format!(".{name}.part")),
            target: target.to_owned(),
            aside: target.with_file_name(format!(".{name}.old")),
        };
        // Left by a run that was killed.
        for leftover in [&draft.path, &draft.aside] {
            remove(leftover)?;
        }
        folder(&draft.path)?;
        Ok(draft)
    }

    /// Puts the finished folder in its place, instead of an older one.
    pub(crate) fn publish(self) -> Result<(), DemoError> {
        let failed = |e: std::io::Error| DemoError::io("replace", &self.target, &e);
        let replaces = match fs::rename(&self.target, &self.aside) {
            Ok(()) => true,
            Err(e) if e.kind() == ErrorKind::NotFound => false,
            Err(e) => return Err(failed(e)),
        };
        if let Err(error) = fs::rename(&self.path, &self.target) {
            if replaces {
                fs::rename(&self.aside, &self.target).map_err(failed)?;
            }
            return Err(failed(error));
        }
        remove(&self.aside)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After publishing there is nothing at this path; after a failure, what is left is removed by the next run at the latest.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn remove(path: &Path) -> Result<(), DemoError> {
    match fs::remove_dir_all(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(DemoError::io("remove", path, &e)),
        _ => Ok(()),
    }
}
