//! Tokens of accounts: each is fetched once for all who wait for it, renewed before it ends, and given back at the end.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header;
use swath_domain::{Access, AccountKind, Monitor, Never, Stop};

use super::login::{Live, Login};
use super::once::Once;
use super::send::Act;
use super::{Ask, Client};
use crate::accounts::{Credentials, Secret};
use crate::ranges::on_disk;
use crate::retry::Budget;
use crate::{RemoteError, address};

/// Logins and what came of them.
#[derive(Default)]
pub(super) struct Tokens {
    cdse: Once<Live>,
    sentinel_hub: Once<Live>,
    usgs: Once<Live>,
    /// Accounts that a service has not accepted. They are not tried again until they are changed or tested: some services lock an account
    /// after a few wrong passwords.
    rejected: Mutex<HashMap<AccountKind, (u64, RemoteError)>>,
}

impl Tokens {
    fn of(&self, account: AccountKind) -> Option<&Once<Live>> {
        match account {
            AccountKind::Cdse => Some(&self.cdse),
            AccountKind::SentinelHub => Some(&self.sentinel_hub),
            AccountKind::Usgs => Some(&self.usgs),
            AccountKind::Earthdata | AccountKind::CdseS3 | AccountKind::Aws => None,
        }
    }
}

impl Client {
    /// What to send along with a request that needs an account: a bearer for `cdse`, `sentinel-hub` and `earthdata`, for `usgs` the key that
    /// goes into `X-Auth-Token`. Logs in when necessary; all who ask at the same time share one login.
    ///
    /// [`Client::send_as`] does this by itself, keeps the token from hosts that must not have it, and logs in anew when it is refused.
    ///
    /// # Errors
    /// [`RemoteError::NeedsAccount`] when the account is not there; whatever the login says.
    pub(crate) async fn bearer(&self, account: AccountKind, monitor: &dyn Monitor) -> Result<Secret, Stop<RemoteError>> {
        self.bearer_unlike(account, None, monitor).await
    }

    /// The same, but not the one that was refused a moment ago.
    pub(crate) async fn bearer_unlike(
        &self,
        account: AccountKind,
        refused: Option<&Secret>,
        monitor: &dyn Monitor,
    ) -> Result<Secret, Stop<RemoteError>> {
        let credentials = self.credentials(account).await?;
        let Some(once) = self.inner.tokens.of(account) else {
            // Pasted by the user; nothing can be fetched.
            return match account {
                AccountKind::Earthdata => Ok(Secret::new(credentials.field("token").to_owned())),
                _ => Err(RemoteError::Unsupported { what: format!("a token of the account `{account}`") }.into()),
            };
        };
        let serial = credentials.serial;
        if let Some(error) = self.rejection(account, serial) {
            return Err(error.into());
        }
        let good = |live: &Live| live.serial == serial && Some(&live.token) != refused && Instant::now() < live.renew;
        let login = |old: Option<Live>| async {
            // Whoever waited for a login that was refused must not repeat it.
            if let Some(error) = self.rejection(account, serial) {
                return Err(error.into());
            }
            self.login(account, &credentials, Login::Again(old.filter(|old| old.serial == serial)), monitor).await
        };
        Ok(once.get(monitor, good, login).await?.token)
    }

    /// Logs in, and remembers when that was refused for good.
    pub(super) async fn login(
        &self,
        account: AccountKind,
        credentials: &Credentials,
        login: Login<'_>,
        monitor: &dyn Monitor,
    ) -> Result<Live, Stop<RemoteError>> {
        let begun = match account {
            AccountKind::Cdse => self.login_cdse(credentials, login, monitor).await,
            AccountKind::SentinelHub => self.login_sentinel_hub(credentials, monitor).await,
            _ => self.login_usgs(credentials, monitor).await,
        };
        let mut rejected = self.inner.tokens.rejected.lock().unwrap_or_else(PoisonError::into_inner);
        match &begun {
            Ok(_) => drop(rejected.remove(&account)),
            Err(Stop::Failed(error @ (RemoteError::Login { .. } | RemoteError::NeedsCode { .. }))) => {
                rejected.insert(account, (credentials.serial, error.clone()));
            }
            Err(_) => {}
        }
        begun
    }

    /// Keeps what a login outside of the usual way has brought.
    pub(super) async fn put_token(&self, account: AccountKind, live: Live) {
        if let Some(once) = self.inner.tokens.of(account) {
            once.put(live).await;
        }
    }

    fn rejection(&self, account: AccountKind, serial: u64) -> Option<RemoteError> {
        let rejected = self.inner.tokens.rejected.lock().unwrap_or_else(PoisonError::into_inner);
        rejected.get(&account).filter(|(of, _)| *of == serial).map(|(_, error)| error.clone())
    }

    /// The account, or the error that says that it is needed.
    pub(super) async fn credentials(&self, account: AccountKind) -> Result<Credentials, RemoteError> {
        let accounts = self.accounts().clone();
        // The keychain is read at the first time, which may take seconds.
        let credentials = match accounts.is_read() {
            true => accounts.credentials(account),
            false => on_disk(move || Ok(accounts.credentials(account))).await?,
        };
        credentials.ok_or(RemoteError::NeedsAccount { account })
    }

    /// All texts that no message may hold: what accounts consist of, and the tokens that came of it.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        let mut all = self.accounts().secrets();
        for once in [&self.inner.tokens.cdse, &self.inner.tokens.sentinel_hub, &self.inner.tokens.usgs] {
            let live = once.peek().into_iter();
            all.extend(live.flat_map(|live| [Some(live.token), live.refresh.map(|(token, _)| token), live.session]).flatten());
        }
        for sas in self.containers().values().filter_map(|once| once.peek()) {
            let pairs: Vec<_> = url::form_urlencoded::parse(sas.token.expose().as_bytes()).into_owned().collect();
            all.extend(pairs.into_iter().filter(|(key, _)| key == "sig").map(|(_, value)| Secret::new(value)));
            all.push(sas.token);
        }
        all
    }

    /// Asks a service that hands out tokens. It is never followed elsewhere.
    pub(super) async fn ask_service(&self, ask: Ask, act: Act<'_>, tries: u32, monitor: &dyn Monitor) -> Result<Bytes, Stop<RemoteError>> {
        let mut budget = Budget::new(self.options(), tries);
        loop {
            let attempt = async {
                let mut answer = self.step(ask.clone(), act, Access::Open, monitor).await?;
                if answer.status >= 300 {
                    let host = address::host(&ask.url);
                    return Err(RemoteError::Parse { host, what: "it leads elsewhere".into() }).map_err(|error| Stop::Failed(error.into()));
                }
                answer.whole(1 << 20, monitor).await
            };
            match attempt.await {
                Ok(bytes) => return Ok(bytes),
                Err(failure) => budget.spend(failure, monitor).await?,
            }
        }
    }

    /// Ends the sessions that logins have opened, as services ask for; they count them. To be called once, before the program ends. Takes five
    /// seconds at most, and what goes wrong is of no consequence: sessions end by themselves.
    pub async fn end_sessions(&self) {
        let ended = async { tokio::join!(self.end_cdse(), self.end_usgs()) };
        if tokio::time::timeout(Duration::from_secs(5), ended).await.is_err() {
            tracing::debug!("sessions were not ended in time");
        }
    }

    async fn end_cdse(&self) {
        let Some(Live { token, session: Some(session), .. }) = self.inner.tokens.cdse.take().await else { return };
        let base = self.options().endpoints.cdse_sessions.trim_end_matches('/');
        let Ok(url) = address::parse(&format!("{base}/{}", session.expose())) else { return };
        let mut ask = Ask::get(url);
        if let Ok(mut value) = header::HeaderValue::from_str(&format!("Bearer {}", token.expose())) {
            value.set_sensitive(true);
            ask.headers.insert(header::AUTHORIZATION, value);
        }
        if self.step(ask, Act::Delete, Access::Open, &Never).await.is_err() {
            tracing::debug!("the session of the account `cdse` could not be ended");
        }
    }

    async fn end_usgs(&self) {
        let Some(live) = self.inner.tokens.usgs.take().await else { return };
        if self.ask_usgs("logout", &Secret::new("{}".into()), Some(&live.token), &Never).await.is_err() {
            tracing::debug!("the session of the account `usgs` could not be ended");
        }
    }
}
