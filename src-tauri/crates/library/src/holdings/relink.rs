//! Finding again what was moved by hand.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use swath_domain::{Holding, HoldingState, Never};

use super::{HoldingFilter, Holdings, rows};
use crate::error::{Result, io};
use crate::transfers::{check, inside};
use crate::{copy, files};

/// What re-linking has found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Relinked {
    /// Holdings that are there again.
    pub found: usize,
    /// Holdings that are still missing.
    pub still_missing: usize,
}

impl Holdings<'_> {
    /// Looks for missing holdings below a folder, by name, length and digest. Found inside the library, they are re-pointed; found
    /// elsewhere, they are moved in. A folder that is the library's own, moved by hand, becomes the library's folder again.
    ///
    /// # Errors
    /// [`LibraryError::RootMissing`](crate::LibraryError::RootMissing) when the library's folder is not there and this is not it.
    pub fn relink(&self, folder: &Path) -> Result<Relinked> {
        let folder = std::path::absolute(folder).map_err(io("reading", folder))?;
        std::fs::read_dir(&folder).map_err(io("reading", &folder))?;
        let missing = self.missing()?;
        self.library.adopt_root(&folder)?;
        self.library.ready()?;
        let mut wanted: BTreeMap<String, Vec<&Holding>> = BTreeMap::new();
        let mut relinked = Relinked::default();
        for holding in &missing {
            // Its disk may be there again, or the folder that has just been adopted holds it.
            if self.is_it(&self.path(holding), holding)? {
                self.library.db().durable(|tx| rows::repoint(tx, holding.id, &holding.path, Timestamp::now()))?;
                relinked.found += 1;
            } else {
                wanted.entry(name(Path::new(&holding.path))).or_default().push(holding);
            }
        }
        let mut open = vec![folder];
        while let Some(path) = open.pop() {
            if wanted.is_empty() {
                break;
            }
            let key = name(&path);
            let mut taken = None;
            for (n, holding) in wanted.get(&key).into_iter().flatten().enumerate() {
                if self.is_it(&path, holding)? && self.take(&path, holding)? {
                    taken = Some(n);
                    break;
                }
            }
            match taken {
                Some(n) => {
                    relinked.found += 1;
                    if let Some(holdings) = wanted.get_mut(&key) {
                        holdings.remove(n);
                    }
                    wanted.retain(|_, holdings| !holdings.is_empty());
                }
                // What cannot be read is not found; nobody asked for the whole disk to be readable.
                None if path.is_dir() && !path.is_symlink() => open.extend(files::entries(&path).unwrap_or_default()),
                None => {}
            }
        }
        for holding in wanted.values().flatten().filter(|holding| holding.state != HoldingState::Missing) {
            self.set_state(holding.id, HoldingState::Missing, Timestamp::now())?;
        }
        relinked.still_missing = wanted.values().map(Vec::len).sum();
        Ok(relinked)
    }

    /// Holdings that are known to be missing, or are not where they should be.
    fn missing(&self) -> Result<Vec<Holding>> {
        let all = self.list(&HoldingFilter::default())?;
        Ok(all.into_iter().filter(|holding| holding.state == HoldingState::Missing || !files::is_there(&self.path(holding))).collect())
    }

    /// Whether these are the files of a holding, to the last bit.
    fn is_it(&self, path: &Path, holding: &Holding) -> Result<bool> {
        let named = self.files(holding.id)?;
        if check(path, &named).is_err() {
            return Ok(false);
        }
        for file in named {
            if copy::failed(copy::sha256(&inside(path, &file.path), &Never)).ok().as_ref() != Some(&file.sha256) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Points the row to what was found, or moves that in; `false` when it belongs to another row.
    fn take(&self, path: &Path, holding: &Holding) -> Result<bool> {
        let _lock = self.library.hold()?;
        let root = self.library.ready()?;
        if let Ok(inside) = path.strip_prefix(&root) {
            let parts: Option<Vec<&str>> = inside.iter().map(|part| part.to_str()).collect();
            let Some(place) = parts.map(|parts| parts.join("/")) else { return Ok(false) };
            if rows::owner(self.library, &place.to_lowercase())?.is_some_and(|owner| owner != holding.id) {
                return Ok(false);
            }
            self.library.db().durable(|tx| rows::repoint(tx, holding.id, &place, Timestamp::now()))?;
            return Ok(true);
        }
        let target = self.path(holding);
        if files::is_there(&target) {
            self.library.quarantine(&target, "it lay where a missing file belongs")?;
        }
        self.move_in(path, &target, &root)?;
        self.library.db().durable(|tx| rows::repoint(tx, holding.id, &holding.path, Timestamp::now()))?;
        Ok(true)
    }

    /// Into the place that the row names already, so that a crash at any moment leaves either the found or the moved one.
    fn move_in(&self, path: &Path, target: &Path, root: &Path) -> Result<()> {
        let parent = target.parent().unwrap_or(root);
        std::fs::create_dir_all(parent).map_err(io("creating", parent))?;
        files::move_folder(path, target)?;
        files::flush_folder(parent)
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().to_lowercase()
}
