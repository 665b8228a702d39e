//! One page of a STAC API: tried again, and where the server fails on it, asked for in smaller ones.

use serde_json::Value;
use swath_domain::{Monitor, Stop};
use tokio::time::Instant;
use url::Url;

use crate::client::{Ask, Method, fetch_bytes};
use crate::{Client, RemoteError, address, error::words};

/// Below this a page that still fails does not fail because of its size.
const SMALLEST: u32 = 10;
const TRIES: u32 = 3;
const MOST_BYTES: usize = 64 << 20;

/// Why there is no page.
pub(super) enum Failed {
    /// The server may be able to answer a smaller question.
    TooMuch(RemoteError),
    /// Asking for less does not help.
    For(Stop<RemoteError>),
}

impl From<RemoteError> for Failed {
    fn from(error: RemoteError) -> Self {
        Failed::For(error.into())
    }
}

/// The page, for which `ask` may have come to ask for fewer items. An impatient one is not tried again before, as it follows many tries. Nothing
/// new is tried after `until`.
pub(super) async fn fetch(client: &Client, ask: &mut Ask, patient: bool, until: Instant, monitor: &dyn Monitor) -> Result<Value, Failed> {
    let mut tries = if patient { TRIES } else { 1 };
    loop {
        let error = match fetch_bytes(client, ask, MOST_BYTES, tries, monitor).await {
            Ok((bytes, _)) => match serde_json::from_slice::<Value>(&bytes) {
                Ok(page) if page.get("features").is_some_and(Value::is_array) => return Ok(page),
                // A time-out reported as a message with a status of success.
                Ok(_) => unreadable(&ask.url, said(&bytes)),
                Err(error) if bytes.trim_ascii_start().starts_with(b"{") => unreadable(&ask.url, error.to_string()),
                Err(_) => {
                    let start = words(&String::from_utf8_lossy(&bytes[..bytes.len().min(500)]));
                    return Err(unreadable(&ask.url, format!("it is no JSON but says “{start}”")).into());
                }
            },
            Err(Stop::Failed(error @ (RemoteError::Status { status: 500.., .. } | RemoteError::Timeout { .. }))) => error,
            Err(stop) => return Err(Failed::For(stop)),
        };
        if Instant::now() > until || !halve(ask) {
            return Err(Failed::TooMuch(error));
        }
        tracing::debug!(%error, "asking for smaller pages");
        // Each smaller page is another try by itself.
        tries = 1;
    }
}

pub(super) fn unreadable(url: &Url, what: String) -> RemoteError {
    RemoteError::Parse { host: address::host(url), what }
}

fn said(bytes: &[u8]) -> String {
    match words(&String::from_utf8_lossy(bytes)) {
        nothing if nothing.is_empty() => "it holds no list of scenes".to_owned(),
        words => words,
    }
}

/// Items a page, as a request says it.
pub(super) fn limit(ask: &Ask) -> Option<u32> {
    match &ask.method {
        Method::Post(body) => u32::try_from(body.get("limit")?.as_u64()?).ok(),
        Method::Get => ask.url.query_pairs().find(|(key, _)| key == "limit")?.1.parse().ok(),
    }
}

fn halve(ask: &mut Ask) -> bool {
    let Some(limit) = limit(ask).map(|limit| limit / 2).filter(|limit| *limit >= SMALLEST) else { return false };
    match &mut ask.method {
        Method::Post(body) => body["limit"] = limit.into(),
        Method::Get => {
            let pairs: Vec<(String, String)> = ask.url.query_pairs().into_owned().collect();
            let changed = pairs.into_iter().map(|(key, value)| if key == "limit" { (key, limit.to_string()) } else { (key, value) });
            let changed: Vec<_> = changed.collect();
            ask.url.query_pairs_mut().clear().extend_pairs(changed);
        }
    }
    true
}
