//! One suite over all catalogues: does Swath understand what they send, follow their pages, merge their scenes, sign their files, and say
//! clearly what went wrong.
//!
//! Each dialect has a file with `rows`, which fills its catalogues' rows of the [`table::Table`] with checks. Checks on pages that were written
//! for this suite always run; those on recordings of the real services need the shared data (`SWATH_SHARED`). Every recording has to be used
//! by somebody, or be left out by name with a reason: see [`replay::Shared`].

#![allow(clippy::unwrap_used, dead_code, unreachable_pub, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "what could not be checked is said")]

mod cmr;
mod m2m;
mod odata;
mod replay;
mod sentinel_hub;
mod sign;
mod stac;
mod table;

/// Recordings that no part of Swath will ever meet.
const LEFT_OUT: &[(&str, &str)] = &[
    ("api/asf-s1-orbits-s3", "orbit files, which Swath does not use"),
    ("api/cdse-opensearch", "the service was switched off early in 2026"),
    ("api/scihub-apihub-retired", "the service was switched off in 2023"),
    ("api/other/aws-sinergise-tiles", "single files of a bucket, which is never listed"),
    ("api/other/creodias", "a listing of another company's store"),
    ("api/other/sara", "a catalogue with a dialect of its own"),
    ("api/odd-replies/creodias", "the dialect of a service that was switched off early in 2026"),
];

/// Recordings whose rows are still to be written: take yours out of here.
const AWAITED: &[&str] = &["api/errors-reported-in-issues"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_catalogue_conforms() {
    let mut table = table::Table::default();
    let mut shared = replay::Shared::open();
    for (folder, why) in LEFT_OUT {
        shared.leave_out(folder, why);
    }
    stac::rows(&mut table, &mut shared).await;
    odata::rows(&mut table, &mut shared).await;
    cmr::rows(&mut table, &mut shared).await;
    m2m::rows(&mut table, &mut shared).await;
    sentinel_hub::rows(&mut table, &mut shared).await;
    sign::rows(&mut table, &mut shared).await;
    for folder in AWAITED {
        shared.leave_out(folder, "its rows are still to be written");
    }
    println!("{table}{shared}");
    let failures = table.failures();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(shared.unread(), Vec::<String>::new(), "recordings that nobody used; use them or leave them out with a reason");
}
