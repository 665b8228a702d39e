//! The same scenes in two places: when the first one fails in the middle of a job, the second one takes over, the image is the same, and
//! the record says what was really read.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test gives up where something is missing, and tells its figures")]

use std::collections::BTreeSet;

use swath_domain::JobState;
use swath_tests::provider::{Fault, Kind, Provider};
use swath_tests::rig::{Files, Rig, catalogue_named};
use swath_tests::scenes::{recipe, scenes};

const ALWAYS: usize = usize::MAX;
/// Requests that are under way, with their tries, before the first of them gives a host up. Has nothing to do with the length of a job.
const UNDER_WAY: usize = 200;

/// Two servers of the same scenes; the first is preferred.
struct Two {
    first: Provider,
    second: Provider,
}

impl Two {
    async fn start() -> Self {
        let folder = scenes().folder;
        Self { first: Provider::start(&folder).await, second: Provider::start(&folder).await }
    }

    fn rig(&self) -> Rig {
        Rig::with(&[catalogue_named("first", &self.first), catalogue_named("second", &self.second)])
    }

    /// The item of the clearest date, which is needed in most blocks.
    fn clearest(&self) -> String {
        let cloud = |item: &serde_json::Value| item["properties"]["eo:cloud_cover"].as_f64().unwrap_or(100.0);
        let clearest = self.first.items().iter().min_by(|a, b| cloud(a).total_cmp(&cloud(b))).unwrap();
        clearest["id"].as_str().unwrap().to_owned()
    }

    /// How many files of the record lie in the first and in the second place.
    fn read(&self, files: &Files) -> (usize, usize) {
        let bands = || files.record.sources.iter().flat_map(|source| &source.bands);
        let of = |server: &Provider| bands().filter(|band| band.href.starts_with(&format!("{}/", server.url()))).count();
        (of(&self.first), of(&self.second))
    }
}

/// Every number of all layers and resolutions: all but the record, which differs by what was read.
fn image(files: &Files) -> Vec<Vec<u16>> {
    let mut all = Vec::new();
    for tiff in [&files.composite, &files.quality] {
        for level in 0..tiff.levels.len() {
            all.extend((0..tiff.bands()).map(|band| tiff.pixels_of(level, band)));
        }
    }
    assert!(all.len() >= 4 && all.iter().map(Vec::len).sum::<usize>() > 100_000, "there is an image");
    all
}

/// What the record must say.
enum Read {
    /// Both places.
    Both,
    /// Nothing of the first one.
    Second,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_place_takes_over_and_the_image_is_the_same() {
    let two = Two::start().await;
    let clean = two.rig().make(&recipe(&scenes())).await;
    let (of_first, of_second) = two.read(&clean);
    assert!(of_first > 0 && of_second == 0, "without a fault only the first place is read");
    assert_eq!(two.second.traffic().requests("/files/"), 0);
    let undisturbed = image(&clean);
    let item = two.clearest();
    let (red, nir, mask) = (format!("{item}/B04.tif"), format!("{item}/B08.tif"), format!("{item}/SCL.tif"));
    let masks = two.first.items().len();
    println!("case                      | requests in vain | files of the first, of the second place");
    for (name, fault, read, most) in [
        (
            "dies after the masks",
            Fault { path: ".tif".into(), after: 2 * masks + 8, times: ALWAYS, kind: Kind::HangUp },
            Read::Both,
            UNDER_WAY,
        ),
        (
            "out of order from then",
            Fault { path: ".tif".into(), after: 2 * masks + 8, times: ALWAYS, kind: Kind::Status(503) },
            Read::Both,
            UNDER_WAY,
        ),
        ("dead from the start", Fault::always("/files/", Kind::HangUp), Read::Second, UNDER_WAY),
        ("forbidden", Fault::always("/files/", Kind::Status(403)), Read::Second, 20),
        ("one file gone", Fault::always(&red, Kind::Status(404)), Read::Both, 12),
        ("one mask gone", Fault::always(&mask, Kind::Status(404)), Read::Both, 2),
        ("too often for an hour", Fault::always(&nir, Kind::Busy("3600".into())), Read::Both, 12),
        ("always silent", Fault::always(&red, Kind::Stall(0)), Read::Both, 40),
        ("no TIFF", Fault::always(&red, Kind::Page), Read::Both, 12),
        ("replaced half-way", Fault { path: red.clone(), after: 2, times: 1, kind: Kind::NewVersion }, Read::Both, 2),
        ("damaged pixels", Fault { path: nir.clone(), after: 1, times: ALWAYS, kind: Kind::WrongBytes }, Read::Both, 40),
        ("damaged mask", Fault { path: mask.clone(), after: 0, times: ALWAYS, kind: Kind::WrongBytes }, Read::Both, 40),
    ] {
        two.first.fault(fault);
        let files = two.rig().make(&recipe(&scenes())).await;
        let (in_vain, (of_first, of_second)) = (two.first.faults_shown(), two.read(&files));
        two.first.heal();
        println!("{name:<25} | {in_vain:>16} | {of_first:>6} {of_second:>6}");
        assert!(in_vain > 0, "{name}: the fault was met");
        assert!(in_vain <= most, "{name}: {in_vain} requests for what is known to fail");
        assert!(image(&files) == undisturbed, "{name}: the image differs");
        assert!(of_second > 0, "{name}: the record names the second place");
        if matches!(read, Read::Second) {
            assert_eq!(of_first, 0, "{name}: nothing was read from the first place");
        } else {
            assert!(of_first > 0, "{name}: the record names the first place where it was read");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_all_places_fail_each_is_named_and_what_was_read_before_stays_known() {
    let two = Two::start().await;
    let undisturbed = image(&two.rig().make(&recipe(&scenes())).await);
    let item = two.clearest();
    let rig = two.rig();
    // Some blocks are made of the first place; then it is gone for good, and the second place does not have the file either.
    let gone = |after: usize| Fault { path: format!("{item}/B04.tif"), after, times: ALWAYS, kind: Kind::Status(404) };
    two.first.fault(gone(6));
    two.second.fault(gone(0));
    let id = rig.submit(&recipe(&scenes()));
    let job = rig.ended(id).await;
    assert_eq!((job.state, rig.published()), (JobState::Failed, (0, 0)));
    let words = job.error.unwrap().message;
    println!("{words}");
    for said in [item.as_str(), "red", "first: ", "second: ", "404"] {
        assert!(words.contains(said), "{said}: {words}");
    }
    assert!(!words.contains('?'), "{words}");
    two.second.heal();
    rig.engine.retry(id).unwrap();
    let files = rig.product_of(id).await;
    assert!(image(&files) == undisturbed, "the image is the same");
    let source = files.record.sources.iter().find(|source| source.scene.item() == item).unwrap();
    let red: BTreeSet<&str> = source.bands.iter().filter(|band| band.band.name() == "red").map(|band| band.href.as_str()).collect();
    let of = |server: &Provider| red.iter().any(|href| href.starts_with(&format!("{}/", server.url())));
    assert!(of(&two.first) && of(&two.second), "both versions of the band stand in the record: {red:?}");
    rig.cleared(id).await;
}
