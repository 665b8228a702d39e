//! Downloads that take an account or a signature: tokens that end half-way, services that count connections, addresses that are handed out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;
mod services;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::Watch;
use common::get::{file, sha256};
use serde_json::json;
use services::{Reply, Seen, Service, client, endpoints, grant};
use swath_domain::{Access, AccountKind, Checksum, FileKind, FileSource, Stop};
use swath_remote::{Checked, Client, Downloaded, RemoteError};

const CDSE: (AccountKind, &[(&str, &str)]) = (AccountKind::Cdse, &[("user", "me"), ("password", "p&w d")]);
const USGS: (AccountKind, &[(&str, &str)]) = (AccountKind::Usgs, &[("user", "me"), ("token", "app-token")]);
const LENGTH: usize = 20_000_000;

fn bytes() -> &'static [u8] {
    static FILE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    FILE.get_or_init(|| file(LENGTH))
}

/// Where a request begins, and where it ends, if it says so.
fn asked(seen: &Seen) -> (usize, usize) {
    let (start, end) = seen.header("range").trim_start_matches("bytes=").split_once('-').unwrap();
    (start.parse().unwrap(), end.parse().map_or(LENGTH, |end: usize| (end + 1).min(LENGTH)))
}

/// A part that ends after four megabytes, however much was asked for.
fn some(seen: &Seen) -> Reply {
    let (start, end) = asked(seen);
    let mut short = seen.clone();
    short.headers.insert("range", format!("bytes={start}-{}", (start + 4_000_000).min(end) - 1).parse().unwrap());
    Reply::part(bytes(), &short)
}

async fn download(client: &Client, href: &str, access: Access) -> (Result<Downloaded, Stop<RemoteError>>, Watch, String) {
    let folder = tempfile::tempdir().unwrap();
    let checksum = Some(Checksum::Sha256(sha256(bytes())));
    let source = FileSource { href: href.into(), provider: "p".into(), access, size: Some(LENGTH as u64), checksum };
    let watch = Watch::default();
    let to = folder.path().join("scene.tar");
    let got = client.download(&source, FileKind::Tiff, &to, &watch).await;
    if got.is_ok() {
        assert!(std::fs::read(&to).unwrap() == bytes());
        assert_eq!(watch.has(), LENGTH as u64, "what logins bring does not count");
    }
    let journal = std::fs::read_to_string(folder.path().join("scene.tar.journal")).unwrap_or_default();
    (got, watch, journal)
}

#[tokio::test]
async fn where_connections_are_counted_one_is_used_and_a_token_that_ends_is_renewed() {
    let logins = Arc::new(AtomicUsize::new(0));
    let count = logins.clone();
    let identity = Service::start(move |_| grant(&format!("t{}", count.fetch_add(1, Ordering::SeqCst) + 1), 600)).await;
    let (asked, now) = (AtomicUsize::new(0), logins.clone());
    let zipper = Service::start(move |seen| {
        let number = asked.fetch_add(1, Ordering::SeqCst);
        let good = seen.header("authorization") == format!("Bearer t{}", now.load(Ordering::SeqCst));
        // The first token ends in the middle.
        if good && (number != 2 || now.load(Ordering::SeqCst) > 1) { some(seen) } else { Reply::json(401, json!({"detail": "Expired"})) }
    })
    .await;
    let client = client(endpoints(&identity, &[&zipper]), &[CDSE]);
    let href = format!("{}/odata/v1/Products(1)/$value", zipper.address);
    let (got, _, _) = download(&client, &href, Access::Account(AccountKind::Cdse)).await;
    assert_eq!(got.unwrap().checked, Checked::Digest("SHA-256"));
    assert_eq!(logins.load(Ordering::SeqCst), 2);
    let ranges: Vec<_> = zipper.asked("GET", "/").iter().map(|seen| seen.header("range").to_owned()).collect();
    assert!(ranges.iter().all(|range| range.ends_with('-')), "one after the other, to the end: {ranges:?}");
}

#[tokio::test]
async fn vector_15_9_f_a_signature_that_ends_half_way_is_renewed() {
    let signed = Arc::new(AtomicUsize::new(0));
    let count = signed.clone();
    let signer = Service::start(move |_| {
        let number = count.fetch_add(1, Ordering::SeqCst) + 1;
        Reply::json(200, json!({"msft:expiry": "2100-01-01T00:00:00Z", "token": format!("sig=s{number}")}))
    })
    .await;
    let blobs = Service::start(move |seen| {
        let (start, _) = asked(seen);
        let expired = seen.query.contains("sig=s1") && start >= 8_000_000;
        if expired { Reply::new(403, "<Error><Code>AuthenticationFailed</Code></Error>") } else { some(seen) }
    })
    .await;
    let client = client(endpoints(&signer, &[&blobs]), &[]);
    let (got, watch, _) = download(&client, &format!("{}/acc/cont/B04.tif", blobs.address), Access::Signed).await;
    got.unwrap();
    assert_eq!(signed.load(Ordering::SeqCst), 2, "one for all that wait");
    assert_eq!(watch.lost.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_address_that_was_handed_out_and_ends_is_asked_for_again() {
    let given = Arc::new(AtomicUsize::new(0));
    let files = Service::start(move |seen| {
        let (start, _) = asked(seen);
        if seen.path.contains("SECRET-1") && start > 0 { Reply::new(403, "gone") } else { some(seen) }
    })
    .await;
    let (count, at) = (given.clone(), files.address.clone());
    let m2m = Service::start(move |seen| {
        let data = match seen.path.as_str() {
            "/m2m/login-token" => json!("key"),
            "/m2m/download-options" => {
                json!([{"id": "1", "entityId": "LC9", "available": true, "productName": "Landsat Collection 2 Level-2 Product Bundle", "filesize": LENGTH}])
            }
            _ => json!({"availableDownloads": [{"url": format!("{at}/SECRET-{}/LC9.tar", count.fetch_add(1, Ordering::SeqCst) + 1)}]}),
        };
        Reply::json(200, json!({"data": data, "errorCode": null}))
    })
    .await;
    let client = client(endpoints(&m2m, &[&files]), &[USGS]);
    let (got, _, _) = download(&client, "m2m:landsat_ot_c2_l2/LC9", Access::Account(AccountKind::Usgs)).await;
    got.unwrap();
    assert_eq!(given.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn neither_errors_nor_journals_show_what_an_address_carries() {
    let files = Service::start(|seen| match seen.header("range") {
        range if range.starts_with("bytes=0-") => some(seen),
        _ => Reply::new(403, format!("no {} for {}", seen.path, seen.query)),
    })
    .await;
    let client = client(endpoints(&files, &[&files]), &[]);
    let host = files.address.trim_start_matches("http://");
    let href = format!("http://user:PLANTED-password@{host}/c/B04.tif?sig=PLANTED-signature&token=PLANTED-token");
    let (got, _, journal) = download(&client, &href, Access::Open).await;
    let Err(Stop::Failed(error)) = got else { panic!("it should have failed: {got:?}") };
    assert!(journal.contains("B04.tif") && !journal.contains("PLANTED"), "{journal}");
    assert!(!format!("{error} {error:?}").contains("PLANTED"), "{error:?}");
}
