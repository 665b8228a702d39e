//! Unpacking into a folder: all or nothing.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use swath_domain::{HeldFile, Monitor, Stop};

use crate::walk::{Met, walk};
use crate::{PackageError, check, digest};

pub(crate) fn unpack(path: &Path, into: &Path, monitor: &dyn Monitor) -> Result<Vec<HeldFile>, Stop<PackageError>> {
    let was_there = prepare(into)?;
    let files = fill(path, into, monitor);
    if files.is_err() {
        // Nothing can be done about what cannot be removed; the error that led here says more.
        let _ = if was_there { empty(into) } else { fs::remove_dir_all(into) };
    }
    files
}

/// Makes the folder unless it is there and empty; whether it was there.
fn prepare(into: &Path) -> Result<bool, PackageError> {
    match fs::read_dir(into) {
        Ok(mut entries) => match entries.next() {
            None => Ok(true),
            Some(_) => Err(PackageError::Write { path: into.into(), words: "there are files in it already".into() }),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            fs::create_dir(into).map_err(|e| PackageError::write(into, &e))?;
            Ok(false)
        }
        Err(error) => Err(PackageError::write(into, &error)),
    }
}

fn empty(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
    }
    Ok(())
}

/// A file that is being written.
struct Open {
    name: String,
    path: PathBuf,
    file: File,
    bytes: u64,
    digest: Sha256,
}

fn fill(path: &Path, into: &Path, monitor: &dyn Monitor) -> Result<Vec<HeldFile>, Stop<PackageError>> {
    let mut rules = check::Rules::new(path);
    let mut files = Vec::new();
    let mut open: Option<Open> = None;
    walk(path, monitor, &mut |met| {
        rules.met(&met);
        match met {
            Met::Folder(name) => fs::create_dir_all(into.join(name)).map_err(|e| PackageError::write(&into.join(name), &e))?,
            Met::File(name, _) => {
                let to = into.join(name);
                let written = |e| PackageError::write(&to, &e);
                if let Some(folder) = to.parent() {
                    fs::create_dir_all(folder).map_err(written)?;
                }
                // Never over something that is there: an archive may not even overwrite what it has unpacked itself.
                let file = OpenOptions::new().write(true).create_new(true).open(&to).map_err(written)?;
                open = Some(Open { name: name.to_owned(), path: to, file, bytes: 0, digest: Sha256::new() });
            }
            Met::Bytes(piece) => {
                if let Some(open) = &mut open {
                    open.file.write_all(piece).map_err(|e| PackageError::write(&open.path, &e))?;
                    open.digest.update(piece);
                    open.bytes += piece.len() as u64;
                }
            }
            Met::End => {
                if let Some(Open { name, bytes, digest, .. }) = open.take() {
                    files.push(HeldFile { path: name, bytes, sha256: digest::hexadecimal(&digest.finalize()) });
                }
            }
        }
        Ok(())
    })?;
    rules.end()?;
    Ok(files)
}
