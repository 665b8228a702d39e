//! Sources on a coarse grid, from the overviews that they carry: what whole looks are compared by, at little cost.

use std::path::Path;

use swath_domain::{Grid, Placement, Window};

use crate::RasterError;
use crate::memory::zeros;
use crate::open::{description, level_grid, open};
use crate::placement::placed_window;
use crate::project::metres_per_unit;
use crate::read::place;

/// The level to read for `output`, and its window: the coarsest whose pixels are no larger than those of the output, else the full resolution.
/// `levels` are columns and rows, from fine to coarse; `full` is the full resolution. `None` when the two do not meet.
///
/// # Errors
/// [`RasterError::Projection`] when the coordinate systems cannot be brought together.
pub fn coarse_window(levels: &[(u32, u32)], full: &Grid, output: &Grid) -> Result<Option<(usize, Window)>, RasterError> {
    let wanted = pixel_m(output)?;
    let mut level = 0;
    for (number, size) in levels.iter().enumerate() {
        // Overviews whose sides were rounded up are a little finer than they should be.
        if pixel_m(&level_grid(full, *size))? <= wanted * 1.02 {
            level = number;
        }
    }
    let Some(size) = levels.get(level) else { return Ok(None) };
    Ok(placed_window(&level_grid(full, *size), output, Placement::Warped)?.map(|window| (level, window)))
}

/// Pixels of a level of the first band on the grid `output`, each the source's pixel at its centre; 0 where the source holds `nodata` or does
/// not reach. A level whose pixels are smaller than those of the output is thinned out first, always at the same pixels.
///
/// Reads no pixel outside of the window that [`coarse_window`] names.
///
/// # Errors
/// As [`crate::read_onto`].
pub fn read_coarse(path: &Path, level: usize, output: &Grid, nodata: Option<f64>) -> Result<Vec<u16>, RasterError> {
    let dataset = open(path)?;
    let source = description(path, &dataset)?;
    let Some(size) = source.levels.get(level) else {
        return Err(RasterError::unsupported(path, format!("it has no resolution level {level}")));
    };
    let grid = level_grid(&source.grid, *size);
    let Some(under) = placed_window(&grid, output, Placement::Warped)? else {
        return zeros(output.pixels() as usize);
    };
    let thin = (pixel_m(output)? / pixel_m(&grid)? + 0.02).floor().max(1.0) as u32;
    // Whole groups of pixels, counted from the source's own corner, so that the area does not matter.
    let groups = |from: u32, length: u32| {
        let first = from.div_ceil(thin) * thin;
        (first, (from + length).saturating_sub(first) / thin)
    };
    let ((x, columns), (y, rows)) = (groups(under.x, under.width), groups(under.y, under.height));
    if columns == 0 || rows == 0 {
        return zeros(output.pixels() as usize);
    }
    let window = Window { x, y, width: columns * thin, height: rows * thin };
    let failed = |e| RasterError::read(path, &e);
    let full = dataset.rasterband(1).map_err(failed)?;
    let band = if level == 0 { full } else { full.overview(level - 1).map_err(failed)? };
    let mut pixels = zeros::<u16>(columns as usize * rows as usize)?;
    let (corner, size) = ((x as isize, y as isize), (window.width as usize, window.height as usize));
    band.read_into_slice(corner, size, (columns as usize, rows as usize), &mut pixels, None).map_err(failed)?;
    let mut part = grid.part(window);
    part.transform.width *= f64::from(thin);
    part.transform.height *= f64::from(thin);
    (part.width, part.height) = (columns, rows);
    place(path, &part, pixels, output, Placement::Warped, true, nodata)
}

/// The longer side of a pixel in metres, in the middle of the grid.
///
/// # Errors
/// [`RasterError::Projection`] when the grid's coordinate system is unknown.
pub fn pixel_m(grid: &Grid) -> Result<f64, RasterError> {
    let b = grid.bounds();
    let (x, y) = metres_per_unit(&grid.crs, (b.north + b.south) / 2.0)?;
    Ok((grid.transform.width * x).max(grid.transform.height * y))
}

#[cfg(test)]
mod tests {
    use swath_domain::{Compression, Crs};

    use super::*;
    use crate::cog::{Pixels, from_pixels};

    fn grid(west: f64, north: f64, pixel: f64, width: u32, height: u32) -> Grid {
        Grid::from_affine(Crs::epsg(32633), [pixel, 0.0, west, 0.0, -pixel, north], width, height).unwrap()
    }

    #[test]
    fn overviews_are_found_and_what_lacks_them_is_thinned_out() {
        let folder = tempfile::tempdir().unwrap();
        let full = grid(500_000.0, 4_500_000.0, 10.0, 1024, 768);
        // Each pixel tells its group of 16.
        let pixels: Vec<u16> = (0..full.pixels() as u32).map(|at| (1 + at % 1024 / 16 + at / 1024 / 16 * 64) as u16).collect();
        let path = folder.path().join("a.tif");
        from_pixels(&full, Pixels::U16(&pixels), Some(0.0), 128, true, Compression::Deflate, &path).unwrap();
        let levels = crate::describe(&path).unwrap().levels;
        let output = grid(500_160.0, 4_499_840.0, 160.0, 40, 50);
        let expected = |(x, y): (u32, u32)| if x + 1 < 64 && y + 1 < 48 { (1 + (x + 1) + (y + 1) * 64) as u16 } else { 0 };
        let expected: Vec<u16> = (0..50).flat_map(|y| (0..40).map(move |x| (x, y))).map(expected).collect();
        let (level, window) = coarse_window(&levels, &full, &output).unwrap().unwrap();
        assert!(level > 0 && level == levels.len() - 1, "the coarsest that is fine enough: {levels:?}");
        assert!(window.width >= 40, "{window:?}");
        assert_eq!(read_coarse(&path, level, &output, Some(0.0)).unwrap(), expected);
        assert_eq!(read_coarse(&path, 0, &output, Some(0.0)).unwrap(), expected, "thinned out");
        assert_eq!(coarse_window(&levels[..1], &full, &output).unwrap().unwrap().0, 0);
        assert_eq!(coarse_window(&levels, &full, &grid(0.0, 0.0, 160.0, 4, 4)).unwrap(), None);
    }
}
