//! Distinctive secrets are planted in every account and in every answer that can hold one; then everything that Swath says, logs and stores is
//! searched for them, in plain and in every usual spelling.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;
mod services;

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use common::tiff::{Made, SIDE, make};
use services::{Reply, Seen, Service, asset, client_with, endpoints, options};
use swath_domain::{Access, AccountKind, Aoi, DateRange, FileKind, FileSource, Never, Query, Sensor, Stop, Window};
use swath_remote::provider::built_in;
use swath_remote::{ClientOptions, Endpoints, RangeCache, provider::Kind, search};

/// Everything that must be seen nowhere: what the user typed, what services hand out, and what addresses carry.
const PLANTED: [&str; 18] = [
    "PLANTED-cdse-password-&é+/=",
    "PLANTED-one-time-code-918273",
    "PLANTED-cdse-s3-secret-key",
    "PLANTED-sentinel-hub-client-secret",
    "PLANTED-usgs-application-token",
    "PLANTED-earthdata-token.with.dots",
    "PLANTED-aws-secret-key/+",
    "PLANTED-cdse-access-token",
    "PLANTED-cdse-refresh-token",
    "PLANTED-cdse-session-state",
    "PLANTED-sentinel-hub-access-token",
    "PLANTED-usgs-api-key",
    "PLANTED+sas/signature==",
    "PLANTED-signature-in-an-href",
    "PLANTED-signature-in-a-redirect",
    "PLANTED-token-in-an-echo",
    "PLANTED-proxy-signature",
    "PLANTED-x-amz-signature",
];

/// In plain, as percent-encoding, in JSON, and in Base64, which looks different with each of three places where it can begin.
fn spellings(secret: &str) -> Vec<String> {
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let mut all = vec![secret.to_owned(), form.clone(), form.replace('+', "%20"), form.to_lowercase()];
    all.push(serde_json::to_string(secret).unwrap().trim_matches('"').to_owned());
    for skip in 0..3 {
        let padded = [&[b'x'; 2][..skip], secret.as_bytes()].concat();
        for code in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
            // The letters that depend on what stands before and after are left out.
            all.push(code[4.min(skip * 4)..code.len() - 4].to_owned());
        }
    }
    all.sort();
    all.dedup();
    all
}

fn found(hay: &[u8]) -> Vec<String> {
    static STARTS: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
    // Every spelling contains one of these, which makes the search fast; that it does is checked at the start.
    let starts = STARTS.get_or_init(|| {
        let coded = |skip: usize| STANDARD_NO_PAD.encode([&[b'x'; 2][..skip], b"PLANTED"].concat());
        let core = |skip: usize| coded(skip)[(skip * 4).min(4)..8].to_owned();
        [vec!["PLANTED".to_owned(), "planted".to_owned()], (0..3).map(core).collect()].concat()
    });
    let hay = String::from_utf8_lossy(hay);
    if !starts.iter().any(|start| hay.contains(start.as_str())) {
        return Vec::new();
    }
    PLANTED.iter().flat_map(|secret| spellings(secret)).filter(|spelling| hay.contains(spelling.as_str())).collect()
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What a host answers to whoever asks for a file or a page: everything it was asked, and more that nobody should repeat.
fn echo(seen: &Seen, how: usize, closed: &str) -> Reply {
    let headers: String = seen.headers.iter().map(|(name, value)| format!("{name}: {} ", value.to_str().unwrap_or("?"))).collect();
    let all = format!(
        "{} https://a.example{}?{} {headers} {} PLANTED-token-in-an-echo https://b.example/x?sig=PLANTED-signature-in-an-href",
        seen.method, seen.path, seen.query, seen.body
    );
    // What a server knows of its own can only be hidden where it is recognised as such.
    let all = all.replace("PLANTED-token-in-an-echo", "token=PLANTED-token-in-an-echo");
    let xml = || format!("<Error><Code>Denied</Code><Message>{all}</Message><StringToSign>{all}</StringToSign></Error>");
    match how {
        0 => Reply::part(&file(), seen),
        1 => Reply::json(400, serde_json::json!({"error": "invalid", "error_description": all})),
        2 => Reply::json(401, serde_json::json!({"detail": all})),
        3 => Reply::new(403, xml()).with("content-type", "application/xml"),
        4 => Reply::json(429, serde_json::json!({"message": all})).with("retry-after", "0"),
        5 => Reply::new(500, format!("<html><body>{all}</body></html>")).with("content-type", "text/html"),
        6 => Reply::new(200, format!("<html><body>{all}</body></html>")).with("content-type", "text/html"),
        7 => Reply::json(200, serde_json::json!({"message": all, "errorCode": "SERVER_ERROR", "errorMessage": all})),
        8 => Reply::to(302, format!("{closed}/x.tif?X-Amz-Signature=PLANTED-x-amz-signature&token=PLANTED-signature-in-a-redirect")),
        9 => Reply::to(302, format!("{}?sig=PLANTED-signature-in-a-redirect", seen.path)),
        10 => Reply::to(307, "ftp://127.0.0.1/x?sig=PLANTED-signature-in-a-redirect"),
        11 => Reply::new(200, format!("{{\"data\": \"{all}")).with("content-type", "application/json"),
        _ => {
            Reply::new(206, all.into_bytes()).with("content-range", "bytes 7-9/PLANTED-proxy-signature").with("content-type", "image/tiff")
        }
    }
}

const WAYS: usize = 13;

fn file() -> Vec<u8> {
    static FILE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    FILE.get_or_init(|| make(Made::default())).clone()
}

/// What a service answers to a login.
fn hands_out(seen: &Seen) -> Reply {
    let grant = |token: &str| {
        serde_json::json!({
            "access_token": token, "expires_in": 600, "refresh_token": PLANTED[8], "refresh_expires_in": 3600, "session_state": PLANTED[9]
        })
    };
    match seen.path.as_str() {
        "/token" => Reply::json(200, grant(PLANTED[7])),
        "/sh-token" => Reply::json(200, grant(PLANTED[10])),
        "/m2m/login-token" => Reply::json(200, serde_json::json!({"data": PLANTED[11], "errorCode": null})),
        path if path.starts_with("/sas/") => {
            let sig: String = url::form_urlencoded::byte_serialize(PLANTED[12].as_bytes()).collect();
            Reply::json(200, serde_json::json!({"msft:expiry": "2100-01-01T00:00:00Z", "token": format!("sp=rl&sig={sig}")}))
        }
        _ => Reply::json(200, serde_json::json!({"data": ["download"], "features": [], "links": []})),
    }
}

const ACCOUNTS: [(AccountKind, &[(&str, &str)]); 6] = [
    (AccountKind::Cdse, &[("user", "me"), ("password", PLANTED[0])]),
    (AccountKind::CdseS3, &[("access-key", "AKS3"), ("secret-key", PLANTED[2])]),
    (AccountKind::SentinelHub, &[("client-id", "client"), ("client-secret", PLANTED[3])]),
    (AccountKind::Usgs, &[("user", "me"), ("token", PLANTED[4])]),
    (AccountKind::Earthdata, &[("token", PLANTED[5])]),
    (AccountKind::Aws, &[("access-key", "AKAWS"), ("secret-key", PLANTED[6])]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn planted_secrets_are_found_nowhere() {
    for secret in PLANTED {
        for spelling in spellings(secret) {
            assert!(!found(format!("before {spelling} after").as_bytes()).is_empty(), "the search finds {spelling}");
        }
        let coded = STANDARD_NO_PAD.encode(format!("user:{secret}:rest"));
        assert!(!found(coded.as_bytes()).is_empty(), "{coded}");
    }
    let log = Log::default();
    let sink = log.clone();
    // With the records of crates that write to `log`.
    tracing_subscriber::fmt().with_ansi(false).with_max_level(tracing::Level::TRACE).with_writer(move || sink.clone()).init();
    tracing::trace!("the canary sings");

    let closed = { format!("http://{}", tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()) };
    // First the logins fail in every way, then the files and pages that follow good logins.
    let (at_login, at_file) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (how, to) = (at_login.clone(), closed.clone());
    let tokens = Service::start(move |seen| match how.load(Ordering::SeqCst) {
        0 => hands_out(seen),
        how => echo(seen, how, &to),
    })
    .await;
    let (how, to) = (at_file.clone(), closed.clone());
    let files = Service::start(move |seen| echo(seen, how.load(Ordering::SeqCst), &to)).await;
    let (how, to) = (at_file.clone(), closed.clone());
    let hub = Service::start(move |seen| echo(seen, how.load(Ordering::SeqCst), &to)).await;
    let endpoints = Endpoints { sentinel_hub_hosts: vec![hub.host()], ..endpoints(&tokens, &[&files]) };

    let folder = tempfile::tempdir().unwrap();
    let mut said: Vec<String> = Vec::new();
    let mut good = 0;
    let began = Instant::now();
    for (login, way) in (1..WAYS).map(|way| (way, 0)).chain((0..WAYS).map(|way| (0, way))) {
        at_login.store(login, Ordering::SeqCst);
        at_file.store(way, Ordering::SeqCst);
        let client = client_with(hasty(endpoints.clone()), &ACCOUNTS);
        let cache = RangeCache::new(client.clone(), folder.path().join(format!("{login}-{way}")));
        said.push(format!("{:?} {:?}", client.accounts(), client.accounts().list()));
        for kind in AccountKind::ALL {
            match client.test_account(kind, Some(PLANTED[1]).filter(|_| login > 0), &Never).await {
                Ok(status) => said.push(format!("{status:?}")),
                Err(Stop::Failed(error)) => said.push(format!("{error} {error:?} {error:#?}")),
                Err(Stop::Cancelled) => panic!("cancelled"),
            }
        }
        let accesses = AccountKind::ALL.map(Access::Account).into_iter().chain([Access::RequesterPays, Access::Signed, Access::Open]);
        for (number, access) in accesses.enumerate() {
            let asset = match access {
                Access::Account(AccountKind::CdseS3) => asset("s3://eodata/acc/B04.tif", access),
                Access::Account(AccountKind::Aws) | Access::RequesterPays => asset(format!("s3://bucket/{number}/B04.tif"), access),
                Access::Account(AccountKind::SentinelHub) => asset(format!("{}/c/B04.tif", hub.address), access),
                Access::Open => asset(format!("{}/acc/c/x.tif?sig=PLANTED-signature-in-an-href", files.address), access),
                _ => asset(format!("{}/acc/cont{number}/B04.tif", files.address), access),
            };
            match cache.fetch_window(&asset, 0, Window { x: 0, y: 0, width: SIDE, height: 10 }, &Never).await {
                Ok((file, bytes)) => {
                    good += 1;
                    said.push(format!("{} {bytes}", file.path().display()));
                }
                Err(Stop::Failed(error)) => said.push(format!("{error} {error:?} {error:#?}")),
                Err(Stop::Cancelled) => panic!("cancelled"),
            }
            let to = folder.path().join(format!("{login}-{way}-{number}.tif"));
            let source = FileSource { provider: "p".into(), ..FileSource::of(&asset) };
            match client.download(&source, FileKind::Tiff, &to, &Never).await {
                Ok(got) => {
                    good += 1;
                    said.push(format!("{got:?}"));
                }
                Err(Stop::Failed(error)) => said.push(format!("{error} {error:?} {error:#?}")),
                Err(Stop::Cancelled) => panic!("cancelled"),
            }
            if let Err(Stop::Failed(error)) = client.get_bytes(&asset.href, 1 << 20, &Never).await {
                said.push(format!("{error} {error:?}"));
            }
        }
        if login <= 1 {
            said.extend(searches(&client, &files.address, &hub.address).await);
        }
        client.end_sessions().await;
        println!("login answered in way {login}, files in way {way}: {:.1?}", began.elapsed());
    }

    let text = log.0.lock().unwrap().clone();
    assert!(String::from_utf8_lossy(&text).contains("the canary sings"));
    let files_there = walk(folder.path());
    let mut bytes = 0;
    let mut leaks: Vec<String> = Vec::new();
    for path in &files_there {
        let content = std::fs::read(path).unwrap();
        bytes += content.len();
        let named = found(path.to_string_lossy().as_bytes());
        leaks.extend(found(&content).into_iter().chain(named).map(|leak| format!("{leak} in the file {}", path.display())));
    }
    for message in &said {
        leaks.extend(found(message.as_bytes()).into_iter().map(|leak| format!("{leak} in the message {message}")));
    }
    for leak in found(&text) {
        let text = String::from_utf8_lossy(&text);
        leaks.extend(text.lines().filter(|line| line.contains(&leak)).take(3).map(|line| format!("{leak} in the log {line}")));
    }
    println!(
        "{} secrets in {} spellings; {} requests to services, {} to hosts of files, {good} transfers that passed; looked in {} log lines \
         ({} bytes) at level TRACE of all crates, {} messages, {} files ({bytes} bytes): {} found",
        PLANTED.len(),
        PLANTED.iter().map(|secret| spellings(secret).len()).sum::<usize>(),
        tokens.count(),
        files.count() + hub.count(),
        text.iter().filter(|byte| **byte == b'\n').count(),
        text.len(),
        said.len(),
        files_there.len(),
        leaks.len()
    );
    assert!(good >= 18, "what is searched must have worked as well: {good}");
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

/// Everything is tried twice, and nothing is waited for.
fn hasty(endpoints: Endpoints) -> ClientOptions {
    ClientOptions { tries: 2, first_wait: Duration::from_millis(1), longest_wait: Duration::from_millis(5), ..options(endpoints) }
}

/// Searches every built-in catalogue at the address, and tells what was said.
async fn searches(client: &swath_remote::Client, address: &str, hub: &str) -> Vec<String> {
    let dates = DateRange::new("2025-06-01".parse().unwrap(), "2025-06-02".parse().unwrap()).unwrap();
    let area = Aoi::from_bbox([10.2, 45.2, 10.4, 45.4]).unwrap();
    let query = Query { area, dates, sensors: Sensor::ALL.to_vec(), max_cloud: None, filters: Default::default() };
    let mut said = Vec::new();
    for mut provider in built_in(None) {
        match &mut provider.kind {
            Kind::SentinelHub { url } => *url = hub.to_owned(),
            Kind::Stac { url } | Kind::OData { url } | Kind::Cmr { url } | Kind::M2m { url } => {
                *url = format!("{address}/{}", provider.id);
            }
            Kind::Static { .. } => continue,
        }
        provider.requests_per_second = 0.0;
        if let Err(Stop::Failed(error)) = search(client, &provider, &query, &Never, &mut |_| {}).await {
            said.push(format!("{error} {error:?}"));
        }
    }
    said
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
