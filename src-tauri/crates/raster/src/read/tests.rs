use std::fs;

use swath_domain::Crs;

use super::*;
use crate::project::Projection;
use crate::testing::{CORNER, at, class_file, file, noise, utm};

/// Reads `output` from a file of `pixels` on `source`.
fn check(source: &Grid, pixels: &[u16], output: &Grid, classification: bool, nodata: Option<f64>, expected: &[u16]) {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "a.tif", source, pixels, nodata);
    let placement = Placement::of(source, output);
    assert_ne!(placement, Placement::Warped);
    assert_eq!(read_onto(&path, output, placement, classification, nodata).unwrap(), expected, "{placement:?}");
}

#[test]
fn aligned_pixels_are_copied_and_what_is_not_reached_is_0() {
    let source = at(0.0, 0.0, 10.0, 3, 2);
    let pixels = [1, 2, 3, 4, 5, 6];
    check(&source, &pixels, &source, false, Some(0.0), &pixels);
    check(&source, &pixels, &at(10.0, 10.0, 10.0, 2, 1), false, None, &[5, 6]);
    check(&source, &pixels, &at(-10.0, -10.0, 10.0, 3, 2), false, None, &[0, 0, 0, 0, 1, 2]);
    check(&source, &pixels, &at(20.0, 10.0, 10.0, 2, 2), true, None, &[6, 0, 0, 0]);
    check(&source, &pixels, &at(500.0, 0.0, 10.0, 2, 1), false, None, &[0, 0]);
    check(&source, &pixels, &source, false, Some(5.0), &[1, 2, 3, 4, 0, 6]);
}

#[test]
fn a_coarser_source_is_repeated() {
    let source = at(0.0, 0.0, 20.0, 2, 2);
    check(&source, &[1, 2, 3, 4], &at(10.0, 10.0, 10.0, 3, 3), false, Some(0.0), &[1, 2, 2, 3, 4, 4, 3, 4, 4]);
    check(&source, &[1, 2, 3, 4], &at(-10.0, 30.0, 10.0, 4, 2), true, Some(4.0), &[0, 3, 3, 0, 0, 0, 0, 0]);
}

#[test]
fn of_a_finer_source_the_valid_pixels_are_averaged() {
    let source = at(0.0, 0.0, 10.0, 4, 4);
    #[rustfmt::skip]
    let pixels = [
        1, 2,   10, 0,
        3, 5,   0, 20,
        0, 0,   7, 7,
        0, 0,   7, 8,
    ];
    let output = at(0.0, 0.0, 20.0, 2, 2);
    // 11 / 4 = 2.75; (10 + 20) / 2; nothing; 29 / 4 = 7.25.
    check(&source, &pixels, &output, false, Some(0.0), &[3, 15, 0, 7]);
    check(&source, &pixels, &output, false, None, &[3, 8, 0, 7]);
    check(&source, &pixels, &output, true, Some(0.0), &[5, 20, 0, 8]);
    // Half of each output pixel hangs over the edge.
    check(&source, &pixels, &at(-10.0, 0.0, 20.0, 1, 1), false, Some(0.0), &[2]);
    check(&source, &pixels, &at(30.0, 20.0, 20.0, 1, 1), false, Some(0.0), &[8]);
}

#[test]
fn bytes_are_read_as_16_bit() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 20.0, 2, 1);
    let path = class_file(folder.path(), "scl.tif", &grid, &[4, 255]);
    assert_eq!(read_onto(&path, &grid, Placement::Aligned, true, Some(0.0)).unwrap(), [4, 255]);
}

#[test]
fn blocks_together_give_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut next = noise(3);
    for (source, output) in [
        (at(0.0, 0.0, 10.0, 200, 150), at(-30.0, 40.0, 20.0, 90, 60)),
        (at(0.0, 0.0, 20.0, 100, 80), at(30.0, -20.0, 10.0, 190, 150)),
        zones(),
    ] {
        let pixels: Vec<u16> = (0..source.pixels()).map(|_| next() % 9000 * (next() % 7).min(1)).collect();
        let path = file(folder.path(), "a.tif", &source, &pixels, Some(0.0));
        let placement = Placement::of(&source, &output);
        for classes in [false, true] {
            let whole = read_onto(&path, &output, placement, classes, Some(0.0)).unwrap();
            assert!(whole.iter().filter(|p| **p != 0).count() > 1000, "they meet");
            for block in output.blocks(64, (10, 20)) {
                let part = read_onto(&path, &output.part(block), placement, classes, Some(0.0)).unwrap();
                for (line, y) in part.chunks(block.width as usize).zip(block.y..) {
                    let from = (y * output.width + block.x) as usize;
                    let expected = &whole[from..from + block.width as usize];
                    // Warping interpolates coordinates within 0.01 pixel, each block on its own.
                    let slack = if placement == Placement::Warped { 100 } else { 0 };
                    let differ = line.iter().zip(expected).filter(|(a, b)| a.abs_diff(**b) > slack).count();
                    assert!(differ <= if slack > 0 { 1 } else { 0 }, "{placement:?} {block:?} row {y}: {differ} pixels differ");
                }
            }
        }
    }
}

/// Zone 32 seen from zone 33: over ten metres of shear in a kilometre, so that nothing fits by chance.
fn zones() -> (Grid, Grid) {
    let output = utm(32633, 210_000.0, 5_005_000.0, 10.0, 120, 100);
    let b = Projection::new(&output.crs, &Crs::epsg(32632)).unwrap().bounds(output.bounds()).unwrap();
    let (west, north) = ((b.west / 10.0).floor() * 10.0 - 200.0, (b.north / 10.0).ceil() * 10.0 + 200.0);
    (utm(32632, west, north, 10.0, 200, 200), output)
}

#[test]
fn a_gradient_warped_from_the_next_zone_is_right_within_1() {
    let (source, output) = zones();
    let folder = tempfile::tempdir().unwrap();
    let pixels: Vec<u16> = (0..source.pixels() as u32).map(|i| (1000 + 7 * (i % source.width) + 11 * (i / source.width)) as u16).collect();
    let path = file(folder.path(), "a.tif", &source, &pixels, Some(0.0));
    let got = read_onto(&path, &output, Placement::Warped, false, Some(0.0)).unwrap();
    let projection = Projection::new(&output.crs, &source.crs).unwrap();
    let (t, s) = (output.transform, source.transform);
    for (i, value) in got.iter().enumerate() {
        let (column, row) = ((i as u32 % output.width) as f64, (i as u32 / output.width) as f64);
        let (mut x, mut y) = ([t.west + (column + 0.5) * t.width], [t.north - (row + 0.5) * t.height]);
        projection.points(&mut x, &mut y).unwrap();
        let expected = 1000.0 + 7.0 * ((x[0] - s.west) / s.width - 0.5) + 11.0 * ((s.north - y[0]) / s.height - 0.5);
        assert!((f64::from(*value) - expected).abs() <= 1.0, "pixel {i}: {value} is not {expected}");
    }
    against_gdalwarp(&path, &output, &got, folder.path());
}

/// The same by GDAL's own program, where it is installed.
fn against_gdalwarp(path: &std::path::Path, output: &Grid, got: &[u16], folder: &std::path::Path) {
    let target = folder.join("warped.tif");
    let b = output.bounds();
    let run = std::process::Command::new("gdalwarp")
        .args(["-q", "-r", "bilinear", "-et", "0", "-t_srs", &output.crs.0, "-tr", "10", "10", "-te"])
        .args([b.west, b.south, b.east, b.north].map(|v| v.to_string()))
        .args([path, &target])
        .status();
    let Ok(status) = run else {
        println!("skipped: gdalwarp is not installed");
        return;
    };
    assert!(status.success());
    let theirs = read_onto(&target, output, Placement::Aligned, false, Some(0.0)).unwrap();
    assert!(got.iter().zip(&theirs).all(|(a, b)| a.abs_diff(*b) <= 1));
}

#[test]
fn nodata_does_not_darken_its_neighbours_when_warped() {
    let (source, output) = zones();
    let folder = tempfile::tempdir().unwrap();
    let mut next = noise(5);
    for missing in [0u16, 65_535] {
        let pixels: Vec<u16> = (0..source.pixels()).map(|_| if next() < 13_107 { missing } else { 4321 }).collect();
        let path = file(folder.path(), "a.tif", &source, &pixels, Some(f64::from(missing)));
        for classes in [false, true] {
            let got = read_onto(&path, &output, Placement::Warped, classes, Some(f64::from(missing))).unwrap();
            assert!(got.iter().all(|p| [0, 4321].contains(p)));
            let holes = got.iter().filter(|p| **p == 0).count() as f64 / got.len() as f64;
            assert!(if classes { (0.15..0.25).contains(&holes) } else { holes < 0.25 }, "{holes}");
        }
    }
}

#[test]
fn only_the_named_window_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let source = at(0.0, 0.0, 10.0, 512, 512);
    let mut next = noise(7);
    let pixels: Vec<u16> = (0..source.pixels()).map(|_| next() | 1).collect();
    let path = file(folder.path(), "a.tif", &source, &pixels, Some(0.0));
    // Everything behind the middle of the file is wiped, as in a file that is fetched in part; overviews come first in it.
    let mut bytes = fs::read(&path).unwrap();
    let (inside, outside) = (at(0.0, 0.0, 10.0, 128, 128), at(3840.0, 3840.0, 10.0, 128, 128));
    let keep = bytes.len() * 6 / 10;
    bytes[keep..].fill(0);
    fs::write(&path, &bytes).unwrap();
    let got = read_onto(&path, &inside, Placement::Aligned, false, Some(0.0)).unwrap();
    assert_eq!(got[..128], pixels[..128]);
    for output in [outside, source.clone()] {
        let error = read_onto(&path, &output, Placement::Aligned, false, Some(0.0)).unwrap_err();
        assert!(matches!(error, RasterError::Read { .. }), "{error}");
    }
    // Cut off in place of wiped.
    fs::write(&path, &bytes[..keep]).unwrap();
    let error = read_onto(&path, &source, Placement::Aligned, false, Some(0.0)).unwrap_err();
    assert!(matches!(error, RasterError::Read { .. }), "{error}");
}

#[test]
fn what_cannot_be_read_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 10.0, 4, 4);
    let read = |path: &std::path::Path, output: &Grid, placement| read_onto(path, output, placement, false, None).unwrap_err();
    let absent = read(&folder.path().join("none.tif"), &grid, Placement::Aligned);
    assert!(matches!(&absent, RasterError::Open { words, .. } if words.contains("no such file")), "{absent}");
    let text = folder.path().join("text.tif");
    fs::write(&text, "<html>not found</html>").unwrap();
    let error = read(&text, &grid, Placement::Aligned);
    assert!(matches!(&error, RasterError::Open { words, .. } if words.contains("not recognized")), "{error}");
    // A file that names an address is no image.
    let vrt = folder.path().join("a.vrt");
    fs::write(&vrt, "<VRTDataset rasterXSize=\"4\" rasterYSize=\"4\"/>").unwrap();
    assert!(matches!(read(&vrt, &grid, Placement::Aligned), RasterError::Open { .. }));
    let path = file(folder.path(), "a.tif", &grid, &[1; 16], None);
    assert!(matches!(read(&path, &at(5.0, 0.0, 10.0, 4, 4), Placement::Aligned), RasterError::Unsupported { .. }));
    assert!(matches!(read(&path, &at(5.0, 0.0, 15.0, 4, 4), Placement::Scaled), RasterError::Unsupported { .. }));
    let float = folder.path().join("float.tif");
    let driver = gdal::DriverManager::get_driver_by_name("GTiff").unwrap();
    let mut made = driver.create_with_band_type::<f32, _>(&float, 4, 4, 1).unwrap();
    memory::place(&mut made, &grid).unwrap();
    drop(made);
    assert!(matches!(read(&float, &grid, Placement::Aligned), RasterError::Unsupported { .. }));
}

/// GDAL's driver for whole Sentinel-2 products turns a missing tile or band into a hole, with a warning nobody sees.
#[test]
fn trap_8_products_are_never_opened_by_a_driver_that_turns_missing_files_into_holes() {
    let folder = tempfile::tempdir().unwrap();
    let product = folder.path().join("MTD_MSIL2A.xml");
    let xml =
        r#"<?xml version="1.0"?><n1:Level-2A_User_Product xmlns:n1="https://psd-14.sentinel2.eo.esa.int/PSD/User_Product_Level-2A.xsd"/>"#;
    fs::write(&product, xml).unwrap();
    assert!(gdal::DriverManager::get_driver_by_name("SENTINEL2").is_ok(), "this GDAL has the driver");
    let error = crate::describe(&product).unwrap_err();
    assert!(matches!(&error, RasterError::Open { words, .. } if words.contains("not recognized")), "{error}");
}

#[test]
fn source_windows_hold_the_margin_of_the_kernel() {
    let (source, output) = zones();
    let check = |output: &Grid, placement, expected: Option<Window>| {
        assert_eq!(crate::source_window(&at(0.0, 0.0, 10.0, 100, 100), output, placement), expected, "{placement:?}");
    };
    check(&at(50.0, 60.0, 10.0, 7, 8), Placement::Aligned, Some(Window { x: 5, y: 6, width: 7, height: 8 }));
    check(&at(960.0, -40.0, 20.0, 7, 8), Placement::Scaled, Some(Window { x: 96, y: 0, width: 4, height: 12 }));
    check(&at(1000.0, 0.0, 10.0, 7, 8), Placement::Aligned, None);
    check(&utm(32632, CORNER.0, CORNER.1, 10.0, 9, 9), Placement::Warped, None);
    let window = crate::source_window(&source, &output, Placement::Warped).unwrap();
    let exact = Projection::new(&output.crs, &source.crs).unwrap().bounds(output.bounds()).unwrap();
    let (w, s) = (source.bounds_of(window), 30.0);
    assert!(w.west < exact.west - s && w.east > exact.east + s && w.south < exact.south - s && w.north > exact.north + s);
    assert!(window.pixels() < source.pixels() as usize);
}

#[test]
fn many_threads_read_the_same_files_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (source, output) = zones();
    let pixels: Vec<u16> = (0..source.pixels() as u32).map(|i| 1 + (i % 7919) as u16).collect();
    let path = file(folder.path(), "a.tif", &source, &pixels, Some(0.0));
    let read = || {
        let aligned = read_onto(&path, &source, Placement::Aligned, false, Some(0.0)).unwrap();
        (aligned, read_onto(&path, &output, Placement::Warped, false, Some(0.0)).unwrap())
    };
    let expected = read();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..5).for_each(|_| assert!(read() == expected)));
        }
    });
}
