//! A grid of pixels: coordinate system, affine transform and shape. A grid is a value; two equal grids hold the same pixels.

mod window;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use window::Window;

/// A coordinate reference system by authority code (`EPSG:32633`), or as WKT where a file has no code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Crs(pub String);

impl Crs {
    /// By EPSG code.
    pub fn epsg(code: u32) -> Self {
        Self(format!("EPSG:{code}"))
    }

    /// The EPSG code, if that is how the system is given.
    pub fn epsg_code(&self) -> Option<u32> {
        self.0.strip_prefix("EPSG:")?.parse().ok()
    }
}

impl std::fmt::Display for Crs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// North-up affine transform, in the units of the CRS: `x = west + column * width`, `y = north - row * height`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Transform {
    /// Left edge of the first column.
    pub west: f64,
    /// Upper edge of the first row.
    pub north: f64,
    /// Pixel width, positive.
    pub width: f64,
    /// Pixel height, positive.
    pub height: f64,
}

/// A box in the units of a CRS.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// Smallest x.
    pub west: f64,
    /// Smallest y.
    pub south: f64,
    /// Largest x.
    pub east: f64,
    /// Largest y.
    pub north: f64,
}

/// CRS, transform and shape of a raster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// Coordinate system.
    pub crs: Crs,
    /// Where pixels lie.
    pub transform: Transform,
    /// Columns, at least 1.
    pub width: u32,
    /// Rows, at least 1.
    pub height: u32,
}

/// Why numbers do not make a grid.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GridError {
    /// No pixels, or more than a raster file can hold.
    #[error("a grid of {0} x {1} pixels cannot be made")]
    Shape(f64, f64),
    /// Rotated, flipped or empty pixels.
    #[error("the pixels are rotated, flipped or empty; only north-up grids can be used")]
    NotNorthUp,
}

/// How close, as a share of a pixel, two edges must be to count as the same: coordinates pass through decimal text on their way.
const SAME_EDGE: f64 = 1e-3;

impl Grid {
    /// From the six numbers of STAC's `proj:transform` (`[width, 0, west, 0, -height, north]`).
    pub fn from_affine(crs: Crs, [a, b, c, d, e, f]: [f64; 6], width: u32, height: u32) -> Result<Self, GridError> {
        if b != 0.0 || d != 0.0 || !(a > 0.0 && e < 0.0) {
            return Err(GridError::NotNorthUp);
        }
        if width == 0 || height == 0 {
            return Err(GridError::Shape(f64::from(width), f64::from(height)));
        }
        Ok(Self { crs, transform: Transform { west: c, north: f, width: a, height: -e }, width, height })
    }

    /// The smallest grid of square pixels that covers `bounds` and whose lines run through `anchor` (a corner of some other grid).
    pub fn covering(crs: Crs, bounds: Bounds, resolution: f64, anchor: (f64, f64)) -> Result<Self, GridError> {
        let line = |value: f64, origin: f64, up: bool| {
            let at = (value - origin) / resolution;
            let near = at.round();
            let snapped = if (at - near).abs() < SAME_EDGE {
                near
            } else if up {
                at.ceil()
            } else {
                at.floor()
            };
            (snapped, origin + snapped * resolution)
        };
        let (left, west) = line(bounds.west, anchor.0, false);
        let (right, _) = line(bounds.east, anchor.0, true);
        let (bottom, _) = line(bounds.south, anchor.1, false);
        let (top, north) = line(bounds.north, anchor.1, true);
        let (width, height) = ((right - left).max(1.0), (top - bottom).max(1.0));
        if !(resolution > 0.0 && width <= 1e6 && height <= 1e6) {
            return Err(GridError::Shape(width, height));
        }
        let transform = Transform { west, north, width: resolution, height: resolution };
        Ok(Self { crs, transform, width: width as u32, height: height as u32 })
    }

    /// As STAC's `proj:transform`.
    pub fn affine(&self) -> [f64; 6] {
        let t = self.transform;
        [t.width, 0.0, t.west, 0.0, -t.height, t.north]
    }

    /// The outer edges.
    pub fn bounds(&self) -> Bounds {
        self.bounds_of(self.whole())
    }

    /// The window of all pixels.
    pub fn whole(&self) -> Window {
        Window { x: 0, y: 0, width: self.width, height: self.height }
    }

    /// Edges of a window.
    pub fn bounds_of(&self, window: Window) -> Bounds {
        let t = self.transform;
        let (west, north) = (t.west + f64::from(window.x) * t.width, t.north - f64::from(window.y) * t.height);
        Bounds { west, north, east: west + f64::from(window.width) * t.width, south: north - f64::from(window.height) * t.height }
    }

    /// The window as a grid of its own.
    pub fn part(&self, window: Window) -> Grid {
        let Bounds { west, north, .. } = self.bounds_of(window);
        let transform = Transform { west, north, ..self.transform };
        Grid { crs: self.crs.clone(), transform, width: window.width, height: window.height }
    }

    /// The pixels that touch `bounds`, or `None` when none does. Edges that meet up to rounding do not count as touching.
    pub fn window_of(&self, bounds: Bounds) -> Option<Window> {
        let t = self.transform;
        let first = |v: f64| (v + SAME_EDGE).floor().max(0.0);
        let last = |v: f64, most: u32| (v - SAME_EDGE).ceil().min(f64::from(most));
        let (x0, x1) = (first((bounds.west - t.west) / t.width), last((bounds.east - t.west) / t.width, self.width));
        let (y0, y1) = (first((t.north - bounds.north) / t.height), last((t.north - bounds.south) / t.height, self.height));
        (x1 > x0 && y1 > y0).then_some(Window { x: x0 as u32, y: y0 as u32, width: (x1 - x0) as u32, height: (y1 - y0) as u32 })
    }

    /// The pixels of this grid that lie under a window of another grid in the same CRS.
    pub fn window_under(&self, other: &Grid, window: Window) -> Option<Window> {
        (self.crs == other.crs).then(|| self.window_of(other.bounds_of(window))).flatten()
    }

    /// Cuts the grid into blocks of at most `size` pixels a side, in reading order, covering every pixel once.
    ///
    /// Block lines run where `(column - phase.0)` and `(row - phase.1)` are multiples of `size`, so that they can be laid on the block
    /// lines of a source whose grid starts elsewhere.
    pub fn blocks(&self, size: u32, phase: (u32, u32)) -> Vec<Window> {
        let cuts = |length: u32, phase: u32| {
            let mut lines = vec![0];
            lines.extend((phase % size..length).step_by(size as usize).filter(|at| *at > 0));
            lines.push(length);
            lines
        };
        let (columns, rows) = (cuts(self.width, phase.0), cuts(self.height, phase.1));
        let spans = |lines: &[u32]| lines.windows(2).map(|w| (w[0], w[1] - w[0])).collect::<Vec<_>>();
        let columns = spans(&columns);
        spans(&rows).into_iter().flat_map(|(y, height)| columns.iter().map(move |&(x, width)| Window { x, y, width, height })).collect()
    }

    /// Whole-pixel shift from this grid to `other` (column and row of this grid's corner in `other`), when pixels coincide.
    pub fn shift_in(&self, other: &Grid) -> Option<(i64, i64)> {
        let (t, o) = (self.transform, other.transform);
        let same_size = (t.width / o.width - 1.0).abs() < 1e-9 && (t.height / o.height - 1.0).abs() < 1e-9;
        let (dx, dy) = ((t.west - o.west) / o.width, (o.north - t.north) / o.height);
        let whole = |v: f64| (v - v.round()).abs() < SAME_EDGE;
        (self.crs == other.crs && same_size && whole(dx) && whole(dy)).then(|| (dx.round() as i64, dy.round() as i64))
    }

    /// Number of pixels.
    pub fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

#[cfg(test)]
mod tests;
