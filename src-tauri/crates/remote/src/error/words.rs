//! What servers say, made fit for a message: they repeat addresses, keys and whole requests in their errors.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::accounts::Secret;

/// A server's words: one line, no markup, no addresses with queries, at most 200 characters.
pub(crate) fn words(body: &str) -> String {
    words_without(body, &[])
}

/// The same, without what is known to be secret, however it is spelled.
pub(crate) fn words_without(body: &str, secrets: &[Secret]) -> String {
    // Once before it is understood, so that nothing is cut in two, and once after, when escapes have been undone.
    let body = hide(body.to_owned(), secrets);
    let text = match serde_json::from_str::<Value>(&body) {
        Ok(json) => in_json(&json),
        Err(_) => in_xml(&body).unwrap_or_else(|| without_markup(&body)),
    };
    let text = hide(text, secrets);
    let clean = text.split_whitespace().map(without_query).collect::<Vec<_>>().join(" ");
    clean.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// By the keys that services use: Keycloak, STAC servers, Azure's gateway, the USGS, Sentinel Hub, OData.
fn in_json(json: &Value) -> String {
    let keys = ["error_description", "errorMessage", "description", "message", "detail", "error", "reason", "errors", "errorCode", "code"];
    let said = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(_) => Some(in_json(value)),
        Value::Array(all) => all.first().map(|first| first.as_str().map_or_else(|| in_json(first), str::to_owned)),
        _ => None,
    };
    keys.iter().find_map(|key| json.get(key).and_then(said).filter(|text| !text.is_empty())).unwrap_or_default()
}

/// Object stores answer with a code, a message, and parts of the request that are nobody's business.
fn in_xml(body: &str) -> Option<String> {
    let of = |name: &str| {
        let (_, after) = body.split_once(&format!("<{name}>"))?;
        Some(after.split_once(&format!("</{name}>"))?.0)
    };
    let (code, message) = (of("Code")?, of("Message").unwrap_or_default());
    let message = message.lines().next().unwrap_or_default();
    Some(if message.is_empty() { code.to_owned() } else { format!("{code}: {message}") })
}

/// An address in a server's words may carry a signature after its question mark; a word may be a token.
fn without_query(word: &str) -> &str {
    let lower = word.to_ascii_lowercase();
    let secret = ["sig=", "signature=", "token=", "credential=", "password=", "secret=", "x-amz-"].iter().any(|key| lower.contains(key));
    match word.find('?') {
        Some(at) if word.contains("://") || secret || word.contains('=') => &word[..at],
        None if secret || is_jwt(word) => "…",
        _ => word,
    }
}

/// A token that consists of three parts in Base64, the first of which is an object in JSON.
fn is_jwt(word: &str) -> bool {
    word.find("eyJ").is_some_and(|at| word[at..].matches('.').count() >= 2 && word.len() - at > 40)
}

/// A text without the secrets that it repeats; `None` when it does not.
pub(crate) fn repeats(bytes: &[u8], secrets: &[Secret]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok().filter(|_| !secrets.is_empty())?;
    let hidden = |secret: &Secret| secret.expose().len() >= 4 && spellings(secret.expose()).iter().any(|spelling| text.contains(spelling));
    secrets.iter().any(hidden).then(|| hide(text.to_owned(), secrets))
}

fn hide(mut text: String, secrets: &[Secret]) -> String {
    for secret in secrets {
        let plain = secret.expose();
        // Too short to be told from ordinary words.
        if plain.len() < 4 {
            continue;
        }
        for spelling in spellings(plain) {
            if text.contains(&spelling) {
                text = text.replace(&spelling, "…");
            }
        }
    }
    text
}

fn spellings(plain: &str) -> Vec<String> {
    let form: String = url::form_urlencoded::byte_serialize(plain.as_bytes()).collect();
    let percent = form.replace('+', "%20");
    let json = serde_json::to_string(plain).unwrap_or_default();
    let coded = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].map(|code| code.encode(plain));
    let mut all = vec![plain.to_owned(), percent.to_lowercase(), percent, form, json.trim_matches('"').to_owned()];
    all.extend(coded);
    all.retain(|spelling| !spelling.is_empty());
    all
}

fn without_markup(body: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in body.chars().take(4000) {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_servers_lose_markup_and_secrets() {
        let jwt = format!("token eyJ{}.{}.{} rejected", "hbGci".repeat(8), "eyJz".repeat(8), "c2ln".repeat(8));
        for (body, expected) in [
            (r#"{"code":"BadRequest","description":"limit must be <= 1000"}"#, "limit must be <= 1000"),
            (r#"{"message":"Internal server error"}"#, "Internal server error"),
            (r#"{"error":"invalid_grant","error_description":"Invalid user credentials"}"#, "Invalid user credentials"),
            (r#"{"error":{"status":400,"reason":"Bad Request","message":"Invalid request"}}"#, "Invalid request"),
            (r#"{"detail":[{"msg":"x","message":"wrong bbox"}]}"#, "wrong bbox"),
            (
                r#"{"errorCode":"AUTH_INVALID","errorMessage":"User credential verification failed","data":null}"#,
                "User credential verification failed",
            ),
            (
                r#"{"error":" The request exceeded the maximum allowed time","success":false}"#,
                "The request exceeded the maximum allowed time",
            ),
            (
                r#"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 5 seconds."}"#,
                "Rate limit is exceeded. Try again in 5 seconds.",
            ),
            ("<?xml version=\"1.0\"?><Error><Code>AuthenticationFailed</Code></Error>", "AuthenticationFailed"),
            (
                "<Error><Code>SignatureDoesNotMatch</Code><Message>It does not match.\nMore</Message><AWSAccessKeyId>AKIASECRET</AWSAccessKeyId></Error>",
                "SignatureDoesNotMatch: It does not match.",
            ),
            ("<html><body><h1>504</h1> Gateway</body></html>", "504 Gateway"),
            ("see https://a.example/x.tif?sv=1&sig=SECRET now", "see https://a.example/x.tif now"),
            ("bad token=SECRET", "bad …"),
            (jwt.as_str(), "token … rejected"),
            ("", ""),
        ] {
            assert_eq!(words(body), expected);
        }
    }

    #[test]
    fn known_secrets_are_hidden_however_they_are_spelled() {
        let secret = Secret::new("p\"w d/+é&1".into());
        for spelling in spellings(secret.expose()) {
            let said = words_without(&format!("user x with {spelling} is wrong"), std::slice::from_ref(&secret));
            assert_eq!(said, "user x with … is wrong", "{spelling}");
        }
        let json = serde_json::json!({"message": format!("{} is wrong", secret.expose())}).to_string();
        assert_eq!(words_without(&json, &[secret]), "… is wrong");
    }
}
