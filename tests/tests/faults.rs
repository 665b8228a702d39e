//! The same job under every fault of the network: the same bytes in the end, or a clear failure that names the file and publishes nothing.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test gives up where something is missing, and tells its figures")]

use std::time::Duration;

use swath_domain::JobState;
use swath_tests::provider::{Fault, Kind, Provider, http_date};
use swath_tests::rig::Rig;
use swath_tests::scenes::{recipe, scenes};

/// What must come of it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// The undisturbed product.
    Same,
    /// A failure that names the file; the undisturbed product once the server is well again and the job is tried again.
    Named,
    /// Either.
    Either,
}

struct Case {
    name: &'static str,
    fault: Fault,
    end: End,
}

/// `path` is part of the path of the files that it concerns.
fn case(name: &'static str, path: &str, times: usize, kind: Kind, end: End) -> Case {
    Case { name, fault: Fault::first(path, times, kind), end }
}

const ALWAYS: usize = usize::MAX;

async fn check(cases: impl Fn(&str) -> Vec<Case>) {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let clean = Rig::new(&server).make(&recipe(&demo)).await.bytes();
    // The clearest date is needed in most blocks.
    let cloud = |item: &serde_json::Value| item["properties"]["eo:cloud_cover"].as_f64().unwrap_or(100.0);
    let clearest = server.items().iter().min_by(|a, b| cloud(a).total_cmp(&cloud(b))).unwrap();
    for Case { name, fault, end } in cases(clearest["id"].as_str().unwrap()) {
        let file = fault.path.rsplit('/').next().unwrap().to_owned();
        server.fault(fault);
        let rig = Rig::new(&server);
        let id = rig.submit(&recipe(&demo));
        let job = rig.ended(id).await;
        assert!(server.faults_shown() > 0, "{name}: the fault was met");
        server.heal();
        let error = job.error.clone().map(|error| error.message).unwrap_or_default();
        println!("{name}: {} {error}", job.state);
        match (job.state, end) {
            (JobState::Succeeded, End::Same | End::Either) => rig.product_of(id).await.assert_same(&clean, name),
            (JobState::Failed, End::Named | End::Either) => {
                let scene = || server.items().iter().any(|item| error.contains(item["id"].as_str().unwrap()));
                assert!(error.contains(&file) || scene(), "{name}: the message names {file} or its scene: {error}");
                assert!(!error.contains('?') && error.len() < 600, "{name}: the message is fit to be read: {error}");
                assert!(!job.error.unwrap().code.is_empty(), "{name}");
                assert_eq!(rig.published(), (0, 0), "{name}: nothing is published");
                rig.engine.retry(id).unwrap();
                rig.product_of(id).await.assert_same(&clean, &format!("{name}, tried again"));
            }
            (state, end) => panic!("{name}: expected {end:?}, the job is {state}: {error}"),
        }
        assert_eq!(rig.published(), (1, 1), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_is_overcome() {
    check(|item| {
        let (red, nir, mask) = (format!("{item}/B04.tif"), format!("{item}/B08.tif"), format!("{item}/SCL.tif"));
        let soon = http_date(Duration::from_secs(2));
        vec![
            case("search out of order", "/search", 1, Kind::Status(503), End::Same),
            case("search too often", "/search", 1, Kind::Busy("1".into()), End::Same),
            case("search hangs up", "/search", 1, Kind::HangUp, End::Same),
            case("too often, seconds", &red, 2, Kind::Busy("1".into()), End::Same),
            case("too often, date", &nir, 1, Kind::Busy(soon), End::Same),
            case("500", &red, 2, Kind::Status(500), End::Same),
            case("503 for all files", ".tif", 3, Kind::Status(503), End::Same),
            case("hangs up", &red, 2, Kind::HangUp, End::Same),
            case("mask hangs up", &mask, 2, Kind::HangUp, End::Same),
            case("redirected", ".tif", ALWAYS, Kind::Redirect, End::Same),
        ]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_off_goes_on() {
    check(|item| {
        let (red, nir, mask) = (format!("{item}/B04.tif"), format!("{item}/B08.tif"), format!("{item}/SCL.tif"));
        vec![
            case("silent from the start", &red, 1, Kind::Stall(0), End::Same),
            case("silent in the middle", &nir, 2, Kind::Stall(20_000), End::Same),
            case("mask silent in the middle", &mask, 1, Kind::Stall(3_000), End::Same),
            case("cut short", &red, 3, Kind::Cut(20_000), End::Same),
            // Every answer brings a good piece, so that it ends.
            case("always cut short", &nir, ALWAYS, Kind::Cut(80_000), End::Same),
            case("mask cut short", &mask, 2, Kind::Cut(1_000), End::Same),
            case("half of the range", &red, 1, Kind::ShortRange, End::Same),
            case("another range", &red, 1, Kind::OtherRange, End::Same),
            case("the whole file", &nir, 1, Kind::Whole, End::Same),
            case("an error page", &red, 1, Kind::Page, End::Either),
        ]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_broken_is_named() {
    check(|item| {
        let (red, mask) = (format!("{item}/B04.tif"), format!("{item}/SCL.tif"));
        vec![
            case("gone", &red, ALWAYS, Kind::Status(404), End::Named),
            case("forbidden", &red, ALWAYS, Kind::Status(403), End::Named),
            case("mask gone", &mask, ALWAYS, Kind::Status(404), End::Named),
            case("always 500", &red, ALWAYS, Kind::Status(500), End::Named),
            case("too often for an hour", &red, ALWAYS, Kind::Busy("3600".into()), End::Named),
            case("always an error page", &red, ALWAYS, Kind::Page, End::Named),
            case("mask always an error page", &mask, ALWAYS, Kind::Page, End::Named),
            case("always another range", &red, ALWAYS, Kind::OtherRange, End::Named),
            case("always hangs up", &red, ALWAYS, Kind::HangUp, End::Named),
        ]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_the_file_is_never_taken_for_it() {
    check(|item| {
        let (red, nir, mask) = (format!("{item}/B04.tif"), format!("{item}/B08.tif"), format!("{item}/SCL.tif"));
        let later = |path: &str, kind: Kind| Fault { path: path.into(), after: 1, times: ALWAYS, kind };
        vec![
            // The header is right, the pixels are not.
            Case { name: "wrong bytes", fault: later(&red, Kind::WrongBytes), end: End::Named },
            Case { name: "wrong bytes everywhere", fault: later("B08.tif", Kind::WrongBytes), end: End::Named },
            case("wrong bytes from the start", &nir, ALWAYS, Kind::WrongBytes, End::Named),
            case("wrong bytes in the mask", &mask, ALWAYS, Kind::WrongBytes, End::Named),
            Case { name: "replaced half-way", fault: Fault { times: 1, ..later(&red, Kind::NewVersion) }, end: End::Either },
            case("never a range", &red, ALWAYS, Kind::Whole, End::Either),
        ]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_that_never_answers_is_named() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    for (name, kind) in [("500", Kind::Status(500)), ("page", Kind::Page), ("hangs up", Kind::HangUp)] {
        server.fault(Fault::always("/search", kind));
        let rig = Rig::new(&server);
        let job = rig.ended(rig.submit(&recipe(&demo))).await;
        server.heal();
        let error = job.error.unwrap();
        println!("{name}: {error:?}");
        assert_eq!((job.state, rig.published()), (JobState::Failed, (0, 0)), "{name}");
        assert!(error.message.contains("Test catalogue"), "{name}: {}", error.message);
    }
}
