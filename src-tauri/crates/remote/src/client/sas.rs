//! Signatures of the Planetary Computer: one token opens a whole container for a while, so one is fetched for each container, not for each file.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::Deserialize;
use swath_domain::{Monitor, Stop};
use url::Url;

use super::endpoints::among;
use super::once::Once;
use super::send::Act;
use super::{Ask, Client};
use crate::accounts::Secret;
use crate::{RemoteError, address};

/// A token with less than this left is renewed.
const LEAST: Duration = Duration::from_secs(60);
/// A token is used this long whatever its end, for the sake of clocks that are wrong.
const TRUSTED: Duration = Duration::from_secs(30);
/// Its files are public, and a signature for them is refused.
const PUBLIC: &str = "ai4edatasetspublicassets.";
const TRIES: u32 = 10;

#[derive(Clone)]
pub(super) struct Sas {
    pub(super) token: Secret,
    expiry: Timestamp,
    came: Instant,
}

#[derive(Deserialize)]
struct Reply {
    #[serde(rename = "msft:expiry")]
    expiry: Timestamp,
    token: String,
}

impl Client {
    /// Whether the signing service signs files of this host.
    pub(super) fn is_signable(&self, url: &Url) -> bool {
        among(&self.options().endpoints.sas_hosts, url) && !url.host_str().is_some_and(|host| host.starts_with(PUBLIC))
    }

    /// The token for the container in which a file lies; `None` when its host wants none or the address carries one already. `refused` is the
    /// token that was not accepted a moment ago.
    pub(super) async fn sas(
        &self,
        url: &Url,
        refused: Option<&Secret>,
        monitor: &dyn Monitor,
    ) -> Result<Option<Secret>, Stop<RemoteError>> {
        if !self.is_signable(url) || address::is_signed(url) {
            return Ok(None);
        }
        // On its own host the account is the first part of the name; on a store that stands for it, of the path.
        let mut parts = url.path_segments().into_iter().flatten();
        let host = url.host_str().unwrap_or_default();
        let account = if host.contains(".blob.") { host.split('.').next() } else { parts.next() };
        let (Some(account), Some(container)) = (account, parts.next()) else {
            return Err(
                RemoteError::Unsupported { what: format!("the address of {}, which names no container,", address::name(url)) }.into()
            );
        };
        let place = format!("{account}/{container}");
        let once = self.containers().entry(place.clone()).or_default().clone();
        let good = |sas: &Sas| Some(&sas.token) != refused && (sas.came.elapsed() < TRUSTED || Timestamp::now() + LEAST < sas.expiry);
        Ok(Some(once.get(monitor, good, |_| self.fetch_sas(&place, monitor)).await?.token))
    }

    async fn fetch_sas(&self, place: &str, monitor: &dyn Monitor) -> Result<Sas, Stop<RemoteError>> {
        let url = address::parse(&format!("{}/{place}", self.options().endpoints.sas.trim_end_matches('/')))?;
        let host = address::host(&url);
        let bytes = self.ask_service(Ask::get(url), Act::AsAsked, TRIES, monitor).await?;
        // Neither the body nor what the parser says of it may be shown.
        let reply: Reply = serde_json::from_slice(&bytes).map_err(|_| RemoteError::Parse { host, what: "it gives no signature".into() })?;
        tracing::debug!(place, expiry = %reply.expiry, "a container was signed");
        Ok(Sas { token: Secret::new(reply.token), expiry: reply.expiry, came: Instant::now() })
    }

    pub(super) fn containers(&self) -> std::sync::MutexGuard<'_, std::collections::HashMap<String, Arc<Once<Sas>>>> {
        self.inner.containers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
