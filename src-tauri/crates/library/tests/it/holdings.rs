//! What the library has of scenes: names, duplicates, searching, removing.

use std::fs;
use std::path::Path;
use std::process::Command;

use swath_domain::{Band, Content, HoldingId, HoldingState, Scene, SceneId, Sensor, TransferState, Wanted};
use swath_library::{HoldingCondition, HoldingFilter, Library, LibraryError, RemoveHow};

use crate::common::{bands, hold, library, noon, order, piece, scene, transfer_in, tree};

const NAME: &str = "S2B_MSIL2A_20250818T100029_N0511_R122_T33TWL_20250818T134159";
const RED: Content = Content::Band { band: Band::Red };

fn named(item: &str, name: &str) -> Scene {
    let mut scene = scene(item, [15.0, 45.0, 16.0, 46.0], "2025-08-18T10:00:00Z", None);
    (scene.tile, scene.name) = (Some("33TWL".into()), Some(name.into()));
    scene
}

fn list(library: &Library) -> Vec<swath_domain::Holding> {
    library.holdings().list(&HoldingFilter::default()).unwrap()
}

fn paths(library: &Library) -> Vec<String> {
    tree(&library.folders().library()).into_keys().collect()
}

#[test]
fn a_published_scene_is_there_with_all_that_is_known_of_it() {
    let (_dir, library) = library();
    let scene = named("a", NAME);
    let held = hold(&library, &scene, Content::Safe, &[("manifest.safe", b"<x/>"), ("GRANULE/b.jp2", b"blue")]);
    assert_eq!(held.path, format!("sentinel-2-l2a/2025-08-18/{NAME}.SAFE"));
    assert_eq!((held.bytes, &held.state, held.created, &*held.scene), (8, &HoldingState::Verified { at: noon() }, noon(), &scene));
    assert_eq!(fs::read(library.holdings().path(&held).join("GRANULE/b.jp2")).unwrap(), b"blue");
    assert_eq!(library.holdings().get(held.id).unwrap(), held);
    let [listed] = list(&library).try_into().unwrap();
    assert!(listed.scene.assets.is_empty() && listed.scene.name == scene.name && listed.path == held.path);
    let [transfer] = library.transfers().list().unwrap().try_into().unwrap();
    assert_eq!((transfer.state, transfer.holdings), (TransferState::Succeeded, vec![held.id]));
    library.transfers().remove(transfer.id).unwrap();
    assert_eq!(library.holdings().files(held.id).unwrap().len(), 2, "what it brought stays");
}

#[test]
fn names_do_not_clash_whatever_their_case_and_versions_lie_side_by_side() {
    let (_dir, library) = library();
    let day = "sentinel-2-l2a/2025-08-18";
    // Two halves of a tile, a newer version of the first, and a file of the user's.
    fs::create_dir_all(library.folders().library().join(day)).unwrap();
    fs::write(library.folders().library().join(day).join("t33twl_20250818_b04-3.TIF"), b"mine").unwrap();
    let half = |item: &str, strip: &str| Scene { datastrip: Some(strip.into()), name: None, ..named(item, "") };
    let places: Vec<_> = [half("a", "1"), half("b", "2"), half("c", "3"), half("d", "4")]
        .iter()
        .map(|scene| hold(&library, scene, RED, &[("", scene.id.item().as_bytes())]).path)
        .collect();
    let stem = format!("{day}/T33TWL_20250818_B04");
    assert_eq!(places, [format!("{stem}.tif"), format!("{stem}-2.tif"), format!("{stem}-4.tif"), format!("{stem}-5.tif")]);
    // Product folders keep their exact names.
    let partial = Content::PartialSafe { bands: vec![Band::Red] };
    let first = hold(&library, &named("x", NAME), partial, &[("manifest.safe", b"1")]);
    let second = hold(&library, &named("x", NAME), Content::Safe, &[("manifest.safe", b"22")]);
    let lower = hold(&library, &named("y", &NAME.to_lowercase()), Content::Safe, &[("manifest.safe", b"333")]);
    assert_eq!(
        [first.path, second.path, lower.path],
        [format!("{day}/{NAME}.SAFE"), format!("{day}-2/{NAME}.SAFE"), format!("{day}-3/{}.SAFE", NAME.to_lowercase())]
    );
}

#[test]
fn what_is_there_already_is_known_by_identity_and_not_kept_twice() {
    let (_dir, library) = library();
    let mine = named("a", NAME);
    let theirs = Scene { id: SceneId::new("q", "other", "b"), ..named("a", NAME) };
    let newer = named("c", &NAME.replace("N0511", "N0512"));
    let wanted = bands(&[Band::Red, Band::Nir]);
    assert_eq!(library.holdings().held(&mine, &wanted).unwrap(), []);
    let held = hold(&library, &mine, RED, &[("", b"red")]);
    for (scene, expected) in [(&mine, vec![RED]), (&theirs, vec![RED]), (&newer, vec![])] {
        assert_eq!(library.holdings().held(scene, &wanted).unwrap(), expected, "{}", scene.id);
    }
    // Fetched again all the same: one file, one row, of the later transfer.
    let again = hold(&library, &theirs, RED, &[("", b"red")]);
    assert_eq!((again.id, paths(&library).len()), (held.id, 1));
    assert_eq!(library.transfers().list().unwrap()[1].holdings, [held.id]);
    // Some bands of a SAFE folder are there when the whole folder is.
    hold(&library, &mine, Content::Safe, &[("manifest.safe", b"<x/>")]);
    let some = Wanted::PartialSafe { bands: vec![Band::Red] };
    assert_eq!(library.holdings().held(&theirs, &some).unwrap(), some.contents());
    // Not there is not held, whatever the row says; nor is another length, nor a file too many.
    let file = library.holdings().path(&held);
    for spoil in [|file: &Path| fs::write(file, b"longer").unwrap(), |file: &Path| fs::remove_file(file).unwrap()] {
        spoil(&file);
        assert_eq!(library.holdings().held(&mine, &bands(&[Band::Red])).unwrap(), []);
    }
}

#[test]
fn what_was_missing_or_damaged_is_replaced_by_what_was_fetched_again() {
    let (_dir, library) = library();
    let scene = named("a", NAME);
    let first = hold(&library, &scene, RED, &[("", b"red")]);
    fs::remove_file(library.holdings().path(&first)).unwrap();
    library.holdings().set_state(first.id, HoldingState::Missing, noon()).unwrap();
    let second = hold(&library, &scene, RED, &[("", b"red2")]);
    assert_eq!((second.id, &second.path, second.bytes), (first.id, &first.path, 4));
    fs::write(library.holdings().path(&second), b"spoilt").unwrap();
    library.holdings().set_state(second.id, HoldingState::Damaged { why: "SHA-256 differs".into() }, noon()).unwrap();
    let third = hold(&library, &scene, RED, &[("", b"red3")]);
    assert_eq!((third.id, &third.path), (first.id, &first.path));
    assert_eq!(tree(&library.folders().library()).into_values().collect::<Vec<_>>(), [b"red3"]);
    let quarantine = tree(&library.folders().quarantine());
    assert_eq!(quarantine["T33TWL_20250818_B04.tif"], b"spoilt");
    assert_eq!(list(&library).len(), 1);
    assert_eq!(library.transfers().list().unwrap()[0].holdings, []);
}

#[test]
fn nothing_but_what_is_named_is_taken() {
    let (_dir, library) = library();
    type Spoil = fn(&Path);
    let cases: [(&str, Spoil); 4] = [
        ("bytes instead of", |staged| fs::write(staged.join("a"), b"longer than it was").unwrap()),
        ("it is not there", |staged| fs::remove_file(staged.join("a")).unwrap()),
        ("not one of the files", |staged| fs::write(staged.join("a.part"), b"x").unwrap()),
        ("it is not there", |staged| fs::remove_dir_all(staged).unwrap()),
    ];
    for (why, spoil) in cases {
        let transfer = transfer_in(&library, TransferState::Running);
        let piece = piece(&library, &transfer, "X.SAFE", Content::Safe, &[("a", b"a"), ("b/c", b"c")]);
        spoil(&piece.staged);
        let error = library.transfers().publish(transfer.id, vec![piece], noon()).unwrap_err();
        assert!(error.code() == "not-that-file" && error.to_string().contains(why), "{error}");
        assert_eq!(library.transfers().get(transfer.id).unwrap().state, TransferState::Running);
    }
    for state in TransferState::ALL {
        let transfer = transfer_in(&library, state);
        let piece = piece(&library, &transfer, "a.tif", RED, &[("", b"a")]);
        let staged = piece.staged.clone();
        let result = library.transfers().publish(transfer.id, vec![piece], noon());
        assert_eq!(result.is_ok(), state == TransferState::Running, "{state}");
        assert!(result.is_ok() || staged.exists(), "the work is still there");
    }
    assert_eq!(paths(&library).len(), 1);
}

#[test]
fn holdings_are_found_by_sensor_time_words_condition_and_place() {
    let (_dir, library) = library();
    let s2 = hold(&library, &named("a", NAME), RED, &[("", b"1")]);
    let mut landsat = scene("LC08_100%", [170.0, -10.0, 171.0, -9.0], "2024-01-02T00:00:00Z", None);
    (landsat.sensor, landsat.platform) = (Sensor::LandsatC2L2, "landsat-8".into());
    let landsat = hold(&library, &landsat, Content::LandsatTar, &[("", b"22")]);
    library.holdings().set_state(landsat.id, HoldingState::Damaged { why: "torn".into() }, noon()).unwrap();
    let dates = |from: &str, to: &str| swath_domain::DateRange::new(from.parse().unwrap(), to.parse().unwrap()).ok();
    let filter = HoldingFilter::default;
    for (filter, expected) in [
        (filter(), vec![s2.id, landsat.id]),
        (HoldingFilter { sensors: vec![Sensor::LandsatC2L2], ..filter() }, vec![landsat.id]),
        (HoldingFilter { dates: dates("2024-01-02", "2024-01-02"), ..filter() }, vec![landsat.id]),
        (HoldingFilter { text: Some(" msil2a ".into()), ..filter() }, vec![s2.id]),
        (HoldingFilter { text: Some("100%".into()), ..filter() }, vec![landsat.id]),
        (HoldingFilter { text: Some("B04.TIF".into()), ..filter() }, vec![s2.id]),
        (HoldingFilter { text: Some("%_%".into()), ..filter() }, vec![]),
        (HoldingFilter { states: vec![HoldingCondition::Damaged, HoldingCondition::Missing], ..filter() }, vec![landsat.id]),
        (HoldingFilter { area: Some([15.5, 45.5, 15.6, 45.6]), ..filter() }, vec![s2.id]),
        (HoldingFilter { area: Some([160.0, -20.0, -170.0, 0.0]), ..filter() }, vec![landsat.id]),
        (HoldingFilter { sensors: vec![Sensor::Sentinel1Grd], ..filter() }, vec![]),
    ] {
        let found: Vec<_> = library.holdings().list(&filter).unwrap().into_iter().map(|holding| holding.id).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
    assert_eq!(library.holdings().get(landsat.id).unwrap().state, HoldingState::Damaged { why: "torn".into() });
    assert_eq!(library.root().unwrap().bytes, 3);
}

#[test]
fn removing_takes_the_files_and_a_crash_in_between_is_finished() {
    let (dir, library) = library();
    let held: Vec<_> = ["a", "b", "c"]
        .iter()
        .map(|item| hold(&library, &named(item, &NAME.replace("R122", &format!("R{item}"))), Content::Safe, &[("m", b"12345")]))
        .collect();
    assert_eq!(library.holdings().remove(held[0].id, RemoveHow::Delete).unwrap(), 5);
    assert!(!library.holdings().path(&held[0]).exists() && library.holdings().path(&held[1]).exists());
    assert_eq!(library.holdings().remove(held[0].id, RemoveHow::Delete).unwrap_err().code(), "not-found");
    // Deleted by hand before: only the row is left to remove.
    fs::remove_dir_all(library.holdings().path(&held[1])).unwrap();
    assert_eq!(library.holdings().remove(held[1].id, RemoveHow::Bin).unwrap(), 0);
    // A crash after the files went to the trash.
    fs::rename(library.holdings().path(&held[2]), library.folders().library().join(format!(".trash-{}", held[2].id))).unwrap();
    let library = Library::open(dir.path()).unwrap();
    assert_eq!((list(&library), paths(&library)), (vec![], vec![]));
    assert_eq!(library.holdings().get(HoldingId(3)).unwrap_err().code(), "not-found");
    assert_eq!(library.holdings().files(held[2].id).unwrap_err().code(), "not-found");
}

/// Not a test of its own: a process whose bin is where its environment says.
#[test]
#[ignore = "run by another test in a process of its own"]
fn binner() {
    let Some(dir) = std::env::var_os("SWATH_TEST_DIR") else { return };
    let library = Library::open(dir.as_ref()).unwrap();
    match library.holdings().remove(HoldingId(1), RemoveHow::Bin) {
        Ok(bytes) => println!("\nremoved {bytes}"),
        Err(LibraryError::Bin { .. }) => println!("\nrefused"),
        Err(other) => panic!("{other}"),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn the_systems_bin_takes_it_or_nothing_is_removed() {
    let (dir, library) = library();
    let held = hold(&library, &named("a", NAME), Content::Safe, &[("GRANULE/b", b"12345")]);
    let run = |bin: &Path| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "holdings::binner", "--ignored", "--nocapture"]);
        let output = command.env("SWATH_TEST_DIR", dir.path()).env("XDG_DATA_HOME", bin).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    // Where the bin should be lies a file.
    let broken = dir.path().join("broken");
    fs::write(&broken, b"").unwrap();
    assert!(run(&broken).contains("\nrefused"));
    assert!(library.holdings().path(&held).join("GRANULE/b").exists() && list(&library).len() == 1);
    let bin = dir.path().join("home");
    fs::create_dir(&bin).unwrap();
    assert!(run(&bin).contains("\nremoved 5"));
    assert_eq!((list(&library), paths(&library)), (vec![], vec![]));
    let kept = tree(&bin.join("Trash"));
    assert_eq!(kept[&format!("files/{NAME}.SAFE/GRANULE/b")], b"12345");
}

#[test]
fn one_scene_with_many_parts_is_kept_once() {
    let (_dir, library) = library();
    let scene = named("a", NAME);
    let transfer = order(&library, "t", 1).remove(0);
    for (n, band) in [Band::Red, Band::Nir, Band::Green].into_iter().enumerate() {
        hold(&library, &scene, Content::Band { band }, &[("", &vec![7; n + 1])]);
    }
    let connection = rusqlite::Connection::open(library.folders().database()).unwrap();
    let count = |table: &str| connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!((count("holding"), count("held_scene"), count("held_place")), (3, 1, 1));
    for holding in list(&library) {
        library.holdings().remove(holding.id, RemoveHow::Delete).unwrap();
    }
    assert_eq!((count("held_scene"), count("held_scene_doc"), count("held_place"), count("holding_files")), (0, 0, 0, 0));
    assert_eq!(library.transfers().get(transfer.id).unwrap().holdings, []);
}
