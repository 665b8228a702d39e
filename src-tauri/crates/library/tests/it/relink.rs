//! Finding again what was moved by hand.

use std::fs;

use swath_domain::{Band, Content, HoldingState};
use swath_library::{HoldingFilter, Library, Relinked};

use crate::common::{hold, library, noon, scene, tree};

fn three(library: &Library) -> Vec<swath_domain::Holding> {
    let scenes: Vec<_> = ["a", "b", "c"]
        .iter()
        .map(|item| {
            let mut scene = scene(item, [15.0, 45.0, 16.0, 46.0], "2025-08-18T10:00:00Z", None);
            scene.name = Some(format!("PRODUCT_{item}"));
            scene
        })
        .collect();
    vec![
        hold(library, &scenes[0], Content::Safe, &[("manifest.safe", b"<x/>"), ("GRANULE/b.jp2", b"blue")]),
        hold(library, &scenes[1], Content::Band { band: Band::Red }, &[("", b"red")]),
        hold(library, &scenes[2], Content::LandsatTar, &[("", b"tar")]),
    ]
}

fn there(library: &Library) -> usize {
    let all = library.holdings().list(&HoldingFilter::default()).unwrap();
    all.iter().filter(|h| matches!(h.state, HoldingState::Verified { .. }) && library.holdings().path(h).exists()).count()
}

#[test]
fn what_is_found_elsewhere_is_moved_in_and_what_is_inside_is_re_pointed() {
    for (elsewhere, other_disk) in [(true, false), (true, true), (false, false)] {
        let (dir, library) = library();
        let held = three(&library);
        let base = if other_disk { std::path::Path::new("/dev/shm") } else { dir.path() };
        let Ok(away) = tempfile::tempdir_in(base) else { continue };
        let away = if elsewhere { away.path().to_owned() } else { library.folders().library().join("sorted/by hand") };
        fs::create_dir_all(away.join("deep/er")).unwrap();
        for holding in &held {
            let from = library.holdings().path(holding);
            let to = away.join("deep/er").join(from.file_name().unwrap());
            if fs::rename(&from, &to).is_err() {
                // Another disk.
                let files = tree(from.parent().unwrap())
                    .into_iter()
                    .filter(|(path, _)| path.starts_with(from.file_name().unwrap().to_str().unwrap()));
                for (path, bytes) in files {
                    let to = away.join("deep/er").join(path);
                    fs::create_dir_all(to.parent().unwrap()).unwrap();
                    fs::write(to, bytes).unwrap();
                }
                if from.is_dir() { fs::remove_dir_all(&from).unwrap() } else { fs::remove_file(&from).unwrap() }
            }
        }
        // Of another content under the same name, and one that is not there at all.
        fs::write(away.join("PRODUCT_c.tar"), b"rat").unwrap();
        fs::remove_file(away.join("deep/er/PRODUCT_c.tar")).unwrap();
        assert_eq!(there(&library), 0);
        let found = library.holdings().relink(&away).unwrap();
        assert_eq!(found, Relinked { found: 2, still_missing: 1 }, "{elsewhere} {other_disk}");
        assert_eq!(there(&library), 2);
        assert_eq!(library.holdings().get(held[2].id).unwrap().state, HoldingState::Missing);
        let path = library.holdings().get(held[1].id).unwrap().path;
        if elsewhere {
            assert_eq!(path, held[1].path, "back in its place");
            assert!(!away.join("deep/er/PRODUCT_a.SAFE").exists(), "moved, not copied");
        } else {
            assert!(path.starts_with("sorted/by hand/deep/er/"), "{path}");
        }
        assert_eq!(fs::read(away.join("PRODUCT_c.tar")).unwrap(), b"rat", "what is not it stays where it is");
        assert_eq!(library.holdings().relink(&away).unwrap(), Relinked { found: 0, still_missing: 1 });
        fs::write(away.join("PRODUCT_c.tar"), b"tar").unwrap();
        assert_eq!(library.holdings().relink(&away).unwrap(), Relinked { found: 1, still_missing: 0 });
    }
}

#[test]
fn a_library_that_was_moved_by_hand_is_found_as_a_whole() {
    let (dir, library) = library();
    three(&library);
    let before = tree(&library.folders().library());
    let away = tempfile::tempdir().unwrap();
    fs::rename(library.folders().library(), away.path().join("library")).unwrap();
    drop(library);
    // Opened without it, a new one is begun in the data folder.
    let library = Library::open(dir.path()).unwrap();
    assert_eq!(there(&library), 0);
    assert_eq!(library.holdings().relink(away.path()).unwrap(), Relinked { found: 3, still_missing: 0 });
    assert_eq!(library.root().unwrap().path, away.path().join("library"));
    assert_eq!((tree(&library.folders().library()), there(&library)), (before, 3));
    let again = Library::open(dir.path()).unwrap();
    assert_eq!(there(&again), 3);
    // Its disk is gone: what is marked missing comes back with it.
    let hidden = away.path().join("hidden");
    fs::rename(away.path().join("library"), &hidden).unwrap();
    let id = again.holdings().list(&HoldingFilter::default()).unwrap()[0].id;
    again.holdings().set_state(id, HoldingState::Missing, noon()).unwrap();
    assert_eq!(again.holdings().relink(dir.path()).unwrap_err().code(), "root-missing");
    assert_eq!(again.holdings().relink(&hidden).unwrap(), Relinked { found: 3, still_missing: 0 });
}
