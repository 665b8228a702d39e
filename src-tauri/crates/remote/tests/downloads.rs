//! Whole files from servers that do not behave. The numbers are those of the list of things that servers do.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "the tables of faults are meant to be read")]

mod common;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use common::get::{Get, file, sha256};
use common::{Fault, Watch};
use swath_domain::{Access, Checksum, FileKind, FileSource, Stop};
use swath_remote::{Checked, RemoteError};

const LENGTH: usize = 3_000_000;
const TAIL: u64 = 64 << 10;

/// Downloads past some faults; nothing wrong is published. Returns the bytes that were sent beyond those of the file, and the requests.
async fn past(what: &str, faults: &[Fault]) -> (u64, usize) {
    let get = Get::new(LENGTH).await;
    faults.iter().for_each(|fault| get.server.fault(fault.clone()));
    let watch = Watch::default();
    let got = get.whole(&watch).await;
    assert_eq!(got.checked, Checked::Digest("SHA-256"), "{what}");
    assert!(get.server.faults.lock().unwrap().is_empty(), "{what}: every fault happened");
    let (again, lost) = (watch.again.load(Ordering::SeqCst), watch.lost.load(Ordering::SeqCst));
    println!("{what}: {} requests, {again} tried again, {lost} bytes not taken, 0 wrong files", get.server.requests());
    (watch.fetched.load(Ordering::SeqCst) - LENGTH as u64, get.server.requests())
}

#[tokio::test]
async fn a_good_server_is_asked_once() {
    assert_eq!(past("nothing wrong", &[]).await, (0, 1));
}

#[tokio::test]
async fn vector_15_9_b_parts_from_elsewhere_are_refused_or_compared() {
    let cut = Fault::Truncate(2_000_000);
    assert_eq!(past("206 from a later place", &[cut.clone(), Fault::Lie]).await, (TAIL, 3));
    assert_eq!(past("206 that lies about an earlier place", &[cut.clone(), Fault::Early]).await, (TAIL, 3));
    assert_eq!(past("206 from an earlier place", &[cut, Fault::Earlier]).await, (TAIL + 50_000, 2));
}

#[tokio::test]
async fn vector_15_9_c_g_what_breaks_off_goes_on_without_its_last_bytes() {
    let (more, requests) = past("closed early, twice", &[Fault::Truncate(2_000_000), Fault::Truncate(500_000)]).await;
    assert_eq!((more, requests), (2 * TAIL, 3));
    let (more, requests) = past("ended early with an error message", &[Fault::Cut(2_000_000)]).await;
    assert!(more <= TAIL + 100 && requests == 2, "{more} {requests}");
    let (more, requests) = past("an error message behind the end", &[Fault::Truncate(1_000_000), Fault::Append]).await;
    assert!(more <= TAIL + 100 && requests == 2, "{more} {requests}");
}

#[tokio::test]
async fn vector_15_9_d_pages_and_refusals_are_passed_over() {
    past("200 with a page", &[Fault::Html]).await;
    let xml = "<?xml version=\"1.0\"?><Error><Code>Busy</Code></Error>";
    for status in [408, 500, 502, 503, 504] {
        past(&format!("status {status}"), &[Fault::Status(status, "content-type", "application/xml".into(), xml)]).await;
    }
    past("200 with a message of no type", &[Fault::Status(200, "x-a", "b".into(), xml)]).await;
    let get = Get::new(LENGTH).await;
    (0..9).for_each(|_| get.server.fault(Fault::Html));
    assert!(get.fails(&Watch::default()).await.to_string().contains("text/html"));
    assert_eq!(get.server.requests(), 3, "tries end");
}

#[tokio::test]
async fn vector_15_9_e_a_host_that_wants_to_be_left_alone_is_and_that_is_told() {
    let date = (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(3)).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    for value in ["1".to_owned(), date] {
        let get = Get::new(LENGTH).await;
        get.server.fault(Fault::Status(429, "retry-after", value.clone(), "slow down"));
        let (watch, begun) = (Watch::default(), Instant::now());
        get.whole(&watch).await;
        assert!(begun.elapsed() >= Duration::from_millis(900), "{value}: {:?}", begun.elapsed());
        let held = watch.held.lock().unwrap().clone();
        assert!(held.first().is_some_and(|first| (1..=3).contains(first)) && held.last() == Some(&0), "{value}: {held:?}");
    }
}

#[tokio::test]
async fn vector_15_9_h_a_file_that_is_replaced_is_begun_anew() {
    for tag in [Some("\"two\"".to_owned()), None] {
        let get = Get::new(LENGTH).await;
        let source = FileSource { checksum: None, ..get.source.clone() };
        let get = Get { source, ..get };
        let watch = Watch { cancel_after: Some(2_000_000), ..Watch::default() };
        assert_eq!(get.run(&watch).await, Err(Stop::Cancelled));
        *get.server.etag.lock().unwrap() = tag;
        *get.server.file.lock().unwrap() = file(LENGTH + 1000);
        let watch = Watch::default();
        let before = get.server.requests();
        assert_eq!(get.whole(&watch).await.checked, Checked::Length);
        let asked = get.server.requests() - before;
        assert!(asked == 1 || get.server.etag.lock().unwrap().is_none(), "the new one came with the first answer: {asked}");
        assert!(watch.kept.load(Ordering::SeqCst) >= 2_000_000 && watch.lost.load(Ordering::SeqCst) >= 2_000_000, "{watch:?}");
    }
}

#[tokio::test]
async fn vector_15_9_i_a_silent_server_is_noticed() {
    let get = Get::new(LENGTH).await;
    get.server.fault(Fault::Stall(1_500_000));
    let watch = Watch::default();
    get.whole(&watch).await;
    assert_eq!((watch.stalled.load(Ordering::SeqCst), watch.lost.load(Ordering::SeqCst)), (1, TAIL));
}

#[tokio::test]
async fn vector_15_9_a_without_ranges_everything_comes_again_and_nothing_is_written_twice() {
    let get = Get::new(LENGTH).await;
    get.server.no_ranges.store(true, Ordering::SeqCst);
    get.server.fault(Fault::Truncate(2_000_000));
    let watch = Watch::default();
    get.whole(&watch).await;
    assert_eq!((get.server.requests(), watch.lost.load(Ordering::SeqCst)), (2, 2_000_000));
    // One that forgets its ranges once.
    assert_eq!(past("the whole file instead of a part", &[Fault::Truncate(2_000_000), Fault::Whole]).await, (2_000_000, 2));
}

#[tokio::test]
async fn a_length_that_nobody_says_is_learned_at_the_end() {
    assert_eq!(past("no length", &[Fault::Unmeasured]).await, (0, 1));
    let get = Get::new(LENGTH).await;
    get.server.fault(Fault::Unmeasured);
    let get = Get { source: FileSource { checksum: None, ..get.source.clone() }, ..get };
    assert_eq!(get.whole(&Watch::default()).await.checked, Checked::Length);
    // With an error message in place of its end, only a digest can tell.
    let get = Get::new(LENGTH).await;
    get.server.no_ranges.store(true, Ordering::SeqCst);
    get.server.fault(Fault::Cut(1_000_000));
    assert!(matches!(get.fails(&Watch::default()).await, RemoteError::WrongDigest { .. }));
}

#[tokio::test]
async fn a_wrong_digest_is_put_aside_and_adopted_when_the_digest_is_put_right() {
    let mut get = Get::new(LENGTH).await;
    let right = get.source.checksum.clone();
    get.source.checksum = Some(Checksum::Md5("00".repeat(16)));
    let watch = Watch::default();
    let error = get.fails(&watch).await;
    assert!(matches!(&error, RemoteError::WrongDigest { algorithm: "MD5", name, .. } if name == "B04.tif"), "{error}");
    assert_eq!((error.code(), watch.has()), ("not-that-file", 0));
    assert!(get.beside(".wrong").exists() && !get.beside(".part").exists() && !get.beside(".journal").exists());
    // Another wrong one leaves it and fetches anew.
    get.server.reset();
    get.source.checksum = Some(Checksum::Sha256("00".repeat(32)));
    assert_eq!(get.fails(&Watch::default()).await.code(), "not-that-file");
    assert_eq!(get.server.requests(), 1);
    get.server.reset();
    get.source.checksum = right;
    let watch = Watch::default();
    assert_eq!(get.whole(&watch).await.checked, Checked::Digest("SHA-256"));
    assert_eq!((get.server.requests(), watch.kept.load(Ordering::SeqCst)), (0, LENGTH as u64), "without the network");
    assert!(!get.beside(".wrong").exists());
    // What is there already is looked at, not fetched.
    get.whole(&Watch::default()).await;
    assert_eq!(get.server.requests(), 0);
    std::fs::write(get.to(), b"something else").unwrap();
    get.whole(&Watch::default()).await;
    assert_eq!(get.server.requests(), 1);
}

#[tokio::test]
async fn bytes_that_are_damaged_on_the_way_are_not_published() {
    let get = Get::new(LENGTH).await;
    get.server.fault(Fault::Within);
    assert!(matches!(get.fails(&Watch::default()).await, RemoteError::WrongDigest { algorithm: "SHA-256", .. }));
    get.whole(&Watch::default()).await;
}

#[tokio::test]
async fn another_length_than_the_catalogues_is_refused_before_anything_comes() {
    let mut get = Get::new(LENGTH).await;
    get.source.size = Some(17);
    let watch = Watch::default();
    let error = get.fails(&watch).await;
    assert!(error.to_string().contains("17 bytes") && error.code() == "not-that-file", "{error}");
    assert_eq!(watch.has(), 0);
}

#[tokio::test]
async fn an_empty_file_and_one_of_a_byte_are_files_and_not_images() {
    for length in [0, 1] {
        let mut get = Get::new(length).await;
        let got = get.client.download(&get.source, FileKind::Any, &get.to(), &Watch::default()).await.unwrap();
        assert_eq!((got.bytes, std::fs::read(get.to()).unwrap().len()), (length as u64, length));
        std::fs::remove_file(get.to()).unwrap();
        get.source.checksum = None;
        assert_eq!(get.fails(&Watch::default()).await.code(), "not-that-file", "{length}");
    }
}

#[tokio::test]
async fn a_cancel_is_quick_and_keeps_what_came() {
    for counted in [false, true] {
        let get = Get::new(LENGTH).await;
        get.server.fault(Fault::Stall(1_000_000));
        let watch = Watch { cancel_after: Some(1_000_000), ..Watch::default() };
        let begun = Instant::now();
        assert_eq!(get.run(&watch).await, Err(Stop::Cancelled));
        assert!(begun.elapsed() < Duration::from_millis(290), "before the stall is noticed: {:?}", begun.elapsed());
        if counted {
            // Somebody else has it cut off at the same place, and another source has the same bytes.
            get.server.reset();
            let watch = Watch::default();
            let source = FileSource { href: format!("{}/mirror/B04.tif", get.server.address), ..get.source.clone() };
            Get { source, ..get }.whole(&watch).await;
            assert_eq!(watch.kept.load(Ordering::SeqCst), 1_000_000, "the same digest, so the same bytes");
            continue;
        }
        let watch = Watch::default();
        get.whole(&watch).await;
        assert_eq!((watch.kept.load(Ordering::SeqCst), watch.fetched.load(Ordering::SeqCst)), (1_000_000, 2_000_000));
    }
}

#[tokio::test]
async fn a_long_file_comes_in_several_parts_at_a_time_unless_connections_are_counted() {
    let length = 22_000_000;
    let get = Get::new(length).await;
    [Fault::Truncate(3_000_000), Fault::Lie, Fault::Truncate(1_000_000)].into_iter().for_each(|fault| get.server.fault(fault));
    let watch = Watch::default();
    get.whole(&watch).await;
    let most = get.server.most_running.load(Ordering::SeqCst);
    assert!((2..=4).contains(&most), "{most}");
    assert!(watch.fetched.load(Ordering::SeqCst) <= length as u64 + 3 * TAIL, "{watch:?}");
    // Cut off in several places, and gone on with.
    let get = Get::new(length).await;
    let watch = Watch { cancel_after: Some(12_000_000), ..Watch::default() };
    assert_eq!(get.run(&watch).await, Err(Stop::Cancelled));
    let watch = Watch::default();
    get.whole(&watch).await;
    assert!(watch.kept.load(Ordering::SeqCst) >= 12_000_000, "{watch:?}");
    assert_eq!(watch.kept.load(Ordering::SeqCst) + watch.fetched.load(Ordering::SeqCst), length as u64, "nothing twice");
    // Begun in parts, by a server that then sends wholes only.
    let get = Get::new(length).await;
    [Fault::Truncate(8 << 20), Fault::Whole].into_iter().for_each(|fault| get.server.fault(fault));
    get.whole(&Watch::default()).await;
    let get = Get::new(length).await;
    get.server.no_ranges.store(true, Ordering::SeqCst);
    get.whole(&Watch::default()).await;
    assert_eq!((get.server.requests(), get.server.most_running.load(Ordering::SeqCst)), (1, 1));
}

#[tokio::test]
async fn a_file_of_this_computer_is_copied_with_the_same_care() {
    let mut get = Get::new(LENGTH).await;
    let own = get.folder.path().join("own file.tif");
    std::fs::write(&own, get.server.file.lock().unwrap().as_slice()).unwrap();
    get.source.href = url::Url::from_file_path(&own).unwrap().into();
    let watch = Watch::default();
    assert_eq!(get.whole(&watch).await.checked, Checked::Digest("SHA-256"));
    assert_eq!((watch.kept.load(Ordering::SeqCst), get.server.requests()), (LENGTH as u64, 0));
    std::fs::remove_file(get.to()).unwrap();
    get.source.checksum = Some(Checksum::Sha3("00".repeat(32)));
    assert!(matches!(get.fails(&Watch::default()).await, RemoteError::WrongDigest { .. }));
    get.source.checksum = None;
    std::fs::write(&own, b"{}").unwrap();
    assert!(get.fails(&Watch::default()).await.to_string().contains("JSON"));
    std::fs::remove_file(&own).unwrap();
    assert_eq!(get.fails(&Watch::default()).await.code(), "not-that-file");
}

#[tokio::test]
async fn two_calls_for_one_place_wait_for_each_other() {
    let get = Get::new(LENGTH).await;
    let (one, two) = (Watch::default(), Watch::default());
    let (first, second) = futures::join!(get.run(&one), get.run(&two));
    assert_eq!(first.unwrap().sha256, second.unwrap().sha256);
    assert_eq!((get.server.sent(), one.has(), two.has()), (LENGTH as u64, LENGTH as u64, LENGTH as u64));
}

#[tokio::test]
async fn a_bandwidth_is_kept_to_and_can_be_lifted() {
    let get = Get::new(LENGTH).await;
    get.client.set_bandwidth(Some(2_000_000));
    let begun = Instant::now();
    let watch = Watch { cancel_after: Some(1_600_000), ..Watch::default() };
    assert_eq!(get.run(&watch).await, Err(Stop::Cancelled));
    assert!(begun.elapsed() > Duration::from_millis(500), "{:?}", begun.elapsed());
    get.client.set_bandwidth(Some(1000));
    let lifted = async {
        while get.server.requests() < 2 {
            tokio::task::yield_now().await;
        }
        get.client.set_bandwidth(None);
    };
    let begun = Instant::now();
    let watch = Watch::default();
    futures::join!(get.whole(&watch), lifted);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn sources_that_cannot_be_are_refused() {
    let get = Get::new(10).await;
    for (href, code) in [("ftp://a.example/x", "unsupported"), ("m2m:landsat/X", "needs-account"), ("nothing", "unsupported")] {
        let source = FileSource { href: href.into(), access: Access::Open, ..get.source.clone() };
        match get.client.download(&source, FileKind::Any, &get.to(), &Watch::default()).await {
            Err(Stop::Failed(error)) => assert_eq!(error.code(), code, "{href}: {error}"),
            other => panic!("{href}: {other:?}"),
        }
    }
    let nowhere = get.folder.path().join("gone/B04.tif");
    let missing = get.client.download(&get.source, FileKind::Any, &nowhere, &Watch::default()).await;
    assert!(matches!(missing, Err(Stop::Failed(RemoteError::Disk { full: false, .. }))), "{missing:?}");
    assert_eq!(sha256(b"abc").len(), 64);
}
