//! Rows of Sentinel Hub.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use swath_domain::{AccountKind, Aoi, Asset, Band, DateRange, Evidence, Merger, Never, Query, Radiometry, Scene, SceneId, Sensor, Stop};
use swath_remote::provider::{Kind, Provider, built_in};
use swath_remote::{Accounts, Client, ClientOptions, Endpoints, RemoteError, search};

use crate::replay::{Asked, Reply, Server, Shared};
use crate::table::{Column, Table};

const ID: &str = "sentinel-hub";

pub async fn rows(table: &mut Table, _shared: &mut Shared) {
    let server = service(|asked| match asked.json()["next"].as_u64() {
        None => page(&[item(0), item(1)], Some(2)),
        Some(2) => page(&[item(1), json!({"id": "S2A"}), item(2)], Some(5)),
        _ => page(&[item(3)], None),
    })
    .await;
    let scenes = found(&server, &query()).await.unwrap();
    table.same(ID, Column::Page, "all pages, and no more", (scenes.len(), server.asked().len()), (4, 4));
    let scene = scenes[0].clone();
    let said = (scene.cloud_cover, scene.tile.as_deref(), scene.relative_orbit, scene.platform.as_str());
    table.same(ID, Column::Parse, "what it says", said, (Some(3.5), Some("33TWL"), Some(22), "sentinel-2a"));
    table.same(ID, Column::Parse, "there are no files", (scene.assets.len(), scene.packages.len()), (0, 0));
    let id = SceneId::new("earth-search", "sentinel-2-c1-l2a", "S2A_T33TWL_20240507T100000_L2A");
    let red = Asset::new("https://files.example/B04.tif", Radiometry::identity(Some(0.0), Evidence::Metadata));
    let other = Scene {
        name: scene.name.clone(),
        assets: BTreeMap::from([(Band::Red, red)]),
        ..Scene::new(id.clone(), scene.sensor, scene.datetime, scene.footprint.clone())
    };
    let mut merger = Merger::new(vec![ID.into(), "earth-search".into()]);
    merger.add(scenes);
    merger.add(vec![other]);
    let told = merger.finish();
    table.same(ID, Column::Merge, "products", told.len(), 4);
    let best = told.iter().find(|change| change.scene.id == id).map(|change| (change.scene.providers().count(), change.scene.assets.len()));
    table.same(ID, Column::Merge, "who has files describes it", best, Some((2, 1)));
    wrong(table).await;
}

async fn wrong(table: &mut Table) {
    for (reply, words) in [
        (Reply::json(401, &json!({"message": "You are not authorized!"})), "not authorized"),
        (Reply::json(403, &json!({"message": "Insufficient permissions"})), "Insufficient permissions"),
        (Reply::json(400, &json!({"description": "Property eo:cloudy is not supported."})), "eo:cloudy"),
        (Reply { status: 200, headers: Vec::new(), body: "<html>moved</html>".into() }, "moved"),
    ] {
        let server = service(move |_| reply.clone()).await;
        let result = match found(&server, &query()).await {
            Err(error) if error.to_string().contains(words) && !error.to_string().contains("TOKEN") => Ok(()),
            other => Err(format!("{:?}", other.map(|scenes| scenes.len()))),
        };
        table.check(ID, Column::Error, words, result);
    }
    // The time to wait is one of milliseconds.
    let turn = std::sync::atomic::AtomicUsize::new(0);
    let server = service(move |_| match turn.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
        0 => Reply { status: 429, headers: vec![("retry-after".into(), "50".into())], body: "{}".into() },
        _ => page(&[item(0)], None),
    })
    .await;
    let scenes = found(&server, &query()).await.map(|scenes| scenes.len()).map_err(|error| error.to_string());
    table.same(ID, Column::Error, "too often", scenes, Ok(1));
}

async fn service(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Arc<Server> {
    Server::start(move |asked| match asked.uri.as_str() {
        "/token" => Reply::json(200, &json!({"access_token": "TOKEN", "expires_in": 600, "token_type": "Bearer"})),
        _ => answer(asked),
    })
    .await
}

async fn found(server: &Server, query: &Query) -> Result<Vec<Scene>, RemoteError> {
    let accounts = Accounts::session_only();
    let fields = [("client-id", "me"), ("client-secret", "S3CRET")].map(|(name, text)| (name.to_owned(), text.to_owned()));
    accounts.set(AccountKind::SentinelHub, BTreeMap::from(fields)).unwrap();
    let (host, token) = (server.address.trim_start_matches("http://").to_owned(), format!("{}/token", server.address));
    let options = ClientOptions {
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_secs(3),
        endpoints: Endpoints { sentinel_hub_token: token, sentinel_hub_hosts: vec![host], ..Endpoints::default() },
        ..ClientOptions::default()
    };
    let client = Client::with_accounts(options, accounts).unwrap();
    let known = built_in(None).into_iter().find(|provider| provider.id == ID).unwrap();
    let kind = Kind::SentinelHub { url: server.address.clone() };
    let mut all = Vec::new();
    match search(&client, &Provider { kind, requests_per_second: 0.0, ..known }, query, &Never, &mut |page| all.extend(page)).await {
        Ok(_) => Ok(all),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Cancelled) => unreachable!("nobody cancels"),
    }
}

fn query() -> Query {
    let dates = DateRange::new("2024-05-01".parse().unwrap(), "2024-05-31".parse().unwrap()).unwrap();
    let area = Aoi::from_bbox([10.2, 45.2, 10.4, 45.4]).unwrap();
    Query { area, dates, sensors: vec![Sensor::Sentinel2L2a], max_cloud: None, filters: Default::default() }
}

fn item(n: usize) -> Value {
    json!({
        "id": format!("S2A_MSIL2A_20240507T10000{n}_N0510_R022_T33TWL_20240507T120000.SAFE"),
        "geometry": {"type": "MultiPolygon", "coordinates": [[[[10, 45], [11, 45], [11, 46], [10, 46], [10, 45]]]]},
        "properties": {"datetime": format!("2024-05-07T10:00:0{n}Z"), "platform": "sentinel-2a", "eo:cloud_cover": 3.5},
    })
}

fn page(items: &[Value], next: Option<u64>) -> Reply {
    let mut context = json!({"limit": 100, "returned": items.len()});
    if let Some(next) = next {
        context["next"] = next.into();
    }
    Reply::json(200, &json!({"type": "FeatureCollection", "features": items, "context": context}))
}
