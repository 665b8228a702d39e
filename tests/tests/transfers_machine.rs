//! Faults of the machine: a full disk, a folder that cannot be written or is gone, a lost network, names that a disk cannot tell apart, and
//! power cuts between the file and its row. Each test prints its part of the table.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test gives up where something is missing, and tells its figures")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use swath_domain::{Band, Never, PackageForm, Scene, Transfer, TransferState, Waiting, Wanted};
use swath_library::Library;
use swath_pipeline::{Order, PipelineError};
use swath_tests::faulted::{Place, Row, assert_right, print};
use swath_tests::provider::Provider;
use swath_tests::rig::{Rig, audit, bands, files, product};
use swath_tests::series::{Series, found};

/// What is on its way to a disk that fails comes again: a few pieces of 1 MiB, here at most the file that each of the four transfers fetches.
const ON_ITS_WAY: u64 = 4 * 1_600_000;

/// A small disk of its own; gone when this is dropped.
struct Disk(PathBuf);

impl Disk {
    /// `None`, and a line that says so, where it cannot be mounted.
    fn mount(at: &Path, bytes: u64) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "tmpfs"]).arg(at).stderr(Stdio::null()).status();
        if !mounted.is_ok_and(|status| status.success()) {
            println!("skipped: a small disk cannot be mounted here (it takes root)");
            return None;
        }
        Some(Self(at.to_owned()))
    }

    /// Whether it can be written.
    fn set_writable(&self, writable: bool) {
        let how = if writable { "remount,rw" } else { "remount,ro" };
        let remount = || Command::new("mount").args(["-o", how]).arg(&self.0).stderr(Stdio::null()).status().unwrap().success();
        // Whoever wrote last may not have closed its file yet.
        let since = std::time::Instant::now();
        while !remount() {
            assert!(since.elapsed().as_secs() < 10, "{how}");
            std::thread::yield_now();
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Some scenes with three bands each, about 12 MB together.
async fn place() -> (Place, Vec<String>) {
    let mut series = Series::new();
    let sizes = [(Band::Red, 1_500_000), (Band::Nir, 1_000_000), (Band::Scl, 500_000)];
    let names = (0..4).map(|number| series.bands(number, &sizes)).collect();
    (Place::one(series).await, names)
}

fn wanted() -> Wanted {
    bands(&[Band::Red, Band::Nir, Band::Scl])
}

fn row(fault: &str, happened: String, place: &Place, names: &[String], rig: &Rig) -> Row {
    let look = audit(rig.engine.library(), &place.series);
    let length: u64 = names.iter().map(|name| place.length(name, &wanted())).sum();
    let row = Row {
        fault: fault.to_owned(),
        happened,
        served: place.servers[0].traffic().served,
        length,
        lost: length.saturating_sub(look.bytes),
        wrong: look.wrong.len(),
    };
    assert_eq!((look.wrong.as_slice(), row.lost), (&[][..], 0), "{fault}");
    row
}

/// Orders all scenes and waits until the first bytes flow.
async fn begin(rig: &Rig, place: &Place) -> Vec<Transfer> {
    let scenes = found(&rig.engine, &place.servers[0]).await;
    place.servers[0].forget_traffic();
    let ordered = rig.order(&scenes, wanted());
    place.servers[0].until(|traffic| traffic.served > 0).await;
    ordered.transfers
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_up() {
    let own = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(&own.path().join("data"), 120 << 20) else { return };
    let (place, names) = place().await;
    let rig = Rig::start(&disk.0, place.options());
    let server = &place.servers[0];
    let scenes = found(&rig.engine, server).await;
    server.forget_traffic();
    server.set_pace(Some(1 << 20));
    let ordered = rig.order(&scenes, wanted());
    server.until(|traffic| traffic.served > 3_000_000).await;
    // Somebody else takes all that is left.
    let ballast = disk.0.join("ballast");
    let filled = Command::new("dd").args(["if=/dev/zero", "bs=64k", &format!("of={}", ballast.display())]).stderr(Stdio::null()).status();
    assert!(filled.is_ok(), "the disk is full");
    let full = rig.until_any(&ordered.transfers, |now| matches!(now.progress.waiting, Some(Waiting::Disk { .. }))).await;
    let Some(Waiting::Disk { needs }) = full.progress.waiting else { unreachable!() };
    server.set_pace(None);
    assert_eq!(full.state, TransferState::Running, "it waits by itself");
    assert_right(&audit(rig.engine.library(), &place.series), "while the disk is full");
    fs::remove_file(ballast).unwrap();
    let states = rig.all_ended().await;
    assert_eq!(states.get("succeeded"), Some(&names.len()), "{states:?}");
    let row = row("disk full in the middle", format!("waited for room ({needs} bytes), went on"), &place, &names, &rig);
    assert!(row.served <= row.length + ON_ITS_WAY, "what was there was not fetched again: {} of {}", row.served, row.length);
    print("faults of the machine", &[row]);
    rig.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_too_small_is_refused_before() {
    let own = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(&own.path().join("data"), 8 << 20) else { return };
    let (place, _) = place().await;
    let rig = Rig::start(&disk.0, place.options());
    let scenes = found(&rig.engine, &place.servers[0]).await;
    place.servers[0].forget_traffic();
    let refused = rig.engine.order(Order { name: "Too much".into(), scenes, wanted: wanted() });
    let Err(PipelineError::Refused { findings }) = refused else { panic!("refused: {refused:?}") };
    let words: Vec<String> = findings.iter().map(ToString::to_string).collect();
    println!("too small a disk: {words:?}");
    assert!(findings.iter().any(|finding| finding.kind() == "disk" && finding.refuses()), "{words:?}");
    assert!(rig.engine.transfers().unwrap().is_empty() && place.servers[0].traffic().served == 0);
    rig.engine.shutdown().await;
}

/// The library on a disk of its own, so that publishing goes from one disk to another.
fn on_another_disk(rig: &Rig, disk: &Disk) {
    rig.engine.library().move_root(&disk.0.join("library"), &Never).unwrap_or_else(|stop| panic!("the library moves: {stop:?}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_written() {
    let own = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(&own.path().join("disk"), 120 << 20) else { return };
    let (place, names) = place().await;
    let rig = Rig::start(&own.path().join("data"), place.options());
    on_another_disk(&rig, &disk);
    let hold = place.servers[0].hold("/files/");
    let scenes = found(&rig.engine, &place.servers[0]).await;
    place.servers[0].forget_traffic();
    let ordered = rig.order(&scenes, wanted());
    let ids: Vec<_> = ordered.transfers.iter().map(|transfer| transfer.id).collect();
    place.servers[0].until(|traffic| traffic.requests("/files/") > 0).await;
    // A disk on which files are open for writing cannot become read-only.
    rig.engine.pause_transfers(&ids).unwrap();
    for id in &ids {
        rig.until_transfer(*id, |now| now.state == TransferState::Paused).await;
    }
    drop(hold);
    disk.set_writable(false);
    rig.engine.resume_transfers(&ids).unwrap();
    let mut failed = Vec::new();
    for transfer in &ordered.transfers {
        let ended = rig.transfer_ended(transfer.id).await;
        assert_eq!(ended.state, TransferState::Failed, "nothing can be published");
        failed.push(ended.error.unwrap());
    }
    println!("read-only: {}", failed[0].message);
    assert!(failed[0].message.contains("library"), "the message names the folder: {}", failed[0].message);
    // A new order is refused at once.
    let refused =
        rig.engine.preflight(&Order { name: "More".into(), scenes: scenes.clone(), wanted: product(PackageForm::SafeZip) }).unwrap();
    assert!(refused.findings.iter().any(|finding| finding.kind() == "not-writable"), "{:?}", refused.findings);
    assert!(audit(rig.engine.library(), &place.series).held.is_empty(), "nothing is shown");
    disk.set_writable(true);
    rig.engine.retry_transfers(&ids).unwrap();
    let states = rig.all_ended().await;
    assert_eq!(states.get("succeeded"), Some(&names.len()), "{states:?}");
    let row = row("folder is read-only", format!("refused ({}); whole when tried again", failed[0].code), &place, &names, &rig);
    assert!(row.served <= row.length + ON_ITS_WAY, "what was there was not fetched again: {} of {}", row.served, row.length);
    print("faults of the machine", &[row]);
    rig.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_vanishes() {
    let (place, names) = place().await;
    let own = tempfile::tempdir().unwrap();
    let rig = Rig::start(&own.path().join("data"), place.options());
    let (root, away) = (own.path().join("elsewhere"), own.path().join("away"));
    rig.engine.library().move_root(&root, &Never).unwrap_or_else(|stop| panic!("the library moves: {stop:?}"));
    let hold = place.servers[0].hold("/files/");
    let scenes = found(&rig.engine, &place.servers[0]).await;
    place.servers[0].forget_traffic();
    let ordered = rig.order(&scenes, wanted());
    place.servers[0].until(|traffic| traffic.requests("/files/") > 0).await;
    let root = rig.engine.library().folders().library();
    fs::rename(&root, &away).unwrap();
    drop(hold);
    let mut words = String::new();
    for transfer in &ordered.transfers {
        let ended = rig.transfer_ended(transfer.id).await;
        assert_eq!(ended.state, TransferState::Failed, "nothing can be published");
        let error = ended.error.unwrap();
        words = format!("refused ({}); whole when tried again", error.code);
        println!("vanished: {}", error.message);
    }
    let begun = files(&root);
    assert!(begun.is_empty(), "no second library is begun where the first one was: {begun:?}");
    let refused = rig.engine.preflight(&Order { name: "More".into(), scenes: scenes.clone(), wanted: wanted() }).unwrap();
    assert!(refused.findings.iter().any(|finding| finding.kind() == "root-missing"), "{:?}", refused.findings);
    let _ = fs::remove_dir_all(&root);
    fs::rename(&away, &root).unwrap();
    let ids: Vec<_> = ordered.transfers.iter().map(|transfer| transfer.id).collect();
    rig.engine.retry_transfers(&ids).unwrap();
    let states = rig.all_ended().await;
    assert_eq!(states.get("succeeded"), Some(&names.len()), "{states:?}");
    let row = row("folder has vanished", words, &place, &names, &rig);
    assert!(row.served <= row.length + ON_ITS_WAY, "what was there was not fetched again: {} of {}", row.served, row.length);
    print("faults of the machine", &[row]);
    rig.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_is_lost() {
    let (place, names) = place().await;
    let rig = Rig::fresh(place.options());
    place.servers[0].set_pace(Some(2 << 20));
    let transfers = begin(&rig, &place).await;
    place.servers[0].until(|traffic| traffic.served > 2_000_000).await;
    place.servers[0].down();
    let waits = rig.until_any(&transfers, |now| now.progress.waiting == Some(Waiting::Network)).await;
    assert_eq!(waits.state, TransferState::Running, "it waits by itself");
    place.servers[0].set_pace(None);
    place.servers[0].up().await;
    let states = rig.all_ended().await;
    assert_eq!(states.get("succeeded"), Some(&names.len()), "{states:?}");
    let row = row("network lost in the middle", "waited for the network, went on".into(), &place, &names, &rig);
    assert!(row.served <= row.length * 11 / 10, "{} of {}", row.served, row.length);
    print("faults of the machine", &[row]);
    rig.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_differ_only_by_case() {
    let mut series = Series::new();
    let name = series.landsat(0, 200_000);
    let other = series.landsat(1, 150_000);
    let lower = name.to_lowercase();
    let content = series.truth(&other, "landsat-tar").unwrap()[0].1.clone();
    series.set_truth(&lower, "landsat-tar", content);
    let place = Place::one(series).await;
    let rig = Rig::fresh(place.options());
    let (first, mut second) = (place.scene(&rig, &name).await, place.scene(&rig, &other).await);
    // The same day, the same name in small letters, another product.
    second.name = Some(lower.clone());
    (second.datetime, second.tile) = (first.datetime, Some("191029".into()));
    rig.order(&[first, second], product(PackageForm::LandsatTar));
    let states = rig.all_ended().await;
    assert_eq!(states.get("succeeded"), Some(&2), "{:?}", rig.engine.transfers());
    let look = audit(rig.engine.library(), &place.series);
    assert_right(&look, "both products");
    let paths: Vec<String> = files(&rig.engine.library().folders().library()).iter().map(|path| path.display().to_string()).collect();
    let folded: std::collections::BTreeSet<String> = paths.iter().map(|path| path.to_lowercase()).collect();
    println!("{paths:#?}");
    assert_eq!((folded.len(), look.right), (2, 2), "two files on every disk: {paths:?}");
    rig.engine.shutdown().await;
}

/// Kills the program the moment a file appears in the library: between the rename and the row.
#[tokio::test(flavor = "multi_thread")]
async fn power_cuts_between_the_file_and_its_row() {
    let mut series = Series::new();
    let mut names: Vec<String> = (0..10).map(|number| series.bands(number, &[(Band::Red, 300_000), (Band::Nir, 200_000)])).collect();
    names.extend((20..24).map(|number| series.whole(number, 400_000)));
    let place = Place::one(series).await;
    let server = &place.servers[0];
    let own = tempfile::tempdir().unwrap();
    let data = own.path().join("data");
    let scenes = {
        let rig = Rig::start(&data, place.options());
        let scenes = found(&rig.engine, server).await;
        rig.engine.shutdown().await;
        scenes
    };
    let (whole, banded): (Vec<Scene>, Vec<Scene>) = scenes.into_iter().partition(|scene| scene.assets.is_empty());
    let orders = [(banded, bands(&[Band::Red, Band::Nir])), (whole, Wanted::Product { form: PackageForm::SafeZip, unpack: true })];
    let file = own.path().join("orders.json");
    fs::write(&file, serde_json::to_string(&orders).unwrap()).unwrap();
    server.forget_traffic();
    let root = data.join("library");
    let (mut kills, mut between) = (0, 0);
    loop {
        let before = files(&root).len();
        let mut child = run(&data, server, &file);
        let ended = loop {
            if files(&root).len() > before {
                break false;
            }
            if child.try_wait().unwrap().is_some() {
                break true;
            }
            tokio::task::yield_now().await;
        };
        let _ = child.kill();
        child.wait().unwrap();
        if ended {
            break;
        }
        kills += 1;
        // What stands in the folder before the library is opened again and has no row was published by half.
        let shown = files(&root).len();
        let library = Library::open(&data).unwrap();
        let look = audit(&library, &place.series);
        assert_right(&look, "after a power cut");
        between += usize::from(files(&root).len() != shown || look.right < shown);
        assert!(kills < 200, "the transfers never end");
    }
    let library = Library::open(&data).unwrap();
    let look = audit(&library, &place.series);
    assert_right(&look, "at the end");
    let length: u64 = orders
        .iter()
        .flat_map(|(scenes, wanted)| scenes.iter().map(move |s| (s, wanted)))
        .map(|(scene, wanted)| place.size(scene.name.as_ref().unwrap(), wanted))
        .sum();
    let row = Row {
        fault: format!("power cut between rename and row, {kills} times"),
        happened: "went on".into(),
        served: server.traffic().served,
        length,
        lost: length - look.bytes,
        wrong: look.wrong.len(),
    };
    println!("{between} of {kills} kills left a file without its row; {} holdings at the end", look.held.len());
    assert_eq!(row.lost, 0);
    print("faults of the machine", &[row]);
}

fn run(data: &Path, server: &Provider, orders: &Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_swath-soak-run"));
    command.arg(data).arg(server.url()).arg(orders).arg("2").stdout(Stdio::null()).spawn().unwrap()
}
