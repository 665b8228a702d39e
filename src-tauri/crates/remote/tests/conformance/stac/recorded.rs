//! Recordings of real catalogues: every item of a collection that Swath knows becomes a scene, every other answer a clear error.

use std::collections::BTreeMap;

use serde_json::Value;
use swath_domain::{Band, Merger, Scene, Sensor};
use swath_remote::provider::{Collection, FilterDialect, Provider};

use super::{everywhere, found, known, page, serve};
use crate::replay::{Reply, Server, Shared};
use crate::table::{Column, Table};

/// Catalogues of users' own, which are read without any table of ours.
const OTHERS: &str = "users' own files";

pub(super) async fn rows(table: &mut Table, shared: &mut Shared) {
    for (folder, provider) in [
        ("api/planetary-computer-stac", "planetary-computer"),
        ("api/earth-search-v1", "earth-search"),
        ("api/earth-search-v0", OTHERS),
        ("api/odd-replies/stacItemsResponse", OTHERS),
        ("api/other-stac", OTHERS),
    ] {
        for recording in shared.recordings(folder) {
            answer(table, provider, &recording.folder, &recording.reply).await;
        }
    }
    for (folder, provider) in [
        ("stac-items/planetary-computer", "planetary-computer"),
        ("stac-items/cdse-stac", "cdse"),
        ("stac-items/earth-search-v1-33TWN-series", "earth-search"),
        ("stac-items/earth-search-and-dea", OTHERS),
        ("stac-items/antimeridian", OTHERS),
        ("stac-items/odd", OTHERS),
        ("stac-items/usgs-landsatlook", "usgs"),
    ] {
        for (path, bytes) in shared.files(folder) {
            let reply = Reply { status: 200, headers: Vec::new(), body: bytes };
            answer(table, provider, &path, &reply).await;
        }
    }
    twins(table, shared).await;
}

/// The items of an answer, whatever it is.
fn items(answer: &Value) -> Vec<Value> {
    match answer {
        Value::Array(items) => items.clone(),
        Value::Object(_) if answer["type"] == "Feature" => vec![answer.clone()],
        _ => answer["features"].as_array().cloned().unwrap_or_default(),
    }
}

async fn answer(table: &mut Table, provider: &str, what: &str, reply: &Reply) {
    let value = reply.value();
    let items = items(&value);
    if items.is_empty() {
        let provider_id = if provider == OTHERS { "earth-search" } else { provider };
        return not_scenes(table, provider, provider_id, what, reply).await;
    }
    let mut collections: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for item in items {
        let name = item["collection"].as_str().unwrap_or("nameless").to_owned();
        collections.entry(name).or_default().push(item);
    }
    for (name, items) in collections {
        let items = published(&items);
        let own = (provider != OTHERS).then(|| known(provider)).and_then(|p| p.collections.into_iter().find(|c| c.id == name));
        match own {
            Some(_) if provider == "usgs" => landsatlook(table, what, &name, items).await,
            Some(collection) => ours(table, provider, what, collection, items).await,
            None => foreign(table, provider, what, &name, items).await,
        }
    }
}

/// Landing pages, lists of collections and the like instead of a page.
async fn not_scenes(table: &mut Table, row: &str, id: &str, what: &str, reply: &Reply) {
    let mut provider = known(id);
    provider.collections.truncate(1);
    let landing = reply.value().get("conformsTo").is_some();
    if landing {
        // It tells which language is spoken, and the search goes on.
        provider.filter = FilterDialect::Ask;
        let (first, empty) = (reply.clone(), Reply::json(200, &page(Vec::new(), None)));
        let server = Server::start(move |asked| if asked.uri == "/v1" { first.clone() } else { empty.clone() }).await;
        let mut query = everywhere();
        query.max_cloud = Some(40.0);
        let got = found(&provider, &server, &query).await.map(|scenes| scenes.len());
        table.same(row, Column::Parse, what, got.map_err(|error| error.to_string()), Ok(0));
        return;
    }
    let server = Server::in_turn(vec![reply.clone()]).await;
    let error = match found(&provider, &server, &everywhere()).await {
        Ok(scenes) => return table.check(row, Column::Error, what, Err(format!("{} scenes", scenes.len()))),
        Err(error) => error,
    };
    let words = reply.value()["description"].as_str().filter(|_| reply.status >= 400).unwrap_or_default().to_owned();
    let told = error.code() == "provider-failed" && error.to_string().contains(&words);
    table.check(row, Column::Error, what, if told { Ok(()) } else { Err(error.to_string()) });
}

/// Items of a collection that Swath knows.
async fn ours(table: &mut Table, id: &str, what: &str, collection: Collection, items: Vec<Value>) {
    let landsat = matches!(collection.sensor, Sensor::LandsatC2L1 | Sensor::LandsatC2L2);
    let usable = |item: &&Value| !landsat || matches!(item["properties"]["platform"].as_str(), Some("landsat-8" | "landsat-9"));
    let expected = items.iter().filter(usable).count();
    let server = serve(&items).await;
    let provider = Provider { collections: vec![collection], ..known(id) };
    let scenes = match found(&provider, &server, &everywhere()).await {
        Ok(scenes) => scenes,
        Err(error) => return table.check(id, Column::Parse, what, Err(error.to_string())),
    };
    table.same(id, Column::Parse, &format!("{what}: scenes"), scenes.len(), expected);
    for scene in &scenes {
        table.check(id, Column::Parse, &format!("{what}: {}", scene.id), complete(scene));
    }
}

/// What every scene of a sensor must say.
fn complete(scene: &Scene) -> Result<(), String> {
    let mut lacks = Vec::new();
    let mut lack = |what: &'static str, is_there: bool| {
        if !is_there {
            lacks.push(what);
        }
    };
    lack("platform", scene.platform.contains('-'));
    lack("name", scene.name.is_some());
    match scene.sensor {
        Sensor::Sentinel2L1c | Sensor::Sentinel2L2a => {
            lack("tile", scene.tile.as_ref().is_some_and(|tile| tile.len() == 5));
            lack("baseline", scene.baseline.is_some());
            lack("datatake", scene.datatake.as_ref().is_some_and(|take| take.starts_with("GS2") && !take.contains("_N")));
            lack("datastrip", scene.datastrip.is_some());
            lack("relative orbit", scene.relative_orbit.is_some());
            lack("bands", scene.assets.len() >= 10);
            lack("grid", scene.assets.values().any(|asset| asset.grid.is_some()));
        }
        Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc => {
            lack("polarisations", !scene.polarisations.is_empty() && scene.polarisations.len() == scene.assets.len());
            lack("orbit", scene.relative_orbit.is_some() && scene.orbit_direction.is_some());
            lack("datatake", scene.datatake.as_ref().is_some_and(|take| take.len() == 6));
        }
        Sensor::LandsatC2L1 | Sensor::LandsatC2L2 => {
            lack("tile", scene.tile.as_ref().is_some_and(|tile| tile.len() == 6));
            lack("tier", scene.tier.is_some());
            lack("quality", scene.assets.contains_key(&Band::QaPixel));
        }
    }
    if lacks.is_empty() { Ok(()) } else { Err(format!("lacks {}", lacks.join(", "))) }
}

/// Items of a collection that Swath has no use for, read by a table as a user might write it.
async fn foreign(table: &mut Table, id: &str, what: &str, name: &str, items: Vec<Value>) {
    let mut often: BTreeMap<&String, usize> = BTreeMap::new();
    let keys = items.iter().filter_map(|item| item["assets"].as_object()).flat_map(|assets| assets.keys());
    keys.for_each(|key| *often.entry(key).or_default() += 1);
    let mut often: Vec<_> = often.into_iter().map(|(key, number)| (std::cmp::Reverse(number), key.clone())).collect();
    often.sort();
    let bands = Band::ALL.iter().copied().filter(|band| band.label(Sensor::Sentinel2L2a).is_some());
    let assets = bands.zip(often.into_iter().map(|(_, key)| key)).collect();
    let provider_id = if id == OTHERS { "earth-search" } else { id };
    let stand_in = Collection { id: name.into(), sensor: Sensor::Sentinel2L2a, assets, ..known(provider_id).collections[0].clone() };
    let provider = Provider { collections: vec![stand_in], ..known(provider_id) };
    // Without outline or files there is nothing to find, nor in products with several tiles.
    let whole = |item: &&Value| item["geometry"].is_object() && item["assets"].as_object().is_some_and(|assets| !assets.is_empty());
    let expected = items.iter().filter(whole).count();
    let answer = page(items, None);
    let server = Server::in_turn(vec![Reply::json(200, &answer)]).await;
    let got = found(&provider, &server, &everywhere()).await.map(|scenes| scenes.len()).map_err(|error| error.to_string());
    table.same(id, Column::Parse, what, got, Ok(expected));
}

/// Items that the USGS published beside scenes years ago: other keys, and addresses that lead to a login page.
async fn landsatlook(table: &mut Table, what: &str, name: &str, items: Vec<Value>) {
    let keys = [(Band::Red, "SR_B4.TIF"), (Band::Lwir11, "ST_B10.TIF"), (Band::QaPixel, "QA_PIXEL.TIF")];
    let assets = keys.map(|(band, key)| (band, key.to_owned())).into();
    let mut provider = known("usgs");
    provider.collections.retain(|collection| collection.id == name);
    provider.collections[0].assets = assets;
    let server = serve(&items).await;
    let got = found(&provider, &server, &everywhere()).await.unwrap().len();
    table.same("usgs", Column::Parse, &format!("{what}: login pages are no files"), got, 0);
    let oli = items.iter().filter(|item| item["id"].as_str().is_some_and(|id| id.starts_with("LC0"))).count();
    let text = serde_json::to_string(&items).unwrap().replace("https://landsatlook.usgs.gov/data/", "s3://usgs-landsat/");
    let server = serve(&serde_json::from_str::<Vec<Value>>(&text).unwrap()).await;
    let scenes = found(&provider, &server, &everywhere()).await.unwrap();
    table.same("usgs", Column::Parse, &format!("{what}: scenes"), scenes.len(), oli);
    for scene in &scenes {
        table.check("usgs", Column::Parse, &format!("{what}: {}", scene.id), complete(scene));
    }
}

/// Earth Search lists many products twice: in Collection 1 and in the legacy collection. Merging leaves one scene of each name.
async fn twins(table: &mut Table, shared: &mut Shared) {
    let recordings = shared.recordings("api/earth-search-v1/TestCLISearch.test_filter_inprocess");
    let all: Vec<Value> = recordings.iter().flat_map(|one| items(&one.reply.value())).collect();
    if all.is_empty() {
        return;
    }
    let server = serve(&all).await;
    let scenes = found(&known("earth-search"), &server, &everywhere()).await.unwrap();
    merged(table, "earth-search", scenes);
    let files = shared.files("stac-items/planetary-computer");
    let all: Vec<Value> = files.iter().flat_map(|(_, bytes)| items(&serde_json::from_slice(bytes).unwrap())).collect();
    let server = serve(&published(&all)).await;
    let scenes = found(&known("planetary-computer"), &server, &everywhere()).await.unwrap();
    merged(table, "planetary-computer", scenes);
}

/// One item was recorded before it was published, with the address of a folder for temporary files.
fn published(items: &[Value]) -> Vec<Value> {
    let text = serde_json::to_string(items).unwrap().replace("/REDACTED-TEMP-DIR/", "https://x.blob.core.windows.net/c/");
    serde_json::from_str(&text).unwrap()
}

fn merged(table: &mut Table, id: &str, scenes: Vec<Scene>) {
    let mut names: Vec<_> = scenes.iter().map(|scene| (scene.sensor, scene.name.clone().unwrap())).collect();
    names.sort();
    names.dedup();
    let mut merger = Merger::new(vec![id.to_owned()]);
    merger.add(scenes);
    let mut left: Vec<_> = merger.finish().into_iter().map(|change| (change.scene.sensor, change.scene.name.unwrap())).collect();
    left.sort();
    table.same(id, Column::Merge, "one scene of each recorded product", left, names);
}
