//! Searching OData of the Copernicus Data Space Ecosystem, which knows every product as a whole.
//!
//! Answers are ordered by start and walked with `$skip`, which goes no further than 10 000; beyond that the walk begins again at the start
//! of the last product that came.

mod filter;
mod lookup;
mod product;

use std::collections::HashSet;

use serde_json::Value;
use swath_domain::{DateRange, Monitor, Scene, Stop};
use url::Url;

pub use lookup::{Deleted, deleted, known};
pub(super) use product::{direction, polarisations};

use super::page::{MOST_PAGES, Page, below, endless, list, open, unreadable};
use super::{Found, outline};
use crate::client::Ask;
use crate::provider::Collection;
use crate::{Client, RemoteError, address};

/// As far as the service skips.
const MOST_SKIPPED: usize = 10_000;
const USUAL_PAGE: usize = 100;
/// Below this a page that still fails does not fail because of its size.
const SMALLEST_PAGE: usize = 25;

pub(super) async fn search(
    client: &Client,
    url: &str,
    collections: &[&Collection],
    found: &mut Found<'_>,
    monitor: &dyn Monitor,
) -> Result<(), Stop<RemoteError>> {
    let base = address::parse(url)?;
    client.set_host_limits(url, found.provider.parallel, found.provider.requests_per_second);
    let names = &found.query.filters.names;
    if !names.is_empty() && names.iter().all(|name| !name.contains('*')) {
        return by_name(client, &base, collections, found, monitor).await;
    }
    for collection in collections.iter().filter(|c| filter::can_match(c, found.query)) {
        for span in found.query.spans() {
            for side in outline::sides(&found.query.area) {
                let limits = filter::fixed(collection, found.query, &side);
                let walk = Walk { base: &base, collection, limits, span };
                walk.all(client, found, monitor).await?;
            }
        }
    }
    Ok(())
}

/// Names are looked up, which is faster than any search.
async fn by_name(
    client: &Client,
    base: &Url,
    collections: &[&Collection],
    found: &mut Found<'_>,
    monitor: &dyn Monitor,
) -> Result<(), Stop<RemoteError>> {
    let records = lookup::records(client, base, &found.query.filters.names, monitor).await?;
    let scenes = records.iter().filter_map(|record| {
        let kind = product::kind(record);
        let collection = collections.iter().find(|c| kind.as_deref() == Some(filter::product_type(c)))?;
        take(found, collection, record, base)
    });
    let scenes = scenes.collect();
    found.hand_over(scenes);
    Ok(())
}

/// The scene of a record that is new, usable and answers the query.
fn take(found: &mut Found<'_>, collection: &Collection, record: &Value, base: &Url) -> Option<Scene> {
    let provider = &found.provider.id;
    let id = product::name(record).unwrap_or_else(|| record.to_string());
    found.take(&collection.id, &id, || product::scene(provider, collection, record, base))
}

/// All products of one collection in one stretch of time, on one side of the antimeridian.
struct Walk<'a> {
    base: &'a Url,
    collection: &'a Collection,
    limits: String,
    span: DateRange,
}

impl Walk<'_> {
    async fn all(&self, client: &Client, found: &mut Found<'_>, monitor: &dyn Monitor) -> Result<(), Stop<RemoteError>> {
        let mut top = match found.provider.page as usize {
            0 => USUAL_PAGE,
            page => page.min(1000),
        };
        let mut from = format!("{}T00:00:00.000Z", self.span.from());
        let mut pages = 0;
        // Each turn begins where the service would not skip any further.
        loop {
            let mut ask = self.ask(&from, top, 0);
            let (mut ids, mut taken, mut last) = (HashSet::new(), 0, None);
            loop {
                pages += 1;
                if pages > MOST_PAGES {
                    return Err(endless(self.base).into());
                }
                let page = match open(client, &ask, monitor).await {
                    Err(Stop::Failed(RemoteError::Status { status: 422, .. })) if taken > 0 => break,
                    Err(Stop::Failed(RemoteError::Status { status: 500.., .. } | RemoteError::Timeout { .. }))
                        if top / 2 >= SMALLEST_PAGE =>
                    {
                        top /= 2;
                        ask = self.ask(&from, top, taken);
                        continue;
                    }
                    page => page?,
                };
                let records = list(&page, &ask, "value")?;
                let fresh = records.iter().filter(|record| ids.insert(id(record))).count();
                let scenes = records.iter().filter_map(|record| take(found, self.collection, record, self.base)).collect();
                found.hand_over(scenes);
                taken += records.len();
                last = records.iter().filter_map(product::start).max().or(last);
                if fresh == 0 || (records.len() < top && next(&page, self.base).is_none()) {
                    return Ok(());
                }
                if taken + top > MOST_SKIPPED {
                    break;
                }
                ask = next(&page, self.base).map_or_else(|| self.ask(&from, top, taken), Ask::get);
            }
            // Down to the millisecond, as the service is asked.
            let again = last.map(|at| at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string());
            match again {
                Some(later) if later > from => from = later,
                _ => return Err(unreadable(self.base, "more products begin in one moment than it tells".into()).into()),
            }
        }
    }

    fn ask(&self, from: &str, top: usize, skip: usize) -> Ask {
        let until = self.span.to().tomorrow().unwrap_or(self.span.to());
        let times = format!("ContentDate/Start ge {from} and ContentDate/Start lt {until}T00:00:00.000Z");
        let mut url = below(self.base, &["Products"]);
        let mut pairs = url.query_pairs_mut();
        pairs.append_pair("$filter", &format!("{} and {times}", self.limits)).append_pair("$orderby", "ContentDate/Start asc");
        pairs.append_pair("$top", &top.to_string()).append_pair("$expand", "Attributes").append_pair("$expand", "Assets");
        if skip > 0 {
            pairs.append_pair("$skip", &skip.to_string());
        }
        drop(pairs);
        Ask::get(url)
    }
}

fn id(record: &Value) -> String {
    record.get("Id").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The link to the next page, if it stays at the service.
fn next(page: &Page, base: &Url) -> Option<Url> {
    let link = page.value.get("@odata.nextLink").or_else(|| page.value.get("@OData.nextLink"))?.as_str()?;
    let mut url = Url::parse(link).ok()?;
    if base.scheme() == "https" && url.scheme() == "http" {
        let _ = url.set_scheme("https");
    }
    (url.origin() == base.origin()).then_some(url)
}
