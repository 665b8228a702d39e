//! Rows of NASA's Common Metadata Repository.

use serde_json::{Value, json};
use swath_domain::{Aoi, Checksum, DateRange, Merger, Never, Query, Scene, SceneId, Sensor, Stop};
use swath_remote::provider::{Kind, Provider, built_in};
use swath_remote::{RemoteError, search};

use crate::replay::{Reply, Server, Shared};
use crate::stac::client;
use crate::table::{Column, Table};

const ID: &str = "asf";

pub async fn rows(table: &mut Table, shared: &mut Shared) {
    recorded(table, shared).await;
    paged(table, shared).await;
    merged(table).await;
    wrong(table).await;
    shared.leave_out("api/asf-search/Fairbanks_SLC_jsonlite.json", "another form of answers, which is not asked for");
}

async fn found(server: &Server, query: &Query) -> Result<Vec<Scene>, RemoteError> {
    let known = built_in(None).into_iter().find(|provider| provider.id == ID).unwrap();
    let kind = Kind::Cmr { url: server.address.clone() };
    let mut all = Vec::new();
    match search(&client(), &Provider { kind, requests_per_second: 0.0, ..known }, query, &Never, &mut |page| all.extend(page)).await {
        Ok(_) => Ok(all),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Cancelled) => unreachable!("nobody cancels"),
    }
}

fn query() -> Query {
    let dates = DateRange::new("2021-11-01".parse().unwrap(), "2021-12-31".parse().unwrap()).unwrap();
    let area = Aoi::from_bbox([-148.0, 64.5, -146.0, 65.5]).unwrap();
    Query { area, dates, sensors: vec![Sensor::Sentinel1Grd], max_cloud: None, filters: Default::default() }
}

fn granule(n: usize) -> Value {
    let name = format!("S1B_IW_GRDH_1SDV_20211216T0320{n:02}_20211216T032103_030045_039655_2335");
    let point = |x: f64, y: f64| json!({"Longitude": x, "Latitude": y});
    json!({
        "meta": {"concept-id": format!("G{n}-ASF")},
        "umm": {
            "GranuleUR": format!("{name}-GRD_HD"), "CollectionReference": {"ShortName": "SENTINEL-1B_DP_GRD_HIGH"},
            "TemporalExtent": {"RangeDateTime": {"BeginningDateTime": "2021-12-16T03:20:38.000Z"}},
            "SpatialExtent": {"HorizontalSpatialDomain": {"Geometry": {"GPolygons": [{"Boundary": {"Points": [
                point(-150.1, 65.4), point(-149.2, 63.9), point(-144.1, 64.4), point(-144.7, 65.9), point(-150.1, 65.4)]}}]}}},
            "RelatedUrls": [{"Type": "GET DATA", "URL": format!("https://datapool.asf.alaska.edu/GRD_HD/SB/{name}.zip")}],
        }
    })
}

fn page(granules: &[Value], after: Option<&str>) -> Reply {
    let mut reply = Reply::json(200, &json!({"hits": granules.len(), "items": granules}));
    reply.headers.extend(after.map(|value| ("CMR-Search-After".to_owned(), value.to_owned())));
    reply
}

async fn recorded(table: &mut Table, shared: &mut Shared) {
    let Some(bytes) = shared.file("api/asf-search/S1_GRD_baseline_stack.json") else { return };
    let granules: Vec<Value> = serde_json::from_slice(&bytes).unwrap();
    let server = Server::in_turn(vec![page(&granules, None)]).await;
    let scenes = found(&server, &query()).await.unwrap();
    table.same(ID, Column::Parse, "recorded granules", scenes.len(), granules.len());
    for (scene, granule) in scenes.iter().zip(&granules) {
        let said = &granule["properties"];
        let (zip, text) = (&scene.packages[0], |key: &str| said[key].as_str().unwrap().to_owned());
        table.same(ID, Column::Parse, "name", scene.name.clone(), Some(text("sceneName")));
        table.same(ID, Column::Parse, "zip", (zip.href.clone(), zip.size), (text("url"), said["bytes"].as_u64()));
        table.same(ID, Column::Parse, "digest", zip.checksum.clone(), Some(Checksum::Md5(text("md5sum"))));
        table.same(ID, Column::Parse, "track", scene.relative_orbit.map(u64::from), said["pathNumber"].as_u64());
        table.same(ID, Column::Parse, "picture", scene.thumbnail.as_deref(), said["browse"][0].as_str());
    }
}

async fn paged(table: &mut Table, shared: &mut Shared) {
    // Pages of other collections, with the headers of the service: followed by them, and nothing is made of what is on them.
    for folder in ["api/nasa-cmr/TestResults.test_data_links", "api/nasa-cmr/TestResults.test_get_all_less_than_2k"] {
        let mut replies: Vec<_> = shared.recordings(folder).into_iter().map(|one| one.reply).collect();
        if replies.is_empty() {
            continue;
        }
        replies.sort_by_key(|reply| !reply.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("cmr-search-after")));
        let (count, last) = (replies.len(), replies.last().cloned());
        let ends = last.is_some_and(|reply| !reply.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("cmr-search-after")));
        let server = Server::in_turn(replies).await;
        let scenes = found(&server, &query()).await.map(|scenes| scenes.len()).map_err(|error| error.to_string());
        table.same(ID, Column::Page, folder, scenes, Ok(0));
        table.same(ID, Column::Page, "recorded pages are asked for", (server.asked().len(), ends), (count, true));
        let after = server.asked().last().map(|one| one.headers.contains_key("cmr-search-after"));
        table.same(ID, Column::Page, "what the header says is sent back", after, Some(true));
    }
    let pages = vec![page(&[granule(0)], Some("a")), page(&[], Some("b")), page(&[granule(0), granule(1)], None)];
    let server = Server::in_turn(pages).await;
    let scenes = found(&server, &query()).await.map(|scenes| scenes.len()).map_err(|error| error.to_string());
    table.same(ID, Column::Page, "short and empty pages", (scenes, server.asked().len()), (Ok(2), 3));
}

/// The same product elsewhere has another checksum in its name.
async fn merged(table: &mut Table) {
    let server = Server::in_turn(vec![page(&[granule(38)], None)]).await;
    let own = found(&server, &query()).await.unwrap().remove(0);
    let name = own.name.as_deref().unwrap().replace("_2335", "_0F1E_COG");
    let id = SceneId::new("cdse", "sentinel-1-grd", &name);
    let other = Scene { name: Some(name), ..Scene::new(id, own.sensor, own.datetime, own.footprint.clone()) };
    let another = Scene::new(SceneId::new("cdse", "sentinel-1-grd", "x"), own.sensor, own.datetime, own.footprint.clone());
    let mut merger = Merger::new(vec!["cdse".into(), ID.into()]);
    merger.add(vec![own]);
    merger.add(vec![other, another]);
    let told = merger.finish();
    table.same(ID, Column::Merge, "products", told.len(), 2);
    let packages: Vec<_> = told.iter().map(|change| (change.scene.providers().count(), change.scene.packages.len())).collect();
    table.check(
        ID,
        Column::Merge,
        "one of two catalogues, with its zip",
        if packages.contains(&(2, 1)) { Ok(()) } else { Err(format!("{packages:?}")) },
    );
}

async fn wrong(table: &mut Table) {
    let text = |status, body: &str| Reply { status, headers: Vec::new(), body: body.to_owned().into() };
    for (reply, words) in [
        (text(200, "<html>Scheduled maintenance</html>"), "Scheduled maintenance"),
        (text(200, r#"{"hits": 0}"#), "no `items`"),
        (text(504, r#"{"message": "Endpoint request timed out"}"#), "timed out"),
        (text(400, r#"{"errors": ["Parameter [poligon] was not recognized."]}"#), "400"),
    ] {
        let server = Server::in_turn(vec![reply]).await;
        let result = match found(&server, &query()).await {
            Err(error) if error.to_string().contains(words) => Ok(()),
            other => Err(format!("{:?}", other.map(|scenes| scenes.len()))),
        };
        table.check(ID, Column::Error, words, result);
    }
    let mut shapeless = granule(0);
    shapeless["umm"]["SpatialExtent"] = Value::Null;
    let server = Server::in_turn(vec![page(&[shapeless, json!(7), granule(1)], None)]).await;
    let scenes = found(&server, &query()).await.map(|scenes| scenes.len()).map_err(|error| error.to_string());
    table.same(ID, Column::Error, "granules that cannot be used are left out", scenes, Ok(1));
}
