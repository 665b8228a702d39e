//! Where the shadow of something high lies.

use super::shadow::{EVIDENT, odds};
use super::spectrum::Scene;

/// Metres above the ground between which clouds are looked for (Fmask, FORCE).
const HEIGHTS: (f64, f64) = (200.0, 12_000.0);
/// A sun lower than this casts shadows that are of no use.
const LOWEST_SUN: f64 = 5.0;
/// The line on which the shadow of a cloud lies, seen from the cloud.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ray {
    /// Columns and rows of one step, a unit vector.
    toward: (f64, f64),
    /// Steps, in pixels, from the nearest to the farthest that is plausible.
    pub(super) reach: (f64, f64),
}

impl Ray {
    /// Columns and rows after a distance in pixels.
    pub(super) fn shift(&self, distance: f64) -> (isize, isize) {
        ((self.toward.0 * distance).round() as isize, (self.toward.1 * distance).round() as isize)
    }

    /// From the sun and the view. A high cloud is itself displaced in the picture, away from the sensor.
    pub(super) fn of_sun(scene: &Scene) -> Option<Self> {
        let sun = scene.given.sun.filter(|sun| sun.elevation.is_finite() && sun.azimuth.is_finite())?;
        let per_metre = |zenith: f64, azimuth: f64| {
            let (length, azimuth) = (zenith.to_radians().tan(), azimuth.to_radians());
            (length * azimuth.sin(), -length * azimuth.cos())
        };
        let shadow = per_metre(90.0 - sun.elevation.clamp(LOWEST_SUN, 90.0), sun.azimuth);
        let view = scene.given.view.map_or((0.0, 0.0), |(zenith, azimuth)| per_metre(zenith.clamp(0.0, 60.0), azimuth));
        let (x, y) = (view.0 - shadow.0, view.1 - shadow.1);
        let length = x.hypot(y);
        // With the sensor in the sun's way shadows hide behind their clouds.
        (length > 1e-3).then(|| {
            let pixels = |metres: f64| metres * length / scene.given.pixel_m;
            Self { toward: (x / length, y / length), reach: (pixels(HEIGHTS.0), pixels(HEIGHTS.1)) }
        })
    }

    /// From the picture alone: the shift that brings clouds onto dark land best. `None` when no shift stands out.
    pub(super) fn of_best_shift(scene: &Scene, clouds: &[bool], dark: &[bool]) -> Option<Self> {
        let (width, height) = (scene.given.width, scene.given.height);
        let mut coarse = width.max(height).div_ceil(128).next_power_of_two();
        let pixels = |metres: f64| metres / scene.given.pixel_m;
        let far = (pixels(HEIGHTS.1 * 0.7) / coarse as f64).min(width.max(height) as f64 / coarse as f64 / 3.0).ceil() as isize;
        let open: Vec<bool> = (0..scene.len()).map(|i| scene.seen[i] && !clouds[i]).collect();
        let mut window = (-far..=far, -far..=far);
        let best = loop {
            let shares = |marks: &[bool]| shrunk(marks, width, coarse);
            let layers = Layers { cloud: shares(clouds), dark: shares(dark), open: shares(&open), width: width.div_ceil(coarse) };
            let best = layers.best(window.0, window.1);
            if coarse == 1 || best.z <= 0.0 {
                break best;
            }
            coarse /= 2;
            window = (best.x * 2 - 2..=best.x * 2 + 2, best.y * 2 - 2..=best.y * 2 + 2);
        };
        let length = (best.x as f64).hypot(best.y as f64);
        let evident = best.gain > EVIDENT && length >= 1.0;
        // Heights are as for a sun at 45 degrees.
        evident.then(|| Self {
            toward: (best.x as f64 / length, best.y as f64 / length),
            reach: (pixels(HEIGHTS.0), pixels(HEIGHTS.1).max(length * 1.5)),
        })
    }
}

/// Shares of marked pixels in squares of `factor`.
fn shrunk(marks: &[bool], width: usize, factor: usize) -> Vec<f32> {
    let (columns, height) = (width.div_ceil(factor), marks.len() / width);
    let mut shares = vec![0.0; columns * height.div_ceil(factor)];
    let each = 1.0 / (factor * factor) as f32;
    for (y, line) in marks.chunks_exact(width).enumerate() {
        let out = &mut shares[y / factor * columns..][..columns];
        line.iter().enumerate().filter(|(_, mark)| **mark).for_each(|(x, _)| out[x / factor] += each);
    }
    shares
}

struct Layers {
    cloud: Vec<f32>,
    dark: Vec<f32>,
    open: Vec<f32>,
    width: usize,
}

struct Shift {
    x: isize,
    y: isize,
    /// How far the clouds meet more dark land than by chance, in standard deviations.
    z: f64,
    /// The same as a factor of odds.
    gain: f64,
}

impl Layers {
    fn best(&self, xs: std::ops::RangeInclusive<isize>, ys: std::ops::RangeInclusive<isize>) -> Shift {
        let sum = |v: &[f32]| v.iter().map(|v| f64::from(*v)).sum::<f64>();
        let (clouds, base) = (sum(&self.cloud), (sum(&self.dark) / sum(&self.open).max(1e-9)).clamp(1e-4, 0.9));
        let mut best = Shift { x: 0, y: 0, z: 0.0, gain: 0.0 };
        for y in ys {
            for x in xs.clone().filter(|x| (*x, y) != (0, 0)) {
                let (dark, open) = self.overlap(x, y);
                // Of a shift that leaves nearly nothing to compare, chance is the likeliest reason.
                if open < 0.02 * clouds || open <= 0.0 {
                    continue;
                }
                let z = (dark - base * open) / (open * base * (1.0 - base)).sqrt();
                if z > best.z {
                    best = Shift { x, y, z, gain: odds(dark / open) / odds(base) };
                }
            }
        }
        best
    }

    /// Shifted cloud over dark and over open land.
    fn overlap(&self, x: isize, y: isize) -> (f64, f64) {
        let (width, height) = (self.width as isize, (self.cloud.len() / self.width) as isize);
        let (mut dark, mut open) = (0.0, 0.0);
        let columns = (0.max(-x)..width.min(width - x)).len();
        if columns == 0 {
            return (dark, open);
        }
        for row in 0.max(-y)..height.min(height - y) {
            let from = (row * width + 0.max(-x)) as usize;
            let to = ((row + y) * width + 0.max(x)) as usize;
            let products = |of: &[f32]| self.cloud[from..from + columns].iter().zip(&of[to..to + columns]).map(|(a, b)| a * b).sum::<f32>();
            dark += f64::from(products(&self.dark));
            open += f64::from(products(&self.open));
        }
        (dark, open)
    }
}
