//! The best available pixel: each look gets a score, and the best one is taken whole.
//!
//! The scores follow Griffiths et al. 2013 ("A pixel-based Landsat compositing algorithm for large area land cover mapping") with the
//! formulas of FORCE. Each lies between 0 and 1, and the look's score is their mean by [`Weights`]:
//!
//! | score | formula |
//! |---|---|
//! | day | exp(-d² / 2σ²), d days from the target's day in the nearest year, σ so that it is 0.01 at the window's end |
//! | year | the same of a third of the window for each year between |
//! | cloud | 1 / (1 + exp(-10/D (d - D/2))), d metres from the nearest pixel that cannot be used, D = 3000 m |
//! | haze | 1 / (1 + exp(10/200 (h + 150))), h = blue - red / 2 - 800 |
//! | opacity | 1 less the share of the area that is cloud: a veil seldom ends where its mask does |
//! | view | 1 / (1 + exp(10/7.5° (v - 7.5°/2))), v degrees from the vertical; 0 where unknown |
//! | sensor | 1 for the preferred sensor, else 0 |
//!
//! No look is left out for a low score, since a pixel that has any look shall not become empty.

use swath_domain::Sensor;

use super::LookPixels;

/// What makes a look good.
#[derive(Debug, Clone, PartialEq)]
pub struct BestPixel {
    /// The day that looks should be near, in days since 1970-01-01.
    pub day: i32,
    /// Days from the target to the window's end, at which the score for the day is 0.01; at least 1.
    pub window_days: f32,
    /// Numbers of the blue and the red band, from 0, for haze; without them that weight counts as 0.
    pub blue_red: Option<(usize, usize)>,
    /// The preferred sensor; without one that weight counts as 0.
    pub sensor: Option<Sensor>,
    /// How much each score counts.
    pub weights: Weights,
}

/// How much each score counts; negative weights count as 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Nearness to the target's day of the year.
    pub day: f32,
    /// Nearness to the target's year.
    pub year: f32,
    /// Distance from cloud.
    pub cloud: f32,
    /// Freedom from haze.
    pub haze: f32,
    /// How little of the area is cloud.
    pub opacity: f32,
    /// View from straight above.
    pub view: f32,
    /// The preferred sensor.
    pub sensor: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self { day: 1.0, year: 1.0, cloud: 0.4, haze: 0.3, opacity: 0.0, view: 0.0, sensor: 0.0 }
    }
}

impl BestPixel {
    /// With the usual weights.
    pub fn near(day: i32, window_days: f32) -> Self {
        Self { day, window_days, blue_red: None, sensor: None, weights: Weights::default() }
    }
}

/// Scores are counted in steps of 2⁻²⁴, so that their sums are exact.
const ONE: f64 = 16_777_216.0;
/// Metres between steps of the distance byte.
const STEP_M: f64 = 20.0;
const YEAR_DAYS: f64 = 365.242_5;
/// Haze, in halves of a 10 000th of reflectance, over which its score goes from 1 to 0 but for less than 1e-8.
const HAZE: std::ops::RangeInclusive<i32> = -1100..=500;

/// The scores of a composite, as tables.
#[derive(Debug)]
pub(super) struct Scores {
    wanted: BestPixel,
    total: f64,
    cloud: Vec<u32>,
    haze: Option<(usize, usize, Vec<u32>)>,
}

impl Scores {
    pub(super) fn new(wanted: &BestPixel, bands: usize) -> Self {
        let mut wanted = wanted.clone();
        let w = &mut wanted.weights;
        for weight in [&mut w.day, &mut w.year, &mut w.cloud, &mut w.haze, &mut w.opacity, &mut w.view, &mut w.sensor] {
            *weight = weight.max(0.0);
        }
        if let Some((blue, red)) = wanted.blue_red {
            assert!(blue < bands && red < bands, "haze from bands that are there");
        } else {
            wanted.weights.haze = 0.0;
        }
        if wanted.sensor.is_none() {
            wanted.weights.sensor = 0.0;
        }
        let w = wanted.weights;
        let total: f64 = [w.day, w.year, w.cloud, w.haze, w.opacity, w.view, w.sensor].map(f64::from).iter().sum();
        let part = |weight: f32, score: f64| if total > 0.0 { (f64::from(weight) / total * score * ONE).round() as u32 } else { 0 };
        let cloud = (0..=255).map(|d| part(w.cloud, sigmoid(-10.0 / 3000.0 * (f64::from(d) * STEP_M - 1500.0)))).collect();
        let haze = |h: i32| part(w.haze, sigmoid(10.0 / 200.0 * (f64::from(h) / 2.0 + 150.0)));
        let haze = wanted.blue_red.filter(|_| w.haze > 0.0).map(|(blue, red)| (blue, red, HAZE.map(haze).collect()));
        Self { wanted, total, cloud, haze }
    }

    /// What all pixels of a look have in common.
    fn of_look(&self, look: &LookPixels) -> u32 {
        let (w, about) = (self.wanted.weights, &look.about);
        let days = f64::from(about.day) - f64::from(self.wanted.day);
        let years = (days / YEAR_DAYS).round();
        let of_year = days - (years * YEAR_DAYS).round();
        let window = f64::from(self.wanted.window_days).max(1.0);
        // exp(-d²/2σ²) with σ = window / sqrt(-2 ln 0.01) is 0.01 to the power (d / window)².
        let near = |days: f64| 0.01f64.powf((days / window).powi(2));
        let view = about.view_zenith.map_or(0.0, |v| sigmoid(10.0 / 7.5 * (f64::from(v) - 3.75)));
        let sum = f64::from(w.day) * near(of_year)
            + f64::from(w.year) * near(years * window / 3.0)
            + f64::from(w.opacity) * (1.0 - f64::from(about.cloud_share).clamp(0.0, 1.0))
            + f64::from(w.view) * view
            + f64::from(w.sensor) * if self.wanted.sensor == Some(about.sensor) { 1.0 } else { 0.0 };
        if self.total > 0.0 { (sum / self.total * ONE).round() as u32 } else { 0 }
    }

    /// Scores of a look's pixels in steps of 2⁻²⁴, and one more so that none is 0.
    pub(super) fn keys(&self, look: &LookPixels, keys: &mut [u32]) {
        let common = self.of_look(look) + 1;
        match look.distance.as_slice() {
            [] => keys.fill(common + self.cloud[255]),
            some => keys.iter_mut().zip(some).for_each(|(key, d)| *key = common + self.cloud[usize::from(*d)]),
        }
        if let Some((blue, red, table)) = &self.haze {
            for ((key, blue), red) in keys.iter_mut().zip(&look.bands[*blue]).zip(&look.bands[*red]) {
                let haze = 2 * i32::from(*blue) - i32::from(*red) - 1600;
                *key += table[(haze.clamp(*HAZE.start(), *HAZE.end()) - HAZE.start()) as usize];
            }
        }
    }

    /// A key as a score from 1 to 10 000; 0 where there is none.
    pub(super) fn shown(key: u32) -> u16 {
        if key == 0 { 0 } else { ((u64::from(key - 1) * 10_000 + (1 << 23)) >> 24).clamp(1, 10_000) as u16 }
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + x.exp())
}
