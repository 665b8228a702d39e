//! The USGS's machine-to-machine API: searching, errors within successes, and fetching addresses of products.

#![allow(clippy::unwrap_used, clippy::print_stdout, dead_code, unreachable_pub, reason = "a test that cannot go on has failed")]

mod common;
#[path = "conformance/replay.rs"]
mod replay;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use replay::{Asked, Reply, Server, Shared};
use serde_json::{Value, json};
use swath_domain::{Access, AccountKind, Aoi, DateRange, Filters, Monitor, Never, PackageForm, Query, Report, Scene, Sensor, Stop, Tier};
use swath_remote::provider::{Kind, Provider, built_in};
use swath_remote::{Accounts, Client, ClientOptions, Endpoints, RemoteError, m2m, resolve_m2m, search};

fn client(server: &Server) -> Client {
    let accounts = Accounts::session_only();
    let fields = [("user", "somebody"), ("token", "T0KEN")].map(|(name, text)| (name.to_owned(), text.to_owned()));
    accounts.set(AccountKind::Usgs, BTreeMap::from(fields)).unwrap();
    Client::with_accounts(options(server), accounts).unwrap()
}

fn options(server: &Server) -> ClientOptions {
    let host = server.address.trim_start_matches("http://").to_owned();
    ClientOptions {
        first_byte: Duration::from_secs(2),
        stall: Duration::from_millis(300),
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(20),
        endpoints: Endpoints { usgs: base(server), usgs_hosts: vec![host], ..Endpoints::default() },
        ..ClientOptions::default()
    }
}

fn base(server: &Server) -> String {
    format!("{}/api/json/stable", server.address)
}

fn provider(server: &Server) -> Provider {
    let known = built_in(None).into_iter().find(|one| matches!(one.kind, Kind::M2m { .. })).unwrap();
    Provider { kind: Kind::M2m { url: base(server) }, requests_per_second: 0.0, page: 2, ..known }
}

fn query() -> Query {
    let dates = DateRange::new("2024-05-01".parse().unwrap(), "2024-05-31".parse().unwrap()).unwrap();
    let area = Aoi::from_bbox([116.0, 39.6, 116.8, 40.2]).unwrap();
    Query { area, dates, sensors: vec![Sensor::LandsatC2L2], max_cloud: Some(20.5), filters: Filters::default() }
}

async fn run(server: &Server, query: &Query) -> Result<Vec<Scene>, Stop<RemoteError>> {
    let mut all = Vec::new();
    let count = search(&client(server), &provider(server), query, &Never, &mut |page| all.extend(page)).await?;
    assert_eq!(count, all.len());
    Ok(all)
}

fn envelope(data: Value) -> Reply {
    Reply::json(200, &json!({"requestId": 1, "version": "stable", "data": data, "errorCode": null, "errorMessage": null}))
}

fn refusal(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, &json!({"requestId": 1, "data": null, "errorCode": code, "errorMessage": message}))
}

/// Logs everybody in with a key that is new each time, and answers everything else as told.
async fn service(answer: impl Fn(&Asked, &str) -> Reply + Send + Sync + 'static) -> Arc<Server> {
    let logins = AtomicUsize::new(0);
    Server::start(move |asked| match asked.uri.rsplit('/').next().unwrap() {
        "login-token" => envelope(json!(format!("KEY{}", logins.fetch_add(1, Ordering::SeqCst)))),
        what => answer(asked, what),
    })
    .await
}

fn name(n: usize) -> String {
    format!("LC08_L2SP_123032_202405{:02}_20240520_02_T1", 10 + n)
}

fn result(n: usize) -> Value {
    json!({
        "entityId": format!("LC81230322024{}LGN00", 131 + n), "displayId": name(n), "cloudCover": "12.34",
        "publishDate": "2024-05-20 10:11:12-05",
        "spatialBounds": {"type": "Polygon", "coordinates": [[[115, 39], [118, 39], [118, 42], [115, 42], [115, 39]]]},
        "spatialCoverage": {"type": "Polygon", "coordinates": [[[115, 39.5], [117.5, 39], [118, 41.5], [115.5, 42], [115, 39.5]]]},
        "temporalCoverage": {"startDate": format!("2024-05-{:02} 00:00:00-05", 10 + n), "endDate": "2024-05-12 00:00:00"},
        "browse": [{"browsePath": "https://ims.example.org/browse/a.jpg", "thumbnailPath": "https://ims.example.org/thumbnail/a.jpg"}],
        "options": {"bulk": true, "download": n != 1, "order": false},
    })
}

fn results(from: usize, to: usize, total: usize, next: usize) -> Reply {
    let all: Vec<_> = (from..to).map(result).collect();
    envelope(json!({"results": all, "recordsReturned": to - from, "totalHits": total, "startingNumber": from + 1, "nextRecord": next}))
}

#[tokio::test]
async fn pages_are_asked_for_by_number_until_there_are_no_more() {
    // Whatever the service says the next record is when there is none.
    for last in [1, 5, 6, 7] {
        let server = service(move |asked, _| match asked.json()["startingNumber"].as_u64().unwrap() {
            1 => results(0, 2, 5, 3),
            3 => results(2, 4, 5, 5),
            _ => results(4, 5, 5, last),
        })
        .await;
        let found = run(&server, &query()).await.unwrap();
        assert_eq!(found.iter().map(|scene| scene.name.clone().unwrap()).collect::<Vec<_>>(), (0..5).map(name).collect::<Vec<_>>());
        assert_eq!(server.asked().len(), 4, "a login and three pages");
    }
    // It repeats itself.
    let server = service(|asked, _| results(0, 2, 1000, asked.json()["startingNumber"].as_u64().unwrap() as usize + 2)).await;
    assert_eq!(run(&server, &query()).await.unwrap().len(), 2);
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn the_question_says_all_and_carries_the_key() {
    let server = service(|_, _| results(0, 0, 0, 1)).await;
    run(&server, &query()).await.unwrap();
    let [login, question] = server.asked().try_into().unwrap();
    assert_eq!(login.json(), json!({"username": "somebody", "token": "T0KEN"}));
    assert!(login.headers.get("x-auth-token").is_none());
    assert_eq!((question.method.as_str(), question.uri.as_str()), ("POST", "/api/json/stable/scene-search"));
    assert_eq!(question.headers["x-auth-token"], "KEY0");
    let ring = json!([[[116.0, 39.6], [116.8, 39.6], [116.8, 40.2], [116.0, 40.2], [116.0, 39.6]]]);
    let filter = json!({
        "acquisitionFilter": {"start": "2024-05-01", "end": "2024-05-31"},
        "spatialFilter": {"filterType": "geojson", "geoJson": {"type": "Polygon", "coordinates": ring}},
        "cloudCoverFilter": {"min": 0, "max": 21, "includeUnknown": true},
    });
    let expected = json!({
        "datasetName": "landsat_ot_c2_l2", "maxResults": 2, "startingNumber": 1, "metadataType": "summary", "sceneFilter": filter});
    assert_eq!(question.json(), expected);
}

#[tokio::test]
async fn a_result_becomes_a_scene_with_all_that_it_says() {
    let server = service(|_, _| results(0, 2, 2, 1)).await;
    let found = run(&server, &query()).await.unwrap();
    let scene = &found[0];
    assert_eq!(scene.id.0, format!("usgs-m2m/landsat_ot_c2_l2/{}", name(0)));
    assert_eq!((scene.platform.as_str(), scene.tile.as_deref(), scene.tier), ("landsat-8", Some("123032"), Some(Tier::One)));
    assert_eq!((scene.cloud_cover, scene.datetime.to_string()), (Some(12.34), "2024-05-10T00:00:00Z".to_owned()));
    assert_eq!(
        (scene.datatake.as_deref(), scene.thumbnail.as_deref()),
        (Some("landsat-8_123_20240510"), Some("https://ims.example.org/thumbnail/a.jpg"))
    );
    // The outline itself, not the box around it.
    assert_eq!(scene.footprint.0[0].exterior().0[0], geo::coord! { x: 115.0, y: 39.5 });
    let [tar] = scene.packages.as_slice() else { panic!() };
    assert_eq!((tar.form, tar.access, tar.online), (PackageForm::LandsatTar, Access::Account(AccountKind::Usgs), true));
    assert_eq!(tar.href, "m2m:landsat_ot_c2_l2/LC81230322024131LGN00");
    assert!(!found[1].packages[0].online);
}

#[tokio::test]
async fn results_that_cannot_be_used_do_not_spoil_the_page() {
    let spoiled = |key: &str, with: Value| {
        let mut one = result(0);
        one[key] = with;
        one
    };
    let mut shapeless = spoiled("spatialCoverage", Value::Null);
    shapeless["spatialBounds"] = Value::Null;
    shapeless["entityId"] = "e".into();
    let all = vec![
        shapeless,
        spoiled("displayId", "LC08_L1TP_233083_20160911_20170321_01_T1".into()),
        spoiled("displayId", "LC08_L1TP_123032_20240512_20240520_02_T1".into()),
        spoiled("displayId", "LE07_L2SP_123032_20240512_20240520_02_T1".into()),
        spoiled("displayId", Value::Null),
        spoiled("entityId", "a/b".into()),
        json!(7),
        result(2),
    ];
    let mut boxed = result(3);
    boxed["spatialCoverage"] = Value::Null;
    boxed["cloudCover"] = "-1.00".into();
    boxed["temporalCoverage"] = Value::Null;
    let all = [all, vec![boxed]].concat();
    let server = service(move |_, _| envelope(json!({"results": all, "totalHits": 9, "nextRecord": 1}))).await;
    let found = run(&server, &query()).await.unwrap();
    assert_eq!(found.iter().map(|scene| scene.name.clone().unwrap()).collect::<Vec<_>>(), [name(2), name(3)]);
    assert_eq!((found[1].cloud_cover, found[1].datetime.to_string()), (None, "2024-05-13T00:00:00Z".to_owned()));
}

#[tokio::test]
async fn errors_within_successes_are_errors() {
    for (reply, code, expected, requests) in [
        (refusal(200, "UNAUTHORIZED_USER", "Unable to validate user API permissions."), "provider-failed", "ask for access to M2M", 1),
        (refusal(200, "AUTH_UNAUTHROIZED", "Approved role required"), "provider-failed", "Approved role required", 1),
        (refusal(403, "UNAUTHORIZED_USER", "no permissions"), "provider-failed", "ask for access to", 1),
        (refusal(200, "AUTH_INVALID", "User credential verification failed"), "needs-account", "credential verification", 2),
        (refusal(200, "INPUT_FORMAT", "Invalid date"), "provider-failed", "Invalid date", 1),
        (refusal(200, "NOT_FOUND", "Dataset not found"), "provider-failed", "Dataset not found", 1),
        (refusal(200, "RATE_LIMIT", "Rate limit exceeded"), "provider-failed", "fewer requests", 3),
        (refusal(200, "RATE_LIMIT_USER_DL", "too many"), "provider-failed", "fewer requests", 3),
        (refusal(200, "SERVER_ERROR", "oops"), "provider-failed", "oops", 3),
        (Reply::json(200, &json!({"message": "in maintenance"})), "provider-failed", "in maintenance", 1),
        (Reply::json(200, &json!({"data": {}, "errorCode": null})), "provider-failed", "no `results`", 1),
        (Reply { status: 200, headers: vec![], body: "<html>Down for maintenance</html>".into() }, "provider-failed", "Down for", 1),
    ] {
        let server = service(move |_, _| reply.clone()).await;
        match run(&server, &query()).await {
            Err(Stop::Failed(error)) => {
                assert!(error.to_string().contains(expected) && error.code() == code, "{expected}: {error} ({})", error.code());
                assert!(!error.to_string().contains("KEY"), "{error}");
            }
            other => panic!("{expected}: {other:?}"),
        }
        let searches = server.asked().iter().filter(|one| one.uri.ends_with("scene-search")).count();
        assert_eq!(searches, requests, "{expected}");
    }
}

#[tokio::test]
async fn a_session_that_has_ended_is_begun_again_and_a_limit_is_waited_for() {
    for (code, status) in [("AUTH_EXPIRED", 200), ("AUTH_INVALID", 200), ("AUTH_INVALID", 401)] {
        let server = service(move |asked, _| match asked.headers["x-auth-token"].to_str().unwrap() {
            "KEY0" => refusal(status, code, "Session expired"),
            _ => results(0, 2, 2, 1),
        })
        .await;
        assert_eq!(run(&server, &query()).await.unwrap().len(), 2, "{code} {status}");
        let logins = server.asked().iter().filter(|one| one.uri.ends_with("login-token")).count();
        assert_eq!(logins, 2, "{code} {status}");
    }
    let turn = AtomicUsize::new(0);
    let server = service(move |_, _| match turn.fetch_add(1, Ordering::SeqCst) {
        0 => refusal(200, "RATE_LIMIT", "Rate limit exceeded"),
        _ => results(0, 1, 1, 1),
    })
    .await;
    assert_eq!(run(&server, &query()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn without_an_account_nothing_is_asked() {
    let server = service(|_, _| results(0, 1, 1, 1)).await;
    let client = Client::new(options(&server)).unwrap();
    let result = search(&client, &provider(&server), &query(), &Never, &mut |_| ()).await;
    assert_eq!(result, Err(Stop::Failed(RemoteError::NeedsAccount { account: AccountKind::Usgs })));
    assert_eq!(server.asked().len(), 0);
}

const HREF: &str = "m2m:landsat_ot_c2_l2/LC81230322024131LGN00";

fn offers(available: bool) -> Value {
    let one = |id: &str, name: &str| json!({"id": id, "entityId": "LC81230322024131LGN00", "productName": name, "available": available, "filesize": 912345678u64, "downloadSystem": "ls_zip"});
    json!([one("look", "LandsatLook Natural Color Image"), one("bundle", "Landsat Collection 2 Level-2 Product Bundle")])
}

#[tokio::test]
async fn a_package_becomes_an_address() {
    let ready = || json!([{"downloadId": 7, "entityId": "LC81230322024131LGN00", "url": "SERVER/tar?secret=1"}]);
    for (what, request, retrieves) in [
        ("at once", json!({"availableDownloads": ready(), "preparingDownloads": []}), vec![]),
        (
            "after a while",
            json!({"availableDownloads": [], "preparingDownloads": [{"downloadId": 7}]}),
            vec![json!([]), json!([]), ready()],
        ),
        ("asked for before", json!({"availableDownloads": [], "duplicateProducts": {"7": "of-old"}}), vec![ready()]),
    ] {
        let left = std::sync::Mutex::new(std::collections::VecDeque::from(retrieves.clone()));
        let old = what == "asked for before";
        let server = service(move |asked, call| match call {
            "download-options" => envelope(offers(true)),
            "download-request" => envelope(request.clone()),
            "download-retrieve" => {
                assert_eq!(asked.json()["label"], if old { "of-old" } else { "swath-LC81230322024131LGN00" });
                let other = json!({"entityId": "ANOTHER", "url": "http://127.0.0.1:1/x"});
                let mut available = left.lock().unwrap().pop_front().unwrap();
                available.as_array_mut().unwrap().insert(0, other);
                envelope(json!({"available": available, "requested": []}))
            }
            _ => refusal(200, "NOT_FOUND", call),
        })
        .await;
        let resolved = resolve_m2m(&client(&server), &base(&server), HREF, &Never).await.unwrap();
        assert_eq!((resolved.url.clone(), resolved.size), (format!("{}/tar?secret=1", server.address), Some(912345678)), "{what}");
        assert!(!format!("{resolved:?}").contains("secret"), "{resolved:?}");
        let asked = server.asked();
        assert_eq!(asked[1].json(), json!({"datasetName": "landsat_ot_c2_l2", "entityIds": ["LC81230322024131LGN00"]}));
        let download = json!([{"entityId": "LC81230322024131LGN00", "productId": "bundle"}]);
        assert_eq!(asked[2].json()["downloads"], download, "{what}");
        assert_eq!(asked.len(), 3 + retrieves.len(), "{what}");
    }
}

#[tokio::test]
async fn a_package_that_cannot_be_had_says_why() {
    for (what, options, request, expected) in [
        ("not offered", json!([]), json!({}), "does not offer"),
        ("not now", offers(false), json!({}), "at the moment"),
        ("failed", offers(true), json!({"availableDownloads": [], "failed": [{"errorMessage": "no longer there"}]}), "no longer there"),
        ("never ready", offers(true), json!({"availableDownloads": [], "preparingDownloads": [{}]}), "sent nothing for"),
    ] {
        let server = service(move |_, call| match call {
            "download-options" => envelope(options.clone()),
            "download-request" => envelope(request.clone()),
            _ => envelope(json!({"available": [], "requested": []})),
        })
        .await;
        let mut options = options_of(&server);
        options.first_wait = Duration::from_micros(10);
        let client = with(&server, options);
        match resolve_m2m(&client, &base(&server), HREF, &Never).await {
            Err(Stop::Failed(error)) => assert!(error.to_string().contains(expected), "{what}: {error}"),
            other => panic!("{what}: {other:?}"),
        }
    }
    let server = service(|_, _| envelope(json!([]))).await;
    for href in ["m2m:dataset", "https://example.org/x?secret=1"] {
        let error = resolve_m2m(&client(&server), &base(&server), href, &Never).await.unwrap_err();
        assert!(matches!(&error, Stop::Failed(RemoteError::Unsupported { what }) if !what.contains("secret")), "{error:?}");
    }
}

fn options_of(server: &Server) -> ClientOptions {
    options(server)
}

fn with(server: &Server, options: ClientOptions) -> Client {
    Client::with_accounts(options, client(server).accounts().clone()).unwrap()
}

/// Cancels once something has been asked for.
struct After(Arc<Server>, usize);

impl Monitor for After {
    fn report(&self, _: Report) {}
    fn is_cancelled(&self) -> bool {
        self.0.asked().len() >= self.1
    }
}

#[tokio::test]
async fn waiting_for_a_product_ends_when_cancelled() {
    let server = service(|_, call| match call {
        "download-options" => envelope(offers(true)),
        "download-request" => envelope(json!({"availableDownloads": [], "preparingDownloads": [{}]})),
        _ => envelope(json!({"available": [], "requested": []})),
    })
    .await;
    let client = with(&server, ClientOptions { first_wait: Duration::from_secs(60), ..options(&server) });
    let begun = std::time::Instant::now();
    let result = resolve_m2m(&client, &base(&server), HREF, &After(server.clone(), 4)).await;
    assert_eq!(result, Err(Stop::Cancelled));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_session_is_given_back() {
    let server = service(|_, _| envelope(json!(true))).await;
    m2m::logout(&client(&server), &base(&server), &Never).await.unwrap();
    assert_eq!(server.asked().last().unwrap().uri, "/api/json/stable/logout");
}

#[tokio::test]
async fn recorded_answers_are_read() {
    let mut shared = Shared::open();
    let Some(recorded) = shared.recordings("api/usgs-m2m/kapadia_scene-search").pop() else {
        return println!("skipped: no recordings at SWATH_SHARED");
    };
    // Recorded in the days of Collection 1, which is refused; the same page with a name of Collection 2 is a scene.
    let server = {
        let reply = recorded.reply.clone();
        service(move |_, _| reply.clone()).await
    };
    let mut wide = query();
    wide.area = Aoi::from_bbox([-71.0, -34.0, -70.0, -33.0]).unwrap();
    wide.dates = DateRange::new("2016-09-01".parse().unwrap(), "2016-09-30".parse().unwrap()).unwrap();
    wide.max_cloud = None;
    assert_eq!(run(&server, &wide).await.unwrap(), []);
    let reply = recorded.reply.replaced("LC08_L1TP_233083_20160911_20170321_01_T1", "LC08_L2SP_233083_20160911_20200906_02_T1");
    let server = service(move |_, _| reply.clone()).await;
    let found = run(&server, &wide).await.unwrap();
    assert_eq!((found.len(), found[0].cloud_cover, found[0].tile.as_deref()), (1, Some(44.79), Some("233083")));
    // What was offered then was called otherwise.
    let recorded = shared.recordings("api/usgs-m2m/kapadia_download-options").remove(0).reply;
    let server = service(move |asked, call| match call {
        "download-options" => recorded.clone(),
        "download-request" => {
            assert_eq!(asked.json()["downloads"][0]["productId"], "5e83d0b84df8d8c2");
            envelope(json!({"availableDownloads": [{"url": "SERVER/tar"}]}))
        }
        _ => refusal(200, "NOT_FOUND", call),
    })
    .await;
    let resolved = resolve_m2m(&client(&server), &base(&server), "m2m:landsat_8_c1/LC82260782020217LGN00", &Never).await.unwrap();
    assert_eq!(resolved.size, Some(904370712));
}
