//! Pictures of what the library holds, in place: nothing is unpacked for them.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use gdal::raster::{GdalDataType, RasterBand, ResampleAlg};
use gdal::{Dataset, vsi};
use swath_domain::{Band, Sensor};

use super::{save, shape};
use crate::open::open_picture;
use crate::{RasterError, ffi};

/// Longer side of a picture.
const SIDE: u32 = 320;
/// Pixels of an image without overviews that are averaged; of a larger one, some are taken.
const AVERAGED: usize = 64 << 20;
/// Files of a folder or archive that are looked at.
const FILES: usize = 100_000;
/// Folders in each other.
const DEEPEST: usize = 16;

/// Draws a small picture (`.webp` or `.png`) of what the library holds of a scene: of a zip or tar without unpacking it, of a SAFE folder, of
/// a folder of Landsat's files, or of a single image. The quick-look that a product brings with it is preferred to its bands.
///
/// # Errors
/// [`RasterError::Unsupported`] when there is nothing in it that can be drawn; otherwise as reading and writing fail.
pub fn of_holding(path: &Path, sensor: Sensor, out: &Path) -> Result<(), RasterError> {
    ffi::ready();
    let Some(files) = inside(path)? else {
        return draw(path, &[path.to_owned()], out);
    };
    let mut failure = None;
    for choice in choices(&files, sensor) {
        match draw(path, &choice, out) {
            Ok(()) => return Ok(()),
            // A product may bring an empty preview; its bands will do then.
            Err(error @ (RasterError::Open { .. } | RasterError::Read { .. } | RasterError::Unsupported { .. })) => {
                failure.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    Err(failure.unwrap_or_else(|| RasterError::unsupported(path, "there is no image in it that could be drawn")))
}

/// A file of a product: its path inside it in lower case, and the name by which GDAL opens it.
type Inside = (String, PathBuf);

/// The files of a folder or an archive; `None` when it is a file by itself.
fn inside(path: &Path) -> Result<Option<Vec<Inside>>, RasterError> {
    let failed = |words: String| RasterError::Open { path: path.into(), words };
    if path.is_dir() {
        let mut files = Vec::new();
        folder(path, path, 0, &mut files).map_err(|e| failed(e.to_string()))?;
        files.sort();
        return Ok(Some(files));
    }
    let mut start = Vec::new();
    File::open(path).and_then(|file| file.take(512).read_to_end(&mut start)).map_err(|e| failed(e.to_string()))?;
    let handler = match start.as_slice() {
        [b'P', b'K', 3, 4, ..] => "/vsizip/",
        [0x1f, 0x8b, ..] => "/vsitar/",
        block if block.get(257..262) == Some(b"ustar") => "/vsitar/",
        _ => return Ok(None),
    };
    // Braces say where the name of the archive ends, whatever its ending is.
    let name = path.to_string_lossy();
    let archive = if name.contains(['{', '}']) { format!("{handler}{name}") } else { format!("{handler}{{{name}}}") };
    let names = vsi::read_dir(&archive, true).map_err(|e| RasterError::open(path, &e))?;
    let names = names.into_iter().take(FILES).map(|name| name.to_string_lossy().replace('\\', "/"));
    let mut files: Vec<Inside> = names.map(|name| (name.to_ascii_lowercase(), format!("{archive}/{name}").into())).collect();
    files.sort();
    Ok(Some(files))
}

fn folder(root: &Path, at: &Path, depth: usize, files: &mut Vec<Inside>) -> std::io::Result<()> {
    for entry in fs::read_dir(at)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() && depth < DEEPEST {
            folder(root, &path, depth + 1, files)?;
        } else if kind.is_file() && files.len() < FILES {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/").to_ascii_lowercase();
            files.push((name, path));
        }
    }
    Ok(())
}

/// What could be drawn, best first: ready pictures, three bands in true colour, single bands.
fn choices(files: &[Inside], sensor: Sensor) -> Vec<Vec<PathBuf>> {
    let ending = |end: &str| -> Vec<PathBuf> {
        let found = files.iter().filter(|(name, _)| name.ends_with(end));
        found.map(|(_, path)| path.clone()).collect()
    };
    let ready: &[&str] = match sensor {
        Sensor::Sentinel2L1c | Sensor::Sentinel2L2a => {
            &["_pvi.jp2", "-ql.jpg", "_pvi.tif", "_tci_60m.jp2", "_tci_20m.jp2", "_tci_10m.jp2", "_tci.jp2"]
        }
        Sensor::LandsatC2L1 | Sensor::LandsatC2L2 => &["_thumb_small.jpeg", "_thumb_large.jpeg", "_thumb_small.jpg", "_thumb_large.jpg"],
        Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc => &["preview/quick-look.png", "quick-look.png"],
    };
    let mut choices: Vec<Vec<PathBuf>> = ready.iter().flat_map(|end| ending(end)).map(|path| vec![path]).collect();
    for resolution in ["_60m", "_20m", "_10m", ""] {
        let of = |band: Band| {
            let label = band.label(sensor)?.to_ascii_lowercase();
            ["jp2", "tif"].iter().find_map(|extension| ending(&format!("_{label}{resolution}.{extension}")).into_iter().next())
        };
        if let (Some(red), Some(green), Some(blue)) = (of(Band::Red), of(Band::Green), of(Band::Blue)) {
            choices.push(vec![red, green, blue]);
        }
    }
    // Masks last: they say little as a picture.
    let images = [".jp2", ".tif", ".tiff"].iter().flat_map(|end| ending(end)).map(|path| vec![path]);
    let (masks, bands): (Vec<_>, Vec<_>) = images.partition(|image| {
        let name = image[0].to_string_lossy().to_ascii_lowercase();
        name.contains("/qi_data/") || name.contains("_qa_") || name.contains("-qa")
    });
    choices.extend(bands);
    choices.extend(masks);
    choices
}

/// One layer of a picture, small.
struct Layer {
    pixels: Vec<f32>,
    nodata: Option<f32>,
    /// Numbers that are shown black and white.
    shown: (f32, f32),
}

/// Draws one file (grey, or its first three bands of bytes) or three (red, green, blue).
fn draw(holding: &Path, files: &[PathBuf], out: &Path) -> Result<(), RasterError> {
    let failed = |e| RasterError::read(holding, &e);
    let datasets = files.iter().map(|file| open_picture(holding, file)).collect::<Result<Vec<Dataset>, _>>()?;
    let first = datasets.first().ok_or_else(|| RasterError::unsupported(holding, "there is nothing to be drawn"))?;
    let (width, height) = first.raster_size();
    let (width, height) = shape((width as u32, height as u32), SIDE);
    let bytes = first.rasterband(1).map_err(failed)?.band_type() == GdalDataType::UInt8;
    let ready = files.len() == 1 && bytes && matches!(first.raster_count(), 3 | 4);
    let bands = match ready {
        true => (1..=3).map(|number| first.rasterband(number)).collect::<Result<Vec<_>, _>>().map_err(failed)?,
        false => datasets.iter().map(|dataset| dataset.rasterband(1)).collect::<Result<Vec<_>, _>>().map_err(failed)?,
    };
    let mut layers =
        bands.iter().map(|band| layer(holding, band, (width as usize, height as usize), ready)).collect::<Result<Vec<_>, _>>()?;
    // One stretch for all three keeps colours true to each other.
    let low = layers.iter().map(|layer| layer.shown.0).fold(f32::INFINITY, f32::min);
    let high = layers.iter().map(|layer| layer.shown.1).fold(f32::NEG_INFINITY, f32::max);
    layers.iter_mut().for_each(|layer| layer.shown = (low, high));
    let mut rgba = Vec::with_capacity(width as usize * height as usize * 4);
    for at in 0..width as usize * height as usize {
        let mut colours = layers.iter().map(|layer| layer.colour(at));
        let pixel = match (colours.next().flatten(), colours.next(), colours.next()) {
            (Some(grey), None, _) => [grey, grey, grey, 255],
            (Some(r), Some(Some(g)), Some(Some(b))) if !(ready && r | g | b == 0) => [r, g, b, 255],
            _ => [0; 4],
        };
        rgba.extend(pixel);
    }
    if rgba.chunks_exact(4).all(|pixel| pixel[3] == 0) {
        return Err(RasterError::unsupported(holding, "there is nothing but no data in its images"));
    }
    save(&rgba, (width, height), out)
}

fn layer(holding: &Path, band: &RasterBand, target: (usize, usize), ready: bool) -> Result<Layer, RasterError> {
    let (width, height) = band.size();
    let plain = band.overview_count().unwrap_or(0) == 0 && width.saturating_mul(height) > AVERAGED;
    let by = if plain { ResampleAlg::NearestNeighbour } else { ResampleAlg::Average };
    let mut pixels = crate::memory::zeros::<f32>(target.0 * target.1)?;
    band.read_into_slice((0, 0), band.size(), target, &mut pixels, Some(by)).map_err(|e| RasterError::read(holding, &e))?;
    let numbers = matches!(band.band_type(), GdalDataType::UInt8 | GdalDataType::UInt16);
    // 0 is no data in the bands of all these products, also where the file does not say it.
    let nodata = band.no_data_value().or((numbers && !ready).then_some(0.0)).map(|n| n as f32);
    let mut layer = Layer { pixels, nodata: if ready { None } else { nodata }, shown: (0.0, 255.0) };
    if !ready {
        layer.shown = layer.stretch();
    }
    Ok(layer)
}

impl Layer {
    fn value(&self, at: usize) -> Option<f32> {
        Some(self.pixels[at]).filter(|value| value.is_finite() && Some(*value) != self.nodata)
    }

    /// From the lowest 2nd to the highest 98th percentile.
    fn stretch(&self) -> (f32, f32) {
        let mut valid: Vec<f32> = (0..self.pixels.len()).filter_map(|at| self.value(at)).collect();
        valid.sort_by(f32::total_cmp);
        let place = |share: f32| valid.get((valid.len().saturating_sub(1) as f32 * share).round() as usize).copied();
        (place(0.02).unwrap_or(0.0), place(0.98).unwrap_or(1.0))
    }

    fn colour(&self, at: usize) -> Option<u8> {
        let (low, high) = self.shown;
        let share = |value: f32| if high > low { (value - low) / (high - low) } else { 1.0 };
        self.value(at).map(|value| (share(value) * 255.0).round().clamp(0.0, 255.0) as u8)
    }
}

#[cfg(test)]
mod tests;
