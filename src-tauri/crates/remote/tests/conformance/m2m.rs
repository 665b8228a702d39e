//! Rows of the machine-to-machine API of the USGS.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use swath_domain::{AccountKind, Aoi, DateRange, Merger, Never, Query, Scene, SceneId, Sensor, Stop, Tier};
use swath_remote::provider::{Kind, Provider, built_in};
use swath_remote::{Accounts, Client, ClientOptions, Endpoints, RemoteError, resolve_m2m, search};

use crate::replay::{Asked, Reply, Server, Shared};
use crate::table::{Column, Table};

const ID: &str = "usgs-m2m";

pub async fn rows(table: &mut Table, shared: &mut Shared) {
    recorded(table, shared).await;
    paged_and_merged(table).await;
    wrong(table, shared).await;
    shared.leave_out("api/usgs-m2m/kapadia_dataset-download-options", "what a whole dataset offers, which is not asked for");
}

fn client(server: &Server) -> Client {
    let accounts = Accounts::session_only();
    let fields = [("user", "somebody"), ("token", "T0KEN")].map(|(name, text)| (name.to_owned(), text.to_owned()));
    accounts.set(AccountKind::Usgs, BTreeMap::from(fields)).unwrap();
    let host = server.address.trim_start_matches("http://").to_owned();
    let options = ClientOptions {
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(20),
        endpoints: Endpoints { usgs: server.address.clone(), usgs_hosts: vec![host], ..Endpoints::default() },
        ..ClientOptions::default()
    };
    Client::with_accounts(options, accounts).unwrap()
}

async fn service(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Arc<Server> {
    Server::start(move |asked| match asked.uri.as_str() {
        "/login-token" => envelope(json!("KEY")),
        _ => answer(asked),
    })
    .await
}

fn envelope(data: Value) -> Reply {
    Reply::json(200, &json!({"requestId": 1, "data": data, "errorCode": null, "errorMessage": null}))
}

async fn found(server: &Server, query: &Query) -> Result<Vec<Scene>, RemoteError> {
    let known = built_in(None).into_iter().find(|provider| provider.id == ID).unwrap();
    let kind = Kind::M2m { url: server.address.clone() };
    let mut all = Vec::new();
    match search(&client(server), &Provider { kind, requests_per_second: 0.0, ..known }, query, &Never, &mut |page| all.extend(page)).await
    {
        Ok(_) => Ok(all),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Cancelled) => unreachable!("nobody cancels"),
    }
}

fn query() -> Query {
    let dates = DateRange::new("2016-09-01".parse().unwrap(), "2016-09-30".parse().unwrap()).unwrap();
    let area = Aoi::from_bbox([-71.0, -34.0, -70.0, -33.0]).unwrap();
    Query { area, dates, sensors: vec![Sensor::LandsatC2L2], max_cloud: None, filters: Default::default() }
}

fn result(day: usize) -> Value {
    json!({
        "entityId": format!("LC8233083201625{day}LGN01"), "displayId": format!("LC08_L2SP_233083_201609{day:02}_20200906_02_T1"),
        "cloudCover": "44.79", "temporalCoverage": {"startDate": format!("2016-09-{day:02} 00:00:00")},
        "spatialCoverage": {"type": "Polygon", "coordinates": [[[-72, -34], [-69, -34.2], [-69, -32], [-72, -32], [-72, -34]]]},
    })
}

async fn recorded(table: &mut Table, shared: &mut Shared) {
    if let Some(one) = shared.recordings("api/usgs-m2m/kapadia_scene-search").pop() {
        let old = one.reply.clone();
        let server = service(move |_| old.clone()).await;
        let scenes = found(&server, &query()).await.map(|scenes| scenes.len()).map_err(|error| error.to_string());
        table.same(ID, Column::Parse, "Collection 1 is left out", scenes, Ok(0));
        // Answers have kept their form, names have not.
        let new = one.reply.replaced("LC08_L1TP_233083_20160911_20170321_01_T1", "LC08_L2SP_233083_20160911_20200906_02_T1");
        let server = service(move |_| new.clone()).await;
        let scenes = found(&server, &query()).await.unwrap();
        table.same(ID, Column::Parse, "the recorded scene", scenes.len(), 1);
        if let Some(scene) = scenes.first() {
            let said = (scene.cloud_cover, scene.tile.as_deref(), scene.tier, scene.platform.as_str());
            table.same(ID, Column::Parse, "what it says", said, (Some(44.79), Some("233083"), Some(Tier::One), "landsat-8"));
            table.same(ID, Column::Parse, "package", scene.packages[0].href.as_str(), "m2m:landsat_ot_c2_l2/LC82330832016255LGN01");
            table.same(ID, Column::Parse, "picture", scene.thumbnail.as_deref().is_some_and(|href| href.ends_with(".jpg")), true);
        }
    }
    if let Some(offered) = shared.recordings("api/usgs-m2m/kapadia_download-options").pop() {
        let server = service(move |asked| match asked.uri.as_str() {
            "/download-options" => offered.reply.clone(),
            _ => envelope(json!({"availableDownloads": [{"url": "SERVER/tar"}]})),
        })
        .await;
        let resolved = resolve_m2m(&client(&server), &server.address, "m2m:landsat_8_c1/LC82260782020217LGN00", &Never).await;
        table.same(ID, Column::Parse, "size of the recorded product", resolved.ok().and_then(|one| one.size), Some(904_370_712));
    }
}

async fn paged_and_merged(table: &mut Table) {
    let server = service(|asked| {
        let from = asked.json()["startingNumber"].as_u64().unwrap() as usize;
        let results: Vec<_> = (from..(from + 2).min(6)).map(result).collect();
        envelope(json!({"results": results, "totalHits": 5, "nextRecord": from + results.len()}))
    })
    .await;
    let scenes = found(&server, &query()).await.unwrap();
    table.same(ID, Column::Page, "all pages, and no more", (scenes.len(), server.asked().len()), (5, 4));
    let own = scenes[0].clone();
    // Others leave the day of processing out of their names.
    let id = SceneId::new("planetary-computer", "landsat-c2-l2", "LC08_L2SP_233083_20160901_02_T1");
    let other = Scene {
        platform: own.platform.clone(),
        tile: own.tile.clone(),
        tier: own.tier,
        ..Scene::new(id, own.sensor, own.datetime, own.footprint.clone())
    };
    let mut merger = Merger::new(vec!["planetary-computer".into(), ID.into()]);
    merger.add(scenes);
    merger.add(vec![other]);
    let told = merger.finish();
    table.same(ID, Column::Merge, "products", told.len(), 5);
    let both = told.iter().filter(|change| change.scene.providers().count() == 2 && change.scene.packages.len() == 1).count();
    table.same(ID, Column::Merge, "one of two catalogues, with its tar", both, 1);
}

async fn wrong(table: &mut Table, shared: &mut Shared) {
    let mut told = vec![
        ("RATE_LIMIT".to_owned(), "Rate limit exceeded".to_owned(), "fewer requests"),
        ("AUTH_INVALID".to_owned(), "User credential verification failed".to_owned(), "does not accept the account"),
        ("NOT_FOUND".to_owned(), "Dataset not found".to_owned(), "Dataset not found"),
    ];
    for name in ["usgs-m2m-auth-unauthorized", "usgs-m2m-unauthorized-user"] {
        let Some(bytes) = shared.file(&format!("api/errors-reported-in-issues/{name}.json")) else { continue };
        let report: Value = serde_json::from_slice(&bytes).unwrap();
        let response = &report["response"];
        let (code, message) = match response["error"].as_str().and_then(|text| text.split_once(": ")) {
            Some((code, message)) => (code, message),
            None => (response["errorCode"].as_str().unwrap(), response["errorMessage"].as_str().unwrap()),
        };
        told.push((code.to_owned(), message.to_owned(), "ask for access to M2M"));
    }
    for (code, message, words) in told {
        let reply = Reply::json(200, &json!({"requestId": 1, "data": null, "errorCode": code, "errorMessage": message}));
        let server = service(move |_| reply.clone()).await;
        let result = match found(&server, &query()).await {
            Err(error) if error.to_string().contains(words) && !error.to_string().contains("KEY") => Ok(()),
            Err(error) => Err(error.to_string()),
            Ok(scenes) => Err(format!("{} scenes", scenes.len())),
        };
        table.check(ID, Column::Error, &code, result);
    }
}
