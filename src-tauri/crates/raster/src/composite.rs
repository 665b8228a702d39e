//! Many looks become one image.
//!
//! A [`Composer`] is fed look by look, in any order, and gives a [`Composite`] at the end; [`Composer::is_done`] says when further looks
//! cannot change the image, so that their pixels need not be fetched. What the [`Method`]s have in common:
//!
//! - Numbers are integers from 1 to 65 535, and 0 is "no data": it never takes part, and no method makes it of numbers or numbers of it.
//!   A look is *whole* at a pixel where none of its bands is 0.
//! - Median, percentile and means go band by band over the looks that have the band. The other methods compare or mix spectra, and take
//!   part only looks that are whole.
//! - The result does not depend on the order of feeding, with two exceptions that are about order: [`Method::FirstClear`] and
//!   [`Composer::at_most`]. Of several looks that are equally good the one with the lowest number is taken.
//!
//! Rounding, for all methods: a result between two integers goes to the nearer one, and halves go to the even one.
//!
//! - Median: the middle number, or the mean of the middle two.
//! - Percentile q: with n numbers sorted from x₀ on, the place is p = q/100 · (n - 1), linear between neighbours, in steps of 1/256: q/100 is
//!   rounded to f = round(65 536 q / 100) (halves up), the place in 256ths is P = floor((f · (n - 1) + 128) / 256), and with i = P div 256
//!   and r = P mod 256 the result is ((256 - r) · xᵢ + r · xᵢ₊₁) / 256, rounded once. So percentile 50 is the median.
//! - Mean: the exact sum by the count, rounded once. For radar, whose numbers are decibels, the mean of power: see [`Mean`](Method::Mean).
//! - Weighted mean: weights are integers, so sums are exact; rounded once.
//! - Geometric median: the point found (see `geometric.rs`), rounded band by band.
//!
//! The kernels are written once, as loops over arrays of pixels, and compiled twice, see `ffi_cpu.rs`. They only use operations that every CPU
//! does alike (integers, and single IEEE additions, products, quotients and roots), so both give the same bytes.

mod best_pixel;
pub mod clean;
pub mod fill;
pub mod gaps;
mod geometric;
mod look;
mod mean;
mod medoid;
mod nearest;
mod network;
mod percentile;
mod spread;
#[cfg(test)]
mod tests;
mod winner;

use crate::ffi_cpu as ffi;
pub use best_pixel::{BestPixel, Weights};
pub(crate) use clean::kernels as clean_kernels;
pub(crate) use geometric::geometric_medians;
pub use look::{About, LookPixels};
use mean::Sums;
pub use mean::WeightedMean;
pub(crate) use mean::{add, add_weighted, divide};
pub(crate) use medoid::medoids;
pub(crate) use nearest::{Look, nearest};
pub use network::median;
pub(crate) use network::{Network, medians, percentiles};
use winner::Winner;
pub(crate) use winner::{index_keys, keep_better};

/// Pixels composed together: all bands of a dozen looks at so many pixels stay in a core's own cache between one kernel and the next.
const PIECE: usize = 4096;

/// How the looks of a pixel become one.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Method {
    /// The first look that is whole, in the order of feeding.
    FirstClear,
    /// The median, band by band.
    #[default]
    Median,
    /// A percentile (0 to 100), band by band; 0 is the least, 100 the greatest.
    Percentile(f32),
    /// The mean, band by band. Of radar (the sensor of the look that is fed first is a Sentinel-1) a number c stands for the power
    /// 10^((c / 1000 - 50) / 10), and the result for the mean of power, in steps of 2^-48.
    Mean,
    /// The look with the greatest (`least`: the least) normalised difference (a - b) / (a + b) of two bands, compared as 32-bit floats.
    MaxIndex {
        /// Number of the first band, from 0.
        a: usize,
        /// Number of the second band, from 0.
        b: usize,
        /// Take the least instead.
        least: bool,
    },
    /// The look whose summed distance (of spectra, in 32-bit floats) from all other looks is least.
    Medoid,
    /// The point whose summed distance from all looks is least; with fewer than three looks, and of a single band, the median.
    GeometricMedian,
    /// The look with the best score.
    BestPixel(BestPixel),
    /// The mean weighted by distance to cloud and nearness in time.
    WeightedMean(WeightedMean),
}

/// One image, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Composite {
    /// One vector per band; 0 where no look has anything to give.
    pub bands: Vec<Vec<u16>>,
    /// Number of whole looks among those fed (and taken, with [`Composer::at_most`]).
    pub count: Vec<u16>,
    /// Number of the look that the pixel is; where looks are mixed, of the whole look that lies nearest to the result by the sum of
    /// absolute differences. 0 where `count` is 0, and where a mean mixes several looks, which does not keep them.
    pub source: Vec<u16>,
    /// Score times 10 000 of the look taken, 1 to 10 000, 0 where `count` is 0; for [`Method::BestPixel`].
    pub score: Option<Vec<u16>>,
    /// Days between the first and the last whole look; with [`Composer::spread`].
    pub day_span: Option<Vec<u16>>,
    /// How far the looks lie from the result: the median over whole looks of the mean absolute difference of their bands, rounded down; with
    /// [`Composer::spread`], for methods that keep the looks (median, percentile, medoid, geometric median).
    pub dispersion: Option<Vec<u16>>,
}

impl Composite {
    /// Nothing at all, in so many bands and pixels.
    pub fn empty(bands: usize, pixels: usize) -> Self {
        Self { bands: vec![vec![0; pixels]; bands], count: vec![0; pixels], source: vec![0; pixels], ..Self::default() }
    }
}

/// Makes one image of looks that are fed one after the other.
///
/// First clear, maximum index, best pixel and the means only keep what they have so far; the others keep the looks until the end.
#[derive(Debug)]
pub struct Composer {
    bands: usize,
    pixels: usize,
    at_most: Option<u16>,
    spread: bool,
    /// Whole looks so far, per pixel.
    count: Vec<u16>,
    days: Option<spread::Days>,
    state: State,
}

#[derive(Debug)]
enum State {
    Keeping(Keeping, Vec<LookPixels>),
    Winner(Winner),
    Sums(Sums),
}

/// Methods that need all looks at once.
#[derive(Debug, Clone, Copy)]
enum Keeping {
    Median,
    Percentile(f32),
    Medoid,
    GeometricMedian,
}

impl Composer {
    /// For looks of so many bands and pixels.
    ///
    /// # Panics
    /// When the method names a band that is not there.
    pub fn new(method: &Method, bands: usize, pixels: usize) -> Self {
        let state = match method {
            Method::Median => State::Keeping(Keeping::Median, Vec::new()),
            Method::Percentile(q) => State::Keeping(Keeping::Percentile(*q), Vec::new()),
            Method::Medoid => State::Keeping(Keeping::Medoid, Vec::new()),
            Method::GeometricMedian if bands == 1 => State::Keeping(Keeping::Median, Vec::new()),
            Method::GeometricMedian => State::Keeping(Keeping::GeometricMedian, Vec::new()),
            Method::FirstClear | Method::MaxIndex { .. } | Method::BestPixel(_) => State::Winner(Winner::new(method, bands, pixels)),
            Method::Mean => State::Sums(Sums::new(None, bands, pixels)),
            Method::WeightedMean(weights) => State::Sums(Sums::new(Some(weights), bands, pixels)),
        };
        Self { bands, pixels, at_most: None, spread: false, count: vec![0; pixels], days: None, state }
    }

    /// A pixel that has so many whole looks takes no more; `None`: it takes all. Looks should be fed from the clearest on.
    #[must_use]
    pub fn at_most(self, looks: Option<u16>) -> Self {
        Self { at_most: looks, ..self }
    }

    /// Whether to tell the span of days and the dispersion.
    #[must_use]
    pub fn spread(self, wanted: bool) -> Self {
        Self { spread: wanted, days: wanted.then(|| spread::Days::new(self.pixels)), ..self }
    }

    /// Takes one more look.
    ///
    /// # Panics
    /// When the look has not the bands and pixels that the composer is for.
    pub fn feed(&mut self, mut look: LookPixels) {
        assert!(look.bands.len() == self.bands && look.bands.iter().all(|b| b.len() == self.pixels), "looks of the composer's shape");
        assert!(look.distance.is_empty() || look.distance.len() == self.pixels, "distances of the composer's shape");
        if let (true, State::Keeping(_, looks)) = (self.counts_at_the_end(), &mut self.state) {
            looks.push(look);
            return;
        }
        if let Some(most) = self.at_most {
            let full = |count: &u16| if *count < most { u16::MAX } else { 0 };
            for band in &mut look.bands {
                band.iter_mut().zip(&self.count).for_each(|(pixel, count)| *pixel &= full(count));
            }
        }
        let whole = whole(&look.bands, self.pixels);
        self.count.iter_mut().zip(&whole).for_each(|(count, whole)| *count = count.saturating_add(whole & 1));
        if let Some(days) = &mut self.days {
            days.add(look.about.day, &whole);
        }
        match &mut self.state {
            State::Keeping(method, looks) => {
                if matches!(method, Keeping::Medoid | Keeping::GeometricMedian) {
                    look.bands.iter_mut().for_each(|band| band.iter_mut().zip(&whole).for_each(|(pixel, whole)| *pixel &= whole));
                }
                looks.push(look);
            }
            State::Winner(winner) => winner.feed(&look),
            State::Sums(sums) => sums.feed(&look, &whole),
        }
    }

    /// Whether the kernel that names the sources counts the looks too, and nobody asks before.
    fn counts_at_the_end(&self) -> bool {
        let plain = matches!(self.state, State::Keeping(Keeping::Median | Keeping::Percentile(_), _));
        plain && self.at_most.is_none() && self.days.is_none()
    }

    /// Whether no further look can change the image: every pixel is the first clear one, or has as many looks as it takes.
    pub fn is_done(&self) -> bool {
        let enough = match &self.state {
            State::Winner(winner) if winner.is_first_clear() => Some(1),
            _ => self.at_most,
        };
        enough.is_some_and(|enough| self.count.iter().all(|count| *count >= enough))
    }

    /// The image.
    pub fn finish(self) -> Composite {
        let counted = self.counts_at_the_end();
        let mut made = match self.state {
            State::Keeping(method, mut looks) => {
                looks.sort_by_key(|look| look.number);
                let mut made = of_all(method, &looks, self.bands, self.pixels);
                made.dispersion = self.spread.then(|| spread::dispersion(&looks, &made));
                made
            }
            State::Winner(winner) => winner.finish(),
            State::Sums(sums) => sums.finish(),
        };
        if !counted {
            made.count = self.count;
        }
        made.day_span = self.days.map(spread::Days::span);
        made
    }
}

/// All bits where no band is 0, else none.
fn whole(bands: &[Vec<u16>], pixels: usize) -> Vec<u16> {
    let mut whole = vec![u16::MAX; pixels];
    for band in bands {
        whole.iter_mut().zip(band).for_each(|(whole, pixel)| *whole &= 0u16.wrapping_sub(u16::from(*pixel != 0)));
    }
    whole
}

fn of_all(method: Keeping, looks: &[LookPixels], bands: usize, pixels: usize) -> Composite {
    let mut made = Composite::empty(bands, pixels);
    let by_band = match method {
        Keeping::Percentile(q) => Network::for_percentile(looks.len(), q),
        _ => Network::for_median(looks.len()),
    };
    let seen: Vec<Look> = looks.iter().map(|look| Look { number: look.number, bands: &look.bands }).collect();
    for from in (0..pixels).step_by(PIECE) {
        let here = from..(from + PIECE).min(pixels);
        match method {
            Keeping::Median | Keeping::Percentile(_) | Keeping::GeometricMedian => {
                for (band, out) in made.bands.iter_mut().enumerate() {
                    let of_band: Vec<&[u16]> = looks.iter().map(|look| &look.bands[band][here.clone()]).collect();
                    by_band.run(&of_band, &mut out[here.clone()]);
                }
            }
            Keeping::Medoid => medoid::of_piece(&seen, here.clone(), &mut made),
        }
        if matches!(method, Keeping::GeometricMedian) {
            ffi::geometric_medians(&seen, here.clone(), &mut made.bands);
        }
        if !matches!(method, Keeping::Medoid) {
            ffi::nearest(&seen, &made.bands, from, &mut made.count[here.clone()], &mut made.source[here]);
        }
    }
    made
}
