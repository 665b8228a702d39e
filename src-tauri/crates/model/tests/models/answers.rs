//! Classes of whole windows.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use swath_domain::{Band, Monitor, Never, PixelClass, Report, Stop};
use swath_model::{Kind, Model, ModelError};

use super::{FOUR, data, laid, network, opened, trees};

const UNET: &str = "normalisation = \"patch\"";

struct Fixture {
    size: usize,
    bands: Vec<Vec<u16>>,
    channels: Vec<Vec<f64>>,
}

fn fixture(name: &str) -> Fixture {
    let text: Value = serde_json::from_slice(&data(&format!("{name}.json"))).unwrap();
    let lists = |key: &str| -> Vec<Vec<f64>> { serde_json::from_value(text[key].clone()).unwrap() };
    Fixture {
        size: text["size"].as_u64().unwrap() as usize,
        bands: lists("bands").into_iter().map(|band| band.into_iter().map(|n| n as u16).collect()).collect(),
        channels: lists("channels"),
    }
}

fn slices(bands: &[Vec<u16>]) -> Vec<&[u16]> {
    bands.iter().map(Vec::as_slice).collect()
}

/// The patch of a fixture comes out as onnxruntime has it, with holes left holes.
#[test]
fn one_patch_is_the_network() {
    use PixelClass::{Cirrus, Clear, Cloud, NoData, Shadow, Snow};
    let labels = "form = \"labels\"\nclasses = [\"clear\", \"cloud\", \"snow\"]";
    let global = "normalisation = \"global\"\nmean = [0.1, 0.2, 0.3]\nstd = [0.05, 0.1, 0.2]\nnodata = -1.5";
    for (name, input, output, classes) in [
        ("pointwise", global, FOUR, &[Clear, Cloud, Cirrus, Shadow][..]),
        ("unet", UNET, FOUR, &[Clear, Cloud, Cirrus, Shadow]),
        ("unet", UNET, &format!("activation = \"softmax\"\n{FOUR}"), &[Clear, Cloud, Cirrus, Shadow]),
        ("labels", UNET, labels, &[Clear, Cloud, Snow]),
        ("probability", "scale = 4\noffset = -0.5", "form = \"probability\"\nthreshold = 0.52\nclass = \"shadow\"", &[Clear, Shadow]),
    ] {
        let fixture = fixture(name);
        let model = opened(&format!("{name}.onnx"), &network(input, &format!("size = {}\noverlap = 4", fixture.size), output)).unwrap();
        let found = model.classify(fixture.size, fixture.size, &slices(&fixture.bands), &Never).unwrap();
        let mut seen = 0;
        for (at, found) in found.iter().enumerate() {
            let column: Vec<f64> = fixture.channels.iter().map(|channel| channel[at]).collect();
            let best = match (name, &column[..]) {
                ("labels", [label]) => *label as usize,
                (_, [probability]) => usize::from(*probability > 0.52),
                (_, all) => (0..all.len()).max_by(|a, b| all[*a].total_cmp(&all[*b])).unwrap(),
            };
            let expected = if fixture.bands.iter().any(|band| band[at] == 0) { NoData } else { classes[best] };
            assert_eq!(PixelClass::of(*found), expected, "{name} at {at}: {column:?}");
            seen |= 1 << best;
        }
        assert!(u32::count_ones(seen) >= 2, "{name}: the fixture shows more than one class");
    }
}

/// A network that looks at single pixels gives the same for every size of window and patch.
#[test]
fn patches_leave_no_trace() {
    let input = "normalisation = \"global\"\nmean = [0.1, 0.2, 0.3]\nstd = [0.05, 0.1, 0.2]";
    let (width, height) = (53, 41);
    let bands: Vec<Vec<u16>> =
        (0..3).map(|band| (0..width * height).map(|at| (at * (7919 + band * 613) % 9001) as u16).collect()).collect();
    let whole = opened("pointwise.onnx", &network(input, "size = 64\noverlap = 0", FOUR)).unwrap();
    let expected = whole.classify(width, height, &slices(&bands), &Never).unwrap();
    assert!(expected.contains(&(PixelClass::NoData as u8)) && expected.contains(&(PixelClass::Cloud as u8)));
    for (size, overlap) in [(8, 0), (8, 3), (16, 7), (41, 5), (53, 20), (200, 50)] {
        let model = opened("pointwise.onnx", &network(input, &format!("size = {size}\noverlap = {overlap}"), FOUR)).unwrap();
        assert_eq!(model.classify(width, height, &slices(&bands), &Never).unwrap(), expected, "patches of {size} less {overlap}");
        assert_eq!(model.margin_px(), overlap);
    }
}

/// Blended patches of a network that sees its surroundings are what one large patch is, where both know their surroundings.
#[test]
fn patches_fade_into_each_other() {
    let size = 96;
    let bands: Vec<Vec<u16>> = (0..3)
        .map(|band| (0..size * size).map(|at| (1500 + band * 300 + at % size * 20 + at / size % 40 * 40 + at * 7919 % 97) as u16).collect())
        .collect();
    let classes = |patch: &str| {
        let model = opened("unet.onnx", &network("", patch, FOUR)).unwrap();
        model.classify(size, size, &slices(&bands), &Never).unwrap()
    };
    let (whole, parts) = (classes("size = 96\noverlap = 0"), classes("size = 48\noverlap = 20"));
    let differ = whole.iter().zip(&parts).filter(|(a, b)| a != b).count();
    assert!(differ * 50 < size * size, "{differ} of {} differ", size * size);
}

#[test]
fn trees_answer_pixel_by_pixel() {
    let (width, height) = (130, 70);
    let bands: Vec<Vec<u16>> =
        (0..5).map(|band| (0..width * height).map(|at| (at * (104_729 + band * 613) % 10_007) as u16).collect()).collect();
    // Reflectance from 0 to 1 becomes what the trees were made with.
    let input = "[input]\nscale = 6\noffset = -3";
    let probability = "form = \"probability\"\nthreshold = 0.5";
    let model = opened("binary.txt", &trees(input, probability)).unwrap();
    let all = model.classify(width, height, &slices(&bands), &Never).unwrap();
    assert_eq!(model.margin_px(), 0);
    let (x, y, w, h) = (40, 20, 60, 30);
    let cut = |band: &[u16]| (y..y + h).flat_map(|row| band[row * width + x..][..w].to_vec()).collect::<Vec<u16>>();
    let window: Vec<Vec<u16>> = bands.iter().map(|band| cut(band)).collect();
    let part = model.classify(w, h, &slices(&window), &Never).unwrap();
    for row in 0..h {
        assert_eq!(part[row * w..][..w], all[(y + row) * width + x..][..w], "row {row}");
    }
    for class in [PixelClass::NoData, PixelClass::Clear, PixelClass::Cloud] {
        assert!(all.contains(&(class as u8)), "{class}");
    }
    // The same as scores of two classes.
    let scores = opened("binary.txt", &trees(input, "form = \"scores\"\nclasses = [\"clear\", \"cloud\"]")).unwrap();
    assert_eq!(scores.classify(width, height, &slices(&bands), &Never).unwrap(), all);
    // One of three probabilities, and all three.
    let three = "form = \"scores\"\nclasses = [\"water\", \"cloud\", \"shadow\"]";
    let classes = opened("multiclass.txt", &trees(input, three)).unwrap().classify(width, height, &slices(&bands), &Never).unwrap();
    let second = "form = \"probability\"\nthreshold = 0.5\nchannel = 1\nclass = \"snow\"";
    let snow = opened("multiclass.txt", &trees(input, second)).unwrap().classify(width, height, &slices(&bands), &Never).unwrap();
    let mut likely = 0;
    for (class, snow) in classes.iter().zip(&snow) {
        // What is likelier than everything else together is likelier than each.
        assert!(*snow != PixelClass::Snow as u8 || *class == PixelClass::Cloud as u8);
        likely += usize::from(*snow == PixelClass::Snow as u8);
    }
    assert!(likely > 0);
    // Averaging and dilating reach as far as they say.
    let wide = opened("binary.txt", &trees(input, &format!("{probability}\naverage_radius = 4\ndilate_radius = 2"))).unwrap();
    assert_eq!(wide.margin_px(), 6);
    let all = wide.classify(width, height, &slices(&bands), &Never).unwrap();
    let part = wide.classify(w, h, &slices(&window), &Never).unwrap();
    for row in 6..h - 6 {
        assert_eq!(part[row * w..][6..w - 6], all[(y + row) * width + x..][6..w - 6], "row {row}");
    }
}

#[test]
fn what_was_not_measured_stays_so() {
    for (file, card) in [("unet.onnx", network(UNET, "size = 32\noverlap = 4", FOUR)), ("binary.txt", trees("", super::PROBABILITY))] {
        let model = opened(file, &card).unwrap();
        let bands = vec![vec![0; 70 * 50]; model.bands().len()];
        assert!(model.classify(70, 50, &slices(&bands), &Never).unwrap().iter().all(|class| *class == 0), "{file}");
        // One band is missing at one pixel.
        let mut bands = vec![vec![2000; 70 * 50]; model.bands().len()];
        bands[2][70 * 20 + 30] = 0;
        let classes = model.classify(70, 50, &slices(&bands), &Never).unwrap();
        assert!(classes.iter().enumerate().all(|(at, class)| (*class == 0) == (at == 70 * 20 + 30)), "{file}");
        // Windows smaller than anything.
        assert_eq!(model.classify(1, 1, &slices(&vec![vec![2000]; bands.len()]), &Never).unwrap().len(), 1);
        assert_eq!(model.classify(1, 3, &slices(&vec![vec![2000; 3]; bands.len()]), &Never).unwrap().len(), 3);
    }
}

#[test]
fn pixels_that_do_not_fit_are_refused() {
    let model = opened("binary.txt", &trees("", super::PROBABILITY)).unwrap();
    let band = [1000; 12];
    for (width, height, bands) in [(4, 3, 4), (4, 3, 6), (4, 4, 5), (0, 3, 5), (usize::MAX, 2, 5)] {
        let result = model.classify(width, height, &vec![&band[..]; bands], &Never);
        assert!(matches!(&result, Err(Stop::Failed(ModelError::Pixels { .. }))), "{width} x {height} of {bands}: {result:?}");
    }
}

/// What goes well for the patch that is tried first may still go wrong.
#[test]
fn an_answer_that_is_none_is_not_taken() {
    let patch = "size = 8\noverlap = 2";
    let three = "form = \"scores\"\nclasses = [\"clear\", \"cloud\", \"shadow\"]";
    let channel = "form = \"probability\"\nchannel = 0\nthreshold = 0.5";
    for (card, dark, says) in
        [(network("offset = -0.05", patch, three), 400, "NaN came out"), (network("offset = 0.95", patch, channel), 60_000, "1.9")]
    {
        let model = opened("bad_nan.onnx", &card).unwrap();
        let mut bands = vec![vec![1300; 40 * 30]; 3];
        assert!(model.classify(40, 30, &slices(&bands), &Never).is_ok());
        bands[0][40 * 20 + 11] = dark;
        match model.classify(40, 30, &slices(&bands), &Never) {
            Err(Stop::Failed(ModelError::Answer { what, .. })) => assert!(what.contains(says), "{what}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn cancelling_stops_between_patches() {
    struct After(AtomicUsize);
    impl Monitor for After {
        fn report(&self, _: Report) {}
        fn is_cancelled(&self) -> bool {
            self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
        }
    }
    let wide = "form = \"probability\"\nthreshold = 0.5\naverage_radius = 3";
    for (file, card, questions) in [
        ("unet.onnx", network(UNET, "size = 32\noverlap = 4", FOUR), 5),
        ("binary.txt", trees("", super::PROBABILITY), 2),
        ("binary.txt", trees("", wide), 60),
    ] {
        let model = opened(file, &card).unwrap();
        let bands = vec![vec![2000; 100 * 90]; model.bands().len()];
        for left in [0, questions] {
            let monitor = After(AtomicUsize::new(left));
            assert_eq!(model.classify(100, 90, &slices(&bands), &monitor), Err(Stop::Cancelled), "{file} after {left}");
        }
        assert!(model.classify(100, 90, &slices(&bands), &After(AtomicUsize::new(10_000))).is_ok(), "{file}");
    }
}

#[test]
fn a_record_names_model_and_card() {
    let folder = tempfile::tempdir().unwrap();
    let card = trees("name = \"Made up\"", super::PROBABILITY);
    let path = laid(folder.path(), "binary.txt", &data("binary.txt"), &card);
    let model = Model::open(&path).unwrap();
    assert_eq!(model.bands(), [Band::Blue, Band::Green, Band::Red, Band::Nir, Band::Swir16]);
    assert_eq!((model.pixel_m(), model.card().kind, model.card().name.as_deref()), (60.0, Kind::LightGbm, Some("Made up")));
    assert!(model.sha256().len() == 64 && model.sha256().bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(Model::open(&path).unwrap().sha256(), model.sha256());
    std::fs::write(folder.path().join("binary.txt.toml"), card.replace("60", "20")).unwrap();
    assert_ne!(Model::open(&path).unwrap().sha256(), model.sha256(), "another card is another model");
    // It can be shared and told.
    fn shared<T: Send + Sync + std::fmt::Debug>(_: &T) {}
    shared(&model);
}
