//! From the name of a scene to an address of its tar: what there is, a request for it, and waiting until it has been prepared.

use std::time::Duration;

use serde_json::{Value, json};
use swath_domain::{Monitor, Stop};
use url::Url;

use super::envelope::call;
use super::scene::number;
use crate::catalogue::page::unreadable;
use crate::{Client, RemoteError, address, cancel::unless_cancelled};

/// How often it is asked whether a product has been prepared, in units of the client's first wait; usually every 30 s.
const PAUSE: u32 = 60;
/// Usually half an hour in all.
const MOST_POLLS: u32 = 60;

/// Where a package lies for a while. The address gives the file to whoever has it, so it does not show itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Resolved {
    /// To be fetched without further credentials; ends after some hours.
    pub url: String,
    /// Length in bytes, when the service says it.
    pub size: Option<u64>,
}

impl std::fmt::Debug for Resolved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let host = Url::parse(&self.url).map(|url| address::host(&url)).unwrap_or_default();
        f.debug_struct("Resolved").field("url", &format!("{host}/…")).field("size", &self.size).finish()
    }
}

/// A product that a scene can be fetched as.
struct Offer {
    id: String,
    size: Option<u64>,
}

/// The address of a package `m2m:dataset/entity`. `base` is that of the API, up to `/json/stable`. May wait half an hour for a product that
/// has to be prepared first.
///
/// # Errors
/// [`RemoteError::NeedsAccount`]; a href of another form; a scene that is not given away as a whole; whatever the service says.
pub async fn resolve_m2m(client: &Client, base: &str, href: &str, monitor: &dyn Monitor) -> Result<Resolved, Stop<RemoteError>> {
    let wrong = || RemoteError::Unsupported { what: format!("the package `{}`", address::short(href)) };
    let (dataset, entity) = href.strip_prefix("m2m:").and_then(|rest| rest.split_once('/')).ok_or_else(wrong)?;
    let offer = offer(client, base, dataset, entity, monitor).await?;
    let url = request(client, base, entity, &offer, monitor).await?;
    let (service, file) = (address::parse(base)?, address::parse(&url)?);
    if !address::is_private(&service) && (address::is_private(&file) || file.scheme() != "https") {
        return Err(unreadable(&service, "it leads to an address that is not its own".into()).into());
    }
    Ok(Resolved { url, size: offer.size })
}

/// Ends the session; a new one begins by itself when it is needed.
///
/// # Errors
/// Whatever the service says; the session then ends by itself after two hours.
pub async fn logout(client: &Client, base: &str, monitor: &dyn Monitor) -> Result<(), Stop<RemoteError>> {
    call(client, base, "logout", json!({}), monitor).await.map(|_| ())
}

/// The scene as a whole, among the ways in which it is given away (`download-options`).
async fn offer(client: &Client, base: &str, dataset: &str, entity: &str, monitor: &dyn Monitor) -> Result<Offer, Stop<RemoteError>> {
    let data = call(client, base, "download-options", json!({"datasetName": dataset, "entityIds": [entity]}), monitor).await?;
    let options = data.as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |option: &'_ Value, key: &str| option.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let whole = |option: &&Value| {
        let name = text(option, "productName");
        name.contains("Product Bundle") || name.contains("GeoTIFF Data Product")
    };
    let own = |option: &&Value| [entity, ""].contains(&text(option, "entityId").as_str());
    let there = |option: &&Value| option.get("available").and_then(Value::as_bool) == Some(true);
    let all: Vec<_> = options.iter().filter(own).filter(whole).collect();
    let Some(option) = all.iter().copied().find(|option| there(option)) else {
        let what = match all.first() {
            Some(_) => format!("fetching {entity}, which the USGS does not give away at the moment,"),
            None => format!("fetching {entity} as a whole, which the USGS does not offer,"),
        };
        return Err(RemoteError::Unsupported { what }.into());
    };
    Ok(Offer { id: text(option, "id"), size: number(option.get("filesize")).filter(|n| *n >= 1.0).map(|n| n as u64) })
}

/// Asks for a product (`download-request`), and waits for it if it has to be prepared.
async fn request(client: &Client, base: &str, entity: &str, offer: &Offer, monitor: &dyn Monitor) -> Result<String, Stop<RemoteError>> {
    let service = address::parse(base)?;
    let label = format!("swath-{entity}");
    let body = json!({"downloads": [{"entityId": entity, "productId": offer.id}], "label": label});
    let data = call(client, base, "download-request", body, monitor).await?;
    let list = |key: &str| data.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    if let Some(url) = list("availableDownloads").iter().find_map(address_of) {
        return Ok(url);
    }
    if let Some(failed) = list("failed").first() {
        let said = crate::error::words(&failed.to_string());
        return Err(unreadable(&service, format!("it refuses to give {entity} away {said}")).into());
    }
    // What was asked for before goes on under the label of that time.
    let earlier = data.get("duplicateProducts").and_then(Value::as_object).and_then(|all| all.values().find_map(Value::as_str));
    let label = earlier.unwrap_or(&label).to_owned();
    let pause = client.options().first_wait.saturating_mul(PAUSE);
    for _ in 0..MOST_POLLS {
        let data = call(client, base, "download-retrieve", json!({"label": label}), monitor).await?;
        let of = |key: &str| data.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        // Those that are requested may have an address already.
        let ready = of("available").into_iter().chain(of("requested"));
        let own = |one: &Value| one.get("entityId").and_then(Value::as_str).is_none_or(|id| id == entity);
        if let Some(url) = ready.filter(own).find_map(|one| address_of(&one)) {
            return Ok(url);
        }
        unless_cancelled::<_, RemoteError>(monitor, tokio::time::sleep(pause)).await?;
    }
    let seconds = Duration::saturating_mul(pause, MOST_POLLS).as_secs().max(1);
    Err(RemoteError::Timeout { host: address::host(&service), seconds }.into())
}

fn address_of(one: &Value) -> Option<String> {
    one.get("url")?.as_str().filter(|url| url.starts_with("http")).map(str::to_owned)
}
