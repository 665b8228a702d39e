//! Several bands of one file in memory, for what looks at whole scenes at once: cloud detectors and models on files of the user's own.

use std::path::Path;

use gdal::Dataset;
use gdal::errors::GdalError;
use swath_domain::{Crs, Grid};

use crate::open::{description, open};
use crate::{RasterError, memory};

/// Pixels that are brought into memory at most: a Sentinel-2 tile at 10 m.
const MOST: u64 = 10_980 * 10_980;

/// What to read, and what the numbers mean.
#[derive(Debug, Clone, PartialEq)]
pub struct StackSpec {
    /// Bands by their number, from 1.
    pub bands: Vec<usize>,
    /// Factor from stored numbers to reflectance.
    pub scale: f64,
    /// Added after scaling.
    pub offset: f64,
    /// The stored number that means "no data"; that of the file when absent.
    pub nodata: Option<f64>,
    /// Finest pixel that is wanted, metres: a finer file is thinned to it, nearest pixel. As it is when absent.
    pub pixel_m: Option<f64>,
}

/// Bands on one grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Stack {
    /// Where the pixels lie. A file without a place on the map gets a grid of its own pixels, 1 m each.
    pub grid: Grid,
    /// Whether the file says where it lies.
    pub placed: bool,
    /// Reflectance times 10 000 of each band, row by row: 0 no data, valid numbers from 1 on.
    pub bands: Vec<Vec<u16>>,
}

/// Reads some bands of a file.
///
/// # Errors
/// [`RasterError::Open`], [`RasterError::Read`], [`RasterError::Memory`]; [`RasterError::Unsupported`] for a band that is not there and for more
/// pixels than a Sentinel-2 tile has.
pub fn read_stack(path: &Path, spec: &StackSpec) -> Result<Stack, RasterError> {
    let dataset = open(path)?;
    let (full, placed) = match description(path, &dataset) {
        Ok(described) => (described.grid, true),
        Err(_) => (unplaced(&dataset), false),
    };
    let grid = thinned(&full, spec.pixel_m.filter(|_| placed));
    if grid.pixels() > MOST {
        let what = format!("{} x {} pixels are more than are looked at together; choose larger pixels or cut it", grid.width, grid.height);
        return Err(RasterError::unsupported(path, what));
    }
    let bands = spec.bands.iter().map(|band| read_one(path, &dataset, *band, &full, &grid, spec)).collect::<Result<_, _>>()?;
    Ok(Stack { grid, placed, bands })
}

fn unplaced(dataset: &Dataset) -> Grid {
    let (width, height) = dataset.raster_size();
    let transform = swath_domain::Transform { west: 0.0, north: height as f64, width: 1.0, height: 1.0 };
    Grid { crs: Crs(r#"LOCAL_CS["pixels",UNIT["metre",1]]"#.into()), transform, width: width as u32, height: height as u32 }
}

/// The grid with pixels of about the wanted size, a whole number of the file's own.
fn thinned(full: &Grid, pixel_m: Option<f64>) -> Grid {
    let step = pixel_m.map_or(1, |metres| (metres / full.transform.width).floor().max(1.0) as u32);
    let (width, height) = ((full.width / step).max(1), (full.height / step).max(1));
    let t = full.transform;
    let transform = swath_domain::Transform { width: t.width * f64::from(step), height: t.height * f64::from(step), ..t };
    Grid { crs: full.crs.clone(), transform, width, height }
}

fn read_one(path: &Path, dataset: &Dataset, band: usize, full: &Grid, grid: &Grid, spec: &StackSpec) -> Result<Vec<u16>, RasterError> {
    if band == 0 || band > dataset.raster_count() {
        let what = format!("it has no band {band}; it has {}", dataset.raster_count());
        return Err(RasterError::unsupported(path, what));
    }
    let step = (grid.transform.width / full.transform.width).round() as usize;
    let size = (grid.width as usize, grid.height as usize);
    let mut stored = memory::zeros::<f32>(grid.pixels() as usize)?;
    let read = || -> Result<Option<f64>, GdalError> {
        let band = dataset.rasterband(band)?;
        band.read_into_slice((0, 0), (size.0 * step, size.1 * step), size, &mut stored, None)?;
        Ok(band.no_data_value())
    };
    let nodata = { read }().map_err(|e| RasterError::read(path, &e))?;
    let nodata = spec.nodata.or(nodata).map(|nodata| nodata as f32);
    let reflectance = |stored: &f32| {
        if !stored.is_finite() || Some(*stored) == nodata {
            return 0;
        }
        ((f64::from(*stored) * spec.scale + spec.offset) * 10_000.0).round().clamp(1.0, 65_535.0) as u16
    };
    Ok(stored.iter().map(reflectance).collect())
}

#[cfg(test)]
mod tests {
    use swath_domain::Compression;

    use super::*;
    use crate::cog::{Pixels, from_pixels};

    #[test]
    fn numbers_become_reflectance_and_a_finer_file_is_thinned() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tif");
        let grid = Grid::from_affine(Crs::epsg(32633), [10.0, 0.0, 500_000.0, 0.0, -10.0, 4_500_000.0], 4, 2).unwrap();
        let stored = [0, 1000, 1500, 2000, 3000, 900, 11_000, 65_535];
        from_pixels(&grid, Pixels::U16(&stored), Some(0.0), 128, false, Compression::Deflate, &path).unwrap();
        let spec = StackSpec { bands: vec![1], scale: 0.0001, offset: -0.1, nodata: None, pixel_m: None };
        let read = read_stack(&path, &spec).unwrap();
        assert_eq!((&read.grid, read.placed), (&grid, true));
        assert_eq!(read.bands, [vec![0, 1, 500, 1000, 2000, 1, 10_000, 64_535]]);
        let thin = read_stack(&path, &StackSpec { pixel_m: Some(25.0), ..spec.clone() }).unwrap();
        assert_eq!((thin.grid.transform.width, thin.grid.width, thin.grid.height, thin.bands[0].len()), (20.0, 2, 1, 2));
        let missing = read_stack(&path, &StackSpec { bands: vec![2], ..spec }).unwrap_err();
        assert!(missing.to_string().contains("no band 2; it has 1"), "{missing}");
    }
}
