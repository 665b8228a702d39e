//! Searching NASA's Common Metadata Repository, where the Alaska Satellite Facility keeps its Sentinel-1 scenes.
//!
//! Pages may be shorter than asked for, and even empty; only a missing `CMR-Search-After` says that there are no more.

mod granule;

use std::collections::HashSet;

use reqwest::header::{HeaderMap, HeaderValue};
use swath_domain::{DateRange, Monitor, OrbitDirection, Query, Stop};
use url::Url;

use super::outline::polygons;
use super::page::{MOST_PAGES, below, endless, list, open};
use super::{Found, outline};
use crate::client::Ask;
use crate::provider::Collection;
use crate::{Client, RemoteError, address};

const AFTER: &str = "cmr-search-after";
const USUAL_PAGE: u32 = 100;
/// Pages in a row that bring nothing new, after which a catalogue is taken to repeat itself.
const PATIENCE: usize = 3;

pub(super) async fn search(
    client: &Client,
    url: &str,
    collections: &[&Collection],
    found: &mut Found<'_>,
    monitor: &dyn Monitor,
) -> Result<(), Stop<RemoteError>> {
    let base = address::parse(url)?;
    client.set_host_limits(url, found.provider.parallel, found.provider.requests_per_second);
    let wanted: Vec<&Collection> = collections.iter().copied().filter(|c| can_match(c, found.query)).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    for span in found.query.spans() {
        for polygon in polygons(&found.query.area) {
            let first = ask(&base, &wanted, found, span, &outline::corners(&polygon));
            walk(client, &base, first, &wanted, found, monitor).await?;
        }
    }
    Ok(())
}

async fn walk(
    client: &Client,
    base: &Url,
    mut ask: Ask,
    collections: &[&Collection],
    found: &mut Found<'_>,
    monitor: &dyn Monitor,
) -> Result<(), Stop<RemoteError>> {
    let (mut ids, mut idle) = (HashSet::new(), 0);
    for _ in 0..MOST_PAGES {
        let page = open(client, &ask, monitor).await?;
        let items = list(&page, &ask, "items")?;
        let new = items.iter().filter(|item| ids.insert(granule::concept(item))).count();
        idle = if new == 0 { idle + 1 } else { 0 };
        let provider = &found.provider.id;
        let scenes = items.iter().filter_map(|item| {
            let Some((collection, id)) = granule::collection(item, collections).zip(granule::name(item)) else {
                found.skip("it is of a collection that was not asked for, or has no usable name");
                return None;
            };
            found.take(&collection.id, &id, || granule::scene(provider, collection, item, base))
        });
        let scenes = scenes.collect();
        found.hand_over(scenes);
        match after(&page.headers) {
            Some(value) if idle < PATIENCE && ask.headers.get(AFTER) != Some(&value) => ask.headers.insert(AFTER, value),
            _ => return Ok(()),
        };
    }
    Err(endless(base).into())
}

fn after(headers: &HeaderMap) -> Option<HeaderValue> {
    headers.get(AFTER).filter(|value| !value.is_empty()).cloned()
}

/// Short names tell the satellite.
fn can_match(collection: &Collection, query: &Query) -> bool {
    let name = collection.id.to_ascii_lowercase();
    let platforms = &query.filters.platforms;
    platforms.is_empty() || platforms.iter().any(|platform| name.starts_with(platform)) || !name.starts_with("sentinel-1")
}

fn ask(base: &Url, collections: &[&Collection], found: &Found<'_>, span: DateRange, ring: &[(String, String)]) -> Ask {
    let mut url = below(base, &["search", "granules.umm_json"]);
    let page = match found.provider.page {
        0 => USUAL_PAGE,
        page => page.min(2000),
    };
    let filters = &found.query.filters;
    let ring: Vec<_> = ring.iter().map(|(x, y)| format!("{x},{y}")).collect();
    let mut pairs = url.query_pairs_mut();
    pairs.append_pair("provider", "ASF");
    for collection in collections {
        pairs.append_pair("short_name[]", &collection.id);
    }
    pairs.append_pair("temporal", &format!("{}T00:00:00Z,{}T23:59:59.999Z", span.from(), span.to()));
    pairs.append_pair("polygon", &ring.join(",")).append_pair("sort_key[]", "start_date").append_pair("page_size", &page.to_string());
    if let Some(direction) = filters.orbit_direction {
        let word = if direction == OrbitDirection::Ascending { "ASCENDING" } else { "DESCENDING" };
        pairs.append_pair("attribute[]", &format!("string,ASCENDING_DESCENDING,{word}"));
    }
    if let [orbit] = filters.relative_orbits.as_slice() {
        pairs.append_pair("attribute[]", &format!("int,PATH_NUMBER,{orbit}"));
    }
    drop(pairs);
    Ask::get(url)
}
