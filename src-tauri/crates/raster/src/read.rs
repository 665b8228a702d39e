//! Pixels of a source on the pixels of the output.

use std::ops::Range;
use std::path::Path;

use gdal::Dataset;
use gdal::errors::GdalError;
use gdal::raster::{GdalType, RasterBand};
use swath_domain::{Grid, Placement, Window};

use crate::memory::{self, Borrowed, zeros};
use crate::open::{DataType, Description, description, open};
use crate::placement::placed_window;
use crate::project::metres_per_unit;
use crate::tiff::{Pixel, Plain};
use crate::{RasterError, ffi};

/// Pixels of the first band of `path` on the grid `output`, row by row.
///
/// 0 wherever the source holds `nodata` or does not reach. `classification` says that the numbers are classes, which are never mixed:
///
/// * `Aligned`: copied;
/// * `Scaled`: a coarser source is repeated; of a finer one the mean of the valid pixels under each output pixel, halves
///   rounded up (classes: the pixel at or just right of and below the centre);
/// * `Warped`: warped, bilinear among valid pixels (classes: nearest).
///
/// Reads exactly the window that [`crate::source_window`] names, in one go, so the file may have holes elsewhere.
///
/// # Errors
/// [`RasterError::Read`] when any pixel cannot be read: a failed read never becomes 0. [`RasterError::Unsupported`] for other pixels than
/// 8 and 16 bit unsigned, and when the grids do not stand to each other as `placement` says.
pub fn read_onto(
    path: &Path,
    output: &Grid,
    placement: Placement,
    classification: bool,
    nodata: Option<f64>,
) -> Result<Vec<u16>, RasterError> {
    match pixels_under(path, output, placement, &|source| placed_window(source, output, placement))? {
        Some(Under { source, window, pixels }) => place(path, &source.part(window), pixels, output, placement, classification, nodata),
        None => zeros(output.pixels() as usize),
    }
}

/// Pixels of a file.
pub(crate) struct Under<T> {
    /// The grid of the file.
    pub(crate) source: Grid,
    pub(crate) window: Window,
    pub(crate) pixels: Vec<T>,
}

/// The pixels of the first band under a window, which is chosen once the grid of the file is known; `None` when there is none.
pub(crate) fn pixels_under<T: Pixel + GdalType>(
    path: &Path,
    output: &Grid,
    placement: Placement,
    window: &dyn Fn(&Grid) -> Result<Option<Window>, RasterError>,
) -> Result<Option<Under<T>>, RasterError> {
    if let Some((plain, source)) = Plain::open(path).filter(|(_, source)| fits(Placement::of(source, output), placement)) {
        let Some(window) = window(&source)? else { return Ok(None) };
        if let Some(pixels) = plain.window(0, window) {
            return Ok(Some(Under { source, window, pixels }));
        }
    }
    let dataset = open(path)?;
    let source = checked(path, &dataset, output, placement)?;
    let Some(window) = window(&source.grid)? else { return Ok(None) };
    let pixels = read_window(path, &dataset, window)?;
    Ok(Some(Under { source: source.grid, window, pixels }))
}

fn fits(actual: Placement, planned: Placement) -> bool {
    match planned {
        Placement::Aligned => actual == Placement::Aligned,
        Placement::Scaled => actual != Placement::Warped,
        Placement::Warped => true,
    }
}

/// What the file holds, once it is sure that it can be read and stands to the output as the plan says.
pub(crate) fn checked(path: &Path, dataset: &Dataset, output: &Grid, placement: Placement) -> Result<Description, RasterError> {
    let source = description(path, dataset)?;
    if source.data_type == DataType::Other {
        return Err(RasterError::unsupported(path, "its pixels are not 8 or 16 bit unsigned numbers"));
    }
    let actual = Placement::of(&source.grid, output);
    if !fits(actual, placement) {
        let what = format!("its pixels are {} to the output, not {} as was planned; plan again", actual.name(), placement.name());
        return Err(RasterError::unsupported(path, what));
    }
    Ok(source)
}

pub(crate) fn read_window<T: GdalType + Copy + Default>(path: &Path, dataset: &Dataset, window: Window) -> Result<Vec<T>, RasterError> {
    let band = dataset.rasterband(1).map_err(|e| RasterError::read(path, &e))?;
    read_band(path, &band, window)
}

pub(crate) fn read_band<T: GdalType + Copy + Default>(path: &Path, band: &RasterBand, window: Window) -> Result<Vec<T>, RasterError> {
    let mut pixels = zeros(window.pixels())?;
    let size = (window.width as usize, window.height as usize);
    band.read_into_slice((window.x as isize, window.y as isize), size, size, &mut pixels, None).map_err(|e| RasterError::read(path, &e))?;
    Ok(pixels)
}

/// Brings pixels on `part` (a piece of the source's grid) onto `output`.
pub(crate) fn place(
    path: &Path,
    part: &Grid,
    mut pixels: Vec<u16>,
    output: &Grid,
    placement: Placement,
    classification: bool,
    nodata: Option<f64>,
) -> Result<Vec<u16>, RasterError> {
    let missing = nodata.filter(|n| n.fract() == 0.0 && (0.0..=65_535.0).contains(n)).map(|n| n as u16);
    match placement {
        Placement::Warped => return warp(path, part, &pixels, output, classification, missing),
        Placement::Aligned | Placement::Scaled => {}
    }
    if placement == Placement::Aligned {
        if let Some(missing) = missing.filter(|m| *m != 0) {
            pixels.iter_mut().filter(|p| **p == missing).for_each(|p| *p = 0);
        }
        if part == output {
            return Ok(pixels);
        }
        return copied(part, &pixels, output);
    }
    let columns = spans((output.transform.west - part.transform.west, output.transform.width, output.width), part.transform.width);
    let rows = spans((part.transform.north - output.transform.north, output.transform.height, output.height), part.transform.height);
    let mut out = zeros(output.pixels() as usize)?;
    let stride = part.width as usize;
    for (line, rows) in out.chunks_exact_mut(output.width as usize).zip(&rows) {
        for (pixel, columns) in line.iter_mut().zip(&columns) {
            *pixel = if classification {
                let inside = |span: &Range<i64>, length: u32| Some(middle(span)).filter(|at| (0..i64::from(length)).contains(at));
                match (inside(columns, part.width), inside(rows, part.height)) {
                    (Some(x), Some(y)) => Some(pixels[y as usize * stride + x as usize]).filter(|p| Some(*p) != missing).unwrap_or(0),
                    _ => 0,
                }
            } else {
                mean(&pixels, stride, clipped(columns, part.width), clipped(rows, part.height), missing)
            };
        }
    }
    Ok(out)
}

/// Pixels that coincide, row by row; 0 where the source does not reach.
fn copied(part: &Grid, pixels: &[u16], output: &Grid) -> Result<Vec<u16>, RasterError> {
    let mut out = zeros(output.pixels() as usize)?;
    let Some((column, row)) = part.shift_in(output) else { return Ok(out) };
    let span = |at: i64, length: u32, most: u32| {
        let (start, end) = (at.clamp(0, i64::from(most)), (at + i64::from(length)).clamp(0, i64::from(most)));
        (start as usize..end as usize, (start - at) as usize)
    };
    let (columns, left) = span(column, part.width, output.width);
    let (rows, top) = span(row, part.height, output.height);
    let (stride, width) = (part.width as usize, output.width as usize);
    for (line, y) in rows.zip(top..) {
        let from = y * stride + left;
        out[line * width + columns.start..line * width + columns.end].copy_from_slice(&pixels[from..from + columns.len()]);
    }
    Ok(out)
}

/// The source pixels under each output pixel along one axis: exactly one of a coarser source, a whole number of a finer one. `start` is
/// measured from the source's first edge, and spans may lie outside the source.
pub(crate) fn spans((start, pixel, count): (f64, f64, u32), source_pixel: f64) -> Vec<Range<i64>> {
    let ratio = (pixel / source_pixel).round() as i64;
    let span = |i: u32| {
        if ratio > 1 {
            let first = ((start + f64::from(i) * pixel) / source_pixel).round() as i64;
            first..first + ratio
        } else {
            let at = ((start + (f64::from(i) + 0.5) * pixel) / source_pixel).floor() as i64;
            at..at + 1
        }
    };
    (0..count).map(span).collect()
}

pub(crate) fn clipped(span: &Range<i64>, length: u32) -> Range<usize> {
    let to = |v: i64| v.clamp(0, i64::from(length)) as usize;
    to(span.start)..to(span.end)
}

fn middle(span: &Range<i64>) -> i64 {
    span.start + (span.end - span.start) / 2
}

fn mean(pixels: &[u16], stride: usize, columns: Range<usize>, rows: Range<usize>, missing: Option<u16>) -> u16 {
    let (mut sum, mut count) = (0u64, 0u64);
    for y in rows {
        for &p in &pixels[y * stride + columns.start..y * stride + columns.end] {
            let valid = u64::from(Some(p) != missing);
            sum += u64::from(p) * valid;
            count += valid;
        }
    }
    (sum + count / 2).checked_div(count).unwrap_or(0) as u16
}

fn warp(path: &Path, part: &Grid, pixels: &[u16], output: &Grid, nearest: bool, missing: Option<u16>) -> Result<Vec<u16>, RasterError> {
    // GDAL would estimate the ratio of the pixel sizes for each piece anew and smooth some blocks but not their neighbours; it is told.
    let centre = |g: &Grid| (g.bounds().north + g.bounds().south) / 2.0;
    let (source_unit, output_unit) = (metres_per_unit(&part.crs, centre(part))?, metres_per_unit(&output.crs, centre(output))?);
    let x_scale = part.transform.width * source_unit.0 / (output.transform.width * output_unit.0);
    let y_scale = part.transform.height * source_unit.1 / (output.transform.height * output_unit.1);
    // Pixel sizes that are the same but for the stretch between two zones are no resampling.
    let snapped = |scale: f64| if (scale - 1.0).abs() < 0.02 { 1.0 } else { scale };
    let mut options: Vec<String> =
        ["-r", if nearest { "near" } else { "bilinear" }, "-et", "0.01", "-ovr", "NONE", "-srcnodata"].map(String::from).into();
    options.push(missing.map_or_else(|| "None".into(), |m| m.to_string()));
    for (name, scale) in [("XSCALE", x_scale), ("YSCALE", y_scale)] {
        options.extend(["-wo".into(), format!("{name}={}", snapped(scale))]);
    }
    let done = || -> Result<Vec<u16>, GdalError> {
        let source = Borrowed::new(part, pixels, missing.map(f64::from))?;
        let target = memory::of_type::<u16>(output, 1)?;
        ffi::warp(&source, &target, &options)?;
        Ok(target.rasterband(1)?.read_band_as::<u16>()?.into_shape_and_vec().1)
    };
    done().map_err(|e| RasterError::read(path, &e))
}

#[cfg(test)]
mod tests;
