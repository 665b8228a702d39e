//! Transfers from order to library, over real servers and a real library: every kind of wish, sources that fail, files that are wrong.

#![allow(clippy::unwrap_used, reason = "a test gives up where something is missing")]

mod rig;

use rig::{Rig, Server, add, area, asset, made, package, scene};
use swath_domain::{Access, AccountKind, Band, Checksum, Content, PackageForm, Scene, Sensor, TransferState, Wanted};
use swath_remote::provider::{Collection, FilterDialect, Kind, Provider};

fn product(form: PackageForm, unpack: bool) -> Wanted {
    Wanted::Product { form, unpack }
}

fn bands(bands: &[Band]) -> Wanted {
    Wanted::Bands { bands: bands.to_vec() }
}

/// A scene whose SAFE folder lies open on a server, file by file.
fn open_folder(server: &Server, files: &[(String, Vec<u8>)]) -> Scene {
    let mut scene = scene("cdse-odata");
    for (path, bytes) in files {
        let nodes: String = path.split('/').map(|part| format!("/Nodes({part})")).collect();
        server.put(&format!("/odata/v1/Products(ab-12){nodes}/$value"), bytes.clone());
    }
    scene.packages.push(package(PackageForm::SafeNodes, &server.url("/odata/v1/Products(ab-12)/Nodes"), "cdse-odata", None));
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zip_comes_as_it_is_or_unpacked_and_is_not_fetched_twice() {
    let (server, rig) = (Server::start().await, Rig::new());
    let zip = made::zip(&made::product());
    let mut scene = scene("cdse-odata");
    scene.packages.push(package(PackageForm::SafeZip, &server.put("/Products(1)/$value", zip.clone()), "cdse-odata", Some(&zip)));

    let transfer = rig.one(&scene, &product(PackageForm::SafeZip, false)).await.unwrap();
    assert_eq!(transfer.state, TransferState::Succeeded);
    let holding = rig.holdings().remove(0);
    assert_eq!((holding.content.clone(), holding.bytes), (Content::SafeZip, zip.len() as u64));
    assert_eq!(std::fs::read(rig.path(&holding)).unwrap(), zip);
    assert!(holding.path.ends_with(&format!("{}.SAFE.zip", made::NAME)), "{}", holding.path);

    server.forget();
    assert!(rig.bring(std::slice::from_ref(&scene), &product(PackageForm::SafeZip, false)).await.is_empty(), "it is there already");
    rig.one(&scene, &product(PackageForm::SafeZip, true)).await.unwrap();
    assert_eq!(server.sent(), 0, "what is held is unpacked, not fetched again");
    let folder = rig.holdings().into_iter().find(|holding| holding.content == Content::Safe).unwrap();
    let expected: Vec<String> = {
        let mut all: Vec<String> = made::product().into_iter().map(|(path, _)| path.split_once('/').unwrap().1.to_owned()).collect();
        all.sort();
        all
    };
    assert_eq!(made::below(&rig.path(&folder)), expected);
    assert_eq!(rig.states().await, (2, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_comes_file_by_file_whole_or_in_part() {
    let (server, rig) = (Server::start().await, Rig::new());
    let scene = open_folder(&server, &made::product());
    rig.one(&scene, &product(PackageForm::SafeNodes, false)).await.unwrap();
    let whole = rig.holdings().remove(0);
    assert_eq!(whole.content, Content::Safe);
    assert_eq!(made::below(&rig.path(&whole)).len(), made::product().len());
    assert_eq!(server.asked("manifest.safe"), 1, "the manifest is one of the files");

    let wanted = Wanted::PartialSafe { bands: vec![Band::Red] };
    assert!(rig.bring(std::slice::from_ref(&scene), &wanted).await.is_empty(), "the whole has every part");
    let rig = Rig::new();
    rig.one(&scene, &wanted).await.unwrap();
    let part = rig.holdings().into_iter().find(|holding| matches!(holding.content, Content::PartialSafe { .. })).unwrap();
    let files = made::below(&rig.path(&part));
    assert!(files.iter().any(|file| file.ends_with("B04_10m.jp2")) && files.iter().any(|file| file.ends_with("MTD_TL.xml")), "{files:?}");
    assert!(!files.iter().any(|file| file.ends_with("B03_10m.jp2") || file.ends_with("B04_20m.jp2")), "{files:?}");
    assert_eq!(rig.states().await, (1, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_cannot_lead_out_of_its_folder() {
    for evil in ["../evil.xml", "/tmp/evil.xml", "GRANULE/../../evil.xml", "a\\..\\evil.xml", "C:/evil.xml", "NUL.xml"] {
        let (server, rig) = (Server::start().await, Rig::new());
        let mut files = made::safe();
        files.push((evil.to_owned(), b"<x/>".to_vec()));
        let mut product: Vec<_> = made::safe().into_iter().map(|(path, bytes)| (format!("{}.SAFE/{path}", made::NAME), bytes)).collect();
        product.push((format!("{}.SAFE/manifest.safe", made::NAME), made::manifest(&files)));
        let scene = open_folder(&server, &product);
        let error = rig.one(&scene, &self::product(PackageForm::SafeNodes, false)).await.expect_err(evil);
        assert!(error.starts_with("not-that-file"), "{evil}: {error}");
        assert!(rig.holdings().is_empty());
        assert_eq!(server.asked("evil"), 0, "{evil} is not even asked for");
        assert!(!made::below(&rig.folder).iter().any(|file| file.contains("evil")));
    }
    // Names that one system keeps apart and another does not.
    let (server, rig) = (Server::start().await, Rig::new());
    let mut files = made::safe();
    files.push(("mtd_msil2a.XML".to_owned(), b"<other/>".to_vec()));
    let product: Vec<_> = [("manifest.safe".to_owned(), made::manifest(&files))].into_iter().chain(files).collect();
    let product: Vec<_> = product.into_iter().map(|(path, bytes)| (format!("{}.SAFE/{path}", made::NAME), bytes)).collect();
    let error = rig.one(&open_folder(&server, &product), &self::product(PackageForm::SafeNodes, false)).await.unwrap_err();
    assert!(error.to_lowercase().contains("mtd_msil2a"), "{error}");
    assert!(rig.holdings().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tar_of_landsat_comes_whole_or_unpacked() {
    let (server, rig) = (Server::start().await, Rig::new());
    let name = "LC08_L2SP_191027_20250818_20250826_02_T1";
    let files = vec![
        (format!("{name}_MTL.xml"), b"<?xml version=\"1.0\"?><LANDSAT_METADATA_FILE/>".to_vec()),
        (format!("{name}_SR_B4.TIF"), made::cog(7, 300)),
    ];
    let tar = made::tar(&files);
    let mut scene = scene("usgs-m2m");
    (scene.sensor, scene.name, scene.platform) = (Sensor::LandsatC2L2, Some(name.into()), "landsat-8".into());
    scene.packages.push(package(PackageForm::LandsatTar, &server.put("/bundle.tar", tar.clone()), "usgs-m2m", Some(&tar)));
    rig.one(&scene, &product(PackageForm::LandsatTar, false)).await.unwrap();
    rig.one(&scene, &product(PackageForm::LandsatTar, true)).await.unwrap();
    let contents: Vec<_> = rig.holdings().into_iter().map(|holding| holding.content).collect();
    assert!(contents.contains(&Content::LandsatTar) && contents.contains(&Content::LandsatFolder), "{contents:?}");
    let folder = rig.holdings().into_iter().find(|holding| holding.content == Content::LandsatFolder).unwrap();
    assert_eq!(made::below(&rig.path(&folder)), [format!("{name}_MTL.xml"), format!("{name}_SR_B4.TIF")]);
    assert!(server.sent() <= tar.len() as u64, "what is held is unpacked, not fetched again");
}

#[tokio::test(flavor = "multi_thread")]
async fn bands_come_from_whichever_place_gives_them() {
    let (server, rig) = (Server::start().await, Rig::new());
    let (red, nir) = (made::cog(1, 300), made::cog(2, 300));
    let mut scene = scene("a");
    add(&mut scene, Band::Red, asset(&server.put("/one/B04.tif", red.clone()), "a"));
    add(&mut scene, Band::Red, asset(&server.put("/two/B04.tif", red.clone()), "b"));
    // An error page that comes with 200 is no image.
    add(&mut scene, Band::Nir, asset(&server.put("/one/B08.tif", b"<html>sorry</html>".to_vec()), "a"));
    add(&mut scene, Band::Nir, asset(&server.put("/two/B08.tif", nir.clone()), "b"));
    server.refuse("/one/B04.tif", 404);
    // An account that is not there is passed by.
    let mut locked = asset(&server.put("/locked/B03.jp2", made::jp2("locked")), "c");
    locked.access = Access::Account(AccountKind::Cdse);
    add(&mut scene, Band::Green, locked);
    add(&mut scene, Band::Green, asset(&server.put("/two/B03.jp2", made::jp2("green")), "b"));

    rig.one(&scene, &bands(&[Band::Red, Band::Nir, Band::Green])).await.unwrap();
    let of = |band| rig.holdings().into_iter().find(|holding| holding.content == Content::Band { band }).unwrap();
    for (band, expected, end) in
        [(Band::Red, red, "T33TWL_20250818_B04.tif"), (Band::Nir, nir, "B08.tif"), (Band::Green, made::jp2("green"), "B03.jp2")]
    {
        let holding = of(band);
        assert_eq!(std::fs::read(rig.path(&holding)).unwrap(), expected, "{band}");
        assert!(holding.path.ends_with(end) && holding.provider == "b", "{} from {}", holding.path, holding.provider);
    }
    assert_eq!(server.asked("locked"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_with_other_numbers_does_not_stand_in() {
    let (server, rig) = (Server::start().await, Rig::new());
    let mut scene = scene("a");
    add(&mut scene, Band::Red, asset(&server.put("/one/B04.tif", made::cog(1, 300)), "a"));
    let mut other = asset(&server.put("/two/B04.tif", made::cog(1, 300)), "b");
    other.radiometry.offset = 0.0;
    add(&mut scene, Band::Red, other);
    server.refuse("/one/B04.tif", 404);
    let error = rig.one(&scene, &bands(&[Band::Red])).await.unwrap_err();
    assert!(error.contains("a: ") && error.contains("404"), "{error}");
    assert_eq!(server.asked("/two/"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn jpeg_2000_that_stands_in_for_a_tiff_is_named_what_it_is() {
    let (server, rig) = (Server::start().await, Rig::new());
    let mut scene = scene("a");
    add(&mut scene, Band::Red, asset(&server.put("/one/B04.tif", made::cog(1, 300)), "a"));
    add(&mut scene, Band::Red, asset(&server.put("/two/B04.jp2", made::jp2("red")), "b"));
    server.refuse("/one/B04.tif", 404);
    rig.one(&scene, &bands(&[Band::Red])).await.unwrap();
    let holding = rig.holdings().remove(0);
    assert!(holding.path.ends_with("_B04.jp2"), "{}", holding.path);
    assert_eq!(rig.states().await, (1, 0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_source_is_named_with_its_reason() {
    let (server, rig) = (Server::start().await, Rig::new());
    let mut scene = scene("a");
    for (provider, status) in [("a", 404), ("b", 403)] {
        let path = format!("/{provider}/B04.tif");
        add(&mut scene, Band::Red, asset(&server.put(&path, made::cog(1, 300)), provider));
        server.refuse(&path, status);
    }
    let mut locked = asset(&server.url("/c/B04.tif"), "c");
    locked.access = Access::Account(AccountKind::Usgs);
    add(&mut scene, Band::Red, locked);
    let error = rig.one(&scene, &bands(&[Band::Red])).await.unwrap_err();
    for words in ["T33TWL_20250818_B04.tif", "a: ", "404", "b: ", "403", "c: ", "`usgs`"] {
        assert!(error.contains(words), "{words} in {error}");
    }
    assert!(!error.contains(&rig.folder.display().to_string()), "{error}");
}

/// A STAC catalogue that can be asked for one item.
fn catalogue(server: &Server) -> Provider {
    let collection = Collection {
        id: "sentinel-2-l2a".into(),
        sensor: Sensor::Sentinel2L2a,
        assets: [(Band::Red, "red".to_owned())].into(),
        thumbnail: None,
        offset_rule: Default::default(),
        access: Access::Open,
    };
    Provider {
        id: "a".into(),
        title: "A".into(),
        kind: Kind::Stac { url: server.url("/stac") },
        search_account: None,
        collections: vec![collection],
        requests_per_second: 0.0,
        parallel: 0,
        page: 0,
        filter: FilterDialect::Ask,
    }
}

/// The item of [`scene`] with a digest of its red band.
fn item(server: &Server, href: &str, sha3: &str, size: usize) {
    let item = format!(
        r#"{{"type":"Feature","stac_version":"1.0.0","id":"{name}","collection":"sentinel-2-l2a",
        "geometry":{{"type":"Polygon","coordinates":[[[15.0,46.9],[15.2,46.9],[15.2,47.0],[15.0,47.0],[15.0,46.9]]]}},
        "properties":{{"datetime":"2025-08-18T10:05:59Z","platform":"sentinel-2b","s2:processing_baseline":"05.11",
        "s2:product_uri":"{name}.SAFE","grid:code":"MGRS-33TWL"}},
        "assets":{{"red":{{"href":"{href}","type":"image/tiff","file:size":{size},"file:checksum":"1620{sha3}"}}}},"links":[]}}"#,
        name = made::NAME
    );
    server.put(&format!("/stac/collections/sentinel-2-l2a/items/{}", made::NAME), item);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_that_was_published_wrong_is_asked_for_again_and_nothing_is_fetched_twice() {
    let server = Server::start().await;
    let rig = Rig::with(vec![catalogue(&server)], &[]);
    let red = made::cog(1, 300);
    let href = server.put("/B04.tif", red.clone());
    item(&server, &href, &made::sha3(&red), red.len());
    let mut scene = scene("a");
    let mut wrong = asset(&href, "a");
    (wrong.size, wrong.checksum) = (Some(red.len() as u64), Some(Checksum::Sha3("ab".repeat(32))));
    add(&mut scene, Band::Red, wrong);
    rig.one(&scene, &bands(&[Band::Red])).await.unwrap();
    assert_eq!(std::fs::read(rig.path(&rig.holdings()[0])).unwrap(), red);
    assert!(server.asked("/stac/") > 0);
    assert!(server.sent() < red.len() as u64 * 11 / 10 + 4096, "{} bytes for a file of {}", server.sent(), red.len());
    assert!(rig.quarantined().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_that_is_corrected_after_the_failure_takes_what_came_then() {
    let server = Server::start().await;
    let rig = Rig::with(vec![catalogue(&server)], &[]);
    let red = made::cog(1, 300);
    let href = server.put("/B04.tif", red.clone());
    item(&server, &href, &"ab".repeat(32), red.len());
    let mut scene = scene("a");
    let mut wrong = asset(&href, "a");
    (wrong.size, wrong.checksum) = (Some(red.len() as u64), Some(Checksum::Sha3("ab".repeat(32))));
    add(&mut scene, Band::Red, wrong);
    let failed = rig.bring(&[scene], &bands(&[Band::Red])).await.remove(0);
    assert_eq!(failed.error.map(|error| error.code).as_deref(), Some("not-that-file"));
    server.forget();
    item(&server, &href, &made::sha3(&red), red.len());
    rig.engine.retry_transfers(&[failed.id]).unwrap();
    let ended = rig.engine.wait_transfers(&[failed.id]).await.unwrap().remove(0);
    assert_eq!((ended.state, server.asked("B04.tif")), (TransferState::Succeeded, 0), "{:?}", ended.error);
    assert_eq!(std::fs::read(rig.path(&rig.holdings()[0])).unwrap(), red);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_wrong_is_put_aside_and_comes_from_elsewhere() {
    let (server, rig) = (Server::start().await, Rig::new());
    let red = made::cog(1, 300);
    let mut scene = scene("a");
    for (path, provider) in [("/one/B04.tif", "a"), ("/two/B04.tif", "b")] {
        let mut place = asset(&server.put(path, red.clone()), provider);
        place.checksum = Some(Checksum::Md5(made::md5(&red)));
        add(&mut scene, Band::Red, place);
    }
    server.spoil("/one/B04.tif", usize::MAX);
    rig.one(&scene, &bands(&[Band::Red])).await.unwrap();
    let holding = rig.holdings().remove(0);
    assert_eq!((std::fs::read(rig.path(&holding)).unwrap(), holding.provider.as_str()), (red, "b"));
    assert_eq!(rig.quarantined().len(), 1, "{:?}", rig.quarantined());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_wrong_once_comes_right_from_its_only_source() {
    let (server, rig) = (Server::start().await, Rig::new());
    let zip = made::zip(&made::product());
    // Without a digest, only the sums inside tell that it is wrong.
    let mut scene = scene("a");
    let mut whole = package(PackageForm::SafeZip, &server.put("/p.zip", zip.clone()), "a", Some(&zip));
    whole.checksum = None;
    scene.packages.push(whole);
    server.spoil("/p.zip", 1);
    rig.one(&scene, &product(PackageForm::SafeZip, false)).await.unwrap();
    assert_eq!(std::fs::read(rig.path(&rig.holdings()[0])).unwrap(), zip);
    assert_eq!(rig.quarantined().len(), 1);

    server.spoil("/p.zip", usize::MAX);
    let mut other = scene.clone();
    (other.id, other.name, other.tile) = (swath_domain::SceneId::new("a", "sentinel-2-l2a", "other"), None, None);
    let error = rig.one(&other, &product(PackageForm::SafeZip, false)).await.unwrap_err();
    assert!(error.starts_with("not-that-file"), "{error}");
    assert_eq!(rig.holdings().len(), 1, "nothing wrong is published");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_wrong_is_fetched_once_and_never_taken() {
    let (server, rig) = (Server::start().await, Rig::new());
    let mut files = made::product();
    files.push((format!("{}.SAFE/../../evil.xml", made::NAME), b"<x/>".to_vec()));
    let zip = made::zip(&files);
    let mut scene = scene("a");
    scene.packages.push(package(PackageForm::SafeZip, &server.put("/p.zip", zip.clone()), "a", Some(&zip)));
    let cut = made::cog(1, 600)[..20_000].to_vec();
    let mut red = asset(&server.put("/red.tif", cut.clone()), "a");
    red.checksum = Some(Checksum::Md5(made::md5(&cut)));
    add(&mut scene, Band::Red, red);
    for (wanted, length) in [(product(PackageForm::SafeZip, false), zip.len()), (bands(&[Band::Red]), cut.len())] {
        server.forget();
        let error = rig.one(&scene, &wanted).await.unwrap_err();
        assert!(error.starts_with("not-that-file"), "{error}");
        assert_eq!(server.sent(), length as u64, "another time it would be the same");
    }
    assert_eq!((rig.quarantined().len(), rig.holdings().len()), (2, 0));
    assert!(!made::below(&rig.folder).iter().any(|file| file.ends_with("evil.xml")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_holds_the_pixels_of_its_source_and_fetches_only_its_blocks() {
    let (server, rig) = (Server::start().await, Rig::new());
    let side = 1500;
    let bytes = made::cog(3, side);
    let mut scene = scene("a");
    add(&mut scene, Band::Red, asset(&server.put("/dead/B04.tif", bytes.clone()), "a"));
    server.refuse("/dead/B04.tif", 404);
    add(&mut scene, Band::Red, asset(&server.put("/B04.tif", bytes.clone()), "b"));
    let wanted = Wanted::Window { bands: vec![Band::Red], area: Box::new(area()) };
    rig.one(&scene, &wanted).await.unwrap();
    assert!(server.sent() < bytes.len() as u64 / 2, "{} of {} bytes", server.sent(), bytes.len());
    let holding = rig.holdings().remove(0);
    assert_eq!(holding.content, Content::Window { band: Band::Red, area: area().fingerprint() });
    let path = rig.path(&holding);
    let grid = swath_raster::describe(&path).unwrap().grid;
    let whole = made::grid(side);
    let window = swath_raster::clip_window(&whole, &area()).unwrap().unwrap();
    assert_eq!((grid.width, grid.height), (window.width, window.height));
    let pixels = swath_raster::read_onto(&path, &grid, swath_domain::Placement::Aligned, false, Some(0.0)).unwrap();
    let at = |x: u32, y: u32| pixels[(y * grid.width + x) as usize];
    let middle = (grid.width / 2, grid.height / 2);
    assert_eq!(at(middle.0, middle.1), made::value(3, window.x + middle.0, window.y + middle.1));
    assert_eq!(holding.provider, "b");
    assert_eq!(rig.states().await, (1, 0, 0));

    server.forget();
    assert!(rig.bring(&[scene], &wanted).await.is_empty(), "it is there already");
    assert_eq!(server.sent(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_arrived_is_kept_for_another_try_as_long_as_it_is_what_it_was() {
    let (server, rig) = (Server::start().await, Rig::new());
    let mut scene = scene("a");
    for (band, seed) in [(Band::Red, 1), (Band::Green, 2), (Band::Nir, 3)] {
        add(&mut scene, band, asset(&server.put(&format!("/{band}.tif"), made::cog(seed, 300)), "a"));
    }
    server.refuse("/nir.tif", 404);
    let hold = server.hold("/nir.tif");
    let wanted = bands(&[Band::Red, Band::Green, Band::Nir]);
    let order = swath_pipeline::Order { name: "test".into(), scenes: vec![scene], wanted };
    let id = rig.engine.order(order).unwrap().transfers[0].id;
    rig.until(id, |transfer| transfer.progress.files_done == 2).await;
    drop(hold);
    let failed = rig.engine.wait_transfers(&[id]).await.unwrap().remove(0);
    assert_eq!(failed.state, TransferState::Failed);
    let staging = rig.engine.library().folders().staging_of_transfer(failed.id);
    let green = staging.join("T33TWL_20250818_B03.tif");
    let mut bytes = std::fs::read(&green).unwrap();
    bytes[1000] ^= 1;
    std::fs::write(&green, bytes).unwrap();

    server.put("/nir.tif", made::cog(3, 300));
    server.forget();
    rig.engine.retry_transfers(&[failed.id]).unwrap();
    let ended = rig.engine.wait_transfers(&[failed.id]).await.unwrap().remove(0);
    assert_eq!(ended.state, TransferState::Succeeded, "{:?}", ended.error);
    assert_eq!((server.asked("red.tif"), server.asked("green.tif") > 0), (0, true), "only what was changed meanwhile");
    assert_eq!(rig.states().await, (3, 0, 0));
    assert!(!staging.exists());
}
