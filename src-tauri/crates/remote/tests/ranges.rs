//! Files that arrive piece by piece, from servers that behave.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::single_range_in_vec_init, reason = "a list of one range is meant")]

mod common;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use common::place::{Place, WINDOW, failed};
use common::tiff::{BLOCK, BYTES, Made, SIDE, SMALL, make};
use common::{Fault, Server, Watch, client};
use sha2::{Digest, Sha256};
use swath_domain::{Checksum, Never, Window};
use swath_remote::RangeCache;

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
