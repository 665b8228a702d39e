//! Searching catalogues that speak STAC, as an API or as files, with the tolerance that real ones need.

mod api;
mod area;
mod asset;
mod folder;
mod footprint;
mod item;
mod next;
mod properties;
mod radiometry;

use std::collections::HashSet;

use serde_json::Value;
use swath_domain::{Monitor, Query, Scene, Stop};
use url::Url;

use crate::provider::{Collection, Kind, Provider};
use crate::{Client, RemoteError, address};

pub use radiometry::radiometry;

/// Searches one catalogue. Scenes come page by page, each once, and every one of them answers the query. Returns their number.
///
/// Items that cannot be used (no outline, none of the known assets, an id that is no name) are left out; how many is logged.
///
/// # Errors
/// Whatever keeps a page from coming, after it was tried again. What was handed over before stays valid.
pub async fn search(
    client: &Client,
    provider: &Provider,
    query: &Query,
    monitor: &dyn Monitor,
    on_page: &mut (dyn FnMut(Vec<Scene>) + Send),
) -> Result<usize, Stop<RemoteError>> {
    let collections: Vec<_> = provider.collections.iter().filter(|c| query.sensors.contains(&c.sensor)).collect();
    if collections.is_empty() {
        return Ok(0);
    }
    let mut found = Found { provider, query, client, on_page, seen: HashSet::new(), count: 0, skipped: 0 };
    match &provider.kind {
        Kind::Stac { url } => api::search(client, url, &collections, &mut found, monitor).await?,
        Kind::Static { folder } => folder::search(folder, &mut found, monitor).await?,
    }
    if found.skipped > 0 {
        tracing::warn!(provider = %provider.id, skipped = found.skipped, "items that cannot be used were left out");
    }
    Ok(found.count)
}

/// What a search has found so far.
struct Found<'a> {
    provider: &'a Provider,
    query: &'a Query,
    client: &'a Client,
    on_page: &'a mut (dyn FnMut(Vec<Scene>) + Send),
    /// Collection and id of every item that came. Servers repeat items across page borders.
    seen: HashSet<(String, String)>,
    count: usize,
    skipped: usize,
}

impl Found<'_> {
    /// The key of an item; items that name no collection belong to the one that was searched.
    fn key(item: &Value, collection: Option<&str>) -> (String, String) {
        let text = |key: &str| item.get(key).and_then(Value::as_str);
        (text("collection").or(collection).unwrap_or_default().to_owned(), text("id").unwrap_or_default().to_owned())
    }

    /// The scene of an item that is new, usable and answers the query. `base` is what its addresses are relative to.
    fn scene(&mut self, item: &Value, collection: Option<&str>, base: &Url, trusted: bool) -> Option<Scene> {
        let key = Self::key(item, collection);
        let known: &Collection = self.provider.collections.iter().find(|c| c.id == key.0)?;
        if !self.seen.insert(key) {
            return None;
        }
        match item::scene(&self.provider.id, known, item, base, trusted) {
            Ok(scene) => self.query.accepts(&scene).then_some(scene),
            Err(why) => {
                tracing::debug!(provider = %self.provider.id, why, "an item cannot be used");
                self.skipped += 1;
                None
            }
        }
    }

    fn hand_over(&mut self, scenes: Vec<Scene>) {
        if scenes.is_empty() {
            return;
        }
        // The files lie on other hosts than the catalogue, but the provider's bounds are meant for them as well.
        let mut hosts = HashSet::new();
        for href in scenes.iter().flat_map(|scene| scene.assets.values()).map(|asset| &asset.href) {
            if let Ok(url) = Url::parse(href)
                && url.scheme() != "file"
                && hosts.insert(address::host(&url))
            {
                self.client.set_host_limits(href, self.provider.parallel, 0.0);
            }
        }
        self.count += scenes.len();
        (self.on_page)(scenes);
    }
}
