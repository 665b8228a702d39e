//! From the page's choices to recipes and back, and the user's own cloud models.

use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use swath_domain::{Recipe, Sensor};

use super::{Rig, image, mask, no_filters, square, word};
use crate::dialogs::Dialogs;
use crate::view::ErrorCode::InvalidRecipe;
use crate::view::{
    AreaView, BestPixelChoice, EveryChoice, GapsChoice, GapsHow, HandChoice, HandShows, ImageChoice, IndexName, MaskChoice, MaskFrom,
    MethodChoice, OrderBy, TouchUpView,
};

fn choice(mask: &MaskChoice, image: &ImageChoice) -> Value {
    json!({ "choice": {
        "name": "Summer", "area": square(0.0, 0.0, 0.1), "from": "2025-06-01", "to": "2025-08-31", "sensors": ["sentinel-2-l2a"],
        "maxCloud": null, "sceneIds": ["demo/c/a"], "bands": ["red", "green", "nir", "swir16", "swir22"], "excluded": ["demo/c/b"],
        "mask": mask, "image": image, "resolution": 20, "crs": "EPSG:32631", "clip": false, "filters": no_filters()
    } })
}

/// The choice goes into a recipe's text and comes back as it was.
fn check(rig: &Rig, what: &str, mask: &MaskChoice, image: &ImageChoice) {
    let text = rig.call("recipe_text", choice(mask, image)).unwrap_or_else(|error| panic!("{what}: {error}"));
    let recipe = Recipe::from_json(text.as_str().unwrap()).unwrap_or_else(|error| panic!("{what}: {error}"));
    let area = AreaView::of((recipe.area.clone(), Vec::new()), None);
    let back = TouchUpView::of(&recipe, vec!["demo/c/a".into()], area).unwrap();
    assert_eq!((&back.mask, &back.image), (mask, image), "{what}");
    assert_eq!((back.excluded.as_slice(), back.clip, back.resolution), (["demo/c/b".to_owned()].as_slice(), false, Some(20.0)), "{what}");
    assert_eq!((back.crs.as_str(), back.bands.len()), ("EPSG:32631", 5), "{what}");
}

fn best(day: Option<&str>, sensor: Option<Sensor>) -> MethodChoice {
    MethodChoice::BestPixel(BestPixelChoice {
        day: day.map(str::to_owned),
        weight_day: 1.0,
        weight_year: 0.5,
        weight_cloud: 0.4,
        weight_haze: 0.3,
        weight_opacity: 0.0,
        weight_sensor: 2.0,
        sensor,
    })
}

#[test]
fn every_choice_of_an_image_comes_back_as_it_was() {
    let rig = Rig::new();
    let index = |index| MethodChoice::MaxIndex { index };
    for method in [
        MethodChoice::Median,
        MethodChoice::Percentile { percent: 37.5 },
        MethodChoice::Mean,
        MethodChoice::FirstClear,
        index(IndexName::Ndvi),
        index(IndexName::Ndwi),
        index(IndexName::Ndmi),
        index(IndexName::Nbr),
        index(IndexName::Ndsi),
        MethodChoice::Medoid,
        MethodChoice::GeometricMedian,
        best(None, None),
        best(Some("07-15"), Some(Sensor::Sentinel2L2a)),
        MethodChoice::Fill { date: "2025-07-03".into() },
    ] {
        check(&rig, &format!("{method:?}"), &mask(), &ImageChoice { method, ..image() });
    }
    for every in [EveryChoice::Month, EveryChoice::Season, EveryChoice::Year, EveryChoice::Days { days: 10 }] {
        check(&rig, &format!("{every:?}"), &mask(), &ImageChoice { every: Some(every), ..image() });
    }
    for how in [GapsHow::Nearest, GapsHow::Linear, GapsHow::Smooth, GapsHow::Similar] {
        check(&rig, &format!("{how:?}"), &mask(), &ImageChoice { gaps: GapsChoice { how, days: 45 }, ..image() });
    }
    for order in [OrderBy::Latest, OrderBy::Earliest] {
        let few = ImageChoice { order, at_most: Some(6), least_share: Some(0.05), evening: true, mix_sensors: true, ..image() };
        check(&rig, &format!("{order:?}"), &mask(), &few);
    }
    let plain = ImageChoice { graded_buffers_m: Vec::new(), balance: false, screening: false, ..image() };
    check(&rig, "plain", &mask(), &plain);
}

#[test]
fn every_choice_of_a_mask_comes_back_as_it_was() {
    let rig = Rig::new();
    for from in [MaskFrom::Auto, MaskFrom::Provider, MaskFrom::Detector] {
        check(&rig, &format!("{from:?}"), &MaskChoice { from, ..mask() }, &image());
    }
    // A recipe without a mask knows no classes: those that are usual come back.
    let usual = ["saturated", "cloud", "cirrus", "shadow"].map(String::from);
    check(&rig, "nobody", &MaskChoice { from: MaskFrom::Nobody, drop: usual.into(), ..mask() }, &image());
    let model = MaskChoice { from: MaskFrom::Model, model: Some("/models/own.onnx".into()), ..mask() };
    check(&rig, "a model", &model, &image());
    let drawn = |shows, scenes| HandChoice { shows, area: serde_json::from_value(square(0.02, 0.02, 0.01)).unwrap(), scenes };
    let own = MaskChoice {
        drop: ["cloud", "shadow", "snow", "2", "7"].map(String::from).into(),
        cloud_buffer_m: 120.0,
        shadow_buffer_m: 60.0,
        edge_m: 40.0,
        by_hand: vec![drawn(HandShows::Cloud, None), drawn(HandShows::Clear, Some(vec!["demo/c/a".into()]))],
        ..mask()
    };
    check(&rig, "an own one", &own, &image());
}

#[test]
fn what_makes_no_recipe_is_refused() {
    let rig = Rig::new();
    let refused = |what: &str, mask: MaskChoice, image: ImageChoice| {
        assert_eq!(rig.code("recipe_text", choice(&mask, &image)), word(InvalidRecipe), "{what}");
    };
    let by = |method| ImageChoice { method, ..image() };
    refused("a class", MaskChoice { drop: vec!["fog".into()], ..mask() }, image());
    refused("a number of a class", MaskChoice { drop: vec!["12".into()], ..mask() }, image());
    refused("a buffer", MaskChoice { cloud_buffer_m: -1.0, ..mask() }, image());
    refused("no model", MaskChoice { from: MaskFrom::Model, ..mask() }, image());
    refused("a percentile", mask(), by(MethodChoice::Percentile { percent: 101.0 }));
    refused("a day of the year", mask(), by(best(Some("02-30"), None)));
    refused("a day", mask(), by(MethodChoice::Fill { date: "summer".into() }));
    refused("a day outside of the period", mask(), by(MethodChoice::Fill { date: "1999-01-01".into() }));
}

const CARD: &str = "card = 1\nkind = \"onnx\"\nbands = [\"red\", \"green\", \"nir\"]\npixel_m = 20\n[input]\n[patch]\nsize = 16\noverlap = 2\n\
    [output]\nform = \"labels\"\nclasses = [\"clear\", \"cloud\", \"shadow\"]\n";

#[test]
fn models_are_chosen_by_a_dialog_and_read_with_their_card() {
    let folder = tempfile::tempdir().unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/model/tests/data");
    for name in ["labels.onnx", "bad_domain.onnx", "bad_loop.onnx"] {
        std::fs::copy(data.join(name), folder.path().join(name)).unwrap();
        std::fs::write(folder.path().join(format!("{name}.toml")), CARD).unwrap();
    }
    std::fs::copy(data.join("labels.onnx"), folder.path().join("without a card.onnx")).unwrap();
    let chosen = Arc::new(Mutex::new(None));
    let answer = chosen.clone();
    let rig = Rig::with(Dialogs { open_model: Arc::new(move || answer.lock().unwrap().clone()), ..Dialogs::closed() }, &[]);
    assert_eq!(rig.call("model_choose", json!({})).unwrap(), Value::Null, "the dialog was closed");

    let good = folder.path().join("labels.onnx");
    *chosen.lock().unwrap() = Some(good.clone());
    let model = rig.call("model_choose", json!({})).unwrap();
    let expected = json!({
        "path": good.display().to_string(), "name": "labels.onnx", "bands": ["red", "green", "nir"], "classes": ["clear", "cloud", "shadow"],
        "pixelM": 20.0
    });
    assert_eq!(model, expected);

    for name in ["bad_domain.onnx", "bad_loop.onnx", "without a card.onnx", "none.onnx", "labels.onnx.toml"] {
        *chosen.lock().unwrap() = Some(folder.path().join(name));
        assert_eq!(rig.code("model_choose", json!({})), word(InvalidRecipe), "{name}");
    }
}
