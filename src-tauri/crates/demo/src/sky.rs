//! The sky of one date at 20 m: how opaque cloud and veil are, how bright, and where the shadows fall.

use rayon::prelude::*;

use crate::noise::{cell, fractal, gradient, hash, smooth};
use crate::weather::Weather;

/// Pixel size of the sky, metres.
pub(crate) const CELL: f64 = 20.0;

/// A pixel is truly under cloud when cumulus or veil hide more than this share of the ground.
pub(crate) const CLOUDY: f32 = 0.02;
/// A pixel is truly in shadow when the cumulus between it and the sun hides more than this share of the sun.
pub(crate) const SHADED: f32 = 0.15;

/// Layers of `half` by `half` numbers from 0 to 1.
pub(crate) struct Sky {
    /// Pixels a side at 20 m.
    pub(crate) half: usize,
    /// Share of the ground that cumulus hides.
    pub(crate) cumulus: Vec<f32>,
    /// How bright the cumulus is; sides away from the sun are grey.
    pub(crate) white: Vec<f32>,
    /// Share of the direct sun that cumulus takes away.
    pub(crate) shadow: Vec<f32>,
    /// Share of the ground that cirrus hides.
    pub(crate) veil: Vec<f32>,
}

/// From a cloud to its shadow, in pixels of 20 m: columns east and rows south.
pub(crate) fn displacement(weather: &Weather) -> (i32, i32) {
    let length = weather.height / weather.sun.elevation.max(5.0).to_radians().tan() / CELL;
    let azimuth = weather.sun.azimuth.to_radians();
    ((-length * azimuth.sin()).round() as i32, (length * azimuth.cos()).round() as i32)
}

impl Sky {
    pub(crate) fn make(seed: u64, half: usize, weather: &Weather) -> Self {
        let salt = (seed ^ seed >> 32) as u32 ^ 0xC10D_C10D;
        let (n, side) = (half as i32, half as f64 * CELL);
        // `column` and `row` may lie outside the area: the cloud that shades its edge does.
        let place = |column: i32, row: i32| ((f64::from(column) + 0.5) * CELL, side - (f64::from(row) + 0.5) * CELL);
        let heap = |column: i32, row: i32| {
            let (x, y) = place(column, row);
            heaps(salt, x - weather.drift.0, y - weather.drift.1, weather.index)
        };
        let wisp = |column: i32, row: i32| {
            let (x, y) = place(column, row);
            wisps(salt ^ 0xF00D, x - 1.7 * weather.drift.0, y - 1.7 * weather.drift.1)
        };
        let fill = |value: &(dyn Fn(i32, i32) -> f32 + Sync)| {
            let mut layer = vec![0.0; half * half];
            layer.par_chunks_mut(half).enumerate().for_each(|(row, out)| {
                out.iter_mut().enumerate().for_each(|(column, v)| *v = value(column as i32, row as i32));
            });
            layer
        };
        let (mut cumulus, mut white, mut shadow, mut veil) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        if weather.cumulus > 0.0 {
            let (dx, dy) = displacement(weather);
            // Density on the area and on the strip beside it whose clouds throw their shadow onto the area.
            let (x0, y0) = ((-dx).min(0), (-dy).min(0));
            let (width, height) = ((n + dx.abs()) as usize, (n + dy.abs()) as usize);
            let level = Level::of(&heap, n, weather.cumulus);
            let mut wide = vec![0.0_f32; width * height];
            wide.par_chunks_mut(width).enumerate().for_each(|(row, out)| {
                out.iter_mut().enumerate().for_each(|(column, v)| *v = level.above(heap(column as i32 + x0, row as i32 + y0)));
            });
            let at = |column: i32, row: i32| wide[(row - y0) as usize * width + (column - x0) as usize];
            cumulus = fill(&|c, r| opacity(at(c, r)));
            shadow = fill(&|c, r| smooth(0.0, 0.75, opacity(at(c - dx, r - dy))));
            // The slope of the cloud's top towards the sun, from its density 60 m apart.
            let (sx, sy) = (weather.sun.azimuth.to_radians().sin(), -weather.sun.azimuth.to_radians().cos());
            let (sx, sy) = ((3.0 * sx).round() as i32, (3.0 * sy).round() as i32);
            let inside = |v: i32| v.clamp(0, n - 1);
            let top = |c: i32, r: i32| at(inside(c), inside(r)).max(0.0).sqrt();
            white = fill(&|c, r| (0.50 + 0.22 * top(c, r) - 0.36 * (top(c + sx, r + sy) - top(c - sx, r - sy))).clamp(0.38, 1.0));
        }
        if weather.cirrus > 0.0 {
            let level = Level::of(&wisp, n, weather.cirrus);
            veil = fill(&|c, r| 0.40 * (1.0 - (-0.6 * (level.above(wisp(c, r)) + 0.06).max(0.0)).exp()));
        }
        Self { half, cumulus, white, shadow, veil }
    }

    /// Whether there is nothing in the sky.
    pub(crate) fn is_clear(&self) -> bool {
        self.cumulus.is_empty() && self.veil.is_empty()
    }

    /// A number of a layer; 0 where the layer is empty.
    pub(crate) fn at(layer: &[f32], index: usize) -> f32 {
        layer.get(index).copied().unwrap_or(0.0)
    }

    /// Whether the ground is truly hidden, by however little.
    pub(crate) fn cloudy(&self, index: usize) -> bool {
        Self::at(&self.cumulus, index) > CLOUDY || Self::at(&self.veil, index) > CLOUDY
    }

    /// Whether a place that is not under cloud is truly in shadow.
    pub(crate) fn shaded(&self, index: usize) -> bool {
        !self.cloudy(index) && Self::at(&self.shadow, index) > SHADED
    }
}

/// Share of the ground that cumulus of some density hides: sharp cores, thin rims. Density 0 hides 2 %.
fn opacity(density: f32) -> f32 {
    1.0 - (-3.6 * (density + 0.039).max(0.0).powf(1.6)).exp()
}

/// Where a field must be cut so that the wanted share lies above, and how far it spreads.
struct Level {
    cut: f32,
    spread: f32,
}

impl Level {
    /// From some 10 000 places spread evenly over the area.
    fn of(field: &(dyn Fn(i32, i32) -> f32 + Sync), n: i32, share: f64) -> Self {
        let step = (n / 100).max(1);
        let columns: Vec<i32> = (step / 2..n).step_by(step as usize).collect();
        let mut values: Vec<f32> = columns.par_iter().flat_map_iter(|&row| columns.iter().map(move |&column| field(column, row))).collect();
        values.sort_by(f32::total_cmp);
        let at = |q: f64| values[((values.len() as f64 * q) as usize).min(values.len() - 1)];
        Self { cut: at(1.0 - share), spread: ((at(0.9) - at(0.1)) / 2.56).max(1e-3) }
    }

    /// In spreads above the cut.
    fn above(&self, value: f32) -> f32 {
        (value - self.cut) / self.spread
    }
}

/// Cumulus: fields of heaps with cauliflower edges. Two layers of air move at different speeds, so that the heaps change as they drift.
fn heaps(seed: u32, x: f64, y: f64, index: u32) -> f32 {
    // Warped along turned axes, so that the lattices of the noise do not show in flat tops.
    let (u, v) = (0.82 * x - 0.57 * y, 0.57 * x + 0.82 * y);
    let warp = |salt: u32| 150.0 * f64::from(fractal(seed ^ salt, u / 470.0, v / 470.0, 3));
    let (wx, wy) = (x + warp(1), y + warp(3));
    let age = f64::from(index) * 610.0;
    let weather = fractal(seed ^ 5, x / 6200.0, y / 6200.0, 3);
    let fields = fractal(seed ^ 6, wx / 2100.0, wy / 2100.0, 3) + 0.6 * fractal(seed ^ 7, (wx + age) / 1500.0, (wy - age) / 1500.0, 2);
    let towers = 0.75 - cell(seed ^ 8, wx / 640.0, wy / 640.0).distance;
    let knobs = 0.6 - cell(seed ^ 9, wx / 250.0, wy / 250.0).distance;
    0.8 * weather + 0.75 * fields + 0.42 * towers + 0.17 * knobs + 0.16 * fractal(seed ^ 10, u / 150.0, v / 150.0, 3)
}

/// Cirrus: long fibres along the high wind, in bands.
fn wisps(seed: u32, x: f64, y: f64) -> f32 {
    let turn = f64::from(hash(seed, 0, 0) % 314) / 100.0;
    let (u, v) = (x * turn.cos() + y * turn.sin(), y * turn.cos() - x * turn.sin());
    let bend = 700.0 * f64::from(gradient(seed ^ 1, u / 5200.0, v / 2600.0));
    let v = v + bend;
    let fibres = fractal(seed ^ 3, u / 3900.0, v / 700.0, 4);
    fractal(seed ^ 2, u / 6000.0, v / 3900.0, 4) + 0.16 * fibres + 0.12 * fractal(seed ^ 4, u / 900.0, v / 260.0, 3)
}
