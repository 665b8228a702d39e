//! Transfers under every fault of a server: the whole file in the end, or a clear failure that shows nothing; nothing wrong is ever shown,
//! nothing right is ever lost. Each test prints its part of the table.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test gives up where something is missing, and tells its figures")]

use std::time::Duration;

use swath_domain::{Access, Band, PackageForm};
use swath_tests::faulted::{Case, End, Place, print};
use swath_tests::made::tiff::tiff;
use swath_tests::provider::{Fault, Kind, http_date};
use swath_tests::rig::{bands, product};
use swath_tests::series::{Series, id};

const ALWAYS: usize = usize::MAX;
/// Where answers break: in the middle of the file.
const MIDDLE: usize = 1_200_000;
const RED: &str = "B04.tif";

fn first(kind: Kind) -> Vec<Fault> {
    vec![Fault::first(RED, 1, kind)]
}

/// The first answer breaks off in the middle; what follows meets the fault.
fn then(times: usize, kind: Kind) -> Vec<Fault> {
    vec![Fault::first(RED, 1, Kind::Cut(MIDDLE)), Fault::first(RED, times, kind)]
}

async fn check(title: &str, cases: Vec<(&str, Vec<Fault>, End)>) {
    let mut series = Series::new();
    let name = series.bands(0, &[(Band::Red, 3_000_000)]);
    let place = Place::one(series).await;
    let mut rows = Vec::new();
    for (fault, faults, end) in cases {
        rows.push(place.run(Case { name: fault, product: &name, wanted: bands(&[Band::Red]), faults, end }).await);
    }
    print(title, &rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_break_off() {
    check(
        "answers that break off",
        vec![
            ("c  closes early", first(Kind::Cut(MIDDLE)), End::Whole),
            ("c  closes early, three times", vec![Fault::first(RED, 3, Kind::Cut(700_000))], End::Whole),
            ("c  closes before the first byte", vec![Fault::first(RED, 2, Kind::HangUp)], End::Whole),
            ("g  appends an error document, then closes", first(Kind::Appended(MIDDLE)), End::Whole),
            ("g  appends on resume", then(1, Kind::Appended(300_000)), End::Whole),
            ("g  error documents fill the rest", first(Kind::Filled(MIDDLE)), End::Either),
            ("i  falls silent in the middle", first(Kind::Stall(MIDDLE)), End::Whole),
            ("i  falls silent before the first byte", first(Kind::Stall(0)), End::Whole),
            ("   falls silent every 800 kB", vec![Fault::always(RED, Kind::Stall(800_000))], End::Whole),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_with_other_bytes_than_asked_for() {
    check(
        "answers with other bytes than asked for",
        vec![
            ("a  ignores Range on resume", then(1, Kind::Whole), End::Whole),
            ("a  never knows ranges", vec![Fault::always(RED, Kind::Whole)], End::Whole),
            ("b  206 from an earlier offset", then(1, Kind::Earlier), End::Whole),
            ("b  206 from another offset", then(1, Kind::OtherRange), End::Whole),
            ("   206 with half of the bytes", then(1, Kind::ShortRange), End::Whole),
            ("   206 of a file of another length", then(1, Kind::OtherTotal), End::Either),
            ("   416 on resume", then(1, Kind::Unsatisfiable), End::Either),
            ("d  200 with HTML", first(Kind::Page), End::Either),
            ("d  200 with HTML on resume", then(1, Kind::Page), End::Either),
            ("d  200 with HTML, always", vec![Fault::always(RED, Kind::Page)], End::Refused),
            ("d  206 with HTML of the right length", first(Kind::PageInRange), End::Either),
            ("   wrong bytes once", first(Kind::WrongBytes), End::Either),
            ("   wrong bytes always", vec![Fault::always(RED, Kind::WrongBytes)], End::Refused),
            ("h  ETag changes in the middle", then(1, Kind::NewVersion), End::Whole),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_refuse() {
    let soon = http_date(Duration::from_secs(2));
    check(
        "answers that refuse",
        vec![
            ("e  429, Retry-After in seconds", first(Kind::Busy("1".into())), End::Whole),
            ("e  429, Retry-After as a date", first(Kind::Busy(soon)), End::Whole),
            ("e  429 in the middle", then(2, Kind::Busy("1".into())), End::Whole),
            ("e  429 for an hour", vec![Fault::always(RED, Kind::Busy("3600".into()))], End::Refused),
            ("   500, twice", vec![Fault::first(RED, 2, Kind::Status(500))], End::Whole),
            ("   503 in the middle", then(2, Kind::Status(503)), End::Whole),
            ("   500, always", vec![Fault::always(RED, Kind::Status(500))], End::Refused),
            ("   403", vec![Fault::always(RED, Kind::Status(403))], End::Refused),
            ("   404", vec![Fault::always(RED, Kind::Status(404))], End::Refused),
            ("   gone in the middle", then(ALWAYS, Kind::Status(404)), End::Refused),
            ("   302 to another place", vec![Fault::always(RED, Kind::Redirect)], End::Whole),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_to_wait_in_milliseconds() {
    let mut series = Series::new();
    let name = series.bands(0, &[(Band::Red, 3_000_000)]);
    let place = Place::one(series).await;
    let mut options = place.options();
    options.client.endpoints.sentinel_hub_hosts = options.client.endpoints.cdse_hosts.clone();
    let faults = first(Kind::Busy("1500".into()));
    let case = Case { name: "e  429, Retry-After in milliseconds", product: &name, wanted: bands(&[Band::Red]), faults, end: End::Whole };
    let row = place.run_as(options, case, |_| {}, || {}).await;
    print("answers that refuse", &[row]);
}

#[tokio::test(flavor = "multi_thread")]
async fn signatures_and_tokens_that_end_in_the_middle() {
    let mut series = Series::new();
    let signed = series.bands(0, &[(Band::Red, 3_000_000)]);
    let zipped = series.whole(1, 3_000_000);
    let path = format!("{}/{RED}", id(0));
    let bytes = series.content.files[&path].clone();
    series.content.files.insert(format!("signed/{path}"), bytes);
    let place = Place::one(series).await;
    let broken = |path: &str| vec![Fault::first(path, 1, Kind::Cut(MIDDLE)), Fault::first(path, 1, Kind::Expired)];
    let mut rows = Vec::new();
    let case = Case {
        name: "f  403 in the middle: signature ended",
        product: &signed,
        wanted: bands(&[Band::Red]),
        faults: broken(RED),
        end: End::Whole,
    };
    let to_signed = |scene: &mut swath_domain::Scene| {
        for asset in scene.assets.values_mut() {
            asset.href = asset.href.replace("/files/", "/files/signed/");
            asset.access = Access::Signed;
        }
    };
    rows.push(place.run_with(case, to_signed, || {}).await);
    let mut options = place.options();
    options.providers = vec![swath_tests::rig::products("first", &place.servers[0])];
    let case = Case {
        name: "f  401 in the middle: token ended",
        product: &zipped,
        wanted: product(PackageForm::SafeZip),
        faults: broken("$value"),
        end: End::Whole,
    };
    rows.push(place.run_as(options, case, |_| {}, || {}).await);
    print("signatures and tokens that end", &rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_become_others_in_the_middle() {
    let mut series = Series::new();
    let name = series.bands(0, &[(Band::Red, 3_000_000)]);
    // Nothing is known of the file but its address: it is right as it is now, and never a mixture.
    for item in &mut series.content.items {
        item["assets"]["red"].as_object_mut().unwrap().retain(|key, _| !key.starts_with("file:"));
    }
    let other = bytes::Bytes::from(tiff(4711, 2_800_000));
    series.set_truth(&name, "band:red", other.clone());
    let place = Place::one(series).await;
    let faults = then(1, Kind::Replaced(other));
    let case = Case { name: "h  another file under a new ETag", product: &name, wanted: bands(&[Band::Red]), faults, end: End::Whole };
    let row = place.run(case).await;
    print("files that become others", &[row]);
}

#[tokio::test(flavor = "multi_thread")]
async fn digests_that_were_published_wrong() {
    let mut series = Series::new();
    let names = [
        series.bands(0, &[(Band::Red, 3_000_000)]),
        series.bands(1, &[(Band::Red, 3_000_000)]),
        series.bands(2, &[(Band::Red, 2_000_000)]),
    ];
    let right: Vec<_> = (0..3).map(|number| series.content.items[number]["assets"]["red"]["file:checksum"].clone()).collect();
    let place = Place::one(series).await;
    let server = &place.servers[0];
    let wrong = format!("1220{}", "ab".repeat(32));
    let mut rows = Vec::new();
    let publish = |number: usize, digest: serde_json::Value| {
        server.change_item(&id(number), |item| item["assets"]["red"]["file:checksum"] = digest.clone())
    };
    (0..3).for_each(|number| publish(number, wrong.clone().into()));
    let case = |name, number: usize, end| Case { name, product: &names[number], wanted: bands(&[Band::Red]), faults: Vec::new(), end };
    // The scene was found with the wrong digest; by the time of the transfer the catalogue says the right one.
    let mended = |number: usize| publish(number, right[number].clone());
    rows.push(place.run_with(case("   digest corrected before the transfer", 0, End::Whole), |_| mended(0), || {}).await);
    rows.push(place.run_with(case("   digest corrected after the failure", 1, End::Refused), |_| {}, || mended(1)).await);
    rows.push(place.run(case("   digest never corrected", 2, End::Never)).await);
    print("digests that were published wrong", &rows);
    assert_eq!(rows[0].served, rows[0].length, "what has arrived under a wrong digest is taken once the digest is right");
}
