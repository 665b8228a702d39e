//! What stayed empty in an area.

use std::collections::BTreeMap;
use std::path::Path;

use geo::MultiPolygon;
use swath_domain::{Grid, Window};

use crate::open::open;
use crate::project::metres_per_unit;
use crate::read::read_band;
use crate::{RasterError, rasterize};

/// Rows that are looked at together.
const STRIP: u32 = 256;

/// Empty pixels of an area, and how often each number occurs in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Holes {
    /// Pixels of the area.
    pub area: u64,
    /// Pixels of the area by their number; 0 is empty.
    pub by_number: BTreeMap<u16, u64>,
    /// Groups of empty pixels that touch by a side or a corner.
    pub holes: u64,
    /// Pixels of the largest of them.
    pub largest: u64,
    /// Square metres of a pixel, in the middle of the grid.
    pub pixel_m2: f64,
}

/// Counts a layer (from 0) of a raster of 16 bit that lies on `grid`; where there is an outline (in the grid's coordinate system), only the
/// pixels inside. Needs memory for a few rows, whatever the size.
///
/// # Errors
/// [`RasterError::Open`], [`RasterError::Read`], [`RasterError::Projection`].
pub fn holes(path: &Path, layer: usize, grid: &Grid, outline: Option<&MultiPolygon<f64>>) -> Result<Holes, RasterError> {
    let dataset = open(path)?;
    let band = dataset.rasterband(layer + 1).map_err(|e| RasterError::read(path, &e))?;
    let b = grid.bounds();
    let (x, y) = metres_per_unit(&grid.crs, (b.north + b.south) / 2.0)?;
    let mut found = Holes { pixel_m2: grid.transform.width * x * grid.transform.height * y, ..Holes::default() };
    let mut counts = vec![0u64; 1 << 16];
    let mut open_holes = Open::default();
    for top in (0..grid.height).step_by(STRIP as usize) {
        let window = Window { x: 0, y: top, width: grid.width, height: STRIP.min(grid.height - top) };
        let pixels = read_band::<u16>(path, &band, window)?;
        let inside = outline.map(|outline| rasterize(outline, &grid.part(window))).transpose()?;
        for (row, pixels) in pixels.chunks_exact(grid.width as usize).enumerate() {
            let inside = inside.as_ref().map(|inside| &inside[row * grid.width as usize..][..grid.width as usize]);
            let counted = |at: usize| inside.is_none_or(|inside| inside[at] == 1);
            (0..pixels.len()).filter(|at| counted(*at)).for_each(|at| counts[usize::from(pixels[at])] += 1);
            open_holes.row(&runs(pixels.len(), |at| counted(at) && pixels[at] == 0), &mut found);
        }
    }
    open_holes.row(&[], &mut found);
    found.area = counts.iter().sum();
    found.by_number = counts.iter().enumerate().filter(|(_, n)| **n > 0).map(|(number, n)| (number as u16, *n)).collect();
    Ok(found)
}

/// Runs of columns, first and one past the last.
fn runs(length: usize, empty: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut from = None;
    for at in 0..=length {
        match (from, at < length && empty(at)) {
            (None, true) => from = Some(at),
            (Some(first), false) => {
                runs.push((first, at));
                from = None;
            }
            _ => {}
        }
    }
    runs
}

/// Holes that reach the last row.
#[derive(Default)]
struct Open {
    /// Runs of the last row, each with the number of its hole.
    runs: Vec<(usize, usize, usize)>,
    /// Pixels of each hole so far.
    sizes: Vec<u64>,
}

impl Open {
    /// Takes in the next row, and counts the holes that it ends.
    fn row(&mut self, runs: &[(usize, usize)], found: &mut Holes) {
        let old = self.sizes.len();
        let mut parent: Vec<usize> = (0..old + runs.len()).collect();
        let mut sizes = self.sizes.clone();
        sizes.extend(runs.iter().map(|(from, to)| (to - from) as u64));
        let mut at = 0;
        for (number, (from, to)) in runs.iter().enumerate() {
            // Those that end before this run begins touch no later one either.
            while at < self.runs.len() && self.runs[at].1 < *from {
                at += 1;
            }
            for (_, _, hole) in self.runs[at..].iter().take_while(|(first, _, _)| first <= to) {
                let (a, b) = (root(&mut parent, *hole), root(&mut parent, old + number));
                if a != b {
                    parent[b] = a;
                    sizes[a] += sizes[b];
                }
            }
        }
        let mut names = vec![usize::MAX; parent.len()];
        let mut next = Self::default();
        for (number, (from, to)) in runs.iter().enumerate() {
            let root = root(&mut parent, old + number);
            if names[root] == usize::MAX {
                names[root] = next.sizes.len();
                next.sizes.push(sizes[root]);
            }
            next.runs.push((*from, *to, names[root]));
        }
        for hole in 0..old {
            if parent[hole] == hole && names[hole] == usize::MAX {
                found.holes += 1;
                found.largest = found.largest.max(sizes[hole]);
            }
        }
        *self = next;
    }
}

fn root(parent: &mut [usize], mut at: usize) -> usize {
    while parent[at] != at {
        parent[at] = parent[parent[at]];
        at = parent[at];
    }
    at
}

#[cfg(test)]
mod tests {
    use swath_domain::{Compression, Crs};

    use super::*;
    use crate::cog::{Pixels, from_pixels};

    #[test]
    fn holes_are_counted_and_measured() {
        let check = |picture: &[&str], outline: Option<[f64; 4]>, expected: (u64, u64, u64, u64)| {
            let (width, height) = (picture[0].len() as u32, picture.len() as u32);
            let grid = Grid::from_affine(Crs::epsg(32633), [10.0, 0.0, 500_000.0, 0.0, -10.0, 4_500_000.0], width, height).unwrap();
            let pixels: Vec<u16> =
                picture.iter().flat_map(|row| row.bytes()).map(|c| if c == b'.' { 0 } else { u16::from(c - b'0') }).collect();
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.tif");
            from_pixels(&grid, Pixels::U16(&pixels), None, 128, true, Compression::Deflate, &path).unwrap();
            let outline = outline.map(|[w, s, e, n]| {
                let rect = geo::Rect::new((500_000.0 + w, 4_500_000.0 - s), (500_000.0 + e, 4_500_000.0 - n));
                MultiPolygon(vec![rect.to_polygon()])
            });
            let found = holes(&path, 0, &grid, outline.as_ref()).unwrap();
            let empty = found.by_number.get(&0).copied().unwrap_or(0);
            assert_eq!((found.area, empty, found.holes, found.largest), expected, "{picture:?}");
            assert!((found.pixel_m2 - 100.0).abs() < 1e-6);
        };
        check(&["111", "111"], None, (6, 0, 0, 0));
        check(&["...", "..."], None, (6, 6, 1, 6));
        check(&[".1.", "1.1", ".1."], None, (9, 5, 1, 5));
        check(&["..11..", "111111", "1.1.1.", "1...1."], None, (24, 11, 4, 5));
        check(&["1.1.1", "1...1", "11111", "....."], None, (20, 10, 2, 5));
        check(&["1.1.1", "1...1", "11111", "....."], Some([0.0, 20.0, 20.0, 0.0]), (4, 2, 1, 2));
    }
}
