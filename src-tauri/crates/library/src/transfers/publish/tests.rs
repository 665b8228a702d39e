//! A publication that fails, and one that is killed, between any two of its acts: on one disk, and from one to another.

use std::fs;
use std::path::Path;
use std::process::Command;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use swath_domain::{Aoi, Band, Content, HeldFile, HoldingState, Scene, SceneId, Sensor, Transfer, TransferId, TransferState, Wanted};
use tempfile::TempDir;

use super::*;
use crate::transfers::TransferRequest;
use crate::{HoldingFilter, LibraryError};

/// Every act that is told, in order. A piece more or less changes this.
const STEPS: [&str; 6] = ["flushed", "carried", "intended", "moved", "moved", "settled"];

fn now() -> Timestamp {
    "2025-08-18T12:00:00Z".parse().unwrap()
}

fn file(path: &str, bytes: &[u8]) -> HeldFile {
    let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    HeldFile { path: path.into(), bytes: bytes.len() as u64, sha256 }
}

/// A running transfer with a file and a folder in staging.
fn ready(library: &Library) -> (Transfer, Vec<Piece>) {
    let shape = Aoi::from_bbox([15.0, 45.0, 16.0, 46.0]).unwrap().shape().clone();
    let mut scene = Scene::new(SceneId::new("p", "c", "x"), Sensor::Sentinel2L2a, now(), shape);
    scene.tile = Some("33TWL".into());
    scene.name = Some("S2B_MSIL2A_20250818T100029_N0511_R122_T33TWL_20250818T134159".into());
    let wanted = Wanted::Bands { bands: vec![Band::Red] };
    let (_, transfers) = library.transfers().order("b", &[TransferRequest { scene, wanted, name: "x".into() }], now()).unwrap();
    let id = transfers[0].id;
    let transfer = library.transfers().transition(id, TransferState::Running, None, now()).unwrap();
    let staging = library.folders().staging_of_transfer(id);
    fs::create_dir_all(staging.join("X.SAFE/GRANULE/empty")).unwrap();
    fs::write(staging.join("a.jp2"), b"red").unwrap();
    fs::write(staging.join("X.SAFE/manifest.safe"), b"<xml/>").unwrap();
    fs::write(staging.join("X.SAFE/GRANULE/b.jp2"), b"blue").unwrap();
    fs::write(staging.join("scratch"), b"left over").unwrap();
    let piece = |content, name: &str, files| Piece { content, staged: staging.join(name), files, provider: "p".into() };
    let safe = vec![file("manifest.safe", b"<xml/>"), file("GRANULE/b.jp2", b"blue")];
    (transfer, vec![piece(Content::Band { band: Band::Red }, "a.jp2", vec![file("", b"red")]), piece(Content::Safe, "X.SAFE", safe)])
}

/// A library whose folder is on the disk of the data folder, or on another one where there is one.
fn library(other_disk: bool) -> Option<(TempDir, Option<TempDir>, Library)> {
    let dir = tempfile::tempdir().unwrap();
    let library = Library::open(dir.path()).unwrap();
    if !other_disk {
        return Some((dir, None, library));
    }
    #[cfg(not(unix))]
    return None;
    #[cfg(unix)]
    linked(dir, library)
}

#[cfg(unix)]
fn linked(dir: TempDir, library: Library) -> Option<(TempDir, Option<TempDir>, Library)> {
    let shm = tempfile::tempdir_in("/dev/shm").ok().filter(|shm| !files::one_disk(dir.path(), shm.path(), "probe").unwrap());
    let Some(shm) = shm else {
        println!("skipped: there is no second disk");
        return None;
    };
    // Linked, so that staging stays on the first disk.
    fs::remove_dir_all(library.folders().library()).unwrap();
    std::os::unix::fs::symlink(shm.path(), library.folders().library()).unwrap();
    drop(library);
    // As if it had always been there: a mark in an empty folder with no rows.
    let library = Library::open(dir.path()).unwrap();
    assert!(library.ready().is_ok());
    Some((dir, Some(shm), library))
}

fn count(library: &Library) -> usize {
    let root = fs::canonicalize(library.folders().library()).unwrap();
    files::all_files(&root).unwrap().iter().filter(|path| !path.ends_with(".swath-library")).count()
}

/// All of it is in the library, and nothing in staging.
fn check_published(library: &Library, id: TransferId) {
    let transfer = library.transfers().get(id).unwrap();
    assert_eq!((transfer.state, transfer.holdings.len(), transfer.finished), (TransferState::Succeeded, 2, Some(now())));
    let holdings = library.holdings().list(&HoldingFilter::default()).unwrap();
    let mut paths: Vec<_> = holdings.iter().map(|holding| holding.path.as_str()).collect();
    paths.sort_unstable();
    let safe = "sentinel-2-l2a/2025-08-18/S2B_MSIL2A_20250818T100029_N0511_R122_T33TWL_20250818T134159.SAFE";
    assert_eq!(paths, [safe, "sentinel-2-l2a/2025-08-18/T33TWL_20250818_B04.jp2"]);
    for holding in &holdings {
        assert_eq!(holding.state, HoldingState::Verified { at: now() });
        intent::check(&library.holdings().path(holding), &library.holdings().files(holding.id).unwrap()).unwrap();
    }
    assert!(library.folders().library().join(safe).join("GRANULE/empty").is_dir(), "empty folders are part of a product");
    assert_eq!(count(library), 3, "nothing lies about");
    assert!(!library.folders().staging_of_transfer(id).exists());
    assert!(!intent::is_known(library, id).unwrap());
}

/// All of it is in staging, and nothing in the library.
fn check_staged(library: &Library, id: TransferId, pieces: &[Piece]) {
    assert_eq!(library.transfers().get(id).unwrap().state, TransferState::Running);
    pieces.iter().for_each(|piece| intent::check(&piece.staged, &piece.files).unwrap());
    assert!(library.holdings().list(&HoldingFilter::default()).unwrap().is_empty());
    assert!(!intent::is_known(library, id).unwrap());
}

#[test]
fn a_failure_between_any_two_acts_leaves_everything_in_staging() {
    for other_disk in [false, true] {
        for fail_at in 0..STEPS.len() {
            let Some((_dir, _shm, library)) = library(other_disk) else { continue };
            let (transfer, pieces) = ready(&library);
            let mut told = Vec::new();
            let mut step = |name: &str| {
                told.push(name.to_owned());
                if told.len() == fail_at + 1 { Err(LibraryError::DiskFull) } else { Ok(()) }
            };
            let error = publish(&library, transfer.id, pieces.clone(), now(), &mut step).unwrap_err();
            assert_eq!(error.code(), "disk-full");
            assert_eq!(told, STEPS[..=fail_at]);
            check_staged(&library, transfer.id, &pieces);
            // The next try is whole.
            let holdings = library.transfers().publish(transfer.id, pieces, now()).unwrap();
            assert_eq!(holdings.iter().map(|h| h.content.key()).collect::<Vec<_>>(), ["band:red", "safe"]);
            check_published(&library, transfer.id);
        }
    }
}

/// Not a test of its own: the process that is killed in the test below.
#[test]
#[ignore = "run by another test in a process of its own"]
fn victim() {
    let (Some(dir), Some(at)) = (std::env::var_os("SWATH_TEST_DIR"), std::env::var("SWATH_TEST_AT").ok()) else { return };
    let at: usize = at.parse().unwrap();
    let library = Library::open(Path::new(&dir)).unwrap();
    let (transfer, pieces) = ready(&library);
    let _claim = library.transfers().claim(transfer.id).unwrap().unwrap();
    let mut told = 0;
    let mut step = |_: &str| {
        told += 1;
        if told == at + 1 { std::process::abort() } else { Ok(()) }
    };
    publish(&library, transfer.id, pieces, now(), &mut step).unwrap();
}

#[test]
fn a_kill_between_any_two_acts_is_healed_by_opening_and_by_claiming() {
    for (other_disk, by_claim) in [(false, false), (true, false), (false, true), (true, true)] {
        // One more than before: after the transaction.
        for kill_at in 0..=STEPS.len() {
            let Some((dir, _shm, library)) = library(other_disk) else { continue };
            let output = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "transfers::publish::tests::victim", "--ignored", "--nocapture"])
                .env("SWATH_TEST_DIR", dir.path())
                .env("SWATH_TEST_AT", kill_at.to_string())
                .output()
                .unwrap();
            assert!(!output.status.success(), "{kill_at}: {}", String::from_utf8_lossy(&output.stdout));
            let library = if by_claim { library } else { Library::open(dir.path()).unwrap() };
            let id = TransferId(1);
            let _claim = library.transfers().claim(id).unwrap().unwrap();
            if kill_at < 2 {
                let staging = library.folders().staging_of_transfer(id);
                assert!(staging.join("a.jp2").exists() && staging.join("X.SAFE/GRANULE/b.jp2").exists(), "{kill_at}");
                assert_eq!(library.transfers().get(id).unwrap().state, TransferState::Running);
                let carried = library.folders().unfinished().join(format!("{CARRIED}{id}"));
                assert_eq!(carried.exists(), other_disk && by_claim && kill_at == 1, "copies that nobody needs are swept away by opening");
            } else {
                drop(_claim);
                // What staging still holds goes on the next opening.
                check_published(&Library::open(dir.path()).unwrap(), id);
            }
        }
    }
}

#[test]
fn what_cannot_be_finished_after_a_crash_is_taken_back() {
    let (dir, _, library) = library(false).unwrap();
    let (transfer, pieces) = ready(&library);
    let mut told = 0;
    let mut step = |_: &str| {
        told += 1;
        // As a kill after the first piece was moved.
        if told == 4 { panic!("killed") } else { Ok(()) }
    };
    let interrupted =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| publish(&library, transfer.id, pieces.clone(), now(), &mut step)));
    assert!(interrupted.is_err() && intent::is_known(&library, transfer.id).unwrap());
    // Somebody damages the piece that has not been moved.
    fs::write(pieces[1].staged.join("manifest.safe"), b"<other xml/>").unwrap();
    let library = Library::open(dir.path()).unwrap();
    assert!(pieces[0].staged.exists() && pieces[1].staged.join("GRANULE/b.jp2").exists() && count(&library) == 0);
    assert_eq!(library.transfers().get(transfer.id).unwrap().state, TransferState::Running);
    assert_eq!(library.transfers().recover(now()).unwrap(), [transfer.id]);
    assert_eq!(library.transfers().get(transfer.id).unwrap().state, TransferState::Queued);
}
