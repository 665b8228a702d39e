//! The STAC API: landing page, collections and searches, with the ways of paging that are found in the wild.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use axum::{
    body::Body,
    http::{Method, request::Parts},
    response::Response,
};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{Shared, json as answer_json, lock};

/// How a search is cut into pages, and how the next one is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Paging {
    /// Everything on one page.
    #[default]
    Whole,
    /// `next` is a POST whose body is complete.
    Body,
    /// `next` is a POST with `merge: true` whose body holds only the token.
    Merge,
    /// `next` is an address to GET.
    Href,
    /// `next` names the same token for ever.
    RepeatingToken,
    /// After the last page comes one that repeats it, with a `next` of its own.
    NothingNew,
}

/// Scenes on a page.
const PAGE: usize = 2;

/// Reads all files below a folder into memory; items among them get links to the server.
pub(super) fn read(folder: &Path, base: &str) -> (HashMap<String, Bytes>, Vec<Value>) {
    let (mut files, mut items) = (HashMap::new(), Vec::new());
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).expect("a readable folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let bytes = Bytes::from(std::fs::read(&path).expect("a readable file"));
            if let Some(mut item) = serde_json::from_slice::<Value>(&bytes).ok().filter(|value| value["type"] == "Feature") {
                lead_to_server(&mut item, folder, path.parent().unwrap_or(folder), base);
                items.push(item);
            }
            files.insert(slashed(path.strip_prefix(folder).unwrap_or(&path)), bytes);
        }
    }
    items.sort_by_key(|item| item["properties"]["datetime"].to_string());
    (files, items)
}

/// Makes every asset's link an address of the server.
fn lead_to_server(item: &mut Value, folder: &Path, parent: &Path, base: &str) {
    for asset in item["assets"].as_object_mut().into_iter().flat_map(|assets| assets.values_mut()) {
        let href = asset["href"].as_str().unwrap_or_default().to_owned();
        let path = match href.strip_prefix("file://") {
            Some(path) => path.into(),
            None => parent.join(href.trim_start_matches("./")),
        };
        let (mut whole, folder) = (std::path::PathBuf::new(), folder);
        for part in path.components() {
            if part == std::path::Component::ParentDir {
                whole.pop();
            } else {
                whole.push(part)
            }
        }
        asset["href"] = format!("{base}/files/{}", slashed(whole.strip_prefix(folder).expect("an asset inside the folder"))).into();
    }
    item["links"] = json!([]);
}

fn slashed(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

pub(super) fn answer(shared: &Shared, parts: &Parts, body: &[u8]) -> Response {
    match (&parts.method, parts.uri.path()) {
        (_, "/" | "") => answer_json(&json!({
            "type": "Catalog", "id": "test", "stac_version": "1.0.0", "description": "Scenes of a test",
            "conformsTo": ["https://api.stacspec.org/v1.0.0/core", "https://api.stacspec.org/v1.0.0/item-search"],
            "links": [
                {"rel": "self", "href": shared.base}, {"rel": "data", "href": format!("{}/collections", shared.base)},
                {"rel": "search", "href": format!("{}/search", shared.base), "method": "POST", "type": "application/geo+json"},
                {"rel": "search", "href": format!("{}/search", shared.base), "method": "GET", "type": "application/geo+json"},
            ],
        })),
        (_, "/collections") => {
            let ids: BTreeSet<_> = shared.items.iter().filter_map(|item| item["collection"].as_str()).collect();
            let all: Vec<_> = ids.iter().map(|id| json!({"type": "Collection", "id": id, "stac_version": "1.0.0", "links": []})).collect();
            answer_json(&json!({"collections": all, "links": []}))
        }
        (&Method::POST, "/search") => search(shared, &serde_json::from_slice(body).unwrap_or_default(), true),
        (&Method::GET, "/search") => search(shared, &of_query(parts.uri.query().unwrap_or_default()), false),
        (_, path) => match path.strip_prefix("/collections/").and_then(|rest| shared.item(rest.split_once("/items/")?.1)) {
            Some(item) => answer_json(&item),
            None => Response::builder().status(404).body(Body::from(r#"{"code":"NotFound"}"#)).expect("an answer"),
        },
    }
}

/// The outline of every product that is made here.
pub(crate) fn outline() -> Value {
    json!({"type": "Polygon", "coordinates": [[[15.0, 46.0], [16.4, 46.0], [16.4, 47.0], [15.0, 47.0], [15.0, 46.0]]]})
}

/// The parameters of a GET in the form of a POST's body.
fn of_query(query: &str) -> Value {
    let mut body = json!({});
    for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let value = value.replace("%2C", ",").replace("%3A", ":").replace("%2F", "/");
        body[key] = match key {
            "bbox" => value.split(',').filter_map(|n| n.parse::<f64>().ok()).collect::<Vec<_>>().into(),
            "collections" | "ids" => value.split(',').collect::<Vec<_>>().into(),
            _ => value.into(),
        };
    }
    body
}

fn search(shared: &Shared, body: &Value, post: bool) -> Response {
    let paging = *lock(&shared.paging);
    let items = shared.items();
    let found: Vec<&Value> = items.iter().filter(|item| matches(item, body)).collect();
    let limit = body["limit"].as_u64().or_else(|| body["limit"].as_str()?.parse().ok()).unwrap_or(10).max(1) as usize;
    let size = if paging == Paging::Whole { limit.max(found.len()) } else { PAGE.min(limit) };
    let token = body["token"].as_str().and_then(|token| token.strip_prefix("next:")?.parse::<usize>().ok());
    let start = token.unwrap_or(0);
    let repeats = paging == Paging::NothingNew && start >= found.len();
    let from = if repeats { found.len().saturating_sub(size) } else { start };
    let page: Vec<_> = found.iter().skip(from).take(size).collect();
    let next = match paging {
        Paging::RepeatingToken => Some(size),
        Paging::NothingNew => Some(start + size),
        _ => Some(start + size).filter(|next| *next < found.len()),
    };
    let links: Vec<_> = next.map(|next| link(shared, paging, body, post, next)).into_iter().collect();
    answer_json(&json!({"type": "FeatureCollection", "features": page, "links": links, "numberReturned": page.len()}))
}

fn link(shared: &Shared, paging: Paging, body: &Value, post: bool, next: usize) -> Value {
    let (href, token) = (format!("{}/search", shared.base), format!("next:{next}"));
    if paging == Paging::Href || !post {
        let mut query = vec![format!("token={token}"), format!("limit={PAGE}")];
        if let Some(dates) = body["datetime"].as_str() {
            query.push(format!("datetime={dates}"));
        }
        return json!({"rel": "next", "method": "GET", "href": format!("{href}?{}", query.join("&"))});
    }
    let merge = paging == Paging::Merge;
    let mut whole = if merge { json!({}) } else { body.clone() };
    whole["token"] = token.into();
    json!({"rel": "next", "method": "POST", "href": href, "merge": merge, "body": whole})
}

/// Collections, dates and the box of the area; other filters are ignored, as real servers do.
fn matches(item: &Value, body: &Value) -> bool {
    let collections = body["collections"].as_array().is_none_or(|wanted| wanted.contains(&item["collection"]));
    let ids = body["ids"].as_array().is_none_or(|wanted| wanted.contains(&item["id"]));
    let moment = item["properties"]["datetime"].as_str().unwrap_or_default();
    let dates = body["datetime"].as_str().and_then(|dates| dates.split_once('/')).is_none_or(|(from, to)| {
        let day = |text: &str| text.get(..10).unwrap_or(text).to_owned();
        day(from) <= day(moment) && day(moment) <= day(to)
    });
    let numbers = |value: &Value| value.as_array().map(|all| all.iter().filter_map(Value::as_f64).collect::<Vec<_>>());
    let wanted = numbers(&body["bbox"]).or_else(|| bbox_of(&body["intersects"]));
    let near = match (numbers(&item["bbox"]).as_deref(), wanted.as_deref()) {
        (Some(&[w, s, e, n]), Some(&[west, south, east, north])) => w <= east && west <= e && s <= north && south <= n,
        _ => true,
    };
    collections && ids && dates && near
}

fn bbox_of(geometry: &Value) -> Option<Vec<f64>> {
    fn walk(value: &Value, points: &mut Vec<(f64, f64)>) {
        if let Some(all) = value.as_array() {
            match (all.first().and_then(Value::as_f64), all.get(1).and_then(Value::as_f64)) {
                (Some(x), Some(y)) => points.push((x, y)),
                _ => all.iter().for_each(|inner| walk(inner, points)),
            }
        }
    }
    let mut points = Vec::new();
    walk(&geometry["coordinates"], &mut points);
    let (first, rest) = points.split_first()?;
    let start = vec![first.0, first.1, first.0, first.1];
    Some(rest.iter().fold(start, |b, (x, y)| vec![b[0].min(*x), b[1].min(*y), b[2].max(*x), b[3].max(*y)]))
}
