//! Neighbours that look alike on another date: what the guide says here, and what it differs by where both are known.
//!
//! As neighbourhood similar pixel interpolators do (NSPI, MNSPI), but with a threshold that depends on the pixel only, so that the result
//! does not depend on how the image was cut. The neighbours are pixels of the finished image, which has kept away from cloud itself.

use super::in_time::Series;
use super::{Found, LookPixels, SIMILAR_MARGIN, how};
use crate::composite::fill::distance;

/// The nearest so many similar pixels are taken, and fewer than the least say too little.
const MOST: usize = 20;
const LEAST: usize = 5;
/// Guides nearer to cloud than this (in distance bytes: 240 m) are not trusted as context.
const TRUSTED: u8 = 12;

/// The finished image, and where to look around a pixel.
pub(super) struct Neighbours<'a> {
    bands: &'a [Vec<u16>],
    width: usize,
    height: usize,
    /// Steps in x and y, the nearest first, with their squared length.
    steps: Vec<(i32, i32, u32)>,
}

impl<'a> Neighbours<'a> {
    pub(super) fn new(bands: &'a [Vec<u16>], width: usize) -> Self {
        let reach = SIMILAR_MARGIN as i32;
        let length = |x: i32, y: i32| (x * x + y * y) as u32;
        let mut steps: Vec<_> = (-reach..=reach).flat_map(|y| (-reach..=reach).map(move |x| (x, y, length(x, y)))).collect();
        steps.retain(|s| s.2 > 0 && s.2 <= (reach * reach) as u32);
        steps.sort_by_key(|s| (s.2, s.1, s.0));
        Self { bands, width, height: bands.first().map_or(0, Vec::len).checked_div(width).unwrap_or(0), steps }
    }

    pub(super) fn similar(&self, series: &Series, at: usize) -> Option<Found> {
        let mut guides: Vec<_> = series.at(at).collect();
        guides.sort_by_key(|l| (series.away(l), l.about.day, l.number));
        guides.iter().find_map(|guide| self.guided(guide, at)).or_else(|| series.nearest(at))
    }

    fn guided(&self, guide: &LookPixels, at: usize) -> Option<Found> {
        let (x, y) = ((at % self.width) as i32, (at / self.width) as i32);
        let inside = |x: i32, y: i32| (0..self.width as i32).contains(&x) && (0..self.height as i32).contains(&y);
        let mut weights = 0.0;
        let mut changes = vec![0.0; self.bands.len()];
        let mut count = 0;
        for (dx, dy, length) in self.steps.iter().filter(|(dx, dy, _)| inside(x + dx, y + dy)) {
            let there = (y + dy) as usize * self.width + (x + dx) as usize;
            if distance(guide, there) <= TRUSTED || self.bands.iter().zip(&guide.bands).any(|(a, b)| a[there] == 0 || b[there] == 0) {
                continue;
            }
            let Some(unlike) = unlike(guide, at, there) else {
                continue;
            };
            let weight = 1.0 / ((1.0 + unlike) * f64::from(*length).sqrt());
            weights += weight;
            for (band, change) in changes.iter_mut().enumerate() {
                *change += weight * (f64::from(self.bands[band][there]) - f64::from(guide.bands[band][there]));
            }
            count += 1;
            if count == MOST {
                break;
            }
        }
        let value =
            |(band, change): (&Vec<u16>, &f64)| (f64::from(band[at]) + change / weights).round_ties_even().clamp(1.0, 65_535.0) as u16;
        let spectrum = || guide.bands.iter().zip(&changes).map(value).collect();
        (count >= LEAST).then(|| Found { spectrum: spectrum(), how: how::SIMILAR, source: guide.number })
    }
}

/// Mean over bands of how far two pixels of the guide lie apart, 1 being the most that counts as alike in any band: 0.005 reflectance and
/// 8 % of it.
fn unlike(guide: &LookPixels, at: usize, there: usize) -> Option<f64> {
    let mut sum = 0.0;
    for band in &guide.bands {
        let (here, other) = (f64::from(band[at]), f64::from(band[there]));
        let apart = (here - other).abs() / (50.0 + 0.08 * here);
        if apart > 1.0 {
            return None;
        }
        sum += apart;
    }
    Some(sum / guide.bands.len() as f64)
}
