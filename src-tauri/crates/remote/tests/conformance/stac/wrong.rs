//! What goes wrong, and what is said about it.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use swath_remote::provider::Provider;

use super::{all, found, here, known, own, page};
use crate::replay::{Reply, Server, Shared};
use crate::table::{Column, Table};

pub(super) async fn rows(table: &mut Table, shared: &mut Shared) {
    for provider in all() {
        refusals(table, &provider).await;
        passing(table, &provider).await;
    }
    reported(table, shared).await;
}

fn one_collection(id: &str) -> Provider {
    let mut provider = known(id);
    provider.collections.truncate(1);
    provider
}

fn text(status: u16, body: &str) -> Reply {
    Reply { status, headers: Vec::new(), body: body.to_owned().into() }
}

/// Answers that no patience helps against: told once, in the server's own words.
async fn refusals(table: &mut Table, id: &str) {
    let provider = one_collection(id);
    let query = here(&[provider.collections[0].sensor]);
    for (what, reply, words, requests) in [
        (
            "an unknown collection",
            text(404, r#"{"code":"NotFoundError","description":"Collection x does not exist."}"#),
            "Collection x does not exist",
            1,
        ),
        ("a refused question", text(400, r#"{"detail":"limit must be below 1000"}"#), "limit must be below 1000", 1),
        ("a page for people", text(200, "<html><h1>The service has moved</h1></html>"), "The service has moved", 1),
        ("no access", text(403, "<Error><Code>AuthenticationFailed</Code></Error>"), "AuthenticationFailed", 1),
        ("an answer to something else", text(200, r#"{"type":"Collection","id":"x"}"#), "no list of scenes", 0),
    ] {
        let server = Server::in_turn(vec![reply]).await;
        let error = found(&provider, &server, &query).await.unwrap_err();
        let told = error.to_string().contains(words) && error.code() == "provider-failed";
        table.check(id, Column::Error, what, if told { Ok(()) } else { Err(error.to_string()) });
        if requests > 0 {
            table.same(id, Column::Error, &format!("{what}, once"), server.asked().len(), requests);
        }
    }
}

/// Answers that may be better next time, for fewer items, or for fewer days.
async fn passing(table: &mut Table, id: &str) {
    let provider = one_collection(id);
    let query = here(&[provider.collections[0].sensor]);
    let good = Reply::json(200, &page(vec![own::items(id).remove(0)], None));
    let slow = json!({"error": "The request exceeded the maximum allowed time", "success": false});
    for (what, first, times) in [
        ("502 three times", text(502, r#"{"message":"Internal server error"}"#), 3),
        ("504 once", text(504, ""), 1),
        ("a time-out that says 200", Reply::json(200, &slow), 1),
        ("half an answer", text(200, r#"{"type":"FeatureCollection","features":[{"id":"#), 1),
        ("429 with a time", Reply { headers: vec![("retry-after".into(), "0".into())], ..text(429, "") }, 2),
    ] {
        let mut replies = vec![first; times];
        replies.push(good.clone());
        let server = Server::in_turn(replies).await;
        let got = found(&provider, &server, &query).await.map(|scenes| scenes.len());
        table.same(id, Column::Error, what, got.map_err(|error| error.to_string()), Ok(1));
    }
    // Only questions for at most a week are answered.
    let served = AtomicU32::new(0);
    let server = Server::start(move |asked| {
        let days = asked.json()["datetime"].as_str().map_or(0, days);
        if days > 8 {
            return text(500, "");
        }
        served.fetch_add(1, Ordering::SeqCst);
        good.clone()
    })
    .await;
    let got = found(&provider, &server, &query).await.map(|scenes| scenes.len());
    table.same(id, Column::Error, "periods that are too long", got.map_err(|error| error.to_string()), Ok(1));
    let answered = server.asked().iter().filter(|asked| asked.json()["datetime"].as_str().map_or(0, days) <= 8).count();
    table.same(id, Column::Error, "every day was asked for", answered, 4);
    let server = Server::in_turn(vec![text(503, r#"{"message":"down for maintenance"}"#)]).await;
    let error = found(&provider, &server, &query).await.unwrap_err().to_string();
    table.check(id, Column::Error, "a service that is down", if error.contains("down for maintenance") { Ok(()) } else { Err(error) });
    let requests = server.asked().len();
    table.check(id, Column::Error, "it is left alone", if requests <= 12 { Ok(()) } else { Err(format!("{requests} requests")) });
}

fn days(period: &str) -> i32 {
    let day = |text: &str| text.get(..10).and_then(|text| text.parse::<jiff::civil::Date>().ok()).unwrap();
    let (from, to) = period.split_once('/').unwrap();
    (day(to) - day(from)).get_days() + 1
}

/// Errors as people reported them.
async fn reported(table: &mut Table, shared: &mut Shared) {
    for (id, name, words) in [
        ("cdse", "cdse-stac-429-retry-after", None),
        ("earth-search", "earth-search-v1-502-payload-too-large", None),
        ("planetary-computer", "planetary-computer-stac-timeout-json", None),
        ("cdse", "retired-hub-200-with-html", Some("now available on the Copernicus Data Space")),
    ] {
        let Some(bytes) = shared.file(&format!("api/errors-reported-in-issues/{name}.json")) else { continue };
        let told: Value = serde_json::from_slice(&bytes).unwrap();
        let response = &told["response"];
        let body = response["body_text"].as_str().map_or_else(|| response["body"].to_string(), str::to_owned);
        // The time that was asked for is too long for a test.
        let headers = if response["headers"]["Retry-After"].is_null() { Vec::new() } else { vec![("retry-after".into(), "0".into())] };
        let reply = Reply { status: response["status"].as_u64().unwrap_or(200) as u16, headers, body: body.into() };
        let provider = one_collection(id);
        let good = Reply::json(200, &page(vec![own::items(id).remove(0)], None));
        let server = Server::in_turn(vec![reply, good]).await;
        let got = found(&provider, &server, &here(&[provider.collections[0].sensor])).await;
        let result = match (got, words) {
            (Ok(scenes), None) if scenes.len() == 1 => Ok(()),
            (Err(error), Some(words)) if error.to_string().contains(words) => Ok(()),
            (got, _) => Err(format!("{:?}", got.map(|scenes| scenes.len()))),
        };
        table.check(id, Column::Error, name, result);
    }
}
