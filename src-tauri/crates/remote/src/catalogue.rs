//! Searching a catalogue, whatever it speaks: STAC as an API or as files, OData, CMR, M2M, or Sentinel Hub's own.
//!
//! Each dialect is a module that asks for pages and turns what comes into scenes; what all have in common is here: every scene is told once,
//! and only if it answers the query, since servers ignore filters that they do not know.

mod again;
mod cmr;
pub mod m2m;
mod named;
pub mod odata;
mod outline;
mod page;
mod sentinel_hub;

pub use again::scene_again;

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use swath_domain::{Monitor, Query, Scene, Stop};
use url::Url;

use crate::provider::{Collection, Kind, Provider};
use crate::{Client, RemoteError, address, stac};

/// Searches one catalogue. Scenes come page by page, each once, and every one of them answers the query. Returns their number.
///
/// Items that cannot be used (no outline, none of the known assets, an id that is no name) are left out; how many, and why, is logged.
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
    let mut found = Found { provider, query, client, on_page, seen: HashSet::new(), count: 0, skipped: BTreeMap::new() };
    match &provider.kind {
        Kind::Stac { url } => stac::api::search(client, url, &collections, &mut found, monitor).await?,
        Kind::Static { folder } => stac::folder::search(folder, &mut found, monitor).await?,
        Kind::OData { url } => odata::search(client, url, &collections, &mut found, monitor).await?,
        Kind::Cmr { url } => cmr::search(client, url, &collections, &mut found, monitor).await?,
        Kind::M2m { url } => m2m::search(client, url, &collections, &mut found, monitor).await?,
        Kind::SentinelHub { url } => sentinel_hub::search(client, url, &collections, &mut found, monitor).await?,
    }
    for (why, number) in &found.skipped {
        tracing::warn!(provider = %provider.id, number, why, "items that cannot be used were left out");
    }
    Ok(found.count)
}

/// What a search has found so far.
pub(crate) struct Found<'a> {
    pub(crate) provider: &'a Provider,
    pub(crate) query: &'a Query,
    pub(crate) client: &'a Client,
    pub(crate) on_page: &'a mut (dyn FnMut(Vec<Scene>) + Send),
    /// Collection and id of every item that came. Servers repeat items across page borders.
    pub(crate) seen: HashSet<(String, String)>,
    pub(crate) count: usize,
    /// How many items were left out, by the reason.
    pub(crate) skipped: BTreeMap<&'static str, usize>,
}

impl Found<'_> {
    /// The key of an item; items that name no collection belong to the one that was searched.
    pub(crate) fn key(item: &Value, collection: Option<&str>) -> (String, String) {
        let text = |key: &str| item.get(key).and_then(Value::as_str);
        (text("collection").or(collection).unwrap_or_default().to_owned(), text("id").unwrap_or_default().to_owned())
    }

    /// The scene of a STAC item that is new, usable and answers the query. `base` is what its addresses are relative to.
    pub(crate) fn scene(&mut self, item: &Value, collection: Option<&str>, base: &Url, trusted: bool) -> Option<Scene> {
        let (name, id) = Self::key(item, collection);
        let provider = self.provider;
        let known: &Collection = provider.collections.iter().find(|c| c.id == name)?;
        self.take(&name, &id, || stac::item::scene(&provider.id, known, item, base, trusted))
    }

    /// What `make` gives, if the item of a collection is new, can be used, and answers the query. Whatever else its catalogue does not say but
    /// its product's name does is filled in.
    pub(crate) fn take(&mut self, collection: &str, id: &str, make: impl FnOnce() -> Result<Scene, &'static str>) -> Option<Scene> {
        if !self.seen.insert((collection.to_owned(), id.to_owned())) {
            return None;
        }
        match make().and_then(named::completed) {
            Ok(scene) => self.query.accepts(&scene).then_some(scene),
            Err(why) => {
                self.skip(why);
                None
            }
        }
    }

    /// Counts something that cannot be used.
    pub(crate) fn skip(&mut self, why: &'static str) {
        *self.skipped.entry(why).or_default() += 1;
    }

    pub(crate) fn hand_over(&mut self, scenes: Vec<Scene>) {
        if scenes.is_empty() {
            return;
        }
        // The files lie on other hosts than the catalogue, but the provider's bounds are meant for them as well.
        let mut hosts = HashSet::new();
        for href in scenes.iter().flat_map(|scene| scene.assets.values()).map(|asset| &asset.href) {
            if let Ok(url) = Url::parse(href)
                && matches!(url.scheme(), "http" | "https")
                && hosts.insert(address::host(&url))
            {
                self.client.set_host_limits(href, self.provider.parallel, 0.0);
            }
        }
        self.count += scenes.len();
        (self.on_page)(scenes);
    }
}
