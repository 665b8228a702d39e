//! A STAC API: pages by `POST /search` and whatever next links the server gives.
//!
//! One chain of pages is followed for each collection, each stretch of days and each side of the antimeridian. While the scenes of a page are
//! made and handed over, the next page is on its way already, and never more than that one. Nothing that a server counts is believed: a chain
//! ends when there is no next link, when it leads to where we have been, or when a page brings nothing new.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Map, Value};
use swath_domain::{DateRange, Monitor, Stop};
use tokio::time::Instant;
use url::Url;

use super::ask::{self, Limits};
use super::page::{self, Failed};
use super::{area, next};
use crate::catalogue::Found;
use crate::client::{Ask, Method};
use crate::provider::Collection;
use crate::{Client, RemoteError, address};

/// Items a page where the table says nothing. Larger pages overrun the answer size of some servers.
const PAGE: u32 = 100;
/// How often a stretch of days is halved when its pages fail.
const MOST_HALVINGS: u32 = 3;
/// A service that has not sent anything for so long is left alone, whatever else could be tried.
const PATIENCE: Duration = Duration::from_secs(240);
/// Pages of one chain; a server that has still more to say invents them.
const MOST_PAGES: usize = 2000;

pub(crate) async fn search(
    client: &Client,
    url: &str,
    collections: &[&Collection],
    found: &mut Found<'_>,
    monitor: &dyn Monitor,
) -> Result<(), Stop<RemoteError>> {
    let base = address::parse(url)?;
    client.set_host_limits(url, found.provider.parallel, found.provider.requests_per_second);
    let limits = Limits::of(found.query, found.provider.filter, client, &base, monitor).await?;
    let limit = if found.provider.page == 0 { PAGE } else { found.provider.page };
    let mut chain = Chain { client, base, limits, limit, last: Instant::now(), monitor };
    for collection in collections {
        for area in area::parts(&found.query.area) {
            chain.spans(collection, &area, found).await?;
        }
    }
    Ok(())
}

/// What all chains of a search have in common.
struct Chain<'a> {
    client: &'a Client,
    base: Url,
    limits: Limits,
    /// Items a page: fewer once a server has failed on as many.
    limit: u32,
    /// When a page came the last time.
    last: Instant,
    monitor: &'a dyn Monitor,
}

impl Chain<'_> {
    /// Every stretch of days; where its pages fail even when they are small, its halves.
    async fn spans(&mut self, collection: &Collection, area: &Map<String, Value>, found: &mut Found<'_>) -> Result<(), Stop<RemoteError>> {
        let mut open: Vec<_> = found.query.spans().into_iter().rev().map(|span| (span, 0)).collect();
        while let Some((span, halvings)) = open.pop() {
            match self.walk(collection, area, span, halvings, found).await {
                Ok(()) => {}
                Err(Failed::TooMuch(error)) => match halves(span) {
                    Some((first, second)) if halvings < MOST_HALVINGS && self.last.elapsed() < PATIENCE => {
                        tracing::debug!(%error, "asking for half of the days");
                        open.extend([(second, halvings + 1), (first, halvings + 1)]);
                    }
                    _ => return Err(error.into()),
                },
                Err(Failed::For(stop)) => return Err(stop),
            }
        }
        Ok(())
    }

    /// Follows the pages of one request until the server has no more, or repeats itself.
    async fn walk(
        &mut self,
        collection: &Collection,
        area: &Map<String, Value>,
        span: DateRange,
        halvings: u32,
        found: &mut Found<'_>,
    ) -> Result<(), Failed> {
        let trusted = address::is_private(&self.base);
        let body = self.limits.body(collection, area, span, self.limit);
        let mut ask = Ask { method: Method::Post(body), ..Ask::get(ask::below(&self.base, "search")) };
        let mut asked: Vec<Ask> = Vec::new();
        let mut ids = HashSet::new();
        let mut page = self.page(&mut ask, halvings == 0).await?;
        loop {
            let items = page.get_mut("features").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
            // Counted for this chain alone: another part of the area may have brought the same scenes.
            let new = items.iter().filter(|item| ids.insert(Found::key(item, Some(&collection.id)))).count();
            let next = next::ask(&page, &ask, trusted).filter(|_| new > 0);
            let at = ask.url.clone();
            asked.push(ask);
            match next.filter(|next| !asked.contains(next)) {
                Some(_) if asked.len() >= MOST_PAGES => {
                    let what = format!("it gives one page after the other without end; {MOST_PAGES} were read");
                    return Err(page::unreadable(&at, what).into());
                }
                Some(mut following) => {
                    let fetched = self.page(&mut following, true);
                    let (fetched, ()) = futures::join!(fetched, hand_over(items, &collection.id, &at, trusted, found));
                    (page, ask) = (fetched?, following);
                }
                None => {
                    hand_over(items, &collection.id, &at, trusted, found).await;
                    return Ok(());
                }
            }
        }
    }

    async fn page(&mut self, ask: &mut Ask, patient: bool) -> Result<Value, Failed> {
        let asked = page::limit(ask);
        let page = page::fetch(self.client, ask, patient, self.last + PATIENCE, self.monitor).await;
        if let Some(limit) = page::limit(ask).filter(|limit| Some(*limit) != asked) {
            self.limit = limit;
        }
        self.last = if page.is_ok() { Instant::now() } else { self.last };
        page
    }
}

/// Makes scenes of items, a few at a time, so that the next page can arrive in between.
async fn hand_over(items: Vec<Value>, collection: &str, at: &Url, trusted: bool, found: &mut Found<'_>) {
    let mut scenes = Vec::new();
    for some in items.chunks(25) {
        tokio::task::yield_now().await;
        scenes.extend(some.iter().filter_map(|item| {
            let base = self_link(item);
            found.scene(item, Some(collection), base.as_ref().unwrap_or(at), trusted)
        }));
    }
    found.hand_over(scenes);
}

/// The days of a stretch in two parts; `None` when it is one day.
fn halves(span: DateRange) -> Option<(DateRange, DateRange)> {
    let days = (span.to() - span.from()).get_days();
    let middle = span.from().checked_add(jiff::Span::new().days(days / 2)).ok().filter(|_| days > 0)?;
    Some((DateRange::new(span.from(), middle).ok()?, DateRange::new(middle.tomorrow().ok()?, span.to()).ok()?))
}

fn self_link(item: &Value) -> Option<Url> {
    let links = item.get("links")?.as_array()?;
    let link = links.iter().find(|link| link.get("rel").and_then(Value::as_str) == Some("self"))?;
    Url::parse(link.get("href")?.as_str()?).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_are_halved_without_a_gap() {
        let range = |from: &str, to: &str| DateRange::new(from.parse().unwrap(), to.parse().unwrap()).unwrap();
        for (whole, first, second) in [
            (("2025-01-01", "2025-12-31"), ("2025-01-01", "2025-07-02"), ("2025-07-03", "2025-12-31")),
            (("2025-01-01", "2025-01-02"), ("2025-01-01", "2025-01-01"), ("2025-01-02", "2025-01-02")),
        ] {
            assert_eq!(halves(range(whole.0, whole.1)), Some((range(first.0, first.1), range(second.0, second.1))));
        }
        assert_eq!(halves(range("2025-01-01", "2025-01-01")), None);
    }
}
