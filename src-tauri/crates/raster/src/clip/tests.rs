use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use gdal::Metadata;
use gdal::raster::GdalType;
use geo::{Polygon, Rect, polygon};
use swath_domain::{Never, Report};

use super::*;
use crate::cog::{Pixels, from_pixels};
use crate::open::describe;
use crate::read::read_band;
use crate::testing::{CORNER, at, file, noise};

/// An area from metres east and south of the corner.
fn area(shapes: Vec<Polygon<f64>>) -> Aoi {
    let there = MultiPolygon(
        shapes.into_iter().map(|p| geo::MapCoords::map_coords(&p, |c| geo::Coord { x: CORNER.0 + c.x, y: CORNER.1 - c.y })).collect(),
    );
    Aoi::new(project(&there, &Crs::epsg(32633), &Crs::epsg(4326)).unwrap()).unwrap()
}

fn rect(west: f64, north: f64, east: f64, south: f64) -> Polygon<f64> {
    Rect::new((west, north), (east, south)).to_polygon()
}

/// What a file holds, in each of its bands.
fn pixels(path: &Path) -> Vec<Vec<f64>> {
    let dataset = open(path).unwrap();
    (1..=dataset.raster_count())
        .map(|number| {
            let band = dataset.rasterband(number).unwrap();
            let (width, height) = band.size();
            read_band(path, &band, Window { x: 0, y: 0, width: width as u32, height: height as u32 }).unwrap()
        })
        .collect()
}

/// A file of several bands of some type, with all that a file can say about itself.
fn rich<T: GdalType + Copy>(folder: &Path, grid: &Grid, nodata: Option<f64>, value: impl Fn(usize, usize) -> T) -> PathBuf {
    ffi::ready();
    let path = folder.join("rich.tif");
    let driver = DriverManager::get_driver_by_name("GTiff").unwrap();
    let mut dataset = driver.create_with_band_type::<T, _>(&path, grid.width as usize, grid.height as usize, 2).unwrap();
    crate::memory::place(&mut dataset, grid).unwrap();
    dataset.set_metadata_item("PROCESSING_BASELINE", "05.09", "").unwrap();
    for number in 1..=2 {
        let mut band = dataset.rasterband(number).unwrap();
        band.set_no_data_value(nodata).unwrap();
        band.set_description(["red", "nir"][number - 1]).unwrap();
        band.set_scale(0.0001).unwrap();
        band.set_offset(-0.1).unwrap();
        let data: Vec<T> = (0..grid.pixels() as usize).map(|at| value(number, at)).collect();
        let size = (grid.width as usize, grid.height as usize);
        band.write((0, 0), size, &mut Buffer::new(size, data)).unwrap();
    }
    path
}

fn check_type<T: GdalType + Copy>(nodata: Option<f64>, value: impl Fn(usize, usize) -> T) {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 10.0, 90, 80);
    let source = rich(folder.path(), &grid, nodata, value);
    let out = folder.path().join("out.tif");
    // A triangle: half of its box lies outside.
    let area = area(vec![polygon![(x: 105.0, y: 205.0), (x: 503.0, y: 205.0), (x: 105.0, y: 603.0)]]);
    let part = clip(&source, &area, &out, &Never).unwrap();
    assert_eq!(part, grid.part(Window { x: 10, y: 20, width: 41, height: 41 }));
    let found = describe(&out).unwrap();
    assert_eq!((&found.grid, found.bands, found.nodata.map(f64::to_bits)), (&part, 2, nodata.map(f64::to_bits)));
    let (before, after) = (pixels(&source), pixels(&out));
    let mut outside = 0;
    for (before, after) in before.iter().zip(&after) {
        for (number, after) in after.iter().enumerate() {
            let (x, y) = (number % 41, number / 41);
            // The pixels that the triangle touches, the lower right half excluded.
            let touched = x + y <= 40;
            let expected = match nodata {
                Some(nodata) if !touched => nodata,
                _ => before[(y + 20) * 90 + x + 10],
            };
            outside += usize::from(!touched);
            assert!(*after == expected || (after.is_nan() && expected.is_nan()), "{x}, {y}: {after} instead of {expected}");
        }
    }
    assert_eq!(outside, 41 * 40);
    let dataset = open(&out).unwrap();
    assert_eq!(dataset.metadata_item("PROCESSING_BASELINE", "").as_deref(), Some("05.09"));
    assert_eq!(dataset.metadata_item("LAYOUT", "IMAGE_STRUCTURE").as_deref(), Some("COG"));
    let band = dataset.rasterband(2).unwrap();
    assert_eq!((band.description().unwrap().as_str(), band.scale(), band.offset()), ("nir", Some(0.0001), Some(-0.1)));
    assert_eq!(band.band_type() as u32, T::gdal_ordinal());
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn a_clip_has_the_same_numbers_in_the_same_places() {
    check_type(Some(0.0), |band, at| (at % 250 + band) as u8);
    check_type(Some(0.0), |band, at| (at * 8 + band) as u16);
    check_type(Some(-9999.0), |band, at| at as i16 - 3000 + band as i16);
    check_type(Some(f64::NAN), |band, at| if at % 7 == 0 { f32::NAN } else { at as f32 / 3.0 + band as f32 });
    check_type(Some(-1e300), |band, at| at as f64 / 3.0 + band as f64);
    check_type(None, |band, at| (at * 8 + band) as u16);
    check_type(None, |band, at| at as f32 / 3.0 + band as f32);
}

/// A file with tiles of 128 pixels, and its numbers.
fn tiled(folder: &Path) -> (PathBuf, Grid) {
    let grid = at(0.0, 0.0, 10.0, 1024, 1024);
    let mut next = noise(7);
    let pixels: Vec<u16> = (0..grid.pixels()).map(|_| next().max(1)).collect();
    (file(folder, "source.tif", &grid, &pixels, Some(0.0)), grid)
}

/// Makes rubbish of every block of the file that is not under the window, or of those that are.
fn spoil(path: &Path, window: Window, under: bool) {
    let mut bytes = fs::read(path).unwrap();
    let dataset = open(path).unwrap();
    let band = dataset.rasterband(1).unwrap();
    let levels: Vec<_> = std::iter::once(None).chain((0..band.overview_count().unwrap() as usize).map(Some)).collect();
    let mut spoiled = 0;
    for level in levels {
        let (band, full) = match level {
            None => (dataset.rasterband(1).unwrap(), true),
            Some(level) => (band.overview(level).unwrap(), false),
        };
        let (width, height) = band.size();
        for (x, y) in (0..height.div_ceil(128)).flat_map(|y| (0..width.div_ceil(128)).map(move |x| (x, y))) {
            let block = Window { x: x as u32 * 128, y: y as u32 * 128, width: 128, height: 128 };
            if (full && block.intersection(&window).is_some()) == under {
                let number = |what: &str| band.metadata_item(&format!("{what}_{x}_{y}"), "TIFF").unwrap().parse::<usize>().unwrap();
                let (at, length) = (number("BLOCK_OFFSET"), number("BLOCK_SIZE"));
                bytes[at..at + length].fill(0);
                spoiled += 1;
            }
        }
    }
    assert!(spoiled > 0);
    drop(dataset);
    fs::write(path, bytes).unwrap();
}

#[test]
fn only_blocks_under_the_window_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let (source, grid) = tiled(folder.path());
    let area = area(vec![rect(3000.0, 4000.0, 5000.0, 6000.0)]);
    let window = clip_window(&grid, &area).unwrap().unwrap();
    let (whole, part) = (folder.path().join("whole.tif"), folder.path().join("part.tif"));
    clip(&source, &area, &whole, &Never).unwrap();
    spoil(&source, window, false);
    clip(&source, &area, &part, &Never).unwrap();
    assert_eq!(fs::read(&whole).unwrap(), fs::read(&part).unwrap(), "the same bytes from a file with holes");
    spoil(&source, window, true);
    fs::remove_file(&part).unwrap();
    let error = clip(&source, &area, &part, &Never).unwrap_err();
    assert!(matches!(&error, Stop::Failed(RasterError::Read { path, .. }) if *path == source), "{error:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left of it");
}

#[test]
fn windows_are_those_of_what_an_area_touches() {
    let grid = at(0.0, 0.0, 10.0, 100, 100);
    let check = |shapes: Vec<Polygon<f64>>, expected: Option<(u32, u32, u32, u32)>| {
        let expected = expected.map(|(x, y, width, height)| Window { x, y, width, height });
        assert_eq!(clip_window(&grid, &area(shapes.clone())).unwrap(), expected, "{shapes:?}");
    };
    check(vec![rect(100.0, 200.0, 300.0, 300.0)], Some((10, 20, 20, 10)));
    check(vec![rect(101.0, 201.0, 299.0, 299.0)], Some((10, 20, 20, 10)));
    check(vec![rect(103.0, 204.0, 106.0, 207.0)], Some((10, 20, 1, 1)));
    check(vec![rect(-500.0, -500.0, 50.0, 50.0)], Some((0, 0, 5, 5)));
    check(vec![rect(-500.0, -500.0, 5000.0, 5000.0)], Some((0, 0, 100, 100)));
    check(vec![rect(2000.0, 2000.0, 3000.0, 3000.0)], None);
    // A part beside the grid does not widen the window, as the box around both would.
    check(vec![rect(100.0, 100.0, 200.0, 200.0), rect(5000.0, 500.0, 6000.0, 600.0)], Some((10, 10, 10, 10)));
    check(vec![rect(100.0, 100.0, 200.0, 200.0), rect(500.0, 600.0, 510.0, 610.0)], Some((10, 10, 41, 51)));
    let far = Aoi::new(MultiPolygon(vec![
        Rect::new((-80.0, -5.0), (-79.0, -4.0)).to_polygon(),
        area(vec![rect(100.0, 100.0, 200.0, 200.0)]).shape().0[0].clone(),
    ]))
    .unwrap();
    assert_eq!(clip_window(&grid, &far).unwrap(), Some(Window { x: 10, y: 10, width: 10, height: 10 }), "the other side of the Earth");
}

/// Cancels after so many steps.
struct After(u64, AtomicU64);

impl Monitor for After {
    fn report(&self, report: Report) {
        if let Report::Advanced(steps) = report {
            self.1.fetch_add(steps, Ordering::Relaxed);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.1.load(Ordering::Relaxed) >= self.0
    }
}

#[test]
fn a_clip_is_there_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let (source, _) = tiled(folder.path());
    let out = folder.path().join("out.tif");
    let all = area(vec![rect(0.0, 0.0, 9000.0, 9000.0)]);
    for steps in [0, 1, 30, 45, 70, 95] {
        let monitor = After(steps, AtomicU64::new(0));
        assert_eq!(clip(&source, &all, &out, &monitor), Err(Stop::Cancelled), "after {steps}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "after {steps}");
    }
    let monitor = After(u64::MAX, AtomicU64::new(0));
    clip(&source, &all, &out, &monitor).unwrap();
    assert_eq!(monitor.1.load(Ordering::Relaxed), STEPS);
    crate::intact(&out).unwrap();
    assert!(describe(&out).unwrap().levels.len() > 1, "overviews");
    let beside = area(vec![rect(20_000.0, 0.0, 21_000.0, 900.0)]);
    let error = clip(&source, &beside, &folder.path().join("none.tif"), &Never).unwrap_err();
    assert!(matches!(&error, Stop::Failed(RasterError::Unsupported { what, .. }) if what.contains("beside")), "{error:?}");
    let error = clip(&source, &all, &folder.path().join("none/out.tif"), &Never).unwrap_err();
    assert!(matches!(&error, Stop::Failed(RasterError::Write { .. })), "{error:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn classes_stay_classes_in_overviews() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 10.0, 1200, 1200);
    let classes: Vec<u8> = (0..grid.pixels()).map(|at| if (at / 3) % 2 == 0 { 4 } else { 8 }).collect();
    let source = folder.path().join("scl.tif");
    from_pixels(&grid, Pixels::U8(&classes), Some(0.0), 128, true, Compression::Deflate, &source).unwrap();
    let out = folder.path().join("out.tif");
    clip(&source, &area(vec![rect(0.0, 0.0, 12_000.0, 12_000.0)]), &out, &Never).unwrap();
    let dataset = open(&out).unwrap();
    let level = dataset.rasterband(1).unwrap().overview(0).unwrap();
    let (width, height) = level.size();
    let found: Vec<u8> = read_band(&out, &level, Window { x: 0, y: 0, width: width as u32, height: height as u32 }).unwrap();
    assert!(found.iter().all(|class| matches!(class, 4 | 8)), "no class between two");
}
