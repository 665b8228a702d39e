//! Rows of transfers: the queue, transitions, claims across processes, recovery.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use swath_domain::{
    Access, Aoi, Band, FileKind, FileOrder, FileSource, JobError, PackageForm, Transfer, TransferId, TransferProgress, TransferStage,
    TransferState, Waiting, Wanted,
};
use swath_library::{Library, LibraryError, TransferRequest};

use crate::common::{at, bands, library, noon, order, scene, transfer_in};

fn ids(transfers: &[Transfer]) -> Vec<i64> {
    transfers.iter().map(|transfer| transfer.id.0).collect()
}

#[test]
fn every_transition_is_allowed_or_refused_as_the_domain_says() {
    let (_dir, library) = library();
    for from in TransferState::ALL {
        for to in TransferState::ALL {
            let transfer = transfer_in(&library, from);
            match library.transfers().transition(transfer.id, to, None, noon()) {
                Ok(moved) => {
                    assert!(from.may_become(to), "{from} -> {to}");
                    assert_eq!((moved.state, moved.finished.is_some()), (to, to.is_final()));
                    assert_eq!(moved, library.transfers().get(transfer.id).unwrap(), "{from} -> {to}");
                }
                Err(LibraryError::TransferState { from: f, to: t }) => {
                    assert!((f, t) == (from, to) && !from.may_become(to), "{from} -> {to}");
                    assert_eq!(library.transfers().get(transfer.id).unwrap(), transfer);
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
}

#[test]
fn a_transfer_keeps_its_story() {
    let (dir, library) = library();
    let transfers = library.transfers();
    let area = Box::new(Aoi::from_bbox([15.01, 45.01, 15.02, 45.02]).unwrap());
    let wanted = [
        Wanted::Product { form: PackageForm::SafeZip, unpack: true },
        bands(&[Band::Red, Band::Nir]),
        Wanted::Window { bands: vec![Band::Red], area: area.clone() },
        Wanted::Window { bands: vec![Band::Nir], area },
        Wanted::PartialSafe { bands: vec![Band::Scl] },
    ];
    let requests: Vec<_> = wanted
        .into_iter()
        .enumerate()
        .map(|(n, wanted)| {
            let scene = scene(&format!("s{n}"), [15.0, 45.0, 16.0, 46.0], "2025-08-18T10:00:00Z", None);
            TransferRequest { scene, wanted, name: format!("产品 {n}") }
        })
        .collect();
    let (batch, ordered) = transfers.order("夏天", &requests, noon()).unwrap();
    assert_eq!((batch.name.as_str(), batch.created), ("夏天", noon()));
    assert_eq!(transfers.list().unwrap(), ordered);
    assert_eq!(transfers.batches().unwrap(), std::slice::from_ref(&batch));
    for (transfer, request) in ordered.iter().zip(&requests) {
        assert_eq!(&transfers.get(transfer.id).unwrap(), transfer);
        assert_eq!(&transfers.request(transfer.id).unwrap(), request);
        assert_eq!((transfer.batch, &transfer.wanted, transfer.state), (batch.id, &request.wanted, TransferState::Queued));
    }
    let id = ordered[2].id;
    assert_eq!(transfers.files(id).unwrap(), None);
    let source =
        FileSource { href: "https://e.com/B04.tif".into(), provider: "p".into(), access: Access::Open, size: Some(9), checksum: None };
    let files = vec![FileOrder { path: "B04.tif".into(), kind: FileKind::Tiff, sources: vec![source] }];
    transfers.set_files(id, &files).unwrap();
    assert_eq!(transfers.files(id).unwrap(), Some(files));
    let progress = TransferProgress {
        stage: Some(TransferStage::Fetch),
        done_bytes: 1 << 40,
        waiting: Some(Waiting::Disk { needs: 7 }),
        ..TransferProgress::default()
    };
    transfers.save_progress(id, &progress).unwrap();
    let started = at("2025-08-18T12:01:00.123456789Z");
    assert_eq!(transfers.transition(id, TransferState::Running, None, started).unwrap().started, Some(started));
    let error = JobError { code: "not-that-file".into(), message: "it was not".into() };
    let failed = transfers.transition(id, TransferState::Failed, Some(error.clone()), noon()).unwrap();
    assert_eq!((failed.error, failed.progress, failed.finished), (Some(error), progress, Some(noon())));
    let again = Library::open(dir.path()).unwrap().transfers().transition(id, TransferState::Queued, None, noon()).unwrap();
    assert_eq!((again.error, again.finished), (None, None));
    let mut tally = transfers.tally(batch.id).unwrap();
    tally.sort_by_key(|(state, _)| state.name());
    assert_eq!(tally, [(TransferState::Queued, 5)]);
}

#[test]
fn what_is_not_there_is_said_to_be_missing() {
    let (_dir, library) = library();
    let (transfers, none) = (library.transfers(), TransferId(99));
    let there = transfer_in(&library, TransferState::Queued).id;
    let errors = [
        transfers.get(none).map(drop),
        transfers.request(none).map(drop),
        transfers.files(none).map(drop),
        transfers.set_files(none, &[]),
        transfers.save_progress(none, &TransferProgress::default()),
        transfers.transition(none, TransferState::Running, None, noon()).map(drop),
        transfers.claim(none).map(drop),
        transfers.move_before(none, None),
        transfers.move_before(there, Some(none)),
        transfers.remove(none),
        transfers.publish(none, vec![], noon()).map(drop),
    ];
    for error in errors.map(Result::unwrap_err) {
        assert_eq!(error.code(), "not-found");
        assert!(error.to_string().contains("download 99"), "{error}");
    }
}

#[test]
fn the_queue_keeps_the_order_that_it_is_given() {
    let (_dir, library) = library();
    let transfers = library.transfers();
    order(&library, "a", 6);
    let mut model: Vec<i64> = (1..=6).collect();
    let mut dice = 1u64;
    // So often that the room between neighbours is used up again and again.
    for n in 0..400 {
        dice = dice.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let moved = (dice >> 33) as i64 % 6 + 1;
        // Mostly before the same one, which halves the room every time.
        let before = if n % 7 == 0 { (dice >> 40) as i64 % 7 } else { 3 };
        transfers.move_before(TransferId(moved), (before > 0).then_some(TransferId(before))).unwrap();
        if moved != before {
            model.retain(|id| *id != moved);
            let place = model.iter().position(|id| *id == before).unwrap_or(model.len());
            model.insert(place, moved);
        }
        assert_eq!(ids(&transfers.list().unwrap()), model, "{n}: {moved} before {before}");
    }
    let second = order(&library, "b", 2);
    assert_eq!(ids(&transfers.list().unwrap())[6..], [second[0].id.0, second[1].id.0], "what is ordered later comes last");
    transfers.transition(TransferId(model[0]), TransferState::Paused, None, noon()).unwrap();
    assert_eq!(ids(&transfers.next(2).unwrap()), model[1..3]);
    assert_eq!(transfers.queued().unwrap().iter().map(|id| id.0).collect::<Vec<_>>()[..5], model[1..]);
}

#[test]
fn many_change_at_once_and_those_that_may_not_stay() {
    let (_dir, library) = library();
    let transfers = library.transfers();
    let all: Vec<_> = TransferState::ALL.into_iter().map(|state| transfer_in(&library, state)).collect();
    let mut numbers: Vec<_> = all.iter().map(|transfer| transfer.id).collect();
    numbers.push(TransferId(99));
    let paused = transfers.transition_all(&numbers, TransferState::Paused, noon()).unwrap();
    assert_eq!(ids(&paused), [all[0].id.0, all[1].id.0], "queued and running");
    assert!(paused.iter().all(|transfer| transfer.state == TransferState::Paused));
    let removed = transfers.remove_all(&numbers).unwrap();
    assert_eq!(removed, all.iter().filter(|t| t.state.is_final()).map(|t| t.id).collect::<Vec<_>>());
    assert_eq!(transfers.list().unwrap().len(), 3);
    assert_eq!(transfers.batches().unwrap().len(), 3, "a batch goes with its last transfer");
}

#[test]
fn what_is_on_its_way_is_known_whichever_catalogue_tells_of_it() {
    let (_dir, library) = library();
    let named = |item: &str, provider: &str, name: &str| {
        let mut scene = scene(item, [15.0, 45.0, 16.0, 46.0], "2025-08-18T10:00:00Z", None);
        scene.id = swath_domain::SceneId::new(provider, "c", item);
        scene.name = Some(name.into());
        scene
    };
    let name = "S2B_MSIL2A_20250818T100029_N0511_R122_T33TWL_20250818T134159";
    let (mine, theirs) = (named("a", "p", name), named("b", "q", name));
    let newer = named("c", "p", "S2B_MSIL2A_20250818T100029_N0512_R122_T33TWL_20260101T000000");
    let wanted = bands(&[Band::Red, Band::Nir]);
    let request = TransferRequest { scene: mine.clone(), wanted, name: name.into() };
    let (_, ordered) = library.transfers().order("b", &[request], noon()).unwrap();
    let id = Some(ordered[0].id);
    for (scene, wanted, expected) in [
        (&mine, bands(&[Band::Red]), id),
        (&theirs, bands(&[Band::Nir, Band::Red]), id),
        (&theirs, bands(&[Band::Nir, Band::Green]), None),
        (&newer, bands(&[Band::Red]), None),
        (&mine, Wanted::Product { form: PackageForm::SafeZip, unpack: false }, None),
    ] {
        assert_eq!(library.transfers().ordered(scene, &wanted).unwrap(), expected, "{} {wanted:?}", scene.id);
    }
    library.transfers().transition(ordered[0].id, TransferState::Cancelled, None, noon()).unwrap();
    assert_eq!(library.transfers().ordered(&mine, &bands(&[Band::Red])).unwrap(), None);
}

#[test]
fn a_claim_excludes_other_handles_until_it_is_dropped() {
    let (dir, library) = library();
    let other = Library::open(dir.path()).unwrap();
    let id = transfer_in(&library, TransferState::Running).id;
    let claim = library.transfers().claim(id).unwrap().unwrap();
    assert_eq!(claim.transfer(), id);
    assert!(other.transfers().claim(id).unwrap().is_none() && library.transfers().claim(id).unwrap().is_none());
    assert_eq!(other.transfers().recover(noon()).unwrap(), []);
    drop(claim);
    assert_eq!(other.transfers().recover(noon()).unwrap(), [id]);
    assert_eq!(other.transfers().get(id).unwrap().state, TransferState::Queued);
    assert_eq!(library.transfers().recover(noon()).unwrap(), []);
}

/// Not a test of its own: the process that runs a transfer in the test below.
#[test]
#[ignore = "run by another test in a process of its own"]
fn holder() {
    let Some(dir) = std::env::var_os("SWATH_TEST_HOLD") else { return };
    let library = Library::open(dir.as_ref()).unwrap();
    let id = library.transfers().queued().unwrap()[0];
    let _claim = library.transfers().claim(id).unwrap().unwrap();
    library.transfers().transition(id, TransferState::Running, None, noon()).unwrap();
    println!("\nholding");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn a_transfer_of_a_killed_process_is_queued_again_and_of_a_living_one_is_not() {
    let (dir, library) = library();
    let id = transfer_in(&library, TransferState::Queued).id;
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "transfers::holder", "--ignored", "--nocapture"])
        .env("SWATH_TEST_HOLD", dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line == "holding"));
    assert!(library.transfers().claim(id).unwrap().is_none());
    assert_eq!(library.transfers().recover(noon()).unwrap(), []);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(library.transfers().recover(noon()).unwrap(), [id]);
    assert_eq!(library.transfers().queued().unwrap(), [id]);
}

#[test]
fn only_ended_transfers_are_removed_and_their_unfinished_work_with_them() {
    let (dir, library) = library();
    for state in TransferState::ALL {
        let id = transfer_in(&library, state).id;
        let staging = library.folders().staging_of_transfer(id);
        std::fs::create_dir_all(staging.join("X.SAFE")).unwrap();
        drop(library.transfers().claim(id).unwrap());
        assert_eq!(library.transfers().remove(id).is_ok(), state.is_final(), "{state}");
        assert_eq!(staging.exists(), !state.is_final(), "{state}");
        assert_eq!(library.transfers().get(id).is_ok(), !state.is_final());
    }
    // What a crash left of a removed transfer goes when the library is opened, and numbers are not used again.
    let last = transfer_in(&library, TransferState::Failed).id;
    library.transfers().remove(last).unwrap();
    std::fs::create_dir_all(library.folders().staging_of_transfer(last)).unwrap();
    let kept = library.folders().staging_of_transfer(library.transfers().list().unwrap()[0].id);
    let again = Library::open(dir.path()).unwrap();
    assert!(!again.folders().staging_of_transfer(last).exists() && kept.exists());
    assert!(transfer_in(&again, TransferState::Queued).id > last);
    // Cancelled and deleted: the row stays and can be tried again.
    let cancelled = transfer_in(&again, TransferState::Cancelled).id;
    let staging = again.folders().staging_of_transfer(cancelled);
    std::fs::create_dir_all(&staging).unwrap();
    again.transfers().delete_staging(cancelled).unwrap();
    assert!(!staging.exists() && again.transfers().transition(cancelled, TransferState::Queued, None, noon()).is_ok());
}

#[test]
fn an_allowance_is_counted_by_the_hour() {
    let (_dir, library) = library();
    let traffic = library.traffic();
    for (account, bytes, moment) in [
        ("cdse", 100, "2025-08-18T10:10:00Z"),
        ("cdse", 20, "2025-08-18T10:50:00Z"),
        ("cdse", 3, "2025-08-18T12:00:00Z"),
        ("other", 1 << 50, "2025-08-18T12:00:00Z"),
    ] {
        traffic.add(account, bytes, at(moment)).unwrap();
    }
    for (since, expected) in
        [("2025-08-01T00:00:00Z", 123), ("2025-08-18T10:59:59Z", 123), ("2025-08-18T11:00:00Z", 3), ("2025-08-18T13:00:00Z", 0)]
    {
        assert_eq!(traffic.used("cdse", at(since)).unwrap(), expected, "{since}");
    }
    let hours = traffic.hours("cdse", at("2025-08-01T00:00:00Z")).unwrap();
    assert_eq!(hours, [(at("2025-08-18T10:00:00Z"), 120), (at("2025-08-18T12:00:00Z"), 3)]);
    assert_eq!(traffic.used("nobody", noon()).unwrap(), 0);
}
