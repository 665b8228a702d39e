//! One answer of a catalogue: asked for with patience, bounded, and JSON or a clear error.

use reqwest::header::HeaderMap;
use serde_json::Value;
use swath_domain::{Access, Monitor, Stop};
use url::Url;

use crate::client::Ask;
use crate::error::words;
use crate::retry::{Budget, Failure};
use crate::{Client, RemoteError, address};

/// Pages of one walk; a catalogue that has still more to say is out of order, or the query is beyond what anybody looks through.
pub(super) const MOST_PAGES: usize = 2000;
const MOST_BYTES: usize = 64 << 20;
const TRIES: u32 = 3;

/// What came.
pub(super) struct Page {
    pub(super) value: Value,
    pub(super) headers: HeaderMap,
}

/// Asks, and tries again what may pass. `judge` knows the errors that come with a status of success.
pub(super) async fn fetch(
    client: &Client,
    ask: &Ask,
    access: Access,
    judge: fn(&Client, &Page) -> Result<(), Failure>,
    monitor: &dyn Monitor,
) -> Result<Page, Stop<RemoteError>> {
    let mut budget = Budget::new(client.options(), TRIES);
    loop {
        let attempt = async {
            let page = once(client, ask, access, monitor).await?;
            judge(client, &page)?;
            Ok(page)
        };
        match attempt.await {
            Ok(page) => return Ok(page),
            Err(failure) => budget.spend(failure, monitor).await?,
        }
    }
}

/// A page of a catalogue that anyone may search.
pub(super) async fn open(client: &Client, ask: &Ask, monitor: &dyn Monitor) -> Result<Page, Stop<RemoteError>> {
    fetch(client, ask, Access::Open, as_is, monitor).await
}

/// For [`fetch`]: statuses say all.
pub(super) fn as_is(_: &Client, _: &Page) -> Result<(), Failure> {
    Ok(())
}

/// The list that a page must have under a key.
pub(super) fn list<'a>(page: &'a Page, ask: &Ask, key: &str) -> Result<&'a [Value], RemoteError> {
    let wrong = || match words(&page.value.to_string()) {
        said if said.is_empty() => format!("it has no `{key}`"),
        said => format!("it has no `{key}` but says “{said}”"),
    };
    page.value.get(key).and_then(Value::as_array).map(Vec::as_slice).ok_or_else(|| unreadable(&ask.url, wrong()))
}

pub(super) fn unreadable(url: &Url, what: String) -> RemoteError {
    RemoteError::Parse { host: address::host(url), what }
}

/// More pages than anybody looks through.
pub(super) fn endless(url: &Url) -> RemoteError {
    unreadable(url, format!("it has not ended after {MOST_PAGES} pages; choose a smaller area or a shorter period"))
}

/// An address below another.
pub(super) fn below(base: &Url, names: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(names);
    }
    url
}

/// An address that a catalogue gives and that may be shown to the user's machine: `None` for files, and for hosts of the private network
/// unless the catalogue lies there as well.
pub(super) fn public(href: &str, base: &Url) -> Option<String> {
    let url = Url::parse(href).ok()?;
    let fit = matches!(url.scheme(), "http" | "https") && (address::is_private(base) || !address::is_private(&url));
    fit.then(|| url.into())
}

async fn once(client: &Client, ask: &Ask, access: Access, monitor: &dyn Monitor) -> Result<Page, Stop<Failure>> {
    let mut answer = client.send_as(ask.clone(), access, monitor).await?;
    let headers = answer.headers.clone();
    let bytes = answer.whole(MOST_BYTES, monitor).await?;
    let wrong = |error: serde_json::Error| {
        let what = if bytes.trim_ascii_start().starts_with(b"{") {
            error.to_string()
        } else {
            format!("it is no JSON but says “{}”", words(&String::from_utf8_lossy(&bytes[..bytes.len().min(500)])))
        };
        Failure::last(unreadable(&ask.url, what))
    };
    let value = serde_json::from_slice(&bytes).map_err(wrong)?;
    Ok(Page { value, headers })
}
