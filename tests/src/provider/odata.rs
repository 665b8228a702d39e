//! The OData API of whole products: their records, their zips, and the files of their folders one by one.

use axum::{
    body::Body,
    http::{Method, request::Parts},
    response::Response,
};
use serde_json::{Value, json};

use super::{Shared, Whole, json as answer_json, lock, stac};

/// Where the API lies.
pub(super) const ROOT: &str = "/odata/v1";
/// Where zips and folders lie among the files.
pub(super) const WHOLE: &str = "whole";

/// The path as it is meant, without `%24` for `$` and the like.
pub(super) fn plain(path: &str) -> String {
    ["%24=$", "%28=(", "%29=)", "%27='"].iter().fold(path.to_owned(), |path, pair| {
        let (from, to) = pair.split_once('=').expect("a pair");
        path.replace(from, to)
    })
}

/// Whether a path names what is in a product.
pub(super) fn is_content(path: &str) -> bool {
    path.starts_with(ROOT) && path.ends_with("/$value")
}

/// The file that a path of the API names: the zip, or one of the folder.
pub(super) fn file(shared: &Shared, path: &str) -> Option<String> {
    let rest = path.strip_prefix(ROOT)?.strip_prefix("/Products(")?.strip_suffix("/$value")?;
    let (id, inside) = rest.split_once(')')?;
    let name = lock(&shared.products).iter().find(|product| product.id == id)?.name.clone();
    let parts: Vec<_> = inside.split('/').filter(|part| !part.is_empty()).map(node).collect::<Option<_>>()?;
    Some(match parts.as_slice() {
        [] => format!("{WHOLE}/{name}.zip"),
        parts => format!("{WHOLE}/{}", parts.join("/")),
    })
}

/// `x` of `Nodes(x)`.
fn node(part: &str) -> Option<&str> {
    part.strip_prefix("Nodes(")?.strip_suffix(')')
}

pub(super) fn answer(shared: &Shared, path: &str, parts: &Parts, body: &[u8]) -> Response {
    let below = path.strip_prefix(ROOT).unwrap_or_default();
    let missing = || Response::builder().status(404).body(Body::from(r#"{"detail":"not found"}"#)).expect("an answer");
    let products = lock(&shared.products).clone();
    if below == "/Products" {
        let query = query(parts.uri.query().unwrap_or_default());
        let of = |key: &str| query.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str());
        let filter = of("$filter").unwrap_or_default();
        let moment = |word: &str| filter.split_once(&format!("ContentDate/Start {word} ")).and_then(|(_, rest)| rest.split(' ').next());
        let within = |start: &str| moment("ge").is_none_or(|from| from <= start) && moment("lt").is_none_or(|to| start < to);
        let named = filter.split_once("Name eq '").and_then(|(_, rest)| rest.split('\'').next());
        let one = |product: &&Whole| {
            within(&product.start) && named.is_none_or(|name| name.trim_end_matches(".SAFE") == product.name || !name.starts_with("S2"))
        };
        let number = |key: &str, other: usize| of(key).and_then(|text| text.parse().ok()).unwrap_or(other);
        let page = products.iter().filter(one).skip(number("$skip", 0)).take(number("$top", 20));
        return answer_json(&json!({"value": page.map(|product| record(shared, product)).collect::<Vec<_>>()}));
    }
    if below == "/Products/OData.CSC.FilterList" && parts.method == Method::POST {
        let asked: Value = serde_json::from_slice(body).unwrap_or_default();
        let asked = asked["FilterProducts"].as_array().cloned().unwrap_or_default();
        let wanted = |product: &&Whole| asked.iter().any(|one| one["Name"].as_str() == Some(&format!("{}.SAFE", product.name)));
        return answer_json(&json!({"value": products.iter().filter(wanted).map(|product| record(shared, product)).collect::<Vec<_>>()}));
    }
    let Some((id, inside)) = below.strip_prefix("/Products(").and_then(|rest| rest.split_once(')')) else { return missing() };
    let Some(product) = products.iter().find(|product| product.id == id) else { return missing() };
    match inside.strip_suffix("/Nodes") {
        Some(nodes) => list(shared, product, nodes).map_or_else(missing, |list| answer_json(&list)),
        None if inside.is_empty() => answer_json(&record(shared, product)),
        None => missing(),
    }
}

/// What lies in a folder of a product.
fn list(shared: &Shared, product: &Whole, nodes: &str) -> Option<Value> {
    let parts: Vec<_> = nodes.split('/').filter(|part| !part.is_empty()).map(node).collect::<Option<_>>()?;
    let folder = format!("{WHOLE}/{}", parts.iter().map(|part| format!("{part}/")).collect::<String>());
    let root = format!("{WHOLE}/{}.SAFE/", product.name);
    let mut found: Vec<(String, usize)> = Vec::new();
    for (path, bytes) in shared.files.iter().filter(|(path, _)| path.starts_with(&root)) {
        let Some(rest) = path.strip_prefix(&folder) else { continue };
        let (name, length) = rest.split_once('/').map_or((rest, bytes.len()), |(folder, _)| (folder, 0));
        if found.iter().all(|(known, _)| known != name) {
            found.push((name.to_owned(), length));
        }
    }
    found.sort();
    let one = |(name, length): &(String, usize)| json!({"Id": name, "Name": name, "ContentLength": length, "ChildrenNumber": usize::from(*length == 0)});
    Some(json!({"result": found.iter().map(one).collect::<Vec<_>>()}))
}

fn record(shared: &Shared, product: &Whole) -> Value {
    let zip = format!("{WHOLE}/{}.zip", product.name);
    let length = shared.files.get(&zip).map_or(0, bytes::Bytes::len);
    let checksum = product.md5.as_ref().map(|md5| json!({"Value": md5, "Algorithm": "MD5"}));
    json!({
        "Id": product.id, "Name": format!("{}.SAFE", product.name), "ContentLength": length, "Online": true,
        "ContentDate": {"Start": product.start, "End": product.start},
        "Checksum": checksum.into_iter().collect::<Vec<_>>(),
        "GeoFootprint": stac::outline(),
        "Attributes": [{"Name": "productType", "Value": "S2MSI2A", "ValueType": "String"}],
    })
}

/// Pairs of a query, decoded.
fn query(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (decoded(key), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok()).and_then(|two| u8::from_str_radix(two, 16).ok());
        match (byte, hex) {
            (b'%', Some(value)) => {
                bytes.push(value);
                rest = &after[2..];
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
