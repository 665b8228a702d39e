use std::path::PathBuf;

use super::*;
use crate::testing::{at, file};

/// Dark west, bright east, and a hole in the lower half of the west.
fn picture(folder: &Path) -> PathBuf {
    let grid = at(0.0, 0.0, 10.0, 800, 400);
    let value = |x: u32, y: u32| {
        if x >= 400 {
            3000
        } else if y >= 200 {
            0
        } else {
            1000
        }
    };
    let pixels: Vec<u16> = (0..400).flat_map(|y| (0..800).map(move |x| value(x, y))).collect();
    file(folder, "a.tif", &grid, &pixels, Some(0.0))
}

#[test]
fn a_thumbnail_is_stretched_and_transparent_where_there_is_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let tif = picture(folder.path());
    for (name, bands) in [("a.png", vec![1]), ("a.webp", vec![1]), ("b.webp", vec![1, 1, 1])] {
        let path = folder.path().join(name);
        write(&tif, &bands, 200, &path).unwrap();
        let image = image::open(&path).unwrap().to_rgba8();
        assert_eq!(image.dimensions(), (200, 100), "{name}");
        for ((x, y), expected) in [((50, 20), [0, 0, 0, 255]), ((150, 20), [255; 4]), ((150, 80), [255; 4]), ((50, 80), [0; 4])] {
            assert_eq!(image.get_pixel(x, y).0, expected, "{name} at {x}, {y}");
        }
    }
    write(&tif, &[1], 5000, &folder.path().join("large.png")).unwrap();
    assert_eq!(image::open(folder.path().join("large.png")).unwrap().to_rgba8().dimensions(), (800, 400), "never enlarged");
}

#[test]
fn what_cannot_be_drawn_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let tif = picture(folder.path());
    for (bands, name) in [(vec![2], "a.png"), (vec![], "a.png"), (vec![0], "a.png"), (vec![1, 1], "a.png"), (vec![1], "a.gif")] {
        let error = write(&tif, &bands, 100, &folder.path().join(name)).unwrap_err();
        assert!(matches!(error, RasterError::Unsupported { .. }), "{error}");
        assert!(!folder.path().join(name).exists());
    }
    let error = write(&tif, &[1], 100, &folder.path().join("none/a.png")).unwrap_err();
    assert!(matches!(error, RasterError::Write { .. }), "{error}");
}
