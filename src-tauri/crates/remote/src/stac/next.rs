//! Next links: four styles, and what they may not do.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use crate::address;
use crate::client::{Ask, Method};

/// The request for the page after this one. `trusted` catalogues may lead to private addresses.
pub(super) fn ask(page: &Value, current: &Ask, trusted: bool) -> Option<Ask> {
    let links = page.get("links")?.as_array()?;
    let link = links.iter().find(|link| link.get("rel").and_then(Value::as_str) == Some("next"))?;
    let mut url = current.url.join(link.get("href")?.as_str()?).ok()?;
    // Servers behind a proxy often think that they speak plain HTTP.
    if current.url.scheme() == "https" && url.scheme() == "http" && url.host() == current.url.host() {
        url.set_scheme("https").ok()?;
        url.set_port(current.url.port()).ok()?;
    }
    if !matches!(url.scheme(), "http" | "https") || (!trusted && address::is_private(&url)) {
        return None;
    }
    let text = |key: &str| link.get(key).and_then(Value::as_str);
    let method =
        if text("method").is_some_and(|m| m.eq_ignore_ascii_case("post")) { Method::Post(body(link, current)?) } else { Method::Get };
    Some(Ask { method, url, headers: headers(link) })
}

/// With `merge` the link's body is laid over that of the request before; otherwise it is the whole body. Without one the body stays.
fn body(link: &Value, current: &Ask) -> Option<Value> {
    let before = match &current.method {
        Method::Post(body) => Some(body.clone()),
        Method::Get => None,
    };
    let Some(new) = link.get("body").filter(|body| body.is_object()) else { return before };
    match before {
        Some(Value::Object(mut whole)) if link.get("merge").and_then(Value::as_bool) == Some(true) => {
            whole.extend(new.as_object()?.clone());
            Some(Value::Object(whole))
        }
        _ => Some(new.clone()),
    }
}

fn headers(link: &Value) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in link.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let value = value.as_str().or_else(|| value.get(0).and_then(Value::as_str)).unwrap_or_default();
        // A catalogue has no say in who we are or where we go.
        let ours = ["authorization", "cookie", "host", "content-length", "content-type", "range", "user-agent", "transfer-encoding"];
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
            && !ours.contains(&name.as_str())
        {
            headers.insert(name, value);
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use url::Url;

    use super::*;

    #[test]
    fn every_style_of_next_link() {
        let start = Ask {
            method: Method::Post(json!({"collections": ["c"], "limit": 100})),
            ..Ask::get(Url::parse("https://a.example/v1/search").unwrap())
        };
        let post = |body: Value| Some((Method::Post(body), "https://a.example/v1/search"));
        for (link, expected) in [
            (
                json!({"href": "https://a.example/v1/search", "method": "POST", "body": {"token": "x"}, "merge": true}),
                post(json!({"collections": ["c"], "limit": 100, "token": "x"})),
            ),
            (
                json!({"href": "https://a.example/v1/search", "method": "POST", "merge": false, "body": {"next": "x", "limit": 5}}),
                post(json!({"next": "x", "limit": 5})),
            ),
            (json!({"href": "search", "method": "post"}), post(json!({"collections": ["c"], "limit": 100}))),
            (
                json!({"href": "https://a.example/v1/search?token=a%2Fb%20c"}),
                Some((Method::Get, "https://a.example/v1/search?token=a%2Fb%20c")),
            ),
            (json!({"href": "http://a.example/v1/search?page=2"}), Some((Method::Get, "https://a.example/v1/search?page=2"))),
            (json!({"href": "http://127.0.0.1/admin"}), None),
            (json!({"href": "file:///etc/passwd"}), None),
        ] {
            let mut full = link.clone();
            full["rel"] = "next".into();
            let got = ask(&json!({"links": [{"rel": "self", "href": "x"}, full]}), &start, false);
            assert_eq!(got.map(|a| (a.method, a.url.to_string())), expected.map(|(m, u)| (m, u.to_owned())), "{link}");
        }
        assert!(ask(&json!({"links": []}), &start, false).is_none());
    }

    #[test]
    fn headers_of_a_link_are_sent_except_ours() {
        let link = json!({"headers": {"X-Page": "2", "Authorization": "Bearer x", "Cookie": ["a"]}});
        let headers = headers(&link);
        assert_eq!(headers.len(), 1);
        assert_eq!(headers["x-page"], "2");
    }
}
