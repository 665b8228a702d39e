//! Removing holdings with their files.

use std::fs;
use std::path::Path;

use swath_domain::HoldingId;

use super::{Holdings, rows};
use crate::error::{LibraryError, Result, io};
use crate::{Library, files};

/// Start of the name of what is being deleted.
const TRASH: &str = ".trash-";

/// How files leave the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoveHow {
    /// Into the system's bin, from where the user can take them back.
    Bin,
    /// For good.
    Delete,
}

impl Holdings<'_> {
    /// Removes a holding with its files; answers with the bytes freed (into the bin: moved there).
    ///
    /// # Errors
    /// [`LibraryError::Bin`] when the bin does not take it, [`LibraryError::RootMissing`] and [`LibraryError::ReadOnly`]; then nothing is
    /// removed.
    pub fn remove(&self, id: HoldingId, how: RemoveHow) -> Result<u64> {
        let lock = self.library.hold()?;
        let holding = self.get(id)?;
        let root = self.library.ready()?;
        let path = self.path(&holding);
        let bytes = files::length(&path)?;
        let trash = root.join(format!("{TRASH}{id}"));
        if files::is_there(&path) {
            match how {
                // The row goes second: after a crash between the two it tells of files that are missing, and can be removed again.
                RemoveHow::Bin => {
                    trash::delete(&path).map_err(|why| LibraryError::Bin { path: path.clone(), why: why.to_string() })?;
                }
                // Renamed first, so that what is listed is whole; a crash in between is finished on the next opening.
                RemoveHow::Delete => fs::rename(&path, &trash).map_err(io("moving", &path))?,
            }
        }
        self.library.db().durable(|tx| rows::delete(tx, id))?;
        remove_empty(&root, &path);
        drop(lock);
        files::remove_all(&trash)?;
        Ok(bytes)
    }
}

/// Finishes removals that a crash interrupted: they were confirmed by the user. The caller holds the library's lock.
pub(crate) fn heal(library: &Library) -> Result<()> {
    let Ok(root) = library.ready() else { return Ok(()) };
    for path in files::entries(&root)? {
        let number = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix(TRASH)?.parse().ok());
        if let Some(number) = number {
            library.db().durable(|tx| rows::delete(tx, HoldingId(number)))?;
            if let Err(error) = files::remove_all(&path) {
                tracing::warn!(%error, "a leftover could not be deleted");
            }
        }
    }
    Ok(())
}

/// Deletes the folders of date and sensor when nothing is left in them.
pub(crate) fn remove_empty(root: &Path, path: &Path) {
    for folder in path.ancestors().skip(1).take_while(|folder| *folder != root && folder.starts_with(root)) {
        // Refused while something is in it.
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
}
