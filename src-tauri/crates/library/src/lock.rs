//! Advisory locks on files: the operating system frees them when a process ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::error::{Result, io};

/// Waits for the lock; free again when the file is dropped.
pub(crate) fn wait(path: &Path) -> Result<File> {
    let file = open(path)?;
    file.lock().map_err(io("locking", path))?;
    Ok(file)
}

/// `None` when somebody else holds it (another handle of this process counts as somebody else).
pub(crate) fn attempt(path: &Path) -> Result<Option<File>> {
    let file = open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(io("locking", path)(error)),
    }
}

fn open(path: &Path) -> Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(io("opening", path))
}
