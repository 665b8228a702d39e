//! Rows of OData of the Copernicus Data Space Ecosystem.

use serde_json::{Value, json};
use swath_domain::{Checksum, DateRange, Merger, Never, PackageForm, Query, Scene, SceneId, Sensor, Stop};
use swath_remote::provider::{Kind, Provider, built_in};
use swath_remote::{RemoteError, search};

use crate::replay::{Reply, Server, Shared};
use crate::stac::client;
use crate::table::{Column, Table};

const ID: &str = "cdse-odata";

pub async fn rows(table: &mut Table, shared: &mut Shared) {
    recorded(table, shared).await;
    paged(table, shared).await;
    merged(table).await;
    wrong(table, shared).await;
    shared.leave_out("api/cdse-odata/CDSETool_S1_attributes", "a list of the names of attributes, which is not asked for");
    shared.leave_out("api/cdse-odata/test_query_resorb_s1_reader_issue68", "orbit files, which Swath does not use");
}

async fn found(server: &Server, query: &Query) -> Result<Vec<Scene>, RemoteError> {
    let known = built_in(None).into_iter().find(|provider| provider.id == ID).unwrap();
    let kind = Kind::OData { url: format!("{}/odata/v1", server.address) };
    let mut all = Vec::new();
    match search(&client(), &Provider { kind, requests_per_second: 0.0, ..known }, query, &Never, &mut |page| all.extend(page)).await {
        Ok(_) => Ok(all),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Cancelled) => unreachable!("nobody cancels"),
    }
}

fn query(sensor: Sensor, bbox: [f64; 4], from: &str, to: &str) -> Query {
    let dates = DateRange::new(from.parse().unwrap(), to.parse().unwrap()).unwrap();
    Query { area: swath_domain::Aoi::from_bbox(bbox).unwrap(), dates, sensors: vec![sensor], max_cloud: None, filters: Default::default() }
}

fn page(records: &[Value]) -> Reply {
    Reply::json(200, &json!({"value": records}))
}

/// The one recorded product that Swath can use came as a notification.
async fn recorded(table: &mut Table, shared: &mut Shared) {
    let Some(notification) = shared.recordings("api/cdse-odata/hls_push_notification_granule_created").pop() else { return };
    let record = notification.reply.value()["value"].clone();
    let server = Server::in_turn(vec![page(&[record])]).await;
    let scenes = found(&server, &query(Sensor::Sentinel2L1c, [-12.2, 8.2, -12.15, 8.9], "2024-09-12", "2024-09-12")).await.unwrap();
    table.same(ID, Column::Parse, "the recorded product is a scene", scenes.len(), 1);
    let Some(scene) = scenes.first() else { return };
    let name = Some("S2A_MSIL1C_20240912T112541_N0511_R137_T28PHQ_20240912T133420");
    table.same(ID, Column::Parse, "name", scene.name.as_deref(), name);
    table.same(ID, Column::Parse, "tile, orbit", (scene.tile.as_deref(), scene.relative_orbit), (Some("28PHQ"), Some(137)));
    table.same(ID, Column::Parse, "cloud", scene.cloud_cover.map(f64::round), Some(98.0));
    let times = (scene.datatake.as_deref(), scene.datastrip.as_deref());
    table.same(ID, Column::Parse, "datatake and half", times, (Some("GS2A_20240912T112541_048182"), Some("20240912T112539")));
    table.same(ID, Column::Parse, "packages", scene.packages.len(), 3);
    let zip = &scene.packages[0];
    table.same(ID, Column::Parse, "size", zip.size, Some(132_384_463));
    let digest = Some(Checksum::Md5("700a3f2014ab3670408b94e4310924dd".into()));
    table.same(ID, Column::Parse, "digest", zip.checksum.clone(), digest);
    table.same(ID, Column::Parse, "quick-look", scene.thumbnail.is_some(), true);
}

async fn paged(table: &mut Table, shared: &mut Shared) {
    let pages = shared.recordings("api/cdse-odata/CDSETool_S1_paging");
    let count = pages.len();
    let replies: Vec<_> = pages.into_iter().map(|one| one.reply.replaced("https://catalogue.dataspace.copernicus.eu", "SERVER")).collect();
    if count > 0 {
        // Auxiliary files without outlines: nothing is found, and nothing goes wrong.
        let server = Server::in_turn(replies).await;
        let mut radar = query(Sensor::Sentinel1Grd, [10.0, 45.0, 11.0, 46.0], "2014-04-05", "2014-04-14");
        radar.filters.platforms = vec!["sentinel-1a".into()];
        let scenes = found(&server, &radar).await.map(|scenes| scenes.len());
        table.same(ID, Column::Page, "recorded pages of other files", scenes.map_err(|error| error.to_string()), Ok(0));
        let asked = server.asked();
        let all = asked.len() >= count && asked.iter().filter(|one| one.uri.contains("skip")).count() >= count - 1;
        table.check(ID, Column::Page, "every recorded page is asked for", if all { Ok(()) } else { Err(format!("{}", asked.len())) });
    }
    // The service skips no further than one page, so that the walk begins again where it was.
    let server = Server::start(|asked| match (asked.uri.contains("skip"), asked.uri.contains("T10%3A03%3A19")) {
        (true, _) => Reply::json(422, &json!({"detail": "skip too large"})),
        (false, false) => page(&(0..200).map(record).collect::<Vec<_>>()),
        (false, true) => page(&(199..250).map(record).collect::<Vec<_>>()),
    })
    .await;
    let here = query(Sensor::Sentinel2L2a, [10.2, 45.2, 10.4, 45.4], "2024-05-01", "2024-05-31");
    let scenes = found(&server, &here).await.map(|scenes| scenes.len()).map_err(|error| error.to_string());
    table.same(ID, Column::Page, "beyond what is skipped", scenes, Ok(250));
}

/// A product of its own number.
fn record(n: usize) -> Value {
    let name = format!("S2A_MSIL2A_20240507T10{:02}{:02}_N0510_R022_T33TWL_20240507T120000", n / 60, n % 60);
    json!({
        "Id": format!("{n:08x}"), "Name": format!("{name}.SAFE"), "ContentLength": 5, "Online": true, "S3Path": format!("/eodata/x/{name}.SAFE"),
        "ContentDate": {"Start": format!("2024-05-07T10:{:02}:{:02}.024Z", n / 60, n % 60)},
        "GeoFootprint": {"type": "Polygon", "coordinates": [[[10, 45], [11, 45], [11, 46], [10, 46], [10, 45]]]},
        "Attributes": [{"Name": "productType", "Value": "S2MSI2A"}, {"Name": "cloudCover", "Value": 5.5}],
    })
}

/// The same product in a catalogue that knows its files.
async fn merged(table: &mut Table) {
    let server = Server::in_turn(vec![page(&[record(1)])]).await;
    let here = query(Sensor::Sentinel2L2a, [10.2, 45.2, 10.4, 45.4], "2024-05-01", "2024-05-31");
    let own = found(&server, &here).await.unwrap().remove(0);
    let id = SceneId::new("cdse", "sentinel-2-l2a", own.name.as_deref().unwrap());
    let other = Scene { name: own.name.clone(), ..Scene::new(id, own.sensor, own.datetime, own.footprint.clone()) };
    let mut merger = Merger::new(vec!["cdse".into(), ID.into()]);
    merger.add(vec![other]);
    merger.add(vec![own]);
    let told = merger.finish();
    table.same(ID, Column::Merge, "one product", told.len(), 1);
    let scene = &told[0].scene;
    table.same(ID, Column::Merge, "two catalogues", scene.providers().count(), 2);
    let forms: Vec<_> = scene.packages.iter().map(|package| package.form).collect();
    table.same(ID, Column::Merge, "packages", forms, vec![PackageForm::SafeZip, PackageForm::SafeNodes, PackageForm::SafeS3]);
    table.same(ID, Column::Merge, "what only it says", scene.cloud_cover, Some(5.5));
}

async fn wrong(table: &mut Table, shared: &mut Shared) {
    let here = || query(Sensor::Sentinel2L2a, [10.2, 45.2, 10.4, 45.4], "2024-05-01", "2024-05-31");
    let text = |status, body: &str| Reply { status, headers: Vec::new(), body: body.to_owned().into() };
    let moved = shared.file("api/errors-reported-in-issues/retired-hub-200-with-html.json").map(|bytes| {
        let told: Value = serde_json::from_slice(&bytes).unwrap();
        (text(200, told["response"]["body_text"].as_str().unwrap()), "now available on the Copernicus")
    });
    let own = [
        (text(400, r#"{"detail": "Invalid field: Colection"}"#), "Invalid field"),
        (text(503, r#"{"message": "down for maintenance"}"#), "down for maintenance"),
        (text(200, r#"{"value": 7}"#), "no `value`"),
    ];
    for (reply, words) in own.into_iter().chain(moved) {
        let server = Server::in_turn(vec![reply]).await;
        let result = match found(&server, &here()).await {
            Err(error) if error.to_string().contains(words) => Ok(()),
            other => Err(format!("{:?}", other.map(|scenes| scenes.len()))),
        };
        table.check(ID, Column::Error, words, result);
    }
    let mut shapeless = record(0);
    shapeless["GeoFootprint"] = Value::Null;
    let server = Server::in_turn(vec![page(&[shapeless, json!(7), record(1)])]).await;
    let scenes = found(&server, &here()).await.map(|scenes| scenes.len()).map_err(|error| error.to_string());
    table.same(ID, Column::Error, "products that cannot be used are left out", scenes, Ok(1));
}
