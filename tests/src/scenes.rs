//! The demo catalogue as the tests use it: small, cloudy, made once for each run of the tests.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use swath_demo::{Demo, DemoOptions};
use swath_domain::{Band, CompositeStep, Compression, MaskStep, Never, OutputCrs, Recipe, SearchStep, Sensor, Step, WriteStep};
use swath_raster::cog::{Pixels, from_pixels};

use crate::tiff::Tiff;

/// Six cloudy dates of 1020 x 1020 pixels.
pub fn options() -> DemoOptions {
    DemoOptions { dates: 6, seed: 7, cloud: 0.5, ..DemoOptions::default() }
}

/// Makes the catalogue, or takes the one that another test of the same run has made. Its files have blocks of 128 pixels, so that even
/// small scenes have many of them.
pub fn scenes() -> Demo {
    let home = home();
    fs::create_dir_all(&home).expect("a folder for scenes");
    let lock = File::create(home.join("lock")).expect("a lock");
    // Tests run in processes of their own; the first one makes the scenes, the others wait for it.
    lock.lock().expect("the lock");
    let (options, folder, blocks, made_by) = (options(), home.join("demo"), home.join("blocks"), home.join("made-by"));
    let run = std::env::var("NEXTEST_RUN_ID").unwrap_or_else(|_| std::process::id().to_string());
    let made = fs::read_to_string(&made_by).ok().as_deref() == Some(&run);
    let demo = match swath_demo::open(&options, &folder).filter(|_| made) {
        Some(demo) => demo,
        None => {
            let _ = fs::remove_dir_all(&folder);
            let _ = fs::remove_dir_all(&blocks);
            let demo = swath_demo::make(&options, &folder, &Never).expect("the demo catalogue");
            in_small_blocks(&folder, &blocks);
            fs::write(made_by, run).expect("a note");
            demo
        }
    };
    Demo { folder: blocks, ..demo }
}

/// The layers that the recipes use, with small blocks, and the items that describe them.
fn in_small_blocks(demo: &Path, to: &Path) {
    let items = "sentinel-2-c1-l2a/items";
    for entry in fs::read_dir(demo.join(items)).expect("items").flatten() {
        let folder = to.join(items).join(entry.file_name());
        fs::create_dir_all(&folder).expect("a folder");
        for (name, classes) in [("B04.tif", false), ("B08.tif", false), ("SCL.tif", true)] {
            let file = entry.path().join(name);
            let grid = swath_raster::describe(&file).expect("a raster").grid;
            let wide = Tiff::new(fs::read(&file).expect("a file")).pixels(0);
            let narrow: Vec<u8> = wide.iter().map(|class| *class as u8).collect();
            let pixels = if classes { Pixels::U8(&narrow) } else { Pixels::U16(&wide) };
            from_pixels(&grid, pixels, Some(0.0), 128, classes, Compression::Deflate, &folder.join(name)).expect("a file");
        }
        let text = fs::read_to_string(entry.path().join("item.json")).expect("an item");
        let mut item: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        // Lengths and digests are those of the files with large blocks.
        for asset in item["assets"].as_object_mut().into_iter().flat_map(|assets| assets.values_mut()) {
            asset.as_object_mut().expect("an asset").retain(|key, _| !key.starts_with("file:"));
        }
        fs::write(folder.join("item.json"), item.to_string()).expect("an item");
    }
}

/// Beside the test's own program, so that it goes away with it.
fn home() -> PathBuf {
    let program = std::env::current_exe().expect("the test's own path");
    program.ancestors().nth(2).expect("a folder above").join("swath-tests-scenes")
}

/// All scenes, cloud masked without margins, the median of red and near infrared inside the demo's area.
pub fn recipe(demo: &Demo) -> Recipe {
    with(demo, Some(mask()), OutputCrs::Auto)
}

/// The same without a mask.
pub fn unmasked(demo: &Demo) -> Recipe {
    with(demo, None, OutputCrs::Auto)
}

/// A mask step without margins.
pub fn mask() -> MaskStep {
    MaskStep::default()
}

/// The bands of the recipes.
pub const BANDS: [Band; 2] = [Band::Red, Band::Nir];

/// A recipe of a plain median over the demo's area.
pub fn with(demo: &Demo, mask: Option<MaskStep>, crs: OutputCrs) -> Recipe {
    let search = SearchStep {
        sensors: vec![Sensor::Sentinel2L2a],
        providers: None,
        max_cloud: None,
        filters: Default::default(),
        scenes: None,
        exclude: Vec::new(),
    };
    let composite = CompositeStep { crs, ..CompositeStep::of(BANDS.to_vec()).plain() };
    let steps =
        [Some(Step::Search(search)), mask.map(Step::Mask), Some(Step::Composite(composite)), Some(Step::Write(WriteStep::default()))];
    Recipe {
        version: Recipe::VERSION,
        name: "Null Island".into(),
        area: demo.area.clone(),
        dates: demo.dates,
        steps: steps.into_iter().flatten().collect(),
    }
}
