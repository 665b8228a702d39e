//! Secrets are planted in every account, servers say them back in every way they can, and nothing that Swath tells, logs or keeps has them.

mod servers;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::{Value, json};
use swath_domain::AccountKind;
use swath_remote::Accounts;
use tauri::{Listener, Manager};
use tracing_subscriber::layer::SubscriberExt;

use super::catalogues::query;
use super::server::Server;
use super::{PATIENCE, Rig, listen, no_filters, pictures};
use crate::commands::{jobs, scenes, transfers};
use crate::dialogs::Dialogs;
use crate::protocol::Scheme;
use crate::state::Outside;
use servers::{STAC, answer, endpoints, providers};

/// What the user types, by kind and field. The first ten letters are searched for, since messages may be cut short.
const TYPED: &[(AccountKind, &str, &str)] = &[
    (AccountKind::Cdse, "password", "Xq7cdsePw9 ü+/&=%41 no"),
    (AccountKind::CdseS3, "access-key", "Xq7eoKey4W-ACCESS-7WQ"),
    (AccountKind::CdseS3, "secret-key", "Xq7eoSec8V+secret/8VN"),
    (AccountKind::SentinelHub, "client-id", "Xq7shIdnt2-client-2KD"),
    (AccountKind::SentinelHub, "client-secret", "Xq7shScrt5&secret=5LP"),
    (AccountKind::Usgs, "token", "Xq7usgsTk3!token@3RT"),
    (AccountKind::Earthdata, "token", "Xq7nasaTk6.eyJ1aWQiOiJtZSJ9.6YU"),
    (AccountKind::Aws, "access-key", "Xq7awsKey1-ACCESS-1QW"),
    (AccountKind::Aws, "secret-key", "Xq7awsSec0+secret/0ER"),
];
/// What is no secret but has to be typed, too.
const OPEN: &[(AccountKind, &str, &str)] = &[(AccountKind::Cdse, "user", "analyst"), (AccountKind::Usgs, "user", "analyst")];
/// Typed while an account is tried.
const CODE: &str = "Xq7oneTime4";
/// What services hand out.
const ISSUED: [&str; 7] = ["Xq7cdseBrr7", "Xq7cdseRfr7", "Xq7cdseSes7", "Xq7shBrerr8", "Xq7usgsKey9", "Xq7sasSign6", "Xq7hrefSig5"];

/// The texts that a secret may have on its way, by its beginning.
fn traces(secret: &str) -> Vec<Vec<u8>> {
    let start = &secret[..10];
    let mut all = vec![start.as_bytes().to_vec(), start.bytes().rev().collect()];
    // Base64 looks different depending on what stands before; whole groups of letters only.
    for before in 0..3 {
        let padded = [vec![0; before], start.as_bytes().to_vec()].concat();
        for engine in [&STANDARD, &URL_SAFE] {
            let text = engine.encode(&padded);
            let (first, last) = (if before == 0 { 0 } else { 4 }, padded.len() / 3 * 4);
            all.push(text.as_bytes()[first..last].to_vec());
        }
    }
    let hex: String = start.bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = start.bytes().map(|byte| format!("%{byte:02X}")).collect();
    all.extend([
        hex.clone().into_bytes(),
        hex.to_ascii_uppercase().into_bytes(),
        percent.clone().into_bytes(),
        percent.to_ascii_lowercase().into_bytes(),
    ]);
    all
}

fn secrets() -> Vec<&'static str> {
    TYPED.iter().map(|(_, _, secret)| *secret).chain([CODE]).chain(ISSUED).collect()
}

fn found_in(bytes: &[u8]) -> Vec<&'static str> {
    let has = |trace: &[u8]| bytes.windows(trace.len()).any(|window| window == trace);
    secrets().into_iter().filter(|secret| traces(secret).iter().any(|trace| has(trace))).collect()
}

/// Everything that reached the page.
#[derive(Default)]
struct Told {
    answers: Vec<String>,
    messages: Vec<String>,
}

impl Told {
    fn call(&mut self, rig: &Rig, command: &str, arguments: Value) -> Result<Value, Value> {
        let answer = rig.call(command, arguments);
        self.answers.push(format!("{command}: {answer:?}"));
        answer
    }

    fn search(&mut self, rig: &Rig, providers: &[&str]) -> Vec<Value> {
        let (channel, events) = listen();
        let outcome = tauri::async_runtime::block_on(scenes::search(rig.app.state(), query(providers), channel));
        self.answers.push(format!("search: {outcome:?}"));
        let events: Vec<Value> = events.try_iter().collect();
        self.messages.extend(events.iter().map(Value::to_string));
        events
    }
}

fn set_all(told: &mut Told, rig: &Rig) {
    for kind in AccountKind::ALL {
        let fields: BTreeMap<_, _> =
            TYPED.iter().chain(OPEN).filter(|(of, ..)| *of == kind).map(|(_, field, text)| (*field, *text)).collect();
        let view = told.call(rig, "account_set", json!({ "kind": kind, "fields": fields })).unwrap();
        assert_eq!(view["state"], "session-only", "{view}");
        // Wrong in two ways; the words name fields, not what was typed.
        let (field, text) = fields.iter().next_back().unwrap();
        told.call(rig, "account_set", json!({ "kind": kind, "fields": { "pin": text, *field: text } })).unwrap_err();
        told.call(rig, "account_set", json!({ "kind": kind, "fields": { *field: "" } })).unwrap_err();
    }
    let views = told.call(rig, "accounts", json!({})).unwrap();
    assert!(
        views.as_array().unwrap().iter().all(|view| view["state"] == "session-only"),
        "what was refused left the accounts as they were"
    );
}

/// All that a user does with scenes: looks, plans, makes.
fn use_all(told: &mut Told, rig: &Rig) {
    for kind in AccountKind::ALL {
        let _ = told.call(
            rig,
            "account_test",
            json!({ "kind": kind, "oneTimeCode": if kind == AccountKind::Cdse { json!(CODE) } else { Value::Null } }),
        );
    }
    let mut ids = Vec::new();
    for provider in STAC.iter().map(|(name, _)| *name).chain(["odata", "cmr", "m2m", "hub"]) {
        ids.extend(super::scenes::found(&told.search(rig, &[provider])));
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), STAC.len(), "{ids:?}");
    let (news_channel, news) = listen();
    tauri::async_runtime::block_on(jobs::jobs_watch(rig.app.state(), news_channel)).unwrap();
    for id in &ids {
        let (channel, shares) = listen();
        let area = query(&[]).area;
        tauri::async_runtime::block_on(scenes::clear_shares(rig.app.state(), vec![id.clone()], area.clone(), channel)).unwrap();
        told.messages.extend(shares.try_iter().map(|event: Value| event.to_string()));
        let thumb = pictures::ask(rig, Scheme::Thumb, &format!("scene/{}", id.replace('/', "%2F")));
        told.answers.push(format!("thumb: {:?} {}", thumb.headers(), String::from_utf8_lossy(thumb.body())));
        let choice = json!({ "choice": {
            "name": "Secret", "area": area, "from": "2025-06-01", "to": "2025-06-30", "sensors": ["sentinel-2-l2a"], "maxCloud": null,
            "sceneIds": [id], "bands": ["red"], "excluded": [], "mask": super::mask(), "image": super::image(), "resolution": 10, "crs": "auto",
            "clip": true, "filters": no_filters()
        } });
        told.call(rig, "plan", choice.clone()).unwrap_err();
        told.call(rig, "recipe_text", choice.clone()).unwrap();
        let job = told.call(rig, "job_create", choice).unwrap();
        loop {
            let event = news.recv_timeout(PATIENCE).unwrap();
            told.messages.push(event.to_string());
            if event["job"]["id"] == job && event["job"]["finishedAt"].is_string() {
                assert_eq!(event["job"]["state"], "failed", "{event}");
                break;
            }
        }
    }
    download_all(told, rig, &ids);
    for command in ["jobs", "products", "transfers", "providers", "accounts", "settings", "app_info", "library_root"] {
        told.call(rig, command, json!({})).unwrap();
    }
}

/// All that a user does with files.
fn download_all(told: &mut Told, rig: &Rig, ids: &[String]) {
    let (channel, news) = listen();
    tauri::async_runtime::block_on(transfers::transfers_watch(rig.app.state(), channel)).unwrap();
    let area = query(&[]).area;
    told.call(rig, "download_choices", json!({ "sceneIds": ids, "bands": ["red"], "area": area })).unwrap();
    for kind in ["bands", "window"] {
        let order = json!({ "order": { "name": "Secret", "sceneIds": ids, "wanted": { "kind": kind, "bands": ["red"] }, "area": area } });
        told.call(rig, "download_preflight", order.clone()).unwrap();
        let batch = told.call(rig, "download_order", order).unwrap()["batch"].clone();
        let end = loop {
            let message: Value = news.recv_timeout(PATIENCE).unwrap();
            told.messages.push(message.to_string());
            if let Some(end) = message.as_array().unwrap().iter().find(|event| event["kind"] == "batch" && event["batch"] == batch) {
                break end.clone();
            }
        };
        assert_eq!((&end["succeeded"], &end["failed"]), (&json!(0), &json!(ids.len())), "{kind}");
    }
}

/// All files below a folder, with what is in them.
fn files(folder: &Path, all: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            files(&entry, all);
        } else {
            all.push((entry.display().to_string(), std::fs::read(&entry).unwrap()));
        }
    }
}

#[test]
fn no_secret_is_told_logged_or_kept() {
    let (accepting, base) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(String::new())));
    let (phase, own) = (accepting.clone(), base.clone());
    let server = Server::new(move |asked| answer(asked, phase.load(Ordering::Relaxed), &own.lock().unwrap()));
    *base.lock().unwrap() = server.url("");
    let outside =
        Outside { dialogs: Dialogs::closed(), accounts: Accounts::session_only(), endpoints: endpoints(&server), show: Arc::new(|_| ()) };
    let described = providers(&server);
    let rig = Rig::over(outside, &described.iter().map(|(name, value)| (name.as_str(), value.clone())).collect::<Vec<_>>());
    // Everything that any crate of the program or below it logs, at its most talkative.
    let log = rig.folder.path().join("data/logs/everything.log");
    std::fs::create_dir_all(log.parent().unwrap()).unwrap();
    let writer = Mutex::new(std::fs::File::create(&log).unwrap());
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(writer);
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer)).unwrap();
    let events: Arc<Mutex<Vec<String>>> = Arc::default();
    let (heard, all_heard) = (events.clone(), std::sync::mpsc::channel());
    rig.app.listen_any("area-dropped", move |event| {
        heard.lock().unwrap().push(event.payload().to_owned());
        all_heard.0.send(()).unwrap();
    });
    crate::commands::areas::dropped(&rig.page.as_ref().window(), &[rig.folder.path().join("gone.json")]);
    all_heard.1.recv_timeout(PATIENCE).unwrap();

    let mut told = Told::default();
    set_all(&mut told, &rig);
    use_all(&mut told, &rig);
    accepting.store(true, Ordering::Relaxed);
    use_all(&mut told, &rig);
    let checked = told.call(&rig, "accounts", json!({})).unwrap();
    let accepted = checked.as_array().unwrap().iter().filter(|view| view["checkedAt"].is_string()).count();
    assert_eq!(accepted, AccountKind::ALL.len(), "every account was accepted in the end: {checked}");
    tauri::async_runtime::block_on(rig.state().engine.shutdown());

    // The server has seen them: what is searched for was really on its way. Keys that sign are never sent, nor is the signature of an address
    // that a catalogue has signed itself, which is dropped as it comes; the others are.
    let asked = server.asked.lock().unwrap();
    let seen: String = asked.iter().map(|asked| format!("{} {} {}\n", asked.line, asked.headers, asked.body)).collect();
    let sent = found_in(seen.as_bytes());
    let never_sent = ["Xq7eoSec8V", "Xq7awsSec0", "Xq7cdseRfr", "Xq7hrefSig"];
    for secret in secrets().iter().filter(|secret| !never_sent.iter().any(|start| secret.starts_with(start))) {
        assert!(sent.contains(secret), "{secret} was never used, so that not finding it would prove nothing");
    }

    let mut kept = Vec::new();
    files(rig.folder.path(), &mut kept);
    let events = events.lock().unwrap();
    let of = |texts: &[String]| texts.iter().map(|text| ("page".to_owned(), text.clone().into_bytes())).collect::<Vec<_>>();
    let of_kind = |is: &dyn Fn(&str) -> bool| kept.iter().filter(|(name, _)| is(name)).cloned().collect::<Vec<_>>();
    let is_log = |name: &str| name.contains("/logs/");
    let is_base = |name: &str| name.contains("swath.db");
    let places = [
        ("answers", of(&told.answers)),
        ("channel messages", of(&told.messages)),
        ("events", of(&events)),
        ("log files", of_kind(&is_log)),
        ("database files", of_kind(&is_base)),
        ("other files, the cache among them", of_kind(&|name| !is_log(name) && !is_base(name))),
    ];
    println!(
        "{} secrets, each in {} forms, of which {} were sent in {} requests",
        secrets().len(),
        traces(CODE).len(),
        sent.len(),
        asked.len()
    );
    let mut all = 0;
    for (place, texts) in &places {
        let bytes: usize = texts.iter().map(|(_, text)| text.len()).sum();
        let leaks: Vec<_> = texts
            .iter()
            .flat_map(|(name, text)| found_in(text).into_iter().map(move |secret| (name, secret, context(text, secret))))
            .collect();
        println!("{place}: {} with {bytes} bytes, secrets found: {}", texts.len(), leaks.len());
        for leak in leaks.iter().take(5) {
            println!("  {leak:?}");
        }
        all += leaks.len();
    }
    assert_eq!(all, 0, "secrets have leaked");
    let bytes_of = |at: usize| places[at].1.iter().map(|(_, text)| text.len()).sum::<usize>();
    assert!(bytes_of(0) > 10_000 && bytes_of(1) > 10_000 && bytes_of(3) > 10_000 && bytes_of(4) > 10_000, "there was something to search");
}

/// The words around a find, for whoever has to find out where it comes from.
fn context(text: &[u8], secret: &str) -> String {
    let at = traces(secret).iter().find_map(|trace| text.windows(trace.len()).position(|window| window == trace)).unwrap_or(0);
    String::from_utf8_lossy(&text[at.saturating_sub(200)..(at + 60).min(text.len())]).into_owned()
}

#[test]
fn every_form_of_a_secret_would_be_found() {
    let secret = TYPED[0].2;
    let percent = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC).to_string();
    let forms = [
        format!("password={secret}"),
        percent,
        STANDARD.encode(secret),
        STANDARD.encode(format!("me:{secret}")),
        URL_SAFE.encode(format!("user:{secret}")),
        format!("{:?}", secret),
        secret[..11].to_owned(),
    ];
    for form in forms {
        assert_eq!(found_in(form.as_bytes()), [secret], "{form}");
    }
    assert!(found_in(b"nothing of the kind").is_empty());
}
