//! NASA's Common Metadata Repository: what is asked, how pages are followed, and what is made of granules.

#![allow(clippy::unwrap_used, clippy::print_stdout, dead_code, unreachable_pub, reason = "a test that cannot go on has failed")]

mod common;
#[path = "conformance/replay.rs"]
mod replay;

use common::client;
use replay::{Asked, Reply, Server, Shared};
use serde_json::{Value, json};
use swath_domain::{
    Access, AccountKind, Aoi, Band, Checksum, DateRange, Filters, Monitor, Never, OrbitDirection, PackageForm, Query, Report, Scene,
    Sensor, Stop,
};
use swath_remote::provider::{Kind, Provider, built_in};
use swath_remote::{RemoteError, search};

fn provider(server: &Server) -> Provider {
    let known = built_in(None).into_iter().find(|one| matches!(one.kind, Kind::Cmr { .. })).unwrap();
    Provider { kind: Kind::Cmr { url: server.address.clone() }, requests_per_second: 0.0, ..known }
}

fn query() -> Query {
    let dates = DateRange::new("2021-12-01".parse().unwrap(), "2021-12-31".parse().unwrap()).unwrap();
    let area = Aoi::from_bbox([-148.0, 64.5, -146.0, 65.5]).unwrap();
    Query { area, dates, sensors: vec![Sensor::Sentinel1Grd], max_cloud: Some(10.0), filters: Filters::default() }
}

async fn run(server: &Server, query: &Query) -> Result<Vec<Scene>, Stop<RemoteError>> {
    let mut all = Vec::new();
    let count = search(&client(), &provider(server), query, &Never, &mut |page| all.extend(page)).await?;
    assert_eq!(count, all.len());
    Ok(all)
}

fn name(n: usize) -> String {
    format!("S1B_IW_GRDH_1SDV_20211216T0320{n:02}_20211216T032103_030045_039655_{n:04X}")
}

fn granule(n: usize) -> Value {
    let name = name(n);
    let point = |x: f64, y: f64| json!({"Longitude": x, "Latitude": y});
    let one = |key: &str, value: &str| json!({"Name": key, "Values": [value]});
    json!({
        "meta": {"concept-id": format!("G{n}-ASF")},
        "umm": {
            "GranuleUR": format!("{name}-GRD_HD"),
            "CollectionReference": {"ShortName": "SENTINEL-1B_DP_GRD_HIGH", "Version": "1"},
            "TemporalExtent": {"RangeDateTime": {"BeginningDateTime": "2021-12-16T03:20:38.000Z", "EndingDateTime": "2021-12-16T03:21:03.000Z"}},
            "SpatialExtent": {"HorizontalSpatialDomain": {"Geometry": {"GPolygons": [{"Boundary": {"Points": [
                point(-150.1, 65.4), point(-149.2, 63.9), point(-144.1, 64.4), point(-144.7, 65.9), point(-150.1, 65.4)]}}]}}},
            "AdditionalAttributes": [
                one("ASCENDING_DESCENDING", "ASCENDING"), one("BYTES", "902744581"), one("MD5SUM", "E6051A4F5E00C54444C17458DFAE98C3"),
                one("PATH_NUMBER", "94"), one("POLARIZATION", "VV+VH"), one("FARADAY_ROTATION", "NA"),
                one("PROCESSING_DATE", "2021-12-17T09:19:57.455561"), one("THUMBNAIL_URL", "https://datapool.example.org/thumb.jpg")],
            "DataGranule": {"Identifiers": [{"Identifier": name, "IdentifierType": "ProducerGranuleId"}]},
            "Platforms": [{"ShortName": "SENTINEL-1B"}],
            "RelatedUrls": [
                {"Type": "VIEW RELATED INFORMATION", "URL": "www.asf.alaska.edu/sar-data-sets/sentinel-1"},
                {"Type": "GET DATA", "URL": format!("https://datapool.example.org/GRD_HD/SB/{name}.zip")},
                {"Type": "GET RELATED VISUALIZATION", "URL": format!("https://datapool.example.org/BROWSE/SB/{name}.jpg")}],
        }
    })
}

fn page(granules: Vec<Value>, after: Option<&str>) -> Reply {
    let mut reply = Reply::json(200, &json!({"hits": 3, "took": 1, "items": granules}));
    reply.headers.push(("CMR-Hits".into(), "3".into()));
    reply.headers.extend(after.map(|value| ("CMR-Search-After".to_owned(), value.to_owned())));
    reply
}

fn values(one: &Asked, key: &str) -> Vec<String> {
    let url = url::Url::parse(&format!("http://x{}", one.uri)).unwrap();
    url.query_pairs().filter(|(name, _)| name == key).map(|(_, value)| value.into_owned()).collect()
}

#[tokio::test]
async fn pages_are_followed_by_the_header_and_end_without_it() {
    let three = || (0..3).map(granule).collect::<Vec<_>>();
    for (what, replies, requests, found) in [
        ("one page", vec![page(three(), None)], 1, 3),
        (
            "short and empty pages",
            vec![page(vec![granule(0)], Some("a")), page(vec![], Some("b")), page(vec![granule(1), granule(2)], None)],
            3,
            3,
        ),
        ("an empty last page", vec![page(three(), Some("a")), page(vec![], None)], 2, 3),
        ("the same header for ever", vec![page(three(), Some("a"))], 2, 3),
        ("nothing at all", vec![page(vec![], None)], 1, 0),
    ] {
        let server = Server::in_turn(replies).await;
        assert_eq!(run(&server, &query()).await.unwrap().len(), found, "{what}");
        let asked = server.asked();
        assert_eq!(asked.len(), requests, "{what}");
        assert!(asked[0].headers.get("cmr-search-after").is_none());
        assert!(asked[1..].iter().all(|one| one.headers.contains_key("cmr-search-after")), "{what}");
    }
    // A header that is always new, and never anything with it.
    let turn = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |_| {
        let turn = turn.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        page(vec![granule(0)], Some(&format!("[\"asf\",{turn}]")))
    })
    .await;
    assert_eq!(run(&server, &query()).await.unwrap().len(), 1);
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test]
async fn the_question_says_all() {
    let server = Server::in_turn(vec![page(vec![], None)]).await;
    let filters = Filters {
        platforms: vec!["sentinel-1b".into()],
        orbit_direction: Some(OrbitDirection::Ascending),
        relative_orbits: vec![94],
        ..Filters::default()
    };
    run(&server, &Query { filters, ..query() }).await.unwrap();
    let asked = &server.asked()[0];
    assert!(asked.uri.starts_with("/search/granules.umm_json?"), "{}", asked.uri);
    for (key, expected) in [
        ("provider", vec!["ASF"]),
        (
            "short_name[]",
            vec!["SENTINEL-1B_DP_GRD_HIGH", "SENTINEL-1B_SP_GRD_HIGH", "SENTINEL-1B_DP_GRD_MEDIUM", "SENTINEL-1B_SP_GRD_MEDIUM"],
        ),
        ("temporal", vec!["2021-12-01T00:00:00Z,2021-12-31T23:59:59.999Z"]),
        ("polygon", vec!["-148,64.5,-146,64.5,-146,65.5,-148,65.5,-148,64.5"]),
        ("page_size", vec!["250"]),
        ("attribute[]", vec!["string,ASCENDING_DESCENDING,ASCENDING", "int,PATH_NUMBER,94"]),
    ] {
        assert_eq!(values(asked, key), expected, "{key}");
    }
    // Another satellite alone is not asked for at all; both sides of the antimeridian are.
    let filters = Filters { platforms: vec!["sentinel-2a".into()], ..Filters::default() };
    run(&server, &Query { filters, ..query() }).await.unwrap();
    assert_eq!(server.asked().len(), 1);
    run(&server, &Query { area: Aoi::from_bbox([179.0, 64.0, -179.0, 65.0]).unwrap(), ..query() }).await.unwrap();
    let sides: Vec<_> = server.asked()[1..].iter().map(|one| values(one, "polygon").remove(0)).collect();
    let has = |side: &str, corners: [&str; 4]| corners.iter().all(|corner| side.contains(corner));
    assert!(sides.len() == 2 && has(&sides[0], ["179,64", "180,64", "180,65", "179,65"]), "{sides:?}");
    assert!(has(&sides[1], ["-180,64", "-179,64", "-179,65", "-180,65"]), "{sides:?}");
}

#[tokio::test]
async fn a_coast_with_thousands_of_corners_fits_into_an_address() {
    let server = Server::in_turn(vec![page(vec![granule(0)], None)]).await;
    let at = |i: u32| {
        let (angle, radius) = (f64::from(i) * std::f64::consts::TAU / 4000.0, if i.is_multiple_of(2) { 1.0 } else { 0.9 });
        [-147.0 + angle.cos() * radius, 65.0 + angle.sin() * radius * 0.5]
    };
    let ring: Vec<_> = (0..=4000).map(|i| at(i % 4000)).collect();
    let (area, _) = Aoi::from_geojson(&json!({"type": "Polygon", "coordinates": [ring]}).to_string()).unwrap();
    assert_eq!(run(&server, &Query { area, ..query() }).await.unwrap().len(), 1);
    let asked = &server.asked()[0];
    let numbers: Vec<f64> = values(asked, "polygon")[0].split(',').map(|n| n.parse().unwrap()).collect();
    assert!(numbers.len() <= 600 && asked.uri.len() < 8000, "{} numbers in {} characters", numbers.len(), asked.uri.len());
    let doubled: f64 = numbers.chunks(2).zip(numbers[2..].chunks(2)).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum();
    assert!(doubled > 0.0, "anticlockwise");
}

#[tokio::test]
async fn a_granule_becomes_a_scene_with_all_that_it_says() {
    let server = Server::in_turn(vec![page(vec![granule(7)], None)]).await;
    let found = run(&server, &query()).await.unwrap();
    let scene = &found[0];
    assert_eq!(scene.id.0, format!("asf/SENTINEL-1B_DP_GRD_HIGH/{}", name(7)));
    assert_eq!((scene.name.as_deref(), scene.platform.as_str()), (Some(name(7).as_str()), "sentinel-1b"));
    assert_eq!((scene.orbit_direction, scene.relative_orbit), (Some(OrbitDirection::Ascending), Some(94)));
    assert_eq!((scene.polarisations.as_slice(), scene.datatake.as_deref()), ([Band::Vv, Band::Vh].as_slice(), Some("039655")));
    assert_eq!(scene.datetime.to_string(), "2021-12-16T03:20:38Z");
    assert_eq!(scene.processed.unwrap().to_string(), "2021-12-17T09:19:57.455561Z");
    assert_eq!(scene.thumbnail.as_deref(), Some(format!("https://datapool.example.org/BROWSE/SB/{}.jpg", name(7)).as_str()));
    let [zip] = scene.packages.as_slice() else { panic!() };
    assert_eq!((zip.form, zip.access, zip.size), (PackageForm::SafeZip, Access::Account(AccountKind::Earthdata), Some(902744581)));
    assert_eq!(zip.checksum, Some(Checksum::Md5("e6051a4f5e00c54444c17458dfae98c3".into())));
    assert!(zip.href.ends_with(".zip") && zip.online);
}

#[tokio::test]
async fn granules_that_cannot_be_used_do_not_spoil_the_page() {
    let spoiled = |pointer: &str, with: Value| {
        let mut one = granule(1);
        *one.pointer_mut(pointer).unwrap() = with;
        one
    };
    let mut named_by_its_id = granule(5);
    named_by_its_id["umm"]["DataGranule"] = json!({});
    named_by_its_id["umm"]["CollectionReference"] = json!({"EntryTitle": "SENTINEL-1B_DUAL_POL_GRD_HIGH_RES"});
    let mut boxed = granule(6);
    boxed["umm"]["SpatialExtent"]["HorizontalSpatialDomain"]["Geometry"] = json!({"BoundingRectangles": [{
        "WestBoundingCoordinate": -149, "SouthBoundingCoordinate": 64, "EastBoundingCoordinate": -145, "NorthBoundingCoordinate": 66}]});
    let granules = vec![
        spoiled("/umm/SpatialExtent", Value::Null),
        spoiled("/umm/TemporalExtent", json!({})),
        spoiled("/umm/CollectionReference/ShortName", "SENTINEL-1B_SLC".into()),
        spoiled("/umm/DataGranule/Identifiers/0/Identifier", "S1B_IW_SLC__1SDV_20211216T032038_20211216T032103_030045_039655_2335".into()),
        spoiled("/umm/DataGranule/Identifiers/0/Identifier", "../x".into()),
        spoiled("/umm", json!("gone")),
        json!(7),
        named_by_its_id,
        boxed,
    ];
    let server = Server::in_turn(vec![page(granules, None)]).await;
    let found = run(&server, &query()).await.unwrap();
    assert_eq!(found.iter().map(|scene| scene.name.clone().unwrap()).collect::<Vec<_>>(), [name(5), name(6)]);
}

#[tokio::test]
async fn what_goes_wrong_is_said_in_its_words() {
    let html = Reply { status: 200, headers: Vec::new(), body: "<html>Scheduled maintenance</html>".into() };
    for (reply, expected) in [
        (html, "Scheduled maintenance"),
        (Reply::json(200, &json!({"hits": 0})), "no `items`"),
        (Reply::json(400, &json!({"errors": ["The polygon boundary points are listed in the wrong order"]})), "400"),
        (Reply::json(504, &json!({"message": "Endpoint request timed out"})), "timed out"),
    ] {
        let server = Server::in_turn(vec![reply]).await;
        match run(&server, &query()).await {
            Err(Stop::Failed(error)) => assert!(error.to_string().contains(expected) && error.code() == "provider-failed", "{error}"),
            other => panic!("{expected}: {other:?}"),
        }
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
async fn a_search_can_be_cancelled_and_sent_to_another_thread() {
    let server = Server::in_turn(vec![page(vec![], Some("a"))]).await;
    let provider = provider(&server);
    let task = tokio::spawn(async move { search(&client(), &provider, &query(), &Cancelled, &mut |_| ()).await });
    assert_eq!(task.await.unwrap(), Err(Stop::Cancelled));
}

#[tokio::test]
async fn recorded_granules_become_scenes() {
    let mut shared = Shared::open();
    let Some(recorded) = shared.file("api/asf-search/S1_GRD_baseline_stack.json") else {
        return println!("skipped: no recordings at SWATH_SHARED");
    };
    let granules: Vec<Value> = serde_json::from_slice(&recorded).unwrap();
    let server = Server::in_turn(vec![page(granules.clone(), None)]).await;
    let dates = DateRange::new("2021-11-01".parse().unwrap(), "2021-12-31".parse().unwrap()).unwrap();
    let found = run(&server, &Query { dates, ..query() }).await.unwrap();
    assert_eq!(found.len(), granules.len());
    for (scene, granule) in found.iter().zip(&granules) {
        let said = &granule["properties"];
        assert_eq!(scene.name.as_deref(), said["sceneName"].as_str());
        assert_eq!((scene.packages[0].href.as_str(), scene.packages[0].size), (said["url"].as_str().unwrap(), said["bytes"].as_u64()));
        assert_eq!(scene.packages[0].checksum, Some(Checksum::Md5(said["md5sum"].as_str().unwrap().to_owned())));
        assert_eq!(
            (scene.relative_orbit.map(u64::from), scene.thumbnail.as_deref()),
            (said["pathNumber"].as_u64(), said["browse"][0].as_str())
        );
    }
}
