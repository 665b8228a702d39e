//! A STAC API: pages by `POST /search` and whatever next links the server gives.

use std::collections::HashSet;

use serde_json::{Map, Value, json};
use swath_domain::{Monitor, Query, Stop};
use url::Url;

use super::{area, next};
use crate::catalogue::Found;
use crate::client::{Ask, Method, fetch_bytes};
use crate::provider::Collection;
use crate::{Client, RemoteError, address, error::words};

/// Items a page. Larger pages overrun the answer size of some servers.
const PAGE: u64 = 100;
/// Below this a page that still fails does not fail because of its size.
const SMALLEST_PAGE: u64 = 10;
const TRIES: u32 = 3;
const MOST_BYTES: usize = 64 << 20;

pub(crate) async fn search(
    client: &Client,
    url: &str,
    collections: &[&Collection],
    found: &mut Found<'_>,
    monitor: &dyn Monitor,
) -> Result<(), Stop<RemoteError>> {
    let base = address::parse(url)?;
    client.set_host_limits(url, found.provider.parallel, found.provider.requests_per_second);
    let trusted = address::is_private(&base);
    let cloud = match found.query.max_cloud {
        Some(cloud) if filters_by_query(client, &base, monitor).await? => Some(cloud),
        _ => None,
    };
    for collection in collections {
        // Radar has no cloud cover, and a filter on it would leave nothing.
        let cloud = cloud.filter(|_| collection.sensor.mask_band().is_some() || collection.sensor == swath_domain::Sensor::Sentinel2L1c);
        for area in area::parts(&found.query.area) {
            let body = body(found.query, &collection.id, area, cloud);
            let ask = Ask { method: Method::Post(body), ..Ask::get(below(&base, "search")) };
            walk(client, ask, &collection.id, trusted, found, monitor).await?;
        }
    }
    Ok(())
}

/// Follows the pages of one request until the server has no more, or repeats itself.
async fn walk(
    client: &Client,
    first: Ask,
    collection: &str,
    trusted: bool,
    found: &mut Found<'_>,
    monitor: &dyn Monitor,
) -> Result<(), Stop<RemoteError>> {
    let mut ask = first;
    let mut asked: Vec<Ask> = Vec::new();
    let mut ids = HashSet::new();
    while !asked.contains(&ask) {
        asked.push(ask.clone());
        let page = page(client, &mut ask, monitor).await?;
        let items = page.get("features").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        // Counted for this walk alone: another part of the area may have brought the same scenes.
        let new = items.iter().filter(|item| ids.insert(Found::key(item, Some(collection)))).count();
        let scenes = items.iter().filter_map(|item| {
            let base = self_link(item).unwrap_or_else(|| ask.url.clone());
            found.scene(item, Some(collection), &base, trusted)
        });
        let scenes = scenes.collect();
        found.hand_over(scenes);
        match next::ask(&page, &ask, trusted) {
            Some(next) if new > 0 => ask = next,
            _ => break,
        }
    }
    Ok(())
}

/// One page. Where the server fails on it, smaller ones are asked for, which helps when an answer is too large or too slow for it.
async fn page(client: &Client, ask: &mut Ask, monitor: &dyn Monitor) -> Result<Value, Stop<RemoteError>> {
    loop {
        let error = match fetch_bytes(client, ask, MOST_BYTES, TRIES, monitor).await {
            Ok((bytes, _)) => match serde_json::from_slice::<Value>(&bytes) {
                Ok(page) if page.get("features").is_some_and(Value::is_array) => return Ok(page),
                // A time-out reported as a message with a status of success.
                Ok(_) => unreadable(ask, words(&String::from_utf8_lossy(&bytes))),
                Err(error) if bytes.trim_ascii_start().starts_with(b"{") => unreadable(ask, error.to_string()),
                Err(_) => {
                    let start = words(&String::from_utf8_lossy(&bytes[..bytes.len().min(500)]));
                    return Err(unreadable(ask, format!("it is no JSON but says “{start}”")).into());
                }
            },
            Err(Stop::Failed(error @ (RemoteError::Status { status: 500.., .. } | RemoteError::Timeout { .. }))) => error,
            Err(stop) => return Err(stop),
        };
        if !halve_limit(ask) {
            return Err(error.into());
        }
        tracing::debug!(%error, "asking for smaller pages");
    }
}

fn unreadable(ask: &Ask, what: String) -> RemoteError {
    RemoteError::Parse { host: address::host(&ask.url), what }
}

fn halve_limit(ask: &mut Ask) -> bool {
    let halved = |limit: u64| (limit / 2 >= SMALLEST_PAGE).then_some(limit / 2);
    match &mut ask.method {
        Method::Post(body) => match halved(body.get("limit").and_then(Value::as_u64).unwrap_or(PAGE)) {
            Some(limit) => {
                body["limit"] = limit.into();
                true
            }
            None => false,
        },
        Method::Get => {
            let pairs: Vec<(String, String)> = ask.url.query_pairs().into_owned().collect();
            let limit = pairs.iter().find(|(key, _)| key == "limit").and_then(|(_, value)| value.parse().ok()).and_then(halved);
            let Some(limit) = limit else { return false };
            let changed = pairs.into_iter().map(|(key, value)| if key == "limit" { (key, limit.to_string()) } else { (key, value) });
            let changed: Vec<_> = changed.collect();
            ask.url.query_pairs_mut().clear().extend_pairs(changed);
            true
        }
    }
}

fn body(query: &Query, collection: &str, area: Map<String, Value>, cloud: Option<f64>) -> Value {
    let mut body = Map::new();
    body.insert("collections".into(), json!([collection]));
    body.extend(area);
    let (from, to) = (query.dates.from(), query.dates.to());
    body.insert("datetime".into(), json!(format!("{from}T00:00:00Z/{to}T23:59:59.999Z")));
    body.insert("limit".into(), json!(PAGE));
    if let Some(cloud) = cloud {
        body.insert("query".into(), json!({"eo:cloud_cover": {"lte": cloud}}));
    }
    Value::Object(body)
}

/// Whether the server says that it knows the `query` extension. One that does not say so may ignore it or refuse the request; the filter is
/// applied here in any case.
async fn filters_by_query(client: &Client, base: &Url, monitor: &dyn Monitor) -> Result<bool, Stop<RemoteError>> {
    match fetch_bytes(client, &Ask::get(base.clone()), MOST_BYTES, TRIES, monitor).await {
        Ok((bytes, _)) => {
            let landing: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            let classes = landing.get("conformsTo").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            Ok(classes.into_iter().any(|class| class.contains("item-search") && class.ends_with("#query")))
        }
        Err(Stop::Failed(RemoteError::Connect { host, why })) => Err(RemoteError::Connect { host, why }.into()),
        Err(Stop::Cancelled) => Err(Stop::Cancelled),
        Err(Stop::Failed(_)) => Ok(false),
    }
}

fn below(base: &Url, name: &str) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(name);
    }
    url
}

fn self_link(item: &Value) -> Option<Url> {
    let links = item.get("links")?.as_array()?;
    let link = links.iter().find(|link| link.get("rel").and_then(Value::as_str) == Some("self"))?;
    Url::parse(link.get("href")?.as_str()?).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}
