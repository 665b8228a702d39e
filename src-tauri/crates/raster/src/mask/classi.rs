//! MSK_CLASSI: the cloud mask of Sentinel-2 from baseline 04.00 on, a raster of 60 m with a band each for opaque cloud, cirrus and snow.

use std::path::Path;

use swath_domain::{Grid, PixelClass};

use crate::RasterError;
use crate::open::{description, open};
use crate::read::read_band;

/// Classes of its pixels, as codes of [`PixelClass`], and their grid. It does not tell shadow, water and no data from ground.
///
/// # Errors
/// As [`crate::describe`]; [`RasterError::Unsupported`] when it does not have the three bands.
pub fn classi(path: &Path) -> Result<(Grid, Vec<u8>), RasterError> {
    let dataset = open(path)?;
    let found = description(path, &dataset)?;
    if found.bands < 3 {
        let what = format!("it has {} band(s), and a classification of clouds has three (opaque, cirrus, snow)", found.bands);
        return Err(RasterError::unsupported(path, what));
    }
    let mut classes = vec![PixelClass::Clear as u8; found.grid.pixels() as usize];
    // What says most against a pixel comes last.
    for (number, class) in [(3, PixelClass::Snow), (2, PixelClass::Cirrus), (1, PixelClass::Cloud)] {
        let band = dataset.rasterband(number).map_err(|e| RasterError::read(path, &e))?;
        let set = read_band::<u8>(path, &band, found.grid.whole())?;
        classes.iter_mut().zip(set).filter(|(_, set)| *set != 0).for_each(|(code, _)| *code = class as u8);
    }
    Ok((found.grid, classes))
}
