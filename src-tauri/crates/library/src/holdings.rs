//! Holdings: what the library has of scenes.

mod relink;
mod remove;
mod rows;
mod search;

use std::path::PathBuf;

use jiff::Timestamp;
use rusqlite::OptionalExtension;
use swath_domain::{Content, DateRange, HeldFile, Holding, HoldingId, HoldingState, Scene, Sensor, Wanted};

use crate::Library;
use crate::db::from_json;
use crate::error::{LibraryError, Result};
use crate::transfers::check;

pub use relink::Relinked;
pub use remove::RemoveHow;
pub(crate) use remove::{heal, remove_empty};
pub(crate) use rows::{Known, New, insert, owner, same};

/// Which holdings; the default is all of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HoldingFilter {
    /// One of these; empty for any.
    pub sensors: Vec<Sensor>,
    /// Acquired on one of these days.
    pub dates: Option<DateRange>,
    /// Part of the scene's id, its name, platform or tile, or of the path, in any case.
    pub text: Option<String>,
    /// In one of these conditions; empty for any.
    pub states: Vec<HoldingCondition>,
    /// `[west, south, east, north]` in degrees; `west > east` runs over the antimeridian. The footprint itself must touch it.
    pub area: Option<[f64; 4]>,
}

/// [`HoldingState`] without its particulars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HoldingCondition {
    /// Whole and right when last looked at.
    Verified,
    /// Not where it should be.
    Missing,
    /// Not what it was.
    Damaged,
}

/// What the library has of scenes.
#[derive(Debug, Clone, Copy)]
pub struct Holdings<'a> {
    pub(crate) library: &'a Library,
}

impl Holdings<'_> {
    /// One holding with its whole scene.
    pub fn get(&self, id: HoldingId) -> Result<Holding> {
        self.library.locate()?;
        rows::get(&self.library.db().get(), id)
    }

    /// What of the wanted the library has already: verified when last looked at, and there with the right lengths now. Some bands of a SAFE
    /// folder are there when all of them are.
    pub fn held(&self, scene: &Scene, wanted: &Wanted) -> Result<Vec<Content>> {
        self.library.locate()?;
        let known = rows::of_scene(&self.library.db().get(), scene)?;
        let mut there = Vec::new();
        for (content, Known { id, verified, path }) in known {
            if verified && check(&self.library.folders().library().join(path), &self.files(id)?).is_ok() {
                there.push(content);
            }
        }
        Ok(wanted.contents().into_iter().filter(|content| crate::transfers::covered(content, &there)).collect())
    }

    /// The files of a holding.
    pub fn files(&self, id: HoldingId) -> Result<Vec<HeldFile>> {
        let connection = self.library.db().get();
        let mut statement = connection.prepare_cached("SELECT files FROM holding_files WHERE holding = ?")?;
        let text: Option<String> = statement.query_row([id.0], |row| row.get(0)).optional()?;
        from_json(format!("scene file {id}"), &text.ok_or_else(|| missing(id))?)
    }

    /// Where it lies.
    pub fn path(&self, holding: &Holding) -> PathBuf {
        holding.path.split('/').fold(self.library.folders().library(), |path, part| path.join(part))
    }

    /// Takes note of what a look at the files has shown, and when that was.
    pub fn set_state(&self, id: HoldingId, state: HoldingState, now: Timestamp) -> Result<()> {
        rows::set_state(&self.library.db().get(), id, &state, now)
    }

    /// When a holding was last looked at.
    pub fn checked(&self, id: HoldingId) -> Result<Timestamp> {
        let connection = self.library.db().get();
        let mut statement = connection.prepare_cached("SELECT checked FROM holding WHERE id = ?")?;
        let text: Option<String> = statement.query_row([id.0], |row| row.get(0)).optional()?;
        text.ok_or_else(|| missing(id))?.parse().map_err(|why| LibraryError::damaged(format!("scene file {id}"), why))
    }
}

fn missing(id: HoldingId) -> LibraryError {
    LibraryError::not_found(format!("scene file {id}"))
}
