//! From scenes to files in the library, and what can be done with them there.

use std::path::Path;

use serde_json::Value;

use crate::program::{Program, lines};

const DEMO: [&str; 8] = ["--provider", "demo", "--bbox", "0.051,0.052,0.058,0.058", "--from", "2020-01-01", "--to", "2030-12-31"];

fn download<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["download"], &DEMO[..], more].concat()
}

#[test]
fn bands_come_once_and_are_looked_after() {
    let program = Program::with_demo();
    let choices = program.json(&download(&[]));
    let of = |kind: &str| choices.iter().find(|line| line["wanted"]["kind"] == kind).unwrap_or_else(|| panic!("{kind}: {choices:?}"));
    assert!(of("bands")["bytes"].as_u64() > of("window")["bytes"].as_u64(), "a part is smaller than the whole: {choices:?}");
    assert_eq!(of("bands")["scenes"], 4);
    let preflight = program.json(&download(&["--as", "bands", "--bands", "red,scl", "--dry-run"]));
    let told = preflight.last().unwrap();
    assert_eq!((&told["event"], &told["transfers"]), (&Value::from("preflight"), &Value::from(4)), "{preflight:?}");
    assert_eq!(program.json(&["transfers"]).len(), 0, "nothing was queued");

    let printed = program.ok(&download(&["--as", "bands", "--bands", "red,scl"]));
    let files: Vec<&str> = printed.lines().collect();
    assert_eq!(files.len(), 8);
    assert!(
        files.iter().all(|file| Path::new(file).is_file()) && files[0].ends_with("_B04.tif") && files[1].ends_with("_SCL.tif"),
        "{files:?}"
    );
    let again = program.call(&download(&["--as", "bands", "--bands", "red,scl"]));
    let mut same: Vec<&str> = again.out.lines().collect();
    same.sort_unstable();
    let mut first = files.clone();
    first.sort_unstable();
    assert!(again.code == 0 && same == first && again.err.contains("already"), "{again:?}");
    assert_eq!(program.json(&["transfers"]).len(), 4, "nothing was ordered twice");

    let holdings = program.json(&["holdings"]);
    assert_eq!(holdings.len(), 8);
    program.ok(&["holdings", "verify"]);
    std::fs::remove_file(files[0]).unwrap();
    let mut bytes = std::fs::read(files[2]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(files[2], bytes).unwrap();
    let found = program.call(&["holdings", "verify", "--json"]);
    let count = |state: &str| lines(&found.out).iter().filter(|line| line["state"]["state"] == state).count();
    assert_eq!((found.code, count("verified"), count("missing"), count("damaged")), (1, 6, 1, 1), "{found:?}");

    // The same command mends what is not whole, and only that.
    program.ok(&download(&["--as", "bands", "--bands", "red,scl"]));
    program.ok(&["holdings", "verify"]);
    assert_eq!(program.json(&["holdings"]).len(), 8);
    let fetched: Vec<_> = program.json(&["transfers"]).iter().map(|line| line["transfer"]["state"].clone()).collect();
    assert_eq!(fetched, ["succeeded"; 6], "two scenes were fetched again");
}

#[test]
fn a_window_is_cut_out_and_a_library_moves() {
    let program = Program::with_demo();
    let lines_of = |more: &[&str]| program.ok(&download(more)).lines().map(str::to_owned).collect::<Vec<_>>();
    let windows = lines_of(&["--as", "window", "--bands", "nir"]);
    assert_eq!(windows.len(), 4);
    let whole = program.data().join("demo/sentinel-2-c1-l2a/items");
    let whole = std::fs::read_dir(whole).unwrap().next().unwrap().unwrap().path().join("B08.tif");
    let size = |path: &Path| std::fs::metadata(path).unwrap().len();
    assert!(size(Path::new(&windows[0])) < size(&whole), "{windows:?}");

    let other = tempfile::tempdir().unwrap();
    let elsewhere = other.path().join("elsewhere");
    program.ok(&["library", "move-to", elsewhere.to_str().unwrap()]);
    assert!(!Path::new(&windows[0]).exists());
    program.ok(&["holdings", "verify"]);
    let id = program.json(&["holdings"])[0]["holding"]["id"].to_string();
    let path = program.ok(&["holdings", "path", &id]);
    assert!(Path::new(path.trim()).starts_with(&elsewhere) && Path::new(path.trim()).is_file(), "{path}");

    let refused = program.call(&["holdings", "remove", &id, "--delete"]);
    assert!(refused.code == 2 && refused.err.contains("--yes") && Path::new(path.trim()).exists(), "{refused:?}");
    program.ok(&["holdings", "remove", &id, "--delete", "--yes"]);
    assert!(!Path::new(path.trim()).exists());
}

#[test]
fn what_cannot_be_ordered_is_told() {
    let program = Program::with_demo();
    let id = program.json(&[&["search"], &DEMO[..]].concat())[1]["scene"]["id"].as_str().unwrap().to_owned();
    for (args, input, code, words) in [
        (vec!["download", "--scenes", "-", "--as", "bands", "--bands", "red"], "nothing/like/this", 2, "search for it first"),
        (vec!["download", "--scenes", "-", "--as", "bands", "--bands", "red"], "{\"event\":\"scene\",\"scene\":{}}", 2, "line 1"),
        (vec!["download", "--scenes", "-", "--as", "bands", "--bands", "vv"], &id, 2, "no scene has a file"),
        (vec!["download", "--scenes", "-", "--as", "window"], &id, 2, "needs an area"),
        (vec!["download", "--scenes", "-", "--as", "safe-zip"], &id, 1, "another form"),
        (vec!["download", "--as", "bands"], "", 2, "--from"),
        (vec!["transfers", "resume", "--all"], "", 3, "swath transfers"),
        (vec!["transfers", "pause", "7"], "", 3, "no transfer 7"),
        (vec!["transfers", "cancel"], "", 2, "Usage"),
        (vec!["holdings", "path", "7"], "", 3, "there is no"),
        (vec!["holdings", "relink", "/no/such/folder"], "", 1, "/no/such/folder"),
    ] {
        let ended = program.call_with(&args, input);
        assert!(ended.code == code && ended.err.to_lowercase().contains(&words.to_lowercase()), "{args:?}: {ended:?}");
    }
    let listed = program.call_with(&["download", "--scenes", "-", "--as", "bands", "--bands", "scl"], &id);
    assert_eq!((listed.code, listed.out.lines().count()), (0, 1), "{listed:?}");
}
