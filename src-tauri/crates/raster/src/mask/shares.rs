//! How much of an area is clear, from a small overview of the mask.

use std::path::Path;

use gdal::raster::GdalType;
use geo::{Area, BoundingRect, MultiPolygon};
use swath_domain::{Bounds, Crs, Grid, MaskStep, PixelClass, Window};

use super::{codes, qa_pixel, scl};
use crate::open::{description, level_grid, open};
use crate::rasterize::rasterize_with;
use crate::read::read_band;
use crate::{RasterError, project, rasterize};

/// An overview is fine enough when the area is so many of its pixels long.
const ENOUGH: u32 = 64;

/// How the pixels of an area divide; the four sum to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Shares {
    /// Kept.
    pub clear: f64,
    /// Dropped cloud or cirrus.
    pub cloud: f64,
    /// Dropped cloud shadow.
    pub shadow: f64,
    /// No data, not reached by the file, or dropped for another class.
    pub missing: f64,
}

/// Which of the four a pixel belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Clear,
    Cloud,
    Shadow,
    Missing,
}

/// Shares of an area (longitude, latitude) in a scene classification, from resolution level `level` (0 is the full one): by the classes that
/// the step drops and keeps. Nothing is grown.
///
/// Reads only the window under the area, as [`shares_window`] names it.
///
/// # Errors
/// As [`crate::read_onto`]; [`RasterError::Unsupported`] when there is no such level; [`RasterError::Projection`].
pub fn shares(path: &Path, level: usize, outline: &MultiPolygon<f64>, step: &MaskStep) -> Result<Shares, RasterError> {
    let groups = scl::codes(step).map(group);
    count::<u8>(path, level, outline, &|number| groups[usize::from(number)])
}

/// As [`shares`], of a Landsat QA_PIXEL layer.
///
/// # Errors
/// As [`shares`].
pub fn shares_qa_pixel(path: &Path, level: usize, outline: &MultiPolygon<f64>, step: &MaskStep) -> Result<Shares, RasterError> {
    let groups: Vec<Group> = qa_pixel::codes(step).into_iter().map(group).collect();
    count::<u16>(path, level, outline, &|bits| groups[usize::from(bits)])
}

fn group(code: u8) -> Group {
    match codes::class(code) {
        PixelClass::NoData => Group::Missing,
        _ if codes::is_usable(code) => Group::Clear,
        PixelClass::Cloud | PixelClass::Cirrus => Group::Cloud,
        PixelClass::Shadow => Group::Shadow,
        PixelClass::Clear | PixelClass::Water | PixelClass::Snow | PixelClass::Saturated => Group::Missing,
    }
}

fn count<T: GdalType + Copy + Default>(
    path: &Path,
    level: usize,
    outline: &MultiPolygon<f64>,
    group: &dyn Fn(T) -> Group,
) -> Result<Shares, RasterError> {
    let dataset = open(path)?;
    let source = description(path, &dataset)?;
    let Some(size) = source.levels.get(level) else {
        return Err(RasterError::unsupported(path, format!("it has no resolution level {level}")));
    };
    let grid = level_grid(&source.grid, *size);
    let outline = project(outline, &Crs::epsg(4326), &grid.crs)?;
    let Some((window, bounds)) = under(&grid, &outline) else {
        return Ok(Shares { missing: 1.0, ..Shares::default() });
    };
    let failed = |e| RasterError::read(path, &e);
    let full = dataset.rasterband(1).map_err(failed)?;
    let band = if level == 0 { full } else { full.overview(level - 1).map_err(failed)? };
    let pixels = read_band::<T>(path, &band, window)?;
    let part = grid.part(window);
    let mut inside = rasterize(&outline, &part)?;
    if !inside.contains(&1) {
        // An area smaller than a pixel may miss every centre.
        inside = rasterize_with(&outline, &part, true)?;
    }
    let mut counts = [0u64; 4];
    pixels.iter().zip(&inside).filter(|(_, inside)| **inside == 1).for_each(|(pixel, _)| counts[group(*pixel) as usize] += 1);
    Ok(divide(counts, pixels_of(&outline, &grid, bounds)))
}

/// The coarsest level that is fine enough for [`shares`] (or the full one), and its window under the area; `None` when the area lies
/// outside. `levels` are columns and rows, from fine to coarse; `grid` is the full resolution, and `outline` lies in its system.
pub fn shares_window(levels: &[(u32, u32)], grid: &Grid, outline: &MultiPolygon<f64>) -> Option<(usize, Window)> {
    let windows = levels.iter().map(|size| under(&level_grid(grid, *size), outline).map(|(window, _)| window));
    let windows: Vec<_> = windows.collect::<Option<_>>()?;
    let level = windows.iter().rposition(|w| w.width.max(w.height) >= ENOUGH).unwrap_or(0);
    windows.get(level).map(|window| (level, *window))
}

fn under(grid: &Grid, outline: &MultiPolygon<f64>) -> Option<(Window, Bounds)> {
    let r = outline.bounding_rect()?;
    let bounds = Bounds { west: r.min().x, south: r.min().y, east: r.max().x, north: r.max().y };
    Some((grid.window_of(bounds)?, bounds))
}

/// Number of pixels of an area that reaches beyond the file; `None` when it does not.
fn pixels_of(outline: &MultiPolygon<f64>, grid: &Grid, area: Bounds) -> Option<f64> {
    let b = grid.bounds();
    let beyond = area.west < b.west || area.east > b.east || area.south < b.south || area.north > b.north;
    beyond.then(|| outline.unsigned_area() / (grid.transform.width * grid.transform.height))
}

/// `counts` in the order of [`Group`]; `of` is the number of pixels of an area that reaches beyond the file.
fn divide(counts: [u64; 4], of: Option<f64>) -> Shares {
    let seen: u64 = counts.iter().sum();
    let all = (seen as f64).max(of.unwrap_or(0.0));
    if all == 0.0 {
        return Shares { missing: 1.0, ..Shares::default() };
    }
    let [clear, cloud, shadow, _] = counts.map(|count| count as f64 / all);
    Shares { clear, cloud, shadow, missing: (1.0 - clear - cloud - shadow).max(0.0) }
}
