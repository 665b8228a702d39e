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
        (with("/version", json!(3)), "version"),
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

#[test]
fn a_recipe_is_written_from_arguments() {
    let program = Program::new();
    let place = ["recipe", "new", "--bbox", "15.0,45.0,15.1,45.1", "--from", "2025-06-01", "--to", "2025-06-30"];
    let with = |more: &[&str]| -> Value {
        let text = program.ok(&[place.as_slice(), more].concat());
        let ended = program.call_with(&["recipe", "check", "-"], &text);
        assert_eq!(ended.code, 0, "{more:?}: {ended:?}");
        serde_json::from_str(&text).unwrap()
    };
    let default = with(&[]);
    assert_eq!(default["steps"][2]["graded_buffers_m"], json!([720.0, 360.0, 120.0, 0.0]));
    assert_eq!((&default["steps"][2]["balance"], &default["steps"][2]["screening"]), (&json!(true), &json!(true)));
    assert_eq!(with(&["--plain"])["steps"][2]["graded_buffers_m"], json!([]));
    assert_eq!(with(&["--mask", "none"])["steps"][1]["step"], "composite");
    let made = with(&[
        "--method",
        "percentile:25",
        "--drop",
        "cloud",
        "--drop",
        "7",
        "--at-most",
        "5",
        "--least-share",
        "1",
        "--gaps",
        "linear:30",
    ]);
    assert_eq!(made["steps"][1]["drop"], json!(["cloud", 7]));
    let composite = &made["steps"][2];
    assert_eq!((&composite["method"], &composite["least_share"]), (&json!({"percentile": 25.0}), &json!(0.01)));
    let wrong = program.call(&[place.as_slice(), &["--method", "fill:2026-01-01"]].concat());
    assert!(wrong.code == 2 && wrong.err.contains("2025-06-01 to 2025-06-30"), "{wrong:?}");
}
