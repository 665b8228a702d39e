//! Means: sums that run along as looks are fed.

use swath_domain::Sensor;

use super::{Composite, LookPixels};
use crate::ffi_cpu as ffi;

/// Mean weighted by distance to cloud and nearness in time, after WASP (CNES), from what a look tells.
///
/// The weight is the product of two, as an integer of at least 1 in 65 535ths: Φ(d / 480 m) · Φ(d / 2400 m) with d the distance to the nearest
/// pixel that cannot be used and Φ the share of a normal distribution below (what WASP's blurred masks give along a straight edge of
/// cloud), and a share that falls from 1 on the target's day to 0.5 at the window's end and beyond.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedMean {
    /// The day that looks should be near, in days since 1970-01-01.
    pub day: i32,
    /// Days from the target to the window's end; at least 1.
    pub window_days: f32,
}

impl WeightedMean {
    /// Weight of each distance byte in a look of that day.
    fn table(&self, day: i32) -> Vec<u32> {
        let away = (f64::from(day) - f64::from(self.day)).abs() / f64::from(self.window_days).max(1.0);
        let near = 1.0 - 0.5 * away.min(1.0);
        let cloud = |d: f64| share_below(d / 480.0) * share_below(d / 2400.0);
        (0..=255).map(|d| (65_535.0 * near * cloud(f64::from(d) * 20.0)).round().max(1.0) as u32).collect()
    }
}

/// Share of a normal distribution below so many standard deviations (>= 0), to 1e-7: Abramowitz and Stegun 26.2.17.
fn share_below(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * x);
    let series = t * (0.319_381_530 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    1.0 - (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt() * series
}

/// Sums so far.
#[derive(Debug)]
pub(super) struct Sums {
    weights: Option<WeightedMean>,
    /// Power of each decibel number, once a look of radar is there.
    power: Option<Vec<u64>>,
    sums: Vec<Vec<u64>>,
    /// Per band, since a look may lack one.
    weight: Vec<Vec<u32>>,
    /// The number of the only whole look, while there is one.
    only: Vec<u16>,
}

/// What is no look's number, for a pixel of several.
const SEVERAL: u16 = u16::MAX;

impl Sums {
    pub(super) fn new(weights: Option<&WeightedMean>, bands: usize, pixels: usize) -> Self {
        Self {
            weights: weights.cloned(),
            power: None,
            sums: vec![vec![0; pixels]; bands],
            weight: vec![vec![0; pixels]; bands],
            only: vec![0; pixels],
        }
    }

    /// Takes a look; `whole` has all bits where it is whole, else none.
    pub(super) fn feed(&mut self, look: &LookPixels, whole: &[u16]) {
        let radar = matches!(look.about.sensor, Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc);
        if radar && self.weights.is_none() && self.power.is_none() {
            self.power = Some(powers());
        }
        let table = self.weights.as_ref().map(|w| w.table(look.about.day));
        for ((pixels, sums), weight) in look.bands.iter().zip(&mut self.sums).zip(&mut self.weight) {
            match (&self.power, &table) {
                (_, Some(table)) => {
                    let known = |at: usize| look.distance.get(at).map_or(255, |d| usize::from(*d));
                    let weights: Vec<u32> = (0..pixels.len()).map(|at| table[known(at)]).collect();
                    ffi::add_weighted(pixels, &weights, sums, weight);
                }
                (Some(power), None) => {
                    for ((pixel, sum), count) in pixels.iter().zip(sums).zip(weight) {
                        // No overflow below 1800 looks of the greatest power that a number can stand for.
                        *sum = sum.saturating_add(power[usize::from(*pixel)]);
                        *count += u32::from(*pixel != 0);
                    }
                }
                (None, None) => ffi::add(pixels, sums, weight),
            }
        }
        for (only, whole) in self.only.iter_mut().zip(whole) {
            let next = if *only == 0 { look.number } else { SEVERAL };
            *only = (next & whole) | (*only & !whole);
        }
    }

    pub(super) fn finish(mut self) -> Composite {
        let mut bands = Vec::with_capacity(self.sums.len());
        for (sums, weight) in self.sums.iter().zip(&self.weight) {
            let mut band = vec![0; sums.len()];
            match &self.power {
                Some(_) => band.iter_mut().zip(sums.iter().zip(weight)).for_each(|(out, (sum, count))| *out = decibels(*sum, *count)),
                None => ffi::divide(sums, weight, &mut band),
            }
            bands.push(band);
        }
        self.only.iter_mut().filter(|only| **only == SEVERAL).for_each(|only| *only = 0);
        Composite { bands, source: self.only, ..Composite::default() }
    }
}

/// Steps of power in 1.
const POWER: f64 = 281_474_976_710_656.0;

/// The power of each number that stands for decibels, in steps of 2⁻⁴⁸; 0 for 0.
fn powers() -> Vec<u64> {
    let power = |code: u32| (10f64.powf((f64::from(code) / 1000.0 - 50.0) / 10.0) * POWER).round() as u64;
    (0..=65_535).map(|code| if code == 0 { 0 } else { power(code) }).collect()
}

/// The number for a mean of power; 0 of none.
fn decibels(sum: u64, count: u32) -> u16 {
    let mean = sum as f64 / POWER / f64::from(count.max(1));
    if count == 0 { 0 } else { ((10.0 * mean.log10() + 50.0) * 1000.0).round_ties_even().clamp(1.0, 65_535.0) as u16 }
}

/// Adds a look to sums and counts. Inlined into one function per kind of CPU.
#[inline(always)]
pub(crate) fn add(pixels: &[u16], sums: &mut [u64], counts: &mut [u32]) {
    for ((pixel, sum), count) in pixels.iter().zip(sums).zip(counts) {
        *sum += u64::from(*pixel);
        *count += u32::from(*pixel != 0);
    }
}

/// Adds a weighted look to sums and weights. Inlined into one function per kind of CPU.
#[inline(always)]
pub(crate) fn add_weighted(pixels: &[u16], weights: &[u32], sums: &mut [u64], weight: &mut [u32]) {
    for (((pixel, w), sum), weight) in pixels.iter().zip(weights).zip(sums).zip(weight) {
        *sum += u64::from(*w * u32::from(*pixel));
        *weight += *w & 0u32.wrapping_sub(u32::from(*pixel != 0));
    }
}

/// Quotients, halves to even; 0 where nothing was added. Inlined into one function per kind of CPU.
#[inline(always)]
pub(crate) fn divide(sums: &[u64], weights: &[u32], out: &mut [u16]) {
    for ((sum, weight), out) in sums.iter().zip(weights).zip(out) {
        let weight = u64::from(*weight);
        let by = weight.max(1);
        let (floor, rest) = (*sum / by, *sum % by);
        let up = 2 * rest > by || (2 * rest == by && floor % 2 == 1);
        *out = if weight == 0 { 0 } else { (floor + u64::from(up)) as u16 };
    }
}
