use std::path::PathBuf;

use geo::{MultiPolygon, Rect};
use proptest::prelude::*;
use swath_domain::{
    Aoi, Band, ByHand, Compression, Crs, Dropped, Evidence, HandClass, MaskBy, Never, PixelClass, Placement, Radiometry, Sensor, Stop,
    Window,
};

use super::distance::{Near, nearest};
use super::*;
use crate::cog::{Pixels, from_pixels};
use crate::project::Projection;
use crate::testing::{CORNER, at, class_file, file, noise, utm};
use crate::{describe, project};
use swath_domain::MaskStep;

mod layers;
mod shares;

/// A mask made of a scene classification, for an image.
struct Making {
    layers: Vec<Layer>,
    by: MaskBy,
    sensor: Sensor,
    bands: Vec<Band>,
    step: MaskStep,
    reach_m: f64,
    drawn: Vec<ByHand>,
}

impl Making {
    fn of(layers: Vec<Layer>, step: MaskStep, reach_m: f64) -> Self {
        Self { layers, by: MaskBy::Provider, sensor: Sensor::Sentinel2L2a, bands: vec![Band::Red], step, reach_m, drawn: Vec::new() }
    }

    fn frame(&self, output: &Grid) -> Option<Frame> {
        let grids: Vec<_> = self.layers.iter().map(|layer| (layer.band, &layer.grid)).collect();
        let given = Given { by: self.by, sensor: self.sensor, sun: None, layers: &grids, model: None };
        Frame::new(&given, &self.step, output, self.reach_m).unwrap()
    }

    fn make(&self, output: &Grid, to: &Path) -> MaskFacts {
        self.try_make(output, to, None, &Never).unwrap()
    }

    fn try_make(
        &self,
        output: &Grid,
        to: &Path,
        model: Option<&Classify>,
        monitor: &dyn swath_domain::Monitor,
    ) -> Result<MaskFacts, Stop<BuildError>> {
        let frame = self.frame(output).unwrap();
        let source = Source {
            by: self.by,
            sensor: self.sensor,
            sun: None,
            frame: &frame,
            layers: &self.layers,
            bands: &self.bands,
            drawn: &self.drawn.iter().collect::<Vec<_>>(),
            model,
            reach_m: self.reach_m,
            key: "key",
        };
        let b = output.bounds();
        let outline = MultiPolygon(vec![Rect::new((b.west, b.south), (b.east, b.north)).to_polygon()]);
        build(&source, &self.step, output, &outline, to, monitor)
    }
}

fn layer(band: Band, path: PathBuf, grid: &Grid) -> Layer {
    Layer { band, path, grid: grid.clone(), radiometry: Radiometry::identity(Some(0.0), Evidence::Classification) }
}

fn step(cloud_buffer_m: f64, shadow_buffer_m: f64) -> MaskStep {
    MaskStep { cloud_buffer_m, shadow_buffer_m, ..MaskStep::default() }
}

/// Squared metres between two pixels of a grid.
fn square(a: usize, b: usize, width: usize, metres: (f64, f64)) -> f64 {
    let (dx, dy) = ((a % width).abs_diff(b % width) as f64 * metres.0, (a / width).abs_diff(b / width) as f64 * metres.1);
    dx * dx + dy * dy
}

/// The definition of which pixels are clear, over the whole file.
fn by_brute_force(classes: &[u8], width: usize, metres: (f64, f64), step: &MaskStep) -> Vec<u8> {
    let dropped = |class: u8| step.drops_scl(class, PixelClass::of_scl(class));
    let near = |i: usize, of: &[u8], radius: f64| {
        let mut others = classes.iter().enumerate();
        radius > 0.0
            && others
                .any(|(j, class)| of.contains(class) && dropped(*class) && square(i, j, width, metres) <= radius * radius * (1.0 + 1e-9))
    };
    let cirrus = step.cirrus_buffer_m.unwrap_or(step.cloud_buffer_m);
    let clear = |i: usize| {
        !(dropped(classes[i])
            || near(i, &[8, 9], step.cloud_buffer_m)
            || near(i, &[10], cirrus)
            || near(i, &[3], step.shadow_buffer_m)
            || near(i, &[11], step.snow_buffer_m)
            || near(i, &[0], step.edge_m))
    };
    (0..classes.len()).map(|i| u8::from(clear(i))).collect()
}

fn sparse_classes(count: usize, seed: u64, per_mille: u16) -> Vec<u8> {
    let mut next = noise(seed);
    (0..count).map(|_| if next() % 1000 < per_mille { (next() % 13) as u8 } else { 4 }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..Default::default() })]
    #[test]
    fn distances_are_what_brute_force_gives(
        width in 1usize..60, height in 1usize..40, seed: u64, density in 1u16..60, reach in 0.0f64..900.0, tall: bool,
    ) {
        let codes = sparse_classes(width * height, seed, density);
        let metres = (20.0, if tall { 35.0 } else { 20.0 });
        let seeds: [bool; 256] = std::array::from_fn(|code| code == 9);
        let tens = |square: f64| if square.is_finite() { (square.sqrt() / 10.0) as u8 } else { 255 };
        let got = nearest(&codes, width, &Near { seeds: &seeds, metres, reach }, &tens);
        let there: Vec<usize> = (0..codes.len()).filter(|i| codes[*i] == 9).collect();
        prop_assert_eq!(got.is_some(), !there.is_empty());
        for (i, got) in got.unwrap_or_default().into_iter().enumerate() {
            let square = there.iter().map(|j| square(i, *j, width, metres)).fold(f64::INFINITY, f64::min);
            let square = if square.sqrt() <= reach * (1.0 + 1e-9) { square } else { f64::INFINITY };
            // Pixels that are not square may be told a little beyond the reach, in the corners of what is looked at.
            let beyond = tall && square.is_infinite();
            prop_assert!(beyond || got == tens(square), "pixel {}: {} is not {}", i, got, tens(square));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..Default::default() })]
    #[test]
    fn plain_masks_are_what_brute_force_gives(
        width in 1u32..60, height in 1u32..40, seed: u64, density in 1u16..60, cloud in 0.0f64..300.0, shadow in 0.0f64..120.0,
        cirrus in proptest::option::of(0.0f64..100.0), snow in 0.0f64..80.0, drop_snow: bool,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let grid = at(0.0, 0.0, 20.0, width, height);
        let classes = sparse_classes((width * height) as usize, seed, density);
        let path = class_file(folder.path(), "scl.tif", &grid, &classes);
        let mut step = MaskStep { cirrus_buffer_m: cirrus, snow_buffer_m: if drop_snow { snow } else { 0.0 }, ..step(cloud, shadow) };
        if drop_snow {
            step.drop.push(Dropped::Class(PixelClass::Snow));
        }
        let to = folder.path().join("mask");
        Making::of(vec![layer(Band::Scl, path, &grid)], step.clone(), 0.0).make(&grid, &to);
        let mask = read(&to, &grid).unwrap();
        let usable: Vec<u8> = mask.distance.iter().map(|distance| u8::from(*distance > 0)).collect();
        prop_assert_eq!(usable, by_brute_force(&classes, width as usize, (20.0, 20.0), &step));
        let expected: Vec<u8> = classes.iter().map(|class| PixelClass::of_scl(*class) as u8).collect();
        prop_assert_eq!(mask.class, expected);
    }
}

#[test]
fn discs_are_round_and_their_edge_belongs_to_them() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 20.0, 7, 7);
    let mut classes = vec![4; 49];
    classes[24] = 9;
    let path = class_file(folder.path(), "scl.tif", &grid, &classes);
    let draw = |step: MaskStep| {
        let to = folder.path().join("mask");
        Making::of(vec![layer(Band::Scl, path.clone(), &grid)], step, 0.0).make(&grid, &to);
        let mask = read(&to, &grid).unwrap();
        mask.distance.chunks(7).map(|r| r.iter().map(|d| if *d > 0 { '.' } else { 'x' }).collect::<String>()).collect::<Vec<_>>()
    };
    assert_eq!(draw(step(0.0, 0.0)), [".......", ".......", ".......", "...x...", ".......", ".......", "......."]);
    assert_eq!(draw(step(20.0, 0.0)), [".......", ".......", "...x...", "..xxx..", "...x...", ".......", "......."]);
    assert_eq!(draw(step(30.0, 0.0)), [".......", ".......", "..xxx..", "..xxx..", "..xxx..", ".......", "......."]);
    assert_eq!(draw(step(40.0, 0.0)), [".......", "...x...", "..xxx..", ".xxxxx.", "..xxx..", "...x...", "......."]);
    assert_eq!(draw(step(59.9, 0.0)), [".......", ".xxxxx.", ".xxxxx.", ".xxxxx.", ".xxxxx.", ".xxxxx.", "......."]);
    // Cloud that is kept does not grow.
    let kept = MaskStep { drop: vec![Dropped::Scl(3)], ..step(60.0, 60.0) };
    assert!(draw(kept).iter().all(|row| row == "......."));
}

#[test]
fn the_byte_of_distance_counts_twenty_metres_from_whatever_reaches_out() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("mask");
    // One row of 20 m pixels: the class of the first is given, the others are clear.
    let row = |class: u8, step: MaskStep, reach_m: f64| {
        let grid = at(0.0, 0.0, 20.0, 60, 1);
        let mut classes = vec![4; 60];
        classes[0] = class;
        let path = class_file(folder.path(), "scl.tif", &grid, &classes);
        Making::of(vec![layer(Band::Scl, path, &grid)], step, reach_m).make(&grid, &to);
        read(&to, &grid).unwrap().distance
    };
    let until = |most: usize, every: usize| {
        let of = |x: usize| if x * every > most { 255 } else { (x * every) as u8 };
        (0..60).map(of).collect::<Vec<_>>()
    };
    for class in [3, 8, 9, 10] {
        assert_eq!(row(class, step(0.0, 0.0), 740.0), until(37, 1), "{class}");
    }
    // No data counts four times as far; what is defective counts by itself; what is kept not at all.
    assert_eq!(row(0, step(0.0, 0.0), 740.0), until(37, 4));
    for class in [1, 12] {
        let mut expected = vec![255; 60];
        expected[0] = 0;
        assert_eq!(row(class, step(0.0, 0.0), 740.0), expected);
    }
    for class in [2, 6, 7, 11] {
        assert_eq!(row(class, step(0.0, 0.0), 740.0), [255; 60]);
    }
    // Distances begin where the margin ends.
    let grown = row(9, step(60.0, 0.0), 740.0);
    assert_eq!((&grown[..6], grown[40], grown[41]), ([0, 0, 0, 0, 1, 2].as_slice(), 37, 255));
    // Nobody asks.
    assert_eq!(row(9, step(0.0, 0.0), 0.0)[1..], [255; 59]);
    // Other pixels than those of 20 m: 10 m are nearer than a step and yet usable; 30 m are rounded down.
    for (pixel, expected) in [(10.0, [0, 1, 1, 1, 2, 2]), (30.0, [0, 1, 3, 4, 6, 7]), (60.0, [0, 3, 6, 9, 12, 15])] {
        let grid = at(0.0, 0.0, pixel, 6, 1);
        let path = class_file(folder.path(), "scl.tif", &grid, &[9, 4, 4, 4, 4, 4]);
        Making::of(vec![layer(Band::Scl, path, &grid)], step(0.0, 0.0), 3000.0).make(&grid, &to);
        assert_eq!(read(&to, &grid).unwrap().distance, expected, "{pixel}");
    }
}

#[test]
fn edges_of_what_was_measured_are_dropped_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 20.0, 9, 7);
    let mut classes = vec![4; 63];
    classes[4 * 9 + 6] = 0;
    let path = class_file(folder.path(), "scl.tif", &grid, &classes);
    let draw = |edge_m: f64, output: &Grid| {
        let to = folder.path().join("mask");
        Making::of(vec![layer(Band::Scl, path.clone(), &grid)], MaskStep { edge_m, ..MaskStep::default() }, 0.0).make(output, &to);
        let mask = read(&to, output).unwrap();
        let rows = mask.distance.chunks(output.width as usize);
        rows.map(|r| r.iter().map(|d| if *d > 0 { '.' } else { 'x' }).collect::<String>()).collect::<Vec<_>>()
    };
    assert_eq!(draw(0.0, &grid), [".........", ".........", ".........", ".........", "......x..", ".........", "........."]);
    assert_eq!(draw(20.0, &grid), ["xxxxxxxxx", "x.......x", "x.......x", "x.....x.x", "x....xxxx", "x.....x.x", "xxxxxxxxx"]);
    // The edge of the image is no edge of the scene.
    assert_eq!(draw(20.0, &at(20.0, 20.0, 20.0, 3, 3)), ["...", "...", "..."]);
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
        let to = folder.path().join("mask");
        Making::of(vec![layer(Band::Scl, path.clone(), &source)], step.clone(), 400.0).make(&output, &to);
        let whole = read(&to, &output).unwrap();
        let bytes: std::collections::BTreeSet<u8> = whole.distance.iter().copied().collect();
        assert!(bytes.len() > 5 && bytes.contains(&0));
        if per_pixel != (0, 0) {
            let (down, up) = per_pixel;
            for (i, got) in whole.distance.iter().enumerate() {
                let (x, y) = (i % output.width as usize, i / output.width as usize);
                let mut under = (0..down * down).map(|k| brute[(y * down / up + k / down) * 150 + x * down / up + k % down]);
                assert_eq!(*got > 0, under.all(|c| c == 1), "{placement:?} {x} {y}");
            }
        }
        for size in [64, 37] {
            let mut differ = 0;
            for block in output.blocks(size, (13, 5)) {
                let part = read(&to, &output.part(block)).unwrap();
                for (line, y) in part.distance.chunks(block.width as usize).zip(block.y..) {
                    let from = (y * output.width + block.x) as usize;
                    differ += line.iter().zip(&whole.distance[from..]).filter(|(a, b)| a != b).count();
                }
            }
            // A pixel whose centre falls on the line between two may go either way when coordinates are interpolated in another block.
            let allowed = if placement == Placement::Warped { 60 } else { 0 };
            assert!(differ <= allowed, "{placement:?}: {differ} pixels differ");
        }
    }
}

#[test]
fn the_mask_does_not_depend_on_how_much_of_the_scene_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (path, source, _) = scl(folder.path(), 300);
    let making = Making::of(vec![layer(Band::Scl, path, &source)], MaskStep { edge_m: 40.0, ..step(100.0, 60.0) }, 500.0);
    let (whole, part) = (folder.path().join("whole"), folder.path().join("part"));
    making.make(&source, &whole);
    let output = at(2000.0, 1500.0, 10.0, 333, 257);
    making.make(&output, &part);
    assert!(read(&part, &output).unwrap() == read(&whole, &output).unwrap());
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
    let making = Making::of(vec![layer(Band::Scl, path, &grid)], step(500.0, 0.0), 0.0);
    let to = folder.path().join("mask");
    making.make(&at(-20.0, -20.0, 20.0, 6, 6), &to);
    let distance = |output: &Grid| read(&to, output).unwrap().distance;
    assert_eq!(distance(&at(-20.0, -20.0, 20.0, 3, 3)), [0, 0, 0, 0, 255, 255, 0, 255, 255]);
    assert_eq!(distance(&at(-20.0, -20.0, 10.0, 4, 3)), [[0; 4], [0; 4], [0, 0, 255, 255]].concat());
    assert_eq!(distance(&at(900.0, 0.0, 20.0, 2, 1)), [0, 0]);
    // Half of the coarse pixel is not there.
    assert_eq!(distance(&at(60.0, 0.0, 40.0, 1, 1)), [0]);
    assert_eq!(making.frame(&at(900.0, 0.0, 20.0, 2, 1)), None);
}

#[test]
fn windows_reach_as_far_as_anything_matters() {
    let source = at(0.0, 0.0, 20.0, 1000, 1000);
    let output = at(2000.0, 4000.0, 10.0, 100, 60);
    let window = |step: MaskStep, reach_m: f64| {
        let making = Making::of(vec![layer(Band::Scl, PathBuf::new(), &source)], step, reach_m);
        making.frame(&output).unwrap().window
    };
    let grown = |margin: u32| Window { x: 100 - margin, y: 200 - margin, width: 50 + 2 * margin, height: 30 + 2 * margin };
    assert_eq!(window(step(0.0, 0.0), 0.0), grown(0));
    assert_eq!(window(step(90.0, 201.0), 0.0), grown(11));
    assert_eq!(window(step(90.0, 0.0), 740.0), grown(42));
    assert_eq!(window(MaskStep { edge_m: 61.0, ..step(0.0, 0.0) }, 0.0), grown(4));
    assert_eq!(window(MaskStep { cirrus_buffer_m: Some(100.0), ..step(0.0, 0.0) }, 0.0), grown(5));
}

#[test]
fn masks_that_are_damaged_or_others_are_never_taken_for_finished() {
    let folder = tempfile::tempdir().unwrap();
    let (path, grid, _) = scl(folder.path(), 300);
    let to = folder.path().join("mask");
    let facts = Making::of(vec![layer(Band::Scl, path, &grid)], step(0.0, 0.0), 740.0).make(&grid, &to);
    assert_eq!(finished(&to, "key"), Some(facts.clone()));
    assert_eq!(super::facts(&to).unwrap(), facts);
    assert_eq!(finished(&to, "another key"), None);
    assert_eq!(finished(&folder.path().join("none"), "key"), None);
    let good = std::fs::read(&to).unwrap();
    let check = |bytes: &[u8], opens: bool| {
        std::fs::write(&to, bytes).unwrap();
        assert_eq!(finished(&to, "key"), None);
        assert_eq!(super::facts(&to).is_ok(), opens);
        let error = read(&to, &grid).unwrap_err();
        assert!(matches!(error, RasterError::Read { .. }), "{error}");
    };
    check(&good[..good.len() - 1], true);
    check(&good[..100], false);
    check(&[], false);
    let mut flipped = good.clone();
    let last = flipped.len() - 70_000;
    flipped[last] ^= 1;
    check(&flipped, true);
    std::fs::write(&to, &good).unwrap();
    assert_eq!(finished(&to, "key"), Some(facts));
}

#[test]
fn a_mask_that_is_not_wanted_any_more_leaves_nothing() {
    struct Cancelled;
    impl swath_domain::Monitor for Cancelled {
        fn report(&self, _: swath_domain::Report) {}
        fn is_cancelled(&self) -> bool {
            true
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let (path, grid, _) = scl(folder.path(), 30);
    let to = folder.path().join("mask");
    let making = Making::of(vec![layer(Band::Scl, path, &grid)], step(0.0, 0.0), 740.0);
    assert!(matches!(making.try_make(&grid, &to, None, &Cancelled), Err(Stop::Cancelled)));
    assert!(!to.exists() && std::fs::read_dir(folder.path()).unwrap().count() == 1);
}
