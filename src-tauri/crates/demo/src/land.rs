//! The land without clouds: a coast, a river, hills with woods, farmland and a town, pixel by pixel.

mod parcels;
mod relief;
mod spectra;
mod surface;
mod town;

use rayon::prelude::*;
use swath_domain::{Monitor, Report, Stop};

use crate::options::LAND_PIECES;
use crate::{DemoError, DemoOptions};
use relief::{Layout, Relief, SPACING, between};

pub(crate) use spectra::Spectrum;

/// Reflectance in the four 10 m bands and one 20 m band, times 10 000, in the middle of the period; and what the sky and the season need
/// to know about the ground.
pub(crate) struct Land {
    /// Pixels a side at 10 m.
    pub(crate) pixels: usize,
    /// Blue, green, red, nir, in reading order, at least 1.
    pub(crate) fine: [Vec<u16>; 4],
    /// swir16 at 20 m.
    pub(crate) swir: Vec<u16>,
    /// Course of the season at 10 m: -100 ripens, 100 grows.
    pub(crate) season: Vec<i8>,
    /// What a perfect scene classification says at 20 m: 4 vegetation, 5 bare, 6 water.
    pub(crate) class: Vec<u8>,
    /// Whether a 20 m pixel is mostly a roof as bright as a cloud.
    pub(crate) roof: Vec<bool>,
}

/// Rows of 20 m pixels made together: small enough that progress is smooth on small areas.
const STRIP: usize = 5;

impl Land {
    /// The landscape of a seed. Reports [`LAND_PIECES`] steps.
    pub(crate) fn make(options: &DemoOptions, monitor: &dyn Monitor) -> Result<Self, Stop<DemoError>> {
        let n = options.pixels as usize;
        let half = n / 2;
        let layout = Layout { seed: (options.seed ^ options.seed >> 32) as u32, side: f64::from(options.pixels) * 10.0 };
        let mut land = Self {
            pixels: n,
            fine: std::array::from_fn(|_| vec![0; n * n]),
            swir: vec![0; half * half],
            season: vec![0; n * n],
            class: vec![0; half * half],
            roof: vec![false; half * half],
        };
        let strips = half.div_ceil(STRIP);
        let [blue, green, red, nir] = &mut land.fine;
        let fine = 2 * STRIP * n;
        let coarse = STRIP * half;
        let outputs: Vec<_> = blue
            .chunks_mut(fine)
            .zip(green.chunks_mut(fine))
            .zip(red.chunks_mut(fine).zip(nir.chunks_mut(fine)))
            .zip(land.season.chunks_mut(fine))
            .zip(land.swir.chunks_mut(coarse))
            .zip(land.class.chunks_mut(coarse).zip(land.roof.chunks_mut(coarse)))
            .enumerate()
            .map(|(i, (((((b, g), (r, n)), season), swir), (class, roof)))| Strip {
                first: i * STRIP,
                fine: [b, g, r, n],
                season,
                swir,
                class,
                roof,
            })
            .collect();
        let mut outputs = outputs.into_iter();
        for piece in 0..LAND_PIECES as usize {
            if monitor.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            let pieces = LAND_PIECES as usize;
            let count = strips * (piece + 1) / pieces - strips * piece / pieces;
            let batch: Vec<_> = outputs.by_ref().take(count).collect();
            batch.into_par_iter().for_each(|strip| strip.fill(&layout, half));
            monitor.report(Report::Advanced(1));
        }
        Ok(land)
    }
}

/// Some rows of 20 m pixels and the 10 m pixels in them.
struct Strip<'a> {
    first: usize,
    fine: [&'a mut [u16]; 4],
    season: &'a mut [i8],
    swir: &'a mut [u16],
    class: &'a mut [u8],
    roof: &'a mut [bool],
}

/// Samples a side of a 10 m pixel, so that edges are mixed as a sensor mixes them.
const SAMPLES: usize = 2;

impl Strip<'_> {
    fn fill(mut self, layout: &Layout, half: usize) {
        let (n, rows, columns) = (2 * half, self.swir.len() / half, half + 1);
        // Rows run southwards, the layout northwards.
        let north = |row: f64| layout.side - row;
        let node = |row: usize, column: usize| layout.relief(column as f64 * SPACING, north((self.first + row) as f64 * SPACING));
        let nodes: Vec<Relief> =
            (0..=rows).flat_map(|row| (0..columns).map(move |column| (row, column))).map(|(r, c)| node(r, c)).collect();
        for (row, column) in (0..rows).flat_map(|row| (0..half).map(move |column| (row, column))) {
            let at = row * columns + column;
            let corners = [&nodes[at], &nodes[at + 1], &nodes[at + columns], &nodes[at + columns + 1]];
            let (mut swir, mut water, mut roof, mut red, mut nir) = (0.0, 0, 0, 0.0, 0.0);
            for (dy, dx) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                let mut sum: Spectrum = [0.0; 5];
                let mut season = 0;
                for (sy, sx) in (0..SAMPLES).flat_map(|sy| (0..SAMPLES).map(move |sx| (sy, sx))) {
                    let part = |pixel: usize, sample: usize| (pixel as f64 + (sample as f64 + 0.5) / SAMPLES as f64) / 2.0;
                    let (tx, ty) = (part(dx, sx), part(dy, sy));
                    let x = (column as f64 + tx) * SPACING;
                    let y = north(((self.first + row) as f64 + ty) * SPACING);
                    let ground = layout.ground(x, y, &between(corners, tx as f32, ty as f32));
                    for (s, v) in sum.iter_mut().zip(ground.spectrum) {
                        *s += v / (SAMPLES * SAMPLES) as f32;
                    }
                    season += i32::from(ground.season);
                    water += u32::from(ground.water);
                    roof += u32::from(ground.bright_roof);
                }
                let pixel = (2 * row + dy) * n + 2 * column + dx;
                for (band, value) in self.fine.iter_mut().zip(sum) {
                    band[pixel] = value.round().clamp(1.0, 10_000.0) as u16;
                }
                self.season[pixel] = (season / (SAMPLES * SAMPLES) as i32) as i8;
                (swir, red, nir) = (swir + sum[4] / 4.0, red + sum[2], nir + sum[3]);
            }
            let (pixel, samples) = (row * half + column, (4 * SAMPLES * SAMPLES) as u32);
            self.swir[pixel] = swir.round().clamp(1.0, 10_000.0) as u16;
            self.roof[pixel] = 2 * roof >= samples;
            let green = (nir - red) / (nir + red).max(1.0) > 0.42;
            self.class[pixel] = if 2 * water >= samples { 6 } else { 5 - u8::from(green) };
        }
    }
}
