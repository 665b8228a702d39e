//! Sentinel Hub: its catalogue, and pictures that it computes.

#![allow(clippy::unwrap_used, clippy::print_stdout, dead_code, unreachable_pub, reason = "a test that cannot go on has failed")]

#[path = "conformance/replay.rs"]
mod replay;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use replay::{Asked, Reply, Server};
use serde_json::{Value, json};
use swath_domain::{
    AccountKind, Aoi, Band, Bounds, Crs, DateRange, Filters, Grid, Monitor, Never, OrbitDirection, Query, Report, Scene, Sensor, Stop,
};
use swath_remote::process::{MOST_PIXELS, Order, Picture, ProcessRequest, process};
use swath_remote::provider::{Kind, Provider, built_in};
use swath_remote::{Accounts, Client, ClientOptions, Endpoints, RemoteError, search};

fn options(server: &Server) -> ClientOptions {
    let host = server.address.trim_start_matches("http://").to_owned();
    ClientOptions {
        first_byte: Duration::from_secs(5),
        stall: Duration::from_millis(500),
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_secs(5),
        endpoints: Endpoints {
            sentinel_hub_token: format!("{}/token", server.address),
            sentinel_hub_hosts: vec![host],
            ..Endpoints::default()
        },
        ..ClientOptions::default()
    }
}

fn client(server: &Server) -> Client {
    let accounts = Accounts::session_only();
    let fields = [("client-id", "me"), ("client-secret", "S3CRET")].map(|(name, text)| (name.to_owned(), text.to_owned()));
    accounts.set(AccountKind::SentinelHub, BTreeMap::from(fields)).unwrap();
    Client::with_accounts(options(server), accounts).unwrap()
}

/// Gives everybody a token that is new each time, and answers everything else as told.
async fn service(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Arc<Server> {
    let logins = AtomicUsize::new(0);
    Server::start(move |asked| match asked.uri.as_str() {
        "/token" => {
            let token = format!("TOKEN{}", logins.fetch_add(1, Ordering::SeqCst));
            Reply::json(200, &json!({"access_token": token, "expires_in": 600, "token_type": "Bearer"}))
        }
        _ => answer(asked),
    })
    .await
}

fn provider(server: &Server) -> Provider {
    let known = built_in(None).into_iter().find(|one| matches!(one.kind, Kind::SentinelHub { .. })).unwrap();
    Provider { kind: Kind::SentinelHub { url: server.address.clone() }, requests_per_second: 0.0, ..known }
}

fn query(sensor: Sensor) -> Query {
    let dates = DateRange::new("2024-05-01".parse().unwrap(), "2024-05-31".parse().unwrap()).unwrap();
    let area = Aoi::from_bbox([10.2, 45.2, 10.4, 45.4]).unwrap();
    Query { area, dates, sensors: vec![sensor], max_cloud: None, filters: Filters::default() }
}

async fn run(server: &Server, query: &Query) -> Result<Vec<Scene>, Stop<RemoteError>> {
    let mut all = Vec::new();
    let count = search(&client(server), &provider(server), query, &Never, &mut |page| all.extend(page)).await?;
    assert_eq!(count, all.len());
    Ok(all)
}

fn name(n: usize) -> String {
    format!("S2A_MSIL2A_20240507T100{:03}_N0510_R022_T33TWL_20240507T120000", n)
}

fn item(n: usize) -> Value {
    json!({
        "type": "Feature", "id": format!("{}.SAFE", name(n)), "bbox": [10, 45, 11, 46], "collection": "sentinel-2-l2a", "assets": {},
        "geometry": {"type": "MultiPolygon", "crs": {"type": "name"}, "coordinates": [[[[10, 45], [11, 45], [11, 46], [10, 46], [10, 45]]]]},
        "properties": {"datetime": format!("2024-05-07T10:00:{:02}Z", n % 60), "platform": "sentinel-2a", "eo:cloud_cover": 3.5, "proj:epsg": 32632},
    })
}

fn page(items: Vec<Value>, next: Option<u64>) -> Reply {
    let mut context = json!({"limit": 100, "returned": items.len()});
    if let Some(next) = next {
        context["next"] = next.into();
    }
    Reply::json(200, &json!({"type": "FeatureCollection", "features": items, "context": context}))
}

#[tokio::test]
async fn pages_are_numbers_and_the_token_is_shared() {
    let server = service(|asked| match asked.json()["next"].as_u64() {
        None => page((0..3).map(item).collect(), Some(3)),
        Some(3) => page((2..5).map(item).collect(), Some(6)),
        Some(6) => page(vec![item(5)], None),
        other => panic!("{other:?}"),
    })
    .await;
    let found = run(&server, &query(Sensor::Sentinel2L2a)).await.unwrap();
    assert_eq!(found.iter().map(|scene| scene.name.clone().unwrap()).collect::<Vec<_>>(), (0..6).map(name).collect::<Vec<_>>());
    let asked = server.asked();
    assert_eq!(asked.iter().filter(|one| one.uri == "/token").count(), 1);
    assert!(asked[1..].iter().all(|one| one.headers["authorization"] == "Bearer TOKEN0" && one.uri == "/api/v1/catalog/1.0.0/search"));
    // It stays where it is, or brings nothing new.
    for next in [0, 1000] {
        let server = service(move |asked| page(vec![item(0)], Some(asked.json()["next"].as_u64().unwrap_or(0) + next))).await;
        assert_eq!(run(&server, &query(Sensor::Sentinel2L2a)).await.unwrap().len(), 1);
        assert!(server.asked().len() <= 3);
    }
}

#[tokio::test]
async fn the_question_says_all() {
    let ring = json!([[[10.2, 45.2], [10.4, 45.2], [10.4, 45.4], [10.2, 45.4], [10.2, 45.2]]]);
    for (sensor, cloud, direction, filter) in [
        (Sensor::Sentinel2L2a, None, Some(OrbitDirection::Ascending), None),
        (Sensor::Sentinel2L2a, Some(20.0), None, Some(json!({"op": "<=", "args": [{"property": "eo:cloud_cover"}, 20.0]}))),
        (Sensor::Sentinel1Grd, Some(20.0), None, None),
        (
            Sensor::Sentinel1Grd,
            None,
            Some(OrbitDirection::Descending),
            Some(json!({"op": "=", "args": [{"property": "sat:orbit_state"}, "descending"]})),
        ),
    ] {
        let server = service(|_| page(vec![], None)).await;
        let filters = Filters { orbit_direction: direction, ..Filters::default() };
        run(&server, &Query { max_cloud: cloud, filters, ..query(sensor) }).await.unwrap();
        let mut expected = json!({
            "collections": [sensor.name()], "intersects": {"type": "Polygon", "coordinates": ring},
            "datetime": "2024-05-01T00:00:00Z/2024-05-31T23:59:59.999Z", "limit": 100,
        });
        if let Some(filter) = filter {
            expected["filter"] = filter;
            expected["filter-lang"] = "cql2-json".into();
        }
        assert_eq!(server.asked()[1].json(), expected);
    }
}

#[tokio::test]
async fn items_become_scenes_without_files() {
    let radar = json!({
        "id": "S1A_IW_GRDH_1SDV_20240507T052021_20240507T052046_053763_06882C_1B2D", "geometry": item(0)["geometry"],
        "properties": {"datetime": "2024-05-07T05:20:21Z", "platform": "sentinel-1a", "sat:orbit_state": "descending", "s1:polarization": "DV"},
    });
    let mut shapeless = item(1);
    shapeless["geometry"] = Value::Null;
    let mut timeless = item(2);
    timeless["properties"] = json!({});
    let optical = vec![shapeless, timeless, json!({"id": "../x"}), json!(7), item(3)];
    let server = service(move |asked| match asked.json()["collections"][0].as_str().unwrap() {
        "sentinel-1-grd" => page(vec![radar.clone()], None),
        _ => page(optical.clone(), None),
    })
    .await;
    let both = Query { sensors: vec![Sensor::Sentinel2L2a, Sensor::Sentinel1Grd], ..query(Sensor::Sentinel2L2a) };
    let found = run(&server, &both).await.unwrap();
    let [optical, radar] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(optical.id.0, format!("sentinel-hub/sentinel-2-l2a/{}", name(3)));
    assert_eq!((optical.cloud_cover, optical.tile.as_deref(), optical.relative_orbit), (Some(3.5), Some("33TWL"), Some(22)));
    assert_eq!((optical.baseline.as_deref(), optical.assets.len(), optical.packages.len()), (Some("05.10"), 0, 0));
    assert_eq!(
        (radar.orbit_direction, radar.polarisations.as_slice()),
        (Some(OrbitDirection::Descending), [Band::Vv, Band::Vh].as_slice())
    );
}

#[tokio::test]
async fn tokens_are_renewed_once_and_what_goes_wrong_is_said() {
    let server = service(|asked| match asked.headers["authorization"].to_str().unwrap() {
        "Bearer TOKEN0" => Reply::json(401, &json!({"message": "token has expired"})),
        _ => page(vec![item(0)], None),
    })
    .await;
    assert_eq!(run(&server, &query(Sensor::Sentinel2L2a)).await.unwrap().len(), 1);
    for (reply, code, expected) in [
        (Reply::json(401, &json!({"message": "You are not authorized!"})), "needs-account", "not authorized"),
        (Reply::json(403, &json!({"message": "Insufficient permissions"})), "provider-failed", "Insufficient permissions"),
        (
            Reply::json(400, &json!({"code": 400, "description": "Property eo:cloudy is not supported."})),
            "provider-failed",
            "not supported",
        ),
        (Reply { status: 200, headers: vec![], body: "<html>moved</html>".into() }, "provider-failed", "moved"),
        (Reply::json(200, &json!({"type": "FeatureCollection"})), "provider-failed", "no `features`"),
    ] {
        let server = service(move |_| reply.clone()).await;
        match run(&server, &query(Sensor::Sentinel2L2a)).await {
            Err(Stop::Failed(error)) => {
                assert!(error.code() == code && error.to_string().contains(expected), "{error} ({})", error.code());
                assert!(!error.to_string().contains("TOKEN"), "{error}");
            }
            other => panic!("{other:?}"),
        }
    }
    let server = service(|_| page(vec![], None)).await;
    let nobody = Client::new(options(&server)).unwrap();
    let result = search(&nobody, &provider(&server), &query(Sensor::Sentinel2L2a), &Never, &mut |_| ()).await;
    assert_eq!(result, Err(Stop::Failed(RemoteError::NeedsAccount { account: AccountKind::SentinelHub })));
    assert_eq!(server.asked().len(), 0);
}

fn grid(width: u32, height: u32) -> Grid {
    let (east, north) = (500_000.0 + f64::from(width) * 10.0, 5_000_000.0 + f64::from(height) * 10.0);
    Grid::covering(Crs::epsg(32632), Bounds { west: 500_000.0, south: 5_000_000.0, east, north }, 10.0, (0.0, 0.0)).unwrap()
}

fn request(server: &Server, picture: Picture, grid: Grid) -> ProcessRequest {
    let times = ("2024-05-07T00:00:00Z".parse().unwrap(), "2024-05-07T23:59:59Z".parse().unwrap());
    ProcessRequest { url: server.address.clone(), ..ProcessRequest::new(Sensor::Sentinel2L2a, picture, grid, times) }
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut all = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    all.extend(width.to_be_bytes());
    all.extend(height.to_be_bytes());
    all.extend([8, 6, 0, 0, 0]);
    all
}

/// A whole TIFF of 32-bit floating point numbers in one strip.
fn tiff(width: u32, height: u32, bands: u32) -> Vec<u8> {
    let length = width * height * bands * 4;
    let tags = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 32),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (277, 3, 1, bands),
        (278, 4, 1, height),
        (279, 4, 1, length),
        (339, 3, 1, 3),
    ];
    let mut all = b"II*\0".to_vec();
    all.extend((8 + length).to_le_bytes());
    (0..length / 4).for_each(|i| all.extend((i as f32 / 1000.0).to_le_bytes()));
    all.extend((tags.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in tags {
        all.extend([u16::to_le_bytes(tag), u16::to_le_bytes(kind)].concat());
        all.extend([u32::to_le_bytes(count), value.to_le_bytes()].concat());
    }
    all.extend([0; 4]);
    all
}

fn bytes(body: Vec<u8>) -> Reply {
    Reply { status: 200, headers: Vec::new(), body: body.into() }
}

#[tokio::test]
async fn pictures_are_asked_for_and_written() {
    let tiff = tiff(64, 32, 2);
    let sent = tiff.clone();
    let server = service(move |asked| match asked.headers["accept"].to_str().unwrap() {
        "image/tiff" => bytes(sent.clone()),
        _ => bytes(png(64, 32)),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("values.tif");
    let mut values = request(&server, Picture::Values(vec![Band::Red, Band::Nir]), grid(64, 32));
    values.max_cloud = Some(40.0);
    values.order = Order::LeastCloud;
    let square = geo::Rect::new((500_000.0, 5_000_000.0), (500_100.0, 5_000_100.0)).to_polygon();
    values.clip = Some(geo::MultiPolygon(vec![square]));
    assert_eq!(process(&client(&server), &values, &to, &Never).await.unwrap(), tiff.len() as u64);
    assert_eq!(std::fs::read(&to).unwrap(), tiff);
    let asked = server.asked().pop().unwrap();
    assert_eq!((asked.uri.as_str(), asked.headers["authorization"].to_str().unwrap()), ("/api/v1/process", "Bearer TOKEN0"));
    let mut body = asked.json();
    let evalscript = body["evalscript"].take();
    assert!(evalscript.as_str().unwrap().contains(r#"["B04", "B08", "dataMask"]"#), "{evalscript}");
    let clip = body["input"]["bounds"]["geometry"].take();
    assert_eq!((clip["type"].as_str(), clip["coordinates"][0][0].as_array().unwrap().len()), (Some("MultiPolygon"), 5));
    let filter = json!({"timeRange": {"from": "2024-05-07T00:00:00Z", "to": "2024-05-07T23:59:59Z"}, "mosaickingOrder": "leastCC", "maxCloudCoverage": 40.0});
    let expected = json!({
        "input": {
            "bounds": {
                "bbox": [500000.0, 5000000.0, 500640.0, 5000320.0], "geometry": null,
                "properties": {"crs": "http://www.opengis.net/def/crs/EPSG/0/32632"}},
            "data": [{"type": "sentinel-2-l2a", "dataFilter": filter, "processing": {"harmonizeValues": true}}]},
        "output": {"width": 64, "height": 32, "responses": [{"identifier": "default", "format": {"type": "image/tiff"}}]},
        "evalscript": null,
    });
    assert_eq!(body, expected);
    let to = folder.path().join("colours.png");
    process(&client(&server), &request(&server, Picture::TrueColour, grid(64, 32)), &to, &Never).await.unwrap();
    assert_eq!(std::fs::read(&to).unwrap(), png(64, 32));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside them");
}

#[tokio::test]
async fn what_is_no_picture_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("x.tif");
    std::fs::write(&to, "from before").unwrap();
    let values = || Picture::Values(vec![Band::Red]);
    for (picture, reply, expected) in [
        (values(), bytes(b"<html>Sign in</html>".to_vec()), "Sign in"),
        (values(), bytes(png(8, 8)), "no TIFF"),
        (values(), bytes(Vec::new()), "no TIFF"),
        (values(), bytes([b"II*\0".to_vec(), vec![0; 3 << 20]].concat()), "longer than"),
        (Picture::TrueColour, bytes(png(9, 8)), "9 × 8 pixels instead of 8 × 8"),
        (Picture::TrueColour, bytes(b"II*\0".to_vec()), "no PNG"),
        (values(), Reply::json(400, &json!({"error": {"status": 400, "reason": "Bad Request", "message": "Script failed"}})), "400"),
        (values(), Reply::json(403, &json!({"message": "Insufficient processing units"})), "processing units"),
    ] {
        let server = service(move |_| reply.clone()).await;
        match process(&client(&server), &request(&server, picture, grid(8, 8)), &to, &Never).await {
            Err(Stop::Failed(error)) => assert!(error.to_string().contains(expected), "{expected}: {error}"),
            other => panic!("{expected}: {other:?}"),
        }
        assert_eq!(std::fs::read(&to).unwrap(), b"from before", "{expected}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "{expected}");
    }
}

#[tokio::test]
async fn the_time_to_wait_is_given_in_milliseconds() {
    let turn = AtomicUsize::new(0);
    let server = service(move |_| match turn.fetch_add(1, Ordering::SeqCst) {
        0 => Reply { status: 429, headers: vec![("retry-after".into(), "120".into())], body: "{}".into() },
        _ => bytes(tiff(64, 32, 2)),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let request = request(&server, Picture::Values(vec![Band::Red]), grid(8, 8));
    process(&client(&server), &request, &folder.path().join("x.tif"), &Never).await.unwrap();
    assert!((Duration::from_millis(110)..Duration::from_secs(30)).contains(&begun.elapsed()), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn large_pictures_are_refused_or_cut_and_the_price_is_known() {
    let server = service(|_| bytes(Vec::new())).await;
    let large = request(&server, Picture::Values(vec![Band::Red, Band::Green, Band::Blue]), grid(6000, 2500));
    let error = process(&client(&server), &large, "/nowhere/x.tif".as_ref(), &Never).await.unwrap_err();
    assert!(matches!(&error, Stop::Failed(RemoteError::Unsupported { what }) if what.contains("6000 × 2500")), "{error:?}");
    assert_eq!(server.asked().len(), 0);
    let tiles = large.tiles();
    assert_eq!(tiles.iter().map(|(window, _)| window.width).collect::<Vec<_>>(), [2500, 2500, 1000]);
    assert!(tiles.iter().all(|(window, tile)| tile.grid.width <= MOST_PIXELS && tile.grid == large.grid.part(*window)));
    let whole: f64 = tiles.iter().map(|(_, tile)| tile.units()).sum();
    assert!((whole - large.units()).abs() < 1e-9);
    for (sensor, picture, size, units) in [
        (Sensor::Sentinel2L2a, Picture::TrueColour, 512, 1.0),
        (Sensor::Sentinel2L2a, Picture::Values(vec![Band::Red; 3]), 512, 2.0),
        (Sensor::Sentinel2L2a, Picture::Values(vec![Band::Red; 6]), 1024, 16.0),
        (Sensor::Sentinel1Rtc, Picture::Values(vec![Band::Vv; 3]), 512, 5.0),
        (Sensor::Sentinel1Grd, Picture::Values(vec![Band::Vv; 3]), 512, 4.0),
        (Sensor::Sentinel2L2a, Picture::TrueColour, 8, 0.005),
    ] {
        let request = ProcessRequest { sensor, ..request(&server, picture, grid(size, size)) };
        assert!((request.units() - units).abs() < 1e-9, "{}", request.units());
    }
}

struct Cancelled;

impl Monitor for Cancelled {
    fn report(&self, _: Report) {}
    fn is_cancelled(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn a_picture_can_be_cancelled_and_sent_to_another_thread() {
    let server = service(|_| bytes(tiff(64, 32, 2))).await;
    let folder = tempfile::tempdir().unwrap();
    let (to, client) = (folder.path().join("x.tif"), client(&server));
    let request = request(&server, Picture::Values(vec![Band::Red]), grid(8, 8));
    let task = tokio::spawn(async move { process(&client, &request, &to, &Cancelled).await });
    assert_eq!(task.await.unwrap(), Err(Stop::Cancelled));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
