//! Pausing, resuming, cancelling, reordering, by whoever does it.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use swath_domain::{TransferId, TransferState};
use swath_library::Library;
use tempfile::TempDir;

use super::rig::{Server, engine, order, requests};

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_is_paused_goes_on_is_cancelled_deleted_tried_again_and_removed() {
    let (server, folder) = (Server::start(8 << 20), TempDir::new().unwrap());
    server.allow(2 << 20);
    let engine = engine(folder.path(), Some(2), false);
    let id = engine.order(order("o", vec![server.scene(0)])).unwrap().transfers[0].id;
    let staging = engine.library().folders().staging_of_transfer(id);
    let there = || std::fs::read_dir(&staging).is_ok_and(|entries| entries.count() > 0);
    engine.until(id, |row| row.progress.done_bytes >= 1 << 20).await;

    let began = Instant::now();
    engine.pause_transfers(&[id]).unwrap();
    let row = engine.until_state(id, TransferState::Paused).await;
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert!(there() && row.progress.bytes_per_second == 0.0);
    assert!(engine.retry_transfers(&[id]).is_err(), "it has not failed");

    server.allow(4 << 20);
    engine.resume_transfers(&[id]).unwrap();
    engine.until(id, |row| row.progress.done_bytes >= 3 << 20).await;
    let began = Instant::now();
    engine.cancel_transfers(&[id], false).unwrap();
    engine.until_state(id, TransferState::Cancelled).await;
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert!(there(), "cancelling keeps what has arrived");
    assert!(engine.pause_transfers(&[id]).is_err());

    engine.cancel_transfers(&[id], true).unwrap();
    engine.until(id, |row| row.progress.done_bytes == 0).await;
    assert!(!there());

    server.open();
    engine.retry_transfers(&[id]).unwrap();
    assert!(engine.remove_transfers(&[id]).is_err(), "it has not ended");
    assert_eq!(engine.ends(&[id]).await, [("succeeded", 1)].into());
    engine.remove_transfers(&[id, TransferId(99)]).unwrap();
    assert!(engine.transfers().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_that_is_taken_back_at_once_goes_on() {
    let (server, folder) = (Server::start(4 << 20), TempDir::new().unwrap());
    server.allow(1 << 20);
    let engine = engine(folder.path(), Some(1), false);
    let id = engine.order(order("o", vec![server.scene(0)])).unwrap().transfers[0].id;
    engine.until(id, |row| row.progress.done_bytes >= 500_000).await;
    for _ in 0..5 {
        engine.pause_transfers(&[id]).unwrap();
        engine.resume_transfers(&[id]).unwrap();
    }
    server.open();
    assert_eq!(engine.ends(&[id]).await, [("succeeded", 1)].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_steers_through_the_rows() {
    let (server, folder) = (Server::start(8 << 20), TempDir::new().unwrap());
    server.allow(2 << 20);
    let runs = engine(folder.path(), Some(1), true);
    let lists = engine(folder.path(), None, false);
    let id = lists.order(order("o", vec![server.scene(0)])).unwrap().transfers[0].id;
    runs.until(id, |row| row.progress.done_bytes >= 1 << 20).await;
    lists.until(id, |row| row.state == TransferState::Running && row.progress.done_bytes >= 1 << 20).await;
    lists.pause_transfers(&[id]).unwrap();
    // The claim is given back once the runner has stopped.
    let library = lists.library().clone();
    let stopped = async {
        while library.transfers().claim(id).unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(1), stopped).await.expect("within a second");
    assert_eq!(runs.transfer(id).state, TransferState::Paused);
    server.open();
    lists.resume_transfers(&[id]).unwrap();
    assert_eq!(lists.ends(&[id]).await, [("succeeded", 1)].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn transfers_begin_in_the_order_of_the_list() {
    let (server, folder) = (Server::start(200_000), TempDir::new().unwrap());
    server.allow(0);
    let engine = engine(folder.path(), Some(1), false);
    let scenes = (0..5).map(|n| server.scene(n)).collect();
    let ids: Vec<_> = engine.order(order("o", scenes)).unwrap().transfers.iter().map(|row| row.id).collect();
    engine.until_state(ids[0], TransferState::Running).await;
    engine.move_transfer(ids[4], Some(ids[1])).unwrap();
    engine.move_transfer(ids[2], None).unwrap();
    server.open();
    assert_eq!(engine.ends(&ids).await, [("succeeded", 5)].into());
    assert_eq!(server.asked(), ["/0.tar", "/4.tar", "/1.tar", "/3.tar", "/2.tar"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_queued_transfers_cost_nothing() {
    let (server, folder) = (Server::start(200_000), TempDir::new().unwrap());
    server.allow(0);
    let scenes: Vec<_> = (0..2000).map(|n| server.scene(n)).collect();
    let library = Library::open(folder.path()).unwrap();
    let (_, rows) = library.transfers().order("many", &requests(&scenes), Timestamp::now()).unwrap();
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let before = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let engine = engine(folder.path(), Some(3), true);
    engine.until_state(ids[2], TransferState::Running).await;
    let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks() - before;
    assert!(tasks < 40, "{tasks} tasks");

    let began = Instant::now();
    engine.pause_transfers(&ids).unwrap();
    engine.until_state(ids[0], TransferState::Paused).await;
    engine.resume_transfers(&ids).unwrap();
    let took = began.elapsed();
    assert!(took < Duration::from_secs(10), "pausing and resuming 2000 took {took:?}");
    engine.cancel_transfers(&ids, true).unwrap();
    assert_eq!(engine.ends(&ids).await, [("cancelled", 2000)].into());
    engine.shutdown().await;
}
