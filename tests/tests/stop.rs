//! Pausing, cancelling and trying again at every stage: at once, without leftovers, and without fetching anything twice.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test gives up where something is missing, and tells its figures")]

use std::time::{Duration, Instant};

use swath_domain::{JobState, Stage};
use swath_pipeline::Limits;
use swath_tests::provider::{Fault, Kind, Provider};
use swath_tests::rig::{Rig, limits};
use swath_tests::scenes::{recipe, scenes};

/// How soon a cancel must be felt.
const AT_ONCE: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_at_any_stage_a_job_ends_at_once_and_keeps_what_it_fetched() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let clean = Rig::new(&server).make(&recipe(&demo)).await.bytes();
    let whole = server.traffic().bytes("/files/");
    for (stage, held) in [(Stage::Search, "/search"), (Stage::Masks, "SCL.tif"), (Stage::Blocks, "B08.tif")] {
        server.forget_traffic();
        let hold = server.hold(held);
        let rig = Rig::new(&server);
        let id = rig.submit(&recipe(&demo));
        server.until(|traffic| traffic.requests(held) > 0).await;
        assert_eq!(rig.job(id).progress.stages.last().map(|s| s.stage), Some(stage));
        let since = Instant::now();
        rig.engine.cancel(id).unwrap();
        let job = rig.until_state(id, JobState::Cancelled).await;
        let took = since.elapsed();
        println!("cancelled in {}: {took:?}", stage.name());
        assert!(took < AT_ONCE, "{}: {took:?}", stage.name());
        assert!(job.finished.is_some() && job.error.is_none(), "{job:?}");
        assert_eq!((rig.staged(id), rig.published()), (0, (0, 0)), "{}", stage.name());
        drop(hold);
        rig.engine.retry(id).unwrap();
        rig.product_of(id).await.assert_same(&clean, stage.name());
        rig.cleared(id).await;
        let traffic = server.traffic();
        assert!(traffic.bytes("/files/") <= whole + whole / 50, "{}: {} of {whole}", stage.name(), traffic.bytes("/files/"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelled_while_writing_a_job_leaves_nothing() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let rig = Rig::new(&server);
    let mut caught = 0;
    for _ in 0..8 {
        let id = rig.submit(&recipe(&demo));
        // Too short a stage for events: look all the time.
        let writes = || rig.job(id).progress.stages.last().is_some_and(|s| s.stage == Stage::Write);
        while !writes() && !rig.job(id).state.is_final() {
            tokio::task::yield_now().await;
        }
        let since = Instant::now();
        if rig.engine.cancel(id).is_err() {
            continue; // it was over
        }
        let job = rig.until(id, |job| job.state.is_final()).await;
        if job.state == JobState::Cancelled {
            caught += 1;
            assert!(since.elapsed() < AT_ONCE, "{:?}", since.elapsed());
            assert_eq!(rig.staged(id), 0);
            assert_eq!(job.product, None);
        }
    }
    let (listed, on_disk) = rig.published();
    assert_eq!(listed, on_disk, "rows and folders agree");
    assert!(caught > 0, "the stage was caught at least once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_job_goes_on_from_where_it_was() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let clean = Rig::new(&server).make(&recipe(&demo)).await.bytes();
    let whole = server.traffic().bytes("/files/");
    server.forget_traffic();
    let rig = Rig::new(&server);
    let hold = server.hold("B08.tif");
    let id = rig.submit(&recipe(&demo));
    server.until(|traffic| traffic.requests("B08.tif") > 0).await;
    let since = Instant::now();
    rig.engine.pause(id).unwrap();
    rig.until_state(id, JobState::Paused).await;
    assert!(since.elapsed() < AT_ONCE, "{:?}", since.elapsed());
    assert!(rig.staged(id) > 0, "the unfinished image is kept");
    let fetched = rig.job(id).progress.fetched_bytes;
    assert!(fetched > 0);
    drop(hold);
    rig.engine.resume(id).unwrap();
    rig.product_of(id).await.assert_same(&clean, "paused and resumed");
    assert!(rig.job(id).progress.fetched_bytes > fetched, "bytes are counted over all runs");
    assert!(server.traffic().bytes("/files/") <= whole + whole / 50, "{} of {whole}", server.traffic().bytes("/files/"));
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_act_on_running_jobs() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let clean = Rig::new(&server).make(&recipe(&demo)).await.bytes();
    let rig = Rig::new(&server);
    server.set_pace(Some(1 << 20));
    server.forget_traffic();
    let id = rig.submit(&recipe(&demo));
    server.until(|traffic| traffic.peak >= 4).await;
    rig.engine.set_limits(Limits { network: 1, cpu: 1, disk: 1, ..limits() });
    // What is under way ends; then there is one at a time.
    server.until(|traffic| traffic.open <= 1).await;
    server.forget_traffic();
    server.until(|traffic| traffic.requests("B0") >= 2).await;
    assert!(server.traffic().peak <= 1, "{} at a time", server.traffic().peak);
    rig.engine.set_limits(limits());
    server.until(|traffic| traffic.peak >= 2).await;
    server.set_pace(None);
    rig.product_of(id).await.assert_same(&clean, "with limits that change");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_jobs_run_at_once_and_share_what_they_fetch() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let clean = Rig::new(&server).make(&recipe(&demo)).await.bytes();
    server.forget_traffic();
    let rig = Rig::new(&server);
    let hold = server.hold("SCL.tif");
    let (first, second, third) = (rig.submit(&recipe(&demo)), rig.submit(&recipe(&demo)), rig.submit(&recipe(&demo)));
    rig.until_state(first, JobState::Running).await;
    rig.until_state(second, JobState::Running).await;
    assert_eq!(rig.job(third).state, JobState::Queued, "two at a time");
    rig.engine.cancel(third).unwrap();
    assert_eq!(rig.job(third).state, JobState::Cancelled, "what waits is cancelled on the spot");
    drop(hold);
    for id in [first, second] {
        rig.product_of(id).await.assert_same(&clean, "beside another job");
    }
    assert_eq!(rig.published(), (2, 2));
    let traffic = server.traffic();
    assert!(
        traffic.bytes_again() * 50 <= traffic.bytes("/files/"),
        "{} of {} bytes twice",
        traffic.bytes_again(),
        traffic.bytes("/files/")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tried_again_a_failed_job_fetches_only_the_rest() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let clean = Rig::new(&server).make(&recipe(&demo)).await.bytes();
    let whole = server.traffic().bytes("/files/");
    server.forget_traffic();
    server.fault(Fault::always("B08.tif", Kind::Status(404)));
    let rig = Rig::new(&server);
    let id = rig.submit(&recipe(&demo));
    assert_eq!(rig.ended(id).await.state, JobState::Failed);
    server.heal();
    rig.engine.retry(id).unwrap();
    let files = rig.product_of(id).await;
    files.assert_same(&clean, "tried again");
    assert!(rig.job(id).error.is_none(), "the error is forgotten");
    assert!(server.traffic().bytes("/files/") <= whole + whole / 50, "{} of {whole}", server.traffic().bytes("/files/"));
    rig.engine.remove(id).unwrap();
    assert!(rig.engine.jobs().unwrap().is_empty());
    assert_eq!(rig.published(), (1, 1), "the product of a removed job stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_the_program_leaves_goes_on_in_the_next_one() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let clean = Rig::new(&server).make(&recipe(&demo)).await.bytes();
    server.forget_traffic();
    let folder = tempfile::tempdir().unwrap();
    let catalogues = [swath_tests::rig::catalogue(&server)];
    let id = {
        let rig = Rig::over(folder.path(), &catalogues);
        let hold = server.hold("B08.tif");
        let id = rig.submit(&recipe(&demo));
        server.until(|traffic| traffic.requests("B08.tif") > 0).await;
        let since = Instant::now();
        rig.engine.shutdown().await;
        assert!(since.elapsed() < AT_ONCE, "{:?}", since.elapsed());
        drop(hold);
        id
    };
    let rig = Rig::over(folder.path(), &catalogues);
    assert_eq!(rig.job(id).state, JobState::Interrupted);
    rig.engine.resume(id).unwrap();
    rig.product_of(id).await.assert_same(&clean, "in another program");
}
