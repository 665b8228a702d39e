//! The picture while it is being made: an uncompressed raster to which blocks come in any order, and a journal of those that are done.

mod journal;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use gdal::DriverManager;
use gdal::cpl::CslStringList;
use gdal::errors::GdalError;
use gdal::raster::{Buffer, RasterCreationOptions};
use swath_domain::{Grid, Window};

use crate::open::{DataType, describe, open_for_update};
use crate::{RasterError, ffi, memory};
use journal::Journal;

/// Tiles of the file; blocks of the plan are larger and need not fall on their lines.
const TILE: &str = "256";

/// An unfinished image of 16-bit layers, all 0 at first.
///
/// The file is laid out whole when it is made, and a block's number goes to the journal (`<path>.done`) after its pixels. Whenever the
/// process is killed the file is a valid raster, and the blocks that the journal names are whole.
#[derive(Debug)]
pub struct Canvas {
    path: PathBuf,
    grid: Grid,
    layers: usize,
    journal: Mutex<Journal>,
}

impl Canvas {
    /// Makes a new canvas, in place of an older one.
    ///
    /// # Errors
    /// [`RasterError::DiskFull`] when there is no room for all pixels; the room is taken at once.
    pub fn create(path: &Path, grid: &Grid, layers: usize) -> Result<Self, RasterError> {
        ffi::ready();
        let journal = Journal::clear(path)?;
        let part = with_ending(path, ".part");
        lay_out(&part, grid, layers)
            .and_then(|()| reserve(&part, grid, layers))
            .and_then(|()| fs::rename(&part, path).map_err(|e| RasterError::io(path, &e)))
            .inspect_err(|_| {
                // Nothing can be done about a file that cannot even be removed; the error that led here says more.
                let _ = fs::remove_file(&part);
            })?;
        Ok(Self { path: path.into(), grid: grid.clone(), layers, journal: Mutex::new(journal) })
    }

    /// Goes on with a canvas that was begun before.
    ///
    /// # Errors
    /// [`RasterError::Unsupported`] when it was made for another grid or another number of layers; [`RasterError::Open`] when there is none.
    pub fn open(path: &Path, grid: &Grid, layers: usize) -> Result<Self, RasterError> {
        let found = describe(path)?;
        // A coordinate system that is given as WKT does not come back letter by letter.
        let same_crs = found.grid.crs == grid.crs || grid.crs.epsg_code().is_none();
        let same_grid = Grid { crs: grid.crs.clone(), ..found.grid } == *grid;
        if !(same_crs && same_grid && found.bands == layers && found.data_type == DataType::U16) {
            return Err(RasterError::unsupported(path, "it was begun for another image; begin it anew"));
        }
        let journal = Journal::open(path)?;
        Ok(Self { path: path.into(), grid: grid.clone(), layers, journal: Mutex::new(journal) })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Numbers of the blocks that are whole.
    ///
    /// # Errors
    /// [`RasterError::Read`] when the journal cannot be read.
    pub fn done(&self) -> Result<BTreeSet<usize>, RasterError> {
        self.lock().done()
    }

    /// Writes the pixels of a block, one slice per layer, and notes that it is done. Blocks may come from several threads; they are written
    /// one after another. Must be called at most once at a time for the same pixels.
    ///
    /// # Errors
    /// [`RasterError::Write`] or [`RasterError::DiskFull`]; the block then does not count as done and can be written again.
    pub fn write_block(&self, number: usize, window: Window, layers: &[&[u16]]) -> Result<(), RasterError> {
        let inside = self.grid.whole().intersection(&window) == Some(window);
        if !inside || layers.len() != self.layers || layers.iter().any(|l| l.len() != window.pixels()) {
            let what = format!("block {number} ({window:?} in {} layers) does not fit the canvas", layers.len());
            return Err(RasterError::unsupported(&self.path, what));
        }
        let mut journal = self.lock();
        let mut dataset = open_for_update(&self.path)?;
        let mut write = || -> Result<(), GdalError> {
            let size = (window.width as usize, window.height as usize);
            for (index, pixels) in layers.iter().enumerate() {
                let mut buffer = Buffer::new(size, pixels.to_vec());
                dataset.rasterband(index + 1)?.write((window.x as isize, window.y as isize), size, &mut buffer)?;
            }
            ffi::flush(&mut dataset)
        };
        write().map_err(|e| RasterError::write(&self.path, &e))?;
        drop(dataset);
        journal.add(number)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Journal> {
        // A thread that panicked while writing leaves a block that is not in the journal: nothing to mend.
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Band by band, since layers end in different products; every tile has its place in the file from the beginning.
fn lay_out(path: &Path, grid: &Grid, layers: usize) -> Result<(), RasterError> {
    let make = || -> Result<(), GdalError> {
        let options: RasterCreationOptions = ["TILED=YES", "INTERLEAVE=BAND", "BIGTIFF=IF_SAFER", "SPARSE_OK=NO"]
            .into_iter()
            .chain([["BLOCKXSIZE=", TILE].concat().as_str(), ["BLOCKYSIZE=", TILE].concat().as_str()])
            .collect::<CslStringList>();
        let driver = DriverManager::get_driver_by_name("GTiff")?;
        let (width, height) = (grid.width as usize, grid.height as usize);
        let mut dataset = driver.create_with_band_type_with_options::<u16, _>(path, width, height, layers, &options)?;
        memory::place(&mut dataset, grid)?;
        for layer in 1..=layers {
            dataset.rasterband(layer)?.set_no_data_value(Some(0.0))?;
        }
        ffi::flush(&mut dataset)
    };
    make().map_err(|e| RasterError::write(path, &e))
}

/// Takes the room on the disk now, so that it does not run out in the middle of the work.
fn reserve(path: &Path, grid: &Grid, layers: usize) -> Result<(), RasterError> {
    let failed = |e: std::io::Error| RasterError::io(path, &e);
    let file = fs::File::options().read(true).write(true).open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    if length < grid.pixels() * layers as u64 * 2 {
        return Err(RasterError::write_words(path, "the file came out shorter than its pixels".into()));
    }
    journal::allocate(&file, length).map_err(failed)
}

#[cfg(test)]
mod tests;
