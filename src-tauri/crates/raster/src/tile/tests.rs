use gdal::Metadata;
use std::f64::consts::PI;

use swath_domain::{Crs, Grid};

use super::*;
use crate::project::Projection;
use crate::testing::{at, file};

fn style() -> Style {
    Style { bands: vec![1], low: vec![0.0], high: vec![255.0], gamma: 1.0 }
}

fn decode(png: &[u8]) -> image::RgbaImage {
    image::load_from_memory(png).unwrap().to_rgba8()
}

/// The tile and the pixel in it of a place, by the textbook formula.
fn tile_of(lon: f64, lat: f64, z: u8) -> ((u32, u32), (u32, u32)) {
    let world = 256.0 * f64::from(1u32 << z);
    let x = (lon + 180.0) / 360.0 * world;
    let y = (1.0 - (lat.to_radians().tan() + 1.0 / lat.to_radians().cos()).ln() / PI) / 2.0 * world;
    ((x as u32 / 256, y as u32 / 256), (x as u32 % 256, y as u32 % 256))
}

/// Longitude and latitude of a pixel's centre.
fn lonlat(grid: &Grid, column: f64, row: f64) -> (f64, f64) {
    let t = grid.transform;
    let (mut x, mut y) = ([t.west + (column + 0.5) * t.width], [t.north - (row + 0.5) * t.height]);
    Projection::new(&grid.crs, &Crs::epsg(4326)).unwrap().points(&mut x, &mut y).unwrap();
    (x[0], y[0])
}

#[test]
fn a_known_pixel_lands_where_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 10.0, 1024, 1024);
    let mut pixels = vec![50u16; 1024 * 1024];
    for (column, row) in [(500, 300), (1000, 20), (40, 980)] {
        pixels[row * 1024 + column] = 250;
    }
    let path = file(folder.path(), "a.tif", &grid, &pixels, Some(0.0));
    for (column, row) in [(500, 300), (1000, 20), (40, 980)] {
        let (lon, lat) = lonlat(&grid, f64::from(column), f64::from(row));
        // 10 m are 5.9 pixels at zoom 16 in this latitude.
        let (tile, (px, py)) = tile_of(lon, lat, 16);
        let image = decode(&png(&path, 16, tile.0, tile.1, &style()).unwrap().unwrap());
        assert_eq!(image.get_pixel(px, py).0, [250, 250, 250, 255], "{column} {row}");
        let bright: Vec<_> = image.enumerate_pixels().filter(|p| p.2.0[0] == 250).map(|p| (p.0, p.1)).collect();
        assert!((20..=49).contains(&bright.len()), "about 6 x 6 unless cut by the tile's edge: {}", bright.len());
        assert!(bright.iter().all(|(x, y)| x.abs_diff(px) <= 4 && y.abs_diff(py) <= 4), "around its centre");
    }
}

#[test]
fn a_gradient_is_in_place_at_every_zoom() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 10.0, 2048, 2048);
    // Brightness tells the column (0 to 204 in steps of 10), red and green would do no better.
    let pixels: Vec<u16> = (0..2048u32 * 2048).map(|i| 1 + (i % 2048) as u16).collect();
    let path = file(folder.path(), "a.tif", &grid, &pixels, Some(0.0));
    let style = Style { high: vec![2550.0], ..style() };
    for z in 8..=15 {
        for (column, row) in [(1000.0, 900.0), (100.0, 1900.0), (1900.0, 150.0)] {
            let (lon, lat) = lonlat(&grid, column, row);
            let (tile, (px, py)) = tile_of(lon, lat, z);
            let image = decode(&png(&path, z, tile.0, tile.1, &style).unwrap().unwrap());
            let [grey, .., alpha] = image.get_pixel(px, py).0;
            // The centre of the tile's pixel may be off by half a pixel of it.
            let metres = 156_543.03 * 45f64.to_radians().cos() / f64::from(1u32 << z);
            let slack = 1.5 + metres / 10.0 / 10.0;
            let expected = column / 10.0;
            assert!(alpha == 255 && (f64::from(grey) - expected).abs() <= slack, "z {z}: {grey} is not {expected}");
        }
    }
}

#[test]
fn outside_is_none_and_no_data_is_transparent() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 10.0, 1024, 1024);
    let pixels: Vec<u16> = (0..1024 * 1024).map(|i| if i % 1024 < 512 { 0 } else { 100 }).collect();
    let path = file(folder.path(), "a.tif", &grid, &pixels, Some(0.0));
    let (lon, lat) = lonlat(&grid, 700.0, 500.0);
    let (tile, _) = tile_of(lon, lat, 11);
    let image = decode(&png(&path, 11, tile.0, tile.1, &style()).unwrap().unwrap());
    for (column, expected) in [(700.0, [100, 100, 100, 255]), (520.0, [100, 100, 100, 255]), (500.0, [0; 4])] {
        let (lon, lat) = lonlat(&grid, column, 500.0);
        let (same, (px, py)) = tile_of(lon, lat, 11);
        assert_eq!((same, image.get_pixel(px, py).0), (tile, expected), "column {column}");
    }
    for (z, x, y) in [(11, tile.0 + 2, tile.1), (11, tile.0, tile.1 - 2), (3, 0, 0), (30, 0, 0), (2, 4, 0)] {
        assert_eq!(png(&path, z, x, y, &style()).unwrap(), None, "{z} {x} {y}");
    }
    assert!(png(&path, 0, 0, 0, &style()).is_ok());
    for bands in [vec![], vec![2], vec![1, 1]] {
        assert!(matches!(png(&path, 11, tile.0, tile.1, &Style { bands, ..style() }), Err(RasterError::Unsupported { .. })));
    }
}

#[test]
fn three_bands_make_colours_and_gamma_brightens() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 10.0, 512, 512);
    let path = file(folder.path(), "a.tif", &grid, &vec![64; 512 * 512], Some(0.0));
    let (lon, lat) = lonlat(&grid, 256.0, 256.0);
    let (tile, (px, py)) = tile_of(lon, lat, 14);
    let style = Style { bands: vec![1, 1, 1], low: vec![0.0, 64.0, 0.0], high: vec![255.0, 100.0, 64.0], gamma: 1.0 };
    let shown = |style: &Style| decode(&png(&path, 14, tile.0, tile.1, style).unwrap().unwrap()).get_pixel(px, py).0;
    assert_eq!(shown(&style), [64, 0, 255, 255]);
    assert_eq!(shown(&Style { gamma: 2.0, ..style }), [128, 0, 255, 255]);
}

#[test]
fn a_raster_in_degrees_and_one_in_web_mercator_are_drawn_too() {
    let folder = tempfile::tempdir().unwrap();
    for (crs, pixel, west, north) in [(4326, 0.001, 15.0, 45.1), (3857, 100.0, 1_669_792.0, 5_635_549.0)] {
        let grid = Grid::from_affine(Crs::epsg(crs), [pixel, 0.0, west, 0.0, -pixel, north], 400, 400).unwrap();
        let pixels: Vec<u16> = (0..160_000).map(|i| if (i % 400 / 200 + i / 400 / 200) % 2 == 0 { 200 } else { 100 }).collect();
        let path = file(folder.path(), "a.tif", &grid, &pixels, None);
        for (column, row, expected) in [(60.0, 60.0, 200), (340.0, 60.0, 100), (60.0, 340.0, 100), (340.0, 340.0, 200)] {
            let (lon, lat) = lonlat(&grid, column, row);
            let (tile, (px, py)) = tile_of(lon, lat, 12);
            let image = decode(&png(&path, 12, tile.0, tile.1, &style()).unwrap().unwrap());
            assert_eq!(image.get_pixel(px, py).0, [expected, expected, expected, 255], "{crs} {column} {row}");
        }
    }
}

#[test]
fn a_file_without_overviews_is_drawn_alike() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 10.0, 3001, 2503);
    let pixels: Vec<u16> = (0..3001u32 * 2503).map(|i| 1 + (i % 3001) as u16).collect();
    let path = folder.path().join("canvas.tif");
    crate::Canvas::create(&path, &grid, 1).unwrap().write_block(0, grid.whole(), &[&pixels]).unwrap();
    let style = Style { high: vec![2550.0], ..style() };
    for z in 5..=14 {
        let (lon, lat) = lonlat(&grid, 2000.0, 1200.0);
        let (tile, (px, py)) = tile_of(lon, lat, z);
        let [grey, .., alpha] = decode(&png(&path, z, tile.0, tile.1, &style).unwrap().unwrap()).get_pixel(px, py).0;
        let metres = 156_543.03 * 45f64.to_radians().cos() / f64::from(1u32 << z);
        let off = (f64::from(grey) - 200.0).abs();
        assert!(alpha == 255 && off <= 1.5 + metres / 100.0, "z {z}: {grey} is not 200");
    }
}

#[test]
fn layers_are_painted_number_by_number() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 10.0, 512, 512);
    let pixels: Vec<u16> = (0..512 * 512).map(|i| [0, 1, 20, 9][i % 512 / 128]).collect();
    let path = file(folder.path(), "a.tif", &grid, &pixels, None);
    let name = "how";
    let dataset = crate::open::open_for_update(&path).unwrap();
    dataset.rasterband(1).unwrap().set_description(name).unwrap();
    dataset.close().unwrap();
    assert_eq!(layers(&path).unwrap(), [Layer { name: name.into(), range: Some((1, 20)) }]);
    let ramp = Paint::Ramp { low: 0.0, high: 20.0, stops: vec![[0, 0, 0], [200, 0, 100], [200, 200, 200]] };
    let classes = Paint::Classes([(1, [1, 2, 3]), (20, [4, 5, 6])].into());
    for (column, of_ramp, of_classes) in [
        (64.0, [0; 4], [0; 4]),
        (192.0, [20, 0, 10, 255], [1, 2, 3, 255]),
        (320.0, [200, 200, 200, 255], [4, 5, 6, 255]),
        (448.0, [180, 0, 90, 255], [0; 4]),
    ] {
        let (lon, lat) = lonlat(&grid, column, 256.0);
        // Both of larger and of smaller pixels than the tile's.
        for z in [12, 16] {
            let (tile, (px, py)) = tile_of(lon, lat, z);
            let shown = |paint: &Paint| match painted(&path, z, tile.0, tile.1, name, paint).unwrap() {
                Some(png) => decode(&png).get_pixel(px, py).0,
                None => [0; 4],
            };
            assert_eq!((shown(&ramp), shown(&classes)), (of_ramp, of_classes), "{column} {z}");
        }
        // No colour is mixed at the borders of two numbers.
        let (tile, _) = tile_of(lon, lat, 12);
        let image = decode(&painted(&path, 12, tile.0, tile.1, name, &classes).unwrap().unwrap());
        assert!(image.pixels().all(|p| [[0; 4], [1, 2, 3, 255], [4, 5, 6, 255]].contains(&p.0)));
    }
    assert!(matches!(painted(&path, 12, 0, 0, "score", &ramp), Err(RasterError::Unsupported { .. })));
}
