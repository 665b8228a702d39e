//! Recipes that are right and wrong.

use serde_json::{Value, json};

use crate::program::{Program, lines};

fn recipe() -> Value {
    json!({
        "version": 1, "name": "t", "dates": {"from": "2025-06-01", "to": "2025-06-30"},
        "area": {"type": "Polygon", "coordinates": [[[15.0, 45.0], [15.1, 45.0], [15.1, 45.1], [15.0, 45.0]]]},
        "steps": [{"step": "search", "sensors": ["sentinel-2-l2a"]}, {"step": "mask"},
                  {"step": "composite", "bands": ["red", "nir"]}, {"step": "write"}]
    })
}

#[test]
fn a_wrong_recipe_ends_with_2_and_names_the_field() {
    let program = Program::new();
    let with = |path: &str, value: Value| {
        let mut recipe = recipe();
        *recipe.pointer_mut(path).unwrap() = value;
        recipe.to_string()
    };
    for (text, said) in [
        ("{".to_owned(), "not JSON"),
        (with("/version", json!(2)), "version"),
        (with("/dates/to", json!("2024-01-01")), "dates"),
        (with("/steps/0/sensors", json!(["sentinel-9"])), "steps[0].sensors[0]"),
        (with("/steps/1", json!({"step": "mask", "drop": [99]})), "steps[1].drop[0]"),
        (with("/steps/2/bands/1", json!("infrared")), "steps[2].bands[1]"),
        (with("/steps/3", json!({"step": "mask"})), "steps[3]"),
        (with("/area/coordinates/0/1", json!([500_000, 45])), "EPSG:4326"),
    ] {
        for command in [vec!["recipe", "check", "-"], vec!["run", "-"], vec!["plan", "-"]] {
            let ended = program.call_with(&command, &text);
            assert!(ended.code == 2 && ended.err.contains(said) && ended.out.is_empty(), "{command:?} {said}: {ended:?}");
        }
        let ended = program.call_with(&["run", "-", "--json"], &text);
        let [error]: [Value; 1] = lines(&ended.out).try_into().unwrap();
        assert_eq!((&error["event"], &error["code"], &error["exit"]), (&json!("error"), &json!("invalid-recipe"), &json!(2)));
        assert!(error["message"].as_str().unwrap().contains(said));
    }
    assert!(!program.data().exists(), "a wrong recipe creates nothing");
}

#[test]
fn a_right_recipe_is_summed_up_and_an_unknown_catalogue_is_told_before_anything_is_queued() {
    let program = Program::new();
    let ended = program.call_with(&["recipe", "check", "-"], &recipe().to_string());
    assert!(ended.code == 0 && ended.out.contains("search > mask > composite > write over 4"), "{ended:?}");
    let schema: Value = serde_json::from_str(&program.ok(&["recipe", "schema"])).unwrap();
    assert_eq!(schema["title"], "Recipe");
    let missing = program.call(&["run", "no-such-file.json"]);
    assert!(missing.code == 2 && missing.err.contains("no-such-file.json"), "{missing:?}");
    let mut named = recipe();
    named["steps"][0]["providers"] = json!(["demo"]);
    for command in [["run", "-"], ["plan", "-"]] {
        let ended = program.call_with(&command, &named.to_string());
        assert!(ended.code == 2 && ended.err.contains("`demo`") && ended.err.contains("swath demo make"), "{ended:?}");
    }
    assert_eq!(program.json(&["jobs"]).len(), 0);
}
