//! Whole or not at all; the same bytes from any number of threads; nothing of the user's is touched.

use std::fs;

use swath_domain::{Never, Stop};

use super::*;
use crate::make::listing;
use crate::{DemoError, make, open};

#[test]
fn the_same_options_give_the_same_bytes_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let made = |name: &str, threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let options = DemoOptions { seed, ..small() };
        pool.install(|| make(&options, &folder.path().join(name), &Never)).unwrap()
    };
    let (one, three, other) = (made("one", 1, 5), made("three", 3, 5), made("other", 2, 6));
    let files = listing(&one.folder).unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), listing(&three.folder).unwrap().keys().collect::<Vec<_>>());
    assert_eq!(files.len(), 3 + 5 + 3 * (1 + 5 + 1 + 1 + 1));
    for name in files.keys() {
        assert!(fs::read(one.folder.join(name)).unwrap() == fs::read(three.folder.join(name)).unwrap(), "{name} differs");
    }
    assert!(fs::read(one.truth.join("nir.tif")).unwrap() != fs::read(other.truth.join("nir.tif")).unwrap());
}

#[test]
fn every_step_is_reported_and_cancelling_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("demo");
    let all = Counter::up_to(u64::MAX);
    make(&small(), &target, &all).unwrap();
    assert_eq!(all.count(), small().steps());
    fs::remove_dir_all(&target).unwrap();
    // Of several threads, the last pieces may all have begun when the one before them is reported: then nothing is left to cancel.
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    for after in [0, 3, 8, 13, 20, small().steps() - 1] {
        let made = alone.install(|| make(&small(), &target, &Counter::up_to(after)));
        assert!(matches!(made, Err(Stop::Cancelled)), "after {after}");
        assert_eq!(names(folder.path()), [""; 0], "after {after}");
    }
}

#[test]
fn an_older_demo_is_replaced_and_other_things_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("demo");
    let options = DemoOptions { pixels: 120, dates: 1, ..small() };
    let newer = DemoOptions { seed: 9, ..options.clone() };
    make(&options, &target, &Never).unwrap();
    make(&newer, &target, &Never).unwrap();
    assert!(open(&options, &target).is_none() && open(&newer, &target).is_some());
    assert_eq!(names(folder.path()), ["demo"]);

    // A cancelled run does not take the older one away.
    assert!(make(&options, &target, &Counter::up_to(4)).is_err());
    assert!(open(&newer, &target).is_some());

    let theirs = folder.path().join("photos");
    fs::create_dir(&theirs).unwrap();
    fs::write(theirs.join("cat.jpg"), b"meow").unwrap();
    let Err(Stop::Failed(error)) = make(&options, &theirs, &Never) else { panic!("made over somebody's photos") };
    assert!(matches!(error, DemoError::Occupied { .. }) && error.to_string().contains("choose another folder"), "{error}");
    assert_eq!(names(&theirs), ["cat.jpg"]);
}

#[test]
fn only_an_intact_demo_opens() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("demo");
    let options = DemoOptions { pixels: 120, dates: 1, ..small() };
    assert!(open(&options, &target).is_none());
    let made = make(&options, &target, &Never).unwrap();
    assert_eq!(open(&options, &target).as_ref(), Some(&made));
    let cut = made.truth.join("red.tif");
    let bytes = fs::read(&cut).unwrap();
    fs::write(&cut, &bytes[..bytes.len() - 1]).unwrap();
    assert!(open(&options, &target).is_none(), "cut short");
    fs::write(&cut, &bytes).unwrap();
    assert!(open(&options, &target).is_some());
    fs::remove_file(&made.catalog).unwrap();
    assert!(open(&options, &target).is_none(), "without its catalogue");
}

#[test]
fn options_out_of_range_are_refused_by_name() {
    let plain = DemoOptions::default;
    for (options, field) in [
        (DemoOptions { pixels: 60, ..plain() }, "pixels"),
        (DemoOptions { pixels: 1024, ..plain() }, "pixels"),
        (DemoOptions { pixels: 12_000, ..plain() }, "pixels"),
        (DemoOptions { dates: 0, ..plain() }, "dates"),
        (DemoOptions { dates: 61, ..plain() }, "dates"),
        (DemoOptions { days_between: 0, ..plain() }, "days_between"),
        (DemoOptions { cloud: 1.2, ..plain() }, "cloud"),
        (DemoOptions { cloud: f64::NAN, ..plain() }, "cloud"),
        (DemoOptions { missed_rims: -0.1, ..plain() }, "missed_rims"),
        (DemoOptions { commission: 2.0, ..plain() }, "commission"),
        (DemoOptions { phenology: 0.5, ..plain() }, "phenology"),
        (DemoOptions { from: jiff::civil::date(1999, 1, 1), ..plain() }, "from"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let Err(Stop::Failed(error)) = make(&options, &folder.path().join("demo"), &Never) else { panic!("{field} was accepted") };
        let said = error.to_string();
        assert!(said.contains(field) && said.contains("choose"), "{said}");
        assert!(names(folder.path()).is_empty(), "{field}");
    }
    assert!(serde_json::from_str::<DemoOptions>(r#"{"pixels": 240}"#).is_ok_and(|o| o.pixels == 240 && o.dates == 8));
    assert!(serde_json::from_str::<DemoOptions>(r#"{"pixel": 240}"#).is_err());
}
