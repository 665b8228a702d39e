//! Files that arrive piece by piece, from servers that do not behave. The numbers are those of the list of things that servers do.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::single_range_in_vec_init, reason = "a list of one range is meant")]

mod common;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use common::place::{Place, WINDOW, failed};
use common::tiff::{BYTES, Made, make};
use common::{Fault, Server, Watch};
use sha2::{Digest, Sha256};
use swath_domain::{Checksum, Never, Stop, Window};
use swath_remote::RemoteError;

#[tokio::test]
async fn vector_15_9_c_a_transfer_that_breaks_off_goes_on_where_it_was() {
    let place = Place::new(Made::default()).await;
    let file = place.open().await;
    place.server.reset();
    for at in [30_000, 10_000] {
        place.server.fault(Fault::Truncate(at));
    }
    let ranges = file.ranges(0, WINDOW);
    file.fetch(&ranges, &Never).await.unwrap();
    place.check_bytes(&file, WINDOW);
    let asked: Vec<_> = place.server.asked.lock().unwrap().iter().flatten().map(|r| r.start - ranges[0].start).collect();
    assert_eq!(asked.len(), 3);
    assert!(asked[1] > 0 && asked[2] > asked[1], "{asked:?}");
    assert_eq!(place.server.sent(), ranges[0].end - ranges[0].start, "not one byte twice");
}

#[tokio::test]
async fn when_every_try_fails_what_came_is_kept_for_the_next_run() {
    let place = Place::new(Made::default()).await;
    let file = place.open().await;
    (0..3).for_each(|_| place.server.fault(Fault::Truncate(5_000)));
    let ranges = file.ranges(0, WINDOW);
    assert_eq!(failed(file.fetch(&ranges, &Never).await).code(), "provider-failed");
    drop(file);
    place.server.reset();
    let file = place.open().await;
    assert_eq!(file.missing(&ranges), ranges[0].end - ranges[0].start - 15_000);
    file.fetch(&ranges, &Never).await.unwrap();
    place.check_bytes(&file, WINDOW);
    assert_eq!(place.server.sent(), ranges[0].end - ranges[0].start - 15_000);
}

#[tokio::test]
async fn a_cancel_is_quick_and_keeps_what_has_arrived() {
    let place = Place::new(Made::default()).await;
    let file = place.open().await;
    let ranges = file.ranges(0, WINDOW);
    place.server.fault(Fault::Stall(48 << 10));
    let watch = Watch { cancel_after: Some(48 << 10), ..Watch::default() };
    let begun = Instant::now();
    assert_eq!(file.fetch(&ranges, &watch).await, Err(Stop::Cancelled));
    assert!(begun.elapsed() < Duration::from_millis(280), "before the stall is noticed: {:?}", begun.elapsed());
    assert_eq!(file.missing(&ranges), ranges[0].end - ranges[0].start - (48 << 10));
    place.server.reset();
    assert_eq!(file.fetch(&ranges, &Never).await.unwrap(), ranges[0].end - ranges[0].start - (48 << 10));
    place.check_bytes(&file, WINDOW);
}

#[tokio::test]
async fn a_cancel_ends_the_wait_for_a_turn_and_between_tries() {
    let place = Place::new(Made::default()).await;
    place.server.fault(Fault::Status(503, "retry-after", "2".into(), "busy"));
    let watch = Watch { cancel_after: Some(0), ..Watch::default() };
    let begun = Instant::now();
    assert!(matches!(place.cache().open(&place.server.asset(), &watch).await, Err(Stop::Cancelled)));
    assert!(begun.elapsed() < Duration::from_millis(500));
}

#[tokio::test]
async fn vector_15_9_i_a_silent_server_is_reported_and_tried_again() {
    let place = Place::new(Made::default()).await;
    let file = place.open().await;
    place.server.fault(Fault::Stall(20_000));
    let watch = Watch::default();
    file.fetch(&file.ranges(0, WINDOW), &watch).await.unwrap();
    assert_eq!(watch.stalled.load(Ordering::SeqCst), 1);
    place.check_bytes(&file, WINDOW);
}

#[tokio::test]
async fn vector_15_9_e_retry_after_is_obeyed_as_seconds_and_as_a_date() {
    for (is_date, least) in [(false, 1000), (true, 900)] {
        let value = if is_date { http_date(3) } else { "1".to_owned() };
        let place = Place::new(Made::default()).await;
        place.server.fault(Fault::Status(429, "retry-after", value.clone(), "slow down"));
        let begun = Instant::now();
        place.open().await;
        assert!(begun.elapsed() >= Duration::from_millis(least), "{value}: {:?}", begun.elapsed());
        assert_eq!(place.server.requests(), 2);
    }
}

fn http_date(seconds: i64) -> String {
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[tokio::test]
async fn refusals_that_cannot_pass_are_not_repeated() {
    for (status, tries) in [(400, 1), (401, 1), (403, 1), (404, 1), (500, 3), (502, 3), (504, 3), (408, 3)] {
        let place = Place::new(Made::default()).await;
        (0..9).for_each(|_| {
            place.server.fault(Fault::Status(status, "content-type", "application/xml".into(), "<Error><Code>Nope</Code></Error>"))
        });
        let error = failed(place.cache().open(&place.server.asset(), &Never).await);
        assert_eq!(place.server.requests(), tries, "{status}");
        assert!(matches!(&error, RemoteError::Status { status: s, words, .. } if *s == status && words == "Nope"), "{error}");
    }
}

#[tokio::test]
async fn vector_15_9_d_trap_10_what_is_not_the_file_is_refused_and_not_kept() {
    for (fault, tries, expected) in
        [(Fault::Html, 1, "text/html"), (Fault::Lie, 3, "bytes from"), (Fault::Early, 3, "bytes from"), (Fault::Whole, 3, "whole file")]
    {
        let place = Place::new(Made::default()).await;
        let file = place.open().await;
        let ranges = file.ranges(0, WINDOW);
        place.server.reset();
        (0..tries).for_each(|_| place.server.fault(fault.clone()));
        let error = failed(file.fetch(&ranges, &Never).await);
        assert_eq!(error.code(), "not-that-file");
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(place.server.requests(), tries);
        assert_eq!(file.missing(&ranges), ranges[0].end - ranges[0].start);
        file.fetch(&ranges, &Never).await.unwrap();
        place.check_bytes(&file, WINDOW);
    }
    for (body, expected) in
        [(b"<?xml version='1.0'?><Error/>".to_vec(), "web page"), (b"\0\0\0\x0cjP  rest".to_vec(), "JPEG 2000"), (vec![7; 50_000], "begin")]
    {
        let place = Place { server: Server::start(body).await, folder: tempfile::tempdir().unwrap() };
        let error = failed(place.cache().open(&place.server.asset(), &Never).await);
        assert!(error.code() == "not-that-file" && error.to_string().contains(expected), "{error}");
    }
    // Cut off on the server: the blocks lie beyond the end.
    let mut cut = make(Made::default());
    cut.truncate(200_000);
    let place = Place { server: Server::start(cut).await, folder: tempfile::tempdir().unwrap() };
    assert!(failed(place.cache().open(&place.server.asset(), &Never).await).to_string().contains("cut off"));
}

#[tokio::test]
async fn a_length_other_than_the_catalogues_is_refused() {
    let place = Place::new(Made::default()).await;
    let asset = swath_domain::Asset { size: Some(17), ..place.server.asset() };
    assert!(failed(place.cache().open(&asset, &Never).await).to_string().contains("17 bytes"));
}

#[tokio::test]
async fn vector_15_9_h_a_replaced_file_is_dropped_and_fetched_anew() {
    for old_tag in [Some("\"one\""), None] {
        let place = Place::new(Made::default()).await;
        *place.server.etag.lock().unwrap() = old_tag.map(str::to_owned);
        let cache = place.cache();
        let asset = place.server.asset();
        let file = cache.open(&asset, &Never).await.unwrap();
        file.fetch(&file.ranges(0, WINDOW), &Never).await.unwrap();
        *place.server.etag.lock().unwrap() = old_tag.map(|_| "\"two\"".to_owned());
        *place.server.file.lock().unwrap() = make(Made { gap: 100, ..Made::default() });
        let other = Window { y: 1000, ..WINDOW };
        let error = failed(file.fetch(&file.ranges(0, other), &Never).await);
        assert!(matches!(error, RemoteError::Changed { .. }), "{error}");
        let (file, bytes) = cache.fetch_window(&asset, 0, WINDOW, &Never).await.unwrap();
        assert_eq!(bytes, 2 * (BYTES as u64 + 8), "nothing of the old file is left");
        place.check_bytes(&file, WINDOW);
        // The whole way by itself.
        *place.server.etag.lock().unwrap() = old_tag.map(|_| "\"three\"".to_owned());
        *place.server.file.lock().unwrap() = make(Made { gap: 200, ..Made::default() });
        let (file, _) = cache.fetch_window(&asset, 0, other, &Never).await.unwrap();
        place.check_bytes(&file, other);
    }
}

#[tokio::test]
async fn vector_15_9_a_a_server_without_ranges_sends_all_of_it_once() {
    let place = Place::new(Made::default()).await;
    place.server.no_ranges.store(true, Ordering::SeqCst);
    place.server.fault(Fault::Truncate(100_000));
    let file = place.open().await;
    assert_eq!(place.server.requests(), 2);
    assert_eq!(file.missing(&[0..file.len()]), 0);
    place.check_bytes(&file, WINDOW);
    drop(file);
    place.server.reset();
    place.open().await;
    assert_eq!(place.server.requests(), 0);
}

#[tokio::test]
async fn redirects_are_followed_and_no_error_shows_a_query() {
    let place = Place::new(Made::default()).await;
    let cache = place.cache();
    let file = cache.open(&place.server.redirected(), &Never).await.unwrap();
    file.fetch(&file.ranges(0, WINDOW), &Never).await.unwrap();
    place.check_bytes(&file, WINDOW);
    let secret = |address: &str| common::asset(&format!("{address}/x/B04.tif?sig=SECRET&token=SECRET"));
    let closed = { tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap() };
    let mut errors = vec![failed(cache.open(&secret(&format!("http://{closed}")), &Never).await)];
    assert_eq!(errors[0].code(), "offline");
    let told = "https://a.example/x?sig=SECRET is wrong";
    for fault in [Fault::Html, Fault::Status(404, "x-a", "b".into(), told), Fault::Status(403, "x-a", "b".into(), "token=SECRET")] {
        place.server.fault(fault);
        errors.push(failed(cache.open(&secret(&place.server.address), &Never).await));
    }
    (0..3).for_each(|_| place.server.fault(Fault::Truncate(10)));
    errors.push(failed(cache.open(&secret(&place.server.address), &Never).await));
    for error in errors {
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error:?}");
        assert!(!error.to_string().contains('?'), "{error}");
    }
    for entry in walk(place.folder.path()) {
        assert!(!String::from_utf8_lossy(&std::fs::read(entry).unwrap()).contains("SECRET"));
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[tokio::test]
async fn vector_15_9_b_bytes_from_an_earlier_place_are_asked_for_again() {
    let place = Place::new(Made::default()).await;
    let file = place.open().await;
    place.server.fault(Fault::Early);
    file.fetch(&file.ranges(0, WINDOW), &Never).await.unwrap();
    assert_eq!(place.server.requests(), 3);
    place.check_bytes(&file, WINDOW);
}

#[tokio::test]
async fn vector_15_9_g_a_message_behind_the_bytes_is_cut_off_and_one_within_them_is_found_by_the_digest() {
    let place = Place::new(Made::default()).await;
    let digest: String = Sha256::digest(&*place.server.file.lock().unwrap()).iter().map(|b| format!("{b:02x}")).collect();
    let file = place.open().await;
    place.server.fault(Fault::Truncate(30_000));
    place.server.fault(Fault::Append);
    file.fetch(&file.ranges(0, WINDOW), &Never).await.unwrap();
    place.check_bytes(&file, WINDOW);
    place.server.fault(Fault::Within);
    let error = failed(file.fetch_all(Some(&Checksum::Sha256(digest.clone())), &Never).await);
    assert!(error.code() == "not-that-file" && !file.path().exists(), "{error}");
    let file = place.open().await;
    file.fetch_all(Some(&Checksum::Sha256(digest)), &Never).await.unwrap();
    place.check_bytes(&file, WINDOW);
}

#[tokio::test]
async fn trap_10_an_error_page_with_a_status_of_success_never_becomes_a_file() {
    // As a retired hub did it, and with a type that lies.
    for (kind, body) in [
        ("text/html", "<!DOCTYPE html><title>Moved</title>"),
        ("image/tiff", "  <html><title>Moved</title></html>"),
        ("application/octet-stream", "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code></Error>"),
        ("binary/octet-stream", "{\"message\": \"Service moved\"}"),
        ("text/plain", "The Sentinels Scientific Data Hub"),
    ] {
        let place = Place::new(Made::default()).await;
        place.server.fault(Fault::Status(200, "content-type", kind.into(), body));
        let error = failed(place.cache().open(&place.server.asset(), &Never).await);
        assert_eq!(error.code(), "not-that-file", "{kind}: {error}");
        assert!(walk(place.folder.path()).iter().all(|path| path.extension().is_some_and(|kind| kind == "part")), "{kind}");
    }
}
