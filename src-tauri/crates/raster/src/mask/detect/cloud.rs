//! Cloud by its brightness, its colour, its cold and its height.
//!
//! Fixed thresholds fail because haze differs from scene to scene by as much as thin cloud does. So the clear ground of the scene itself tells
//! what is usual: the median haze of pixels that are surely not cloud, and their scatter, taken from the lower side only, which thin cloud does
//! not reach. Three scatters above is cloud.

use swath_domain::PixelClass;

use super::morphology::{dilate, majority};
use super::spectrum::{Scene, Spectrum};
use super::statistics::{quantile, sample};

/// Haze of surely cloudy and possibly cloudy pixels (Fmask).
const HAZY: f32 = 0.08;
/// No rise of haze below this is believed (MAJA's lowest threshold at 120 m).
const LEAST_RISE: f32 = 0.018;
/// Clear ground must be this share of land or water to speak for it.
const ENOUGH: f64 = 0.03;
/// Land that is darker than this in the visible is not cloud, whatever its colour.
const BRIGHT: f32 = 0.12;

/// What is above the ground.
pub(super) struct Clouds {
    /// Cloud that hides the ground, wholly or in part.
    pub(super) opaque: Vec<bool>,
    /// Cirrus.
    pub(super) cirrus: Vec<bool>,
}

impl Clouds {
    pub(super) fn any(&self, i: usize) -> bool {
        self.opaque[i] || self.cirrus[i]
    }
}

/// What clear ground looks like in this scene.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClearLine {
    land: Line,
    water: Line,
    /// Median brightness of clear land in the visible.
    pub(super) visible: Option<f32>,
    /// Median of clear water in the longest infrared that there is.
    infrared: Option<f32>,
    /// 17.5 and 82.5 percent quantiles of the temperature of clear land.
    temperature: Option<(f32, f32)>,
}

/// Usual haze and from where on it is cloud.
#[derive(Debug, Clone, Copy)]
struct Line {
    usual: f32,
    cloud: f32,
}

/// Where nothing is known of clear ground.
const FIXED: Line = Line { usual: HAZY - LEAST_RISE, cloud: HAZY };

/// Snow, water and the rest (clear), as [`PixelClass`] codes, as if there were no clouds.
pub(super) fn ground(scene: &Scene) -> Vec<u8> {
    let class = |i: usize| match () {
        () if !scene.seen[i] => PixelClass::NoData,
        () => match scene.at(i) {
            // Snow melts on what is warmer, and warm clouds look like it.
            s if s.is_snow() && scene.temperature(i).is_none_or(|t| t < 3.8) => PixelClass::Snow,
            s if s.is_water() => PixelClass::Water,
            _ => PixelClass::Clear,
        },
    };
    (0..scene.len()).map(|i| class(i) as u8).collect()
}

/// What is usual in the scene.
pub(super) fn clear_line(scene: &Scene, ground: &[u8]) -> ClearLine {
    let hazy: Vec<bool> = (0..scene.len()).map(|i| scene.seen[i] && possible(scene, ground, i, &scene.at(i), HAZY)).collect();
    let near = dilate(&hazy, scene.given.width, scene.pixels(120.0));
    let values = |class: PixelClass, away: &[bool], value: &dyn Fn(usize, &Spectrum) -> Option<f32>| {
        sample(scene.len(), |i| if ground[i] == class as u8 && !away[i] { value(i, &scene.at(i)) } else { None })
    };
    let hot: &dyn Fn(usize, &Spectrum) -> Option<f32> = &|_, s| Some(s.hot());
    let line = |class: PixelClass| {
        let none = vec![false; scene.len()];
        let all = values(class, &none, hot).len();
        let enough = |v: &Vec<f32>| v.len() as f64 >= (ENOUGH * all as f64).max(20.0);
        if let Some(far) = Some(values(class, &near, hot)).filter(enough) {
            return clipped(&far);
        }
        // What is clear only beside haze may be hazy itself, and does not raise the threshold.
        let beside = Some(values(class, &hazy, hot)).filter(enough).map(|v| clipped(&v));
        beside.map_or(FIXED, |line| Line { cloud: line.cloud.min(HAZY), ..line })
    };
    let median = |class, value| quantile(&values(class, &near, value), 0.5);
    let temperatures = values(PixelClass::Clear, &near, &|i, _| scene.temperature(i));
    ClearLine {
        land: line(PixelClass::Clear),
        water: line(PixelClass::Water),
        visible: median(PixelClass::Clear, &|_, s| Some(s.visible())),
        infrared: median(PixelClass::Water, &|_, s| Some(s.swir16.unwrap_or(s.nir))),
        temperature: quantile(&temperatures, 0.175).zip(quantile(&temperatures, 0.825)),
    }
}

/// Median and threshold of haze that is not cloud: what lies above the threshold is left out and the rest looked at again.
fn clipped(sorted: &[f32]) -> Line {
    let mut left = sorted;
    let mut line = FIXED;
    for _ in 0..8 {
        let (Some(low), Some(usual)) = (quantile(left, 0.175), quantile(left, 0.5)) else { break };
        line = Line { usual, cloud: usual + (3.0 * (usual - low)).max(LEAST_RISE) };
        let keep = left.partition_point(|v| *v <= line.cloud);
        if keep == left.len() {
            break;
        }
        left = &left[..keep];
    }
    // However scattered clear ground is, what passes the fixed test and stands out from the usual is cloud.
    line.cloud = line.cloud.min(HAZY.max(line.usual + LEAST_RISE));
    line
}

fn possible(scene: &Scene, ground: &[u8], i: usize, s: &Spectrum, haze: f32) -> bool {
    let water = ground[i] == PixelClass::Water as u8;
    // Water is dark in the infrared, and so is thin cloud above it.
    let tests = if water { s.whiteness() < 0.7 } else { s.may_be_cloud() };
    tests && ground[i] != PixelClass::Snow as u8 && s.hot() > haze && scene.temperature(i).is_none_or(|t| t < 27.0)
}

/// Cloud and cirrus.
pub(super) fn clouds(scene: &Scene, ground: &[u8], line: &ClearLine) -> Clouds {
    let seen = |test: &dyn Fn(usize) -> bool| -> Vec<bool> { (0..scene.len()).map(|i| scene.seen[i] && test(i)).collect() };
    let opaque = seen(&|i| {
        let s = scene.at(i);
        let cold = cold(line, scene.temperature(i));
        if ground[i] == PixelClass::Water as u8 {
            let rises = line.infrared.is_none_or(|usual| s.swir16.unwrap_or(s.nir) > usual + 0.01);
            return rises && possible(scene, ground, i, &s, threshold(line.water, cold));
        }
        // Dark ground, such as forest, is far from as bright as even thin cloud.
        let bright = line.visible.map_or(BRIGHT, |usual| BRIGHT.min(usual + 0.05));
        (s.visible() > bright && possible(scene, ground, i, &s, threshold(line.land, cold))) || cold.is_none()
    });
    let cirrus = seen(&|i| scene.cirrus(i) > cirrus_threshold(scene, i));
    Clouds { opaque: majority(&opaque, scene.given.width), cirrus: majority(&cirrus, scene.given.width) }
}

/// Twice the probability that a temperature gives (1 where it tells nothing); `None` when nothing but cloud is so cold.
fn cold(line: &ClearLine, temperature: Option<f32>) -> Option<f32> {
    let (Some((low, high)), Some(t)) = (line.temperature, temperature) else { return Some(1.0) };
    if t < low - 35.0 {
        return None;
    }
    Some(0.5 + ((high + 4.0 - t) / (high - low + 8.0)).clamp(0.0, 1.5))
}

/// What is cold needs less haze to be cloud, what is warm needs more.
fn threshold(line: Line, cold: Option<f32>) -> f32 {
    line.usual + (line.cloud - line.usual) / cold.unwrap_or(1.0)
}

/// High ground lies above much of the water vapour that hides it at 1375 nm. Without an elevation, that of low ground.
fn cirrus_threshold(scene: &Scene, i: usize) -> f32 {
    let km = scene.given.elevation.map_or(0.0, |metres| f32::from(metres[i].max(0)) / 1000.0);
    (0.007 + 0.007 * km * km).max(0.01)
}
