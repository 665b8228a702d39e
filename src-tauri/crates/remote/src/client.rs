//! The client: connections, time limits, and one governor for each host.

mod bandwidth;
mod buckets;
mod bytes;
mod check;
mod endpoints;
mod follow;
mod governor;
mod limits;
mod login;
mod once;
mod sas;
mod send;
mod services;
mod sigv4;
mod tokens;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use url::Url;

use crate::accounts::Accounts;
use crate::download::Places;
use crate::{RemoteError, address};

pub(crate) use bytes::fetch_bytes;
pub use endpoints::Endpoints;
pub(crate) use governor::Governor;
pub use governor::HostStatus;
pub(crate) use send::{Answer, Ask, Method, seconds_up};
pub use services::ServicesFileError;

use bandwidth::Bandwidth;
use governor::Gate;
use once::Once;
use sas::Sas;
use tokens::Tokens;

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
    bandwidth: Arc<Bandwidth>,
    hosts: Mutex<HashMap<String, Arc<Governor>>>,
    accounts: Accounts,
    tokens: Tokens,
    /// Signatures by account and container.
    containers: Mutex<HashMap<String, Arc<Once<Sas>>>>,
    /// One download at a time to each place.
    places: Places,
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
                // They are followed by hand, since it matters who gets to see what.
                .redirect(reqwest::redirect::Policy::none())
                .tcp_keepalive(Duration::from_secs(30))
        };
        let wrong = |e: reqwest::Error| RemoteError::Unsupported { what: format!("this network configuration ({e})") };
        let http = builder().build().map_err(wrong)?;
        let loopback = builder().no_proxy().build().map_err(wrong)?;
        let total = Arc::new(Gate::new(options.parallel));
        let inner = Inner {
            options,
            http,
            loopback,
            total,
            bandwidth: Arc::default(),
            hosts: Mutex::default(),
            accounts,
            tokens: Tokens::default(),
            containers: Mutex::default(),
            places: Places::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The accounts that it uses.
    pub fn accounts(&self) -> &Accounts {
        &self.inner.accounts
    }

    pub(crate) fn places(&self) -> &Places {
        &self.inner.places
    }

    pub(crate) fn options(&self) -> &ClientOptions {
        &self.inner.options
    }

    fn http(&self, url: &Url) -> &reqwest::Client {
        if address::is_loopback(url) { &self.inner.loopback } else { &self.inner.http }
    }
}
