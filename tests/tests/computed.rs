//! A picture that a service computes: asked for in the area's own grid, with an account, written whole.

#![allow(clippy::unwrap_used, reason = "a test gives up where something is missing")]

use std::sync::{Arc, Mutex};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde_json::{Value, json};
use swath_domain::{AccountKind, Aoi, Band, DateRange, Never, Sensor};
use swath_library::Library;
use swath_pipeline::{Engine, EngineOptions, Limits};
use swath_remote::{
    Accounts, ClientOptions, Endpoints,
    process::Picture,
    provider::{Kind, Provider, built_in},
};

type Bodies = Arc<Mutex<Vec<Value>>>;

#[tokio::test]
async fn a_picture_is_computed_for_the_area_and_kept_whole() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let bodies = Bodies::default();
    let token = || async { Json(json!({"access_token": "t", "expires_in": 600})) };
    let compute = |State(bodies): State<Bodies>, Json(body): Json<Value>| async move {
        bodies.lock().unwrap().push(body);
        // The head of a TIFF is all that is looked at besides its length.
        (StatusCode::OK, [("content-type", "image/tiff")], b"II*\0\x08\0\0\0\0\0\0\0\0\0".to_vec())
    };
    let router = Router::new().route("/token", post(token)).route("/api/v1/process", post(compute)).with_state(bodies.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });

    let folder = tempfile::tempdir().unwrap();
    let accounts = Accounts::session_only();
    let fields = [("client-id", "me"), ("client-secret", "it")].map(|(name, text)| (name.to_owned(), text.to_owned()));
    accounts.set(AccountKind::SentinelHub, fields.into()).unwrap();
    let endpoints = Endpoints {
        sentinel_hub_token: format!("{base}/token"),
        sentinel_hub_hosts: vec![base.trim_start_matches("http://").to_owned()],
        ..Endpoints::default()
    };
    let hub = built_in(None).into_iter().find(|provider| provider.id == "sentinel-hub").unwrap();
    let engine = Engine::start(
        Library::open(&folder.path().join("data")).unwrap(),
        EngineOptions {
            client: ClientOptions { endpoints, ..ClientOptions::default() },
            accounts,
            providers: vec![Provider { kind: Kind::SentinelHub { url: base }, ..hub }],
            limits: Limits::default(),
            jobs_at_once: 1,
            take_up_queued: false,
            transfers: None,
        },
    )
    .unwrap();
    let area = Aoi::from_bbox([15.2, 45.3, 15.21, 45.31]).unwrap();
    let dates = DateRange::new("2025-06-01".parse().unwrap(), "2025-06-30".parse().unwrap()).unwrap();
    let bands = Picture::Values(vec![Band::Red, Band::Nir]);
    let request = engine.picture_of(Sensor::Sentinel2L2a, bands, &area, dates, 20.0).await.unwrap();
    let grid = &request.grid;
    assert_eq!(grid.crs.epsg_code(), Some(32633));
    assert!(grid.transform.west % 20.0 == 0.0 && grid.transform.north % 20.0 == 0.0, "{grid:?}");
    let to = folder.path().join("june.tif");
    let bytes = engine.compute(&request, &to, &Never).await.unwrap();
    assert_eq!((bytes, std::fs::metadata(&to).unwrap().len()), (14, 14));
    let asked = bodies.lock().unwrap();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["output"]["width"], grid.width);
    let times = &asked[0]["input"]["data"][0]["dataFilter"]["timeRange"];
    assert!(
        times["from"].as_str().unwrap().starts_with("2025-06-01T00:00:00")
            && times["to"].as_str().unwrap().starts_with("2025-06-30T23:59:59")
    );
}
