//! Real transfers from a real server into a real library.

mod rig;
mod steering;

use std::{sync::Arc, time::Duration};

use jiff::{Timestamp, civil, tz::TimeZone};
use swath_domain::{Access, AccountKind, TransferState, Waiting};
use swath_library::{HoldingFilter, Library};
use tempfile::TempDir;

use crate::{Hours, TransferRules};
use rig::{Server, batches, engine, order, requests};

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_fetched_published_and_not_fetched_twice() {
    let (server, folder) = (Server::start(300_000), TempDir::new().unwrap());
    let engine = engine(folder.path(), Some(2), false);
    let mut events = engine.subscribe_transfers();
    let scenes: Vec<_> = (0..3).map(|n| server.scene(n)).collect();
    let again = [scenes.clone(), vec![scenes[0].clone()]].concat();
    let ordered = engine.order(order("spring", again.clone())).unwrap();
    assert_eq!((ordered.transfers.len(), ordered.held.len(), ordered.queued.len()), (3, 0, 0), "one product twice is fetched once");
    let rows = engine.wait_batch(ordered.batch.unwrap().id).await.unwrap();
    for row in &rows {
        assert_eq!(row.state, TransferState::Succeeded, "{:?}", row.error);
        let progress = &row.progress;
        let length = server.length();
        assert_eq!((progress.done_bytes, progress.total_bytes, progress.fetched_bytes), (length, Some(length), length));
        assert_eq!((progress.files, progress.files_done), (1, 1));
        assert!(progress.source.as_deref().unwrap().starts_with("usgs · 127.0.0.1"), "{:?}", progress.source);
        assert_eq!(row.holdings.len(), 1);
        assert!(!engine.library().folders().staging_of_transfer(row.id).exists());
    }
    let holdings = engine.library().holdings();
    let held = holdings.list(&HoldingFilter::default()).unwrap();
    assert_eq!(held.len(), 3);
    assert!(held.iter().all(|holding| std::fs::metadata(holdings.path(holding)).unwrap().len() == server.length()));
    assert_eq!(batches(&mut events), [(3, 0)]);
    let ordered = engine.order(order("again", again)).unwrap();
    assert_eq!((ordered.batch, ordered.transfers.len(), ordered.held.len()), (None, 0, 4));
}

#[test]
fn what_a_killed_program_left_goes_on_where_it_was() {
    let (server, folder) = (Server::start(40 << 20), TempDir::new().unwrap());
    server.allow(24 << 20);
    let run = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let first = run();
    let id = first.block_on(async {
        let engine = engine(folder.path(), Some(1), false);
        let id = engine.order(order("o", vec![server.scene(0)])).unwrap().transfers[0].id;
        // All that was let through has arrived.
        engine.until(id, |row| row.progress.done_bytes >= 24 << 20).await;
        id
    });
    // Whatever it was doing, it does no more; nobody said goodbye.
    first.shutdown_background();
    run().block_on(async {
        let quiet = engine(folder.path(), Some(1), false);
        assert_eq!(quiet.transfer(id).state, TransferState::Queued, "recovered, and left to who is asked for it");
        server.open();
        let engine = engine(folder.path(), Some(1), true);
        assert_eq!(engine.ends(&[id]).await, [("succeeded", 1)].into());
        let again = server.sent() - server.length();
        assert!(again < server.length() / 10, "{again} bytes were fetched again");
        let progress = engine.transfer(id).progress;
        assert_eq!((progress.done_bytes, progress.total_bytes), (server.length(), Some(server.length())));
        engine.shutdown().await;
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_network_is_waited_for_and_does_not_count() {
    let (mut server, folder) = (Server::start(8 << 20), TempDir::new().unwrap());
    server.allow(4 << 20);
    let engine = engine(folder.path(), Some(1), true);
    let scene = server.scene(0);
    let id = engine.order(order("o", vec![scene])).unwrap().transfers[0].id;
    engine.until(id, |row| row.progress.done_bytes >= 3 << 20).await;
    server.down();
    let row = engine.until(id, |row| row.progress.waiting == Some(Waiting::Network)).await;
    assert_eq!((row.state, row.error), (TransferState::Running, None));
    server.open();
    server.up();
    let row = engine.until(id, |row| row.state.is_final()).await;
    assert_eq!((row.state, row.progress.waiting), (TransferState::Succeeded, None), "{:?}", row.error);
    assert!(row.progress.fetched_bytes < server.length() * 11 / 10, "what had come was kept: {}", row.progress.fetched_bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn transfers_keep_to_their_hours() {
    let (server, folder) = (Server::start(8 << 20), TempDir::new().unwrap());
    server.allow(1 << 20);
    let engine = engine(folder.path(), Some(1), true);
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let set = |text: &str| {
        let now = at(text).to_zoned(zone.clone());
        engine.res.transfers.set_clock(Arc::new(move || now.clone()));
    };
    set("2026-11-21T20:00:00Z"); // nine in the evening
    let hours = Some(Hours { from: civil::time(22, 0, 0, 0), to: civil::time(6, 0, 0, 0) });
    engine.set_transfer_rules(TransferRules { parallel: 1, bandwidth: None, hours });
    let id = engine.order(order("o", vec![server.scene(0)])).unwrap().transfers[0].id;
    let until = |text: &str| Some(Waiting::Schedule { until: at(text) });
    let row = engine.transfer(id);
    assert_eq!((row.state, row.progress.waiting), (TransferState::Queued, until("2026-11-21T21:00:00Z")));
    assert_eq!(server.sent(), 0);
    set("2026-11-21T21:00:00Z");
    engine.until(id, |row| row.state == TransferState::Running && row.progress.done_bytes > 500_000).await;
    set("2026-11-22T05:00:00Z"); // six in the morning
    let row = engine.until_state(id, TransferState::Queued).await;
    assert_eq!(row.progress.waiting, until("2026-11-22T21:00:00Z"));
    server.open();
    set("2026-11-23T01:30:00Z");
    assert_eq!(engine.ends(&[id]).await, [("succeeded", 1)].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_allowance_that_is_used_up_is_waited_for_without_a_slot() {
    let (server, folder) = (Server::start(100_000), TempDir::new().unwrap());
    let library = Library::open(folder.path()).unwrap();
    let now = Timestamp::now();
    library.traffic().add("cdse", 12_000_000_000_000, now).unwrap();
    let scenes = [server.scene_of(0, Access::Account(AccountKind::CdseS3)), server.scene(1)];
    let (_, rows) = library.transfers().order("o", &requests(&scenes), now).unwrap();
    let engine = engine(folder.path(), Some(1), true);
    assert_eq!(engine.ends(&[rows[1].id]).await, [("succeeded", 1)].into(), "the other one has its turn");
    let row = engine.until(rows[0].id, |row| row.progress.waiting.is_some()).await;
    let Some(Waiting::Quota { account, until }) = row.progress.waiting else { panic!("{:?}", row.progress.waiting) };
    assert_eq!((row.state, account.as_str()), (TransferState::Queued, "cdse-s3"));
    assert!(until > now + Duration::from_secs(29 * 24 * 3600), "{until}");
}
