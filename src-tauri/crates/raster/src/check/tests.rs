use std::fs;
use std::path::PathBuf;

use gdal::DriverManager;
use gdal::cpl::CslStringList;
use swath_domain::Compression;

use super::*;
use crate::cog::{Pixels, from_pixels};
use crate::ffi;
use crate::memory::Borrowed;
use crate::testing::{at, noise};

fn tiff(folder: &Path, side: u32) -> PathBuf {
    let path = folder.join("a.tif");
    let mut next = noise(1);
    let pixels: Vec<u16> = (0..side * side).map(|_| next()).collect();
    from_pixels(&at(0.0, 0.0, 10.0, side, side), Pixels::U16(&pixels), Some(0.0), 128, false, Compression::Deflate, &path).unwrap();
    path
}

/// `None` where GDAL cannot write JPEG 2000.
fn jp2(folder: &Path, side: u32, options: &[(&str, &str)]) -> Option<PathBuf> {
    ffi::ready();
    let driver = DriverManager::get_driver_by_name("JP2OpenJPEG").ok()?;
    let mut next = noise(2);
    let pixels: Vec<u16> = (0..side * side).map(|_| next() % 4000).collect();
    let grid = at(0.0, 0.0, 10.0, side, side);
    let source = Borrowed::new(&grid, &pixels, None).unwrap();
    let mut list = CslStringList::new();
    options.iter().for_each(|(key, value)| list.set_name_value(key, value).unwrap());
    let path = folder.join("a.jp2");
    ffi::create_copy(&driver, &source, &path, &list, &mut |_| true).unwrap();
    Some(path)
}

/// Whole, it passes; cut off anywhere, it does not.
fn check(path: &Path) {
    intact(path).unwrap_or_else(|error| panic!("{error}"));
    let whole = fs::read(path).unwrap();
    let cut = path.with_file_name("cut");
    for keep in (0..40).map(|part| whole.len() * part / 40).chain([whole.len() - 1000, whole.len() - 30]) {
        fs::write(&cut, &whole[..keep]).unwrap();
        let error = intact(&cut).expect_err(&format!("{} cut to {keep} of {} bytes passes", path.display(), whole.len()));
        assert!(matches!(error, RasterError::Open { .. } | RasterError::Read { .. }), "{error}");
    }
}

#[test]
fn a_tiff_that_is_cut_off_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    check(&tiff(folder.path(), 700));
}

#[test]
fn a_jpeg_2000_that_is_cut_off_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let lossless: &[(&str, &str)] = &[("QUALITY", "100"), ("REVERSIBLE", "YES")];
    for options in [lossless, &[("BLOCKXSIZE", "128"), ("BLOCKYSIZE", "128")], &[("CODEC", "J2K")]] {
        let Some(path) = jp2(folder.path(), 500, options) else { return println!("skipped: GDAL has no driver for JPEG 2000") };
        check(&path);
        let mut longer = fs::read(&path).unwrap();
        longer.truncate(longer.len() - 2);
        fs::write(&path, longer).unwrap();
        assert!(matches!(intact(&path), Err(RasterError::Read { .. } | RasterError::Open { .. })), "without its last marker");
    }
}

#[test]
fn what_is_no_image_is_not_intact() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tif");
    for bytes in [b"".as_slice(), b"<html>Sign in</html>", b"II*\0\x08\0\0\0\0\0"] {
        fs::write(&path, bytes).unwrap();
        assert!(matches!(intact(&path), Err(RasterError::Open { .. })));
    }
    let holes = tiff(folder.path(), 700);
    let mut bytes = fs::read(&holes).unwrap();
    let length = bytes.len();
    bytes[length - 5000..].fill(0);
    fs::write(&holes, bytes).unwrap();
    assert!(matches!(intact(&holes), Err(RasterError::Read { .. })), "a hole at the end");
}

#[test]
fn real_images_are_intact() {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let root = std::env::var_os("SWATH_SHARED").map_or(here, PathBuf::from).join("data/rasters");
    if !root.is_dir() {
        return println!("skipped: no real images at SWATH_SHARED");
    }
    let (mut open, mut checked) = (vec![root], 0);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().to_lowercase();
            if path.is_dir() {
                open.push(path);
            } else if [".tif", ".tiff", ".jp2"].iter().any(|end| name.ends_with(end)) {
                let found = intact(&path);
                // One file of the collection is broken on purpose.
                assert_eq!(found.is_err(), name == "corrupt.tif", "{}: {found:?}", path.display());
                checked += 1;
            }
        }
    }
    println!("{checked} real images are intact");
    assert!(checked > 100);
}
