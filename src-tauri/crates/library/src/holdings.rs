//! Holdings: what the library has of scenes.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use swath_domain::{Content, DateRange, HeldFile, Holding, HoldingId, HoldingState, Scene, Sensor, Wanted};

use crate::Library;
use crate::error::{LibraryError, Result};

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

/// How files leave the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoveHow {
    /// Into the system's bin, from where the user can take them back.
    Bin,
    /// For good.
    Delete,
}

/// What re-linking has found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Relinked {
    /// Holdings that are there again.
    pub found: usize,
    /// Holdings that are still missing.
    pub still_missing: usize,
}

/// What the library has of scenes.
#[derive(Debug, Clone, Copy)]
pub struct Holdings<'a> {
    pub(crate) library: &'a Library,
}

impl Holdings<'_> {
    /// Those that match, the latest acquisitions first. Their scenes come **without** assets, alternates and packages, so that a list of
    /// thousands stays quick; [`Holdings::get`] gives the whole scene.
    pub fn list(&self, filter: &HoldingFilter) -> Result<Vec<Holding>> {
        let _ = filter;
        self.unfinished()
    }

    /// One holding with its whole scene.
    pub fn get(&self, id: HoldingId) -> Result<Holding> {
        let _ = id;
        self.unfinished()
    }

    /// What of the wanted the library has already: verified when last looked at, and there with the right lengths now.
    pub fn held(&self, scene: &Scene, wanted: &Wanted) -> Result<Vec<Content>> {
        let _ = (scene, wanted);
        self.unfinished()
    }

    /// The files of a holding.
    pub fn files(&self, id: HoldingId) -> Result<Vec<HeldFile>> {
        let _ = id;
        self.unfinished()
    }

    /// Where it lies.
    pub fn path(&self, holding: &Holding) -> PathBuf {
        holding.path.split('/').fold(self.library.folders().library(), |path, part| path.join(part))
    }

    /// Takes note of what a look at the files has shown.
    pub fn set_state(&self, id: HoldingId, state: HoldingState, now: Timestamp) -> Result<()> {
        let _ = (id, state, now);
        self.unfinished()
    }

    /// Removes a holding with its files; answers with the bytes freed (into the bin: moved there).
    ///
    /// # Errors
    /// [`LibraryError::Bin`] when the bin does not take it; then nothing is removed.
    pub fn remove(&self, id: HoldingId, how: RemoveHow) -> Result<u64> {
        let _ = (id, how);
        self.unfinished()
    }

    /// Looks for missing holdings below a folder, by name, length and digest. Found inside the library, they are re-pointed; found
    /// elsewhere, they are moved in. A folder that is the library's own, moved by hand, becomes the library's folder again.
    pub fn relink(&self, folder: &Path) -> Result<Relinked> {
        let _ = folder;
        self.unfinished()
    }

    fn unfinished<T>(&self) -> Result<T> {
        let _ = self.library;
        Err(LibraryError::not_found("such act yet"))
    }
}
