use std::path::PathBuf;

use geo::{MultiPolygon, Rect};
use proptest::prelude::*;
use swath_domain::{Compression, Crs};

use super::*;
use crate::cog::{Pixels, from_pixels};
use crate::project::Projection;
use crate::testing::{CORNER, at, class_file, noise, utm};
use crate::{describe, project};

fn step(cloud_buffer_m: f64, shadow_buffer_m: f64) -> MaskStep {
    MaskStep { cloud_buffer_m, shadow_buffer_m, ..MaskStep::default() }
}

/// The definition, over the whole file.
fn by_brute_force(classes: &[u8], width: usize, metres: (f64, f64), step: &MaskStep) -> Vec<u8> {
    let place = |i: usize| ((i % width) as f64 * metres.0, (i / width) as f64 * metres.1);
    let near = |i: usize, of: &[u8], radius: f64| {
        let (x, y) = place(i);
        classes.iter().enumerate().any(|(j, class)| {
            let (dx, dy) = (place(j).0 - x, place(j).1 - y);
            of.contains(class) && step.drop.contains(class) && dx * dx + dy * dy <= radius * radius * (1.0 + 1e-9)
        })
    };
    let clear = |i: usize| {
        !(step.drops_scl(classes[i], swath_domain::PixelClass::of_scl(classes[i]))
            || near(i, &[8, 9, 10], step.cloud_buffer_m)
            || near(i, &[3], step.shadow_buffer_m))
    };
    (0..classes.len()).map(|i| u8::from(clear(i))).collect()
}

fn sparse_classes(count: usize, seed: u64, per_mille: u16) -> Vec<u8> {
    let mut next = noise(seed);
    (0..count).map(|_| if next() % 1000 < per_mille { (next() % 12) as u8 } else { 4 }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..Default::default() })]
    #[test]
    fn growing_is_what_brute_force_gives(
        width in 1u32..40, height in 1u32..40, seed: u64, density in 1u16..60, cloud in 0.0f64..300.0, shadow in 0.0f64..120.0, tall: bool,
    ) {
        let classes = sparse_classes((width * height) as usize, seed, density);
        let (metres, step) = ((20.0, if tall { 35.0 } else { 20.0 }), step(cloud, shadow));
        let got = clear(&classes, Window { x: 0, y: 0, width, height }, metres, &step);
        prop_assert_eq!(got, by_brute_force(&classes, width as usize, metres, &step));
    }
}

#[test]
fn discs_are_round_and_their_edge_belongs_to_them() {
    let mut classes = vec![4; 49];
    classes[24] = 9;
    let draw = |radius: f64| {
        let clear = clear(&classes, Window { x: 0, y: 0, width: 7, height: 7 }, (20.0, 20.0), &step(radius, 0.0));
        clear.chunks(7).map(|r| r.iter().map(|c| if *c == 1 { '.' } else { 'x' }).collect::<String>()).collect::<Vec<_>>()
    };
    assert_eq!(draw(0.0), [".......", ".......", ".......", "...x...", ".......", ".......", "......."]);
    assert_eq!(draw(20.0), [".......", ".......", "...x...", "..xxx..", "...x...", ".......", "......."]);
    assert_eq!(draw(40.0), [".......", "...x...", "..xxx..", ".xxxxx.", "..xxx..", "...x...", "......."]);
    assert_eq!(draw(59.9), [".......", ".xxxxx.", ".xxxxx.", ".xxxxx.", ".xxxxx.", ".xxxxx.", "......."]);
    // Cloud that is kept does not grow.
    let kept = MaskStep { drop: vec![swath_domain::Dropped::Scl(3)], ..step(60.0, 60.0) };
    assert!(clear(&classes, Window { x: 0, y: 0, width: 7, height: 7 }, (20.0, 20.0), &kept).iter().all(|c| *c == 1));
}

fn scl(folder: &Path, size: u32) -> (PathBuf, Grid, Vec<u8>) {
    let grid = at(0.0, 0.0, 20.0, size, size);
    let classes = sparse_classes((size * size) as usize, 11, 4);
    (class_file(folder, "scl.tif", &grid, &classes), grid, classes)
}

#[test]
fn the_mask_is_the_same_for_every_way_of_cutting_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let (path, source, classes) = scl(folder.path(), 150);
    let step = step(250.0, 90.0);
    let brute = by_brute_force(&classes, 150, (20.0, 20.0), &step);
    assert!(brute.contains(&0) && brute.contains(&1));
    for (output, per_pixel) in [
        (source.clone(), (1, 1)),
        (at(0.0, 0.0, 10.0, 300, 300), (1, 2)),
        (at(0.0, 0.0, 60.0, 50, 50), (3, 1)),
        (in_the_next_zone(&source), (0, 0)),
    ] {
        let placement = Placement::of(&source, &output);
        let whole = read_clear(&path, &output, placement, &step).unwrap();
        assert!(whole.contains(&0) && whole.contains(&1));
        if per_pixel != (0, 0) {
            let (down, up) = per_pixel;
            for (i, got) in whole.iter().enumerate() {
                let (x, y) = (i % output.width as usize, i / output.width as usize);
                let mut under = (0..down * down).map(|k| brute[(y * down / up + k / down) * 150 + x * down / up + k % down]);
                assert_eq!(*got, u8::from(under.all(|c| c == 1)), "{placement:?} {x} {y}");
            }
        }
        for size in [64, 37] {
            let mut differ = 0;
            for block in output.blocks(size, (13, 5)) {
                let part = read_clear(&path, &output.part(block), placement, &step).unwrap();
                for (line, y) in part.chunks(block.width as usize).zip(block.y..) {
                    let from = (y * output.width + block.x) as usize;
                    differ += line.iter().zip(&whole[from..]).filter(|(a, b)| a != b).count();
                }
            }
            // A pixel whose centre falls on the line between two may go either way when coordinates are interpolated in another block.
            let allowed = if placement == Placement::Warped { 60 } else { 0 };
            assert!(differ <= allowed, "{placement:?}: {differ} pixels differ");
        }
    }
}

/// A grid in zone 32 around a grid in zone 33.
fn in_the_next_zone(grid: &Grid) -> Grid {
    let b = Projection::new(&grid.crs, &Crs::epsg(32632)).unwrap().bounds(grid.bounds()).unwrap();
    utm(32632, b.west.floor(), b.north.ceil(), 20.0, 150, 150)
}

#[test]
fn beyond_the_file_nothing_is_clear_and_nothing_grows() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 20.0, 4, 4);
    let path = class_file(folder.path(), "scl.tif", &grid, &[4; 16]);
    let got = read_clear(&path, &at(-20.0, -20.0, 20.0, 3, 3), Placement::Aligned, &step(500.0, 0.0)).unwrap();
    assert_eq!(got, [0, 0, 0, 0, 1, 1, 0, 1, 1]);
    assert_eq!(read_clear(&path, &at(900.0, 0.0, 20.0, 2, 1), Placement::Aligned, &step(0.0, 0.0)).unwrap(), [0, 0]);
    // Half of the coarse pixel is not there.
    assert_eq!(read_clear(&path, &at(60.0, 0.0, 40.0, 1, 1), Placement::Scaled, &step(0.0, 0.0)).unwrap(), [0]);
}

#[test]
fn windows_reach_as_far_as_cloud_is_grown() {
    let source = at(0.0, 0.0, 20.0, 1000, 1000);
    let output = at(2000.0, 4000.0, 10.0, 100, 60);
    let window = |step: &MaskStep| source_window(&source, &output, Placement::Scaled, step).unwrap();
    assert_eq!(window(&step(0.0, 0.0)), Window { x: 100, y: 200, width: 50, height: 30 });
    assert_eq!(window(&step(90.0, 201.0)), Window { x: 89, y: 189, width: 72, height: 52 });
    assert_eq!(source_window(&source, &at(-5000.0, 0.0, 10.0, 10, 10), Placement::Scaled, &step(500.0, 0.0)), None);
}

/// A box given in metres east and south of the corner, as longitude and latitude.
fn area(west: f64, north: f64, east: f64, south: f64) -> MultiPolygon<f64> {
    let rect = Rect::new((CORNER.0 + west, CORNER.1 - south), (CORNER.0 + east, CORNER.1 - north));
    project(&MultiPolygon(vec![rect.to_polygon()]), &Crs::epsg(32633), &Crs::epsg(4326)).unwrap()
}

#[test]
fn shares_of_an_area_sum_to_1_and_are_those_of_its_pixels() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 20.0, 400, 400);
    // Quarters of 4 km: clear, cloud, shadow, no data.
    let classes: Vec<u8> = (0..160_000).map(|i| [4, 9, 3, 0][(i % 400) / 200 + (i / 400) / 200 * 2]).collect();
    let path = class_file(folder.path(), "scl.tif", &grid, &classes);
    let step = MaskStep::default();
    let none = MaskStep { drop: Vec::new(), ..MaskStep::default() };
    let check = |level: usize, area: MultiPolygon<f64>, step: &MaskStep, expected: [f64; 4]| {
        let s = shares(&path, level, &area, step).unwrap();
        let got = [s.clear, s.cloud, s.shadow, s.missing];
        assert!((got.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{got:?}");
        assert!(got.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 0.005), "{got:?} is not {expected:?}");
    };
    for level in 0..describe(&path).unwrap().levels.len() {
        check(level, area(0.0, 0.0, 8000.0, 8000.0), &step, [0.25; 4]);
        check(level, area(1600.0, 0.0, 8000.0, 4000.0), &step, [0.375, 0.625, 0.0, 0.0]);
        check(level, area(0.0, 0.0, 8000.0, 8000.0), &none, [0.75, 0.0, 0.0, 0.25]);
        check(level, area(-4000.0, 0.0, 4000.0, 4000.0), &step, [0.5, 0.0, 0.0, 0.5]);
        check(level, area(-4000.0, 0.0, -100.0, 4000.0), &step, [0.0, 0.0, 0.0, 1.0]);
        check(level, area(1001.0, 1001.0, 1003.0, 1003.0), &step, [1.0, 0.0, 0.0, 0.0]);
    }
    assert!(shares(&path, 9, &area(0.0, 0.0, 8000.0, 8000.0), &step).is_err());
}

#[test]
fn shares_of_landsat_come_from_its_bits() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 30.0, 400, 400);
    // Quarters: clear ground, cirrus with the "clear" bit, shadow with the "clear" bit, fill.
    let bits: Vec<u16> = (0..160_000).map(|i| [21824, 54596, 23888, 1][(i % 400) / 200 + (i / 400) / 200 * 2]).collect();
    let path = folder.path().join("qa.tif");
    from_pixels(&grid, Pixels::U16(&bits), Some(1.0), 128, true, Compression::Deflate, &path).unwrap();
    for level in 0..describe(&path).unwrap().levels.len() {
        let s = shares_qa_pixel(&path, level, &area(0.0, 0.0, 12_000.0, 12_000.0), &MaskStep::default()).unwrap();
        let got = [s.clear, s.cloud, s.shadow, s.missing];
        assert!(got.iter().all(|share| (share - 0.25).abs() < 0.01), "{level}: {got:?}");
    }
}

#[test]
fn the_coarsest_level_that_is_fine_enough_is_chosen() {
    let grid = at(0.0, 0.0, 20.0, 5490, 5490);
    let levels = [(5490, 5490), (2745, 2745), (1373, 1373), (687, 687)];
    let check = |metres: f64, level: usize| {
        let rect = Rect::new((CORNER.0, CORNER.1 - metres / 2.0), (CORNER.0 + metres, CORNER.1));
        let (got, window) = shares_window(&levels, &grid, &MultiPolygon(vec![rect.to_polygon()])).unwrap();
        let pixels = metres / 20.0 * f64::from(levels[level].0) / 5490.0;
        assert_eq!((got, f64::from(window.width)), (level, pixels.ceil()), "{metres} m");
    };
    check(100_000.0, 3);
    check(10_300.0, 3);
    check(9_000.0, 2);
    check(3_000.0, 1);
    check(700.0, 0);
    let outside = Rect::new((0.0, 0.0), (10.0, 10.0)).to_polygon();
    assert_eq!(shares_window(&levels, &grid, &MultiPolygon(vec![outside])), None);
}
