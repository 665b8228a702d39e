use std::fs;

use gdal::DriverManager;
use gdal::cpl::CslStringList;
use gdal::raster::{Buffer, GdalType};

use super::*;
use crate::testing::{at, noise, utm};
use crate::{memory, open, read};

/// A file of GDAL's, written with these options.
fn written<T: GdalType + Copy>(path: &Path, grid: &Grid, pixels: &[T], options: &[&str]) {
    crate::ffi::ready();
    let options: CslStringList = options.iter().copied().collect();
    let driver = DriverManager::get_driver_by_name("GTiff").unwrap();
    let size = (grid.width as usize, grid.height as usize);
    let mut dataset = driver.create_with_band_type_with_options::<T, _>(path, size.0, size.1, 1, &options).unwrap();
    memory::place(&mut dataset, grid).unwrap();
    dataset.rasterband(1).unwrap().write((0, 0), size, &mut Buffer::new(size, pixels.to_vec())).unwrap();
}

const TILED: [&str; 3] = ["TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=32"];

#[test]
fn plain_files_give_the_pixels_that_gdal_gives() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(30.0, 40.0, 10.0, 150, 100);
    let mut next = noise(5);
    let short: Vec<u16> = (0..grid.pixels()).map(|i| (i % 3000) as u16 + next() % 900).collect();
    let byte: Vec<u8> = (0..grid.pixels()).map(|_| (next() % 12) as u8).collect();
    for extra in [
        &["COMPRESS=DEFLATE", "PREDICTOR=2"][..],
        &["COMPRESS=DEFLATE"],
        &["COMPRESS=ZSTD", "PREDICTOR=2"],
        &["COMPRESS=DEFLATE", "PREDICTOR=2", "ENDIANNESS=BIG"],
        &["COMPRESS=DEFLATE", "PREDICTOR=2", "BIGTIFF=YES"],
        &["COMPRESS=DEFLATE", "ENDIANNESS=BIG", "BIGTIFF=YES"],
        &[],
        &["ENDIANNESS=BIG"],
    ] {
        let options = [&TILED[..], extra].concat();
        let (a, b) = (folder.path().join("a.tif"), folder.path().join("b.tif"));
        written(&a, &grid, &short, &options);
        written(&b, &grid, &byte, &options);
        let ((plain, lies), (plain_byte, _)) = (Plain::open(&a).unwrap(), Plain::open(&b).unwrap());
        assert_eq!(lies, grid, "{extra:?}");
        for (x, y, width, height) in [(0, 0, 150, 100), (0, 0, 1, 1), (149, 99, 1, 1), (63, 31, 2, 2), (64, 32, 64, 32), (5, 7, 140, 80)] {
            let window = Window { x, y, width, height };
            let dataset = open::open(&a).unwrap();
            assert_eq!(plain.window::<u16>(0, window), read::read_window::<u16>(&a, &dataset, window).ok(), "{extra:?} {window:?}");
            let dataset = open::open(&b).unwrap();
            assert_eq!(plain_byte.window::<u8>(0, window), read::read_window::<u8>(&b, &dataset, window).ok(), "{extra:?} {window:?}");
            assert_eq!(plain_byte.window::<u16>(0, window), read::read_window::<u16>(&b, &dataset, window).ok(), "{extra:?} {window:?}");
        }
        assert_eq!(plain.window::<u8>(0, grid.whole()), None, "16 bit do not fit into 8");
        assert_eq!(plain.window::<u16>(0, Window { x: 140, y: 0, width: 11, height: 1 }), None, "beyond the edge");
    }
}

#[test]
fn what_is_not_plain_is_left_to_gdal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tif");
    let grid = at(0.0, 0.0, 10.0, 70, 40);
    let pixels = vec![7u16; 2800];
    for options in [
        &["COMPRESS=LZW", "TILED=YES"][..],
        &["COMPRESS=DEFLATE"],
        &["TILED=YES", "COMPRESS=DEFLATE", "NBITS=12"],
        &["TILED=YES", "COMPRESS=PACKBITS"],
    ] {
        written(&path, &grid, &pixels, options);
        assert!(Plain::open(&path).is_none(), "{options:?}");
    }
    written(&path, &grid, &vec![7i16; 2800], &TILED);
    assert!(Plain::open(&path).is_none(), "signed");
    written(&path, &utm(3035, 4_000_000.0, 3_000_000.0, 10.0, 70, 40), &pixels, &TILED);
    assert!(Plain::open(&path).is_none(), "no UTM");
    written(&path, &grid, &pixels, &TILED);
    let bytes = fs::read(&path).unwrap();
    assert!(Plain::open(&path).is_some());
    assert!(Plain::open(&path).unwrap().0.window::<u16>(1, Window { x: 0, y: 0, width: 1, height: 1 }).is_none(), "one band only");
    for length in [0, 3, 8, 100, 300] {
        fs::write(&path, &bytes[..length]).unwrap();
        assert!(Plain::open(&path).is_none(), "{length} bytes");
    }
    fs::write(&path, "{}").unwrap();
    assert!(Plain::open(&path).is_none());
    assert!(Plain::open(folder.path()).is_none());
}

#[test]
fn a_tile_that_is_not_whole_gives_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tif");
    let grid = at(0.0, 0.0, 10.0, 128, 32);
    let mut next = noise(9);
    let pixels: Vec<u16> = (0..grid.pixels()).map(|_| next()).collect();
    written(&path, &grid, &pixels, &[&TILED[..], &["COMPRESS=DEFLATE", "PREDICTOR=2"]].concat());
    let bytes = fs::read(&path).unwrap();
    let at = Plain::open(&path).unwrap().0.header.offsets[1] as usize;
    let (left, right) = (Window { x: 0, y: 0, width: 64, height: 32 }, Window { x: 64, y: 0, width: 64, height: 32 });
    for damage in [0usize, 1, 100, 2000] {
        let mut bytes = bytes.clone();
        bytes[at + damage..at + damage + 8].iter_mut().for_each(|b| *b = !*b);
        fs::write(&path, &bytes).unwrap();
        let (plain, _) = Plain::open(&path).unwrap();
        assert!(plain.window::<u16>(0, left).is_some());
        assert_eq!(plain.window::<u16>(0, right), None, "damaged at {damage}");
        assert_eq!(plain.window::<u16>(0, grid.whole()), None);
    }
    // A hole, as in a file of which only pieces were fetched.
    let mut holed = bytes.clone();
    holed[at..at + 500].fill(0);
    fs::write(&path, &holed).unwrap();
    assert_eq!(Plain::open(&path).unwrap().0.window::<u16>(0, right), None);
    fs::write(&path, &bytes[..bytes.len() - 10]).unwrap();
    assert_eq!(Plain::open(&path).unwrap().0.window::<u16>(0, right), None, "cut off");
    let sparse = folder.path().join("sparse.tif");
    written(&sparse, &grid, &vec![0u16; 4096], &[&TILED[..], &["COMPRESS=DEFLATE", "SPARSE_OK=TRUE"]].concat());
    assert_eq!(Plain::open(&sparse).unwrap().0.window::<u16>(0, left), None, "left out");
}
