//! Where the pixels of a tile lie in a raster.

use swath_domain::{Bounds, Crs, Grid, Window};

use super::SIDE;
use crate::RasterError;
use crate::project::Projection;

/// Half the width of the Web Mercator world, metres.
const HALF_WORLD: f64 = 20_037_508.342_789_244;
const WEB_MERCATOR: u32 = 3857;
/// Points are projected exactly in a net of so many meshes a side; between them places are interpolated. Over the part of a tile that a
/// Sentinel-2 tile fills, the error stays below a tenth of a pixel.
const MESHES: usize = 16;

/// Place of each tile pixel's centre in the coordinates of the raster, where the tile and the raster meet.
pub(super) struct Places {
    /// Tile columns and rows that meet the raster.
    part: Window,
    /// x and y of each pixel in `part`, row by row.
    points: Vec<(f64, f64)>,
    /// Columns and rows of the full resolution in a tile pixel.
    ratio: f64,
}

impl Places {
    pub(super) fn new(raster: &Grid, z: u8, x: u32, y: u32) -> Result<Option<Self>, RasterError> {
        let mercator = Crs::epsg(WEB_MERCATOR);
        let tile = 2.0 * HALF_WORLD / f64::from(1u32 << z);
        let pixel = tile / f64::from(SIDE);
        let (west, north) = (-HALF_WORLD + f64::from(x) * tile, HALF_WORLD - f64::from(y) * tile);
        let tile = Grid::from_affine(mercator.clone(), [pixel, 0.0, west, 0.0, -pixel, north], SIDE, SIDE);
        let Ok(tile) = tile else { return Ok(None) };
        // Projections hold near the raster only: what lies elsewhere in the tile is never projected.
        let around =
            if raster.crs == mercator { raster.bounds() } else { Projection::new(&raster.crs, &mercator)?.bounds(raster.bounds())? };
        let Some(part) = tile.window_of(around) else { return Ok(None) };
        let points = net(&tile.bounds_of(part), part, &mercator, &raster.crs)?;
        let ratio = ratio(&points, part, raster);
        Ok(Some(Self { part, points, ratio }))
    }

    /// The level whose pixels are nearest to the tile's in size.
    pub(super) fn level(&self, levels: &[(u32, u32)]) -> usize {
        let off = |(width, _): &(u32, u32)| (self.ratio * f64::from(*width) / f64::from(levels[0].0)).ln().abs();
        (0..levels.len()).min_by(|a, b| off(&levels[*a]).total_cmp(&off(&levels[*b]))).unwrap_or(0)
    }

    /// Of how many pixels of a level along a line one is enough; 1 wherever there is an overview that fits.
    pub(super) fn step(&self, levels: &[(u32, u32)], level: usize) -> u32 {
        let (width, height) = levels[level];
        let ratio = self.ratio * f64::from(width) / f64::from(levels[0].0);
        (ratio as u32).clamp(1, width.min(height).max(1))
    }

    /// Whether a pixel of the raster covers several of the tile.
    pub(super) fn magnified(&self) -> bool {
        self.ratio < 0.7
    }

    /// The pixels of a level that the tile is drawn from, or `None` when none is.
    pub(super) fn window(&self, level: &Grid) -> Option<Window> {
        let finite = || self.points.iter().filter(|(x, y)| x.is_finite() && y.is_finite());
        let first = finite().next()?;
        let mut b = Bounds { west: first.0, east: first.0, south: first.1, north: first.1 };
        for (x, y) in finite() {
            b = Bounds { west: b.west.min(*x), east: b.east.max(*x), south: b.south.min(*y), north: b.north.max(*y) };
        }
        let (dx, dy) = (level.transform.width, level.transform.height);
        level.window_of(Bounds { west: b.west - dx, east: b.east + dx, south: b.south - dy, north: b.north + dy })
    }

    /// For each pixel that may have a value: its number in the tile, and its place in columns and rows of the window.
    pub(super) fn in_window(&self, level: &Grid, window: Window) -> Vec<(usize, f64, f64)> {
        let (t, part) = (level.transform, self.part);
        let (left, top) = (t.west + f64::from(window.x) * t.width, t.north - f64::from(window.y) * t.height);
        let number = |i: usize| {
            let (column, row) = (i % part.width as usize, i / part.width as usize);
            (part.y as usize + row) * SIDE as usize + part.x as usize + column
        };
        self.points.iter().enumerate().map(|(i, (x, y))| (number(i), (x - left) / t.width, (top - y) / t.height)).collect()
    }
}

/// Pixel centres of `part`, whose edges are `bounds`, in the coordinates of the raster.
fn net(bounds: &Bounds, part: Window, from: &Crs, to: &Crs) -> Result<Vec<(f64, f64)>, RasterError> {
    let at = |a: f64, b: f64, i: usize| a + (b - a) * i as f64 / MESHES as f64;
    let (mut xs, mut ys): (Vec<_>, Vec<_>) =
        (0..=MESHES).flat_map(|j| (0..=MESHES).map(move |i| (at(bounds.west, bounds.east, i), at(bounds.north, bounds.south, j)))).unzip();
    if from != to {
        Projection::new(from, to)?.points(&mut xs, &mut ys)?;
    }
    // Mesh and place in it of each column (and row) of pixels.
    let steps = |count: u32| {
        (0..count).map(move |i| {
            let place = (f64::from(i) + 0.5) / f64::from(count) * MESHES as f64;
            let mesh = (place as usize).min(MESHES - 1);
            (mesh, place - mesh as f64)
        })
    };
    let columns: Vec<_> = steps(part.width).collect();
    let mut points = Vec::with_capacity(part.pixels());
    for (j, v) in steps(part.height) {
        for &(i, u) in &columns {
            let corner = j * (MESHES + 1) + i;
            let between = |n: &[f64]| {
                let (above, below) = (n[corner] * (1.0 - u) + n[corner + 1] * u, corner + MESHES + 1);
                above * (1.0 - v) + (n[below] * (1.0 - u) + n[below + 1] * u) * v
            };
            points.push((between(&xs), between(&ys)));
        }
    }
    Ok(points)
}

/// Raster pixels per tile pixel along a row in the middle of the part.
fn ratio(points: &[(f64, f64)], part: Window, raster: &Grid) -> f64 {
    let width = part.width as usize;
    let row = &points[part.height as usize / 2 * width..][..width];
    match (row.first(), row.last()) {
        (Some(a), Some(b)) if width > 1 => {
            let (dx, dy) = ((b.0 - a.0) / raster.transform.width, (b.1 - a.1) / raster.transform.height);
            dx.hypot(dy) / (width - 1) as f64
        }
        // The whole raster is in one column: the coarsest level will do.
        _ => f64::from(raster.width),
    }
}
