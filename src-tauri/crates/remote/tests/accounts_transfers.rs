//! Transfers that take an account or a signature: where bearers go, how long signatures last, and what refusals mean.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;
mod services;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::tiff::{Made, SIDE, make};
use services::{Reply, Seen, Service, asset, client, endpoints, grant};
use swath_domain::{Access, AccountKind, Never, Stop, Window};
use swath_remote::{Client, Endpoints, RangeCache, RemoteError};

const CDSE: (AccountKind, &[(&str, &str)]) = (AccountKind::Cdse, &[("user", "me"), ("password", "p&w d")]);
const S3: (AccountKind, &[(&str, &str)]) = (AccountKind::CdseS3, &[("access-key", "AKS3"), ("secret-key", "s1")]);
const AWS: (AccountKind, &[(&str, &str)]) = (AccountKind::Aws, &[("access-key", "AKAWS"), ("secret-key", "s2")]);
const EARTHDATA: (AccountKind, &[(&str, &str)]) = (AccountKind::Earthdata, &[("token", "edl-token")]);
const ALL: Window = Window { x: 0, y: 0, width: SIDE, height: SIDE };

fn file() -> Vec<u8> {
    static FILE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    FILE.get_or_init(|| make(Made::default())).clone()
}

/// Opens a file and fetches all of its full resolution.
async fn fetch(client: &Client, href: &str, access: Access) -> Result<u64, RemoteError> {
    let folder = tempfile::tempdir().unwrap();
    let cache = RangeCache::new(client.clone(), folder.path().into());
    match cache.fetch_window(&asset(href, access), 0, ALL, &Never).await {
        Ok((opened, bytes)) => {
            let local = std::fs::read(opened.path()).unwrap();
            for range in opened.ranges(0, ALL) {
                let range = range.start as usize..range.end as usize;
                assert!(local[range.clone()] == file()[range], "the bytes of the file");
            }
            Ok(bytes)
        }
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Cancelled) => panic!("cancelled"),
    }
}

/// The chain of redirects that the issue eu-cdse/documentation#353 shows: from one host to another, of the same service.
#[tokio::test]
async fn a_bearer_survives_redirects_within_its_service() {
    let identity = Service::start(|_| grant("t1", 600)).await;
    let gives = |seen: &Seen| match seen.header("authorization") {
        "Bearer t1" => Reply::part(&file(), seen),
        _ => Reply::json(401, serde_json::json!({"detail": "Unauthorized"})),
    };
    let zipper = Service::start(gives).await;
    let to = zipper.address.clone();
    let catalogue = Service::start(move |seen| match seen.path.as_str() {
        "/first/B04.tif" => Reply::to(302, "/second/B04.tif"),
        _ => Reply::to(301, format!("{to}/odata/v1/B04.tif")),
    })
    .await;
    let client = client(endpoints(&identity, &[&catalogue, &zipper]), &[CDSE]);
    fetch(&client, &format!("{}/first/B04.tif", catalogue.address), Access::Account(AccountKind::Cdse)).await.unwrap();
    let bearers = |service: &Service| service.asked("GET", "/").iter().filter(|seen| seen.header("authorization") == "Bearer t1").count();
    assert_eq!(bearers(&catalogue), catalogue.count());
    assert_eq!((bearers(&zipper), identity.count()), (zipper.count(), 1));
}

#[tokio::test]
async fn a_bearer_never_leaves_its_service() {
    let store = Service::start(|seen| Reply::part(&file(), seen)).await;
    let to = store.address.clone();
    let pool = Service::start(move |seen| match (seen.header("authorization"), seen.path.as_str()) {
        ("Bearer edl-token", "/signed/B04.tif") => Reply::to(303, format!("{to}/B04.tif?X-Amz-Signature=abc&X-Amz-Credential=x")),
        ("Bearer edl-token", "/own/B04.tif") => Reply::to(307, "/here/B04.tif?Signature=abc&Key-Pair-Id=k"),
        ("", "/here/B04.tif") => Reply::part(&file(), seen),
        ("Bearer edl-token", "/login/B04.tif") => Reply::to(302, "/oauth/authorize?client_id=x"),
        ("Bearer edl-token", "/oauth/authorize") => Reply::new(200, "<html>Earthdata Login</html>").with("content-type", "text/html"),
        ("Bearer edl-token", "/eula/B04.tif") => Reply::new(403, "<html>Accept the EULA</html>").with("content-type", "text/html"),
        ("Bearer edl-token", "/open/B04.tif") => Reply::to(302, "ftp://127.0.0.1/B04.tif"),
        ("Bearer edl-token", "/round/B04.tif") => Reply::to(302, "/round/B04.tif"),
        _ => Reply::new(401, "no"),
    })
    .await;
    let client = client(endpoints(&pool, &[&pool]), &[EARTHDATA]);
    let access = Access::Account(AccountKind::Earthdata);
    for kind in ["signed", "own"] {
        fetch(&client, &format!("{}/{kind}/B04.tif", pool.address), access).await.unwrap();
    }
    assert!(store.count() > 0);
    assert!(store.asked("GET", "/").iter().all(|seen| seen.header("authorization").is_empty()), "never to a store");
    for (kind, expected) in [
        ("login", "asks for a login in the browser"),
        ("eula", "accept the licence"),
        ("open", "private network"),
        ("round", "too many redirects"),
        ("else", "`swath accounts set earthdata`"),
    ] {
        let before = pool.count();
        let error = fetch(&client, &format!("{}/{kind}/B04.tif", pool.address), access).await.unwrap_err().to_string();
        assert!(error.contains(expected) && !error.contains("edl-token"), "{kind}: {error}");
        assert!(pool.count() - before <= 11, "{kind}: a pasted token cannot be renewed");
    }
    let elsewhere = fetch(&client, &format!("{}/B04.tif", store.address), access).await.unwrap_err();
    assert_eq!(elsewhere.code(), "unsupported", "{elsewhere}");
}

struct Signed {
    signer: Arc<Service>,
    blobs: Arc<Service>,
    client: Client,
}

/// A store that wants the newest of the signatures `sig=s1%3D`, `sig=s2%3D`, …; each opens `uses` requests.
async fn signed(expiry: &'static str, uses: usize) -> Signed {
    let given = Arc::new(AtomicUsize::new(0));
    let (count, used) = (given.clone(), AtomicUsize::new(0));
    let signer = Service::start(move |_| {
        let number = count.fetch_add(1, Ordering::SeqCst) + 1;
        let token = format!("st=2026-01-01T00%3A00%3A00Z&se=x&sp=rl&sig=s{number}%3D");
        Reply::json(200, serde_json::json!({"msft:expiry": expiry, "token": token}))
    })
    .await;
    let blobs = Service::start(move |seen| {
        let number = given.load(Ordering::SeqCst);
        let right = seen.query.ends_with(&format!("sp=rl&sig=s{number}%3D"));
        if right && seen.path.ends_with(".png") {
            return Reply::new(200, "a picture");
        }
        if right && number > 0 && used.fetch_add(1, Ordering::SeqCst) < uses * number {
            return Reply::part(&file(), seen);
        }
        let body = "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>AuthenticationFailed</Code><Message>Server failed to authenticate \
                    the request.\nRequestId:1</Message><AuthenticationErrorDetail>Signature not valid sig=s1%3D</AuthenticationErrorDetail></Error>";
        Reply::new(403, body).with("content-type", "application/xml")
    })
    .await;
    let client = client(endpoints(&signer, &[&blobs]), &[]);
    Signed { signer, blobs, client }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vector_15_10_a_hundred_who_want_a_signature_share_one_token_call() {
    let Signed { signer, blobs, client } = signed("2100-01-01T00:00:00Z", 10_000).await;
    let hrefs: Vec<_> = (0..100).map(|i| format!("{}/acc/cont/{i}/a%20b(1).png", blobs.address)).collect();
    let all = futures::future::join_all(hrefs.iter().map(|href| client.get_bytes(href, 1 << 30, &Never))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(signer.asked("GET", "/sas/token/acc/cont").len(), 1);
    assert_eq!((signer.count(), blobs.count()), (1, 100));
    assert!(blobs.asked("GET", "/").iter().all(|seen| seen.path.ends_with("/a%20b(1).png")), "not encoded again");
    client.get_bytes(&format!("{}/acc/other/x.png", blobs.address), 1 << 30, &Never).await.unwrap();
    assert_eq!(signer.asked("GET", "/sas/token/acc/other").len(), 1, "another container has its own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vector_15_9_f_a_signature_that_ends_midway_is_renewed_once_for_all() {
    // Each token is good for the header and two ranges, the file wants more than one.
    let Signed { signer, blobs, client } = signed("2100-01-01T00:00:00Z", 2).await;
    let folder = tempfile::tempdir().unwrap();
    let cache = RangeCache::new(client.clone(), folder.path().into());
    let asset = asset(format!("{}/acc/cont/B04.tif", blobs.address), Access::Signed);
    let opened = cache.open(&asset, &Never).await.unwrap();
    for y in (0..SIDE).step_by(256) {
        let window = Window { x: 0, y, width: SIDE, height: 10 };
        opened.fetch(&opened.ranges(0, window), &Never).await.unwrap();
    }
    let renewed = signer.count();
    assert!(renewed >= 2, "{renewed}");
    let refused = blobs.count() - opened_requests(&blobs);
    assert_eq!(refused, renewed - 1, "each refusal led to one new token");
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(names.len(), 1, "one file under the id of the unsigned address");
}

fn opened_requests(blobs: &Service) -> usize {
    let seen = blobs.asked("GET", "/");
    // A range that is asked for twice was refused in between.
    let ranges: std::collections::BTreeSet<_> = seen.iter().map(|seen| seen.header("range").to_owned()).collect();
    ranges.len()
}

#[tokio::test]
async fn a_signature_that_stays_refused_is_an_error_that_shows_nothing() {
    let Signed { signer, blobs, client } = signed("2100-01-01T00:00:00Z", 0).await;
    let error = fetch(&client, &format!("{}/acc/cont/B04.tif", blobs.address), Access::Signed).await.unwrap_err();
    assert!(matches!(error, RemoteError::Refused { status: 403, .. }), "{error}");
    assert!(error.to_string().contains("AuthenticationFailed") && !format!("{error:?}").contains("sig="), "{error:?}");
    assert_eq!((signer.count(), blobs.count()), (2, 2));
}

/// A token whose end is near, or passed by a wrong clock, is not fetched for each request.
#[tokio::test]
async fn an_outdated_signature_is_not_fetched_over_and_over() {
    let Signed { signer, blobs, client } = signed("2001-01-01T00:00:00Z", 10_000).await;
    for i in 0..20 {
        client.get_bytes(&format!("{}/acc/cont/{i}.png", blobs.address), 1 << 30, &Never).await.unwrap();
    }
    assert_eq!(signer.count(), 1);
}

#[tokio::test]
async fn a_busy_signer_says_in_words_how_long_to_wait() {
    let asked = AtomicUsize::new(0);
    let signer = Service::start(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::json(429, serde_json::json!({"statusCode": 429, "message": "Rate limit is exceeded. Try again in 1 seconds."})),
        _ => Reply::json(200, serde_json::json!({"msft:expiry": "2100-01-01T00:00:00Z", "token": "sig=x"})),
    })
    .await;
    let blobs = Service::start(|seen| Reply::part(&file(), seen)).await;
    let client = client(endpoints(&signer, &[&blobs]), &[]);
    let began = std::time::Instant::now();
    client.get_bytes(&format!("{}/acc/cont/x.png", blobs.address), 1 << 30, &Never).await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert_eq!(signer.count(), 2);
}

#[tokio::test]
async fn only_hosts_of_the_signer_are_signed() {
    let signer = Service::start(|_| Reply::new(500, "not asked")).await;
    let other = Service::start(|seen| Reply::part(&file(), seen)).await;
    let mut endpoints = endpoints(&signer, &[&signer]);
    endpoints.sas_hosts = Endpoints::default().sas_hosts;
    let client = client(endpoints, &[]);
    fetch(&client, &format!("{}/acc/cont/B04.tif", other.address), Access::Signed).await.unwrap();
    assert_eq!(signer.count(), 0);
    assert!(other.asked("GET", "/").iter().all(|seen| seen.query.is_empty()));
}

#[tokio::test]
async fn object_stores_are_asked_with_signed_headers() {
    let store = Service::start(|seen| Reply::part(&file(), seen)).await;
    let client = client(endpoints(&store, &[&store]), &[S3, AWS]);
    for (href, access, path, key, region, payer) in [
        ("s3://eodata/S2/a b.tif", Access::Account(AccountKind::CdseS3), "/eodata/S2/a%20b.tif", "AKS3", "default", ""),
        ("s3://usgs-landsat/c/B4.TIF", Access::RequesterPays, "/usgs-landsat/c/B4.TIF", "AKAWS", "us-west-2", "requester"),
        ("s3://sentinel-s1-l1c/x.tiff", Access::RequesterPays, "/sentinel-s1-l1c/x.tiff", "AKAWS", "eu-central-1", "requester"),
    ] {
        fetch(&client, href, access).await.unwrap();
        let asked = store.asked("GET", path);
        assert!(asked.len() > 1, "{href}");
        for seen in asked {
            let authorization = seen.header("authorization");
            assert!(authorization.starts_with(&format!("AWS4-HMAC-SHA256 Credential={key}/")), "{authorization}");
            assert!(authorization.contains(&format!("/{region}/s3/aws4_request")), "{authorization}");
            assert_eq!(authorization.contains("x-amz-request-payer"), !payer.is_empty(), "what is sent is signed");
            assert_eq!((seen.header("x-amz-request-payer"), seen.query.as_str()), (payer, ""));
        }
    }
    fetch(&client, "s3://sentinel-cogs/x.tif", Access::Open).await.unwrap();
    assert!(store.asked("GET", "/sentinel-cogs").iter().all(|seen| seen.header("authorization").is_empty()));
}

#[tokio::test]
async fn a_bucket_that_lies_elsewhere_is_asked_for_there() {
    let store = Service::start(|seen| match seen.header("authorization").contains("/ap-south-1/s3/") {
        true => Reply::part(&file(), seen),
        false => Reply::new(301, "<Error><Code>PermanentRedirect</Code></Error>").with("x-amz-bucket-region", "ap-south-1"),
    })
    .await;
    let client = client(endpoints(&store, &[&store]), &[AWS]);
    fetch(&client, "s3://somewhere/B04.tif", Access::RequesterPays).await.unwrap();
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let xml = |code: &str| {
        format!(
            "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>Words of the store.</Message><AWSAccessKeyId>AKAWS</AWSAccessKeyId></Error>"
        )
    };
    for (access, body, expected, says) in [
        (Access::RequesterPays, xml("AccessDenied"), "provider-failed", "at their owner's cost"),
        (Access::RequesterPays, xml("InvalidAccessKeyId"), "needs-account", "`swath accounts set aws`"),
        (Access::Account(AccountKind::CdseS3), xml("AccessDenied"), "provider-failed", "make new ones"),
        (Access::Account(AccountKind::CdseS3), xml("SignatureDoesNotMatch"), "needs-account", "`swath accounts set cdse-s3`"),
        (Access::Account(AccountKind::Cdse), r#"{"detail":"Not permitted"}"#.into(), "provider-failed", "quota"),
        (Access::Open, xml("AccessDenied"), "provider-failed", "the account `aws`"),
    ] {
        let store = Service::start(move |seen| match seen.path.as_str() {
            "/token" => grant("t1", 600),
            _ => Reply::new(403, body.clone()),
        })
        .await;
        let client = client(endpoints(&store, &[&store]), &[CDSE, S3, AWS]);
        let href =
            if access == Access::Account(AccountKind::Cdse) { format!("{}/B04.tif", store.address) } else { "s3://eodata/B04.tif".into() };
        let error = fetch(&client, &href, access).await.unwrap_err();
        assert_eq!(error.code(), expected, "{error}");
        assert!(error.to_string().contains(says), "{error}");
        assert!(!error.to_string().contains("AKAWS"), "{error}");
        assert_eq!(store.count() - store.asked("POST", "/token").len(), 1, "it does not get better by asking again");
    }
}

/// The service counts the connections of an account over all of its hosts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn downloads_of_one_account_are_counted_over_all_hosts() {
    static RUNNING: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    let slow = |seen: &Seen| {
        MOST.fetch_max(RUNNING.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let reply = Reply::part(&file(), seen);
        std::thread::sleep(Duration::from_millis(2));
        RUNNING.fetch_sub(1, Ordering::SeqCst);
        (reply, Duration::from_millis(10))
    };
    let (one, two) = (Service::start_with(slow).await, Service::start_with(slow).await);
    let identity = Service::start(|_| grant("t1", 600)).await;
    let client = client(endpoints(&identity, &[&one, &two]), &[CDSE, S3]);
    let hrefs: Vec<_> = (0..24)
        .map(|i| match i % 3 {
            0 => (format!("{}/{i}/B04.tif", one.address), Access::Account(AccountKind::Cdse)),
            1 => (format!("{}/{i}/B04.tif", two.address), Access::Account(AccountKind::Cdse)),
            _ => (format!("s3://eodata/{i}/B04.tif"), Access::Account(AccountKind::CdseS3)),
        })
        .collect();
    let watch = async {
        let mut most = 0;
        loop {
            most = most.max(client.host_status(&one.address).map_or(0, |status| status.running));
            assert!(most <= 4, "{most}");
            tokio::task::yield_now().await;
        }
    };
    let all = futures::future::join_all(hrefs.iter().map(|(href, access)| fetch(&client, href, *access)));
    tokio::select! {
        () = watch => {}
        all = all => assert!(all.iter().all(Result::is_ok), "{all:?}"),
    }
    assert!(MOST.load(Ordering::SeqCst) <= 4);
    assert_eq!(client.host_status(&two.address), client.host_status(&one.address), "one count");
}

#[tokio::test]
async fn vector_15_9_e_sentinel_hub_counts_in_milliseconds() {
    for (milliseconds, least, most) in [(true, 0, 900), (false, 1000, 4000)] {
        let asked = AtomicUsize::new(0);
        let host = Service::start(move |seen| match asked.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::new(429, "").with("retry-after", if milliseconds { "20" } else { "1" }),
            _ => Reply::part(&file(), seen),
        })
        .await;
        let mut endpoints = endpoints(&host, &[&host]);
        endpoints.sas_hosts.clear();
        if milliseconds {
            endpoints.sentinel_hub_hosts = vec![host.host()];
        }
        let client = client(endpoints, &[]);
        let began = std::time::Instant::now();
        client.get_bytes(&format!("{}/x.png", host.address), 1 << 30, &Never).await.unwrap();
        let took = began.elapsed().as_millis();
        assert!((least..most).contains(&took), "{took} ms");
    }
}
