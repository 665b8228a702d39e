//! Opening files, and what they say about themselves.

use std::path::Path;

use gdal::raster::GdalDataType;
use gdal::spatial_ref::SpatialRef;
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};
use swath_domain::{Crs, Grid};

use crate::{RasterError, ffi};

/// Formats that are opened. Others (above all VRT, which may name any address) stay shut.
const FORMATS: &[&str] = &["GTiff", "JP2OpenJPEG"];

/// Formats of pictures that products bring with them, besides.
const PICTURES: &[&str] = &["GTiff", "JP2OpenJPEG", "PNG", "JPEG"];

/// Kind of number in a raster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataType {
    /// 8 bit, unsigned.
    U8,
    /// 16 bit, unsigned.
    U16,
    /// Anything else; such files can be described but not read.
    Other,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// Coordinate system, transform and shape of the full resolution.
    pub grid: Grid,
    /// Number of bands.
    pub bands: usize,
    /// Kind of number in the first band.
    pub data_type: DataType,
    /// The stored number that means "no data" in the first band.
    pub nodata: Option<f64>,
    /// Columns and rows of each resolution level; 0 is the full resolution, overviews follow from fine to coarse.
    pub levels: Vec<(u32, u32)>,
}

/// Reads a file's header.
///
/// # Errors
/// [`RasterError::Open`] when it is no raster; [`RasterError::Unsupported`] when it is rotated or has no coordinate system.
pub fn describe(path: &Path) -> Result<Description, RasterError> {
    let dataset = open(path)?;
    description(path, &dataset)
}

pub(crate) fn open(path: &Path) -> Result<Dataset, RasterError> {
    open_with(path, GdalOpenFlags::GDAL_OF_READONLY)
}

pub(crate) fn open_for_update(path: &Path) -> Result<Dataset, RasterError> {
    open_with(path, GdalOpenFlags::GDAL_OF_UPDATE)
}

/// Opens an image inside of something that the library holds: a file of its own, or one in an archive by GDAL's name for it. Besides the
/// formats of pixels, those of quick-looks.
pub(crate) fn open_picture(holding: &Path, name: &Path) -> Result<Dataset, RasterError> {
    ffi::ready();
    let open_flags = GdalOpenFlags::GDAL_OF_READONLY | GdalOpenFlags::GDAL_OF_RASTER | GdalOpenFlags::GDAL_OF_VERBOSE_ERROR;
    let options = DatasetOptions { open_flags, allowed_drivers: Some(PICTURES), ..Default::default() };
    Dataset::open_ex(name, options).map_err(|e| RasterError::open(holding, &e))
}

fn open_with(path: &Path, access: GdalOpenFlags) -> Result<Dataset, RasterError> {
    ffi::ready();
    // GDAL gives names that begin so a meaning of its own (archives, network, memory); a file on disk is all that is meant here.
    if !path.is_file() {
        return Err(RasterError::Open { path: path.into(), words: "there is no such file".into() });
    }
    let open_flags = access | GdalOpenFlags::GDAL_OF_RASTER | GdalOpenFlags::GDAL_OF_VERBOSE_ERROR;
    let options = DatasetOptions { open_flags, allowed_drivers: Some(FORMATS), ..Default::default() };
    Dataset::open_ex(path, options).map_err(|e| RasterError::open(path, &e))
}

pub(crate) fn description(path: &Path, dataset: &Dataset) -> Result<Description, RasterError> {
    let grid = grid(path, dataset)?;
    let band = dataset.rasterband(1).map_err(|e| RasterError::open(path, &e))?;
    let mut levels = vec![(grid.width, grid.height)];
    for number in 0..band.overview_count().unwrap_or(0).max(0) as usize {
        let level = band.overview(number).map_err(|e| RasterError::open(path, &e))?;
        levels.push((level.x_size() as u32, level.y_size() as u32));
    }
    let data_type = match band.band_type() {
        GdalDataType::UInt8 => DataType::U8,
        GdalDataType::UInt16 => DataType::U16,
        _ => DataType::Other,
    };
    Ok(Description { grid, bands: dataset.raster_count(), data_type, nodata: band.no_data_value(), levels })
}

pub(crate) fn grid(path: &Path, dataset: &Dataset) -> Result<Grid, RasterError> {
    let nowhere = || RasterError::unsupported(path, "it does not say where on Earth it lies; choose a file with a coordinate system");
    let reference = dataset.spatial_ref().map_err(|_| nowhere())?;
    let [west, width, rx, north, ry, height] = dataset.geo_transform().map_err(|_| nowhere())?;
    let (columns, rows) = dataset.raster_size();
    Grid::from_affine(crs(&reference).ok_or_else(nowhere)?, [width, rx, west, ry, height, north], columns as u32, rows as u32)
        .map_err(|why| RasterError::unsupported(path, why.to_string()))
}

fn crs(reference: &SpatialRef) -> Option<Crs> {
    match (reference.auth_name().as_deref(), reference.auth_code()) {
        (Some("EPSG"), Ok(code)) => Some(Crs::epsg(code.try_into().ok()?)),
        _ => reference.to_wkt().ok().filter(|wkt| !wkt.is_empty()).map(Crs),
    }
}

/// The grid of a resolution level: the same ground in fewer, larger pixels.
pub(crate) fn level_grid(full: &Grid, (width, height): (u32, u32)) -> Grid {
    let mut grid = full.clone();
    grid.transform.width *= f64::from(full.width) / f64::from(width);
    grid.transform.height *= f64::from(full.height) / f64::from(height);
    (grid.width, grid.height) = (width, height);
    grid
}
