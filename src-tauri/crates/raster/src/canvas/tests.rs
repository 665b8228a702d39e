use std::fs::File;
use std::io::Write;

use swath_domain::{Crs, Placement};

use super::*;
use crate::read_onto;
use crate::testing::at;

const BLOCK: u32 = 300;

/// What layer `layer` of a block holds.
fn pixels(number: usize, layer: usize, window: Window) -> Vec<u16> {
    (0..window.pixels()).map(|i| (1 + number * 1000 + layer * 100 + i % 97) as u16).collect()
}

fn write(canvas: &Canvas, grid: &Grid, number: usize, layers: usize) {
    let window = grid.blocks(BLOCK, (0, 0))[number];
    let all: Vec<_> = (0..layers).map(|layer| pixels(number, layer, window)).collect();
    canvas.write_block(number, window, &all.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
}

/// First layer of a block as it stands in the file.
fn stored(path: &Path, grid: &Grid, number: usize) -> Vec<u16> {
    let window = grid.blocks(BLOCK, (0, 0))[number];
    read_onto(path, &grid.part(window), Placement::Aligned, false, None).unwrap()
}

#[test]
fn a_new_canvas_is_a_whole_raster_of_zeros_that_has_its_room() {
    let folder = tempfile::tempdir().unwrap();
    let (path, grid) = (folder.path().join("canvas.tif"), at(0.0, 0.0, 10.0, 700, 500));
    let canvas = Canvas::create(&path, &grid, 3).unwrap();
    let found = describe(&path).unwrap();
    assert_eq!((&found.grid, found.bands, found.nodata), (&grid, 3, Some(0.0)));
    assert!(read_onto(&path, &grid, Placement::Aligned, false, None).unwrap().iter().all(|p| *p == 0));
    assert!(canvas.done().unwrap().is_empty());
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::MetadataExt;
        assert!(fs::metadata(&path).unwrap().blocks() * 512 >= 700 * 500 * 2 * 3, "no holes");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
}

#[test]
fn a_canvas_dropped_at_any_moment_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let (path, grid) = (folder.path().join("canvas.tif"), at(0.0, 0.0, 10.0, 700, 500));
    let canvas = Canvas::create(&path, &grid, 2).unwrap();
    write(&canvas, &grid, 4, 2);
    write(&canvas, &grid, 0, 2);
    // As after a kill: nothing is closed, and the last number did not reach the journal whole.
    std::mem::forget(canvas);
    File::options().append(true).open(with_ending(&path, ".done")).unwrap().write_all(b"1").unwrap();
    for _ in 0..2 {
        let canvas = Canvas::open(&path, &grid, 2).unwrap();
        assert_eq!(canvas.done().unwrap(), BTreeSet::from([0, 4]));
    }
    let canvas = Canvas::open(&path, &grid, 2).unwrap();
    write(&canvas, &grid, 5, 2);
    assert_eq!(canvas.done().unwrap(), BTreeSet::from([0, 4, 5]));
    for (number, window) in grid.blocks(BLOCK, (0, 0)).into_iter().enumerate() {
        let expected = if [0, 4, 5].contains(&number) { pixels(number, 0, window) } else { vec![0; window.pixels()] };
        assert_eq!(stored(&path, &grid, number), expected, "block {number}");
    }
    Canvas::create(&path, &grid, 2).unwrap();
    assert!(Canvas::open(&path, &grid, 2).unwrap().done().unwrap().is_empty(), "made anew");
}

#[test]
fn blocks_from_many_threads_all_arrive() {
    let folder = tempfile::tempdir().unwrap();
    let (path, grid) = (folder.path().join("canvas.tif"), at(0.0, 0.0, 10.0, 1300, 900));
    let canvas = Canvas::create(&path, &grid, 2).unwrap();
    let count = grid.blocks(BLOCK, (0, 0)).len();
    std::thread::scope(|scope| {
        for first in 0..4 {
            let (canvas, grid) = (&canvas, &grid);
            scope.spawn(move || (first..count).step_by(4).for_each(|number| write(canvas, grid, number, 2)));
        }
    });
    assert_eq!(canvas.done().unwrap().len(), count);
    for (number, window) in grid.blocks(BLOCK, (0, 0)).into_iter().enumerate() {
        assert_eq!(stored(&path, &grid, number), pixels(number, 0, window), "block {number}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (path, grid) = (folder.path().join("canvas.tif"), at(0.0, 0.0, 10.0, 70, 50));
    assert!(matches!(Canvas::open(&path, &grid, 1), Err(RasterError::Open { .. })));
    let canvas = Canvas::create(&path, &grid, 1).unwrap();
    for (other, layers) in [(at(10.0, 0.0, 10.0, 70, 50), 1), (at(0.0, 0.0, 10.0, 70, 51), 1), (grid.clone(), 2)] {
        assert!(matches!(Canvas::open(&path, &other, layers), Err(RasterError::Unsupported { .. })));
    }
    let mut elsewhere = grid.clone();
    elsewhere.crs = Crs::epsg(32632);
    assert!(Canvas::open(&path, &elsewhere, 1).is_err());
    let window = Window { x: 60, y: 0, width: 11, height: 1 };
    assert!(canvas.write_block(0, window, &[&[1; 11]]).is_err(), "over the edge");
    let window = Window { x: 0, y: 0, width: 2, height: 1 };
    assert!(canvas.write_block(0, window, &[&[1; 3]]).is_err(), "too many pixels");
    assert!(canvas.write_block(0, window, &[]).is_err(), "no layers");
    assert!(canvas.done().unwrap().is_empty());
    let error = Canvas::create(&folder.path().join("none/canvas.tif"), &grid, 1).unwrap_err();
    assert!(matches!(error, RasterError::Write { .. }), "{error}");
}

#[test]
fn a_full_disk_is_known_at_once() {
    let folder = tempfile::tempdir().unwrap();
    // 10^12 pixels are 2 TB in each layer: more than this file system has, or the test says nothing.
    let grid = at(0.0, 0.0, 10.0, 1_000_000, 1_000_000);
    #[cfg(target_os = "linux")]
    {
        let free = rustix::fs::statvfs(folder.path()).map(|s| s.f_bavail * s.f_frsize).unwrap();
        if free > 15_000_000_000_000 {
            println!("skipped: the disk is too large to be filled");
            return;
        }
    }
    let error = Canvas::create(&folder.path().join("canvas.tif"), &grid, 8).unwrap_err();
    assert!(matches!(error, RasterError::DiskFull { .. }), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
}
