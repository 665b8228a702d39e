use serde_json::{Value, json};

use super::*;
use crate::{Band, PixelClass};

fn recipe() -> Value {
    json!({
        "version": 2,
        "name": "Summer 2025",
        "area": {"type": "Polygon", "coordinates": [[[15.2, 45.3], [15.6, 45.3], [15.6, 45.6], [15.2, 45.6], [15.2, 45.3]]]},
        "dates": {"from": "2025-06-01", "to": "2025-08-31"},
        "steps": [
            {"step": "search", "sensors": ["sentinel-2-l2a"], "max_cloud": 60},
            {"step": "mask", "cloud_buffer_m": 200},
            {"step": "composite", "bands": ["red", "green", "blue", "nir"]},
            {"step": "write"}
        ]
    })
}

#[test]
fn a_recipe_survives_a_round_trip() {
    let read = Recipe::from_json(&recipe().to_string()).unwrap();
    assert_eq!(*read.mask().unwrap(), MaskStep { cloud_buffer_m: 200.0, ..MaskStep::default() });
    assert_eq!(*read.composite().unwrap(), CompositeStep::of(vec![Band::Red, Band::Green, Band::Blue, Band::Nir]));
    assert_eq!(Recipe::from_json(&read.to_json()).unwrap(), read);
}

#[test]
fn a_recipe_of_version_1_makes_what_it_made() {
    let mut old = recipe();
    old["version"] = json!(1);
    old["steps"][1]["drop"] = json!([0, 1, 3, 8, 9, 10]);
    let read = Recipe::from_json(&old.to_string()).unwrap();
    assert_eq!(*read.composite().unwrap(), CompositeStep::of(vec![Band::Red, Band::Green, Band::Blue, Band::Nir]).plain());
    assert!(read.mask().unwrap().drops_scl(9, PixelClass::Cloud) && !read.mask().unwrap().drops_scl(11, PixelClass::Snow));
    // Written again it is of the version of today, and says what it left unsaid.
    assert_eq!(read.version, 2);
    assert_eq!(Recipe::from_json(&read.to_json()).unwrap(), read);
}

#[test]
fn every_part_is_written_and_read_back() {
    let parts = [
        ("/steps/1/from", json!({"model": {"path": "clouds.onnx"}})),
        ("/steps/1/drop", json!(["cloud", "shadow", "snow", 7])),
        ("/steps/1/by_hand", json!([{"shows": "cloud", "area": recipe()["area"], "scenes": ["a/b/c"]}])),
        ("/steps/2/method", json!({"percentile": 25.0})),
        ("/steps/2/method", json!("geometric-median")),
        ("/steps/2/method", json!({"max-index": "ndvi"})),
        ("/steps/2/method", json!({"best-pixel": {"day": "07-15", "weight_haze": 0.5}})),
        ("/steps/2/method", json!({"fill": {"date": "2025-07-01"}})),
        ("/steps/2/every", json!("month")),
        ("/steps/2/every", json!({"days": 10})),
        ("/steps/2/gaps", json!({"linear": 30})),
        ("/steps/2/evening", json!({"most_gain": 0.1})),
    ];
    for (pointer, value) in parts {
        let mut document = recipe();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        document.pointer_mut(parent).unwrap()[key] = value.clone();
        let read = Recipe::from_json(&document.to_string()).unwrap_or_else(|e| panic!("{pointer} {value}: {e}"));
        assert_ne!(read, Recipe::from_json(&recipe().to_string()).unwrap(), "{pointer}");
        assert_eq!(Recipe::from_json(&read.to_json()).unwrap(), read, "{pointer} {value}");
    }
}

#[test]
fn a_wrong_recipe_is_refused_with_the_path_and_what_was_expected() {
    let cases: Vec<(&str, Value, &str, &str)> = vec![
        ("/version", json!(3), "version", "expected 1 to 2"),
        ("/name", json!("  "), "name", "1 to 100"),
        ("/area", json!({"type": "Point", "coordinates": [1, 2]}), "area", "no polygon"),
        ("/dates/from", json!("2025-13-01"), "dates", "month"),
        ("/dates/to", json!("2025-05-01"), "dates", "swap"),
        ("/steps/0/sensors/0", json!("sentinel-9"), "steps[0].sensors[0]", "unknown variant"),
        ("/steps/0/max_cloud", json!(140), "steps[0].max_cloud", "0 to 100"),
        ("/steps/0/max_clouds", json!(14), "steps[0].max_clouds", "unknown field"),
        ("/steps/1/drop", json!([0, 12]), "steps[1].drop[1]", "0 to 11"),
        ("/steps/1/step", json!("filter"), "steps[1].step", "search, mask, composite, write"),
        ("/steps/2/bands", json!([]), "steps[2].bands", "at least one"),
        ("/steps/2/bands", json!(["red", "red"]), "steps[2].bands[1]", "twice"),
        ("/steps/2/bands", json!(["scl"]), "steps[2].bands[0]", "no median"),
        ("/steps/1/drop", json!(["cloudy"]), "steps[1].drop[0]", "name of a class"),
        ("/steps/1/drop", json!(["clear"]), "steps[1].drop[0]", "nothing is left"),
        ("/steps/1/edge_m", json!(-1), "steps[1].edge_m", "0 to 5000"),
        ("/steps/1/cloud_probability", json!(0), "steps[1].cloud_probability", "1 to 100"),
        ("/steps/2/bands", json!(["red", "vv"]), "steps[2].bands", "radar"),
        ("/steps/2/method", json!({"percentile": 101}), "steps[2].method.percentile", "0 to 100"),
        ("/steps/2/method", json!({"max-index": "nbr"}), "steps[2].method.max-index", "swir22"),
        ("/steps/2/method", json!({"best-pixel": {"day": "02-30"}}), "steps[2].method", "06-30"),
        ("/steps/2/method", json!({"fill": {"date": "2026-07-01"}}), "steps[2].method.fill.date", "2025-06-01 to 2025-08-31"),
        ("/steps/2/graded_buffers_m", json!([120, 240]), "steps[2].graded_buffers_m[1]", "less than the one before"),
        ("/steps/2/least_share", json!(0.01), "steps[2].least_share", "at_most"),
        ("/steps/2/crs", json!("UTM 33"), "steps[2].crs", "EPSG:32633"),
        ("/steps/3", json!({"step": "mask"}), "steps[3]", "`mask` takes scenes, but what comes before it gives an image"),
        ("/steps", json!([{"step": "search", "sensors": ["sentinel-2-l2a"]}]), "steps", "gives a product"),
        ("/extra", json!(1), "extra", "no such field"),
    ];
    for (pointer, value, path, expected) in cases {
        let mut document = recipe();
        match document.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => {
                let (parent, key) = pointer.rsplit_once('/').unwrap();
                document.pointer_mut(parent).unwrap()[key] = value;
            }
        }
        let error = Recipe::from_json(&document.to_string()).expect_err(pointer);
        assert!(error.path.starts_with(path), "{pointer}: {error}");
        assert!(error.expected.contains(expected), "{pointer}: {error}");
    }
    assert!(Recipe::from_json("{").unwrap_err().expected.contains("not JSON"));
}

#[test]
fn the_published_schema_is_the_one_of_this_code() {
    let published = include_str!("../../recipe.schema.json");
    let current = serde_json::to_string_pretty(&Recipe::json_schema()).unwrap() + "\n";
    if std::env::var_os("SWATH_WRITE_SCHEMA").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/recipe.schema.json"), current).unwrap();
        return;
    }
    assert_eq!(published, current, "run this test once with SWATH_WRITE_SCHEMA=1 and commit recipe.schema.json");
}
