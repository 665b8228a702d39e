//! Services that hand out tokens and files, on loopback: each is a function from a request to an answer, and remembers what it was asked.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub, reason = "each test file uses its own part")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Response, header};
use swath_domain::{Access, AccountKind, Asset, Evidence, Radiometry};
use swath_remote::{Accounts, Client, ClientOptions, Endpoints};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// A field of a form.
    pub fn field(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.body.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    pub fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && self.path.starts_with(path)
    }
}

/// An answer.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    pub fn json(status: u16, body: serde_json::Value) -> Self {
        Self::new(status, body.to_string()).with("content-type", "application/json")
    }

    pub fn to(status: u16, location: impl Into<String>) -> Self {
        Self::new(status, "").with("location", location)
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The part of a file that was asked for.
    pub fn part(file: &[u8], seen: &Seen) -> Self {
        let total = file.len();
        let Some((start, end)) = seen.header("range").strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
            return Self::new(200, file).with("content-type", "image/tiff");
        };
        let (start, end) = (start.parse::<usize>().unwrap(), end.parse::<usize>().map_or(total, |end| (end + 1).min(total)));
        Self::new(206, &file[start..end])
            .with("content-type", "image/tiff")
            .with("etag", "\"one\"")
            .with("content-range", format!("bytes {start}-{}/{total}", end - 1))
    }
}

/// A server.
pub struct Service {
    pub address: String,
    pub seen: Mutex<Vec<Seen>>,
    running: std::sync::atomic::AtomicU64,
}

impl Service {
    pub async fn start(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Arc<Self> {
        Self::start_with(move |seen| (answer(seen), Duration::ZERO)).await
    }

    /// A service that takes its time.
    pub async fn start_with(answer: impl Fn(&Seen) -> (Reply, Duration) + Send + Sync + 'static) -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let service = Arc::new(Self { address, seen: Mutex::default(), running: Default::default() });
        let (own, answer) = (service.clone(), Arc::new(answer));
        let router = Router::new().fallback(move |request: Request| {
            let (own, answer) = (own.clone(), answer.clone());
            async move {
                let (parts, body) = request.into_parts();
                let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
                let seen = Seen {
                    method: parts.method.to_string(),
                    path: parts.uri.path().to_owned(),
                    query: parts.uri.query().unwrap_or_default().to_owned(),
                    headers: parts.headers,
                    body: String::from_utf8_lossy(&body).into_owned(),
                };
                own.seen.lock().unwrap().push(seen.clone());
                let (reply, wait) = answer(&seen);
                tokio::time::sleep(wait).await;
                let mut response = Response::builder().status(reply.status);
                for (name, value) in &reply.headers {
                    response = response.header(*name, value);
                }
                response.header(header::CONTENT_LENGTH, reply.body.len()).body(Body::from(reply.body)).unwrap()
            }
        });
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        service
    }

    /// `127.0.0.1:port`.
    pub fn host(&self) -> String {
        self.address.trim_start_matches("http://").to_owned()
    }

    /// The requests with this beginning of their path.
    pub fn asked(&self, method: &str, path: &str) -> Vec<Seen> {
        self.seen.lock().unwrap().iter().filter(|seen| seen.is(method, path)).cloned().collect()
    }

    pub fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

/// Every service at one address; files of all accounts may lie at `files`.
pub fn endpoints(at: &Service, files: &[&Service]) -> Endpoints {
    let hosts: Vec<_> = files.iter().map(|service| service.host()).collect();
    Endpoints {
        cdse_token: format!("{}/token", at.address),
        cdse_sessions: format!("{}/sessions", at.address),
        cdse_hosts: hosts.clone(),
        cdse_s3: files[0].address.clone(),
        sentinel_hub_token: format!("{}/sh-token", at.address),
        // It allows five requests a second, which would slow down what is not about it.
        sentinel_hub_hosts: Vec::new(),
        usgs: format!("{}/m2m", at.address),
        usgs_hosts: hosts.clone(),
        earthdata_check: format!("{}/check", files[0].address),
        earthdata_hosts: hosts.clone(),
        sas: format!("{}/sas/token", at.address),
        sas_hosts: hosts,
        aws: Some(files[0].address.clone()),
        aws_check: format!("{}/sts", at.address),
    }
}

pub fn options(endpoints: Endpoints) -> ClientOptions {
    ClientOptions {
        connect: Duration::from_secs(2),
        first_byte: Duration::from_secs(5),
        stall: Duration::from_millis(500),
        tries: 3,
        first_wait: Duration::from_millis(10),
        longest_wait: Duration::from_secs(3),
        endpoints,
        ..ClientOptions::default()
    }
}

/// A client with these accounts, which last until the test ends.
pub fn client(endpoints: Endpoints, accounts: &[(AccountKind, &[(&str, &str)])]) -> Client {
    client_with(options(endpoints), accounts)
}

pub fn client_with(options: ClientOptions, accounts: &[(AccountKind, &[(&str, &str)])]) -> Client {
    let all = Accounts::session_only();
    accounts.iter().for_each(|(kind, fields)| set(&all, *kind, fields));
    Client::with_accounts(options, all).unwrap()
}

pub fn set(accounts: &Accounts, kind: AccountKind, fields: &[(&str, &str)]) {
    let fields: BTreeMap<_, _> = fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    accounts.set(kind, fields).unwrap();
}

pub fn asset(href: impl Into<String>, access: Access) -> Asset {
    Asset { access, ..Asset::new(href, Radiometry::identity(Some(0.0), Evidence::Assumed)) }
}

/// What Keycloak answers.
pub fn grant(token: &str, seconds: u64) -> Reply {
    Reply::json(
        200,
        serde_json::json!({
            "access_token": token, "expires_in": seconds, "refresh_token": format!("refresh-{token}"), "refresh_expires_in": 3600,
            "session_state": format!("session-{token}"), "token_type": "Bearer"
        }),
    )
}

/// What it answers to a wrong password.
pub fn no_grant(words: &str) -> Reply {
    Reply::json(401, serde_json::json!({"error": "invalid_grant", "error_description": words}))
}
