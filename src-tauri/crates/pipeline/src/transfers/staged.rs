//! What a transfer has in its staging folder: files that are done, each with a note of what it was when it was found right, and beside them
//! the parts of those that are still being fetched.
//!
//! ```text
//! <transfer>/S2B_….SAFE/GRANULE/…      files that are done, where their orders say
//! <transfer>/.done/<key>.json          what they were when they were found right
//! <transfer>/.parts/<key>/<name>       what is being fetched, a folder for each source: what came from one is not lost to another
//! ```

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use swath_domain::{FileOrder, FileSource, HeldFile, Monitor, Stop};

use super::{Fetched, hash};
use crate::{PipelineError, error::Outcome};

/// Folders beside the files of a transfer, which never go into the library.
const DONE: &str = ".done";
const PARTS: &str = ".parts";

/// What a file was when it was found right.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    path: String,
    bytes: u64,
    sha256: String,
    provider: String,
}

/// Where a file goes once it is done.
pub(super) fn place(folder: &Path, path: &str) -> PathBuf {
    path.split('/').fold(folder.to_owned(), |folder, part| folder.join(part))
}

/// Where a file is fetched to from one source, in a folder of its own that exists then.
pub(super) fn part(folder: &Path, order: &FileOrder, source: &FileSource) -> Outcome<PathBuf> {
    let address = source.href.split(['?', '#']).next().unwrap_or_default();
    let part = made(folder, &format!("{PARTS}/{}", key(&format!("{}\n{address}", order.path))))?;
    Ok(part.join(order.path.rsplit('/').next().unwrap_or_default()))
}

/// Where work on a file is done that does not come from one source.
pub(super) fn work(folder: &Path, path: &str) -> Outcome<PathBuf> {
    let part = made(folder, &format!("{PARTS}/{}", key(path)))?;
    Ok(part.join(path.rsplit('/').next().unwrap_or_default()))
}

/// Puts a file that is right in its place, and notes what it is. Blocks.
pub(super) fn done(folder: &Path, order: &FileOrder, part: &Path, fetched: &Fetched) -> Outcome<()> {
    let place = place(folder, &order.path);
    if let Some((parent, _)) = order.path.rsplit_once('/') {
        made(folder, parent)?;
    }
    let Fetched { held, provider } = fetched;
    let note = Note { path: order.path.clone(), bytes: held.bytes, sha256: held.sha256.clone(), provider: provider.clone() };
    made(folder, DONE)?;
    let text = serde_json::to_vec(&note).unwrap_or_default();
    // The note first: without its file it is nothing, while a file without a note would be fetched again.
    let at = note_of(folder, &order.path);
    io(&at, write(&at, &text))?;
    io(&place, fs::rename(part, &place))?;
    // Parts of other sources as well: nobody needs them any more.
    for source in &order.sources {
        let address = source.href.split(['?', '#']).next().unwrap_or_default();
        let _ = fs::remove_dir_all(folder.join(PARTS).join(key(&format!("{}\n{address}", order.path))));
    }
    Ok(())
}

/// The file, when it lies in its place and is what it was when it was found right. What is there and is not is deleted. Blocks.
pub(super) fn kept(folder: &Path, order: &FileOrder, monitor: &dyn Monitor) -> Outcome<Option<Fetched>> {
    let place = place(folder, &order.path);
    let Ok(meta) = fs::metadata(&place) else { return Ok(None) };
    let note: Option<Note> = fs::read(note_of(folder, &order.path)).ok().and_then(|text| serde_json::from_slice(&text).ok());
    if let Some(note) = note.filter(|note| note.path == order.path && note.bytes == meta.len() && meta.is_file()) {
        let sha256 = match hash::sha256(&place, monitor) {
            Err(Stop::Failed(error)) => return io(&place, Err(error)),
            Err(Stop::Cancelled) => return Err(Stop::Cancelled),
            Ok((sha256, _)) => sha256,
        };
        if sha256 == note.sha256 {
            let held = HeldFile { path: order.path.clone(), bytes: note.bytes, sha256 };
            return Ok(Some(Fetched { held, provider: note.provider }));
        }
    }
    tracing::warn!(file = order.path, "what lies in the staging folder is not what was put there; it is fetched again");
    io(&place, if meta.is_dir() { fs::remove_dir_all(&place) } else { fs::remove_file(&place) })?;
    Ok(None)
}

/// Makes the folders of a path inside the staging folder, never that one itself: on a disk that is gone it would be made somewhere else.
fn made(folder: &Path, path: &str) -> Outcome<PathBuf> {
    let mut at = folder.to_owned();
    for part in path.split('/') {
        at.push(part);
        match fs::create_dir(&at) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            other => io(&at, other)?,
        }
    }
    Ok(at)
}

fn note_of(folder: &Path, path: &str) -> PathBuf {
    folder.join(DONE).join(format!("{}.json", key(path)))
}

/// Short, and legal everywhere.
fn key(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_data()
}

/// Names the file in an error of the system.
pub(super) fn io<T>(path: &Path, result: std::io::Result<T>) -> Outcome<T> {
    result.map_err(|error| Stop::Failed(PipelineError::Io { path: path.display().to_string(), error }))
}
