//! A finished mask as a file: quick to write, and to read by windows.
//!
//! ```text
//! SWMASK01 | length of the header, 8 digits | header (JSON) | tiles
//! ```
//!
//! Planes of bytes (distance, class, and distance as if nothing had been drawn, where something was) are cut into tiles of 256 x 256, row by
//! row. A tile of one number has only that number in the header; another one has its place and its checksum there, so that nothing that a
//! crash has left half-written is ever taken for a mask.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use swath_domain::{Grid, Window};

use super::MaskFacts;
use crate::RasterError;
use crate::canvas::with_ending;
use crate::memory::zeros;

const MAGIC: &[u8; 8] = b"SWMASK01";
const SIDE: u32 = 256;
const TILE: usize = (SIDE * SIDE) as usize;
/// Longer headers are no masks: a whole scene has some thousand tiles.
const LONGEST: usize = 16 << 20;

/// A plane of a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plane {
    Distance = 0,
    Class = 1,
    /// Distance without what was drawn; in masks of scenes in which nothing was drawn the same as [`Plane::Distance`].
    WithoutHand = 2,
}

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    facts: MaskFacts,
    /// Tiles of each plane.
    planes: Vec<Vec<Tile>>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(untagged)]
enum Tile {
    /// The same number everywhere.
    Even(u8),
    /// Number of the tile in the file, and its checksum.
    At(u32, u32),
}

/// Writes planes on the grid of `facts`, by way of another name.
pub(super) fn write(path: &Path, facts: &MaskFacts, planes: &[&[u8]]) -> Result<(), RasterError> {
    let part = with_ending(path, ".part");
    write_as(&part, facts, planes).and_then(|()| fs::rename(&part, path)).map_err(|error| {
        // Nothing can be done about a file that cannot even be removed.
        let _ = fs::remove_file(&part);
        RasterError::io(path, &error)
    })
}

fn write_as(path: &Path, facts: &MaskFacts, planes: &[&[u8]]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    let grid = &facts.grid;
    let mut tile = vec![0; TILE];
    let mut header = Header { facts: facts.clone(), planes: Vec::new() };
    let mut count = 0;
    for plane in planes {
        let mut tiles = Vec::new();
        for window in tiles_of(grid) {
            cut(plane, grid.width, window, &mut tile);
            tiles.push(if tile.iter().all(|byte| *byte == tile[0]) {
                Tile::Even(tile[0])
            } else {
                count += 1;
                Tile::At(count - 1, libdeflater::crc32(&tile))
            });
        }
        header.planes.push(tiles);
    }
    let text = serde_json::to_vec(&header)?;
    file.write_all(MAGIC)?;
    write!(file, "{:08}", text.len())?;
    file.write_all(&text)?;
    let mut file = BufWriter::with_capacity(16 * TILE, file);
    for (plane, tiles) in planes.iter().zip(&header.planes) {
        for (window, place) in tiles_of(grid).zip(tiles) {
            if let Tile::At(..) = place {
                cut(plane, grid.width, window, &mut tile);
                file.write_all(&tile)?;
            }
        }
    }
    file.flush()
}

/// The windows of the tiles, those at the edges cut off.
fn tiles_of(grid: &Grid) -> impl Iterator<Item = Window> {
    let (width, height) = (grid.width, grid.height);
    (0..height).step_by(SIDE as usize).flat_map(move |y| {
        (0..width).step_by(SIDE as usize).map(move |x| Window { x, y, width: SIDE.min(width - x), height: SIDE.min(height - y) })
    })
}

/// A tile of a plane; what lies beyond the edge repeats its last number, so that an even tile stays even.
fn cut(plane: &[u8], stride: u32, window: Window, tile: &mut [u8]) {
    let (width, side) = (window.width as usize, SIDE as usize);
    for (row, line) in tile.chunks_exact_mut(side).enumerate() {
        let y = window.y as usize + row.min(window.height as usize - 1);
        let from = y * stride as usize + window.x as usize;
        line[..width].copy_from_slice(&plane[from..from + width]);
        let last = line[width - 1];
        line[width..].fill(last);
    }
}

/// An open mask.
pub(super) struct Mask {
    file: File,
    header: Header,
    /// Where the tiles begin.
    start: u64,
}

impl Mask {
    pub(super) fn open(path: &Path) -> Result<Self, RasterError> {
        let failed = |words: String| RasterError::Read { path: path.into(), words };
        let mut file = File::open(path).map_err(|e| RasterError::Open { path: path.into(), words: e.to_string() })?;
        let mut read = || -> std::io::Result<(Vec<u8>, u64)> {
            let mut start = [0; 16];
            file.read_exact(&mut start)?;
            let length = std::str::from_utf8(&start[8..]).ok().and_then(|digits| digits.parse::<usize>().ok());
            let length = length.filter(|length| start[..8] == *MAGIC && *length <= LONGEST).ok_or(std::io::ErrorKind::InvalidData)?;
            let mut text = vec![0; length];
            file.read_exact(&mut text)?;
            Ok((text, 16 + length as u64))
        };
        let (text, start) = read().map_err(|e| failed(e.to_string()))?;
        let header: Header = serde_json::from_slice(&text).map_err(|e| failed(e.to_string()))?;
        let tiles = tiles_of(&header.facts.grid).count();
        if header.planes.len() < 2 || header.planes.iter().any(|plane| plane.len() != tiles) {
            return Err(failed("it does not have the tiles that its size takes".into()));
        }
        Ok(Self { file, header, start })
    }

    pub(super) fn facts(self) -> MaskFacts {
        self.header.facts
    }

    pub(super) fn grid(&self) -> &Grid {
        &self.header.facts.grid
    }

    pub(super) fn frame(&self) -> &Grid {
        &self.header.facts.scene
    }

    /// Whether every tile is whole.
    pub(super) fn is_whole(&mut self) -> bool {
        let mut tile = vec![0; TILE];
        let places: Vec<Tile> = self.header.planes.iter().flatten().copied().collect();
        places.into_iter().all(|place| self.tile(place, &mut tile).is_ok())
    }

    /// The pixels of a plane in a window of the grid.
    pub(super) fn window(&mut self, path: &Path, plane: Plane, window: Window) -> Result<Vec<u8>, RasterError> {
        let mut out = zeros::<u8>(window.pixels())?;
        let mut tile = vec![0; TILE];
        let plane = if self.header.planes.len() > plane as usize { plane as usize } else { Plane::Distance as usize };
        let across = self.grid().width.div_ceil(SIDE);
        for row in window.y / SIDE..(window.y + window.height).div_ceil(SIDE) {
            for column in window.x / SIDE..(window.x + window.width).div_ceil(SIDE) {
                let place = self.header.planes[plane][(row * across + column) as usize];
                self.tile(place, &mut tile).map_err(|e| RasterError::Read { path: path.into(), words: e.to_string() })?;
                let here = Window { x: column * SIDE, y: row * SIDE, width: SIDE, height: SIDE };
                let Some(wanted) = here.intersection(&window) else { continue };
                for y in wanted.y..wanted.y + wanted.height {
                    let from = ((y - here.y) * SIDE + wanted.x - here.x) as usize;
                    let to = (y - window.y) as usize * window.width as usize + (wanted.x - window.x) as usize;
                    out[to..to + wanted.width as usize].copy_from_slice(&tile[from..from + wanted.width as usize]);
                }
            }
        }
        Ok(out)
    }

    fn tile(&mut self, place: Tile, tile: &mut [u8]) -> std::io::Result<()> {
        match place {
            Tile::Even(byte) => tile.fill(byte),
            Tile::At(number, checksum) => {
                self.file.seek(SeekFrom::Start(self.start + u64::from(number) * TILE as u64))?;
                self.file.read_exact(tile)?;
                if libdeflater::crc32(tile) != checksum {
                    return Err(std::io::ErrorKind::InvalidData.into());
                }
            }
        }
        Ok(())
    }
}
