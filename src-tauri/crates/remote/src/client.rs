//! The client: connections, time limits, and one governor for each host.

mod bytes;
mod endpoints;
mod governor;
mod send;
mod tokens;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use url::Url;

use crate::accounts::Accounts;
use crate::{RemoteError, address};

pub(crate) use bytes::fetch_bytes;
pub use endpoints::Endpoints;
pub(crate) use governor::Governor;
pub use governor::HostStatus;
pub(crate) use send::{Answer, Ask, Method};

use governor::Gate;

/// How patient a client is.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// Name, version and contact, as services ask for.
    pub user_agent: String,
    /// Longest time to connect.
    pub connect: Duration,
    /// Longest time from request to the first byte of the answer; catalogues may compute for most of a minute.
    pub first_byte: Duration,
    /// Longest silence within an answer. There is no limit to the whole.
    pub stall: Duration,
    /// Tries for a file or picture; searches have three.
    pub tries: u32,
    /// Wait before the second try; doubles from then on.
    pub first_wait: Duration,
    /// Longest wait between tries. A server that asks for more is taken to have refused.
    pub longest_wait: Duration,
    /// Requests at a time over all hosts; see [`Client::set_parallel`].
    pub parallel: usize,
    /// Where the services lie that hand out tokens.
    pub endpoints: Endpoints,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            user_agent: format!("swath/{}", env!("CARGO_PKG_VERSION")),
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(60),
            stall: Duration::from_secs(30),
            tries: 7,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(120),
            parallel: 16,
            endpoints: Endpoints::default(),
        }
    }
}

/// The way to the network. Clones are cheap and share connections and governors.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    options: ClientOptions,
    http: reqwest::Client,
    /// Never through a proxy: a proxy elsewhere cannot reach this computer.
    loopback: reqwest::Client,
    total: Arc<Gate>,
    hosts: Mutex<HashMap<String, Arc<Governor>>>,
    accounts: Accounts,
}

impl Client {
    /// A client without accounts. Uses the operating system's trust store and the proxies that the environment names.
    ///
    /// # Errors
    /// When TLS cannot be set up or the user agent is not a header value.
    pub fn new(options: ClientOptions) -> Result<Self, RemoteError> {
        Self::with_accounts(options, Accounts::session_only())
    }

    /// A client that uses these accounts.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_accounts(options: ClientOptions, accounts: Accounts) -> Result<Self, RemoteError> {
        let builder = || {
            reqwest::Client::builder()
                .user_agent(&options.user_agent)
                .connect_timeout(options.connect)
                .redirect(reqwest::redirect::Policy::custom(redirected))
                .tcp_keepalive(Duration::from_secs(30))
        };
        let wrong = |e: reqwest::Error| RemoteError::Unsupported { what: format!("this network configuration ({e})") };
        let http = builder().build().map_err(wrong)?;
        let loopback = builder().no_proxy().build().map_err(wrong)?;
        let total = Arc::new(Gate::new(options.parallel));
        Ok(Self { inner: Arc::new(Inner { options, http, loopback, total, hosts: Mutex::default(), accounts }) })
    }

    /// The accounts that it uses.
    pub fn accounts(&self) -> &Accounts {
        &self.inner.accounts
    }

    /// Requests at a time over all hosts, at least 1. Takes effect at once, also for running work.
    pub fn set_parallel(&self, total: usize) {
        self.inner.total.set_limit(total.max(1));
    }

    /// Sets the bounds of a host: requests at a time, and requests a second (0 for no limit).
    pub fn set_host_limits(&self, url: &str, parallel: usize, requests_per_second: f64) {
        if let Ok(url) = Url::parse(url) {
            self.governor(&url).set_bounds(parallel, requests_per_second);
        }
    }

    /// What the governor of an address's host allows at the moment; `None` before the first request to it.
    pub fn host_status(&self, url: &str) -> Option<HostStatus> {
        let host = address::host(&Url::parse(url).ok()?);
        self.hosts().get(&host).map(|governor| governor.status())
    }

    pub(crate) fn options(&self) -> &ClientOptions {
        &self.inner.options
    }

    pub(crate) fn governor(&self, url: &Url) -> Arc<Governor> {
        let make = || Arc::new(Governor::new(Governor::PARALLEL, self.inner.total.clone()));
        self.hosts().entry(address::host(url)).or_insert_with(make).clone()
    }

    fn hosts(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Governor>>> {
        self.inner.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn http(&self, url: &Url) -> &reqwest::Client {
        if address::is_loopback(url) { &self.inner.loopback } else { &self.inner.http }
    }
}

/// At most ten steps, never from an encrypted to an open connection, never from the open network into a private one.
fn redirected(attempt: reqwest::redirect::Attempt<'_>) -> reqwest::redirect::Action {
    let from = attempt.previous().last().cloned();
    if attempt.previous().len() > 10 {
        return attempt.error("too many redirects");
    }
    match from {
        Some(from) if from.scheme() == "https" && attempt.url().scheme() != "https" => attempt.error("redirected to an open connection"),
        Some(from) if !address::is_private(&from) && address::is_private(attempt.url()) => {
            attempt.error("redirected into a private network")
        }
        _ => attempt.follow(),
    }
}
