//! One named date: its image is kept, and what cloud hides in it comes from other dates.
//!
//! Next to a hole the kept image is not to be trusted (haze, the cloud's own light), so nothing is fitted to a hole's rim. Instead
//!
//! 1. [`normalise`] finds, once for the whole area on coarse pixels, what brings every other look to the level of the kept one: from context
//!    far from any cloud, and from where that shows the least haze;
//! 2. [`fill`] takes, pixel by pixel, the mean of the other looks so corrected and then screened, weighted by nearness in time, distance from
//!    cloud and how well each look agrees with the kept one at all.
//!
//! Step 2 never looks at neighbours, so it does not matter how the output is cut into blocks. The order in which looks are given is
//! irrelevant to both. Pixels that were clear come out as they went in, and [`how`] marks all others.

mod normalise;
#[cfg(test)]
mod tests;

use super::LookPixels;
use super::clean::{Clean, Roles, select};
pub use normalise::normalise;

/// How a pixel came to be where it is not simply clear. Numbers below 100 are grades, see [`Chosen::grade`](super::clean::Chosen::grade).
pub mod how {
    /// Nothing is known.
    pub const NONE: u8 = 0;
    /// A clear pixel of the kept date.
    pub const KEPT: u8 = 1;
    /// A pixel of the kept date so near to cloud that it would have been filled, had any other look been clear.
    pub const NEAR_CLOUD: u8 = 100;
    /// Weighted mean of several other looks, or the only one.
    pub const MEAN: u8 = 101;
    /// Linear in time between one look before and one after.
    pub const LINEAR: u8 = 102;
    /// The look nearest in time.
    pub const NEAREST: u8 = 103;
    /// A smooth curve through all looks.
    pub const SMOOTH: u8 = 104;
    /// Neighbours that look alike on another date.
    pub const SIMILAR: u8 = 105;
}

/// What brings a look to the level of the kept one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FillCorrection {
    /// The look's number.
    pub number: u16,
    /// What is added to each band, in reflectance x 10 000.
    pub offset: Vec<i32>,
    /// How far the look lies from the kept one on clear ground, for each band: median absolute difference, reflectance x 10 000.
    pub noise: Vec<u16>,
}

/// A filled image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filled {
    /// One vector per band; 0 where nothing is known.
    pub bands: Vec<Vec<u16>>,
    /// How each pixel came to be, see [`how`].
    pub how: Vec<u8>,
    /// Number of the look that gave the pixel, or most of it; 0 where nothing is known.
    pub source: Vec<u16>,
    /// Number of looks that went into the pixel.
    pub count: Vec<u16>,
    /// Number of other looks that the screening dropped, at most 255.
    pub rejected: Vec<u8>,
}

/// Pixels of the kept look that lie no farther than this from anything unusable are filled too: 240 m in units of the distance byte.
pub const RIM: u8 = 12;
/// Days after which the weight of a look has fallen to 0.6.
const DAYS: f64 = 16.0;
/// Distance (in distance bytes: 720 m) from which on cloud does not lower the weight of a pixel.
const FAR: f64 = 36.0;
/// Noise below which looks are equally good, and that of looks of which nothing is known.
const LEAST_NOISE: u16 = 10;
const UNKNOWN_NOISE: u16 = 200;

/// Keeps `target` and fills its holes from other looks: pixels that lack a band or lie no farther than `rim` (in units of the distance byte)
/// from anything unusable; all other pixels stay bit by bit.
///
/// `others` are as their masks leave them, neither balanced nor chosen among: looks are corrected first, and screened then, if `screen` says
/// so. Where the screening leaves nothing, the result is linear in time, or the nearest look; where there is nothing at all, a pixel near
/// cloud stays. Looks without a correction are taken as they are. All looks hold the same bands and pixels.
///
/// # Panics
/// When looks differ in their number of bands or pixels, or a role names a band that is not there.
pub fn fill(target: &LookPixels, others: &[LookPixels], corrections: &[FillCorrection], roles: &Roles, screen: bool, rim: u8) -> Filled {
    let (bands, pixels) = (target.bands.len(), target.bands.first().map_or(0, Vec::len));
    let equal = |l: &LookPixels| l.bands.len() == bands && l.bands.iter().all(|b| b.len() == pixels);
    assert!(others.iter().all(equal), "looks of equal shape");
    let corrected = corrected(others, corrections);
    let (screened, mut rejected) = screened(&corrected, roles, screen);
    rejected.resize(pixels, 0);
    let mut filled = Filled {
        bands: target.bands.clone(),
        how: vec![how::KEPT; pixels],
        source: vec![target.number; pixels],
        count: vec![1; pixels],
        rejected,
    };
    let helpers = Helper::all(&screened, corrections, target.about.day);
    let in_time = Helper::all(&corrected, corrections, target.about.day);
    let mut spectrum = vec![0; bands];
    for at in 0..pixels {
        let here = whole(target, at);
        if here && distance(target, at) > rim {
            continue;
        }
        let found = mean(&helpers, at, &mut spectrum).or_else(|| linear(&in_time, target.about.day, at, &mut spectrum));
        let (code, source, count) = match found {
            Some(found) => found,
            None if here => {
                filled.how[at] = how::NEAR_CLOUD;
                continue;
            }
            None => {
                spectrum.fill(0);
                (how::NONE, 0, 0)
            }
        };
        filled.bands.iter_mut().zip(&spectrum).for_each(|(band, value)| band[at] = *value);
        (filled.how[at], filled.source[at], filled.count[at]) = (code, source, count);
    }
    filled
}

/// Looks at the target's level. What is valid stays valid.
fn corrected(looks: &[LookPixels], corrections: &[FillCorrection]) -> Vec<LookPixels> {
    let mut looks = looks.to_vec();
    for look in &mut looks {
        let Some(correction) = corrections.iter().find(|c| c.number == look.number) else {
            continue;
        };
        for (band, offset) in look.bands.iter_mut().zip(&correction.offset) {
            band.iter_mut().filter(|v| **v != 0).for_each(|v| *v = (i32::from(*v) + offset).clamp(1, 65_535) as u16);
        }
    }
    looks
}

/// What departs from its series as cloud and shadow do is dropped, also where that leaves nothing; and how many looks were dropped.
fn screened(looks: &[LookPixels], roles: &Roles, screen: bool) -> (Vec<LookPixels>, Vec<u8>) {
    let mut looks = looks.to_vec();
    if !screen || looks.is_empty() {
        let pixels = looks.first().and_then(|l| l.bands.first()).map_or(0, Vec::len);
        return (looks, vec![0; pixels]);
    }
    let chosen = select(&mut looks, roles, &Clean { grades: vec![0], screen: true });
    for band in looks.iter_mut().flat_map(|look| &mut look.bands) {
        band.iter_mut().zip(&chosen.grade).filter(|(_, grade)| **grade > 1).for_each(|(v, _)| *v = 0);
    }
    (looks, chosen.rejected)
}

/// Whether no band is missing.
pub(super) fn whole(look: &LookPixels, at: usize) -> bool {
    look.bands.iter().all(|band| band[at] != 0)
}

/// The distance byte.
pub(super) fn distance(look: &LookPixels, at: usize) -> u8 {
    look.distance.get(at).copied().unwrap_or(255)
}

/// A corrected look, and what it counts for.
pub(super) struct Helper<'a> {
    pub(super) look: &'a LookPixels,
    /// For each band, by distance byte. Integers, at most 2^36, so that the sum of a thousand looks is exact.
    weights: Vec<Vec<u64>>,
}

impl<'a> Helper<'a> {
    /// In order of their numbers.
    pub(super) fn all(looks: &'a [LookPixels], corrections: &[FillCorrection], day: i32) -> Vec<Self> {
        let noise = |look: &LookPixels| corrections.iter().find(|c| c.number == look.number).map_or(&[][..], |c| &c.noise);
        let mut all: Vec<Self> = looks.iter().map(|look| Self::new(look, noise(look), day)).collect();
        all.sort_by_key(|h| h.look.number);
        all
    }

    fn new(look: &'a LookPixels, noise: &[u16], day: i32) -> Self {
        let away = (f64::from(look.about.day) - f64::from(day)) / DAYS;
        let near = (-away * away / 2.0).exp();
        let of_band = |band: usize| {
            let agrees = f64::from(LEAST_NOISE) / f64::from(noise.get(band).copied().unwrap_or(UNKNOWN_NOISE).max(LEAST_NOISE));
            let weight = |d: u32| 68_719_476_736.0 * near * (f64::from(d) / FAR).clamp(0.02, 1.0) * agrees * agrees;
            (0..=255).map(|d| (weight(d).round() as u64).max(1)).collect()
        };
        Self { look, weights: (0..look.bands.len()).map(of_band).collect() }
    }

    fn value(&self, band: usize, at: usize) -> u64 {
        u64::from(self.look.bands[band][at])
    }
}

/// Kind, source and count of a pixel that was found.
type Found = (u8, u16, u16);

/// Weighted mean of the looks that are whole, halves to even.
pub(super) fn mean(helpers: &[Helper], at: usize, out: &mut [u16]) -> Option<Found> {
    let (mut source, mut most, mut count) = (0, 0, 0);
    for helper in helpers.iter().filter(|h| whole(h.look, at)) {
        let d = usize::from(distance(helper.look, at));
        let weight: u64 = helper.weights.iter().map(|w| w[d]).sum();
        count += 1;
        if weight > most {
            (source, most) = (helper.look.number, weight);
        }
    }
    if count == 0 {
        return None;
    }
    for (band, out) in out.iter_mut().enumerate() {
        let (mut sum, mut by) = (0, 0);
        for helper in helpers.iter().filter(|h| whole(h.look, at)) {
            let weight = helper.weights[band][usize::from(distance(helper.look, at))];
            sum += weight * helper.value(band, at);
            by += weight;
        }
        *out = halves_to_even(sum, by) as u16;
    }
    Some((how::MEAN, source, count))
}

/// Between the nearest looks before and after, or from the nearest one.
fn linear(helpers: &[Helper], day: i32, at: usize, out: &mut [u16]) -> Option<Found> {
    let there = || helpers.iter().filter(|h| whole(h.look, at));
    let before = there().filter(|h| h.look.about.day <= day).max_by_key(|h| (h.look.about.day, std::cmp::Reverse(h.look.number)));
    let after = there().filter(|h| h.look.about.day > day).min_by_key(|h| (h.look.about.day, h.look.number));
    let days = |h: &Helper| u64::from(h.look.about.day.abs_diff(day));
    match (before, after) {
        (Some(a), Some(b)) => {
            let (from_a, from_b) = (days(a), days(b));
            for (band, out) in out.iter_mut().enumerate() {
                *out = halves_to_even(a.value(band, at) * from_b + b.value(band, at) * from_a, from_a + from_b) as u16;
            }
            let source = if from_b < from_a { b } else { a };
            Some((how::LINEAR, source.look.number, 2))
        }
        (Some(only), None) | (None, Some(only)) => {
            out.iter_mut().enumerate().for_each(|(band, out)| *out = only.value(band, at) as u16);
            Some((how::NEAREST, only.look.number, 1))
        }
        (None, None) => None,
    }
}

/// Quotient of integers, halves to the even one.
pub(super) fn halves_to_even(sum: u64, by: u64) -> u64 {
    let (floor, rest) = (sum / by, sum % by);
    floor + u64::from(2 * rest > by || (2 * rest == by && floor % 2 == 1))
}
