//! Commands as the page calls them.

use std::sync::Arc;

use jiff::civil;
use serde_json::{Value, json};
use swath_pipeline::{Hours, TransferRules};

use super::{Rig, no_filters, square, word};
use crate::dialogs::Dialogs;
use crate::view::ErrorCode::{self, *};

fn query(area: Value, from: &str, to: &str) -> Value {
    json!({ "area": area, "from": from, "to": to, "sensors": ["sentinel-2-l2a"], "maxCloud": null, "providers": null, "filters": no_filters() })
}

fn choice(area: Value, change: impl FnOnce(&mut Value)) -> Value {
    let mut choice = json!({
        "name": "Summer", "area": area, "from": "2025-06-01", "to": "2025-08-31", "sensors": ["sentinel-2-l2a"], "maxCloud": 60,
        "sceneIds": [], "bands": ["red", "green", "blue"], "excluded": [], "mask": super::mask(), "image": super::image(),
        "resolution": 10, "crs": "auto", "clip": true, "filters": no_filters()
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
    let hours = |from: &str, to: &str| json!({ "from": from, "to": to });
    for (field, wrong) in [
        ("parallel", json!(0)),
        ("parallel", json!(17)),
        ("bandwidthMbPerS", json!(0)),
        ("bandwidthMbPerS", json!(-3)),
        ("hours", hours("22", "06:00")),
        ("hours", hours("22:00", "24:30")),
    ] {
        let mut settings = settings.clone();
        settings["transfers"][field] = wrong.clone();
        assert_eq!(rig.code("settings_set", json!({ "settings": settings })), word(Internal), "{field} {wrong}");
    }
    assert_eq!(rig.call("settings", json!({})).unwrap(), settings, "a refused setting changes nothing");
}

#[test]
fn rules_of_transfers_hold_at_once_and_after_a_restart() {
    let rig = Rig::new();
    assert_eq!(rig.state().engine.transfer_rules(), TransferRules::default());
    let mut settings = rig.call("settings", json!({})).unwrap();
    settings["transfers"] = json!({ "parallel": 5, "bandwidthMbPerS": 2.5, "hours": { "from": "22:00", "to": "06:30" }, "notify": false });
    rig.call("settings_set", json!({ "settings": settings })).unwrap();
    let hours = Hours { from: civil::time(22, 0, 0, 0), to: civil::time(6, 30, 0, 0) };
    let rules = TransferRules { parallel: 5, bandwidth: Some(2_500_000), hours: Some(hours) };
    assert_eq!(rig.state().engine.transfer_rules(), rules);
    let again = rig.reopened();
    assert_eq!(again.state().engine.transfer_rules(), rules);
    assert_eq!(again.call("settings", json!({})).unwrap()["transfers"], settings["transfers"]);
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
    let file = rig.call("area_from_text", json!({ "text": text })).unwrap();
    assert_eq!((file["area"]["vertices"].clone(), file["layers"].as_array().unwrap().len()), (json!(3), 1));
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
    check("area_from_text", json!({ "text": "0 0 0 0" }), InvalidArea);
    check("area_features", json!({ "key": 7, "layer": "x", "from": 0, "count": 10 }), NotFound);
    let points = json!({ "kind": "hull" });
    check("area_choose", json!({ "key": 7, "layer": "x", "features": null, "points": points }), NotFound);
    check("area_export", json!({ "coordinates": [], "name": "", "format": "geojson" }), InvalidArea);
    check("account_set", json!({ "kind": "usgs", "fields": { "user": "me" } }), NeedsAccount);
    check("account_set", json!({ "kind": "usgs", "fields": { "user": "me", "token": "t", "pin": "1" } }), Internal);
    check("account_test", json!({ "kind": "usgs", "oneTimeCode": null }), NeedsAccount);
    check("account_page", json!({ "kind": "usgs" }), Internal);
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
    check("recipe_text", choice(good(), |c| c["mask"]["drop"] = json!(["12"])), InvalidRecipe);
    check("recipe_text", choice(good(), |c| c["name"] = json!("  ")), InvalidRecipe);
    check("recipe_text", choice(good(), |c| c["to"] = json!("2025-02-30")), InvalidDates);
    let order = |change: &dyn Fn(&mut Value)| {
        let mut order =
            json!({ "name": "A", "sceneIds": ["no/such/scene"], "wanted": { "kind": "bands", "bands": ["red"] }, "area": null });
        change(&mut order);
        json!({ "order": order })
    };
    for command in ["download_preflight", "download_order"] {
        check(command, order(&|_| ()), NotFound);
        check(command, order(&|o| o["sceneIds"] = json!([])), NoScenes);
    }
    check("download_choices", json!({ "sceneIds": [], "bands": ["red"], "area": null }), NoScenes);
    check("download_choices", json!({ "sceneIds": ["no/such/scene"], "bands": [], "area": null }), NotFound);
    check("download_choices", json!({ "sceneIds": ["no/such/scene"], "bands": [], "area": bow_tie }), InvalidArea);
    let filter = |from: Value, to: Value| json!({ "filter": { "sensors": [], "from": from, "to": to, "text": null, "states": ["missing"], "area": null } });
    check("holdings", filter(json!("2025-06-02"), json!("2025-06-01")), InvalidDates);
    check("holdings", filter(Value::Null, json!("summer")), InvalidDates);
    let filtered = |field: &str, value: Value| {
        let mut query = query(good(), "2025-06-01", "2025-06-02");
        query["filters"][field] = value;
        json!({ "query": query, "channel": channel })
    };
    check("search", filtered("periods", json!([{ "from": "2025-06-02", "to": "2025-06-01" }])), InvalidDates);
    check("search", filtered("season", json!({ "from": "06-31", "to": "07-01" })), InvalidDates);
    check("search", filtered("minCoverage", json!(1.1)), InvalidRecipe);
    check("search", filtered("minClear", json!(-0.1)), InvalidRecipe);
    check("search", filtered("polarisations", json!(["red"])), InvalidRecipe);
    check("recipe_text", choice(good(), |c| c["filters"]["season"] = json!({ "from": "6-1", "to": "07-01" })), InvalidDates);
    for command in ["job_pause", "job_resume", "job_cancel", "job_retry", "job_remove", "product_remove", "product_reveal"] {
        check(command, json!({ "id": 7 }), NotFound);
    }
    for command in ["transfers_pause", "transfers_resume", "transfers_retry", "transfers_remove"] {
        check(command, json!({ "ids": [7] }), NotFound);
    }
    check("transfers_cancel", json!({ "ids": [7], "erase": true }), NotFound);
    check("transfer_move", json!({ "id": 7, "before": null }), NotFound);
    check("holding_remove", json!({ "id": 7, "bin": false }), NotFound);
    check("holding_reveal", json!({ "id": 7 }), NotFound);
    check("holding_unpack", json!({ "id": 7 }), NotFound);
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
    let (dropped, usual) = (&recipe.mask().unwrap().drop, swath_domain::MaskStep::default().drop);
    assert!(dropped.len() == usual.len() && usual.iter().all(|class| dropped.contains(class)), "{dropped:?}");
    assert_eq!(search.filters, swath_domain::Filters::default());
    let filters = json!({
        "periods": [{ "from": "2025-06-01", "to": "2025-06-30" }], "season": { "from": "06-01", "to": "08-31" }, "minCoverage": 0.5,
        "minClear": 0.25, "platforms": ["sentinel-2b"], "orbitDirection": "descending", "relativeOrbits": [122], "polarisations": ["vv", "vh"],
        "tiers": ["T1"], "tiles": [" 33TWL ", ""], "names": ["S2B_*"]
    });
    let text = rig.call("recipe_text", choice(square(0.0, 0.0, 0.1), |c| c["filters"] = filters.clone())).unwrap();
    let kept = serde_json::to_value(&swath_domain::Recipe::from_json(text.as_str().unwrap()).unwrap().search().unwrap().filters).unwrap();
    let mut expected = filters;
    expected["tiles"] = json!(["33TWL"]);
    for (page, file) in [
        ("minCoverage", "min_coverage"),
        ("minClear", "min_clear"),
        ("orbitDirection", "orbit_direction"),
        ("relativeOrbits", "relative_orbits"),
    ] {
        expected[file] = expected.as_object_mut().unwrap().remove(page).unwrap();
    }
    assert_eq!(kept, expected);
    let text = rig.call("recipe_text", choice(square(0.0, 0.0, 0.1), |c| c["mask"]["from"] = json!("nobody"))).unwrap();
    assert!(swath_domain::Recipe::from_json(text.as_str().unwrap()).unwrap().mask().is_none(), "nobody masks");
}

#[test]
fn files_come_from_dialogs_only() {
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("saved.json");
    let wanted = saved.clone();
    let rig = Rig::with(Dialogs { save_recipe: Arc::new(move |_| Some(wanted.clone())), ..Dialogs::closed() }, &[]);
    assert_eq!(rig.call("recipe_save", choice(square(0.0, 0.0, 0.1), |_| ())).unwrap(), json!(true));
    assert!(swath_domain::Recipe::from_json(&std::fs::read_to_string(&saved).unwrap()).is_ok());
    let closed = Rig::new();
    assert_eq!(closed.call("area_import", json!({})).unwrap(), Value::Null);
    assert_eq!(closed.call("recipe_save", choice(square(0.0, 0.0, 0.1), |_| ())).unwrap(), json!(false));
    let export = json!({ "coordinates": square(0.0, 0.0, 0.1), "name": "a", "format": "kml" });
    assert_eq!(closed.call("area_export", export).unwrap(), json!(false));
    assert_eq!(closed.call("library_relink", json!({})).unwrap(), Value::Null);
    assert_eq!(closed.call("library_move", json!({ "channel": "__CHANNEL__:7" })).unwrap(), Value::Null);
}
