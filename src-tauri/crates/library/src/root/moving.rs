//! Moving the library's folder: copied and read back, switched to in one transaction, and only then deleted where it was.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use swath_domain::{Monitor, Report, Stop};

use super::{belongs, carries, place, refresh, text, write_mark};
use crate::error::{LibraryError, Result, io};
use crate::folders::UNFINISHED;
use crate::{Library, copy, files, lock};

type Moved<T> = std::result::Result<T, Stop<LibraryError>>;

/// The coarsest clock of a file system that is still in use (FAT) ticks every two seconds.
const TICK: Duration = Duration::from_secs(2);

impl Library {
    /// Moves the library's folder with all products and scenes to an empty folder, on another disk if need be.
    ///
    /// On one disk the folder is renamed. Otherwise every file is copied, flushed and read back while the library stays in use; then, with
    /// everything else held back, what was published meanwhile is copied too, one transaction switches, and the old files are deleted, each
    /// only if its copy is there. Whatever interrupts it, called again it goes on from there; stopped, it leaves its copies for that.
    /// Reports [`Report::Kept`] for bytes that need no copying any more and [`Report::Advanced`] for bytes copied. Unfinished downloads
    /// stay where they are and end in the new place.
    ///
    /// # Errors
    /// [`LibraryError::Exists`] when other files lie there, [`LibraryError::BadPlace`] when it cannot be a place for the library,
    /// [`LibraryError::RootMissing`] while the old place is not there, [`LibraryError::Moving`] while another program moves it,
    /// [`LibraryError::ReadOnly`], a full disk. The library is then where it was.
    pub fn move_root(&self, to: &Path, monitor: &dyn Monitor) -> Moved<()> {
        let _moving = lock::attempt(&self.folders().moving())?.ok_or(LibraryError::Moving)?;
        drop(self.hold()?);
        finish_leaving(self)?;
        let to = std::path::absolute(to).map_err(io("reading", to))?;
        let mark = place(&self.db().get())?.mark;
        let from = self.folders().library();
        if to == from {
            return self.ready().map(drop).map_err(Stop::Failed);
        }
        if !carries(&from, &mark, true) && carries(&to, &mark, true) {
            // Moved by hand.
            let _lock = self.hold()?;
            return Ok(switch(self, &to, None)?);
        }
        let from = self.ready()?;
        suits(self, &from, &to, &mark)?;
        fs::create_dir_all(&to).map_err(io("creating", &to))?;
        if can_rename(&from, &to) {
            let _lock = self.hold()?;
            if rename(self, &from, &to)? {
                return Ok(());
            }
        }
        write_mark(&to, &mark, false)?;
        if !carries(&from, &mark, true) {
            write_mark(&from, &mark, true)?;
            return Err(LibraryError::BadPlace { path: to, why: "it is the same folder under another name" }.into());
        }
        // A link to another disk is not followed when files are listed.
        let from = if from.is_symlink() { real(&from) } else { from };
        copy_all(&from, &to, monitor)?;
        {
            let _lock = self.hold()?;
            copy_all(&from, &to, &Told(monitor))?;
            drop_others(&from, &to)?;
            files::flush_folders(&to)?;
            write_mark(&to, &mark, true)?;
            switch(self, &to, Some(&from))?;
        }
        // From here on the library has moved, so nothing below is a failure of the move, and there is nothing to stop.
        if let Err(error) = finish_leaving(self) {
            tracing::warn!(%error, "the library has moved, but its old files could not be deleted; it is tried again on the next start");
        }
        Ok(())
    }
}

/// Deletes what a move has left in the old place: each file only if its copy is there. What is not ours or not the same stays.
pub(crate) fn finish_leaving(library: &Library) -> Result<()> {
    let row = place(&library.db().get())?;
    let (Some(old), Ok(new)) = (row.leaving, library.ready()) else { return Ok(()) };
    if old.parent().is_some_and(|parent| !parent.is_dir()) {
        return Ok(());
    }
    if old != new && old.is_dir() {
        // First of all, so that half of a library is never taken for one.
        files::remove_all(&old.join(super::MARK))?;
        for file in all_of(&old)? {
            if same(&file, &counterpart(&file, &old, &new)) {
                files::remove_all(&file)?;
            } else {
                tracing::warn!(path = %file.display(), "this file has no copy in the library's new place and stays");
            }
        }
        remove_empty(&old);
        let own = library.folders().own_library();
        if own != new && own.is_symlink() && !own.exists() {
            files::remove_all(&own)?;
        }
    }
    library.db().durable(|tx| Ok(tx.execute("UPDATE root SET leaving = NULL", []).map(drop)?))
}

/// Finishes a renaming that a crash interrupted. The caller holds the library's lock.
pub(super) fn finish_entering(library: &Library) -> Result<()> {
    let row = place(&library.db().get())?;
    let Some(entering) = row.entering else { return Ok(()) };
    if !carries(&library.folders().library(), &row.mark, true) && carries(&entering, &row.mark, true) {
        return switch(library, &entering, None);
    }
    library.db().durable(|tx| Ok(tx.execute("UPDATE root SET entering = NULL", []).map(drop)?))
}

/// From now on the library is there. Unfinished downloads stay where they are, as long as they are not moved with the folder.
fn switch(library: &Library, to: &Path, leaving: Option<&Path>) -> Result<()> {
    let folders = library.folders();
    let path = (to != folders.own_library()).then(|| text(to)).transpose()?;
    let leaving = leaving.map(text).transpose()?;
    let old = folders.library();
    let mut unfinished = Vec::new();
    for folder in [old.join(UNFINISHED), folders.own_transfers()] {
        for path in files::entries(&folder)? {
            let id = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<i64>().ok());
            if let Some(id) = id {
                unfinished.push((id, text(&path)?));
            }
        }
    }
    library.db().durable(|tx| {
        tx.execute("UPDATE root SET path = ?, leaving = ?, entering = NULL", (path, leaving))?;
        for row in unfinished {
            tx.execute("UPDATE transfer SET staging = coalesce(staging, ?2) WHERE id = ?1", row)?;
        }
        Ok(())
    })?;
    refresh(library)
}

fn suits(library: &Library, from: &Path, to: &Path, mark: &str) -> Result<()> {
    let (real_from, real_to) = (real(from), real(to));
    let bad = |why| Err(LibraryError::BadPlace { path: to.to_owned(), why });
    let own = library.folders().own_library();
    if real_from == real_to {
        return bad("it is the same folder under another name");
    }
    if real_to.starts_with(&real_from) || real_from.starts_with(&real_to) {
        return bad("one of the two folders lies inside the other");
    }
    if to != own && real_to.starts_with(real(library.folders().data())) {
        return bad("Swath keeps other things there");
    }
    text(to)?;
    if !files::entries(to)?.is_empty() && !carries(to, mark, false) && !carries(to, mark, true) {
        return Err(LibraryError::Exists { path: to.to_owned() });
    }
    Ok(())
}

/// Nothing unfinished inside, and nothing there yet. Whether it is one disk is found out by trying.
fn can_rename(from: &Path, to: &Path) -> bool {
    let is_empty = |folder: &Path| files::entries(folder).is_ok_and(|entries| entries.is_empty());
    !from.is_symlink() && !to.is_symlink() && is_empty(to) && is_empty(&from.join(UNFINISHED))
}

/// Whether the folder was renamed; when it cannot be (a file in it is open on Windows), it has to be copied.
fn rename(library: &Library, from: &Path, to: &Path) -> Result<bool> {
    let entering = text(to)?;
    library.db().durable(|tx| Ok(tx.execute("UPDATE root SET entering = ?", [entering]).map(drop)?))?;
    // A mount point is not removed, and the folder of another disk not renamed.
    if fs::remove_dir(to).is_err() {
        return Ok(false);
    }
    if fs::rename(from, to).is_err() {
        fs::create_dir_all(to).map_err(io("creating", to))?;
        return Ok(false);
    }
    for parent in [from.parent(), to.parent()].into_iter().flatten() {
        files::flush_folder(parent)?;
    }
    switch(library, to, None)?;
    Ok(true)
}

fn copy_all(from: &Path, to: &Path, monitor: &dyn Monitor) -> Moved<()> {
    for folder in files::all_folders(from)?.into_iter().filter(|folder| belongs(folder, from)) {
        let folder = counterpart(&folder, from, to);
        fs::create_dir_all(&folder).map_err(io("creating", &folder))?;
    }
    for file in all_of(from)? {
        let target = counterpart(&file, from, to);
        let length = fs::symlink_metadata(&file).map_or(0, |meta| meta.len());
        if same(&file, &target) {
            monitor.report(Report::Kept(length));
            continue;
        }
        files::remove_all(&target)?;
        #[cfg(unix)]
        if file.is_symlink() {
            let link = fs::read_link(&file).map_err(io("reading", &file))?;
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent).map_err(io("creating", parent))?;
            }
            std::os::unix::fs::symlink(link, &target).map_err(io("copying", &file))?;
            continue;
        }
        match copy::copy(&file, &target, monitor) {
            // Removed from the library meanwhile.
            Err(Stop::Failed(_)) if !files::is_there(&file) => {}
            other => drop(other?),
        }
    }
    Ok(())
}

/// Deletes copies of what has been removed from the library while it was being copied.
fn drop_others(from: &Path, to: &Path) -> Result<()> {
    for file in all_of(to)? {
        if !files::is_there(&counterpart(&file, to, from)) {
            files::remove_all(&file)?;
        }
    }
    Ok(())
}

/// Same length, and changed at the same time: a copy that was read back when it was made.
fn same(a: &Path, b: &Path) -> bool {
    let (Ok(first), Ok(second)) = (fs::symlink_metadata(a), fs::symlink_metadata(b)) else { return false };
    if first.is_symlink() || second.is_symlink() {
        return matches!((fs::read_link(a), fs::read_link(b)), (Ok(a), Ok(b)) if a == b);
    }
    let (Ok(early), Ok(late)) = (first.modified(), second.modified()) else { return false };
    let apart = late.duration_since(early).or_else(|_| early.duration_since(late)).unwrap_or(Duration::MAX);
    first.len() == second.len() && apart <= TICK
}

fn all_of(folder: &Path) -> Result<Vec<PathBuf>> {
    Ok(files::all_files(folder)?.into_iter().filter(|file| belongs(file, folder)).collect())
}

fn counterpart(file: &Path, from: &Path, to: &Path) -> PathBuf {
    file.strip_prefix(from).map_or_else(|_| to.to_owned(), |inside| to.join(inside))
}

/// Folders without files, the folder itself at last.
pub(super) fn remove_empty(folder: &Path) {
    for path in files::entries(folder).unwrap_or_default() {
        if path.is_dir() && !path.is_symlink() {
            remove_empty(&path);
        }
    }
    // Refused while something is in it.
    let _ = fs::remove_dir(folder);
}

/// The path without links, as far as it exists.
fn real(path: &Path) -> PathBuf {
    match (fs::canonicalize(path), path.parent(), path.file_name()) {
        (Ok(real), ..) => real,
        (Err(_), Some(parent), Some(name)) => real(parent).join(name),
        _ => path.to_owned(),
    }
}

/// Under the lock the first pass is told as kept already.
struct Told<'a>(&'a dyn Monitor);

impl Monitor for Told<'_> {
    fn report(&self, report: Report) {
        if !matches!(report, Report::Kept(_)) {
            self.0.report(report);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}
