//! Files that arrive piece by piece, from servers that behave and from servers that do not.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::single_range_in_vec_init, reason = "a list of one range is meant")]

mod common;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use common::tiff::{BLOCK, BYTES, Made, SIDE, SMALL, make};
use common::{Fault, Server, Watch, client};
use sha2::{Digest, Sha256};
use swath_domain::{Checksum, Never, Stop, Window};
use swath_remote::{RangeCache, RangeFile, RemoteError};

/// Two blocks beside each other in the second row.
const WINDOW: Window = Window { x: 300, y: 260, width: 400, height: 100 };

struct Place {
    server: Arc<Server>,
    folder: tempfile::TempDir,
}

impl Place {
    async fn new(made: Made) -> Self {
        Self { server: Server::start(make(made)).await, folder: tempfile::tempdir().unwrap() }
    }

    /// As after a start of the program.
    fn cache(&self) -> RangeCache {
        RangeCache::new(client(), self.folder.path().into())
    }

    async fn open(&self) -> Arc<RangeFile> {
        self.cache().open(&self.server.asset(), &Never).await.unwrap()
    }

    fn check_bytes(&self, file: &RangeFile, window: Window) {
        let (local, remote) = (std::fs::read(file.path()).unwrap(), self.server.file.lock().unwrap());
        assert_eq!(local.len(), remote.len());
        for range in file.ranges(0, window) {
            let range = range.start as usize..range.end as usize;
            assert!(local[range.clone()] == remote[range.clone()], "{range:?}");
        }
    }
}

fn failed<T>(result: Result<T, Stop<RemoteError>>) -> RemoteError {
    match result {
        Err(Stop::Failed(error)) => error,
        Err(Stop::Cancelled) => panic!("cancelled"),
        Ok(_) => panic!("it should have failed"),
    }
}

#[tokio::test]
async fn every_layout_of_a_header_is_read_and_windows_come_byte_for_byte() {
    for made in [
        Made::default(),
        Made { big: true, ..Made::default() },
        Made { little: false, ..Made::default() },
        Made { big: true, little: false, header_last: true, gap: 0 },
        Made { header_last: true, gap: 70_000, ..Made::default() },
    ] {
        let place = Place::new(made).await;
        let file = place.open().await;
        let shapes: Vec<_> = file.levels().iter().map(|l| (l.width, l.height, l.block_width, l.block_height)).collect();
        assert_eq!(shapes, [(SIDE, SIDE, BLOCK, BLOCK), (SMALL, SMALL, BLOCK, BLOCK)], "{made:?}");
        let ranges = file.ranges(0, WINDOW);
        assert_eq!(ranges.iter().map(|r| r.end - r.start).sum::<u64>(), 2 * (BYTES as u64 + 8), "{made:?}");
        assert_eq!(file.missing(&ranges), 2 * (BYTES as u64 + 8));
        place.server.reset();
        let watch = Watch::default();
        let bytes = file.fetch(&ranges, &watch).await.unwrap();
        assert_eq!((bytes, watch.fetched.load(Ordering::SeqCst)), (2 * (BYTES as u64 + 8), bytes), "{made:?}");
        assert_eq!(place.server.requests(), 1, "neighbours are one request");
        assert_eq!(file.missing(&ranges), 0);
        place.check_bytes(&file, WINDOW);
        assert_eq!(file.ranges(1, Window { x: 0, y: 0, width: 1, height: 1 }).len(), 1);
        assert!(file.ranges(0, Window { x: 2 * BLOCK, y: 0, width: 5, height: 5 }).is_empty(), "a block that is left out");
        assert!(file.ranges(0, Window { x: SIDE, y: 0, width: 5, height: 5 }).is_empty());
        assert!(file.ranges(7, WINDOW).is_empty());
    }
}

#[tokio::test]
async fn what_is_there_is_never_asked_for_again() {
    let place = Place::new(Made::default()).await;
    let file = place.open().await;
    assert_eq!(place.server.asked.lock().unwrap().as_slice(), [Some(0..32768)]);
    file.fetch(&file.ranges(0, WINDOW), &Never).await.unwrap();
    drop(file);
    place.server.reset();
    let file = place.open().await;
    assert_eq!(file.fetch(&file.ranges(0, WINDOW), &Never).await.unwrap(), 0);
    assert_eq!(place.server.requests(), 0, "not even to open it");
    let wider = Window { width: 600, ..WINDOW };
    assert_eq!(file.fetch(&file.ranges(0, wider), &Never).await.unwrap(), BYTES as u64 + 8, "one more block");
    file.fetch(&[0..file.len()], &Never).await.unwrap();
    let asked = place.server.asked.lock().unwrap().iter().flatten().map(|r| r.end - r.start).sum::<u64>();
    assert!(asked < file.len() - 2 * BYTES as u64);
    let headers = place.server.headers.lock().unwrap();
    assert!(headers.iter().all(|h| h["accept-encoding"] == "identity" && h["user-agent"].to_str().unwrap().starts_with("swath/")));
    assert!(headers.last().unwrap()["if-range"] == "\"one\"");
}

#[tokio::test]
async fn those_who_need_the_same_bytes_share_one_request() {
    let place = Place::new(Made::default()).await;
    let cache = place.cache();
    let asset = place.server.asset();
    let (a, b) = tokio::join!(cache.open(&asset, &Never), cache.open(&asset, &Never));
    let (a, b) = (a.unwrap(), b.unwrap());
    assert!(Arc::ptr_eq(&a, &b));
    assert_eq!(place.server.requests(), 1);
    let ranges = a.ranges(0, WINDOW);
    let wider = a.ranges(0, Window { width: 700, ..WINDOW });
    let (x, y, z) = tokio::join!(a.fetch(&ranges, &Never), b.fetch(&ranges, &Never), b.fetch(&wider, &Never));
    let total = 3 * (BYTES as u64 + 8);
    assert!(x.unwrap() + y.unwrap() + z.unwrap() <= total);
    assert!(place.server.sent() <= total + 32768, "{}", place.server.sent());
    assert_eq!(a.missing(&wider), 0);
    place.check_bytes(&a, Window { width: 700, ..WINDOW });
}

#[tokio::test]
async fn a_transfer_that_breaks_off_goes_on_where_it_was() {
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
async fn a_silent_server_is_reported_and_tried_again() {
    let place = Place::new(Made::default()).await;
    let file = place.open().await;
    place.server.fault(Fault::Stall(20_000));
    let watch = Watch::default();
    file.fetch(&file.ranges(0, WINDOW), &watch).await.unwrap();
    assert_eq!(watch.stalled.load(Ordering::SeqCst), 1);
    place.check_bytes(&file, WINDOW);
}

#[tokio::test]
async fn retry_after_is_obeyed_as_seconds_and_as_a_date() {
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
async fn complaints_lower_the_number_of_requests_and_successes_raise_it() {
    let place = Place::new(Made::default()).await;
    let client = client();
    let cache = RangeCache::new(client.clone(), place.folder.path().into());
    let asset = place.server.asset();
    let file = cache.open(&asset, &Never).await.unwrap();
    assert_eq!(client.host_status(&asset.href).unwrap().limit, 4);
    place.server.fault(Fault::Status(503, "x-nothing", "1".into(), "busy"));
    // Every second block, so that each is a request of its own.
    let far: Vec<_> = (0..4).map(|i| Window { x: 0, y: 2 * i * BLOCK, width: 1, height: 1 }).flat_map(|w| file.ranges(0, w)).collect();
    file.fetch(&far, &Never).await.unwrap();
    let status = client.host_status(&asset.href).unwrap();
    assert!(status.limit < 4 && status.running == 0, "{status:?}");
    let far: Vec<_> = (0..4).flat_map(|i| (0..4).map(move |j| (2 * i * BLOCK + 1, 2 * j * BLOCK))).collect();
    for (x, y) in far {
        file.fetch(&file.ranges(0, Window { x, y, width: 1, height: 1 }), &Never).await.unwrap();
    }
    assert!(client.host_status(&asset.href).unwrap().limit > status.limit);
    assert!(place.server.most_running.load(Ordering::SeqCst) <= 4);
}

#[tokio::test]
async fn the_users_limit_holds_over_all_transfers() {
    let place = Place::new(Made::default()).await;
    let client = client();
    client.set_parallel(1);
    let cache = RangeCache::new(client, place.folder.path().into());
    let file = cache.open(&place.server.asset(), &Never).await.unwrap();
    let far: Vec<_> = (0..4).map(|i| Window { x: 0, y: 2 * i * BLOCK, width: 1, height: 1 }).flat_map(|w| file.ranges(0, w)).collect();
    file.fetch(&far, &Never).await.unwrap();
    assert_eq!(place.server.requests(), 5);
    assert_eq!(place.server.most_running.load(Ordering::SeqCst), 1);
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
async fn what_is_not_the_file_is_refused_and_not_kept() {
    for (fault, tries, expected) in [(Fault::Html, 1, "text/html"), (Fault::Lie, 3, "bytes from"), (Fault::Whole, 3, "whole file")] {
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
async fn a_replaced_file_is_dropped_and_fetched_anew() {
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
async fn a_server_without_ranges_sends_all_of_it_once() {
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
async fn whole_files_are_verified_and_published_whole() {
    let place = Place::new(Made::default()).await;
    let digest: String = Sha256::digest(&*place.server.file.lock().unwrap()).iter().map(|b| format!("{b:02x}")).collect();
    let file = place.open().await;
    let target = place.folder.path().join("out.tif");
    assert!(file.publish(&target).await.unwrap_err().to_string().contains("have not been fetched"));
    file.fetch_all(Some(&Checksum::Sha256(digest.clone())), &Never).await.unwrap();
    file.publish(&target).await.unwrap();
    assert_eq!(std::fs::read(&target).unwrap(), *place.server.file.lock().unwrap());
    assert!(!target.with_extension("tif.part").exists());
    place.server.reset();
    let wrong = Checksum::Md5("00".repeat(16));
    let error = failed(file.fetch_all(Some(&wrong), &Never).await);
    assert!(error.to_string().contains("MD5"), "{error}");
    assert!(!file.path().exists(), "a file that is not what it should be is not kept");
    let asset = swath_domain::Asset { checksum: Some(Checksum::Sha256(digest)), ..place.server.asset() };
    place.cache().fetch_file(&asset, &Never).await.unwrap();
    assert_eq!(place.server.sent(), place.server.file.lock().unwrap().len() as u64);
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
async fn a_local_file_is_used_where_it_lies() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my scene 晴.tif");
    std::fs::write(&path, make(Made::default())).unwrap();
    let asset = common::asset(url::Url::from_file_path(&path).unwrap().as_str());
    assert!(asset.href.contains("%20"));
    let cache = RangeCache::new(client(), folder.path().join("cache"));
    let file = cache.open(&asset, &Never).await.unwrap();
    assert_eq!(file.path(), path);
    let ranges = file.ranges(0, WINDOW);
    assert_eq!((file.missing(&ranges), file.fetch(&ranges, &Never).await.unwrap()), (0, 0));
    file.fetch_all(None, &Never).await.unwrap();
    assert!(!folder.path().join("cache").exists());
    let gone = common::asset("file:///nowhere/at/all.tif");
    assert_eq!(failed(cache.open(&gone, &Never).await).code(), "disk");
}

#[tokio::test]
async fn damaged_ranges_can_be_forgotten() {
    let place = Place::new(Made::default()).await;
    let file = place.open().await;
    let ranges = file.ranges(0, WINDOW);
    file.fetch(&ranges, &Never).await.unwrap();
    file.forget(&ranges).await.unwrap();
    drop(file);
    let file = place.open().await;
    assert_eq!(file.missing(&ranges), ranges[0].end - ranges[0].start);
    file.fetch(&ranges, &Never).await.unwrap();
    place.check_bytes(&file, WINDOW);
}

#[tokio::test]
async fn gdal_reads_a_window_of_a_partly_fetched_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cog.tif");
    let run = |program: &str, arguments: &[&str]| std::process::Command::new(program).args(arguments).output();
    let raw = folder.path().join("raw.bin");
    std::fs::write(&raw, common::tiff::noise(1500 * 1500 * 2, 5)).unwrap();
    let header = "ENVI\nsamples = 1500\nlines = 1500\nbands = 1\ndata type = 12\ninterleave = bsq\nbyte order = 0\n";
    std::fs::write(folder.path().join("raw.hdr"), header).unwrap();
    let cog = ["-q", "-of", "COG", "-co", "BLOCKSIZE=256", raw.to_str().unwrap(), path.to_str().unwrap()];
    match run("gdal_translate", &cog) {
        Ok(output) if output.status.success() => {}
        _ => return println!("skipped: gdal_translate is not here or has no COG driver"),
    }
    let place = Place { server: Server::start(std::fs::read(&path).unwrap()).await, folder: tempfile::tempdir().unwrap() };
    let (file, bytes) = place.cache().fetch_window(&place.server.asset(), 0, WINDOW, &Never).await.unwrap();
    assert!(file.levels().len() > 1 && bytes > 0 && bytes < file.len() / 2);
    let cut = |from: &std::path::Path, to: &str| {
        let to = folder.path().join(to);
        let window = ["-q", "-of", "ENVI", "-srcwin", "300", "260", "400", "100", from.to_str().unwrap(), to.to_str().unwrap()];
        assert!(run("gdal_translate", &window).unwrap().status.success());
        std::fs::read(to).unwrap()
    };
    assert!(cut(file.path(), "partly.bin") == cut(&path, "whole.bin"));
}
