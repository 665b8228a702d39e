//! Small acts on files that the library is careful about.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use swath_domain::Never;

use crate::copy;
use crate::error::{Result, io};

/// Direct contents of a folder; empty when there is no such folder.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let reading = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(io("reading", folder))?,
    };
    let mut paths = Vec::new();
    for entry in reading {
        paths.push(entry.map_err(io("reading", folder))?.path());
    }
    paths.sort();
    Ok(paths)
}

/// All files below a folder, or the file itself. Links are not followed.
pub(crate) fn all_files(path: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![path.to_owned()];
    while let Some(path) = open.pop() {
        match fs::symlink_metadata(&path) {
            Ok(meta) if meta.is_dir() => open.extend(entries(&path)?),
            Ok(_) => found.push(path),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(io("reading", &path)(error)),
        }
    }
    Ok(found)
}

/// A folder and all folders below it; none when it is a file. Links are not followed.
pub(crate) fn all_folders(path: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![path.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() && !path.is_symlink() {
            open.extend(entries(&path)?);
            found.push(path);
        }
    }
    Ok(found)
}

/// Lengths of all files below a folder.
pub(crate) fn length(path: &Path) -> Result<u64> {
    let lengths = all_files(path)?.into_iter().map(|file| fs::symlink_metadata(&file).map(|m| m.len()).unwrap_or(0));
    Ok(lengths.sum())
}

/// Deletes a file or a folder with all it holds; fine when it is gone already.
pub(crate) fn remove_all(path: &Path) -> Result<()> {
    let result = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other.map_err(io("deleting", path)),
    }
}

/// Puts every file below a folder, or a file, and the entries of the folders in it on the disk; not those of the folder that it lies in.
pub(crate) fn flush(path: &Path) -> Result<()> {
    for file in all_files(path)? {
        // Windows flushes only through a handle that may write.
        let open = File::options().read(true).write(cfg!(windows)).open(&file).map_err(io("opening", &file))?;
        open.sync_all().map_err(io("flushing", &file))?;
    }
    all_folders(path)?.iter().try_for_each(|folder| flush_folder(folder))
}

/// Makes a folder with all that it lies in, and puts the entries of those on the disk that were not there.
pub(crate) fn create(folder: &Path) -> Result<()> {
    let new = folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !is_there(folder)).count();
    fs::create_dir_all(folder).map_err(io("creating", folder))?;
    folder.ancestors().skip(1).take(new).try_for_each(flush_folder)
}

/// Puts the entries of a folder and of all folders below it on the disk, and those of the folder that it lies in.
pub(crate) fn flush_folders(path: &Path) -> Result<()> {
    path.parent().map_or(Ok(()), flush_folder)?;
    all_folders(path)?.iter().try_for_each(|folder| flush_folder(folder))
}

/// Puts a folder's entries on the disk, where the system has such an act.
pub(crate) fn flush_folder(folder: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(folder).and_then(|file| file.sync_all()).map_err(io("flushing", folder))?;
    }
    Ok(())
}

/// Whether something lies there, were it a link to nowhere.
pub(crate) fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Whether renaming from one folder to the other is enough. Tried with an empty file of this name, since what one disk is differs between
/// systems: two mounts of one disk are two.
pub(crate) fn one_disk(from: &Path, to: &Path, probe: &str) -> Result<bool> {
    let (here, there) = (from.join(probe), to.join(probe));
    fs::write(&here, b"").map_err(io("writing", &here))?;
    let renamed = fs::rename(&here, &there);
    remove_all(&here)?;
    match renamed {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => Ok(false),
        Err(error) => Err(io("writing", to)(error)),
        Ok(()) => remove_all(&there).map(|()| true),
    }
}

/// Moves a file or folder. Across disks (a library folder linked to another one) it is copied beside its destination first, so that it still
/// appears there whole or not at all.
pub(crate) fn move_folder(from: &Path, to: &Path) -> Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {}
        other => return other.map_err(io("moving", from)),
    }
    let name = to.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let beside = to.with_file_name(format!("{COPYING}{name}"));
    remove_all(&beside)?;
    for file in all_files(from)? {
        let inside = file.strip_prefix(from).unwrap_or(&file);
        let copy = if inside.as_os_str().is_empty() { beside.clone() } else { beside.join(inside) };
        if let Some(parent) = copy.parent() {
            fs::create_dir_all(parent).map_err(io("creating", parent))?;
        }
        copy::failed(copy::copy(&file, &copy, &Never))?;
    }
    flush(&beside)?;
    fs::rename(&beside, to).map_err(io("moving", &beside))?;
    remove_all(from)
}

/// Start of the name of a folder that is still being copied.
pub(crate) const COPYING: &str = ".copying-";
