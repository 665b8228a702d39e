//! Small pictures of products.

mod holding;

use std::fs;
use std::path::Path;

use gdal::raster::ResampleAlg;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder};

use crate::RasterError;
use crate::cog::percentiles;
use crate::memory::zeros;
use crate::open::{DataType, description, open};
use crate::tile::{Colours, Style};
pub use holding::of_holding;

/// Writes a picture of one band (grey) or three (red, green, blue), counted from 1, whose longer side is at most `size` pixels: WebP
/// (lossless) or PNG by the destination's ending. All bands are stretched alike, from the lowest 2nd to the highest 98th percentile, which
/// keeps colours true to each other; no data is transparent.
///
/// Reads the overview that is just large enough.
///
/// # Errors
/// [`RasterError::Unsupported`] for other endings or bands that are not there; otherwise as reading and writing fail.
pub fn write(tif: &Path, bands: &[usize], size: u32, destination: &Path) -> Result<(), RasterError> {
    let dataset = open(tif)?;
    let source = description(tif, &dataset)?;
    if source.data_type == DataType::Other {
        return Err(RasterError::unsupported(tif, "its pixels are not 8 or 16 bit unsigned numbers"));
    }
    let (width, height) = shape((source.grid.width, source.grid.height), size.max(1));
    let count = width as usize * height as usize;
    let (mut style, mut pictures) = (Style { bands: bands.into(), low: Vec::new(), high: Vec::new(), gamma: 1.0 }, Vec::new());
    for number in bands.iter().filter(|b| (1..=source.bands).contains(*b)) {
        let failed = |e| RasterError::read(tif, &e);
        let band = dataset.rasterband(*number).map_err(failed)?;
        let mut pixels = zeros::<u16>(count)?;
        // GDAL takes the overview that fits and averages what is valid.
        let target = (width as usize, height as usize);
        band.read_into_slice((0, 0), band.size(), target, &mut pixels, Some(ResampleAlg::Average)).map_err(failed)?;
        let (low, high) = percentiles(&pixels, band.no_data_value());
        style.low.push(low);
        style.high.push(high);
        pictures.push((pixels, band.no_data_value()));
    }
    style.low = vec![style.low.into_iter().fold(f64::INFINITY, f64::min); bands.len()];
    style.high = vec![style.high.into_iter().fold(0.0, f64::max); bands.len()];
    let colours = Colours::new(&style, source.bands).map_err(|what| RasterError::unsupported(tif, what))?;
    let mut rgba = Vec::with_capacity(count * 4);
    for at in 0..count {
        let value = |channel: usize| {
            let (pixels, missing) = &pictures[channel];
            Some(pixels[at]).filter(|v| Some(f64::from(*v)) != *missing).map(|v| colours.of(channel, v))
        };
        let (r, g, b) = if bands.len() == 1 { (value(0), value(0), value(0)) } else { (value(0), value(1), value(2)) };
        rgba.extend(match (r, g, b) {
            (Some(r), Some(g), Some(b)) => [r, g, b, 255],
            _ => [0; 4],
        });
    }
    save(&rgba, (width, height), destination)
}

/// Longer side `size`, or as it is when smaller.
fn shape((width, height): (u32, u32), size: u32) -> (u32, u32) {
    let shrink = (f64::from(width.max(height)) / f64::from(size)).max(1.0);
    let side = |length: u32| ((f64::from(length) / shrink).round() as u32).max(1);
    (side(width), side(height))
}

fn save(rgba: &[u8], (width, height): (u32, u32), destination: &Path) -> Result<(), RasterError> {
    let mut bytes = Vec::new();
    let done = match destination.extension().and_then(|e| e.to_str()) {
        Some("webp") => WebPEncoder::new_lossless(&mut bytes).write_image(rgba, width, height, ExtendedColorType::Rgba8),
        Some("png") => PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive).write_image(
            rgba,
            width,
            height,
            ExtendedColorType::Rgba8,
        ),
        _ => return Err(RasterError::unsupported(destination, "pictures are written as .webp or .png")),
    };
    done.map_err(|e| RasterError::Write { path: destination.into(), words: e.to_string() })?;
    fs::write(destination, bytes).map_err(|e| RasterError::io(destination, &e))
}

#[cfg(test)]
mod tests;
