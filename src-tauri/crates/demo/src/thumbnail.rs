//! The small picture of a date.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};

use crate::DemoError;

/// Side of the picture, as of Sentinel-2's own previews.
const SIDE: usize = 343;

/// Mean true colours of stored numbers (offset included); black where nothing was seen.
pub(crate) fn write(fine: &[Vec<u16>; 4], n: usize, destination: &Path) -> Result<(), DemoError> {
    let side = SIDE.min(n);
    let mut rgb = Vec::with_capacity(3 * side * side);
    let span = |i: usize| i * n / side..((i + 1) * n / side).max(i * n / side + 1);
    for (row, column) in (0..side).flat_map(|row| (0..side).map(move |column| (row, column))) {
        for band in [2, 1, 0] {
            let (mut sum, mut count) = (0_u64, 0_u64);
            for y in span(row) {
                for &v in &fine[band][y * n + span(column).start..y * n + span(column).end] {
                    (sum, count) = (sum + u64::from(v), count + u64::from(v > 0));
                }
            }
            rgb.push(sum.checked_div(count).map_or(0, |mean| shade(mean as f32 - 1000.0)));
        }
    }
    let file = File::create(destination).map_err(|e| DemoError::io("write", destination, &e))?;
    let encoder = JpegEncoder::new_with_quality(BufWriter::new(file), 88);
    let side = side as u32;
    let written = encoder.write_image(&rgb, side, side, ExtendedColorType::Rgb8);
    written.map_err(|e| DemoError::Catalogue(format!("the thumbnail could not be written: {e}")))
}

/// Reflectance times 10 000 to a screen value; a gentle curve keeps both fields and clouds.
fn shade(reflectance: f32) -> u8 {
    (255.0 * (reflectance / 3200.0).clamp(0.0, 1.0).powf(0.7)) as u8
}
