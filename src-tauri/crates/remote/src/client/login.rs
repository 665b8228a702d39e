//! Logins: Keycloak's grants, and the key of the USGS.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use swath_domain::{AccountKind, Monitor, Stop};
use url::form_urlencoded;

use super::send::Act;
use super::{Ask, Client};
use crate::accounts::{Credentials, Secret};
use crate::error::words_without;
use crate::{RemoteError, address};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const TRIES: u32 = 3;
/// Life of a key of the USGS; the service does not say it.
const USGS_LIFE: Duration = Duration::from_secs(2 * 3600);

/// A token in use.
#[derive(Clone)]
pub(super) struct Live {
    /// Of the account as it was.
    pub(super) serial: u64,
    pub(super) token: Secret,
    /// When a new one is fetched: after 80 % of its life.
    pub(super) renew: Instant,
    /// When nothing can be done any more without the password.
    pub(super) ends: Timestamp,
    /// What renews it, and until when.
    pub(super) refresh: Option<(Secret, Instant)>,
    pub(super) session: Option<Secret>,
}

/// How to log in.
pub(super) enum Login<'a> {
    /// With what is there, starting from an earlier session.
    Again(Option<Live>),
    /// By the user, who may have given a one-time code.
    ByUser(Option<&'a str>),
}

/// Answer of a token service.
#[derive(Deserialize)]
struct Grant {
    access_token: String,
    expires_in: u64,
    refresh_token: Option<String>,
    refresh_expires_in: Option<u64>,
    session_state: Option<String>,
}

impl Client {
    /// Copernicus Data Space Ecosystem: by the refresh token while that lives, else by the password.
    pub(super) async fn login_cdse(
        &self,
        credentials: &Credentials,
        login: Login<'_>,
        monitor: &dyn Monitor,
    ) -> Result<Live, Stop<RemoteError>> {
        let (account, url) = (AccountKind::Cdse, &self.options().endpoints.cdse_token);
        let code = match login {
            Login::Again(old) => {
                if let Some((refresh, _)) = old.and_then(|old| old.refresh).filter(|(_, until)| Instant::now() < *until) {
                    let form = [("grant_type", "refresh_token"), ("client_id", "cdse-public"), ("refresh_token", refresh.expose())];
                    match self.grant(account, credentials.serial, url, &form, monitor).await {
                        // The session was ended elsewhere; a new one is opened.
                        Err(Stop::Failed(RemoteError::Login { .. })) => {}
                        other => return other,
                    }
                }
                if credentials.one_time_code {
                    return Err(RemoteError::NeedsCode { account }.into());
                }
                None
            }
            Login::ByUser(code) => code.map(str::trim).filter(|code| !code.is_empty()),
        };
        let mut form = vec![
            ("grant_type", "password"),
            ("client_id", "cdse-public"),
            ("username", credentials.field("user")),
            ("password", credentials.field("password")),
        ];
        form.extend(code.map(|code| ("totp", code)));
        self.grant(account, credentials.serial, url, &form, monitor).await
    }

    pub(super) async fn login_sentinel_hub(&self, credentials: &Credentials, monitor: &dyn Monitor) -> Result<Live, Stop<RemoteError>> {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", credentials.field("client-id")),
            ("client_secret", credentials.field("client-secret")),
        ];
        self.grant(AccountKind::SentinelHub, credentials.serial, &self.options().endpoints.sentinel_hub_token, &form, monitor).await
    }

    async fn grant(
        &self,
        account: AccountKind,
        serial: u64,
        url: &str,
        form: &[(&str, &str)],
        monitor: &dyn Monitor,
    ) -> Result<Live, Stop<RemoteError>> {
        let url = address::parse(url)?;
        let body = Secret::new(form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish());
        let host = address::host(&url);
        let began = Instant::now();
        let bytes = match self.ask_service(Ask::get(url), Act::Post(FORM, &body), TRIES, monitor).await {
            Err(Stop::Failed(RemoteError::Status { status: 400 | 401 | 403, host, words })) => {
                return Err(RemoteError::Login { account, host, words }.into());
            }
            other => other?,
        };
        // Neither the body nor what the parser says of it may be shown.
        let unreadable = |_| RemoteError::Parse { host, what: "it gives no token".into() };
        let grant: Grant = serde_json::from_slice(&bytes).map_err(unreadable)?;
        tracing::debug!(%account, seconds = grant.expires_in, "logged in");
        let life = Duration::from_secs(grant.expires_in);
        // Keycloak gives 0 for a session without an end.
        let session = grant.refresh_expires_in.map(|seconds| Duration::from_secs(if seconds == 0 { 86_400 } else { seconds }));
        Ok(Live {
            serial,
            token: Secret::new(grant.access_token),
            renew: began + life.mul_f64(0.8),
            ends: Timestamp::now() + session.unwrap_or(life),
            refresh: grant.refresh_token.zip(session).map(|(token, session)| (Secret::new(token), began + session.mul_f64(0.95))),
            session: grant.session_state.map(Secret::new),
        })
    }

    pub(super) async fn login_usgs(&self, credentials: &Credentials, monitor: &dyn Monitor) -> Result<Live, Stop<RemoteError>> {
        let body = serde_json::json!({"username": credentials.field("user"), "token": credentials.field("token")});
        let began = Instant::now();
        let data = self.ask_usgs("login-token", &Secret::new(body.to_string()), None, monitor).await?;
        let Some(key) = data.as_str().filter(|key| !key.is_empty()) else {
            let host = address::host(&address::parse(&self.options().endpoints.usgs)?);
            return Err(RemoteError::Parse { host, what: "it gives no key".into() }.into());
        };
        tracing::debug!(account = %AccountKind::Usgs, "logged in");
        Ok(Live {
            serial: credentials.serial,
            token: Secret::new(key.to_owned()),
            renew: began + USGS_LIFE.mul_f64(0.8),
            ends: Timestamp::now() + USGS_LIFE,
            refresh: None,
            session: None,
        })
    }

    /// Calls a method of the M2M API. Its errors may come with a status of success.
    pub(super) async fn ask_usgs(
        &self,
        method: &str,
        body: &Secret,
        key: Option<&Secret>,
        monitor: &dyn Monitor,
    ) -> Result<Value, Stop<RemoteError>> {
        let account = AccountKind::Usgs;
        let url = address::parse(&format!("{}/{method}", self.options().endpoints.usgs.trim_end_matches('/')))?;
        let host = address::host(&url);
        let mut ask = Ask::get(url);
        if let Some(mut key) = key.and_then(|key| reqwest::header::HeaderValue::from_str(key.expose()).ok()) {
            key.set_sensitive(true);
            ask.headers.insert("x-auth-token", key);
        }
        let bytes = match self.ask_service(ask, Act::Post(JSON, body), TRIES, monitor).await {
            Err(Stop::Failed(RemoteError::Status { status: 400 | 401 | 403, host, words })) => {
                return Err(RemoteError::Login { account, host, words }.into());
            }
            other => other?,
        };
        let mut answer: Value =
            serde_json::from_slice(&bytes).map_err(|_| RemoteError::Parse { host: host.clone(), what: "it is no JSON".into() })?;
        let Some(code) = answer.get("errorCode").and_then(Value::as_str) else { return Ok(answer["data"].take()) };
        let code = code.to_owned();
        let words = words_without(&String::from_utf8_lossy(&bytes), &self.secrets());
        Err(match code.as_str() {
            code if code.starts_with("RATE_LIMIT") => RemoteError::Status { status: 429, host, words },
            code if code.starts_with("AUTH") || code.starts_with("UNAUTHORIZED") => RemoteError::Login { account, host, words },
            _ => RemoteError::Parse { host, what: format!("{code}: {words}") },
        }
        .into())
    }
}
