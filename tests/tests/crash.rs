//! kill -9 at any moment: the next start finds the job, goes on, and ends with the same bytes, having fetched hardly anything twice.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test gives up where something is missing, and tells its figures")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use swath_demo::Demo;
use swath_domain::JobState;
use swath_tests::provider::Provider;
use swath_tests::rig::{Rig, catalogue};
use swath_tests::scenes::{recipe, scenes};

/// Bytes a second and connection, so that a run lasts long enough to be killed anywhere.
const PACE: u64 = 2 << 20;

/// When the program dies.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// Once the server has served this share of all bytes.
    Bytes(f64),
    /// This share of the time of writing after the last byte was served.
    Writing(f64),
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_goes_on_and_ends_the_same() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    server.set_pace(Some(PACE));
    let (clean, writing) = clean_run(&demo, &server).await;
    let whole = server.traffic().bytes("/files/");
    let moments: u64 = std::env::var("SWATH_CRASH_MOMENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(6);
    println!("clean run: {whole} bytes, {} ms of writing", writing.as_millis());
    println!("moment            | state found | bytes before | bytes in all | of clean run");
    for number in 0..moments {
        let moment = pick(number, moments);
        server.forget_traffic();
        let folder = tempfile::tempdir().unwrap();
        kill_at(moment, &demo, &server, folder.path(), whole, writing).await;
        let before = server.traffic().bytes("/files/");

        let rig = Rig::over(folder.path(), &[catalogue(&server)]);
        let jobs = rig.engine.jobs().unwrap();
        let [job] = jobs.as_slice() else { panic!("{moment:?}: one job is listed, not {}", jobs.len()) };
        let (listed, on_disk) = rig.published();
        assert_eq!(listed, on_disk, "{moment:?}: rows and folders agree");
        match job.state {
            JobState::Interrupted => {
                assert_eq!(listed, 0, "{moment:?}: nothing half done is shown");
                rig.engine.resume(job.id).unwrap();
            }
            // It died between the product and its own end, or before its turn came.
            JobState::Succeeded => assert_eq!(listed, 1, "{moment:?}"),
            JobState::Queued => {
                rig.engine.cancel(job.id).unwrap();
                rig.engine.retry(job.id).unwrap();
            }
            state => panic!("{moment:?}: a killed job is {state}"),
        }
        rig.product_of(job.id).await.assert_same(&clean, &format!("killed at {moment:?}"));
        assert_eq!(rig.published(), (1, 1), "{moment:?}");
        rig.cleared(job.id).await;
        let all = server.traffic().bytes("/files/");
        let ratio = all as f64 / whole as f64;
        println!("{:<17} | {:<11} | {before:>12} | {all:>12} | {ratio:.3}", shown(moment), job.state.name());
        assert!(ratio <= 1.05, "{moment:?}: {all} bytes where a clean run needs {whole}");
    }
}

/// The bytes of an undisturbed run, and how long it works after the last byte came.
async fn clean_run(demo: &Demo, server: &Provider) -> (Vec<(String, Vec<u8>)>, Duration) {
    let rig = Rig::new(server);
    let id = rig.submit(&recipe(demo));
    // The stage may be over before anybody hears of it; the list of stages keeps it.
    rig.until(id, |job| job.progress.stages.iter().any(|s| s.stage == swath_domain::Stage::Write)).await;
    let since = Instant::now();
    let bytes = rig.product_of(id).await.bytes();
    (bytes, since.elapsed())
}

/// Evenly spread with a seeded jitter; one in three falls after the last byte.
fn pick(number: u64, of: u64) -> Moment {
    let jitter = (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as f64 / (1u64 << 24) as f64;
    let share = (number as f64 + jitter) / of as f64;
    if number % 3 == 2 { Moment::Writing(share) } else { Moment::Bytes(share) }
}

fn shown(moment: Moment) -> String {
    match moment {
        Moment::Bytes(share) => format!("{:.0} % of bytes", share * 100.0),
        Moment::Writing(share) => format!("{:.0} % of writing", share * 100.0),
    }
}

async fn kill_at(moment: Moment, demo: &Demo, server: &Provider, data: &Path, whole: u64, writing: Duration) {
    let file = data.join("recipe.json");
    std::fs::write(&file, recipe(demo).to_json()).unwrap();
    let mut child =
        Command::new(env!("CARGO_BIN_EXE_swath-crash-run")).arg(data).arg(server.url()).arg(&file).stdout(Stdio::piped()).spawn().unwrap();
    match moment {
        Moment::Bytes(share) => {
            server.until(|traffic| traffic.bytes("/files/") as f64 >= share * whole as f64 && !traffic.seen.is_empty()).await
        }
        Moment::Writing(share) => {
            wait_for_line(&mut child, "write").await;
            // The moment is what is chosen here; nothing waits for an outcome.
            tokio::time::sleep(writing.mul_f64(share)).await;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

async fn wait_for_line(child: &mut Child, line: &str) {
    let (output, line) = (child.stdout.take().unwrap(), line.to_owned());
    let found = move || BufReader::new(output).lines().map_while(Result::ok).any(|told| told == line);
    assert!(tokio::task::spawn_blocking(found).await.unwrap(), "the stage began");
}
