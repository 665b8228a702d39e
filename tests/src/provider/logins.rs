//! Tokens and signatures: who may fetch what is not for everybody.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::{body::Body, http::request::Parts, response::Response};
use serde_json::json;

/// Part of the path of files that want a signature: `/files/signed/<container>/…`.
pub(super) const SIGNED: &str = "/files/signed/";

/// Hands out tokens; those of before the last end are refused.
#[derive(Debug, Default)]
pub(super) struct Logins {
    generation: AtomicU64,
}

impl Logins {
    /// What was handed out is refused from now on.
    pub(super) fn expire(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
    }

    fn token(&self) -> String {
        format!("token-{}", self.generation.load(Ordering::SeqCst))
    }

    /// Answers of the services that hand out tokens and signatures.
    pub(super) fn answer(&self, path: &str) -> Option<Response> {
        let token = self.token();
        if path == "/token" {
            return Some(super::json(&json!({
                "access_token": token, "expires_in": 600, "refresh_token": format!("again-{token}"), "refresh_expires_in": 3600,
                "session_state": "session", "token_type": "Bearer"
            })));
        }
        if path.starts_with("/sas/") {
            let end = jiff::Timestamp::now() + std::time::Duration::from_secs(2700);
            return Some(super::json(&json!({"msft:expiry": end.to_string(), "token": format!("se=x&sig={token}")})));
        }
        path.starts_with("/sessions").then(|| Response::builder().status(204).body(Body::empty()).expect("an answer"))
    }

    /// The refusal of a request that does not prove what it has to.
    pub(super) fn refusal(&self, path: &str, parts: &Parts) -> Option<Response> {
        let token = self.token();
        if path.starts_with(SIGNED) {
            let query = parts.uri.query().unwrap_or_default();
            let signed = query.split('&').any(|pair| pair == format!("sig={token}"));
            let words = "<?xml version=\"1.0\"?><Error><Code>AuthenticationFailed</Code></Error>";
            return (!signed).then(|| Response::builder().status(403).body(Body::from(words)).expect("an answer"));
        }
        if super::odata::is_content(path) {
            let given = parts.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
            let words = r#"{"detail":"Expired signature!"}"#;
            return (given != format!("Bearer {token}"))
                .then(|| Response::builder().status(401).body(Body::from(words)).expect("an answer"));
        }
        None
    }
}
