//! What the library has of scenes: listed, looked at, removed, moved.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tauri::Manager;

use super::listen;
use super::pictures::{self, ask};
use super::transfers::Downloads;
use crate::commands::holdings;
use crate::dialogs::Dialogs;
use crate::protocol::Scheme;
use crate::view::ErrorCode;

fn list(here: &Downloads, filter: Value) -> Vec<Value> {
    here.rig.call("holdings", json!({ "filter": filter })).unwrap().as_array().unwrap().clone()
}

/// Everything that a look at all holdings tells.
fn verify(here: &Downloads) -> Vec<Value> {
    let (channel, events) = listen();
    tauri::async_runtime::block_on(holdings::holdings_verify(here.rig.app.state(), channel)).unwrap();
    events.try_iter().collect()
}

#[test]
fn holdings_are_listed_shown_verified_and_removed() {
    let opened: Arc<Mutex<Vec<PathBuf>>> = Arc::default();
    let seen = opened.clone();
    let open_folder = move |folder: &std::path::Path| {
        seen.lock().unwrap().push(folder.to_owned());
        Ok(())
    };
    let here = Downloads::with(Dialogs { open_folder: Arc::new(open_folder), ..Dialogs::closed() });
    let rig = &here.rig;
    assert_eq!(here.fetch(&["red", "nir"])["succeeded"], 3);
    let all = list(&here, Value::Null);
    assert_eq!(all.len(), 6);
    for holding in &all {
        assert_eq!((&holding["state"], &holding["why"], &holding["provider"]), (&json!("verified"), &Value::Null, &json!("demo")));
        assert_eq!((&holding["content"]["kind"], &holding["sensor"]), (&json!("band"), &json!("sentinel-2-l2a")));
        assert!(holding["path"].as_str().unwrap().starts_with("sentinel-2-l2a/2025-06-"), "{holding}");
        assert!(holding["checkedAt"].is_string() && holding["footprint"].is_array() && holding["bytes"].as_u64() > Some(100), "{holding}");
    }
    let filter = |sensors: Value, from: Value, text: Value, states: Value, area: Value| json!({ "sensors": sensors, "from": from, "to": null, "text": text, "states": states, "area": area });
    let none = Value::Null;
    let count = |filter: Value| list(&here, filter).len();
    assert_eq!(count(filter(json!(["sentinel-2-l2a"]), none.clone(), none.clone(), json!(["verified"]), none.clone())), 6);
    assert_eq!(count(filter(json!(["landsat-c2-l2"]), none.clone(), none.clone(), json!([]), none.clone())), 0);
    assert_eq!(count(filter(json!([]), json!("2025-06-02"), none.clone(), json!([]), none.clone())), 4);
    assert_eq!(count(filter(json!([]), none.clone(), json!(" b04 "), json!([]), none.clone())), 3);
    assert_eq!(count(filter(json!([]), none.clone(), none.clone(), json!(["missing", "damaged"]), none.clone())), 0);
    assert_eq!(count(filter(json!([]), none.clone(), none, json!([]), super::square(100.0, 40.0, 1.0))), 0);

    let id = &all[0]["id"];
    let picture = format!("holding/{id}");
    for _ in 0..2 {
        let answer = ask(rig, Scheme::Thumb, &picture);
        assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (200, &"image/webp".parse().unwrap()));
    }
    pictures::check(rig, Scheme::Thumb, &[("holding/7777", 404), ("holding/x", 404)]);

    let folders = rig.state().library().folders().library();
    let lies = |holding: &Value| folders.join(holding["path"].as_str().unwrap());
    rig.call("holding_reveal", json!({ "id": id })).unwrap();
    assert_eq!(*opened.lock().unwrap(), [lies(&all[0]).parent().unwrap()]);
    assert_eq!(rig.code("holding_unpack", json!({ "id": id })), super::word(ErrorCode::Internal), "nothing to unpack");

    std::fs::write(lies(&all[1]), b"another file").unwrap();
    std::fs::remove_file(lies(&all[2])).unwrap();
    let events = verify(&here);
    assert_eq!(events.last().unwrap(), &json!({ "kind": "done", "verified": 4, "missing": 1, "damaged": 1, "cancelled": false }));
    assert_eq!(events.len(), 7);
    let state = |at: usize| events.iter().find(|event| event["id"] == all[at]["id"]).unwrap().clone();
    assert_eq!((&state(0)["state"], &state(2)["state"], &state(2)["why"]), (&json!("verified"), &json!("missing"), &Value::Null));
    assert!(state(1)["state"] == "damaged" && state(1)["why"].is_string(), "{events:?}");
    let now = list(&here, Value::Null);
    assert!(now.iter().all(|holding| holding["thumbnail"] == (holding["state"] == "verified")), "{now:?}");
    assert_eq!(rig.code("holding_reveal", json!({ "id": all[2]["id"] })), super::word(ErrorCode::NotFound));
    let gone = ask(rig, Scheme::Thumb, &format!("holding/{}", all[2]["id"]));
    assert_eq!(gone.status().as_u16(), 404);

    let freed = rig.call("holding_remove", json!({ "id": id, "bin": false })).unwrap();
    assert_eq!(freed, all[0]["bytes"]);
    assert!(!lies(&all[0]).exists());
    assert_eq!(list(&here, Value::Null).len(), 5);
    // What is missing or damaged is fetched again.
    assert_eq!(here.fetch(&["red", "nir"])["failed"], 0);
    assert_eq!(verify(&here).last().unwrap()["verified"], 6);
}

#[test]
fn the_library_moves_and_what_was_moved_by_hand_is_found() {
    let elsewhere = tempfile::tempdir().unwrap();
    let target = elsewhere.path().join("moved");
    std::fs::create_dir(&target).unwrap();
    let chosen = Arc::new(Mutex::new(target.clone()));
    let choice = chosen.clone();
    let here = Downloads::with(Dialogs { choose_folder: Arc::new(move || Some(choice.lock().unwrap().clone())), ..Dialogs::closed() });
    let rig = &here.rig;
    assert_eq!(here.fetch(&["red"])["succeeded"], 3);
    let old = rig.call("library_root", json!({})).unwrap();
    assert_eq!(old["there"], true);
    assert!(old["free"].as_u64().unwrap() > 0, "{old}");

    let (channel, events) = listen();
    let root = tauri::async_runtime::block_on(holdings::library_move(rig.app.state(), channel)).unwrap().unwrap();
    assert!(root.there && root.folder.starts_with(&target.display().to_string()), "{root:?}");
    let told: Vec<Value> = events.try_iter().collect();
    let last = told.last().unwrap();
    assert!(last["totalBytes"].as_u64() > Some(1000) && last["doneBytes"] == last["totalBytes"], "{told:?}");
    let holdings = list(&here, Value::Null);
    let lies = |holding: &Value| PathBuf::from(&root.folder).join(holding["path"].as_str().unwrap());
    assert!(holdings.iter().all(|holding| lies(holding).is_file()), "{holdings:?}");
    assert!(!PathBuf::from(old["folder"].as_str().unwrap()).join(holdings[0]["path"].as_str().unwrap()).exists());

    let taken = elsewhere.path().join("taken");
    std::fs::create_dir(&taken).unwrap();
    std::fs::rename(lies(&holdings[0]), taken.join(lies(&holdings[0]).file_name().unwrap())).unwrap();
    assert_eq!(verify(&here).last().unwrap()["missing"], 1);
    // A disk that is away takes nothing with it for good.
    let away = elsewhere.path().join("away");
    std::fs::rename(&root.folder, &away).unwrap();
    assert_eq!(rig.call("library_root", json!({})).unwrap()["there"], false);
    let refused = rig.call("holding_reveal", json!({ "id": holdings[1]["id"] })).unwrap_err();
    assert!(refused["message"].as_str().unwrap().contains(&root.folder), "{refused}");
    std::fs::rename(&away, &root.folder).unwrap();

    *chosen.lock().unwrap() = taken;
    assert_eq!(rig.call("library_relink", json!({})).unwrap(), json!({ "found": 1, "stillMissing": 0 }));
    assert!(lies(&holdings[0]).is_file());
    assert_eq!(verify(&here).last().unwrap()["verified"], 3);
}
