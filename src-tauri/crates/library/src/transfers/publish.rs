//! From staging into the library: intent, flush, rename, one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use swath_domain::{Content, HeldFile, Holding, HoldingId, Never, TransferId, TransferState};

use super::intent::{self, CARRIED, Intent, Move};
use super::{Transfers, state};
use crate::error::{LibraryError, Result};
use crate::holdings::{self, Known};
use crate::naming::{Place, place};
use crate::{Library, copy, files, root};

/// One finished file or folder of a transfer that is to enter the library.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// What it is.
    pub content: Content,
    /// File or folder in the transfer's staging folder. It is moved.
    pub staged: PathBuf,
    /// Its files with lengths and digests, in any order; the path of a piece that is one file is empty.
    pub files: Vec<HeldFile>,
    /// Catalogue that it came from.
    pub provider: String,
}

/// Told between any two acts, so that a test can interrupt there.
pub(super) type Step<'a> = &'a mut dyn FnMut(&str) -> Result<()>;

impl Transfers<'_> {
    /// Moves finished files from staging into the library and ends their transfer as succeeded.
    ///
    /// 1. every staged file must be there with its length, and no other; everything is flushed to the disk, and copied to the library's
    ///    disk where that is another one;
    /// 2. what goes where is written down, on the disk before anything moves;
    /// 3. the pieces are renamed to `library/<sensor>/<date>/…` ([`place_of`](crate::place_of), with `-2`, `-3` … when that is taken);
    /// 4. one transaction inserts the holdings, ends the transfer and forgets what was written down.
    ///
    /// After a crash before step 2 everything is still in staging; after one between 2 and 4 the next [`Library::open`] or
    /// [`Transfers::claim`] finishes it. When something fails, what was moved goes back to staging.
    ///
    /// What the library has already, whole, is not put there twice: the staged piece goes away. A holding of the same content that is missing
    /// is replaced, and so is one that is damaged, whose files go to quarantine.
    ///
    /// # Errors
    /// [`LibraryError::TransferState`] unless the transfer is running; [`LibraryError::RootMissing`] and [`LibraryError::ReadOnly`] with
    /// everything still in staging; [`LibraryError::Unlike`] when staged files are not those that are named; a full disk.
    pub fn publish(&self, id: TransferId, pieces: Vec<Piece>, now: Timestamp) -> Result<Vec<Holding>> {
        publish(self.library, id, pieces, now, &mut |_| Ok(()))
    }
}

pub(super) fn publish(library: &Library, id: TransferId, pieces: Vec<Piece>, now: Timestamp, step: Step) -> Result<Vec<Holding>> {
    let scene = library.transfers().request(id)?.scene;
    may_succeed(state(&library.db().get(), id)?)?;
    // First of all: what is staged may lie on the disk that is not there.
    library.locate()?;
    library.ready()?;
    for piece in &pieces {
        intent::check(&piece.staged, &piece.files)?;
        files::flush(&piece.staged)?;
    }
    let parents: BTreeSet<&Path> = pieces.iter().filter_map(|piece| piece.staged.parent()).collect();
    parents.into_iter().try_for_each(files::flush_folder)?;
    step("flushed")?;
    let (_lock, root, staged) = loop {
        let (root, near) = {
            let _lock = library.hold()?;
            let root = library.ready()?;
            let near = pieces.iter().map(|piece| root::is_near(piece.staged.parent().unwrap_or(&root), &root));
            let near = near.collect::<Result<Vec<bool>>>()?;
            (root, near)
        };
        let staged = carry(library, &root, id, &pieces, &near)?;
        let lock = library.hold()?;
        // It may have moved while the lock was waited for.
        if library.ready()? == root {
            break (lock, root, staged);
        }
    };
    step("carried")?;
    may_succeed(state(&library.db().get(), id)?)?;

    let mut kept: BTreeMap<String, HoldingId> = BTreeMap::new();
    let mut moves: Vec<Move> = Vec::new();
    for (piece, staged) in pieces.iter().zip(staged) {
        let mut replaces = None;
        for Known { id, verified, path } in holdings::same(library, &scene, &piece.content)? {
            let there = root.join(&path);
            if verified && intent::check(&there, &library.holdings().files(id)?).is_ok() {
                kept.insert(piece.content.key(), id);
            } else if replaces.is_none() {
                if files::is_there(&there) {
                    library.quarantine(&there, "it was damaged, and was fetched again")?;
                }
                replaces = Some(id);
            }
        }
        if kept.contains_key(&piece.content.key()) {
            continue;
        }
        let ending = piece.staged.extension().and_then(|end| end.to_str());
        let target = free(library, &root, place(&scene, &piece.content, ending), replaces, &moves)?;
        let (content, files, provider) = (piece.content.clone(), piece.files.clone(), piece.provider.clone());
        moves.push(Move { staged, target, content, files, provider, replaces });
    }
    let kept = kept.into_values().collect();
    let intent = Intent { scene, moves, kept, at: now };
    let number = intent::write(library, id, &intent)?;
    let done = step("intended").and_then(|()| intent::settle(&root, &intent, step)).and_then(|()| {
        let ids = library.db().durable(|tx| {
            may_succeed(state(tx, id)?)?;
            intent::write_rows(tx, number, Some(id), &intent)
        })?;
        Ok(ids)
    });
    let ids = match done {
        Ok(ids) => ids,
        Err(error) => {
            if let Err(error) = intent::take_back(library, &root, number, &intent) {
                tracing::warn!(%error, transfer = %id, "an interrupted publication is finished or taken back on the next start");
            }
            return Err(error);
        }
    };
    step("written")?;
    if let Err(error) = clean(library, &root, id) {
        tracing::warn!(%error, transfer = %id, "unfinished work of a finished download could not be deleted; it is tried again on the next start");
    }
    ids.into_iter().map(|id| library.holdings().get(id)).collect()
}

fn may_succeed(from: TransferState) -> Result<()> {
    let to = TransferState::Succeeded;
    if from.may_become(to) { Ok(()) } else { Err(LibraryError::TransferState { from, to }) }
}

fn clean(library: &Library, root: &Path, id: TransferId) -> Result<()> {
    files::remove_all(&carried(root, id))?;
    library.transfers().delete_staging(id)
}

fn carried(root: &Path, id: TransferId) -> PathBuf {
    root.join(crate::folders::UNFINISHED).join(format!("{CARRIED}{id}"))
}

/// Brings the pieces to the library's disk, so that renaming is enough to publish them. The staged ones stay until that is done.
fn carry(library: &Library, root: &Path, id: TransferId, pieces: &[Piece], near: &[bool]) -> Result<Vec<PathBuf>> {
    let mut staged = Vec::new();
    let copies = carried(root, id);
    if !intent::is_known(library, id)? {
        files::remove_all(&copies)?;
    }
    for (n, (piece, near)) in pieces.iter().zip(near).enumerate() {
        if *near {
            staged.push(piece.staged.clone());
            continue;
        }
        let to = copies.join(n.to_string());
        for folder in files::all_folders(&piece.staged)? {
            let inside = folder.strip_prefix(&piece.staged).unwrap_or(&folder);
            std::fs::create_dir_all(to.join(inside)).map_err(crate::error::io("creating", &to))?;
        }
        for HeldFile { path, sha256, .. } in &piece.files {
            let (from, to) = (intent::inside(&piece.staged, path), intent::inside(&to, path));
            let digest = copy::failed(copy::copy(&from, &to, &Never))?;
            if digest != *sha256 {
                return Err(LibraryError::Unlike { path: from, why: "its SHA-256 is not the one that it had".into() });
            }
        }
        files::flush_folders(&to)?;
        staged.push(to);
    }
    Ok(staged)
}

/// A place that neither a file nor a row nor another intent has. Case does not make a difference, so that the library can move to any
/// system.
fn free(library: &Library, root: &Path, place: Place, replaces: Option<HoldingId>, moves: &[Move]) -> Result<String> {
    let place = place.within(root.to_string_lossy().encode_utf16().count());
    let mut taken: BTreeSet<String> = moves.iter().map(|one| one.target.to_lowercase()).collect();
    taken.extend(intent::targets(library)?.iter().map(|target| target.to_lowercase()));
    let mut n = 0;
    loop {
        n += 1;
        let target = place.nth(n);
        let folded = target.to_lowercase();
        let (folder, name) = folded.rsplit_once('/').unwrap_or(("", &folded));
        let in_the_way = |path: &PathBuf| path.file_name().is_some_and(|there| there.to_string_lossy().to_lowercase() == name);
        if taken.contains(&folded) || holdings::owner(library, &folded)?.is_some_and(|owner| Some(owner) != replaces) {
            continue;
        }
        if !files::entries(&root.join(folder))?.iter().any(in_the_way) {
            return Ok(target);
        }
    }
}

#[cfg(test)]
mod tests;
