//! Following pages: every catalogue's own way, and the ways in which servers go wrong.

use serde_json::{Value, json};
use swath_domain::Sensor;
use swath_remote::provider::{Collection, FilterDialect, Provider};

use super::{all, collection, everywhere, found, here, known, own, page};
use crate::replay::{Recording, Reply, Server, Shared};
use crate::table::{Column, Table};

pub(super) async fn rows(table: &mut Table, shared: &mut Shared) {
    for provider in all() {
        own_way(table, &provider).await;
        endless(table, &provider).await;
    }
    replayed(table, shared).await;
}

/// A catalogue with only its first collection.
fn one_collection(id: &str) -> Provider {
    let mut provider = known(id);
    provider.collections.truncate(1);
    provider
}

/// The same item under several ids.
fn copies(provider: &str, ids: &[&str]) -> Vec<Value> {
    let one = own::items(provider).remove(0);
    let copy = |id: &&str| {
        let mut item = one.clone();
        item["id"] = (*id).into();
        item
    };
    ids.iter().map(copy).collect()
}

/// The next link as the catalogue gives it.
fn next(provider: &str, asked: &Value, token: &str) -> Value {
    let mut body = asked.clone();
    match provider {
        // The whole body and a token; nothing about merging.
        "planetary-computer" => body["token"] = token.into(),
        _ => body["next"] = token.into(),
    }
    match provider {
        "planetary-computer" => json!({"href": "SERVER/v1/search", "method": "POST", "body": body}),
        "cdse" => json!({"href": format!("SERVER/v1/search?token={token}"), "method": "GET"}),
        _ => json!({"href": "SERVER/v1/search", "method": "POST", "merge": false, "body": body}),
    }
}

async fn own_way(table: &mut Table, id: &str) {
    let provider = one_collection(id);
    let sensor = provider.collections[0].sensor;
    let name = id.to_owned();
    let server = Server::start(move |asked| {
        let second = asked.uri.contains("token=") || asked.json().get("next").is_some() || asked.json().get("token").is_some();
        let (ids, link) = if second { (["b", "c"], None) } else { (["a", "b"], Some(next(&name, &asked.json(), "2"))) };
        Reply::json(200, &page(copies(&name, &ids), link))
    })
    .await;
    let mut query = here(&[sensor]);
    query.max_cloud = Some(40.0);
    let scenes = found(&provider, &server, &query).await.unwrap();
    let ids: Vec<_> = scenes.iter().map(|scene| scene.id.item()).collect();
    table.same(id, Column::Page, "all items of both pages, each once", ids, vec!["a", "b", "c"]);
    let asked = server.asked();
    table.same(id, Column::Page, "one request a page", asked.len(), 2);
    let first = asked[0].json();
    table.same(id, Column::Page, "items a page", first["limit"].as_u64(), Some(u64::from(provider.page)));
    table.same(id, Column::Page, "no order is asked for", first.get("sortby"), None);
    let (query, filter) = (first.get("query").is_some(), first.get("filter").is_some());
    let expected = (provider.filter == FilterDialect::Query, provider.filter == FilterDialect::Cql2);
    table.same(id, Column::Page, "the filter's language", (query, filter), expected);
    let whole = asked[1].method == "GET" || asked[1].json().get("collections") == first.get("collections");
    table.same(id, Column::Page, "the second request is whole", whole, true);
}

/// A server that ignores its own tokens, and one that makes new ones without end but has nothing new.
async fn endless(table: &mut Table, id: &str) {
    let provider = one_collection(id);
    let sensor = provider.collections[0].sensor;
    for (what, changing) in [("the same token for ever", false), ("new tokens for nothing new", true)] {
        let name = id.to_owned();
        let number = std::sync::atomic::AtomicU32::new(0);
        let server = Server::start(move |asked| {
            let number = number.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let token = if changing { number.to_string() } else { "same".to_owned() };
            Reply::json(200, &page(copies(&name, &["a", "b"]), Some(next(&name, &asked.json(), &token))))
        })
        .await;
        let scenes = found(&provider, &server, &here(&[sensor])).await.unwrap();
        table.same(id, Column::Page, what, (scenes.len(), server.asked().len()), (2, 2));
    }
}

/// Chains of recorded pages, served again under the questions that were asked then.
async fn replayed(table: &mut Table, shared: &mut Shared) {
    let below = |recordings: Vec<Recording>, name: &str| -> Vec<Recording> {
        recordings.into_iter().filter(|one| one.folder.contains(name) && one.url.ends_with("/search")).collect()
    };
    let pc = below(shared.recordings("api/planetary-computer-stac/TestItemSearch.test_result_paging"), "");
    chain(table, "planetary-computer", "naip", pc).await;
    let earth = below(shared.recordings("api/earth-search-v1/TestCLISearch.test_filter_inprocess"), "");
    chain(table, "earth-search", "sentinel-2-l2a", earth).await;
    let single = |bytes: bytes::Bytes| serde_json::from_slice::<Value>(&bytes).unwrap();
    let pages: Vec<_> = shared.files("stac-items/planetary-computer-page-chain").into_iter().map(|(_, bytes)| single(bytes)).collect();
    if let [first, second] = pages.as_slice() {
        let replies = [first, second].map(|page| Reply::json(200, page).replaced("https://planetarycomputer.microsoft.com", "SERVER"));
        let server = Server::in_turn(replies.to_vec()).await;
        let scenes = found(&one_collection("planetary-computer"), &server, &everywhere()).await.unwrap();
        // The second page leads on as well; what comes then is known already.
        table.same("planetary-computer", Column::Page, "two pages with one item each", (scenes.len(), server.asked().len()), (2, 3));
    }
}

/// The pages one after the other, then an empty one: all items of a collection come, each once.
async fn chain(table: &mut Table, id: &str, name: &str, recordings: Vec<Recording>) {
    if recordings.is_empty() {
        return;
    }
    let host = if id == "earth-search" { "https://earth-search.aws.element84.com" } else { "https://planetarycomputer.microsoft.com" };
    let mut replies: Vec<Reply> = recordings.iter().map(|one| one.reply.clone().replaced(host, "SERVER")).collect();
    replies.push(Reply::json(200, &page(Vec::new(), None)));
    let of_it = |reply: &Reply| {
        let items = reply.value()["features"].as_array().cloned().unwrap_or_default();
        items
            .into_iter()
            .filter(|item| item["collection"] == name)
            .filter_map(|item| item["id"].as_str().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let mut expected: Vec<_> = replies.iter().flat_map(of_it).collect();
    expected.sort();
    expected.dedup();
    let mut provider = known(id);
    provider.collections.retain(|collection| collection.id == name);
    if provider.collections.is_empty() {
        // A collection that Swath has no use for stands for one that pages as it does.
        let assets = [(swath_domain::Band::Red, "image".to_owned())].into();
        let stand_in = Collection { id: name.into(), sensor: Sensor::Sentinel2L2a, assets, ..known(id).collections[0].clone() };
        provider.collections.push(stand_in);
    }
    let server = Server::in_turn(replies.clone()).await;
    let scenes = found(&provider, &server, &everywhere()).await.unwrap();
    let mut ids: Vec<_> = scenes.iter().map(|scene| scene.id.item().to_owned()).collect();
    ids.sort();
    table.same(id, Column::Page, &format!("recorded pages of {name}"), ids, expected);
    table.same(id, Column::Page, &format!("requests for {name}"), server.asked().len(), replies.len());
    let questions: Vec<_> = server.asked().iter().map(collection).collect();
    table.same(id, Column::Page, "the first question", questions.first().map(String::as_str), Some(name));
}
