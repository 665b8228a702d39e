//! Searching the catalogue of Sentinel Hub: like STAC, but pages are numbers, and there are no files, only scenes that pictures can be
//! computed of (see [`crate::process`]).

use std::collections::HashSet;

use serde_json::{Value, json};
use swath_domain::{Access, AccountKind, Band, DateRange, Monitor, OrbitDirection, Query, Scene, SceneId, Sensor, Stop};
use url::Url;

use super::odata::direction;
use super::page::{MOST_PAGES, as_is, below, endless, fetch, list};
use super::{Found, outline};
use crate::client::{Ask, Method};
use crate::provider::Collection;
use crate::stac::{footprint, item::is_name};
use crate::{Client, RemoteError, address};

/// More are refused.
const MOST: u32 = 100;

pub(super) async fn search(
    client: &Client,
    url: &str,
    collections: &[&Collection],
    found: &mut Found<'_>,
    monitor: &dyn Monitor,
) -> Result<(), Stop<RemoteError>> {
    let base = address::parse(url)?;
    client.set_host_limits(url, found.provider.parallel, found.provider.requests_per_second);
    for collection in collections {
        for span in found.query.spans() {
            for side in outline::sides(&found.query.area) {
                let body = body(collection, found.query, found.provider.page, span, &side)?;
                let ask = Ask { method: Method::Post(body), ..Ask::get(below(&base, &["api", "v1", "catalog", "1.0.0", "search"])) };
                walk(client, &base, ask, collection, found, monitor).await?;
            }
        }
    }
    Ok(())
}

async fn walk(
    client: &Client,
    base: &Url,
    mut ask: Ask,
    collection: &Collection,
    found: &mut Found<'_>,
    monitor: &dyn Monitor,
) -> Result<(), Stop<RemoteError>> {
    let (mut ids, mut at) = (HashSet::new(), 0);
    for _ in 0..MOST_PAGES {
        let page = fetch(client, &ask, Access::Account(AccountKind::SentinelHub), as_is, monitor).await?;
        let items = list(&page, &ask, "features")?;
        let new = items.iter().filter(|item| ids.insert(id(item).to_owned())).count();
        let provider = &found.provider.id;
        let scenes = items.iter().filter_map(|item| found.take(&collection.id, id(item), || scene(provider, collection, item)));
        let scenes = scenes.collect();
        found.hand_over(scenes);
        let next = page.value.get("context").and_then(|context| context.get("next")?.as_u64());
        match (next, &mut ask.method) {
            (Some(next), Method::Post(body)) if next > at && new > 0 => {
                at = next;
                body["next"] = next.into();
            }
            _ => return Ok(()),
        }
    }
    Err(endless(base).into())
}

fn body(collection: &Collection, query: &Query, page: u32, span: DateRange, side: &geo::MultiPolygon<f64>) -> Result<Value, RemoteError> {
    let geometry = match side.0.as_slice() {
        [one] => geojson::GeometryValue::from(one),
        _ => geojson::GeometryValue::from(side),
    };
    let geometry = serde_json::to_value(geojson::Geometry::new(geometry));
    let geometry = geometry.map_err(|error| RemoteError::Unsupported { what: format!("this area ({error})") })?;
    let mut body = json!({
        "collections": [collection.id],
        "intersects": geometry,
        "datetime": format!("{}T00:00:00Z/{}T23:59:59.999Z", span.from(), span.to()),
        "limit": if page == 0 { MOST } else { page.min(MOST) },
    });
    let property = |name: &str| json!({"property": name});
    let filter = match (radar(collection.sensor), query.max_cloud, query.filters.orbit_direction) {
        (false, Some(cloud), _) => Some(json!({"op": "<=", "args": [property("eo:cloud_cover"), cloud]})),
        (true, _, Some(direction)) => {
            let word = if direction == OrbitDirection::Ascending { "ascending" } else { "descending" };
            Some(json!({"op": "=", "args": [property("sat:orbit_state"), word]}))
        }
        _ => None,
    };
    if let Some(filter) = filter {
        body["filter-lang"] = "cql2-json".into();
        body["filter"] = filter;
    }
    Ok(body)
}

fn radar(sensor: Sensor) -> bool {
    matches!(sensor, Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc)
}

/// The product's name, without `.SAFE`.
fn id(item: &Value) -> &str {
    let id = item.get("id").and_then(Value::as_str).unwrap_or_default();
    id.strip_suffix(".SAFE").unwrap_or(id)
}

/// The scene, or why the item cannot be used. It has no assets: there are no files to fetch.
fn scene(provider: &str, collection: &Collection, item: &Value) -> Result<Scene, &'static str> {
    let id = Some(id(item)).filter(|id| is_name(id)).ok_or("it has no usable id")?;
    let nothing = Value::Null;
    let properties = item.get("properties").unwrap_or(&nothing);
    let text = |key: &str| properties.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let datetime = text("datetime").and_then(|at| at.parse().ok().or_else(|| format!("{at}Z").parse().ok())).ok_or("it has no date")?;
    let footprint = footprint::read(item.get("geometry")).ok_or("it has no usable outline")?;
    let cloud = properties.get("eo:cloud_cover").and_then(Value::as_f64);
    Ok(Scene {
        platform: text("platform").unwrap_or_default().to_ascii_lowercase().replace('_', "-"),
        cloud_cover: cloud.filter(|cloud| !radar(collection.sensor) && (0.0..=100.0).contains(cloud)),
        orbit_direction: text("sat:orbit_state").and_then(direction),
        polarisations: polarisations(text("s1:polarization").unwrap_or_default()),
        name: Some(id.to_owned()),
        ..Scene::new(SceneId::new(provider, &collection.id, id), collection.sensor, datetime, footprint)
    })
}

/// `DV`: dual, vertical sent; `SH`: single, horizontal.
fn polarisations(text: &str) -> Vec<Band> {
    match text {
        "DV" => vec![Band::Vv, Band::Vh],
        "DH" => vec![Band::Hh, Band::Hv],
        "SV" | "VV" => vec![Band::Vv],
        "SH" | "HH" => vec![Band::Hh],
        "HV" => vec![Band::Hv],
        "VH" => vec![Band::Vh],
        _ => Vec::new(),
    }
}
