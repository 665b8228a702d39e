//! The part of an image under an area, as a file of its own.

use std::path::Path;

use gdal::errors::GdalError;
use gdal::raster::{Buffer, GdalDataType};
use gdal::{Dataset, DriverManager};
use geo::{BoundingRect, MultiPolygon};
use swath_domain::{Aoi, Bounds, Compression, Crs, Grid, Monitor, Stop, Window};

use crate::canvas::with_ending;
use crate::cog::{self, STEPS, Steps};
use crate::open::{grid, open, open_for_update};
use crate::project::project;
use crate::rasterize::rasterize_with;
use crate::{RasterError, ffi};

/// Rows that are looked at together while the outside of the outline is blanked.
const STRIP: u32 = 256;
/// Of [`STEPS`], those until the window has been copied, and those until its outside has been blanked.
const COPIED: f64 = 40.0;
const BLANKED: f64 = 60.0;
/// Side of the tiles inside, pixels.
const BLOCK: u32 = 512;

/// The pixels of `source` that the area touches (their box): what [`clip`] reads and writes. `None` when the area lies beside the source.
///
/// # Errors
/// [`RasterError::Projection`] when the area cannot be taken into the source's coordinate system.
pub fn clip_window(source: &Grid, area: &Aoi) -> Result<Option<Window>, RasterError> {
    Ok(window(source, &outline(source, area)?))
}

/// Cuts the part of `source` under an area into a cloud-optimised GeoTIFF with overviews: same grid lines, same kind of number, same values,
/// with the source's band descriptions, scales and metadata. Where the source has a number that means "no data", pixels that the area does
/// not touch get it; without one the whole box around the area is kept.
///
/// Reads no block of the source that is not under [`clip_window`], so that the source may be a file of which only those are there.
/// Reports 100 steps in all. Besides the file itself, its pixels need room while it is made.
///
/// # Errors
/// [`RasterError::Unsupported`] when the area lies beside the source; otherwise as reading and writing fail. Nothing is left behind after
/// an error or when cancelled.
pub fn clip(source: &Path, area: &Aoi, out: &Path, monitor: &dyn Monitor) -> Result<Grid, Stop<RasterError>> {
    let dataset = open(source)?;
    let whole = grid(source, &dataset)?;
    let outline = outline(&whole, area)?;
    let beside = || RasterError::unsupported(source, "the area lies beside it; choose scenes that cover the area");
    let window = window(&whole, &outline).ok_or_else(beside)?;
    let part = whole.part(window);
    let failed = |e: GdalError| whose(RasterError::write(out, &e), source);
    let mut steps = Steps::new(monitor);
    let view = view(&dataset, window).map_err(failed)?;
    // Nearest neighbours are values of the source itself, whatever they mean: reflectance, classes or bits.
    let options = cog::options(Compression::Deflate, BLOCK, true, 1).map_err(failed)?;
    let copy = |from: &Dataset, steps: &mut Steps, start: f64| {
        let share = STEPS as f64 - start;
        cog::copy(from, out, &options, &mut |done| steps.at(start + done * share))
    };
    if let Some(nodata) = nodata(&dataset) {
        let pixels = with_ending(out, ".pixels");
        let done = copy_pixels(&view, &pixels, &mut |done| steps.at(done * COPIED))
            .map_err(|stop| stop.map(failed))
            .and_then(|()| blank(&pixels, &part, &outline, nodata, &mut steps))
            .and_then(|()| copy(&open(&pixels)?, &mut steps, BLANKED));
        // Nothing can be done about a file that cannot be removed; a later error says more.
        let _ = std::fs::remove_file(&pixels);
        done?;
    } else {
        copy(&view.dataset, &mut steps, 0.0).map_err(|stop| stop.map(|error| whose(error, source)))?;
    }
    steps.at(STEPS as f64);
    Ok(part)
}

/// The area in the coordinate system of a grid. Parts of it for which that does not hold lie far from the grid and are left out.
fn outline(source: &Grid, area: &Aoi) -> Result<MultiPolygon<f64>, RasterError> {
    let (mut parts, mut failure) = (Vec::new(), None);
    for polygon in area.shape() {
        match project(&MultiPolygon(vec![polygon.clone()]), &Crs::epsg(4326), &source.crs) {
            Ok(part) => parts.extend(part),
            Err(error) => failure = Some(error),
        }
    }
    match failure {
        Some(error) if parts.is_empty() => Err(error),
        _ => Ok(MultiPolygon(parts)),
    }
}

/// The box around what each part of the outline touches, so that a part beside the source does not widen it.
fn window(source: &Grid, outline: &MultiPolygon<f64>) -> Option<Window> {
    let boxes = outline.iter().filter_map(BoundingRect::bounding_rect);
    let windows = boxes.filter_map(|b| source.window_of(Bounds { west: b.min().x, south: b.min().y, east: b.max().x, north: b.max().y }));
    windows.reduce(|a, b| {
        let (x, y) = (a.x.min(b.x), a.y.min(b.y));
        let (right, bottom) = ((a.x + a.width).max(b.x + b.width), (a.y + a.height).max(b.y + b.height));
        Window { x, y, width: right - x, height: bottom - y }
    })
}

/// The number for "no data" of all bands, when they have one and can hold it.
fn nodata(dataset: &Dataset) -> Option<f64> {
    let of = |number| {
        let band = dataset.rasterband(number).ok()?;
        let nodata = band.no_data_value()?;
        let whole = |low: f64, high: f64| nodata.fract() == 0.0 && (low..=high).contains(&nodata);
        let holds = match band.band_type() {
            GdalDataType::UInt8 => whole(0.0, 255.0),
            GdalDataType::UInt16 => whole(0.0, 65_535.0),
            GdalDataType::Int16 => whole(-32_768.0, 32_767.0),
            GdalDataType::UInt32 => whole(0.0, f64::from(u32::MAX)),
            GdalDataType::Int32 => whole(f64::from(i32::MIN), f64::from(i32::MAX)),
            GdalDataType::Float32 | GdalDataType::Float64 => true,
            // Others do not pass through 64-bit floats unchanged.
            _ => false,
        };
        holds.then_some(nodata)
    };
    let first = of(1)?;
    let same = |n: f64| n == first || (n.is_nan() && first.is_nan());
    (2..=dataset.raster_count()).all(|number| of(number).is_some_and(same)).then_some(first)
}

/// The window with everything that the source says about itself. Its mask is left out: it would be read where nothing may have been fetched.
fn view(dataset: &Dataset, window: Window) -> Result<ffi::View<'_>, GdalError> {
    let mut options: Vec<String> = ["-of", "VRT", "-mask", "none", "-srcwin"].map(String::from).into();
    options.extend([window.x, window.y, window.width, window.height].map(|n| n.to_string()));
    ffi::view(dataset, &options)
}

/// Copies the pixels of the window, and nothing else, into a plain file.
fn copy_pixels(view: &ffi::View, to: &Path, progress: &mut dyn FnMut(f64) -> bool) -> Result<(), Stop<GdalError>> {
    let mut options = gdal::cpl::CslStringList::new();
    for (key, value) in [("TILED", "YES"), ("BIGTIFF", "IF_SAFER"), ("INTERLEAVE", "BAND")] {
        options.set_name_value(key, value)?;
    }
    let driver = DriverManager::get_driver_by_name("GTiff")?;
    if ffi::create_copy(&driver, &view.dataset, to, &options, progress)? { Ok(()) } else { Err(Stop::Cancelled) }
}

/// Puts no data wherever the outline does not touch a pixel.
fn blank(path: &Path, part: &Grid, outline: &MultiPolygon<f64>, nodata: f64, steps: &mut Steps) -> Result<(), Stop<RasterError>> {
    let mut dataset = open_for_update(path)?;
    let bands = dataset.raster_count();
    for y in (0..part.height).step_by(STRIP as usize) {
        if !steps.at(COPIED + (BLANKED - COPIED) * f64::from(y) / f64::from(part.height)) {
            return Err(Stop::Cancelled);
        }
        let strip = Window { x: 0, y, width: part.width, height: STRIP.min(part.height - y) };
        let inside = rasterize_with(outline, &part.part(strip), true)?;
        if inside.iter().all(|pixel| *pixel == 1) {
            continue;
        }
        let (at, size) = ((0, y as isize), (strip.width as usize, strip.height as usize));
        let write = || -> Result<(), GdalError> {
            for number in 1..=bands {
                let mut band = dataset.rasterband(number)?;
                let mut pixels: Buffer<f64> = band.read_as(at, size, size, None)?;
                pixels.data_mut().iter_mut().zip(&inside).filter(|(_, inside)| **inside == 0).for_each(|(pixel, _)| *pixel = nodata);
                band.write(at, size, &mut pixels)?;
            }
            Ok(())
        };
        write().map_err(|e| RasterError::write(path, &e))?;
    }
    Ok(ffi::flush(&mut dataset).map_err(|e| RasterError::write(path, &e))?)
}

/// GDAL does not say which of two files failed, but it names the one that it reads.
fn whose(error: RasterError, source: &Path) -> RasterError {
    let name = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match error {
        RasterError::Write { words, .. } if !name.is_empty() && words.contains(&name) => RasterError::Read { path: source.into(), words },
        other => other,
    }
}

#[cfg(test)]
mod tests;
