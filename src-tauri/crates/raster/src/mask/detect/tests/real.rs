//! Accuracy on real, labelled scenes. Run with `--nocapture` for the table.

use std::path::PathBuf;

use super::*;

fn shared() -> Option<PathBuf> {
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

/// Reflectance x 10 000, 0 where there is none.
fn scaled(band: &[f64], scale: f64) -> Vec<u16> {
    band.iter().map(|v| if *v > 0.0 && v.is_finite() { (v * scale).round().clamp(1.0, 65534.0) as u16 } else { 0 }).collect()
}

fn counts(found: &[u8]) -> [f64; 8] {
    let mut counts = [0.0; 8];
    found.iter().for_each(|class| counts[usize::from(*class)] += 1.0);
    let seen = found.len() as f64 - counts[0];
    counts.map(|n| n / seen)
}

#[test]
fn a_labelled_scene_is_found_as_people_see_it() {
    let Some(root) = shared() else { return println!("skipped: no labelled scenes at SWATH_SHARED") };
    let folder = root.join("rasters/cloud-reference-labels");
    let (width, height, pixels) = read(&folder.join("landsat7_toa_reflectance_6band.tif"));
    let labels = read(&folder.join("landsat7_reference_labels.tif")).2.remove(0);
    let pixels: Vec<Vec<u16>> = pixels.iter().map(|band| scaled(band, 1e4)).collect();
    let bands: Vec<_> = BANDS.into_iter().zip(pixels.iter().map(Vec::as_slice)).collect();
    println!("{:<28}{:>9}{:>9}{:>9}{:>4}{:>8}", "", "balanced", "producer", "user", "px", "s");
    // The sun is not told with the scene; 142 degrees is where its shadows point.
    for (name, sun, many) in
        [("sun unknown", None, 6), ("sun known", Some(Sun { azimuth: 142.0, elevation: 50.0 }), 6), ("no short-wave infrared", None, 4)]
    {
        let scene = Optical { width, height, pixel_m: 30.0, sun, ..bare(&bands[..many]) };
        let start = std::time::Instant::now();
        let found = detect(&scene).unwrap();
        let seconds = start.elapsed().as_secs_f64();
        for (class, label, least) in [(PixelClass::Cloud, 4.0, 0.85), (PixelClass::Shadow, 0.0, 0.75)] {
            let truth: Vec<bool> = labels.iter().map(|l| *l == label).collect();
            let found: Vec<bool> = found.iter().map(|c| *c == class as u8).collect();
            for tolerance in [0, 2] {
                let (balanced, producer, user) = accuracy(&found, &truth, width, tolerance);
                println!("{:<28}{balanced:>9.3}{producer:>9.3}{user:>9.3}{tolerance:>4}{seconds:>8.2}", format!("{class}, {name}"));
                assert!(balanced >= least, "{class}, {name}");
            }
        }
    }
}

#[test]
fn a_series_of_one_place_agrees_with_its_classification() {
    let Some(root) = shared() else { return println!("skipped: no real series at SWATH_SHARED") };
    let folder = root.join("rasters/sentinel-2/earth-search-33TWL-2023-08-series");
    let sun = |azimuth, elevation| Sun { azimuth, elevation };
    for (name, sun, most, least) in [
        ("S2B_33TWL_20230810_0_L2A", sun(150.5, 57.1), 0.75, 0.82),
        // Clear, but for bright roofs.
        ("S2B_33TWL_20230813_0_L2A", sun(155.5, 57.1), 0.006, 0.0),
        ("S2A_33TWL_20230815_0_L2A", sun(151.8, 55.8), 0.006, 0.7),
        ("S2A_33TWL_20230818_0_L2A", sun(156.7, 55.7), 0.5, 0.85),
        ("S2B_33TWL_20230820_0_L2A", sun(153.2, 54.3), 0.12, 0.9),
    ] {
        let band = |file: &str| read(&folder.join(name).join(file));
        let (width, height, scl) = band("SCL.tif");
        let files = [(Band::Blue, "B02.tif"), (Band::Green, "B03.tif"), (Band::Red, "B04.tif"), (Band::Nir, "B08.tif")];
        let pixels: Vec<(Band, Vec<u16>)> = files.map(|(name, file)| (name, scaled(&band(file).2[0], 1.0))).into();
        let bands: Vec<_> = pixels.iter().map(|(name, band)| (*name, band.as_slice())).collect();
        let scene = Optical { width, height, pixel_m: 120.0, ..bare(&bands) };
        let known = detect(&Optical { sun: Some(sun), ..scene }).unwrap();
        let cloud: Vec<bool> = known.iter().map(|c| *c == PixelClass::Cloud as u8).collect();
        let high: Vec<bool> = scl[0].iter().map(|c| [8.0, 9.0].contains(c)).collect();
        let (balanced, producer, user) = accuracy(&cloud, &high, width, 0);
        let shares = counts(&known);
        println!("{name}: cloud {:.3}, shadow {:.3}; against SCL 8 and 9 {balanced:.3} {producer:.3} {user:.3}", shares[5], shares[6]);
        assert!(shares[5] <= most && balanced >= least, "{name}");
        if shares[5] < 0.2 {
            continue;
        }
        // What the shadows say of the sun is what the sun says of the shadows.
        let unknown = detect(&scene).unwrap();
        let differ = known.iter().zip(&unknown).filter(|(a, b)| a != b).count() as f64 / known.len() as f64;
        assert!(differ < 0.01, "{name}: {differ}");
    }
}

#[test]
fn cirrus_over_a_coast_is_cirrus_and_the_sea_is_water() {
    let Some(root) = shared() else { return println!("skipped: no real scene at SWATH_SHARED") };
    let (width, height, pixels) = read(&root.join("cloud-series/l8-toa-LC80130312015295.tif"));
    let names = [Band::Coastal, Band::Blue, Band::Green, Band::Red, Band::Nir08, Band::Swir16, Band::Swir22, Band::Cirrus];
    let scaled: Vec<Vec<u16>> = pixels.iter().take(names.len()).map(|band| scaled(band, 1e4)).collect();
    let bands: Vec<_> = names.into_iter().zip(scaled.iter().map(Vec::as_slice)).collect();
    let seen = |i: usize| scaled[1][i] > 0;
    let thermal: Vec<i16> =
        pixels[8].iter().enumerate().map(|(i, t)| if seen(i) { (t * 100.0).round() as i16 } else { i16::MIN }).collect();
    let found = detect(&Optical { width, height, pixel_m: 120.0, thermal: Some(&thermal), ..bare(&bands) }).unwrap();
    let shares = counts(&found);
    println!("clear {:.3}, water {:.3}, cirrus {:.3}, cloud {:.3}", shares[1], shares[2], shares[4], shares[5]);
    // The clear part of the ocean, and the cloud in the north.
    let class = |x: usize, y: usize| PixelClass::of(found[y * width + x]);
    for (x, y, expected) in
        [(330, 430, PixelClass::Water), (180, 25, PixelClass::Cloud), (90, 100, PixelClass::Cirrus), (40, 320, PixelClass::Clear)]
    {
        assert_eq!(class(x, y), expected, "{x} {y}");
    }
    assert!(shares[3] < 0.001 && shares[6] < 0.02, "{shares:?}");
}
