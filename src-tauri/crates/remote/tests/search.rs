//! Searches against servers that page in every known way, and against folders.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use common::client;
use serde_json::{Value, json};
use swath_domain::{Aoi, Band, Checksum, DateRange, Monitor, Never, Query, Report, Scene, Sensor, Stop};
use swath_remote::provider::{Collection, FilterDialect, Kind, OffsetRule, Provider};
use swath_remote::{RemoteError, search};

type Asked = (String, String, Value);

struct Server {
    address: String,
    replies: Mutex<VecDeque<(u16, Value)>>,
    asked: Mutex<Vec<Asked>>,
    landing: Mutex<Value>,
}

impl Server {
    async fn start(replies: Vec<(u16, Value)>) -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = Arc::new(Self { address, replies: Mutex::new(replies.into()), asked: Mutex::default(), landing: Mutex::default() });
        let router = Router::new().fallback(answer).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        server
    }

    fn bodies(&self) -> Vec<Value> {
        self.asked.lock().unwrap().iter().map(|(_, _, body)| body.clone()).collect()
    }
}

async fn answer(State(server): State<Arc<Server>>, request: Request) -> Response<Body> {
    let (method, uri) = (request.method().to_string(), request.uri().to_string());
    let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let (status, reply) = if uri == "/v1" {
        (200, server.landing.lock().unwrap().clone())
    } else {
        server.asked.lock().unwrap().push((method, uri, serde_json::from_slice(&body).unwrap_or_default()));
        let mut replies = server.replies.lock().unwrap();
        // The last answer is given for ever: a server that repeats itself.
        if replies.len() > 1 { replies.pop_front().unwrap() } else { replies.front().cloned().unwrap() }
    };
    let text = reply.as_str().map_or_else(|| reply.to_string(), str::to_owned).replace("SERVER", &server.address);
    Response::builder().status(status).body(text.into()).unwrap()
}

fn item(id: &str) -> Value {
    json!({
        "type": "Feature", "id": id, "collection": "c", "geometry": {"type": "Polygon", "coordinates": [[[10, 45], [11, 45], [11, 46], [10, 46], [10, 45]]]},
        "properties": {"datetime": "2025-06-10T10:00:00Z", "platform": "Sentinel-2A", "eo:cloud_cover": 20, "s2:processing_baseline": "05.11",
            "grid:code": "MGRS-33TWL", "proj:epsg": 32633},
        "assets": {"B04": {"href": "https://files.example/B04.tif", "file:size": 5,
            "proj:shape": [10, 10], "proj:transform": [10, 0, 0, 0, -10, 100], "raster:bands": [{"scale": 0.0001, "offset": -0.1}]}},
    })
}

fn page(ids: &[&str], next: Option<Value>) -> (u16, Value) {
    let features: Vec<_> = ids.iter().map(|id| item(id)).collect();
    let mut links = vec![json!({"rel": "self", "href": "x"})];
    links.extend(next.map(|mut link| {
        link["rel"] = "next".into();
        link
    }));
    (200, json!({"type": "FeatureCollection", "features": features, "links": links}))
}

fn provider(kind: Kind) -> Provider {
    let assets = BTreeMap::from([(Band::Red, "B04".to_owned())]);
    let collection = Collection {
        id: "c".into(),
        sensor: Sensor::Sentinel2L2a,
        assets,
        thumbnail: None,
        offset_rule: OffsetRule::Metadata,
        access: Default::default(),
    };
    let (id, title) = ("p".to_owned(), "P".to_owned());
    let collections = vec![collection];
    Provider {
        id,
        title,
        kind,
        search_account: None,
        collections,
        requests_per_second: 0.0,
        parallel: 0,
        page: 0,
        filter: FilterDialect::Ask,
    }
}

fn query(bbox: [f64; 4], max_cloud: Option<f64>) -> Query {
    let dates = DateRange::new("2025-06-01".parse().unwrap(), "2025-06-30".parse().unwrap()).unwrap();
    Query { area: Aoi::from_bbox(bbox).unwrap(), dates, sensors: vec![Sensor::Sentinel2L2a], max_cloud, filters: Default::default() }
}

const HERE: [f64; 4] = [10.2, 45.2, 10.4, 45.4];

async fn run(server: &Server, query: &Query) -> Result<Vec<Scene>, Stop<RemoteError>> {
    let mut all = Vec::new();
    let provider = provider(Kind::Stac { url: format!("{}/v1", server.address) });
    let count = search(&client(), &provider, query, &Never, &mut |page| all.extend(page)).await?;
    assert_eq!(count, all.len());
    Ok(all)
}

fn ids(scenes: &[Scene]) -> Vec<&str> {
    scenes.iter().map(|scene| scene.id.item()).collect()
}

#[tokio::test]
async fn vector_15_8_paging_every_way_ends_with_all_scenes_once() {
    let post = |body: Value, merge: bool| Some(json!({"href": "SERVER/v1/search", "method": "POST", "body": body, "merge": merge}));
    let get = |href: &str| Some(json!({"href": href}));
    for (name, replies, requests) in [
        ("one page", vec![page(&["a", "b", "c"], None)], 1),
        ("body", vec![page(&["a", "b"], post(json!({"next": "2"}), false)), page(&["b", "c"], None)], 2),
        ("merge", vec![page(&["a"], post(json!({"token": "2"}), true)), page(&["b", "c"], None)], 2),
        ("get", vec![page(&["a"], get("SERVER/v1/search?t=2")), page(&["b"], get("/v1/search?t=3")), page(&["c"], None)], 3),
        ("empty last page", vec![page(&["a", "b", "c"], get("SERVER/v1/search?t=2")), page(&[], get("SERVER/v1/search?t=3"))], 2),
        ("same link for ever", vec![page(&["a", "b", "c"], get("SERVER/v1/search?t=2"))], 2),
        ("same token for ever", vec![page(&["a", "b", "c"], post(json!({"token": "2"}), true))], 2),
        ("no new id", vec![page(&["a", "b", "c"], get("SERVER/v1/search?t=2")), page(&["c"], get("SERVER/v1/search?t=3"))], 2),
        ("no body in the link", vec![page(&["a", "b", "c"], Some(json!({"href": "search", "method": "POST"})))], 1),
    ] {
        let server = Server::start(replies).await;
        let found = run(&server, &query(HERE, None)).await.unwrap();
        assert_eq!(ids(&found), ["a", "b", "c"], "{name}");
        assert_eq!(server.asked.lock().unwrap().len(), requests, "{name}");
    }
}

#[tokio::test]
async fn the_request_says_all_and_the_scene_holds_all() {
    let server = Server::start(vec![page(&["a"], None)]).await;
    *server.landing.lock().unwrap() = json!({"conformsTo": ["https://api.stacspec.org/v1.0.0/item-search#query"]});
    let found = run(&server, &query(HERE, Some(30.0))).await.unwrap();
    let expected = json!({"collections": ["c"], "bbox": HERE, "datetime": "2025-06-01T00:00:00Z/2025-06-30T23:59:59.999Z", "limit": 100,
        "query": {"eo:cloud_cover": {"lte": 30.0}}});
    assert_eq!(server.bodies(), [expected]);
    let scene = &found[0];
    assert_eq!((scene.id.0.as_str(), scene.platform.as_str(), scene.tile.as_deref()), ("p/c/a", "sentinel-2a", Some("33TWL")));
    let red = &scene.assets[&Band::Red];
    assert_eq!((red.size, red.grid.as_ref().unwrap().width, red.radiometry.offset), (Some(5), 10, -0.1));
}

#[tokio::test]
async fn trap_5_filters_that_a_server_ignores_are_applied_here() {
    let (_, mut reply) = page(&["good", "cloudy", "late", "elsewhere", "silent"], None);
    reply["features"][1]["properties"]["eo:cloud_cover"] = 31.into();
    reply["features"][2]["properties"]["datetime"] = "2025-07-01T00:00:00Z".into();
    reply["features"][3]["geometry"]["coordinates"] = json!([[[20, 45], [21, 45], [21, 46], [20, 45]]]);
    reply["features"][4]["properties"]["eo:cloud_cover"] = Value::Null;
    let server = Server::start(vec![(200, reply)]).await;
    let found = run(&server, &query(HERE, Some(30.0))).await.unwrap();
    assert_eq!(ids(&found), ["good", "silent"]);
    assert_eq!(server.bodies()[0].get("query"), None, "not asked of a server that does not know it");
}

#[tokio::test]
async fn items_that_cannot_be_used_do_not_spoil_the_page() {
    let (_, mut reply) = page(&["a", "../x", "shapeless", "empty", "timeless", "secret", "b"], None);
    let features = &mut reply["features"];
    features[2]["geometry"] = Value::Null;
    features[3]["assets"] = json!({});
    features[4]["properties"]["datetime"] = Value::Null;
    features[5]["assets"]["B04"]["href"] = "file:///etc/passwd".into();
    features.as_array_mut().unwrap().extend([json!(7), json!({"id": 5, "properties": []}), json!({"collection": "other", "id": "z"})]);
    let server = Server::start(vec![(200, reply)]).await;
    assert_eq!(ids(&run(&server, &query(HERE, None)).await.unwrap()), ["a", "b"]);
}

#[tokio::test]
async fn pages_that_fail_are_asked_for_in_smaller_ones() {
    for fault in
        [(502, json!({"message": "Internal server error"})), (200, json!({"error": "exceeded the maximum allowed time", "success": false}))]
    {
        let times = if fault.0 == 502 { 3 } else { 1 };
        let mut replies = vec![fault; times];
        replies.push(page(&["a"], None));
        let server = Server::start(replies).await;
        assert_eq!(ids(&run(&server, &query(HERE, None)).await.unwrap()), ["a"]);
        let limits: Vec<_> = server.bodies().iter().map(|body| body["limit"].as_u64().unwrap()).collect();
        assert_eq!((limits[0], limits[times]), (100, 50), "{limits:?}");
    }
}

#[tokio::test]
async fn a_service_that_is_gone_says_so_in_its_own_words() {
    for (status, reply, expected) in [
        (200, json!("<html><h1>Moved to another place</h1></html>"), "Moved to another place"),
        (400, json!({"code": "BadRequest", "description": "bbox is wrong"}), "bbox is wrong"),
        (503, json!({"message": "down"}), "down"),
    ] {
        let server = Server::start(vec![(status, reply)]).await;
        match run(&server, &query(HERE, None)).await {
            Err(Stop::Failed(error)) => assert!(error.to_string().contains(expected) && error.code() == "provider-failed", "{error}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn areas_across_the_antimeridian_are_two_searches() {
    let (_, mut reply) = page(&["a"], None);
    reply["features"][0]["geometry"]["coordinates"] = json!([[[179, -18], [-179, -18], [-179, -17], [179, -17], [179, -18]]]);
    let server = Server::start(vec![(200, reply)]).await;
    let found = run(&server, &query([179.5, -17.8, -179.5, -17.2], None)).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].footprint.0.len(), 2);
    let asked: Vec<Vec<f64>> = server.bodies().iter().map(|body| serde_json::from_value(body["bbox"].clone()).unwrap()).collect();
    let expected = [[179.5, -17.8, 180.0, -17.2], [-180.0, -17.8, -179.5, -17.2]];
    let near = |a: &Vec<f64>, b: &[f64; 4]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6);
    assert!(asked.len() == 2 && asked.iter().zip(&expected).all(|(a, b)| near(a, b)), "{asked:?}");
}

#[tokio::test]
async fn a_folder_is_searched_like_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, value: Value| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, value.to_string()).unwrap();
    };
    write(
        "catalog.json",
        json!({"type": "Catalog", "id": "x", "links": [{"rel": "child", "href": "./my c/collection.json"}, {"rel": "root", "href": "catalog.json"}]}),
    );
    let mut links: Vec<_> = (0..130).map(|i| json!({"rel": "item", "href": format!("s{i}/item.json")})).collect();
    links.extend([json!({"rel": "item", "href": "missing.json"}), json!({"rel": "parent", "href": "../catalog.json"})]);
    write("my c/collection.json", json!({"type": "Collection", "id": "c", "links": links}));
    for i in 0..130 {
        let mut one = item(&format!("s{i}"));
        one.as_object_mut().unwrap().remove("collection");
        one["assets"]["B04"]["href"] = "B04.tif".into();
        write(&format!("my c/s{i}/item.json"), one);
    }
    let (mut sizes, mut first) = (Vec::new(), None);
    let provider = provider(Kind::Static { folder: folder.path().into() });
    let mut take = |page: Vec<Scene>| {
        sizes.push(page.len());
        first.get_or_insert(page[0].clone());
    };
    let count = search(&client(), &provider, &query(HERE, None), &Never, &mut take).await.unwrap();
    assert_eq!((count, sizes), (130, vec![100, 30]));
    let href = first.unwrap().assets[&Band::Red].href.clone();
    assert_eq!(url::Url::parse(&href).unwrap().to_file_path().unwrap(), folder.path().join("my c/s0/B04.tif"));
    let nothing = tempfile::tempdir().unwrap();
    let provider = Provider { kind: Kind::Static { folder: nothing.path().into() }, ..provider };
    let error = search(&client(), &provider, &query(HERE, None), &Never, &mut |_| ()).await.unwrap_err();
    assert!(matches!(error, Stop::Failed(RemoteError::Parse { what, .. }) if what.contains("catalog.json")));
}

struct Cancelled;

impl Monitor for Cancelled {
    fn report(&self, _: Report) {}
    fn is_cancelled(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn a_search_can_be_cancelled_and_sent_to_another_thread() {
    let server = Server::start(vec![page(&["a"], None)]).await;
    let provider = provider(Kind::Stac { url: format!("{}/v1", server.address) });
    let task = tokio::spawn(async move { search(&client(), &provider, &query(HERE, None), &Cancelled, &mut |_| ()).await });
    assert_eq!(task.await.unwrap(), Err(Stop::Cancelled));
}

#[tokio::test]
async fn each_stretch_of_days_is_asked_for_by_itself() {
    let server = Server::start(vec![page(&["a"], None)]).await;
    let mut query = query(HERE, None);
    query.dates = DateRange::new("2023-07-01".parse().unwrap(), "2025-06-20".parse().unwrap()).unwrap();
    query.filters = serde_json::from_value(json!({"season": {"from": "06-01", "to": "07-10"}})).unwrap();
    assert_eq!(ids(&run(&server, &query).await.unwrap()), ["a"], "told once, although every stretch is answered with it");
    let asked: Vec<_> = server.bodies().iter().map(|body| body["datetime"].as_str().unwrap().to_owned()).collect();
    let whole = |from: &str, to: &str| format!("{from}T00:00:00Z/{to}T23:59:59.999Z");
    assert_eq!(asked, [whole("2023-07-01", "2023-07-10"), whole("2024-06-01", "2024-07-10"), whole("2025-06-01", "2025-06-20")]);
}

#[tokio::test]
async fn a_catalogue_of_the_user_is_filtered_in_the_language_that_it_says() {
    let classes = |classes: &[&str]| json!({ "conformsTo": classes });
    let query_class = "https://api.stacspec.org/v1.0.0/item-search#query";
    let cql2 = ["http://www.opengis.net/spec/cql2/1.0/conf/cql2-json", "https://api.stacspec.org/v1.0.0/item-search#filter"];
    for (landing, key) in [
        (classes(&[query_class]), Some("query")),
        (classes(&cql2), Some("filter")),
        (classes(&cql2[..1]), None),
        (json!("<html>hello</html>"), None),
    ] {
        let server = Server::start(vec![page(&["a"], None)]).await;
        *server.landing.lock().unwrap() = landing.clone();
        run(&server, &query(HERE, Some(30.0))).await.unwrap();
        let body = &server.bodies()[0];
        let sent: Vec<_> = ["query", "filter"].into_iter().filter(|key| body.get(*key).is_some()).collect();
        assert_eq!(sent, Vec::from_iter(key), "{landing}");
    }
}

/// The page after this one has arrived at the server before this one is handed over.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_next_page_is_asked_for_while_this_one_is_read() {
    let names: Vec<_> = (0..400).map(|i| format!("s{i}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let next = Some(json!({"href": "SERVER/v1/search?t=2"}));
    let server = Server::start(vec![page(&names, next), page(&["last"], None)]).await;
    let provider = provider(Kind::Stac { url: format!("{}/v1", server.address) });
    let (here, mut waited) = (query(HERE, None), Vec::new());
    let mut take = |page: Vec<Scene>| {
        // Waits for the other side, which has threads of its own; without the request on its way this would wait in vain.
        let until = std::time::Instant::now() + std::time::Duration::from_secs(5);
        while server.asked.lock().unwrap().len() < 2 && std::time::Instant::now() < until {
            std::thread::yield_now();
        }
        waited.push((page.len(), server.asked.lock().unwrap().len()));
    };
    search(&client(), &provider, &here, &Never, &mut take).await.unwrap();
    assert_eq!(waited, [(400, 2), (1, 2)]);
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_was_left_out_is_counted_by_its_reason() {
    let (_, mut reply) =
        page(&["a", "b", "c", "d", "S2A_OPER_PRD_MSIL1C_PDMC_20160318T145513_R022_V20160317T100012_20160317T100756"], None);
    reply["features"][1]["geometry"] = Value::Null;
    reply["features"][2]["geometry"] = json!({"type": "Point", "coordinates": [1, 2]});
    reply["features"][3]["assets"] = json!({});
    let server = Server::start(vec![(200, reply)]).await;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    assert_eq!(ids(&run(&server, &query(HERE, None)).await.unwrap()), ["a"]);
    drop(guard);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for (number, why) in [(2, "no usable outline"), (1, "none of the known assets"), (1, "several tiles")] {
        assert!(text.lines().any(|line| line.contains(&format!("number={number}")) && line.contains(why)), "{why}: {text}");
    }
}

#[tokio::test]
async fn one_scene_is_asked_for_again() {
    let digest = |letters: &str| format!("1220{}", letters.repeat(32));
    let with = |letters: &str| {
        let mut one = item("a");
        one["assets"]["B04"]["file:checksum"] = digest(letters).into();
        one
    };
    let first = Server::start(vec![(200, json!({"features": [with("ab")]}))]).await;
    let scene = run(&first, &query(HERE, None)).await.unwrap().remove(0);
    let checksum = |scene: &Scene| scene.assets[&Band::Red].checksum.clone();
    for (reply, expected) in [
        ((200, with("cd")), Some(Some(Checksum::Sha256("cd".repeat(32))))),
        ((200, item("another")), None),
        ((404, json!({"detail": "it is gone"})), None),
    ] {
        let server = Server::start(vec![reply]).await;
        let provider = provider(Kind::Stac { url: format!("{}/v1", server.address) });
        let again = swath_remote::scene_again(&client(), &provider, &scene, &Never).await.unwrap();
        assert_eq!(again.as_ref().map(checksum), expected);
        let asked = server.asked.lock().unwrap();
        assert_eq!((asked[0].0.as_str(), asked[0].1.as_str()), ("GET", "/v1/collections/c/items/a"));
    }
}
