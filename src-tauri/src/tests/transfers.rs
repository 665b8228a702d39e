//! From scenes of the small demo to a queue of transfers, and to notices of how it ended.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use jiff::{Timestamp, ToSpan, Zoned};
use serde_json::{Value, json};
use swath_demo::Demo;
use swath_domain::{Band, Scene, SceneId, Wanted};
use swath_library::TransferRequest;
use tauri::Manager;

use super::scenes::{found, query, search};
use super::{PATIENCE, Rig, listen, outside, word};
use crate::commands::transfers;
use crate::dialogs::Dialogs;
use crate::notices::Notice;
use crate::state::Outside;
use crate::view::{Coordinates, ErrorCode};

/// A program with the demo, what it shows on the desktop, and the scenes that were found.
pub(super) struct Downloads {
    pub(super) rig: Rig,
    pub(super) demo: Demo,
    pub(super) ids: Vec<String>,
    news: Receiver<Value>,
    shown: Receiver<Notice>,
}

impl Downloads {
    pub(super) fn new() -> Self {
        Self::with(Dialogs::closed())
    }

    pub(super) fn with(dialogs: Dialogs) -> Self {
        let (sender, shown): (Sender<Notice>, _) = channel();
        let sender = Mutex::new(sender);
        let show = Arc::new(move |notice| drop(sender.lock().unwrap().send(notice)));
        let rig = Rig::over(Outside { show, ..outside(dialogs) }, &[]);
        let mut settings = rig.call("settings", json!({})).unwrap();
        settings["language"] = "en".into();
        rig.call("settings_set", json!({ "settings": settings })).unwrap();
        let demo = rig.demo();
        let ids = found(&search(&rig, query(&demo, Some(&["demo"]))));
        assert_eq!(ids.len(), 3);
        let (channel, news) = listen();
        tauri::async_runtime::block_on(transfers::transfers_watch(rig.app.state(), channel)).unwrap();
        Self { rig, demo, ids, news, shown }
    }

    pub(super) fn order(&self, wanted: Value) -> Value {
        let area = Coordinates::of(self.demo.area.shape());
        json!({ "order": { "name": " Summer ", "sceneIds": self.ids, "wanted": wanted, "area": area } })
    }

    /// Orders bands and waits for the end of the batch.
    pub(super) fn fetch(&self, bands: &[&str]) -> Value {
        let ordered = self.rig.call("download_order", self.order(json!({ "kind": "bands", "bands": bands }))).unwrap();
        self.end(&ordered["batch"])
    }

    /// The event with which a batch ended.
    fn end(&self, batch: &Value) -> Value {
        self.wait(|event| event["kind"] == "batch" && event["batch"] == *batch)
    }

    /// Hears of transfers until something has happened. In each message a transfer comes once, and the ends of batches come last.
    fn wait(&self, mut happened: impl FnMut(&Value) -> bool) -> Value {
        loop {
            let message = self.news.recv_timeout(PATIENCE).unwrap();
            let events = message.as_array().unwrap();
            let mut ids: Vec<_> =
                events.iter().filter(|e| e["kind"] != "batch").map(|e| e["id"].as_i64().or(e["transfer"]["id"].as_i64())).collect();
            let count = ids.len();
            assert!(events[count..].iter().all(|event| event["kind"] == "batch"), "{message}");
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), count, "{message}");
            if let Some(event) = events.iter().rev().find(|event| happened(event)) {
                return event.clone();
            }
        }
    }

    fn becomes(&self, id: &Value, state: &str) -> Value {
        self.wait(|event| event["transfer"]["id"] == *id && event["transfer"]["state"] == state)["transfer"].clone()
    }

    pub(super) fn list(&self) -> Vec<Value> {
        self.rig.call("transfers", json!({})).unwrap().as_array().unwrap().clone()
    }

    fn set(&self, transfers: Value) {
        let mut settings = self.rig.call("settings", json!({})).unwrap();
        for (key, value) in transfers.as_object().unwrap() {
            settings["transfers"][key] = value.clone();
        }
        self.rig.call("settings_set", json!({ "settings": settings })).unwrap();
    }

    /// Hours of the day that are not now.
    fn not_now(&self) {
        let time = |hours: i64| Zoned::now().checked_add(hours.hours()).unwrap().strftime("%H:%M").to_string();
        self.set(json!({ "hours": { "from": time(3), "to": time(4) } }));
    }
}

#[test]
fn what_there_is_to_download_is_chosen_ordered_watched_and_told() {
    let here = Downloads::new();
    let Downloads { rig, ids, demo, .. } = &here;
    let area = Coordinates::of(demo.area.shape());
    let choices = rig.call("download_choices", json!({ "sceneIds": ids, "bands": ["red", "nir"], "area": area })).unwrap();
    let choice = |kind: &str| {
        let found = choices.as_array().unwrap().iter().find(|choice| choice["wanted"]["kind"] == kind);
        found.unwrap_or_else(|| panic!("{kind}: {choices}")).clone()
    };
    let (bands, window) = (choice("bands"), choice("window"));
    assert_eq!((&bands["scenes"], &bands["held"], &bands["lacking"], &bands["account"]), (&json!(3), &json!(0), &json!([]), &Value::Null));
    assert_eq!(window["wanted"]["bands"], json!(["red", "nir"]));
    assert!(bands["bytes"].as_u64().unwrap() > 1000 && bands["exact"] == true, "{bands}");

    let order = here.order(bands["wanted"].clone());
    let found = rig.call("download_preflight", order.clone()).unwrap();
    assert_eq!(
        (&found["refuses"], &found["transfers"], &found["held"], &found["bytes"]),
        (&json!(false), &json!(3), &json!(0), &bands["bytes"])
    );
    assert!(found["diskFree"].as_u64().unwrap() > 0, "{found}");

    let ordered = rig.call("download_order", order.clone()).unwrap();
    assert_eq!((&ordered["ordered"], &ordered["held"], &ordered["queued"]), (&json!(3), &json!(0), &json!(0)));
    assert_eq!(here.end(&ordered["batch"]), json!({ "kind": "batch", "batch": ordered["batch"], "succeeded": 3, "failed": 0 }));
    assert_eq!(
        here.shown.recv_timeout(PATIENCE).unwrap(),
        Notice { title: "Download finished: Summer".into(), body: "3 scenes are in the library.".into() }
    );

    let list = here.list();
    assert_eq!(list.len(), 3);
    for transfer in &list {
        assert_eq!((&transfer["state"], &transfer["batchName"], &transfer["error"]), (&json!("succeeded"), &json!("Summer"), &Value::Null));
        assert_eq!((&transfer["files"], &transfer["filesDone"], &transfer["waiting"]), (&json!(2), &json!(2), &Value::Null));
        assert_eq!((&transfer["doneBytes"], transfer["bytesPerSecond"].as_f64()), (&transfer["totalBytes"], Some(0.0)));
        assert_eq!(transfer["holdingIds"].as_array().unwrap().len(), 2);
        assert!(
            transfer["finishedAt"].is_string() && !transfer.to_string().contains(&rig.folder.path().display().to_string()),
            "{transfer}"
        );
    }
    let again = rig.call("download_order", order).unwrap();
    assert_eq!(again, json!({ "batch": null, "ordered": 0, "held": 3, "queued": 0 }));

    let ids: Vec<_> = list.iter().map(|transfer| transfer["id"].clone()).collect();
    rig.call("transfers_remove", json!({ "ids": ids })).unwrap();
    here.wait(|event| *event == json!({ "kind": "removed", "id": ids[2] }));
    assert!(here.list().is_empty());
}

#[test]
fn the_queue_is_steered() {
    let here = Downloads::new();
    let Downloads { rig, .. } = &here;
    here.not_now();
    let ordered = rig.call("download_order", here.order(json!({ "kind": "bands", "bands": ["red"] }))).unwrap();
    assert_eq!(ordered["ordered"], 3);
    let list = here.list();
    let ids: Vec<_> = list.iter().map(|transfer| transfer["id"].clone()).collect();
    let again = rig.call("download_order", here.order(json!({ "kind": "bands", "bands": ["red"] }))).unwrap();
    assert_eq!((&again["ordered"], &again["queued"], &again["batch"]), (&json!(0), &json!(3), &Value::Null));

    rig.call("transfer_move", json!({ "id": ids[2], "before": ids[0] })).unwrap();
    let order: Vec<_> = here.list().iter().map(|transfer| transfer["id"].clone()).collect();
    assert_eq!(order, [ids[2].clone(), ids[0].clone(), ids[1].clone()]);

    rig.call("transfers_pause", json!({ "ids": [ids[0], ids[1]] })).unwrap();
    let paused = here.becomes(&ids[1], "paused");
    assert_eq!((&paused["waiting"], &paused["batchName"]), (&Value::Null, &json!("Summer")));
    rig.call("transfers_cancel", json!({ "ids": [ids[2]], "erase": true })).unwrap();
    here.becomes(&ids[2], "cancelled");
    assert_eq!(rig.call("transfers_retry", json!({ "ids": [ids[2]] })), Ok(Value::Null));
    rig.call("transfers_resume", json!({ "ids": [ids[0], ids[1]] })).unwrap();

    here.set(json!({ "hours": null, "notify": false }));
    assert_eq!(here.end(&ordered["batch"])["succeeded"], 3);
    assert!(here.list().iter().all(|transfer| transfer["state"] == "succeeded"));
    assert!(here.shown.try_recv().is_err(), "nothing is shown when nobody wants it");
}

#[test]
fn transfers_go_on_by_themselves_after_a_restart() {
    let here = Downloads::new();
    here.not_now();
    here.rig.call("download_order", here.order(json!({ "kind": "bands", "bands": ["red"] }))).unwrap();
    let mut settings = here.rig.call("settings", json!({})).unwrap();
    let rig = here.rig.reopened();
    settings["transfers"]["hours"] = Value::Null;
    let (channel, news) = listen();
    tauri::async_runtime::block_on(transfers::transfers_watch(rig.app.state(), channel)).unwrap();
    rig.call("settings_set", json!({ "settings": settings })).unwrap();
    loop {
        let message: Value = news.recv_timeout(PATIENCE).unwrap();
        if let Some(end) = message.as_array().unwrap().iter().find(|event| event["kind"] == "batch") {
            assert_eq!((&end["succeeded"], &end["failed"]), (&json!(3), &json!(0)));
            return;
        }
    }
}

#[test]
fn a_failure_says_why_and_is_tried_again() {
    let here = Downloads::new();
    let Downloads { rig, demo, .. } = &here;
    let red = files(&demo.folder).into_iter().find(|path| path.ends_with("B04.tif")).unwrap();
    let kept = red.with_extension("kept");
    std::fs::rename(&red, &kept).unwrap();
    let ended = here.fetch(&["red"]);
    assert_eq!((&ended["succeeded"], &ended["failed"]), (&json!(2), &json!(1)));
    assert_eq!(
        here.shown.recv_timeout(PATIENCE).unwrap(),
        Notice { title: "Download finished: Summer".into(), body: "2 in the library, 1 failed. The downloads say why.".into() },
        "one notice for both"
    );
    let failed = here.list().into_iter().find(|transfer| transfer["state"] == "failed").unwrap();
    assert!(failed["error"]["message"].as_str().unwrap().len() > 10, "{failed}");
    std::fs::rename(&kept, &red).unwrap();
    rig.call("transfers_retry", json!({ "ids": [failed["id"]] })).unwrap();
    assert_eq!(here.end(&ended["batch"])["failed"], 0);
    assert!(here.list().iter().all(|transfer| transfer["state"] == "succeeded"));
}

#[test]
fn a_failure_is_told_while_the_others_go_on() {
    let here = Downloads::new();
    let Downloads { rig, demo, .. } = &here;
    here.not_now();
    let ordered = rig.call("download_order", here.order(json!({ "kind": "bands", "bands": ["red"] }))).unwrap();
    let list = here.list();
    let item = list[0]["sceneId"].as_str().unwrap().rsplit('/').next().unwrap();
    let of_it = |path: &PathBuf| path.to_string_lossy().contains(item) && path.ends_with("B04.tif");
    std::fs::remove_file(files(&demo.folder).into_iter().find(of_it).unwrap()).unwrap();
    let others = json!({ "ids": [list[1]["id"], list[2]["id"]] });
    rig.call("transfers_pause", others.clone()).unwrap();
    here.set(json!({ "hours": null }));
    let failed = here.becomes(&list[0]["id"], "failed");
    let notice = here.shown.recv_timeout(PATIENCE).unwrap();
    assert_eq!(notice.title, "A download failed: Summer");
    assert!(notice.body.starts_with(failed["name"].as_str().unwrap()), "{notice:?}");
    // A row that is told again is no news.
    rig.call("transfer_move", json!({ "id": list[1]["id"], "before": list[0]["id"] })).unwrap();
    rig.call("transfers_resume", others).unwrap();
    assert_eq!(here.end(&ordered["batch"])["succeeded"], 2);
    let last = here.shown.recv_timeout(PATIENCE).unwrap();
    assert_eq!(last.body, "2 in the library, 1 failed. The downloads say why.");
    assert!(here.shown.try_recv().is_err());
}

#[test]
fn thousands_that_change_at_once_wake_the_page_a_few_times() {
    let here = Downloads::new();
    let Downloads { rig, ids, .. } = &here;
    here.not_now();
    let scene = rig.state().scene(&SceneId(ids[0].clone())).unwrap();
    let request = |number: u32| TransferRequest {
        scene: Scene { id: SceneId::new("demo", "many", &number.to_string()), ..scene.clone() },
        wanted: Wanted::Bands { bands: vec![Band::Red] },
        name: number.to_string(),
    };
    let requests: Vec<_> = (0..2000).map(request).collect();
    rig.state().library().transfers().order("Many", &requests, Timestamp::now()).unwrap();
    let list = here.list();
    let mut waiting: BTreeSet<_> = list.iter().map(|transfer| transfer["id"].as_i64().unwrap()).collect();
    assert_eq!(waiting.len(), 2000);
    let begun = Instant::now();
    rig.call("transfers_pause", json!({ "ids": waiting })).unwrap();
    let mut messages = 0;
    while !waiting.is_empty() {
        let message = here.news.recv_timeout(PATIENCE).unwrap();
        messages += 1;
        for transfer in message.as_array().unwrap().iter().map(|event| &event["transfer"]) {
            assert_eq!(transfer["batchName"], "Many");
            if transfer["state"] == "paused" {
                waiting.remove(&transfer["id"].as_i64().unwrap());
            }
        }
    }
    let most = 2 + begun.elapsed().as_millis() / 100;
    assert!(messages <= most, "{messages} messages");
}

#[test]
fn only_the_newest_page_hears_of_transfers() {
    let here = Downloads::new();
    let (channel, news) = listen();
    tauri::async_runtime::block_on(transfers::transfers_watch(here.rig.app.state(), channel)).unwrap();
    here.rig.call("download_order", here.order(json!({ "kind": "bands", "bands": ["red"] }))).unwrap();
    let message: Value = news.recv_timeout(PATIENCE).unwrap();
    assert_eq!(message[0]["kind"], "changed");
    // The old channel is dropped with its listener, so that waiting for it ends without an event.
    assert!(here.news.recv_timeout(PATIENCE).is_err());
}

#[test]
fn what_cannot_be_ordered_is_said_before() {
    let here = Downloads::new();
    let Downloads { rig, .. } = &here;
    let tar = json!({ "kind": "product", "form": "landsat-tar", "unpack": false });
    let found = rig.call("download_preflight", here.order(tar.clone())).unwrap();
    assert_eq!(found["refuses"], true);
    let finding = &found["findings"][0];
    assert_eq!((&finding["kind"], &finding["refuses"]), (&json!("not-offered"), &json!(true)));
    assert_eq!(finding["scenes"].as_array().unwrap().len(), 3);
    assert!(finding["message"].as_str().unwrap().len() > 20, "{finding}");
    assert_eq!(rig.code("download_order", here.order(tar)), word(ErrorCode::Refused));
    assert!(here.list().is_empty());
    let mut window = here.order(json!({ "kind": "window", "bands": ["red"] }));
    window["order"]["area"] = Value::Null;
    assert_eq!(rig.code("download_order", window), word(ErrorCode::InvalidArea));
    assert_eq!(rig.code("download_order", here.order(json!({ "kind": "bands", "bands": [] }))), word(ErrorCode::InvalidRecipe));
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
