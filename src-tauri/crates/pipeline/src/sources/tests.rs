use swath_domain::{Crs, Monitor, Never, Radiometry, Report, Sensor, Stop, Transform};
use swath_remote::RemoteError;

use super::*;

fn asset(href: &str) -> Asset {
    let provider = host(href).split('.').next().unwrap().to_owned();
    let radiometry = Radiometry { scale: 0.0001, offset: 0.0, nodata: Some(0.0), evidence: Evidence::Metadata };
    Asset { provider, ..Asset::new(href, radiometry) }
}

/// A scene whose red band lies in these places.
fn scene(hrefs: &[&str]) -> Scene {
    let shape = geo::MultiPolygon::new(Vec::new());
    let mut scene = Scene::new(SceneId::new("a", "c", "i"), Sensor::Sentinel2L2a, "2025-06-01T00:00:00Z".parse().unwrap(), shape);
    let mut places = hrefs.iter().map(|href| asset(href));
    scene.assets.insert(Band::Red, places.next().unwrap());
    scene.alternates.insert(Band::Red, places.collect());
    scene
}

fn status(status: u16) -> PipelineError {
    RemoteError::Status { status, host: "h".into(), words: String::new() }.into()
}

fn connect() -> PipelineError {
    RemoteError::Connect { host: "h".into(), why: "refused".into() }.into()
}

/// Walks through the places of a scene; every one fails with what `fails` says. Gives the hosts in the order in which they were tried.
fn walk(sources: &Sources, scene: &Scene, fails: impl Fn(&str) -> Option<PipelineError>) -> (Vec<String>, Option<PipelineError>) {
    let mut tries = Tries::new(sources, Layer::of_scene(scene, Band::Red));
    let mut tried = Vec::new();
    while let Some(place) = tries.next() {
        let watch = tries.watch(place, &Never);
        tried.push(host(&place.asset.href).to_owned());
        match fails(host(&place.asset.href)) {
            None => return (tried, None),
            Some(error) => tries.failed(place, Stop::Failed(error), &watch).unwrap(),
        }
    }
    match tries.end() {
        Stop::Failed(error) => (tried, Some(error)),
        Stop::Cancelled => panic!("nobody cancelled"),
    }
}

#[test]
fn a_dead_host_is_asked_once_and_only_again_when_nothing_else_serves() {
    let sources = Sources::default();
    let of = |n: usize| scene(&[&format!("https://one.example/{n}.tif"), &format!("https://two.example/{n}.tif")]);
    let one_is_dead = |host: &str| host.starts_with("one").then(connect);
    assert_eq!(walk(&sources, &of(1), one_is_dead).0, ["one.example", "two.example"]);
    assert_eq!(walk(&sources, &of(2), one_is_dead).0, ["two.example"], "the dead host is passed by");
    let (tried, error) = walk(&sources, &of(3), |_| Some(connect()));
    assert_eq!(tried, ["two.example", "one.example"], "the last resort");
    let words = error.unwrap().to_string();
    assert!(words.contains("red of a/c/i") && words.contains("one: ") && words.contains("two: ") && words.contains("refused"), "{words}");
    assert_eq!(walk(&Sources::default(), &of(2), one_is_dead).0.len(), 2, "another job knows nothing of it");
}

#[test]
fn a_file_that_failed_is_not_asked_again_and_some_of_them_speak_for_their_host() {
    let sources = Sources::default();
    let of = |n: usize| scene(&[&format!("https://one.example/{n}.tif"), &format!("https://two.example/{n}.tif")]);
    let gone = |host: &str| host.starts_with("one").then(|| status(404));
    for n in 0..FILES {
        assert_eq!(walk(&sources, &of(n), gone).0, ["one.example", "two.example"], "{n}: another file may be there");
        assert_eq!(walk(&sources, &of(n), gone).0, ["two.example"], "{n}: this one is not");
    }
    assert_eq!(walk(&sources, &of(FILES), gone).0, ["two.example"]);
}

#[test]
fn the_only_place_is_asked_every_time_and_its_words_are_the_error() {
    let sources = Sources::default();
    let alone = scene(&["https://one.example/1.tif"]);
    for _ in 0..2 {
        let (tried, error) = walk(&sources, &alone, |_| Some(status(503)));
        assert_eq!(tried.len(), 1);
        assert!(matches!(error, Some(PipelineError::Source { .. })), "{error:?}");
    }
}

#[test]
fn places_that_cannot_serve_are_passed_by_with_the_reason() {
    let mut scene = scene(&["https://one.example/1.jp2", "https://two.example/1.tif", "https://three.example/1.tif"]);
    scene.alternates.get_mut(&Band::Red).unwrap()[0].radiometry.evidence = Evidence::Assumed;
    let (tried, error) = walk(&Sources::default(), &scene, |_| Some(status(404)));
    assert_eq!(tried, ["three.example"]);
    let words = error.unwrap().to_string();
    assert!(words.contains("JPEG 2000") && words.contains("scale and offset") && words.contains("404"), "{words}");
}

#[test]
fn this_computer_is_not_blamed_on_a_source() {
    let scene = scene(&["https://one.example/1.tif", "https://two.example/1.tif"]);
    let sources = Sources::default();
    let mut tries = Tries::new(&sources, Layer::of_scene(&scene, Band::Red));
    let place = tries.next().unwrap();
    let full = RemoteError::Disk { what: "full".into(), full: true };
    let watch = tries.watch(place, &Never);
    let stop = tries.failed(place, Stop::Failed(full.into()), &watch).unwrap_err();
    assert!(matches!(&stop, Stop::Failed(error) if error.code() == "disk-full"), "{stop:?}");
}

#[test]
fn who_waits_for_a_host_leaves_when_it_is_found_dead_or_silent() {
    let sources = Sources::default();
    let scene = scene(&["https://one.example/1.tif", "https://two.example/1.tif"]);
    let layer = Layer::of_scene(&scene, Band::Red);
    let mut tries = Tries::new(&sources, layer);
    let place = tries.next().unwrap();
    let watch = tries.watch(place, &Never);
    assert!(!watch.is_cancelled());
    sources.note(&asset("https://one.example/other.tif"), &connect());
    assert!(watch.is_cancelled() && !watch.is_over());
    tries.failed(place, Stop::Cancelled, &watch).unwrap();
    assert_eq!(host(&tries.next().unwrap().asset.href), "two.example");
    assert_eq!(host(&tries.next().unwrap().asset.href), "one.example", "nothing is known of this file");

    let silent = Watch::new(&Never, Some(Arc::default()));
    silent.report(Report::Stalled(30));
    silent.report(Report::Fetched(ALIVE_ENOUGH));
    silent.report(Report::Stalled(30));
    assert!(!silent.is_cancelled(), "it brought something in between");
    silent.report(Report::Stalled(30));
    assert_eq!((silent.is_cancelled(), silent.silent()), (true, Some(60)));
    let last = Watch::new(&Never, None);
    (0..9).for_each(|_| last.report(Report::Stalled(30)));
    assert!(!last.is_cancelled(), "there is no other place to go to");
}

const ALIVE_ENOUGH: u64 = 64 << 10;

#[test]
fn grids_are_the_same_to_a_thousandth_of_a_pixel() {
    let grid = |west: f64, width: u32| Grid {
        crs: Crs::epsg(32633),
        transform: Transform { west, north: 5_000_000.0, width: 10.0, height: 10.0 },
        width,
        height: 100,
    };
    for (other, same) in
        [(grid(300_000.0, 100), true), (grid(300_000.001, 100), true), (grid(300_001.0, 100), false), (grid(300_000.0, 99), false)]
    {
        assert_eq!(same_grid(&grid(300_000.0, 100), &other), same, "{other:?}");
    }
}
