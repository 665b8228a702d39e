//! Files that come as they were published and must not be taken all the same: zips and tars that would write elsewhere, that are cut, or that
//! are something else. Where there is another source, the right file comes from there. Each test prints its part of the table.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test gives up where something is missing, and tells its figures")]

use bytes::Bytes;
use swath_domain::{Band, PackageForm, Wanted};
use swath_tests::faulted::{Case, End, Place, print};
use swath_tests::made::{safe, tar, tiff::tiff, zip, zip::Entry};
use swath_tests::provider::{Fault, Kind, Provider};
use swath_tests::rig::{bands, product};
use swath_tests::series::{Series, name};

const ALWAYS: usize = usize::MAX;

fn zip_of(unpack: bool) -> Wanted {
    Wanted::Product { form: PackageForm::SafeZip, unpack }
}

fn tar_of(unpack: bool) -> Wanted {
    Wanted::Product { form: PackageForm::LandsatTar, unpack }
}

/// The zip of a right product with entries more.
fn with(number: usize, more: Vec<Entry>) -> Vec<u8> {
    let mut entries = safe::sentinel_2(&name(number), 5, 60_000).entries();
    entries.extend(more);
    zip::zip(&entries)
}

fn evil_zips() -> Vec<(&'static str, Vec<u8>)> {
    let mut number = 0..;
    let mut inside = |entry: fn(&str) -> Entry| {
        let number = number.next().unwrap();
        with(number, vec![entry(&format!("{}.SAFE", name(number)))])
    };
    let whole = with(11, Vec::new());
    let mut damaged = with(12, Vec::new());
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0xff;
    vec![
        ("zip with ../ in a name", inside(|_| Entry::stored("../../outside.txt", "x"))),
        ("zip with ../ inside its folder", inside(|root| Entry::stored(format!("{root}/../../outside.txt"), "x"))),
        ("zip with an absolute name", inside(|_| Entry::stored("/tmp/swath-outside.txt", "x"))),
        ("zip with a drive in a name", inside(|_| Entry::stored("C:\\outside.txt", "x"))),
        ("zip with backslashes", inside(|root| Entry::stored(format!("{root}\\..\\..\\outside.txt"), "x"))),
        ("zip with a symbolic link", inside(|root| Entry::link(format!("{root}/link"), "/etc"))),
        ("zip with names that differ by case", inside(|root| Entry::stored(format!("{root}/INSPIRE.XML"), "x"))),
        ("zip with the same name twice", inside(|root| Entry::stored(format!("{root}/INSPIRE.xml"), "x"))),
        ("zip that is a bomb", inside(|root| Entry::deflated(format!("{root}/zeros.bin"), vec![0; 300_000_000]))),
        ("zip with two products", inside(|_| Entry::stored("S2B_OTHER.SAFE/manifest.safe", "x"))),
        ("zip with a file beside its folder", inside(|_| Entry::stored("run-me.exe", "x"))),
        ("zip that is cut", whole[..whole.len() * 2 / 3].to_vec()),
        ("zip with a wrong byte", damaged),
        ("zip that is a page", b"<html><body>Sign in to continue</body></html>".repeat(200)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn zips_that_must_not_be_taken() {
    let mut series = Series::new();
    let zips = evil_zips();
    for (number, (_, bytes)) in zips.iter().enumerate() {
        series.zip(number, Bytes::from(bytes.clone()));
    }
    let place = Place::one(series).await;
    let mut rows = Vec::new();
    for (number, (fault, _)) in zips.iter().enumerate() {
        for unpack in [false, true] {
            let label = format!("{fault}{}", if unpack { ", unpacked" } else { "" });
            let case = Case { name: &label, product: &name(number), wanted: zip_of(unpack), faults: Vec::new(), end: End::Never };
            rows.push(place.run(case).await);
        }
    }
    print("zips that must not be taken (the digest is that of the file)", &rows);
    assert!(!std::path::Path::new("/tmp/swath-outside.txt").exists(), "nothing is written outside");
}

#[tokio::test(flavor = "multi_thread")]
async fn tars_that_must_not_be_taken() {
    let mut series = Series::new();
    let names: Vec<String> = (0..6).map(|number| series.landsat(number, 200_000)).collect();
    let right = series.truth(&names[0], "landsat-tar").unwrap()[0].1.clone();
    let file = tiff(3, 50_000);
    let evil = |kind, path: &str| tar::tar(&[(tar::Kind::File, "LC08_SR_B4.TIF", &file), (kind, path, b"/etc")]);
    let tars = [
        ("tar that is cut in a file", right[..right.len() / 2].to_vec()),
        ("tar that is cut between files", right[..right.len() - (512 + 2_048 + 1_024)].to_vec()),
        ("tar with ../ in a name", evil(tar::Kind::File, "../../outside.txt")),
        ("tar with an absolute name", evil(tar::Kind::File, "/tmp/swath-outside.txt")),
        ("tar with a symbolic link", evil(tar::Kind::Link, "link")),
        ("tar that is a page", b"<html><body>Sign in to continue</body></html>".repeat(200)),
    ];
    for (number, (_, bytes)) in tars.iter().enumerate() {
        series.tar(number, Bytes::from(bytes.clone()));
    }
    let place = Place::one(series).await;
    let mut rows = Vec::new();
    for (number, (fault, _)) in tars.iter().enumerate() {
        for unpack in [false, true] {
            let label = format!("{fault}{}", if unpack { ", unpacked" } else { "" });
            let case = Case { name: &label, product: &names[number], wanted: tar_of(unpack), faults: Vec::new(), end: End::Never };
            rows.push(place.run(case).await);
        }
    }
    print("tars that must not be taken (no digest is published)", &rows);
    assert!(!std::path::Path::new("/tmp/swath-outside.txt").exists(), "nothing is written outside");
}

#[tokio::test(flavor = "multi_thread")]
async fn images_that_must_not_be_taken() {
    let mut series = Series::new();
    let whole = tiff(1, 600_000);
    let mut cut = whole.clone();
    cut.truncate(400_000);
    let images = [
        ("image whose last blocks are missing", cut),
        ("image that is a page", b"<html><body>Sign in to continue</body></html>".repeat(200)),
        ("image with a header only", whole[..200].to_vec()),
        ("image of no byte", Vec::new()),
    ];
    for (number, (_, bytes)) in images.iter().enumerate() {
        series.band(number, Band::Red, Bytes::from(bytes.clone()));
        let item = series.content.items.last_mut().unwrap();
        item["assets"]["red"].as_object_mut().unwrap().remove("file:checksum");
    }
    let place = Place::one(series).await;
    let mut rows = Vec::new();
    for (number, (fault, _)) in images.iter().enumerate() {
        let case = Case { name: fault, product: &name(number), wanted: bands(&[Band::Red]), faults: Vec::new(), end: End::Never };
        rows.push(place.run(case).await);
    }
    print("images that must not be taken (their length is right, no digest is published)", &rows);
}

/// Two servers; the files of the first are what `spoil` makes of them.
async fn two(spoil: impl Fn(&str, &Bytes) -> Option<Bytes>) -> (Place, [String; 3]) {
    let mut series = Series::new();
    let names = [series.bands(0, &[(Band::Red, 2_000_000)]), series.whole(1, 2_000_000), series.landsat(2, 1_000_000)];
    // Neither server publishes digests, so that only the contents tell.
    for item in &mut series.content.items {
        for asset in item["assets"].as_object_mut().unwrap().values_mut() {
            asset.as_object_mut().unwrap().retain(|key, _| !key.starts_with("file:"));
        }
    }
    let mut spoiled = series.content.clone();
    for (path, bytes) in &mut spoiled.files {
        if let Some(other) = spoil(path, bytes) {
            *bytes = other;
        }
    }
    let servers = vec![Provider::serve(spoiled).await, Provider::serve(series.content.clone()).await];
    (Place { servers, series }, names)
}

#[tokio::test(flavor = "multi_thread")]
async fn another_source_gives_the_right_file() {
    let mut rows = Vec::new();
    let (place, [band, zipped, _]) = two(|_, _| None).await;
    for (fault, path, kind) in [
        ("gone; another source", "B04.tif", Kind::Status(404)),
        ("forbidden; another source", "B04.tif", Kind::Status(403)),
        ("always a page; another source", "B04.tif", Kind::Page),
        ("always hangs up; another source", "B04.tif", Kind::HangUp),
        ("429 for an hour; another source", "B04.tif", Kind::Busy("3600".into())),
        ("wrong bytes in the zip; another source", ".zip", Kind::WrongBytes),
        ("zip out of order; another source", ".zip", Kind::Status(503)),
    ] {
        let zip = path == ".zip";
        let (product, wanted) = if zip { (&zipped, product(PackageForm::SafeZip)) } else { (&band, bands(&[Band::Red])) };
        let faults = vec![Fault::first(path, ALWAYS, kind)];
        rows.push(place.run(Case { name: fault, product, wanted, faults, end: End::Whole }).await);
    }
    for (fault, spoil) in [
        (
            "cut at the first source",
            (|_: &str, bytes: &Bytes| Some(bytes.slice(..bytes.len() * 2 / 3))) as fn(&str, &Bytes) -> Option<Bytes>,
        ),
        ("a page at the first source", |_, bytes| Some(b"<html>Sign in</html>\n".iter().cycle().take(bytes.len()).copied().collect())),
        ("zip with ../ at the first source", |path, _| {
            path.ends_with(".zip").then(|| Bytes::from(with(1, vec![Entry::stored("../../outside.txt", "x")])))
        }),
    ] {
        let (place, [band, zipped, _]) = two(spoil).await;
        let all = [(&band, bands(&[Band::Red])), (&zipped, product(PackageForm::SafeZip))];
        for (product, wanted) in all.into_iter().skip(usize::from(fault.starts_with("zip"))) {
            let label = format!("{fault}: {}", wanted.contents()[0].key());
            rows.push(place.run(Case { name: &label, product, wanted, faults: Vec::new(), end: End::Whole }).await);
        }
    }
    print("the right file at another source", &rows);
    for row in &rows {
        assert!(row.happened.contains("other source"), "{}: {}", row.fault, row.happened);
    }
}
