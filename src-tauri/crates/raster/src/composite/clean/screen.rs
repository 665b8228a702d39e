//! Cloud and shadow that masks miss, by comparing each look of a pixel with the pixel's own series.
//!
//! The reference of a pixel is a low percentile of its looks, since what masks miss is mostly bright. As in MAJA's multi-temporal test a look is
//! cloud where its haze-optimised transform (blue - red / 2) exceeds that of the reference, unless the ground itself has changed: then red
//! rises more than blue, or the near infrared rises relatively more. It is shadow where the near infrared falls by a fifth and blue does
//! not rise. What departs up to some look or from some look on, and by nearly the same each time, is no cloud but the ground: harvest, snow, flood.

use std::ops::Range;

use super::super::network::Network;
use super::pick::{Piece, WARY};
use super::{LookPixels, PIECE, Roles};
use crate::ffi_cpu as ffi;

/// Without so many looks there is nothing to compare. Of two that differ as cloud and ground do, the ground is better than their mean.
pub(super) const LEAST: usize = 2;
/// Percentile of the series that looks are compared with.
const PERCENT: f32 = 30.0;

/// Departures in blue - red / 2 beyond this are cloud (0.012 in reflectance; MAJA's least threshold is 0.016), and in a single band beyond twice this
/// and half of the reference.
const CLOUD: i32 = 120;
/// In shadow the near infrared falls below so many fifths.
const SHADOW_FIFTHS: i32 = 4;
/// Where the near infrared is darker than this (water), nothing says what shadow is.
const DARK: i32 = 800;
/// Blue may rise by so much in shadow.
const SHADOW_BLUE: i32 = 60;

/// Compares looks with their series.
#[derive(Debug)]
pub(super) struct Screen {
    /// The band in which cloud is brightest against the ground, red where that is blue, and near infrared.
    bands: [Option<usize>; 3],
    network: Network,
    /// Of each look, what the reference may be made of.
    usable: Vec<Vec<u16>>,
    /// What looks are compared with, band by band; 0 where there is nothing.
    reference: [Vec<u16>; 3],
}

impl Screen {
    pub(super) fn new(looks: usize, roles: &Roles) -> Self {
        let short = roles.blue.or(roles.green).or(roles.red).or(roles.nir).or(roles.swir);
        let red = roles.red.filter(|_| roles.blue.is_some());
        let nir = roles.nir.or(roles.swir).filter(|nir| Some(*nir) != short);
        Self {
            bands: [short, red, nir],
            network: Network::for_percentile(looks, PERCENT),
            usable: vec![vec![0; PIECE]; looks],
            reference: std::array::from_fn(|_| vec![0; PIECE]),
        }
    }

    /// Finds the departures of some pixels.
    pub(super) fn run(&mut self, looks: &[LookPixels], order: &[usize], here: Range<usize>, piece: &mut Piece, grades: &[u8]) {
        let least = grades.last().copied().unwrap_or(0);
        for at in 0..self.bands.len() {
            self.refer(at, looks, order, here.clone(), &piece.levels, WARY.max(least));
        }
        let n = here.len();
        let [short, red, nir] = &self.reference;
        let against = [&short[..n], &red[..n], &nir[..n]];
        let nothing = [0; PIECE];
        for ((levels, departures), number) in piece.levels.iter().zip(&mut piece.departures).zip(order) {
            let of = |band: Option<usize>| band.map_or(&nothing[..n], |band| &looks[*number].bands[band][here.clone()]);
            let look = self.bands.map(of);
            ffi::departures(look, against, self.bands[1].is_some(), &levels[..n], &mut departures[..n]);
        }
        ffi::forgive(&piece.levels, &mut piece.departures, n);
    }

    /// The reference in a band, of looks that are far from cloud, else of all, and nowhere of fewer than [`LEAST`].
    fn refer(&mut self, at: usize, looks: &[LookPixels], order: &[usize], here: Range<usize>, levels: &[Vec<u8>], wary: u8) {
        let n = here.len();
        let Some(band) = self.bands[at] else {
            return;
        };
        let mut missing = [true; PIECE];
        let mut found = [0; PIECE];
        for limit in [wary, 0] {
            let mut counts = [0u16; PIECE];
            for ((usable, levels), number) in self.usable.iter_mut().zip(levels).zip(order) {
                ffi::beyond(&looks[*number].bands[band][here.clone()], &levels[..n], limit, &mut usable[..n], &mut counts[..n]);
            }
            let of_all: Vec<&[u16]> = self.usable.iter().map(|usable| &usable[..n]).collect();
            self.network.run(&of_all, &mut found[..n]);
            let mut left = false;
            for i in 0..n {
                let enough = usize::from(counts[i]) >= LEAST;
                if missing[i] {
                    self.reference[at][i] = if enough { found[i] } else { 0 };
                }
                missing[i] &= !enough;
                left |= missing[i];
            }
            if !left {
                break;
            }
        }
    }
}

/// Copies the pixels whose level exceeds a limit, 0 for others, and counts them.
#[inline(always)]
pub(crate) fn beyond(band: &[u16], levels: &[u8], limit: u8, out: &mut [u16], counts: &mut [u16]) {
    let n = out.len();
    let (band, levels, counts) = (&band[..n], &levels[..n], &mut counts[..n]);
    for i in 0..n {
        out[i] = band[i] & 0u16.wrapping_sub(u16::from(levels[i] > limit));
        counts[i] += u16::from(out[i] != 0);
    }
}

/// How far a look departs from the reference as only cloud (above 0) or shadow (below 0) does; 0 where it does not or there is nothing to
/// compare. Bands and reference: the shortest, red (if `hot`; of no meaning else) and near infrared, 0 where there is none.
#[inline(always)]
pub(crate) fn departures(look: [&[u16]; 3], against: [&[u16]; 3], hot: bool, levels: &[u8], out: &mut [i16]) {
    let n = out.len();
    let [short, red, nir] = look.map(|band| &band[..n]);
    let [short_ref, red_ref, nir_ref] = against.map(|band| &band[..n]);
    let levels = &levels[..n];
    for i in 0..n {
        let (s, r, v) = (i32::from(short[i]), i32::from(red[i]), i32::from(nir[i]));
        let (s0, r0, v0) = (i32::from(short_ref[i]), i32::from(red_ref[i]), i32::from(nir_ref[i]));
        let (ds, dr, dv) = (s - s0, r - r0, v - v0);
        let seen = (levels[i] != 0) & (s != 0) & (s0 != 0);
        // The ground became brighter in the near infrared by a larger factor: v / v0 > s / s0.
        let greener = (v as f32) * (s0 as f32) > (s as f32) * (v0 as f32);
        let (excess, cloud) = if hot {
            let excess = ds - (dr >> 1);
            (excess, (excess > CLOUD) & (2 * dr <= 3 * ds) & (r != 0) & (r0 != 0) & seen)
        } else {
            (ds, (ds > 2 * CLOUD + (s0 >> 1)) & seen)
        };
        let cloud = cloud & !(greener & (v0 != 0));
        let dark = (levels[i] != 0) & (v != 0) & (v0 > DARK) & (5 * v < SHADOW_FIFTHS * v0) & (ds <= SHADOW_BLUE);
        let bright = if cloud { excess } else { 0 };
        out[i] = (if dark { dv } else { bright }).clamp(-32_767, 32_767) as i16;
    }
}

/// Takes back departures that last: all looks from one on, or all up to one, and nearly the same each time.
#[inline(always)]
pub(crate) fn forgive(levels: &[Vec<u8>], departures: &mut [Vec<i16>], n: usize) {
    const LANES: usize = 64;
    for from in (0..n).step_by(LANES) {
        let here = from..(from + LANES).min(n);
        let mut total = [0i16; LANES];
        let mut any = false;
        for (levels, departures) in levels.iter().zip(departures.iter()) {
            for (i, at) in here.clone().enumerate() {
                total[i] += i16::from(levels[at] != 0);
                any |= departures[at] != 0;
            }
        }
        if any {
            forgive_run((0..levels.len()).rev(), levels, departures, here.clone(), &total);
            forgive_run(0..levels.len(), levels, departures, here, &total);
        }
    }

    #[inline(always)]
    fn forgive_run(
        looks: impl Iterator<Item = usize> + Clone,
        levels: &[Vec<u8>],
        departures: &mut [Vec<i16>],
        here: Range<usize>,
        total: &[i16; LANES],
    ) {
        let mut open = [true; LANES];
        // The run ends where cloud turns into shadow or the other way round: `first` has the sign that it begins with.
        let (mut count, mut first, mut low, mut high) = ([0i16; LANES], [0i16; LANES], [i32::MAX; LANES], [i32::MIN; LANES]);
        for look in looks.clone() {
            for (i, at) in here.clone().enumerate() {
                let (level, departure) = (levels[look][at], departures[look][at]);
                open[i] &= (level == 0) | ((departure != 0) & ((departure ^ first[i]) >= 0 || first[i] == 0));
                if open[i] & (level != 0) {
                    first[i] = departure;
                    count[i] += 1;
                    low[i] = low[i].min(i32::from(departure));
                    high[i] = high[i].max(i32::from(departure));
                }
            }
        }
        let mut lasting = [false; LANES];
        for i in 0..LANES {
            if count[i] > 0 {
                let enough = (count[i] >= 3) | ((count[i] >= 2) & (2 * count[i] >= total[i]));
                let same = (low[i] > 0) | (high[i] < 0);
                lasting[i] = enough & same & (2 * (high[i] - low[i]) <= low[i].abs().min(high[i].abs()));
            }
        }
        if !lasting.contains(&true) {
            return;
        }
        let mut open = lasting;
        for look in looks {
            for (i, at) in here.clone().enumerate() {
                open[i] &= (levels[look][at] == 0) | ((departures[look][at] != 0) & ((departures[look][at] ^ first[i]) >= 0));
                if open[i] {
                    departures[look][at] = 0;
                }
            }
        }
    }
}
