//! What may be shadow: land that is darker than the clear land around in the near and short-wave infrared.
//!
//! Shadow is lit by the sky alone, which is blue: the infrared drops most. Two measures that fail in different places: the ratio to the median
//! of clear land within some kilometres, and how deep a pixel lies in a pit of the picture.

use swath_domain::PixelClass;

use super::cloud::{ClearLine, Clouds};
use super::flood::filled;
use super::morphology::majority;
use super::spectrum::Scene;
use super::statistics::{quantile, sample};

/// Below this share of the light around it a pixel may be shadow.
const DARK: f32 = 0.8;
/// Shadow is not brighter in red than clear land by more than this factor.
const NOT_BRIGHTER: f32 = 1.25;
/// Metres over which clear land is looked at together.
const CELL_M: f64 = 2000.0;

/// How dark land is.
pub(super) struct Darkness {
    /// Might be shadow; nowhere cloud, water, snow or unseen.
    pub(super) possible: Vec<bool>,
    /// Surely dark, by both measures taken together.
    pub(super) sure: Vec<bool>,
    ratio: Vec<f32>,
}

/// Of every pixel.
pub(super) fn darkness(scene: &Scene, ground: &[u8], clouds: &Clouds) -> Darkness {
    let land = |i: usize| scene.seen[i] && ground[i] == PixelClass::Clear as u8 && !clouds.any(i);
    let bands: Vec<&[u16]> = [Some(scene.nir), scene.swir16].into_iter().flatten().collect();
    let mut clear: Vec<bool> = (0..scene.len()).map(land).collect();
    let mut ratio = vec![1.0f32; scene.len()];
    // The second round no longer sees the shadows themselves.
    for _ in 0..2 {
        ratio.fill(0.0);
        for band in &bands {
            brightest_ratio(scene, band, &clear, &mut ratio);
        }
        clear.iter_mut().zip(&ratio).for_each(|(clear, ratio)| *clear &= *ratio > DARK);
    }
    let mut red = vec![0.0; scene.len()];
    brightest_ratio(scene, scene.red, &clear, &mut red);
    let depth = depth(scene, &bands, &clear, clouds);
    // Towns are darker than fields in the near infrared, but brighter in red; the short-wave infrared tells them by itself.
    let not_bright = |i: usize| scene.swir16.is_some() || red[i] < NOT_BRIGHTER;
    let possible: Vec<bool> = (0..scene.len()).map(|i| land(i) && not_bright(i) && ratio[i] < DARK).collect();
    let sure = |i: usize| land(i) && not_bright(i) && (1.0 - ratio[i]).max(0.0) + depth[i] > 2.0 * (1.0 - DARK);
    let sure = (0..scene.len()).map(sure).collect();
    Darkness { possible, sure, ratio }
}

impl Darkness {
    /// Takes back what was called cloud although it is darker than clear land in the visible and in the infrared: haze within a shadow, where
    /// the blue light of the sky passes for cloud. It becomes possible shadow.
    pub(super) fn take_back(&mut self, scene: &Scene, line: &ClearLine, ground: &[u8], clouds: &mut Clouds) {
        let Some(usual) = line.visible else { return };
        let land = |i: usize| ground[i] == PixelClass::Clear as u8;
        let dark = |i: usize| clouds.opaque[i] && !clouds.cirrus[i] && land(i) && self.ratio[i] < DARK && scene.at(i).visible() < usual;
        let dark: Vec<bool> = (0..scene.len()).map(dark).collect();
        let left: Vec<bool> = clouds.opaque.iter().zip(&dark).map(|(cloud, dark)| *cloud && !dark).collect();
        clouds.opaque = majority(&left, scene.given.width);
        for (i, dark) in dark.into_iter().enumerate() {
            self.possible[i] = !clouds.any(i) && (self.possible[i] || dark);
            self.sure[i] = !clouds.any(i) && (self.sure[i] || dark);
        }
    }
}

/// Raises `ratio` to that of this band to the median of clear land around.
fn brightest_ratio(scene: &Scene, band: &[u16], clear: &[bool], ratio: &mut [f32]) {
    let medians = Medians::new(scene, band, clear);
    for (y, line) in ratio.chunks_exact_mut(scene.given.width).enumerate() {
        for (x, ratio) in line.iter_mut().enumerate() {
            let value = f32::from(band[y * scene.given.width + x]);
            *ratio = ratio.max(value / medians.at(x, y).max(1.0));
        }
    }
}

/// Medians on a coarse grid, to be read between its nodes.
struct Medians {
    cell: usize,
    columns: usize,
    rows: usize,
    of: Vec<f32>,
}

impl Medians {
    fn new(scene: &Scene, band: &[u16], clear: &[bool]) -> Self {
        let (width, height) = (scene.given.width, scene.given.height);
        let cell = scene.pixels(CELL_M).max(8);
        let (columns, rows) = (width.div_ceil(cell), height.div_ceil(cell));
        let all = sample(clear.len(), |i| clear[i].then(|| f32::from(band[i])));
        let whole = quantile(&all, 0.5).unwrap_or(0.0);
        let around = |n: usize, of: usize| n.saturating_sub(1) * cell..((n + 2) * cell).min(of);
        let step = (cell * 3 / 64).max(1);
        let median = |n: usize| {
            let (xs, ys) = (around(n % columns, width), around(n / columns, height));
            let places = ys.step_by(step).flat_map(|y| xs.clone().step_by(step).map(move |x| y * width + x));
            let (mut values, mut looked) = (Vec::new(), 0);
            places.for_each(|i| {
                looked += 1;
                values.extend(clear[i].then(|| f32::from(band[i])));
            });
            let half = values.len() / 2;
            if values.len() * 20 < looked || values.is_empty() { whole } else { *values.select_nth_unstable_by(half, f32::total_cmp).1 }
        };
        Self { cell, columns, rows, of: (0..columns * rows).map(median).collect() }
    }

    fn at(&self, x: usize, y: usize) -> f32 {
        let place = |n: usize, cells: usize| {
            let at = ((n as f32 + 0.5) / self.cell as f32 - 0.5).clamp(0.0, (cells - 1) as f32);
            (at as usize, (at as usize + 1).min(cells - 1), at.fract())
        };
        let ((left, right, east), (above, below, south)) = (place(x, self.columns), place(y, self.rows));
        let row = |y: usize| self.of[y * self.columns + left] * (1.0 - east) + self.of[y * self.columns + right] * east;
        row(above) * (1.0 - south) + row(below) * south
    }
}

/// Depth of the pit in which a pixel lies as a share of its filled height, the smaller of the bands.
fn depth(scene: &Scene, bands: &[&[u16]], clear: &[bool], clouds: &Clouds) -> Vec<f32> {
    let mut depth = vec![f32::MAX; scene.len()];
    for band in bands {
        let values = sample(clear.len(), |i| clear[i].then(|| f32::from(band[i])));
        let (outside, usual) = (quantile(&values, 0.175).unwrap_or(0.0), quantile(&values, 0.5).unwrap_or(0.0));
        // Thin cloud over water must not pass for a pit.
        let surface: Vec<u16> = band.iter().enumerate().map(|(i, v)| if clouds.any(i) { (*v).max(usual as u16) } else { *v }).collect();
        let filled = filled(&surface, &scene.seen, scene.given.width, outside as u16);
        for (i, depth) in depth.iter_mut().enumerate() {
            let pit = f32::from(filled[i].saturating_sub(surface[i])) / f32::from(filled[i].max(1));
            *depth = depth.min(pit);
        }
    }
    depth
}
