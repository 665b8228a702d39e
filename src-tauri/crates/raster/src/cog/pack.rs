//! The tiles of a product, packed as soon as their pixels are there.
//!
//! Beside the canvas lies a scratch file. Its first part has a place for each quarter of each overview tile: a tile that was packed leaves
//! there, halved, what the next overview is made of. Behind it the packed tiles follow each other in the order in which they came. Nothing of
//! that has to survive a crash, since the canvas has all pixels.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};

use swath_domain::{Compression, Stop, Window};

use super::BLOCK;
use super::squeeze::{HALF, SIDE, halved, packed};
use super::statistics::Tally;
use crate::canvas::with_ending;
use crate::memory::zeros;
use crate::tiff::{read_at, write_at};
use crate::{Canvas, RasterError};

/// How layers of a canvas are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pack {
    /// First layer, from 0.
    pub first_layer: usize,
    /// Number of layers; they become the bands of one file.
    pub layers: usize,
    /// The number that means "no data".
    pub nodata: Option<u16>,
    /// Lossless compression.
    pub compression: Compression,
    /// See [`super::Spec`].
    pub average_overviews: bool,
}

/// A resolution of the file.
pub(super) struct Level {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Tiles side by side.
    pub(super) across: usize,
    /// Where the scratch file has the quarters of its tiles.
    quarters: u64,
}

/// Where a packed tile lies in the scratch file.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) length: usize,
    /// What its bands hold, at full resolution.
    tallies: Vec<Tally>,
}

/// Makes and keeps the tiles of one file.
pub(crate) struct Packing {
    pack: Pack,
    scratch: File,
    path: PathBuf,
    levels: Vec<Level>,
    state: Mutex<State>,
}

struct State {
    /// Of each level; `None` where a tile is not packed yet.
    tiles: Vec<Vec<Option<Place>>>,
    /// Pixels (at full resolution) or tiles of the level below that each tile waits for.
    waits: Vec<Vec<u64>>,
    end: u64,
}

/// All tiles of a file.
pub(super) struct Packed<'a> {
    pub(super) levels: &'a [Level],
    pub(super) tiles: Vec<Vec<Place>>,
    pub(super) tallies: Vec<Tally>,
    pub(super) scratch: &'a File,
}

impl Drop for Packing {
    fn drop(&mut self) {
        // A file that stays goes with the folder of unfinished work.
        let _ = fs::remove_file(&self.path);
    }
}

impl Packing {
    /// `blocks` are those that are still to come; tiles without one are packed in the end.
    pub(crate) fn new(canvas: &Canvas, pack: Pack, blocks: &[Window]) -> Result<Self, RasterError> {
        let path = with_ending(canvas.path(), &format!(".tiles{}", pack.first_layer));
        let scratch = File::options().read(true).write(true).create(true).truncate(true).open(&path);
        let scratch = scratch.map_err(|e| RasterError::io(&path, &e))?;
        let (mut levels, mut end) = (Vec::new(), 0);
        let (mut width, mut height) = (canvas.grid().width, canvas.grid().height);
        loop {
            let across = width.div_ceil(BLOCK) as usize;
            levels.push(Level { width, height, across, quarters: end });
            if levels.len() > 1 {
                end += (across * height.div_ceil(BLOCK) as usize * pack.layers * SIDE * SIDE * 2) as u64;
            }
            if width.max(height) <= BLOCK {
                break;
            }
            (width, height) = (width.div_ceil(2), height.div_ceil(2));
        }
        let count = |level: &Level| level.across * level.height.div_ceil(BLOCK) as usize;
        let tiles: Vec<_> = levels.iter().map(|level| vec![None; count(level)]).collect();
        let mut waits: Vec<_> = levels.iter().map(|level| vec![0; count(level)]).collect();
        for index in 1..levels.len() {
            for tile in 0..tiles[index - 1].len() {
                waits[index][parent(&levels, index - 1, tile).0] += 1;
            }
        }
        for block in blocks {
            each_tile(&levels[0], *block, |tile, area| waits[0][tile] += area);
        }
        Ok(Self { pack, scratch, path, levels, state: Mutex::new(State { tiles, waits, end }) })
    }

    pub(crate) fn pack(&self) -> &Pack {
        &self.pack
    }

    /// Packs what a block completes. The block is in the canvas already.
    pub(crate) fn add(&self, canvas: &Canvas, block: Window) -> Result<(), RasterError> {
        let mut ready = Vec::new();
        {
            let mut state = self.state();
            let State { tiles, waits, .. } = &mut *state;
            each_tile(&self.levels[0], block, |tile, area| {
                let waited = waits[0][tile];
                waits[0][tile] = waited.saturating_sub(area);
                if waited > 0 && waits[0][tile] == 0 {
                    ready.push((0, tile));
                }
                // Should a block come twice, what was made of the first is worth nothing.
                let mut at = tile;
                for (level, tiles) in tiles.iter_mut().enumerate() {
                    tiles[at] = None;
                    if level + 1 < self.levels.len() {
                        at = parent(&self.levels, level, at).0;
                    }
                }
            });
        }
        let several = ready.len() > 1;
        let ready = Mutex::new(ready);
        let work = || loop {
            let Some((level, tile)) = ready.lock().unwrap_or_else(PoisonError::into_inner).pop() else { return Ok(()) };
            if let Some(next) = self.one(canvas, level, tile)? {
                ready.lock().unwrap_or_else(PoisonError::into_inner).push(next);
            }
        };
        if !several {
            return work();
        }
        // A helper matters for the last blocks, when nothing else is left to do.
        std::thread::scope(|scope| {
            let helper = scope.spawn(work);
            let mine = work();
            mine.and(helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })
    }

    /// Packs the rest, on `threads` threads. `progress` is told the share done and answers whether to go on.
    pub(super) fn finish(
        &self,
        canvas: &Canvas,
        threads: usize,
        progress: &mut dyn FnMut(f64) -> bool,
    ) -> Result<Packed<'_>, Stop<RasterError>> {
        let missing = |level: usize| -> Vec<usize> {
            self.state().tiles[level].iter().enumerate().filter(|(_, place)| place.is_none()).map(|(tile, _)| tile).collect()
        };
        let all: usize = (0..self.levels.len()).map(|level| missing(level).len()).sum();
        let mut done = 0;
        if !progress(0.0) {
            return Err(Stop::Cancelled);
        }
        for level in 0..self.levels.len() {
            let todo = missing(level);
            self.several(canvas, level, &todo, threads, &mut || {
                done += 1;
                progress(done as f64 / all as f64)
            })?;
        }
        let tiles: Vec<Vec<Place>> = self.state().tiles.iter().map(|tiles| tiles.iter().flatten().cloned().collect()).collect();
        let mut tallies = vec![Tally::default(); self.pack.layers];
        for place in &tiles[0] {
            tallies.iter_mut().zip(&place.tallies).for_each(|(all, one)| all.merge(one));
        }
        Ok(Packed { levels: &self.levels, tiles, tallies, scratch: &self.scratch })
    }

    fn several(
        &self,
        canvas: &Canvas,
        level: usize,
        todo: &[usize],
        threads: usize,
        packed: &mut dyn FnMut() -> bool,
    ) -> Result<(), Stop<RasterError>> {
        let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            for _ in 0..threads.clamp(1, todo.len().max(1)) {
                let sender = sender.clone();
                let (next, stopped) = (&next, &stopped);
                scope.spawn(move || {
                    while let Some(tile) = todo.get(next.fetch_add(1, Ordering::Relaxed)).filter(|_| !stopped.load(Ordering::Relaxed)) {
                        // Nobody listens any more once the work is stopped.
                        let _ = sender.send(self.one(canvas, level, *tile).map(|_| ()));
                    }
                });
            }
            drop(sender);
            let mut outcome = Ok(());
            for done in receiver {
                let go_on = packed();
                outcome = outcome.and(done.map_err(Stop::Failed)).and(if go_on { Ok(()) } else { Err(Stop::Cancelled) });
                if outcome.is_err() {
                    stopped.store(true, Ordering::Relaxed);
                }
            }
            outcome
        })
    }

    /// Packs a tile. Gives the tile of the next overview if this was the last that it waited for.
    fn one(&self, canvas: &Canvas, level: usize, tile: usize) -> Result<Option<(usize, usize)>, RasterError> {
        let io = |e: std::io::Error| RasterError::io(&self.path, &e);
        let Level { width, height, across, .. } = self.levels[level];
        let (x, y) = ((tile % across) as u32 * BLOCK, (tile / across) as u32 * BLOCK);
        let window = Window { x, y, width: BLOCK.min(width - x), height: BLOCK.min(height - y) };
        let (pixels, tallies) = if level == 0 { self.full(canvas, window)? } else { (self.quarters(level, tile).map_err(io)?, Vec::new()) };
        let bytes = packed(&pixels, self.pack.compression).map_err(io)?;
        let next = (level + 1 < self.levels.len()).then(|| parent(&self.levels, level, tile));
        if let Some((next, quarter)) = next {
            let half = halved(&pixels, (window.width as usize, window.height as usize), self.pack.nodata, self.pack.average_overviews);
            let raw: Vec<u8> = half.iter().flat_map(|pixel| pixel.to_le_bytes()).collect();
            write_at(&self.scratch, self.quarter(level + 1, next, quarter), &raw).map_err(io)?;
        }
        let offset = {
            let mut state = self.state();
            state.end += bytes.len() as u64;
            state.end - bytes.len() as u64
        };
        write_at(&self.scratch, offset, &bytes).map_err(io)?;
        let mut state = self.state();
        state.tiles[level][tile] = Some(Place { offset, length: bytes.len(), tallies });
        Ok(next.and_then(|(next, _)| {
            let waits = &mut state.waits[level + 1][next];
            *waits = waits.saturating_sub(1);
            (*waits == 0).then_some((level + 1, next))
        }))
    }

    /// Pixels of a tile at full resolution, band after band, and what they are like.
    fn full(&self, canvas: &Canvas, window: Window) -> Result<(Vec<u16>, Vec<Tally>), RasterError> {
        let mut pixels = zeros(self.pack.layers * SIDE * SIDE)?;
        let mut tallies = Vec::new();
        for (band, out) in pixels.chunks_exact_mut(SIDE * SIDE).enumerate() {
            let here = canvas.read(self.pack.first_layer + band, window)?;
            let mut tally = Tally::default();
            tally.add(&here, self.pack.nodata.map(f64::from));
            tallies.push(tally);
            for (line, out) in here.chunks_exact(window.width as usize).zip(out.chunks_exact_mut(SIDE)) {
                out[..line.len()].copy_from_slice(line);
            }
        }
        Ok((pixels, tallies))
    }

    /// Pixels of an overview's tile; 0 where no quarter was ever written, which is beyond the edge.
    fn quarters(&self, level: usize, tile: usize) -> std::io::Result<Vec<u16>> {
        let bands = self.pack.layers;
        let mut pixels = vec![0; bands * SIDE * SIDE];
        let mut raw = vec![0; bands * HALF * HALF * 2];
        let Level { width, height, across, .. } = self.levels[level];
        for quarter in 0..4 {
            let (left, top) = (quarter % 2 * HALF, quarter / 2 * HALF);
            if tile % across * SIDE + left >= width as usize || tile / across * SIDE + top >= height as usize {
                continue;
            }
            read_at(&self.scratch, self.quarter(level, tile, quarter), &mut raw)?;
            let lines = raw.as_chunks::<2>().0.chunks_exact(HALF);
            for (number, line) in lines.enumerate() {
                let at = number / HALF * SIDE * SIDE + (top + number % HALF) * SIDE + left;
                pixels[at..at + HALF].iter_mut().zip(line).for_each(|(pixel, stored)| *pixel = u16::from_le_bytes(*stored));
            }
        }
        Ok(pixels)
    }

    /// Where a quarter of a tile lies in the scratch file.
    fn quarter(&self, level: usize, tile: usize, quarter: usize) -> u64 {
        self.levels[level].quarters + ((tile * 4 + quarter) * self.pack.layers * HALF * HALF * 2) as u64
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The tile of the next overview that a tile becomes a quarter of, and which quarter.
fn parent(levels: &[Level], level: usize, tile: usize) -> (usize, usize) {
    let (x, y) = (tile % levels[level].across, tile / levels[level].across);
    (y / 2 * levels[level + 1].across + x / 2, y % 2 * 2 + x % 2)
}

/// The tiles under a block, and how many of its pixels each has.
fn each_tile(level: &Level, block: Window, mut found: impl FnMut(usize, u64)) {
    let overlap = |tile: u32, from: u32, length: u32| ((tile + 1) * BLOCK).min(from + length) - (tile * BLOCK).max(from);
    for row in block.y / BLOCK..(block.y + block.height).div_ceil(BLOCK) {
        for column in block.x / BLOCK..(block.x + block.width).div_ceil(BLOCK) {
            let area = u64::from(overlap(column, block.x, block.width)) * u64::from(overlap(row, block.y, block.height));
            found(row as usize * level.across + column as usize, area);
        }
    }
}
