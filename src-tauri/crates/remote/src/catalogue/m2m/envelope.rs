//! Calls, and the envelope in which answers come: errors have a code in it, and often a status of success.

use std::time::Duration;

use serde_json::Value;
use swath_domain::{Access, AccountKind, Monitor, Stop};

use crate::catalogue::page::{Page, below, fetch};
use crate::client::{Ask, Method};
use crate::error::words;
use crate::retry::{Again, Failure};
use crate::{Client, RemoteError, address};

/// Requests are counted over a quarter of an hour; a minute lets some of them pass out of it.
const PAUSE: Duration = Duration::from_secs(60);

/// The `data` of an answer. A session that has ended is begun again, once.
pub(super) async fn call(client: &Client, url: &str, what: &str, body: Value, monitor: &dyn Monitor) -> Result<Value, Stop<RemoteError>> {
    let base = address::parse(url)?;
    let ask = Ask { method: Method::Post(body), ..Ask::get(below(&base, &[what])) };
    let access = Access::Account(AccountKind::Usgs);
    let mut renewed = false;
    loop {
        let token = client.bearer(AccountKind::Usgs, monitor).await?;
        match fetch(client, &ask, access, judge, monitor).await {
            Ok(mut page) => return Ok(page.value.get_mut("data").map(Value::take).unwrap_or_default()),
            Err(Stop::Failed(RemoteError::Status { status: 401, .. })) if !renewed => {
                renewed = true;
                client.bearer_unlike(AccountKind::Usgs, Some(&token), monitor).await?;
            }
            Err(Stop::Failed(RemoteError::Status { status, words, .. })) => {
                return Err(clear(status, address::host(&base), words).into());
            }
            Err(stop) => return Err(stop),
        }
    }
}

/// Puts errors that come with a status of success in terms of statuses.
fn judge(client: &Client, page: &Page) -> Result<(), Failure> {
    let text = |key: &str| page.value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let Some(code) = text("errorCode") else {
        return match page.value.get("data") {
            Some(_) => Ok(()),
            None => Err(Failure::last(RemoteError::Parse {
                host: host(client),
                what: format!("it says “{}”", words(&page.value.to_string())),
            })),
        };
    };
    let status = status(code);
    let said = words(&format!("{code}: {}", text("errorMessage").unwrap_or_default()));
    let error = RemoteError::Status { status, host: host(client), words: said };
    let again = match status {
        429 => Again::After(Some(PAUSE.min(client.options().longest_wait))),
        500.. => Again::After(None),
        _ => Again::Never,
    };
    Err(Failure { error, again })
}

fn host(client: &Client) -> String {
    url::Url::parse(&client.options().endpoints.usgs).map_or_else(|_| "USGS".to_owned(), |url| address::host(&url))
}

/// The status that a code stands for. `AUTH_UNAUTHROIZED` is how the service spells it.
fn status(code: &str) -> u16 {
    match code {
        "AUTH_INVALID" | "AUTH_EXPIRED" | "AUTH_KEY_INVALID" | "AUTH_ERROR" => 401,
        code if code.starts_with("AUTH_UNAUTH") || code.starts_with("UNAUTHORIZED") || code.starts_with("AUTH") => 403,
        code if code.starts_with("RATE_LIMIT") => 429,
        code if code.ends_with("NOT_FOUND") => 404,
        code if code.starts_with("SERVER") || code == "UNKNOWN" || code.ends_with("_ERROR") => 500,
        _ => 400,
    }
}

/// What is said to the user.
fn clear(status: u16, host: String, words: String) -> RemoteError {
    match status {
        401 => RemoteError::Login { account: AccountKind::Usgs, host, words },
        403 => RemoteError::Refused {
            status,
            host,
            words,
            advice: "ask for access to M2M in the profile of the USGS account; approval takes some days",
        },
        _ => RemoteError::Status { status, host, words },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_for_statuses() {
        for (code, expected) in [
            ("AUTH_INVALID", 401),
            ("AUTH_EXPIRED", 401),
            ("AUTH_UNAUTHROIZED", 403),
            ("AUTH_UNAUTHORIZED", 403),
            ("UNAUTHORIZED_USER", 403),
            ("RATE_LIMIT", 429),
            ("RATE_LIMIT_USER_DL", 429),
            ("NOT_FOUND", 404),
            ("SCENE_NOT_FOUND", 404),
            ("INPUT_FORMAT", 400),
            ("SERVER_ERROR", 500),
        ] {
            assert_eq!(status(code), expected, "{code}");
        }
    }
}
