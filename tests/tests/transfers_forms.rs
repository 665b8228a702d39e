//! Everything that can be had of a scene, from a catalogue with a login and from one without: what lies in the library is what the provider
//! has, byte by byte; what is held is not fetched again; an account is never used by more connections than it may have.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test gives up where something is missing, and tells its figures")]

use std::collections::BTreeSet;

use swath_domain::{Band, Content, PackageForm, TransferState, Wanted};
use swath_tests::faulted::{Place, assert_right};
use swath_tests::rig::{Rig, audit, bands, fetching, files, items, product, products};
use swath_tests::series::{Series, area, found};
use swath_tests::tiff::Tiff;

/// Connections that an account may have.
const CONNECTIONS: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_a_scene() {
    let mut series = Series::new();
    let (band, whole) = (series.bands(0, &[(Band::Red, 900_000), (Band::Nir, 700_000), (Band::Scl, 40_000)]), series.whole(1, 1_500_000));
    let landsat = series.landsat(2, 600_000);
    let place = Place::one(series).await;
    let server = &place.servers[0];
    let options = || fetching(server, vec![items("items", server), products("products", server)]);
    let unpacked = |form| Wanted::Product { form, unpack: true };
    println!("wanted                     | transfers | files | bytes");
    for (name, wanted, expected) in [
        (&band, bands(&[Band::Red]), &["band:red"][..]),
        (&band, bands(&[Band::Nir, Band::Red, Band::Scl]), &["band:nir", "band:red", "band:scl"]),
        (&whole, product(PackageForm::SafeZip), &["safe-zip"]),
        (&whole, unpacked(PackageForm::SafeZip), &["safe"]),
        (&whole, product(PackageForm::SafeNodes), &["safe"]),
        (&whole, Wanted::PartialSafe { bands: vec![Band::Red, Band::Scl] }, &["partial-safe:red+scl"]),
        (&landsat, product(PackageForm::LandsatTar), &["landsat-tar"]),
        (&landsat, unpacked(PackageForm::LandsatTar), &["landsat-folder"]),
    ] {
        let rig = Rig::fresh(options());
        let scene = place.scene(&rig, name).await;
        let ordered = rig.order(std::slice::from_ref(&scene), wanted.clone());
        let ended = rig.transfer_ended(ordered.transfers[0].id).await;
        assert_eq!(ended.state, TransferState::Succeeded, "{wanted:?}: {:?}", ended.error);
        let look = audit(rig.engine.library(), &place.series);
        assert_right(&look, &format!("{wanted:?}"));
        let keys: BTreeSet<&str> = look.held.iter().map(|(_, key)| key.as_str()).collect();
        assert_eq!(keys, expected.iter().copied().collect(), "{wanted:?}");
        println!("{:<26} | {:>9} | {:>5} | {}", expected.join(" "), ended.holdings.len(), look.right, look.bytes);
        if let Wanted::PartialSafe { .. } = wanted {
            partly(&rig, &look.held);
        }
        server.forget_traffic();
        let again = rig.order(&[scene], wanted.clone());
        assert!(again.transfers.is_empty() && again.held.len() == 1, "{wanted:?}: what is held is not ordered again");
        assert_eq!(server.traffic().served, 0, "{wanted:?}");
        rig.engine.shutdown().await;
    }
}

/// The folder holds the manifest, the metadata and only the images of the chosen bands.
fn partly(rig: &Rig, held: &BTreeSet<(String, String)>) {
    assert_eq!(held.len(), 1);
    let all = files(&rig.engine.library().folders().library());
    let images: Vec<_> = all.iter().filter(|path| path.extension().is_some_and(|end| end == "jp2")).collect();
    let named = |text: &str| all.iter().any(|path| path.ends_with(text));
    assert!(named("manifest.safe") && named("MTD_MSIL2A.xml") && named("MTD_TL.xml"), "{all:?}");
    let of = |band: &str| images.iter().any(|path| path.to_string_lossy().contains(band));
    assert!(images.len() == 2 && of("B04_10m") && of("SCL_20m"), "{images:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_holds_the_pixels_of_its_source() {
    let mut series = Series::new();
    let name = series.bands(0, &[(Band::Red, 3_900_000)]);
    let place = Place::one(series).await;
    let rig = Rig::fresh(place.options());
    let scene = place.scene(&rig, &name).await;
    place.servers[0].forget_traffic();
    let wanted = Wanted::Window { bands: vec![Band::Red], area: Box::new(area((15.002, 46.945, 15.006, 46.9485))) };
    let ordered = rig.order(&[scene], wanted);
    let ended = rig.transfer_ended(ordered.transfers[0].id).await;
    assert_eq!(ended.state, TransferState::Succeeded, "{:?}", ended.error);
    let holdings = rig.engine.library().holdings();
    let holding = holdings.get(ended.holdings[0]).unwrap();
    assert!(matches!(holding.content, Content::Window { band: Band::Red, .. }));
    let cut = Tiff::new(std::fs::read(holdings.path(&holding)).unwrap());
    let whole = Tiff::new(place.series.truth(&name, "band:red").unwrap()[0].1.to_vec());
    let ((west, north, size), (w, n, s)) = (whole.place(), cut.place());
    assert_eq!(size, s, "the grid of the source");
    let (left, top) = (((w - west) / size) as usize, ((north - n) / size) as usize);
    assert_eq!((west + left as f64 * size, north - top as f64 * size), (w, n), "snapped to the source's grid");
    let (pixels, source, width) = (cut.pixels(0), whole.pixels(0), cut.levels[0].width);
    let at = |index: usize| source[(top + index / width) * whole.levels[0].width + left + index % width];
    let differing = pixels.iter().enumerate().filter(|(index, pixel)| **pixel != 0 && **pixel != at(*index)).count();
    assert_eq!(differing, 0, "pixels are those of the source");
    let inside = pixels.iter().filter(|pixel| **pixel != 0).count();
    assert!(inside * 10 > pixels.len() * 8, "{inside} of {} pixels have data", pixels.len());
    let (served, length) = (place.servers[0].traffic().served, place.length(&name, &bands(&[Band::Red])));
    println!("window of {width} x {} pixels: {served} bytes served of {length}", cut.levels[0].height);
    assert!(served < length / 2, "only what lies under the window is fetched: {served} of {length}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_never_used_by_more_connections_than_it_may_have() {
    let mut series = Series::new();
    for number in 0..10 {
        series.whole(number, 1_200_000);
    }
    let place = Place::one(series).await;
    let server = &place.servers[0];
    let mut options = fetching(server, vec![products("products", server)]);
    options.transfers.as_mut().unwrap().parallel = 8;
    let rig = Rig::fresh(options);
    let scenes = found(&rig.engine, server).await;
    server.forget_traffic();
    server.set_pace(Some(2 << 20));
    rig.order(&scenes[..5], product(PackageForm::SafeNodes));
    rig.order(&scenes[5..], product(PackageForm::SafeZip));
    assert_eq!(rig.all_ended().await.get("succeeded"), Some(&10));
    let traffic = server.traffic();
    println!("10 products by 8 transfers: {} requests, at most {} at a time", traffic.requests("$value"), traffic.peak);
    assert!(traffic.peak <= CONNECTIONS, "{} connections at a time", traffic.peak);
    let look = audit(rig.engine.library(), &place.series);
    assert_right(&look, "all products");
    assert_eq!((look.held.len(), traffic.bytes_again()), (10, 0));
}
