//! What a publication is about to do, written down before it does it, and finished or taken back after a crash.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use swath_domain::{Content, HeldFile, HoldingId, Scene, TransferId, TransferState};

use super::publish::Step;
use crate::db::{from_json, to_json};
use crate::error::{LibraryError, Result, io};
use crate::{Library, files, holdings};

/// Start of the name of a folder with copies on the library's disk.
pub(super) const CARRIED: &str = "carried-";

/// What a publication is about to do. Everything that is staged has been checked and is on the disk.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Intent {
    pub(super) scene: Scene,
    pub(super) moves: Vec<Move>,
    /// Holdings that the library has already and that the transfer brought again.
    pub(super) kept: Vec<HoldingId>,
    pub(super) at: Timestamp,
}

/// One piece.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Move {
    pub(super) staged: PathBuf,
    /// Inside the library's folder.
    pub(super) target: String,
    pub(super) content: Content,
    pub(super) files: Vec<HeldFile>,
    pub(super) provider: String,
    /// A holding whose files are gone.
    pub(super) replaces: Option<HoldingId>,
}

/// Writes it down, on the disk.
pub(super) fn write(library: &Library, transfer: TransferId, intent: &Intent) -> Result<i64> {
    let doc = to_json("intent", intent)?;
    library.db().durable(|tx| {
        tx.execute("INSERT INTO intent (transfer, doc) VALUES (?, ?)", (transfer.0, doc))?;
        Ok(tx.last_insert_rowid())
    })
}

/// Renames every piece that is not there yet, and puts the folders' entries on the disk.
pub(super) fn settle(root: &Path, intent: &Intent, step: Step) -> Result<()> {
    for Move { staged, target, files, .. } in &intent.moves {
        let target = root.join(target);
        match (files::is_there(staged), files::is_there(&target)) {
            (true, false) => {
                check(staged, files)?;
                let parent = target.parent().unwrap_or(root);
                files::create(parent)?;
                fs::rename(staged, &target).map_err(io("moving", &target))?;
                step("moved")?;
                files::flush_folder(parent)?;
            }
            // Before a crash, so nobody knows what was flushed.
            (false, true) => target.ancestors().skip(1).take_while(|folder| folder.starts_with(root)).try_for_each(files::flush_folder)?,
            (true, true) => return Err(LibraryError::Exists { path: target }),
            (false, false) => return Err(LibraryError::not_found(staged.display())),
        }
        check(&target, files)?;
    }
    step("settled")
}

/// Rows of what has been settled: holdings, the end of the transfer, and the end of the intent.
pub(super) fn write_rows(tx: &Transaction, number: i64, transfer: Option<TransferId>, intent: &Intent) -> Result<Vec<HoldingId>> {
    let mut ids = intent.kept.clone();
    for Move { target, content, files, provider, replaces, .. } in &intent.moves {
        let row = holdings::New { transfer, content, path: target, files, provider, at: intent.at };
        ids.push(holdings::insert(tx, &intent.scene, &row, *replaces)?);
    }
    if let Some(id) = transfer {
        for kept in &intent.kept {
            tx.execute("UPDATE holding SET transfer = ?2 WHERE id = ?1", (kept.0, id.0))?;
        }
        tx.prepare_cached("UPDATE transfer SET state = ?2, error = NULL, finished = ?3 WHERE id = ?1")?.execute((
            id.0,
            TransferState::Succeeded.name(),
            intent.at.to_string(),
        ))?;
    }
    tx.execute("DELETE FROM intent WHERE id = ?", [number])?;
    Ok(ids)
}

/// Renames back what was moved, and forgets the intent.
pub(super) fn take_back(library: &Library, root: &Path, number: i64, intent: &Intent) -> Result<()> {
    for Move { staged, target, .. } in &intent.moves {
        let target = root.join(target);
        if files::is_there(&target) && !files::is_there(staged) {
            if let Some(parent) = staged.parent() {
                fs::create_dir_all(parent).map_err(io("creating", parent))?;
            }
            fs::rename(&target, staged).map_err(io("moving", &target))?;
            target.parent().map_or(Ok(()), files::flush_folder)?;
            holdings::remove_empty(root, &target);
        }
    }
    library.db().durable(|tx| Ok(tx.execute("DELETE FROM intent WHERE id = ?", [number]).map(drop)?))
}

/// Finishes every publication that a crash interrupted, or takes it back where that cannot be done. The caller holds the library's lock,
/// and a publication holds it from its first intent to its last row, so none that is found here is at work.
pub(crate) fn heal(library: &Library) -> Result<()> {
    match heal_some(library, None) {
        // Once its disk is there again.
        Err(LibraryError::RootMissing { .. }) => Ok(()),
        other => other,
    }
}

/// The same for one transfer, by whoever has claimed it.
pub(super) fn heal_of(library: &Library, transfer: TransferId) -> Result<()> {
    if !is_known(library, transfer)? {
        return Ok(());
    }
    let _lock = library.hold()?;
    heal_some(library, Some(transfer))
}

fn heal_some(library: &Library, only: Option<TransferId>) -> Result<()> {
    let found: Vec<(i64, Option<i64>, String)> = {
        let connection = library.db().get();
        let mut statement =
            connection.prepare_cached("SELECT id, transfer, doc FROM intent WHERE ?1 IS NULL OR transfer = ?1 ORDER BY id")?;
        let rows = statement.query_map([only.map(|id| id.0)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        rows.collect::<std::result::Result<_, _>>()?
    };
    if found.is_empty() {
        return Ok(());
    }
    let root = library.ready()?;
    for (number, transfer, doc) in found {
        let transfer = transfer.map(TransferId);
        let intent: Intent = from_json("intent", &doc)?;
        let finished =
            settle(&root, &intent, &mut |_| Ok(())).and_then(|()| library.db().durable(|tx| write_rows(tx, number, transfer, &intent)));
        match finished {
            Ok(holdings) => tracing::info!(?transfer, ?holdings, "a publication that was interrupted is finished"),
            Err(error) => {
                tracing::warn!(%error, ?transfer, "a publication that was interrupted is taken back");
                take_back(library, &root, number, &intent)?;
            }
        }
    }
    Ok(())
}

/// Whether a publication of this transfer was interrupted.
pub(super) fn is_known(library: &Library, transfer: TransferId) -> Result<bool> {
    let connection = library.db().get();
    let mut statement = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM intent WHERE transfer = ?)")?;
    Ok(statement.query_row([transfer.0], |row| row.get(0))?)
}

/// Where interrupted publications are going.
pub(super) fn targets(library: &Library) -> Result<Vec<String>> {
    let connection = library.db().get();
    let mut statement = connection.prepare_cached("SELECT doc FROM intent")?;
    let docs = statement.query_map([], |row| row.get::<_, String>(0))?;
    let mut targets = Vec::new();
    for doc in docs {
        let intent: Intent = from_json("intent", &doc?)?;
        targets.extend(intent.moves.into_iter().map(|one| one.target));
    }
    Ok(targets)
}

/// Whether a file or folder holds these files with these lengths, and no others.
///
/// # Errors
/// [`LibraryError::Unlike`] with the first that does not fit.
pub(crate) fn check(path: &Path, files: &[HeldFile]) -> Result<()> {
    let unlike = |path: &Path, why: &str| Err(LibraryError::Unlike { path: path.to_owned(), why: why.to_owned() });
    if files.is_empty() || !files::is_there(path) {
        return unlike(path, "it is not there");
    }
    let mut named: BTreeMap<PathBuf, u64> = files.iter().map(|file| (inside(path, &file.path), file.bytes)).collect();
    for file in files::all_files(path)? {
        let length = fs::symlink_metadata(&file).map_err(io("reading", &file))?.len();
        match named.remove(&file) {
            None => return unlike(&file, "it is not one of the files of the product"),
            Some(expected) if expected != length => return unlike(&file, &format!("it has {length} bytes instead of {expected}")),
            Some(_) => {}
        }
    }
    named.keys().next().map_or(Ok(()), |path| unlike(path, "it is not there"))
}

/// A file of a holding; an empty path is the holding itself.
pub(crate) fn inside(holding: &Path, path: &str) -> PathBuf {
    if path.is_empty() { holding.to_owned() } else { path.split('/').fold(holding.to_owned(), |folder, part| folder.join(part)) }
}
