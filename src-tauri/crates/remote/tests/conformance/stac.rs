//! Rows of catalogues that speak STAC.

mod own;
mod pages;
mod recorded;
mod wrong;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use swath_domain::{Aoi, DateRange, Never, Query, Scene, Sensor, Stop};
use swath_remote::provider::{Kind, Provider, built_in};
use swath_remote::{Client, ClientOptions, RemoteError, search};

use crate::replay::{Asked, Reply, Server, Shared};
use crate::table::{Column, Table};

pub async fn rows(table: &mut Table, shared: &mut Shared) {
    own::rows(table).await;
    pages::rows(table, shared).await;
    wrong::rows(table, shared).await;
    recorded::rows(table, shared).await;
    table.nothing("earth-search", Column::Sign, "its files are open, or paid for with an account of AWS");
}

/// A catalogue as Swath knows it.
fn known(id: &str) -> Provider {
    built_in(None).into_iter().find(|provider| provider.id == id).unwrap()
}

/// The ids of all built-in catalogues that speak STAC.
fn all() -> Vec<String> {
    built_in(None).into_iter().filter(|provider| matches!(provider.kind, Kind::Stac { .. })).map(|provider| provider.id).collect()
}

/// A client without patience.
pub fn client() -> Client {
    Client::new(ClientOptions {
        connect: Duration::from_secs(2),
        first_byte: Duration::from_secs(2),
        stall: Duration::from_millis(500),
        first_wait: Duration::from_millis(5),
        longest_wait: Duration::from_secs(3),
        ..ClientOptions::default()
    })
    .unwrap()
}

const JUNE: (&str, &str) = ("2025-06-01", "2025-06-30");

/// Everything of some sensors that lies where the pages written here lie.
fn here(sensors: &[Sensor]) -> Query {
    let dates = DateRange::new(JUNE.0.parse().unwrap(), JUNE.1.parse().unwrap()).unwrap();
    let area = Aoi::from_bbox([10.2, 45.2, 10.4, 45.4]).unwrap();
    Query { area, dates, sensors: sensors.to_vec(), max_cloud: None, filters: Default::default() }
}

/// Everything anywhere at any time.
fn everywhere() -> Query {
    // A box of more than half the Earth needs corners on the way; otherwise it is taken for its small other side.
    let ring: Vec<_> = [-179.9, -90.0, 0.0, 90.0, 179.9].into_iter().map(|x| json!([x, -89.9])).collect();
    let back: Vec<_> = [179.9, 90.0, 0.0, -90.0, -179.9].into_iter().map(|x| json!([x, 89.9])).collect();
    let ring = [ring.clone(), back, vec![ring[0].clone()]].concat();
    let area = Aoi::from_geojson(&json!({"type": "Polygon", "coordinates": [ring]}).to_string()).unwrap().0;
    let dates = DateRange::new("1970-01-01".parse().unwrap(), "2030-01-01".parse().unwrap()).unwrap();
    Query { area, dates, ..here(&Sensor::ALL) }
}

/// Searches a catalogue whose address is that of a server here.
async fn found(provider: &Provider, server: &Server, query: &Query) -> Result<Vec<Scene>, RemoteError> {
    let provider = Provider { kind: Kind::Stac { url: format!("{}/v1", server.address) }, requests_per_second: 0.0, ..provider.clone() };
    let mut all = Vec::new();
    match search(&client(), &provider, query, &Never, &mut |page| all.extend(page)).await {
        Ok(count) => assert_eq!(count, all.len()),
        Err(Stop::Failed(error)) => return Err(error),
        Err(Stop::Cancelled) => unreachable!("nobody cancels"),
    }
    Ok(all)
}

/// A server that has some items, all on one page, and gives those of the collection that is asked for.
async fn serve(items: &[Value]) -> Arc<Server> {
    let mut collections: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for item in items {
        collections.entry(item["collection"].as_str().unwrap_or_default().to_owned()).or_default().push(item.clone());
    }
    Server::start(move |asked| Reply::json(200, &page(collections.get(&collection(asked)).cloned().unwrap_or_default(), None))).await
}

fn collection(asked: &Asked) -> String {
    asked.json()["collections"][0].as_str().unwrap_or_default().to_owned()
}

fn page(items: Vec<Value>, next: Option<Value>) -> Value {
    let mut links = vec![json!({"rel": "self", "href": "x"})];
    links.extend(next.map(|mut link| {
        link["rel"] = "next".into();
        link
    }));
    json!({"type": "FeatureCollection", "features": items, "links": links})
}
