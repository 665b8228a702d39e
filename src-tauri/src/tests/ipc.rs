//! Commands as the page calls them.

use std::sync::Arc;
use std::sync::mpsc::channel;

use serde_json::{Value, json};
use tauri::Listener;

use super::{PATIENCE, Rig, square, word};
use crate::dialogs::Dialogs;
use crate::view::ErrorCode::{self, *};

fn query(area: Value, from: &str, to: &str) -> Value {
    json!({ "area": area, "from": from, "to": to, "sensors": ["sentinel-2-l2a"], "maxCloud": null, "providers": null })
}

fn choice(area: Value, change: impl FnOnce(&mut Value)) -> Value {
    let mut choice = json!({
        "name": "Summer", "area": area, "from": "2025-06-01", "to": "2025-08-31", "sensors": ["sentinel-2-l2a"], "maxCloud": 60,
        "sceneIds": [], "bands": ["red", "green", "blue"], "drop": [3, 8, 9], "cloudBufferM": 100, "shadowBufferM": 0,
        "resolution": 10, "crs": "auto", "clip": true
    });
    change(&mut choice);
    json!({ "choice": choice })
}

#[test]
fn settings_are_kept_and_wrong_ones_refused() {
    let rig = Rig::new();
    let mut settings = rig.call("settings", json!({})).unwrap();
    assert_eq!(settings["basemap"], "offline");
    settings["language"] = "zh".into();
    settings["limits"]["network"] = 3.into();
    assert_eq!(rig.call("settings_set", json!({ "settings": settings })).unwrap(), settings);
    assert_eq!(rig.call("settings", json!({})).unwrap(), settings);
    for (field, wrong) in [("network", 0), ("cpu", 0), ("memoryMb", 10)] {
        let mut settings = settings.clone();
        settings["limits"][field] = wrong.into();
        assert_eq!(rig.code("settings_set", json!({ "settings": settings })), word(Internal), "{field}");
    }
    assert_eq!(rig.call("settings", json!({})).unwrap(), settings, "a refused setting changes nothing");
}

#[test]
fn what_there_is_to_choose_is_told() {
    let rig = Rig::new();
    let ids = |command: &str| {
        let list = rig.call(command, json!({})).unwrap();
        list.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(ids("providers").contains(&"earth-search".to_owned()));
    assert!(!ids("providers").contains(&"demo".to_owned()), "the demo has not been made");
    rig.demo();
    assert!(ids("providers").contains(&"demo".to_owned()));
    assert_eq!(ids("basemaps"), ["osm", "s2cloudless"]);
    assert_eq!(rig.call("jobs", json!({})).unwrap(), json!([]));
    assert_eq!(rig.call("products", json!({})).unwrap(), json!([]));
    let info = rig.call("app_info", json!({})).unwrap();
    assert_eq!(info["version"], env!("CARGO_PKG_VERSION"));
    assert!(info["gdal"].as_str().unwrap().contains('.'), "{info}");
}

#[test]
fn areas_are_measured_and_cleaned() {
    let rig = Rig::new();
    let area = rig.call("area_check", json!({ "coordinates": square(0.0, 0.0, 0.1) })).unwrap();
    assert!((area["areaKm2"].as_f64().unwrap() - 123.0).abs() < 1.0, "{area}");
    assert_eq!((area["vertices"].clone(), area["bbox"].clone()), (json!(4), json!([0.0, 0.0, 0.1, 0.1])));
    let open = json!([[[[0, 0, 7], [1, 0, 7], [1, 1, 7]]]]);
    let area = rig.call("area_check", json!({ "coordinates": open })).unwrap();
    assert_eq!(area["notes"], json!(["closed-ring", "dropped-z"]));
    let area = rig.call("area_check", json!({ "coordinates": square(179.0, 0.0, 2.0) })).unwrap();
    assert_eq!((area["notes"].clone(), area["coordinates"].as_array().unwrap().len()), (json!(["split-antimeridian"]), 2));
    let text = r#"{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]]]}}"#;
    assert_eq!(rig.call("area_from_text", json!({ "text": text })).unwrap()["vertices"], 3);
}

#[test]
fn wrong_input_is_refused_with_a_code() {
    let rig = Rig::new();
    let good = || square(0.0, 0.0, 0.1);
    let bow_tie = json!([[[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]]);
    let channel = "__CHANNEL__:7";
    let check =
        |command: &str, arguments: Value, code: ErrorCode| assert_eq!(rig.code(command, arguments.clone()), word(code), "{arguments}");
    check("area_check", json!({ "coordinates": bow_tie }), InvalidArea);
    check("area_check", json!({ "coordinates": [] }), InvalidArea);
    check("area_check", json!({ "coordinates": [[[[1]]]] }), InvalidArea);
    check("area_check", json!({ "coordinates": square(500_000.0, 4_000_000.0, 1000.0) }), InvalidArea);
    check("area_from_text", json!({ "text": "POLYGON((0 0))" }), InvalidArea);
    check("search", json!({ "query": query(good(), "2025-08-31", "2025-06-01"), "channel": channel }), InvalidDates);
    check("search", json!({ "query": query(good(), "31.8.2025", "2025-09-01"), "channel": channel }), InvalidDates);
    check("search", json!({ "query": query(json!([]), "2025-06-01", "2025-06-02"), "channel": channel }), InvalidArea);
    check("clear_shares", json!({ "sceneIds": [], "area": [], "channel": channel }), InvalidArea);
    check("plan", choice(good(), |_| ()), NoScenes);
    check("job_create", choice(good(), |_| ()), NoScenes);
    check("plan", choice(good(), |c| c["sceneIds"] = json!(["no/such/scene"])), NotFound);
    check("recipe_text", choice(good(), |c| c["crs"] = json!("lambert")), InvalidRecipe);
    check("recipe_text", choice(good(), |c| c["bands"] = json!([])), InvalidRecipe);
    check("recipe_text", choice(good(), |c| c["resolution"] = json!(-1)), InvalidRecipe);
    check("recipe_text", choice(good(), |c| c["drop"] = json!([12])), InvalidRecipe);
    check("recipe_text", choice(good(), |c| c["name"] = json!("  ")), InvalidRecipe);
    check("recipe_text", choice(good(), |c| c["to"] = json!("2025-02-30")), InvalidDates);
    for command in ["job_pause", "job_resume", "job_cancel", "job_retry", "job_remove", "product_remove", "product_reveal"] {
        check(command, json!({ "id": 7 }), NotFound);
    }
    assert!(rig.call("plugin:fs|read", json!({})).is_err(), "the page reaches no file");
}

#[test]
fn the_recipe_is_what_was_chosen() {
    let rig = Rig::new();
    let text = rig.call("recipe_text", choice(square(0.0, 0.0, 0.1), |c| c["sceneIds"] = json!(["demo/c/b", "demo/c/a"]))).unwrap();
    let recipe = swath_domain::Recipe::from_json(text.as_str().unwrap()).unwrap();
    let search = recipe.search().unwrap();
    assert_eq!(search.providers.as_deref(), Some(["demo".to_owned()].as_slice()));
    assert_eq!(search.scenes.as_ref().unwrap().len(), 2);
    assert_eq!(recipe.mask().unwrap().drop, [3, 8, 9]);
    let text = rig.call("recipe_text", choice(square(0.0, 0.0, 0.1), |c| c["drop"] = json!([]))).unwrap();
    assert!(swath_domain::Recipe::from_json(text.as_str().unwrap()).unwrap().mask().is_none(), "nothing to drop, nothing masked");
}

#[test]
fn files_come_from_dialogs_and_drops_only() {
    let folder = tempfile::tempdir().unwrap();
    let (area, saved) = (folder.path().join("area.geojson"), folder.path().join("saved.json"));
    std::fs::write(&area, r#"{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]]]}"#).unwrap();
    let (picked, wanted) = (area.clone(), saved.clone());
    let dialogs = Dialogs { open_area: Arc::new(move || Some(picked.clone())), save_recipe: Arc::new(move |_| Some(wanted.clone())) };
    let rig = Rig::with(dialogs, &[]);
    assert_eq!(rig.call("area_import", json!({})).unwrap()["bbox"], json!([1.0, 1.0, 2.0, 2.0]));
    assert_eq!(rig.call("recipe_save", choice(square(0.0, 0.0, 0.1), |_| ())).unwrap(), json!(true));
    assert!(swath_domain::Recipe::from_json(&std::fs::read_to_string(&saved).unwrap()).is_ok());

    let (sender, dropped) = channel();
    rig.app.listen_any("area-dropped", move |event| sender.send(event.payload().to_owned()).unwrap());
    let window = rig.page.as_ref().window();
    crate::commands::areas::dropped(&window, &[area]);
    let told: Value = serde_json::from_str(&dropped.recv_timeout(PATIENCE).unwrap()).unwrap();
    assert_eq!((told["area"]["vertices"].clone(), told["error"].clone()), (json!(3), Value::Null));
    crate::commands::areas::dropped(&window, &[rig.folder.path().join("gone.json")]);
    let told: Value = serde_json::from_str(&dropped.recv_timeout(PATIENCE).unwrap()).unwrap();
    assert_eq!(told["error"]["code"], "invalid-area");

    let closed = Rig::new();
    assert_eq!(closed.call("area_import", json!({})).unwrap(), Value::Null);
    assert_eq!(closed.call("recipe_save", choice(square(0.0, 0.0, 0.1), |_| ())).unwrap(), json!(false));
}
