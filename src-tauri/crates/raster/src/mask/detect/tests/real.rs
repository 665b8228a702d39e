//! Accuracy on real, labelled scenes. Run with `--nocapture` for the table.

use std::path::PathBuf;

use super::*;

fn rasters() -> Option<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let root = std::env::var_os("SWATH_SHARED").map_or(here, PathBuf::from).join("data");
    root.is_dir().then_some(root)
}

/// All bands as they are.
fn read(path: &std::path::Path) -> (usize, usize, Vec<Vec<f64>>) {
    let dataset = gdal::Dataset::open(path).unwrap();
    let (width, height) = dataset.raster_size();
    let band =
        |n| dataset.rasterband(n).unwrap().read_as::<f64>((0, 0), (width, height), (width, height), None).unwrap().into_shape_and_vec().1;
    (width, height, (1..=dataset.raster_count()).map(band).collect())
}

/// Balanced accuracy, producer's and user's accuracy of a class, not counting pixels nearer than `tolerance` to a border of the reference.
fn accuracy(found: &[bool], truth: &[bool], width: usize, tolerance: usize) -> (f64, f64, f64) {
    let border: Vec<bool> =
        (0..truth.len()).map(|i| tolerance > 0 && morphology::neighbours(i, width, truth.len()).any(|n| truth[n] != truth[i])).collect();
    let near = morphology::dilate(&border, width, tolerance.saturating_sub(1));
    let count = |f: bool, t: bool| (0..truth.len()).filter(|i| !near[*i] && found[*i] == f && truth[*i] == t).count() as f64;
    let (hit, missed, false_alarm, right) = (count(true, true), count(false, true), count(true, false), count(false, false));
    let (producer, other) = (hit / (hit + missed), right / (right + false_alarm));
    ((producer + other) / 2.0, producer, hit / (hit + false_alarm))
}

#[test]
fn a_labelled_scene_is_found_as_people_see_it() {
    let Some(root) = rasters() else { return println!("skipped: no labelled scenes at SWATH_SHARED") };
    let folder = root.join("rasters/cloud-reference-labels");
    let (width, height, pixels) = read(&folder.join("landsat7_toa_reflectance_6band.tif"));
    let labels = read(&folder.join("landsat7_reference_labels.tif")).2.remove(0);
    let pixels: Vec<Vec<u16>> = pixels.iter().map(|band| band.iter().map(|v| (v * 1e4).round() as u16).collect()).collect();
    let names = [Band::Blue, Band::Green, Band::Red, Band::Nir, Band::Swir16, Band::Swir22];
    let bands: Vec<_> = names.into_iter().zip(pixels.iter().map(Vec::as_slice)).collect();
    let scene = |sun| Optical {
        width,
        height,
        pixel_m: 30.0,
        bands: &bands,
        thermal: None,
        sun,
        view: None,
        elevation: None,
        parallax: None,
        reference: None,
    };
    println!("{:<24} {:>8} {:>9} {:>9} {:>6}", "", "balanced", "producer", "user", "px");
    for (name, sun) in [("sun unknown", None)] {
        let start = std::time::Instant::now();
        let found = detect(&scene(sun)).unwrap();
        let seconds = start.elapsed().as_secs_f64();
        for (class, code, label, least) in [("cloud", PixelClass::Cloud, 4.0, 0.85), ("shadow", PixelClass::Shadow, 0.0, 0.75)] {
            let truth: Vec<bool> = labels.iter().map(|l| *l == label).collect();
            let found: Vec<bool> = found.iter().map(|c| *c == code as u8).collect();
            for tolerance in [0, 2] {
                let (balanced, producer, user) = accuracy(&found, &truth, width, tolerance);
                println!("{:<24} {balanced:>8.3} {producer:>9.3} {user:>9.3} {tolerance:>6}", format!("{name}, {class}"));
                assert!(balanced >= least, "{class}");
            }
        }
        println!("{seconds:.2} s");
    }
}
