//! From a search to a product, over the small demo.

use std::net::TcpListener;

use serde_json::{Value, json};
use swath_demo::Demo;
use tauri::Manager;

use super::{PATIENCE, Rig, listen, word};
use crate::commands::{jobs, scenes};
use crate::view::{Coordinates, ErrorCode, FiltersView, QueryView};

pub(super) fn query(demo: &Demo, providers: Option<&[&str]>) -> QueryView {
    QueryView {
        area: Coordinates::of(demo.area.shape()),
        from: demo.dates.from().to_string(),
        to: demo.dates.to().to_string(),
        sensors: demo.sensors.clone(),
        max_cloud: None,
        filters: FiltersView::default(),
        providers: providers.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect()),
    }
}

/// Everything that a search tells.
pub(super) fn search(rig: &Rig, query: QueryView) -> Vec<Value> {
    let (channel, events) = listen();
    tauri::async_runtime::block_on(scenes::search(rig.app.state(), query, channel)).unwrap();
    events.try_iter().collect()
}

pub(super) fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

pub(super) fn found(events: &[Value]) -> Vec<String> {
    let pages = events.iter().filter(|event| event["kind"] == "page");
    pages.flat_map(|page| page["scenes"].as_array().unwrap()).map(|scene| scene["id"].as_str().unwrap().to_owned()).collect()
}

/// A catalogue at an address of this computer.
fn provider(id: &str, address: &std::net::SocketAddr) -> Value {
    json!({
        "id": id, "title": id, "kind": { "stac": { "url": format!("http://{address}/v1") } },
        "collections": [{ "id": "c", "sensor": "sentinel-2-l2a", "assets": { "red": "red" } }]
    })
}

#[test]
fn scenes_are_found_looked_at_planned_and_made_into_a_product() {
    let rig = Rig::new();
    let demo = rig.demo();
    let events = search(&rig, query(&demo, Some(&["demo"])));
    assert_eq!(kinds(&events).last(), Some(&"done"), "{events:?}");
    assert!(kinds(&events).contains(&"provider-done"));
    let complete = json!([{ "provider": "demo", "sensor": "sentinel-2-l2a", "found": 3, "lacking": [] }]);
    assert_eq!(events.last().unwrap(), &json!({ "kind": "done", "count": 3, "cancelled": false, "completeness": complete }));
    let ids = found(&events);
    assert_eq!(ids.len(), 3);
    let scene = &events[0]["scenes"][0];
    assert_eq!((scene["provider"].clone(), scene["sensor"].clone()), (json!("demo"), json!("sentinel-2-l2a")));
    assert!(scene["hasThumbnail"].as_bool().unwrap() && scene["coverage"].as_f64().unwrap() > 0.1, "{scene}");
    assert!(scene["bands"].as_array().unwrap().contains(&json!("red")) && !scene["bands"].as_array().unwrap().contains(&json!("scl")));

    let (channel, events) = listen();
    let asked = [ids.clone(), vec!["demo/c/gone".to_owned()]].concat();
    let area = Coordinates::of(demo.area.shape());
    tauri::async_runtime::block_on(scenes::clear_shares(rig.app.state(), asked, area, channel)).unwrap();
    let shares: Vec<Value> = events.try_iter().collect();
    assert_eq!(shares.len(), 4);
    for event in shares {
        if event["sceneId"] == "demo/c/gone" {
            assert_eq!(event["error"]["code"], word(ErrorCode::NotFound));
        } else {
            let sum: f64 = event["shares"].as_object().unwrap().values().map(|v| v.as_f64().unwrap()).sum();
            assert!((sum - 1.0).abs() < 1e-9, "{event}");
        }
    }

    let choice = json!({ "choice": rig.choice(&demo, ids.clone()) });
    let plan = rig.call("plan", choice.clone()).unwrap();
    assert_eq!((plan["scenes"].clone(), plan["fetchBytes"].clone()), (json!(3), json!(0)), "local files cost nothing: {plan}");
    assert!(plan["crs"].as_str().unwrap().starts_with("EPSG:32") && plan["width"].as_u64().unwrap() > 10);

    let (channel, news) = listen();
    tauri::async_runtime::block_on(jobs::jobs_watch(rig.app.state(), channel)).unwrap();
    let id = rig.call("job_create", choice).unwrap();
    let ended = loop {
        let event = news.recv_timeout(PATIENCE).unwrap();
        assert_eq!((event["kind"].clone(), event["job"]["id"].clone()), (json!("changed"), id.clone()));
        if event["job"]["finishedAt"].is_string() {
            break event["job"].clone();
        }
    };
    assert_eq!((ended["state"].clone(), ended["error"].clone()), (json!("succeeded"), Value::Null));
    let products = rig.call("products", json!({})).unwrap();
    let product = &products[0];
    assert_eq!((product["id"].clone(), product["scenes"].clone()), (ended["productId"].clone(), json!(3)));
    assert_eq!(product["bands"], json!(["red", "green", "blue"]));
    assert!(product["stretch"].as_array().unwrap().iter().all(|band| band["low"].as_f64() < band["high"].as_f64()), "{product}");
    assert!(product["folder"].as_str().unwrap().starts_with("products/"));

    assert_eq!(rig.call("job_remove", json!({ "id": id })), Ok(Value::Null));
    assert_eq!(news.recv_timeout(PATIENCE).unwrap(), json!({ "kind": "removed", "id": id }));
    let freed = rig.call("product_remove", json!({ "id": product["id"] })).unwrap();
    assert_eq!(freed, product["bytes"]);
    assert_eq!(rig.call("products", json!({})).unwrap(), json!([]));
}

#[test]
fn a_catalogue_that_fails_leaves_the_others_be() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let rig = Rig::with(crate::dialogs::Dialogs::closed(), &[("gone.json", provider("gone", &gone))]);
    let demo = rig.demo();
    let events = search(&rig, query(&demo, Some(&["demo", "gone"])));
    let failed = events.iter().find(|event| event["kind"] == "provider-failed").unwrap();
    assert_eq!((failed["provider"].clone(), failed["error"]["code"].clone()), (json!("gone"), json!("offline")), "{failed}");
    assert_eq!(found(&events).len(), 3);
    assert_eq!(events.last().unwrap()["count"], 3);
    let nobody = rig.app.state();
    let (channel, _events) = listen();
    let error = tauri::async_runtime::block_on(scenes::search(nobody, query(&demo, Some(&["elsewhere"])), channel)).unwrap_err();
    assert_eq!(error.code, ErrorCode::ProviderFailed);
}

#[test]
fn a_search_ends_when_it_is_stopped_or_overtaken() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let rig = Rig::with(crate::dialogs::Dialogs::closed(), &[("silent.json", provider("silent", &silent.local_addr().unwrap()))]);
    let demo = rig.demo();
    let overtake: [&dyn Fn(); 2] = [&|| drop(rig.call("search_stop", json!({})).unwrap()), &|| {
        assert_eq!(found(&search(&rig, query(&demo, Some(&["demo"])))).len(), 3)
    }];
    for end in overtake {
        let (channel, events) = listen();
        let (app, query) = (rig.app.handle().clone(), query(&demo, Some(&["silent"])));
        let running = tauri::async_runtime::spawn(async move { scenes::search(app.state(), query, channel).await });
        let _asked = silent.accept().unwrap();
        end();
        tauri::async_runtime::block_on(running).unwrap().unwrap();
        let events: Vec<Value> = events.try_iter().collect();
        assert_eq!(events, [json!({ "kind": "done", "count": 0, "cancelled": true, "completeness": [] })]);
    }
}

#[test]
fn only_the_newest_page_hears_of_jobs() {
    let rig = Rig::new();
    let demo = rig.demo();
    let ids = found(&search(&rig, query(&demo, Some(&["demo"]))));
    let (old, old_news) = listen();
    let (new, new_news) = listen();
    tauri::async_runtime::block_on(async {
        jobs::jobs_watch(rig.app.state(), old).await.unwrap();
        jobs::jobs_watch(rig.app.state(), new).await.unwrap();
    });
    rig.call("job_create", json!({ "choice": rig.choice(&demo, ids) })).unwrap();
    assert_eq!(new_news.recv_timeout(PATIENCE).unwrap()["kind"], "changed");
    // The old channel is dropped with its listener, so that waiting for it ends without an event.
    assert!(old_news.recv_timeout(PATIENCE).is_err());
}
