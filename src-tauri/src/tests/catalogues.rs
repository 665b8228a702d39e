//! Several catalogues at once: merged, one failing, some switched off.

use serde_json::{Value, json};

use super::scenes::{found, search};
use super::server::{Answer, Server};
use super::{Rig, word};
use crate::dialogs::Dialogs;
use crate::view::{Coordinates, ErrorCode, FiltersView, QueryView};

/// A STAC item of a tile over the equator.
fn item(id: &str, datetime: &str, take: &str, baseline: &str, asset: &str) -> Value {
    let corners = json!([[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]]);
    json!({
        "type": "Feature", "stac_version": "1.0.0", "id": id, "collection": "c", "bbox": [0.0, 0.0, 1.0, 1.0],
        "geometry": { "type": "Polygon", "coordinates": corners }, "links": [],
        "properties": {
            "datetime": datetime, "platform": "sentinel-2b", "eo:cloud_cover": 10, "s2:mgrs_tile": "31NAA", "grid:code": "MGRS-31NAA",
            "s2:product_uri": format!("{id}.SAFE"), "s2:processing_baseline": baseline, "s2:datatake_id": take
        },
        "assets": { "red": { "href": asset, "type": "image/tiff; application=geotiff; profile=cloud-optimized" } }
    })
}

fn page(items: &[Value]) -> Answer {
    let page = json!({ "type": "FeatureCollection", "features": items, "links": [] });
    (200, vec![("content-type", "application/geo+json".into())], page.to_string().into_bytes())
}

/// A catalogue of the user's own, at an address.
pub(super) fn catalogue(id: &str, url: &str) -> Value {
    json!({
        "id": id, "title": format!("Catalogue {id}"), "kind": { "stac": { "url": url } },
        "collections": [{ "id": "c", "sensor": "sentinel-2-l2a", "assets": { "red": "red" } }]
    })
}

pub(super) fn query(providers: &[&str]) -> QueryView {
    QueryView {
        area: Coordinates(vec![vec![vec![vec![0.2, 0.2], vec![0.4, 0.2], vec![0.4, 0.4], vec![0.2, 0.2]]]]),
        from: "2025-06-01".into(),
        to: "2025-06-30".into(),
        sensors: vec![swath_domain::Sensor::Sentinel2L2a],
        max_cloud: None,
        providers: Some(providers.iter().map(|id| (*id).to_owned()).collect()),
        filters: FiltersView::default(),
    }
}

const OLD: &str = "S2B_MSIL2A_20250604T101559_N0510_R065_T31NAA_20250604T120000";
const NEW: &str = "S2B_MSIL2A_20250604T101559_N0511_R065_T31NAA_20250604T150000";
const OTHER: &str = "S2B_MSIL2A_20250614T101559_N0511_R065_T31NAA_20250614T150000";

#[test]
fn catalogues_are_merged_and_one_that_fails_is_told() {
    let (day, take) = ("2025-06-04T10:15:59Z", "GS2B_20250604T101559_043061_N05.11");
    let (later, later_take) = ("2025-06-14T10:15:59Z", "GS2B_20250614T101559_043204_N05.11");
    let one = Server::new(move |_| {
        page(&[item(OLD, day, take, "05.10", "https://one.example/old.tif"), item(NEW, day, take, "05.11", "https://one.example/r.tif")])
    });
    let two = Server::new(move |_| {
        page(&[
            item(NEW, day, take, "05.11", "https://two.example/r.tif"),
            item(OTHER, later, later_take, "05.11", "https://two.example/o.tif"),
        ])
    });
    let broken = Server::new(|_| (400, Vec::new(), br#"{"description":"no such thing"}"#.to_vec()));
    let providers = [
        ("1.json", catalogue("one", &one.url("/v1"))),
        ("2.json", catalogue("two", &two.url("/v1"))),
        ("3.json", catalogue("broken", &broken.url("/v1"))),
    ];
    let rig = Rig::with(Dialogs::closed(), &providers);
    let events = search(&rig, query(&["one", "two", "broken"]));
    let failed: Vec<_> = events.iter().filter(|event| event["kind"] == "provider-failed").collect();
    assert_eq!(failed.len(), 1, "{events:?}");
    assert_eq!((failed[0]["provider"].clone(), failed[0]["error"]["code"].clone()), (json!("broken"), json!("provider-failed")));

    // As the page does it: what comes later replaces what came before, by id.
    let mut told = std::collections::BTreeMap::new();
    for scene in events.iter().filter(|event| event["kind"] == "page").flat_map(|event| event["scenes"].as_array().unwrap()) {
        told.insert(scene["name"].as_str().unwrap().to_owned(), scene.clone());
    }
    assert_eq!(told.keys().collect::<Vec<_>>(), [OLD, NEW, OTHER]);
    assert_eq!(found(&events).into_iter().collect::<std::collections::BTreeSet<_>>().len(), 3, "each scene has one id: {events:?}");
    let (old, new, other) = (&told[OLD], &told[NEW], &told[OTHER]);
    assert_eq!(old["supersededBy"], new["id"]);
    assert_eq!((new["supersededBy"].clone(), new["composable"].clone(), new["access"].clone()), (Value::Null, json!(true), json!("open")));
    assert_eq!((new["sources"].as_array().unwrap().len(), other["sources"].clone()), (2, json!(["two"])));
    assert_eq!((new["relativeOrbit"].clone(), new["account"].clone(), new["packages"].clone()), (json!(65), Value::Null, json!([])));

    let done = events.last().unwrap();
    assert_eq!((done["kind"].clone(), done["count"].clone(), done["cancelled"].clone()), (json!("done"), json!(3), json!(false)));
    let lack = |id: &str| done["completeness"].as_array().unwrap().iter().find(|lack| lack["provider"] == id).cloned();
    assert_eq!(lack("one").unwrap()["lacking"], json!([other["id"]]));
    assert_eq!((lack("two").unwrap()["found"].clone(), lack("two").unwrap()["lacking"].clone()), (json!(2), json!([])));
    assert_eq!(lack("broken"), None, "it did not answer, so nothing is known of it");

    // Each id that was told is known afterwards, with all its sources.
    let kept = rig.state().scene(&swath_domain::SceneId(new["id"].as_str().unwrap().to_owned())).unwrap();
    assert_eq!(kept.sources(swath_domain::Band::Red).count(), 2);
    let choice = json!({
        "name": "Both", "area": query(&[]).area, "from": "2025-06-01", "to": "2025-06-30", "sensors": ["sentinel-2-l2a"], "maxCloud": null,
        "sceneIds": [new["id"]], "bands": ["red"], "excluded": [], "mask": super::mask(), "image": super::image(), "resolution": 10, "crs": "auto",
        "clip": true, "filters": super::no_filters()
    });
    let text = rig.call("recipe_text", json!({ "choice": choice })).unwrap();
    let recipe = swath_domain::Recipe::from_json(text.as_str().unwrap()).unwrap();
    let asked = recipe.search().unwrap().providers.clone().unwrap();
    assert_eq!(asked, ["one", "two"], "both catalogues may be asked for the scene");
}

#[test]
fn a_search_in_which_all_fail_ends_with_their_words() {
    let broken = Server::new(|_| (400, Vec::new(), Vec::new()));
    let rig = Rig::with(Dialogs::closed(), &[("3.json", catalogue("broken", &broken.url("/v1")))]);
    let events = search(&rig, query(&["broken"]));
    assert_eq!(super::scenes::kinds(&events), ["provider-failed", "done"]);
    assert_eq!(events[1], json!({ "kind": "done", "count": 0, "cancelled": false, "completeness": [] }));
}

#[test]
fn catalogues_that_are_switched_off_are_not_asked() {
    let (day, take) = ("2025-06-04T10:15:59Z", "GS2B_20250604T101559_043061_N05.11");
    let server = Server::new(move |_| page(&[item(NEW, day, take, "05.11", "https://one.example/r.tif")]));
    let mut locked = catalogue("locked", &server.url("/v1"));
    locked["search_account"] = json!("usgs");
    locked["collections"][0]["access"] = json!({ "account": "usgs" });
    let rig = Rig::with(Dialogs::closed(), &[("1.json", catalogue("one", &server.url("/v1"))), ("2.json", locked)]);
    let provider = |id: &str| {
        let all = rig.call("providers", json!({})).unwrap();
        all.as_array().unwrap().iter().find(|provider| provider["id"] == id).unwrap().clone()
    };
    let words = |provider: &Value| ["account", "searchAccount", "enabled", "usable"].map(|key| provider[key].clone());
    assert_eq!(words(&provider("one")), [Value::Null, Value::Null, json!(true), json!(true)]);
    assert_eq!(words(&provider("locked")), [json!("usgs"), json!("usgs"), json!(true), json!(false)]);
    assert_eq!(found(&search(&rig, query(&["one", "locked"]))).len(), 1);
    assert_eq!(server.asked.lock().unwrap().len(), 1, "only one of the two was asked");

    let refused = |ids: &[&str], code: ErrorCode| {
        let arguments = json!({ "query": serde_json::to_value(query(ids)).unwrap(), "channel": "__CHANNEL__:7" });
        assert_eq!(rig.code("search", arguments), word(code), "{ids:?}");
    };
    refused(&["locked"], ErrorCode::NeedsAccount);
    let mut settings = rig.call("settings", json!({})).unwrap();
    settings["disabledProviders"] = json!(["one"]);
    rig.call("settings_set", json!({ "settings": settings })).unwrap();
    assert_eq!(provider("one")["enabled"], json!(false));
    refused(&["one"], ErrorCode::ProviderFailed);
    refused(&["one", "locked"], ErrorCode::NeedsAccount);
    assert_eq!(server.asked.lock().unwrap().len(), 1);
}
