//! Products by their names: which there are, and what became of those that are gone.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};
use swath_domain::{Monitor, ProductName, Stop};
use url::Url;

use super::filter::quoted;
use super::product;
use crate::catalogue::page::{below, list, open};
use crate::client::{Ask, Method};
use crate::{Client, RemoteError, address};

/// Names in one question.
const AT_ONCE: usize = 100;

/// What became of a product that was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// In the service's words: `Duplicated product`, `Corrupted product`, `Obsolete product` and the like.
    pub cause: String,
    /// When.
    pub at: Option<Timestamp>,
}

/// Which of these products the Copernicus Data Space Ecosystem has, without `.SAFE`. `url` is that of its OData, up to `/odata/v1`.
///
/// # Errors
/// Whatever keeps the answer from coming.
pub async fn known(client: &Client, url: &str, names: &[String], monitor: &dyn Monitor) -> Result<BTreeSet<String>, Stop<RemoteError>> {
    let base = address::parse(url)?;
    Ok(records(client, &base, names, monitor).await?.iter().filter_map(product::name).collect())
}

/// What became of a product that is no longer there; `None` when it has not been deleted.
///
/// # Errors
/// Whatever keeps the answer from coming.
pub async fn deleted(client: &Client, url: &str, name: &str, monitor: &dyn Monitor) -> Result<Option<Deleted>, Stop<RemoteError>> {
    let mut url = below(&address::parse(url)?, &["DeletedProducts"]);
    url.query_pairs_mut().append_pair("$filter", &format!("Name eq '{}'", quoted(&full(name)))).append_pair("$top", "1");
    let ask = Ask::get(url);
    let page = open(client, &ask, monitor).await?;
    let text = |record: &Value, key: &str| record.get(key).and_then(Value::as_str).map(str::to_owned);
    let one = list(&page, &ask, "value")?.iter().find(|record| product::name(record).as_deref() == Some(name.trim_end_matches(".SAFE")));
    Ok(one.map(|record| Deleted {
        cause: text(record, "DeletionCause").map(|cause| crate::error::words(&cause)).filter(|c| !c.is_empty()).unwrap_or("Other".into()),
        at: text(record, "DeletionDate").and_then(|at| at.parse().ok()),
    }))
}

/// The records of products by name; those that are not there are left out.
pub(super) async fn records(client: &Client, base: &Url, names: &[String], monitor: &dyn Monitor) -> Result<Vec<Value>, Stop<RemoteError>> {
    let mut all = Vec::new();
    for some in names.chunks(AT_ONCE) {
        let asked: Vec<Value> = some.iter().map(|name| json!({"Name": full(name)})).collect();
        let mut url = below(base, &["Products", "OData.CSC.FilterList"]);
        let plain = url.clone();
        url.query_pairs_mut().append_pair("$expand", "Attributes").append_pair("$expand", "Assets");
        let mut ask = Ask { method: Method::Post(json!({"FilterProducts": asked})), ..Ask::get(url) };
        let page = match open(client, &ask, monitor).await {
            // Not everywhere does the list know how to say more about its products; their names say most of it.
            Err(Stop::Failed(RemoteError::Status { status: 400 | 404 | 405 | 422, .. })) => {
                ask.url = plain;
                open(client, &ask, monitor).await?
            }
            page => page?,
        };
        all.extend(list(&page, &ask, "value")?.iter().cloned());
    }
    Ok(all)
}

/// The service keeps products of the Sentinels under the name of their folder.
fn full(name: &str) -> String {
    let name = name.trim();
    let sentinel =
        matches!(ProductName::read(name), Some(ProductName::Sentinel1(_) | ProductName::Sentinel2(_) | ProductName::Sentinel2Multi { .. }));
    if sentinel && !name.ends_with(".SAFE") { format!("{name}.SAFE") } else { name.to_owned() }
}
