//! Which pixels lie in an area.

use std::path::Path;

use gdal::errors::GdalError;
use gdal::raster::{RasterizeOptions, rasterize as burn};
use gdal::vector::ToGdal;
use geo::MultiPolygon;
use swath_domain::Grid;

use crate::{RasterError, memory};

/// 1 where the centre of a pixel lies inside `outline` (given in the grid's coordinate system), else 0; row by row.
///
/// # Errors
/// [`RasterError::Memory`]; [`RasterError::Projection`] when the grid's coordinate system is unknown.
pub fn rasterize(outline: &MultiPolygon<f64>, grid: &Grid) -> Result<Vec<u8>, RasterError> {
    rasterize_with(outline, grid, false)
}

/// With `touched`, also pixels that the outline only touches.
pub(crate) fn rasterize_with(outline: &MultiPolygon<f64>, grid: &Grid, touched: bool) -> Result<Vec<u8>, RasterError> {
    if outline.0.is_empty() {
        return memory::zeros(grid.pixels() as usize);
    }
    let inside = || -> Result<Vec<u8>, GdalError> {
        let mut target = memory::empty(grid, 1)?;
        let options = RasterizeOptions { all_touched: touched, ..Default::default() };
        burn(&mut target, &[1], &[outline.to_gdal()?], &[1.0], Some(options))?;
        Ok(target.rasterband(1)?.read_band_as::<u8>()?.into_shape_and_vec().1)
    };
    inside().map_err(|e| RasterError::read(Path::new("the area"), &e))
}

#[cfg(test)]
mod tests {
    use geo::{Rect, polygon};
    use swath_domain::Crs;

    use super::*;

    #[test]
    fn a_pixel_belongs_to_the_area_that_holds_its_centre() {
        let grid = Grid::from_affine(Crs::epsg(32633), [10.0, 0.0, 500_000.0, 0.0, -10.0, 4_500_000.0], 5, 4).unwrap();
        let check = |outline: MultiPolygon<f64>, expected: [&str; 4]| {
            let got = rasterize(&outline, &grid).unwrap();
            let rows: Vec<String> = got.chunks(5).map(|r| r.iter().map(|v| char::from(b'0' + v)).collect()).collect();
            assert_eq!(rows, expected);
        };
        let rect =
            |w: f64, s: f64, e: f64, n: f64| Rect::new((500_000.0 + w, 4_500_000.0 - s), (500_000.0 + e, 4_500_000.0 - n)).to_polygon();
        check(MultiPolygon(vec![rect(4.0, 26.0, 26.0, 4.0)]), ["11100", "11100", "11100", "00000"]);
        check(MultiPolygon(vec![rect(6.0, 24.0, 24.0, 6.0)]), ["00000", "01000", "00000", "00000"]);
        check(MultiPolygon(vec![rect(-90.0, 9.0, 9.0, -90.0), rect(31.0, 39.0, 49.0, 31.0)]), ["10000", "00000", "00000", "00011"]);
        let hole = rect(14.0, 26.0, 36.0, 14.0).exterior().clone();
        check(
            MultiPolygon(vec![geo::Polygon::new(rect(0.0, 40.0, 50.0, 0.0).exterior().clone(), vec![hole])]),
            ["11111", "10001", "10001", "11111"],
        );
        check(MultiPolygon(vec![]), ["00000"; 4]);
        check(MultiPolygon(vec![polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 1.0, y: 1.0)]]), ["00000"; 4]);
    }
}
