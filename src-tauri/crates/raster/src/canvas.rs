//! The picture while it is being made: an uncompressed raster to which blocks come in any order, and a journal of those that are done.

mod journal;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use gdal::DriverManager;
use gdal::cpl::CslStringList;
use gdal::errors::GdalError;
use gdal::raster::RasterCreationOptions;
use swath_domain::{Grid, Window};

use crate::cog::{Pack, Packing};
use crate::open::{DataType, describe};
use crate::tiff::{Plain, read_at, write_at};
use crate::{RasterError, ffi, memory};
use journal::Journal;

/// Tiles of the file; blocks of the plan are larger and need not fall on their lines.
const TILE: &str = "256";

/// An unfinished image of 16-bit layers, all 0 at first.
///
/// The file is laid out whole when it is made, and a block's number goes to the journal (`<path>.done`) after its pixels. Whenever the
/// process is killed the file is a valid raster, and the blocks that the journal names are whole.
pub struct Canvas {
    path: PathBuf,
    grid: Grid,
    layers: usize,
    /// The file, whose tiles are written without GDAL: to it each block would be a file opened, and every tile a copy more.
    tiles: Plain,
    journal: Mutex<Journal>,
    packings: Vec<Packing>,
}

impl std::fmt::Debug for Canvas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Canvas").field("path", &self.path).field("layers", &self.layers).finish_non_exhaustive()
    }
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
        let tiles = tiles(path, grid, layers)?;
        Ok(Self { path: path.into(), grid: grid.clone(), layers, tiles, journal: Mutex::new(journal), packings: Vec::new() })
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
        let tiles = tiles(path, grid, layers)?;
        let journal = Journal::open(path)?;
        Ok(Self { path: path.into(), grid: grid.clone(), layers, tiles, journal: Mutex::new(journal), packings: Vec::new() })
    }

    /// From now on packs the tiles of these files as soon as all `blocks` under them are there, so that little is left to do for
    /// [`crate::cog::write`] when the last block has come. What is packed lies beside the canvas, and goes with this value: after a crash
    /// it is packed again.
    ///
    /// # Errors
    /// [`RasterError::Write`] or [`RasterError::DiskFull`] when there is no room for what is packed, [`RasterError::Read`] as [`Canvas::done`].
    pub fn pack_ahead(&mut self, packs: &[Pack], blocks: &[Window]) -> Result<(), RasterError> {
        let done = self.done()?;
        let to_come: Vec<Window> = blocks.iter().enumerate().filter(|(number, _)| !done.contains(number)).map(|(_, w)| *w).collect();
        for pack in packs {
            self.packings.push(Packing::new(self, *pack, &to_come)?);
        }
        Ok(())
    }

    pub(crate) fn packing(&self, pack: &Pack) -> Option<&Packing> {
        self.packings.iter().find(|packing| packing.pack() == pack)
    }

    /// Its grid.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Its number of layers.
    pub fn layers(&self) -> usize {
        self.layers
    }

    /// Pixels of a layer, from 0; 0 where nothing was written yet.
    ///
    /// # Errors
    /// [`RasterError::Read`] when the file is damaged.
    pub fn read(&self, layer: usize, window: Window) -> Result<Vec<u16>, RasterError> {
        let damaged = || RasterError::Read { path: self.path.clone(), words: "a tile of it is not there".into() };
        self.tiles.window(layer, window).ok_or_else(damaged)
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
        for (layer, pixels) in layers.iter().enumerate() {
            self.write_layer(layer, window, pixels).map_err(|e| RasterError::io(&self.path, &e))?;
        }
        journal.add(number)?;
        drop(journal);
        self.packings.iter().try_for_each(|packing| packing.add(self, window))
    }

    /// Tile by tile. Of tiles that the block shares with others, what is there is kept; who calls holds the lock.
    fn write_layer(&self, layer: usize, window: Window, pixels: &[u16]) -> std::io::Result<()> {
        let header = self.tiles.header();
        let (width, height) = header.tile;
        let mut bytes = vec![0; width as usize * height as usize * 2];
        for row in window.y / height..(window.y + window.height).div_ceil(height) {
            for column in window.x / width..(window.x + window.width).div_ceil(width) {
                let tile = Window { x: column * width, y: row * height, width, height };
                let Some(here) = tile.intersection(&window) else { continue };
                let at = header.offsets[layer * header.plane() + (row * header.across() + column) as usize];
                if tile.intersection(&self.grid.whole()) != Some(here) {
                    read_at(self.tiles.file(), at, &mut bytes)?;
                }
                for y in here.y..here.y + here.height {
                    let from = (y - window.y) as usize * window.width as usize + (here.x - window.x) as usize;
                    let to = ((y - tile.y) * width + here.x - tile.x) as usize;
                    let stored = &mut bytes.as_chunks_mut::<2>().0[to..to + here.width as usize];
                    stored.iter_mut().zip(&pixels[from..]).for_each(|(stored, pixel)| *stored = pixel.to_le_bytes());
                }
                write_at(self.tiles.file(), at, &bytes)?;
            }
        }
        Ok(())
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

/// The tiles of a canvas, to be read and written.
fn tiles(path: &Path, grid: &Grid, layers: usize) -> Result<Plain, RasterError> {
    let file = fs::File::options().read(true).write(true).open(path).map_err(|e| RasterError::io(path, &e))?;
    let plain = Plain::anywhere(file).filter(|plain| plain.is_canvas(grid, layers));
    plain.ok_or_else(|| RasterError::unsupported(path, "it is not laid out as a canvas; begin it anew"))
}

/// Band by band, since layers end in different products; every tile has its place in the file from the beginning.
fn lay_out(path: &Path, grid: &Grid, layers: usize) -> Result<(), RasterError> {
    let make = || -> Result<(), GdalError> {
        let options: RasterCreationOptions = ["TILED=YES", "INTERLEAVE=BAND", "BIGTIFF=IF_SAFER", "SPARSE_OK=NO", "ENDIANNESS=LITTLE"]
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
