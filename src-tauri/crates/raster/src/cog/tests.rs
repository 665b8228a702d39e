use std::sync::Mutex;

use gdal::Metadata;
use swath_domain::{Never, Placement, Window};

use super::*;
use crate::open::{DataType, open};
use crate::testing::{at, noise};
use crate::{describe, read_onto};

struct Watch {
    steps: Mutex<u64>,
    stop_at: u64,
}

impl Monitor for Watch {
    fn report(&self, report: Report) {
        if let Report::Advanced(steps) = report {
            *self.steps.lock().unwrap() += steps;
        }
    }

    fn is_cancelled(&self) -> bool {
        *self.steps.lock().unwrap() >= self.stop_at
    }
}

/// Three layers: noise with a hole, a gradient, and a constant.
fn canvas(folder: &Path) -> (Canvas, Grid, Vec<Vec<u16>>) {
    let grid = at(0.0, 0.0, 10.0, 1500, 1100);
    let mut next = noise(1);
    let hole = |i: u32| (i % 1500) < 700 && (i / 1500) < 600;
    let layers = vec![
        (0..1500 * 1100).map(|i| if hole(i) { 0 } else { 1 + next() % 5000 }).collect(),
        (0..1500 * 1100).map(|i| (i / 1500) as u16).collect(),
        vec![7; 1500 * 1100],
    ];
    let path = folder.join("canvas.tif");
    let made = Canvas::create(&path, &grid, 3).unwrap();
    made.write_block(0, grid.whole(), &layers.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
    (made, grid, layers)
}

fn layers(names: &[&str]) -> Vec<Layer> {
    names.iter().map(|n| Layer { name: (*n).into(), scale: Some(0.0001), offset: None }).collect()
}

fn spec<'a>(layers: &'a [Layer], first_layer: usize, metadata: &'a [(String, String)]) -> Spec<'a> {
    Spec { first_layer, layers, nodata: Some(0.0), compression: Compression::Deflate, average_overviews: true, metadata }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_product_is_a_cog_that_says_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let (canvas, grid, pixels) = canvas(folder.path());
    let (path, layers) = (folder.path().join("image.tif"), layers(&["red", "nir"]));
    let metadata = [("SWATH_RECIPE".to_owned(), "{\"name\":\"x\"}".to_owned())];
    let watch = Watch { steps: Mutex::new(0), stop_at: u64::MAX };
    write(&canvas, &spec(&layers, 0, &metadata), &path, &watch, 2).unwrap();
    assert_eq!(*watch.steps.lock().unwrap(), STEPS);
    let found = describe(&path).unwrap();
    assert_eq!((&found.grid, found.bands, found.nodata), (&grid, 2, Some(0.0)));
    assert_eq!(found.levels, [(1500, 1100), (750, 550), (375, 275)]);
    assert_eq!(read_onto(&path, &grid, Placement::Aligned, false, Some(0.0)).unwrap(), pixels[0]);

    let dataset = open(&path).unwrap();
    assert_eq!(dataset.metadata_item("LAYOUT", "IMAGE_STRUCTURE").as_deref(), Some("COG"));
    assert_eq!(dataset.metadata_item("COMPRESSION", "IMAGE_STRUCTURE").as_deref(), Some("DEFLATE"));
    assert_eq!(dataset.metadata_item("SWATH_RECIPE", "").as_deref(), Some("{\"name\":\"x\"}"));
    let band = dataset.rasterband(2).unwrap();
    assert_eq!(band.block_size(), (512, 512));
    assert_eq!((band.description().unwrap().as_str(), band.scale(), band.no_data_value()), ("nir", Some(0.0001), Some(0.0)));
    // The overview averages what is valid: along the hole's edge no number is smaller than the smallest, and rows 2k, 2k + 1 give 2k + 1/2.
    let overview = band.overview(0).unwrap();
    let some = crate::read::read_band::<u16>(&path, &overview, Window { x: 0, y: 100, width: 1, height: 2 }).unwrap();
    assert!((200..=201).contains(&some[0]) && some[1] == some[0] + 2, "{some:?}");

    let statistics = statistics(&path).unwrap();
    let (s, valid) = (statistics[1], (1..1100).map(f64::from));
    let mean = valid.clone().sum::<f64>() / 1099.0;
    let deviation = (valid.map(|v| (v - mean).powi(2)).sum::<f64>() / 1099.0).sqrt();
    assert_eq!((s.min, s.max), (1.0, 1099.0));
    assert!((s.mean - mean).abs() < 1e-6 && (s.deviation - deviation).abs() < 1e-6, "{s:?}");
    assert!((s.low - 22.0).abs() < 5.0 && (s.high - 1078.0).abs() < 5.0, "{s:?}");
    assert!(statistics[0].min >= 1.0 && statistics[0].low > 50.0, "the hole does not count");
}

#[test]
fn layers_are_chosen_and_the_same_bytes_come_out_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let (canvas, grid, pixels) = canvas(folder.path());
    let layers = layers(&["rows", "seven"]);
    for compression in [Compression::Deflate, Compression::Zstd] {
        let spec = Spec { nodata: None, compression, average_overviews: false, ..spec(&layers, 1, &[]) };
        let write_to = |name: &str, threads| {
            let path = folder.path().join(name);
            write(&canvas, &spec, &path, &Never, threads).unwrap();
            fs::read(path).unwrap()
        };
        let first = write_to("a.tif", 1);
        assert!(first == write_to("b.tif", 2), "{compression:?}");
        assert_eq!(read_onto(&folder.path().join("a.tif"), &grid, Placement::Aligned, false, None).unwrap(), pixels[1]);
        assert_eq!(describe(&folder.path().join("a.tif")).unwrap().nodata, None);
    }
    assert_eq!(names(folder.path()), ["a.tif", "b.tif", "canvas.tif", "canvas.tif.done"]);
}

#[test]
fn what_is_packed_while_blocks_come_gives_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, grid, pixels) = canvas(folder.path());
    let layers = layers(&["noise", "rows"]);
    let (image, other) = (spec(&layers, 0, &[]), Spec { average_overviews: false, ..spec(&layers[..1], 2, &[]) });
    let path = folder.path().join("image.tif");
    let bytes = |canvas: &Canvas, spec: &Spec| {
        write(canvas, spec, &path, &Never, 2).unwrap();
        fs::read(&path).unwrap()
    };
    let expected = (bytes(&whole, &image), bytes(&whole, &other));
    let blocks = grid.blocks(400, (130, 70));
    let write_one = |canvas: &Canvas, number: usize| {
        let window = blocks[number];
        let part = |layer: &Vec<u16>| -> Vec<u16> {
            (window.y..window.y + window.height)
                .flat_map(|y| layer[(y * 1500 + window.x) as usize..][..window.width as usize].to_vec())
                .collect()
        };
        let parts: Vec<_> = pixels.iter().map(part).collect();
        canvas.write_block(number, window, &parts.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
    };
    let path_of = |name: &str| folder.path().join(name);
    // In order, backwards from two threads, with a block that comes twice, and gone on with after a crash.
    let canvas = |name: &str, from: usize| {
        let first = Canvas::create(&path_of(name), &grid, 3).unwrap();
        (0..from).for_each(|number| write_one(&first, number));
        drop(first);
        let mut canvas = Canvas::open(&path_of(name), &grid, 3).unwrap();
        canvas.pack_ahead(&[image.pack(), other.pack()], &blocks).unwrap();
        canvas
    };
    let in_order = canvas("a.tif", 0);
    (0..blocks.len()).for_each(|number| write_one(&in_order, number));
    let backwards = canvas("b.tif", 0);
    std::thread::scope(|scope| {
        for first in 0..2 {
            let (backwards, write_one, count) = (&backwards, &write_one, blocks.len());
            scope.spawn(move || (first..count).step_by(2).rev().for_each(|number| write_one(backwards, number)));
        }
    });
    let twice = canvas("c.tif", 0);
    (0..blocks.len()).chain([3]).for_each(|number| write_one(&twice, number));
    let resumed = canvas("d.tif", 5);
    (5..blocks.len()).for_each(|number| write_one(&resumed, number));
    for canvas in [&in_order, &backwards, &twice, &resumed] {
        for _ in 0..2 {
            assert!(bytes(canvas, &image) == expected.0 && bytes(canvas, &other) == expected.1, "{canvas:?}");
        }
    }
    drop((in_order, backwards, twice, resumed));
    assert!(names(folder.path()).iter().all(|name| !name.contains(".tiles")), "{:?}", names(folder.path()));
}

#[test]
fn a_cancelled_or_failed_copy_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (canvas, ..) = canvas(folder.path());
    let layers = layers(&["a", "b", "c"]);
    let before = names(folder.path());
    for stop_at in [0, 3, 12, 30, 50, 70, 90, 97] {
        let watch = Watch { steps: Mutex::new(0), stop_at };
        let stopped = write(&canvas, &spec(&layers, 0, &[]), &folder.path().join("image.tif"), &watch, 2);
        assert_eq!(stopped, Err(Stop::Cancelled), "at {stop_at}");
        assert_eq!(names(folder.path()), before, "at {stop_at}");
    }
    let nowhere = folder.path().join("none/image.tif");
    let failed = write(&canvas, &spec(&layers, 0, &[]), &nowhere, &Never, 1);
    assert!(matches!(failed, Err(Stop::Failed(RasterError::Write { .. }))), "{failed:?}");
    let beyond = write(&canvas, &spec(&layers, 1, &[]), &folder.path().join("image.tif"), &Never, 1);
    assert!(matches!(beyond, Err(Stop::Failed(_))), "a layer that is not there: {beyond:?}");
    assert_eq!(names(folder.path()), before);
}

#[test]
fn a_canvas_that_cannot_be_read_does_not_become_a_product() {
    let folder = tempfile::tempdir().unwrap();
    let (canvas, ..) = canvas(folder.path());
    fs::File::options().write(true).open(canvas.path()).unwrap().set_len(3_000_000).unwrap();
    let failed = write(&canvas, &spec(&layers(&["a", "b", "c"]), 0, &[]), &folder.path().join("image.tif"), &Never, 1);
    assert!(matches!(failed, Err(Stop::Failed(RasterError::Read { .. }))), "{failed:?}");
}

#[test]
fn pixels_in_memory_become_a_cog() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.tif");
    let grid = at(0.0, 0.0, 20.0, 600, 300);
    let classes: Vec<u8> = (0..180_000u32).map(|i| (i % 12) as u8).collect();
    from_pixels(&grid, Pixels::U8(&classes), Some(0.0), 256, true, Compression::Deflate, &path).unwrap();
    let found = describe(&path).unwrap();
    assert_eq!((found.levels, found.data_type), (vec![(600, 300), (300, 150), (150, 75)], DataType::U8));
    let got = read_onto(&path, &grid, Placement::Aligned, true, None).unwrap();
    assert!(got.iter().zip(&classes).all(|(a, b)| *a == u16::from(*b)));
    let overview = open(&path).unwrap();
    assert_eq!(overview.rasterband(1).unwrap().block_size(), (256, 256));
    assert!(from_pixels(&grid, Pixels::U8(&classes[1..]), None, 256, true, Compression::Zstd, &path).is_err());
}
