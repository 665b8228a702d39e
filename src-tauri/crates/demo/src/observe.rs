//! What the satellite sees on one date: the land of that day through the sky, as numbers of baseline 05.11.

use rayon::prelude::*;

use crate::land::Land;
use crate::noise::{hash, normal};
use crate::sky::Sky;
use crate::weather::Weather;

/// Added to every valid number since baseline 04.00.
const OFFSET: f32 = 1000.0;

/// Bands in the order of [`crate::land::Spectrum`]: how sky and season act on each.
struct Response {
    /// Thin cloud scatters more at short wavelengths.
    thin: f32,
    /// Cumulus as bright as can be, reflectance times 10 000.
    white: f32,
    /// Cirrus.
    veil: f32,
    /// Light that is left in full shadow: the blue sky still shines.
    dusk: f32,
    /// Share of the season's change.
    season: f32,
}

const RESPONSES: [Response; 5] = [
    Response { thin: 0.30, white: 8300.0, veil: 6400.0, dusk: 0.56, season: -0.15 },
    Response { thin: 0.22, white: 8100.0, veil: 6300.0, dusk: 0.49, season: -0.15 },
    Response { thin: 0.15, white: 8200.0, veil: 6300.0, dusk: 0.44, season: -0.35 },
    Response { thin: 0.05, white: 8300.0, veil: 6400.0, dusk: 0.38, season: 1.0 },
    Response { thin: 0.00, white: 5200.0, veil: 3600.0, dusk: 0.32, season: -0.50 },
];

/// What one date needs to know besides land and sky.
pub(crate) struct Look<'a> {
    pub(crate) land: &'a Land,
    pub(crate) sky: &'a Sky,
    pub(crate) weather: &'a Weather,
    pub(crate) seed: u32,
    /// Largest change of near infrared by the season, reflectance.
    pub(crate) phenology: f64,
}

impl Look<'_> {
    /// The four 10 m bands as stored; 0 beyond the edge of the swath.
    pub(crate) fn fine(&self) -> [Vec<u16>; 4] {
        let n = self.land.pixels;
        let mut bands: [Vec<u16>; 4] = std::array::from_fn(|_| vec![0; n * n]);
        let [blue, green, red, nir] = &mut bands;
        let rows = blue.par_chunks_mut(n).zip(green.par_chunks_mut(n)).zip(red.par_chunks_mut(n).zip(nir.par_chunks_mut(n)));
        rows.enumerate().for_each(|(row, ((b, g), (r, i)))| self.fine_row(row, [b, g, r, i]));
        bands
    }

    fn fine_row(&self, row: usize, mut out: [&mut [u16]; 4]) {
        let (n, half) = (self.land.pixels, self.sky.half);
        let clear = self.sky.is_clear();
        let missing = |column: usize| self.missing(column, row, n);
        // The sky is interpolated from its 20 m pixels; this pixel's centre lies a quarter of one from the nearest centre.
        let nearer = row / 2;
        let other = if row.is_multiple_of(2) { nearer.saturating_sub(1) } else { (nearer + 1).min(half - 1) };
        for column in 0..n {
            if missing(column) {
                continue;
            }
            let at = row * n + column;
            let through = if clear {
                None
            } else {
                let c = column / 2;
                let beside = if column.is_multiple_of(2) { c.saturating_sub(1) } else { (c + 1).min(half - 1) };
                let (near, far) = (nearer * half, other * half);
                Some(Through::between(self.sky, [near + c, near + beside, far + c, far + beside]))
            };
            let season = f32::from(self.land.season[at]) * self.weather.season * (self.phenology * 100.0) as f32;
            for (band, row) in out.iter_mut().enumerate() {
                let ground = f32::from(self.land.fine[band][at]) + season * RESPONSES[band].season;
                row[column] = self.stored(band, at, reach(band, ground, through.as_ref()));
            }
        }
    }

    /// swir16 at 20 m as stored.
    pub(crate) fn swir(&self) -> Vec<u16> {
        let (n, half) = (self.land.pixels, self.sky.half);
        let mut out = vec![0; half * half];
        out.par_chunks_mut(half).enumerate().for_each(|(row, line)| {
            for (column, value) in line.iter_mut().enumerate() {
                if self.missing(column, row, half) {
                    continue;
                }
                let (at, first) = (row * half + column, 2 * row * n + 2 * column);
                let season: f32 = [first, first + 1, first + n, first + n + 1].iter().map(|&i| f32::from(self.land.season[i])).sum();
                let change = season / 4.0 * self.weather.season * (self.phenology * 100.0) as f32;
                let through = (!self.sky.is_clear()).then(|| Through::between(self.sky, [at; 4]));
                let ground = f32::from(self.land.swir[at]) + change * RESPONSES[4].season;
                *value = self.stored(4, at, reach(4, ground, through.as_ref()));
            }
        });
        out
    }

    /// Whether the middle of a pixel lies beyond the edge of the swath, on a grid of `n` pixels a side.
    pub(crate) fn missing(&self, column: usize, row: usize, n: usize) -> bool {
        let share = |i: usize| (i as f64 + 0.5) / n as f64;
        self.weather.edge.is_some_and(|edge| edge.hides(share(column), 1.0 - share(row)))
    }

    /// Sensor noise, offset, whole numbers. A valid pixel is never 0.
    fn stored(&self, band: usize, at: usize, reflectance: f32) -> u16 {
        let bits = hash(self.seed ^ (band as u32).wrapping_mul(0x51ED_270B), at as i32, self.weather.index as i32);
        let noise = normal(bits) * (7.0 + 0.004 * reflectance);
        (reflectance + noise + OFFSET).round().clamp(1.0, 20_000.0) as u16
    }
}

/// The sky above one pixel.
struct Through {
    cumulus: f32,
    white: f32,
    shadow: f32,
    veil: f32,
}

impl Through {
    /// Weights of the nearest 20 m pixel, the two beside it and the one across.
    fn between(sky: &Sky, at: [usize; 4]) -> Self {
        let [a, b, c, d] = at;
        let of = |l: &[f32]| if l.is_empty() { 0.0 } else { 0.5625 * l[a] + 0.1875 * (l[b] + l[c]) + 0.0625 * l[d] };
        Self { cumulus: of(&sky.cumulus), white: of(&sky.white), shadow: of(&sky.shadow), veil: of(&sky.veil) }
    }
}

/// Reflectance times 10 000 as it reaches the sensor. Opacity `a` acts as `a (1 + thin (1 - a))` in a band, so that thin cloud is bluish and
/// thick cloud white.
fn reach(band: usize, ground: f32, sky: Option<&Through>) -> f32 {
    let (Some(sky), r) = (sky, &RESPONSES[band]) else { return ground };
    let lit = ground * (1.0 - (1.0 - r.dusk) * sky.shadow);
    let cumulus = sky.cumulus * (1.0 + r.thin * (1.0 - sky.cumulus));
    let veil = sky.veil * (1.0 + r.thin * (1.0 - sky.veil));
    let below = lit + (r.white * sky.white - lit) * cumulus;
    below + (r.veil - below) * veil
}
