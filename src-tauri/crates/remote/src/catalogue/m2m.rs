//! Searching and fetching by the machine-to-machine API of the USGS.
//!
//! A scene's package is called `m2m:dataset/entity`; [`resolve_m2m`] makes an address of it that anyone can fetch for a while.

mod download;
mod envelope;
mod scene;

use std::collections::HashSet;

use serde_json::{Value, json};
use swath_domain::{DateRange, Monitor, Stop};

pub use download::{Resolved, logout, resolve_m2m};

use super::Found;
use super::outline::polygons;
use super::page::{MOST_PAGES, endless, unreadable};
use crate::provider::Collection;
use crate::{Client, RemoteError, address};
use envelope::call;

const USUAL_PAGE: u64 = 100;

pub(super) async fn search(
    client: &Client,
    url: &str,
    collections: &[&Collection],
    found: &mut Found<'_>,
    monitor: &dyn Monitor,
) -> Result<(), Stop<RemoteError>> {
    client.set_host_limits(url, found.provider.parallel, found.provider.requests_per_second);
    for collection in collections {
        for span in found.query.spans() {
            for polygon in polygons(&found.query.area) {
                let filter = filter(found, span, &polygon)?;
                walk(client, url, collection, &filter, found, monitor).await?;
            }
        }
    }
    Ok(())
}

async fn walk(
    client: &Client,
    url: &str,
    collection: &Collection,
    filter: &Value,
    found: &mut Found<'_>,
    monitor: &dyn Monitor,
) -> Result<(), Stop<RemoteError>> {
    let base = address::parse(url)?;
    let most = match u64::from(found.provider.page) {
        0 => USUAL_PAGE,
        page => page.min(50_000),
    };
    let (mut ids, mut from) = (HashSet::new(), 1);
    for _ in 0..MOST_PAGES {
        let body = json!({
            "datasetName": collection.id, "maxResults": most, "startingNumber": from, "metadataType": "summary", "sceneFilter": filter,
        });
        let data = call(client, url, "scene-search", body, monitor).await?;
        let results = data.get("results").and_then(Value::as_array);
        let results = results.ok_or_else(|| unreadable(&base, "it has no `results`".into()))?;
        let new = results.iter().filter(|one| ids.insert(scene::entity(one))).count();
        let provider = &found.provider.id;
        let scenes = results.iter().filter_map(|one| {
            let id = scene::name(one).unwrap_or_else(|| one.to_string());
            found.take(&collection.id, &id, || scene::scene(provider, collection, one, &base))
        });
        let scenes = scenes.collect();
        found.hand_over(scenes);
        let number = |key: &str| data.get(key).and_then(Value::as_u64);
        let next = number("nextRecord").unwrap_or(from + results.len() as u64);
        // On the last page the next record is the first one again, or one that is not there.
        if new == 0 || next <= from || number("totalHits").is_some_and(|total| next > total) {
            return Ok(());
        }
        from = next;
    }
    Err(endless(&base).into())
}

fn filter(found: &Found<'_>, span: DateRange, polygon: &geo::Polygon<f64>) -> Result<Value, RemoteError> {
    let geometry = geojson::Geometry::new(geojson::GeometryValue::from(polygon));
    let geometry = serde_json::to_value(geometry).map_err(|error| RemoteError::Unsupported { what: format!("this area ({error})") })?;
    let mut filter = json!({
        "acquisitionFilter": {"start": span.from().to_string(), "end": span.to().to_string()},
        "spatialFilter": {"filterType": "geojson", "geoJson": geometry},
    });
    if let Some(cloud) = found.query.max_cloud {
        // Whole numbers only; what is a little too cloudy is left out here.
        filter["cloudCoverFilter"] = json!({"min": 0, "max": cloud.ceil().clamp(0.0, 100.0) as u8, "includeUnknown": true});
    }
    Ok(filter)
}
