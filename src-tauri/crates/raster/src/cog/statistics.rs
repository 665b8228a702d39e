//! What the valid pixels of a band look like.

use std::path::Path;

use gdal::Metadata;
use gdal::raster::RasterBand;
use swath_domain::Window;

use crate::memory::zeros;
use crate::open::{DataType, description, open};
use crate::{RasterError, read};

/// Longest side of the overview that percentiles are taken from, pixels.
const SAMPLE: u32 = 1024;
/// Statistics of a band's valid pixels, in stored numbers; all 0 when none is valid.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Statistics {
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub deviation: f64,
    /// 2nd percentile.
    pub low: f64,
    /// 98th percentile.
    pub high: f64,
}

/// Statistics of each band of a file.
///
/// The percentiles come from the finest overview of at most 1024 pixels a side (or a like sample of a file without one). Smallest, largest,
/// mean and deviation are of all pixels where the file carries them, as those of [`super::write`] do, else of the same overview.
///
/// # Errors
/// [`RasterError::Open`], [`RasterError::Read`]; [`RasterError::Unsupported`] for other pixels than 8 and 16 bit unsigned.
pub fn statistics(path: &Path) -> Result<Vec<Statistics>, RasterError> {
    let dataset = open(path)?;
    let source = description(path, &dataset)?;
    if source.data_type == DataType::Other {
        return Err(RasterError::unsupported(path, "its pixels are not 8 or 16 bit unsigned numbers"));
    }
    let level = source.levels.iter().position(|(w, h)| *w.max(h) <= SAMPLE);
    (1..=source.bands)
        .map(|number| {
            let band = dataset.rasterband(number).map_err(|e| RasterError::read(path, &e))?;
            let sample = sample(path, &band, level)?;
            let (low, high) = percentiles(&sample, band.no_data_value());
            let mut tally = Tally::default();
            tally.add(&sample, band.no_data_value());
            let counted = Statistics { low, high, ..tally.statistics() };
            Ok(stored(&band).map_or(counted, |s| Statistics { low, high, ..s }))
        })
        .collect()
}

/// A small picture of a band: an overview, or, of a file without one, single pixels at even distances.
fn sample(path: &Path, band: &RasterBand, level: Option<usize>) -> Result<Vec<u16>, RasterError> {
    let failed = |e| RasterError::read(path, &e);
    let (width, height) = band.size();
    match level {
        Some(0) => read::read_band(path, band, whole(band)),
        Some(level) => {
            let overview = band.overview(level - 1).map_err(failed)?;
            read::read_band(path, &overview, whole(&overview))
        }
        None => {
            let shrink = width.max(height).div_ceil(SAMPLE as usize);
            let size = (width.div_ceil(shrink), height.div_ceil(shrink));
            let mut pixels = zeros(size.0 * size.1)?;
            band.read_into_slice((0, 0), (width, height), size, &mut pixels, None).map_err(failed)?;
            Ok(pixels)
        }
    }
}

fn whole(band: &RasterBand) -> Window {
    Window { x: 0, y: 0, width: band.x_size() as u32, height: band.y_size() as u32 }
}

/// 2nd and 98th percentile of the valid numbers.
pub(crate) fn percentiles(pixels: &[u16], nodata: Option<f64>) -> (f64, f64) {
    let mut counts = vec![0u64; 1 << 16];
    pixels.iter().for_each(|p| counts[usize::from(*p)] += 1);
    if let Some(missing) = nodata.filter(|n| (0.0..65_536.0).contains(n) && n.fract() == 0.0) {
        counts[missing as usize] = 0;
    }
    let total: u64 = counts.iter().sum();
    let at = |share: f64| {
        let rank = (share * total.saturating_sub(1) as f64).round() as u64;
        let mut seen = 0;
        counts
            .iter()
            .position(|n| {
                seen += n;
                seen > rank
            })
            .unwrap_or(0) as f64
    };
    (at(0.02), at(0.98))
}

fn stored(band: &RasterBand) -> Option<Statistics> {
    let item = |key: &str| band.metadata_item(key, "")?.parse::<f64>().ok();
    Some(Statistics {
        min: item("STATISTICS_MINIMUM")?,
        max: item("STATISTICS_MAXIMUM")?,
        mean: item("STATISTICS_MEAN")?,
        deviation: item("STATISTICS_STDDEV")?,
        ..Statistics::default()
    })
}

/// Sums over valid pixels; exact, so that the order in which pixels come does not matter.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    min: u16,
    max: u16,
    valid: u64,
    all: u64,
    sum: u64,
    squares: u128,
}

impl Tally {
    /// Takes over what another one has counted.
    pub(super) fn merge(&mut self, other: &Tally) {
        if other.valid > 0 {
            self.min = if self.valid == 0 { other.min } else { self.min.min(other.min) };
            self.max = self.max.max(other.max);
        }
        self.valid += other.valid;
        self.all += other.all;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    pub(super) fn add(&mut self, pixels: &[u16], nodata: Option<f64>) {
        let missing = nodata.filter(|n| (0.0..65_536.0).contains(n) && n.fract() == 0.0).map(|n| n as u16);
        // Pieces short enough for sums of squares in 64 bits.
        for piece in pixels.chunks(1 << 16) {
            let (mut min, mut max, mut valid, mut sum, mut squares) = (u16::MAX, 0, 0u64, 0u64, 0u64);
            for &p in piece {
                let counts = Some(p) != missing;
                min = min.min(if counts { p } else { u16::MAX });
                max = max.max(if counts { p } else { 0 });
                let value = if counts { u64::from(p) } else { 0 };
                valid += u64::from(counts);
                sum += value;
                squares += value * value;
            }
            if valid > 0 {
                self.min = if self.valid == 0 { min } else { self.min.min(min) };
                self.max = self.max.max(max);
            }
            self.valid += valid;
            self.sum += sum;
            self.squares += u128::from(squares);
        }
        self.all += pixels.len() as u64;
    }

    fn statistics(&self) -> Statistics {
        if self.valid == 0 {
            return Statistics::default();
        }
        let n = self.valid as f64;
        let mean = self.sum as f64 / n;
        // n * squares - sum^2 is exact in integers; the difference of two large means would not be.
        let spread = u128::from(self.valid) * self.squares - u128::from(self.sum) * u128::from(self.sum);
        Statistics { min: self.min.into(), max: self.max.into(), mean, deviation: (spread as f64).sqrt() / n, ..Statistics::default() }
    }

    /// As GDAL keeps them in a band's metadata; none when no pixel is valid.
    pub(super) fn items(&self) -> Vec<(&'static str, String)> {
        if self.valid == 0 {
            return Vec::new();
        }
        let s = self.statistics();
        vec![
            ("STATISTICS_MINIMUM", s.min.to_string()),
            ("STATISTICS_MAXIMUM", s.max.to_string()),
            ("STATISTICS_MEAN", s.mean.to_string()),
            ("STATISTICS_STDDEV", s.deviation.to_string()),
            ("STATISTICS_VALID_PERCENT", format!("{:.4}", 100.0 * self.valid as f64 / self.all as f64)),
        ]
    }
}
