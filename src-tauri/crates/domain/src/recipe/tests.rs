use serde_json::{Value, json};

use super::*;

fn recipe() -> Value {
    json!({
        "version": 1,
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
    assert_eq!(read.mask().unwrap().drop, [0, 1, 3, 8, 9, 10]);
    assert_eq!(read.composite().unwrap().method, CompositeMethod::Median);
    assert_eq!(Recipe::from_json(&read.to_json()).unwrap(), read);
}

#[test]
fn a_wrong_recipe_is_refused_with_the_path_and_what_was_expected() {
    let cases: Vec<(&str, Value, &str, &str)> = vec![
        ("/version", json!(2), "version", "expected 1"),
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
