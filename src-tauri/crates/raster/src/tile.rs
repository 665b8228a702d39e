//! Pieces of a raster for the map: Web Mercator tiles of 256 x 256 pixels, counted from the upper left (XYZ).
//!
//! A tile reads the overview whose pixels are nearest to its own in size, finds the place of each of its pixels by interpolating between a
//! few exactly projected points, and mixes the four pixels around it, so that it costs a window of about its own size.

mod layer;
mod place;
mod sample;

use std::path::Path;

use gdal::Dataset;
use gdal::raster::RasterBand;
use image::ImageEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};

use crate::RasterError;
use swath_domain::{Grid, Window};

use crate::memory::zeros;
use crate::open::{DataType, Description, description, level_grid, open};
use crate::read::read_band;
use place::Places;
use sample::{Sampling, sample};

pub use layer::{Layer, Paint, layers, names, painted};

/// Side of a tile, pixels.
pub(crate) const SIDE: u32 = 256;
/// Deepest zoom level: a pixel is 2 cm.
const DEEPEST: u8 = 22;

/// How numbers become colours.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// One band (grey) or three (red, green, blue), from 1.
    pub bands: Vec<usize>,
    /// Number that is shown black, for each band.
    pub low: Vec<f64>,
    /// Number that is shown white, for each band.
    pub high: Vec<f64>,
    /// Brightness: 1 is linear, more makes the middle brighter (`shown = linear ^ (1 / gamma)`).
    pub gamma: f64,
}

/// The tile as PNG, transparent where any of its bands has no data; `None` when no pixel of the file falls into it.
///
/// Zoomed out, pixels are interpolated within the nearest overview; zoomed in beyond the full resolution, they show as squares.
///
/// # Errors
/// [`RasterError::Unsupported`] when the style names bands that are not there; otherwise as [`crate::read_onto`].
pub fn png(path: &Path, z: u8, x: u32, y: u32, style: &Style) -> Result<Option<Vec<u8>>, RasterError> {
    let dataset = open(path)?;
    let source = readable(path, &dataset)?;
    let colours = Colours::new(style, source.bands).map_err(|what| RasterError::unsupported(path, what))?;
    let only = style.bands.len() == 1;
    let file = File { path, dataset: &dataset, source: &source };
    file.draw((z, x, y), &style.bands, Sampling::Bilinear, |channel, value, pixel| {
        match pixel {
            pixel if only => pixel.fill(colours.of(channel, value)),
            pixel => pixel[channel] = colours.of(channel, value),
        }
        true
    })
}

/// What there is to read, when its numbers can be.
fn readable(path: &Path, dataset: &Dataset) -> Result<Description, RasterError> {
    let source = description(path, dataset)?;
    match source.data_type {
        DataType::Other => Err(RasterError::unsupported(path, "its pixels are not 8 or 16 bit unsigned numbers")),
        _ => Ok(source),
    }
}

/// A raster that is open.
struct File<'a> {
    path: &'a Path,
    dataset: &'a Dataset,
    source: &'a Description,
}

impl File<'_> {
    /// Draws the tile of this zoom level, column and row. `put` colours a pixel by the number of a channel, and says whether that shows
    /// anything; a pixel of which a channel shows nothing stays transparent. Pixels that are larger than the tile's show as squares.
    fn draw(
        &self,
        (z, x, y): (u8, u32, u32),
        bands: &[usize],
        sampling: Sampling,
        mut put: impl FnMut(usize, u16, &mut [u8]) -> bool,
    ) -> Result<Option<Vec<u8>>, RasterError> {
        let Self { path, source, .. } = *self;
        if z > DEEPEST || x >= 1 << z || y >= 1 << z {
            return Ok(None);
        }
        let Some(places) = Places::new(&source.grid, z, x, y)? else { return Ok(None) };
        let level = places.level(&source.levels);
        let sampling = if level == 0 && places.magnified() { Sampling::Nearest } else { sampling };
        let step = places.step(&source.levels, level);
        let grid = every(&level_grid(&source.grid, source.levels[level]), step);
        let Some(window) = places.window(&grid) else { return Ok(None) };
        let mut rgba = vec![0u8; (SIDE * SIDE * 4) as usize];
        // Places outside the file are never visited and stay transparent; so does a pixel that one of the bands lacks.
        let mut bands_there = vec![0usize; (SIDE * SIDE) as usize];
        let places = places.in_window(&grid, window);
        for (channel, number) in bands.iter().enumerate() {
            let failed = |e| RasterError::read(path, &e);
            let full = self.dataset.rasterband(*number).map_err(failed)?;
            let missing = full.no_data_value();
            let band = if level == 0 { full } else { full.overview(level - 1).map_err(failed)? };
            let pixels = read_every(path, &band, window, step)?;
            sample(&pixels, window, &places, missing, sampling, |at, value| {
                let Some(value) = value else { return };
                if put(channel, value, &mut rgba[at * 4..at * 4 + 3]) {
                    bands_there[at] += 1;
                }
            });
        }
        let mut any = false;
        for (pixel, there) in rgba.chunks_exact_mut(4).zip(bands_there) {
            if there == bands.len() {
                pixel[3] = 255;
                any = true;
            } else {
                pixel.fill(0);
            }
        }
        if !any {
            return Ok(None);
        }
        encode(&rgba, SIDE, SIDE).map(Some).map_err(|what| RasterError::unsupported(path, what))
    }
}

/// The grid of every `step`th pixel of a file that has no overviews (an unfinished one), so that a tile never reads more than it shows.
fn every(grid: &Grid, step: u32) -> Grid {
    let mut coarse = grid.clone();
    coarse.transform.width *= f64::from(step);
    coarse.transform.height *= f64::from(step);
    (coarse.width, coarse.height) = ((grid.width / step).max(1), (grid.height / step).max(1));
    coarse
}

fn read_every(path: &Path, band: &RasterBand, window: Window, step: u32) -> Result<Vec<u16>, RasterError> {
    if step == 1 {
        return read_band(path, band, window);
    }
    let scaled = |n: u32| (n * step) as usize;
    let from = (scaled(window.x) as isize, scaled(window.y) as isize);
    let size = (scaled(window.width).min(band.x_size()), scaled(window.height).min(band.y_size()));
    let mut pixels = zeros(window.pixels())?;
    let target = (window.width as usize, window.height as usize);
    band.read_into_slice(from, size, target, &mut pixels, None).map_err(|e| RasterError::read(path, &e))?;
    Ok(pixels)
}

/// As PNG, fast rather than small: it is looked at once.
fn encode(rgba: &[u8], width: u32, height: u32) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(rgba.len() / 2);
    let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Sub);
    encoder.write_image(rgba, width, height, image::ExtendedColorType::Rgba8).map_err(|e| e.to_string())?;
    Ok(bytes)
}

/// A table from number to brightness for each band.
pub(crate) struct Colours(Vec<Vec<u8>>);

impl Colours {
    pub(crate) fn new(style: &Style, bands: usize) -> Result<Self, String> {
        let count = style.bands.len();
        if !(count == 1 || count == 3) || style.low.len() != count || style.high.len() != count {
            return Err("a picture is made of one band or of three, each with a low and a high number".into());
        }
        if let Some(absent) = style.bands.iter().find(|b| **b == 0 || **b > bands) {
            return Err(format!("it has no band {absent}, only {bands}; choose other bands to show"));
        }
        let exponent = 1.0 / if style.gamma > 0.0 { style.gamma } else { 1.0 };
        // Most numbers lie outside the range, and raising to a power is what takes time.
        let shade = |linear: f64| match linear {
            ..=0.0 => 0,
            1.0.. => 255,
            between if exponent == 1.0 => (255.0 * between).round() as u8,
            between => (255.0 * between.powf(exponent)).round() as u8,
        };
        let table = |(low, high): (&f64, &f64)| {
            let range = if high > low { high - low } else { 1.0 };
            (0..=u16::MAX).map(|v| shade((f64::from(v) - low) / range)).collect()
        };
        Ok(Self(style.low.iter().zip(&style.high).map(table).collect()))
    }

    pub(crate) fn of(&self, channel: usize, value: u16) -> u8 {
        self.0[channel][usize::from(value)]
    }
}

#[cfg(test)]
mod tests;
