//! Radiometric evening: each look is brought to the centre of its period by a gain and an offset for each band.
//!
//! The centre is the median of all looks on coarse pixels that are clear and far from cloud in at least three of them. Gain and offset are a
//! least-squares line through the pixels that are clear in both, from which the ones farthest from it are left out twice (more than 2.5 times
//! the median absolute residual). Both are kept within the recipe's limits; a look with too little in common with the centre stays as it is.

use serde::{Deserialize, Serialize};
use swath_domain::Evening;
use swath_raster::composite::{Composer, LookPixels, Method};

/// Pixels must be farther from cloud than this, in distance bytes of 20 m (240 m).
const FAR: u8 = 12;
/// Looks that a pixel of the centre must have.
const LOOKS: u16 = 3;
/// Pixels that tell of a look.
const PIXELS: usize = 500;
/// Gains are counted in parts of this, so that they are the same on every machine.
const ONE: f64 = 4096.0;

/// What is done to a look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Even {
    /// Its number.
    pub(crate) number: u16,
    /// Gain in 4096ths and offset in reflectance × 10 000, for each band.
    bands: Vec<(i32, i32)>,
}

/// Finds gains and offsets, on coarse pixels of the whole area.
pub(crate) fn evening(looks: &[LookPixels], limits: Evening) -> Vec<Even> {
    let (bands, pixels) = looks.first().map_or((0, 0), |look| (look.bands.len(), look.bands.first().map_or(0, Vec::len)));
    let mut composer = Composer::new(&Method::Median, bands, pixels);
    looks.iter().map(far_from_cloud).for_each(|look| composer.feed(look));
    let centre = composer.finish();
    let even = |look: &LookPixels| {
        let there = |at: &usize| centre.count[*at] >= LOOKS && look.distance.get(*at).is_none_or(|distance| *distance > FAR);
        let there: Vec<usize> = (0..pixels).filter(there).collect();
        let of_band = |band: usize| {
            let pairs = there.iter().map(|at| (f64::from(look.bands[band][*at]), f64::from(centre.bands[band][*at])));
            fitted(pairs.filter(|(x, y)| *x > 0.0 && *y > 0.0).collect(), limits)
        };
        Even { number: look.number, bands: (0..bands).map(of_band).collect() }
    };
    looks.iter().map(even).collect()
}

fn far_from_cloud(look: &LookPixels) -> LookPixels {
    let mut far = look.clone();
    for band in &mut far.bands {
        band.iter_mut().zip(&look.distance).filter(|(_, distance)| **distance <= FAR).for_each(|(pixel, _)| *pixel = 0);
    }
    far
}

/// Gain in 4096ths and offset of the line from the first to the second numbers of pairs.
fn fitted(mut pairs: Vec<(f64, f64)>, limits: Evening) -> (i32, i32) {
    let same = (ONE as i32, 0);
    if pairs.len() < PIXELS {
        return same;
    }
    let (mut gain, mut offset) = (1.0, 0.0);
    for _ in 0..3 {
        let n = pairs.len() as f64;
        let (sx, sy) = pairs.iter().fold((0.0, 0.0), |(sx, sy), (x, y)| (sx + x, sy + y));
        let (mx, my) = (sx / n, sy / n);
        let (xx, xy) = pairs.iter().fold((0.0, 0.0), |(xx, xy), (x, y)| (xx + (x - mx) * (x - mx), xy + (x - mx) * (y - my)));
        gain = if xx > 0.0 { (xy / xx).clamp(1.0 - limits.most_gain, 1.0 + limits.most_gain) } else { 1.0 };
        offset = my - gain * mx;
        let mut residuals: Vec<f64> = pairs.iter().map(|(x, y)| (y - gain * x - offset).abs()).collect();
        residuals.sort_unstable_by(f64::total_cmp);
        let most = 2.5 * residuals[residuals.len() / 2].max(1.0);
        pairs.retain(|(x, y)| (y - gain * x - offset).abs() <= most);
        if pairs.len() < PIXELS {
            break;
        }
    }
    let most = limits.most_offset * 10_000.0;
    ((gain * ONE).round() as i32, offset.round().clamp(-most, most) as i32)
}

impl Even {
    /// Evens a look. What is valid stays at least 1, and 0 stays 0.
    pub(crate) fn apply(&self, look: &mut LookPixels) {
        for ((gain, offset), band) in self.bands.iter().zip(&mut look.bands) {
            for pixel in band.iter_mut().filter(|pixel| **pixel != 0) {
                let scaled = (i64::from(*pixel) * i64::from(*gain) + ONE as i64 / 2) >> 12;
                *pixel = (scaled + i64::from(*offset)).clamp(1, 65_535) as u16;
            }
        }
    }

    /// Gain and offset of a band.
    pub(crate) fn of(&self, band: usize) -> Option<(f64, f64)> {
        self.bands.get(band).map(|(gain, offset)| (f64::from(*gain) / ONE, f64::from(*offset)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(number: u16, of: impl Fn(usize) -> u16) -> LookPixels {
        LookPixels { number, bands: vec![(0..4000).map(of).collect()], distance: vec![255; 4000], ..LookPixels::default() }
    }

    #[test]
    fn a_look_that_differs_by_gain_and_offset_is_brought_back_and_change_does_not_pull() {
        let ground = |at: usize| 300 + (at * 7 % 3001) as u16;
        // A tenth of the third look is another field after harvest.
        let changed = |at: usize| if at.is_multiple_of(10) { 9000 } else { ground(at) };
        let hazy = |at: usize| (f64::from(ground(at)) * 0.92 + 130.0).round() as u16;
        let mut looks = vec![look(1, ground), look(2, ground), look(3, changed), look(4, hazy)];
        let limits = Evening::default();
        let even = evening(&looks, limits);
        looks.iter_mut().zip(&even).for_each(|(look, even)| even.apply(look));
        for at in 0..4000 {
            assert!(looks[3].bands[0][at].abs_diff(ground(at)) <= 3, "{at}");
            assert!(looks[0].bands[0][at].abs_diff(ground(at)) <= 1);
            assert!(at.is_multiple_of(10) || looks[2].bands[0][at].abs_diff(ground(at)) <= 3);
        }
        let dark = evening(&[look(1, ground), look(2, ground), look(3, ground), look(4, |at| ground(at) / 2)], limits);
        let (gain, offset) = dark[3].of(0).unwrap();
        assert!(gain <= 1.0 + limits.most_gain + 1e-3 && offset.abs() <= limits.most_offset * 10_000.0, "{gain} {offset}");
        let few = evening(&[LookPixels { distance: vec![0; 4000], ..look(1, ground) }, look(2, ground), look(3, ground)], limits);
        assert_eq!(few[0].of(0), Some((1.0, 0.0)), "what shows nothing stays as it is");
    }
}
