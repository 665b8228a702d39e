//! Rasters in memory: vectors that may fail to be had, and GDAL datasets over borrowed pixels.

use std::ops::Deref;

use gdal::errors::GdalError;
use gdal::raster::GdalType;
use gdal::{Dataset, DriverManager};
use swath_domain::Grid;

use crate::{RasterError, ffi, project};

/// `count` zeros, or an error instead of an abort when the system has no memory left.
pub(crate) fn zeros<T: Copy + Default>(count: usize) -> Result<Vec<T>, RasterError> {
    let mut pixels = Vec::new();
    pixels.try_reserve_exact(count).map_err(|_| RasterError::Memory { bytes: count.saturating_mul(size_of::<T>()) })?;
    pixels.resize(count, T::default());
    Ok(pixels)
}

/// A dataset whose bands are borrowed pixels; read-only.
pub(crate) struct Borrowed<'a> {
    dataset: Dataset,
    _pixels: std::marker::PhantomData<&'a [u8]>,
}

impl Deref for Borrowed<'_> {
    type Target = Dataset;

    fn deref(&self) -> &Dataset {
        &self.dataset
    }
}

impl<'a> Borrowed<'a> {
    /// One band of row-major pixels that lie on `grid`. The caller has checked that there are `grid.pixels()` of them.
    pub(crate) fn new<T: GdalType>(grid: &Grid, pixels: &'a [T], nodata: Option<f64>) -> Result<Self, GdalError> {
        assert_eq!(pixels.len() as u64, grid.pixels(), "as many pixels as the grid has");
        let dataset = empty(grid, 0)?;
        ffi::add_borrowed_band(&dataset, pixels.as_ptr().cast(), T::gdal_ordinal())?;
        if nodata.is_some() {
            dataset.rasterband(1)?.set_no_data_value(nodata)?;
        }
        Ok(Self { dataset, _pixels: std::marker::PhantomData })
    }
}

/// A dataset in memory of `bands` bands of bytes, all 0.
pub(crate) fn empty(grid: &Grid, bands: usize) -> Result<Dataset, GdalError> {
    of_type::<u8>(grid, bands)
}

/// A dataset in memory, all 0.
pub(crate) fn of_type<T: GdalType>(grid: &Grid, bands: usize) -> Result<Dataset, GdalError> {
    ffi::ready();
    let driver = DriverManager::get_driver_by_name("MEM")?;
    let mut dataset = driver.create_with_band_type::<T, _>("", grid.width as usize, grid.height as usize, bands)?;
    place(&mut dataset, grid)?;
    Ok(dataset)
}

/// Says where a dataset lies.
pub(crate) fn place(dataset: &mut Dataset, grid: &Grid) -> Result<(), GdalError> {
    let t = grid.transform;
    dataset.set_geo_transform(&[t.west, t.width, 0.0, t.north, 0.0, -t.height])?;
    dataset.set_spatial_ref(&project::reference(&grid.crs)?)
}
