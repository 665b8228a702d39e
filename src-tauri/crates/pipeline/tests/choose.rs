//! What scenes can be had as and what it costs, and what stands in the way of an order.

#![allow(clippy::unwrap_used, reason = "a test gives up where something is missing")]

mod rig;

use rig::{Rig, Server, add, area, asset, made, package, scene};
use swath_domain::{Access, AccountKind, Band, Never, PackageForm, Scene, SceneId, Wanted};
use swath_pipeline::{Choice, Finding, Order, PipelineError, Preflight};

fn zip() -> Wanted {
    Wanted::Product { form: PackageForm::SafeZip, unpack: false }
}

fn bands() -> Wanted {
    Wanted::Bands { bands: vec![Band::Red, Band::Nir] }
}

fn window() -> Wanted {
    Wanted::Window { bands: vec![Band::Red, Band::Nir], area: Box::new(area()) }
}

fn named(mut scene: Scene, item: &str) -> Scene {
    (scene.id, scene.name) = (SceneId::new("a", "sentinel-2-l2a", item), None);
    scene.tile = None;
    scene
}

/// A scene that can be had in every way, and one of which there are only bands.
fn two(server: &Server) -> (Scene, Scene) {
    let mut all = scene("a");
    let mut whole = package(PackageForm::SafeZip, &server.url("/p.zip"), "cdse", None);
    (whole.size, whole.access) = (Some(1_100_000_000), Access::Account(AccountKind::Cdse));
    let nodes = package(PackageForm::SafeNodes, &server.url("/odata/v1/Products(ab)/Nodes"), "cdse", None);
    all.packages = vec![whole.clone(), swath_domain::Package { access: whole.access, ..nodes }];
    let mut some = named(scene("a"), "other");
    for (number, scene) in [&mut all, &mut some].into_iter().enumerate() {
        for (band, seed) in [(Band::Red, 1), (Band::Nir, 2)] {
            let href = server.put(&format!("/{number}/{band}.tif"), made::cog(seed, 1500));
            add(scene, band, asset(&href, "a"));
        }
    }
    (all, some)
}

async fn choices(rig: &Rig, scenes: &[Scene]) -> Vec<Choice> {
    rig.engine.choices(scenes, &[Band::Red, Band::Nir], Some(&area()), &Never).await.unwrap()
}

fn of<'a>(choices: &'a [Choice], wanted: &Wanted) -> &'a Choice {
    choices.iter().find(|choice| choice.wanted == *wanted).unwrap_or_else(|| panic!("{wanted:?} in {choices:#?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_is_told_with_its_size_and_what_it_takes() {
    let (server, rig) = (Server::start().await, Rig::new());
    let (all, some) = two(&server);
    let scenes = [all.clone(), some.clone()];
    let told = choices(&rig, &scenes).await;
    assert_eq!(told.len(), 5, "{told:#?}");
    let product = of(&told, &zip());
    assert_eq!((product.scenes, product.bytes, product.exact), (1, Some(1_100_000_000), true));
    assert_eq!((product.account, product.lacking.as_slice()), (Some(AccountKind::Cdse), [some.id.clone()].as_slice()));
    let folder = of(&told, &Wanted::Product { form: PackageForm::SafeNodes, unpack: false });
    assert_eq!((folder.bytes, folder.exact), (Some(1_100_000_000), false), "as the zip, about");
    let part = of(&told, &Wanted::PartialSafe { bands: vec![Band::Red, Band::Nir] });
    assert!(!part.exact && part.bytes.is_some_and(|bytes| bytes < 1_100_000_000) && part.scenes == 1);

    // Nobody tells the lengths, so the headers do.
    let files = made::cog(1, 1500).len() + made::cog(2, 1500).len();
    let whole = of(&told, &bands());
    assert_eq!((whole.bytes, whole.exact, whole.account, whole.scenes), (Some(2 * files as u64), true, None, 2));
    let cut = of(&told, &window());
    assert!(cut.exact && cut.bytes.unwrap() < whole.bytes.unwrap() / 4, "{cut:?}");

    // What was told is what comes.
    server.forget();
    rig.bring(&scenes, &window()).await;
    assert_eq!(server.sent(), cut.bytes.unwrap(), "the blocks under the area, and nothing else");
    let again = choices(&rig, &scenes).await;
    assert_eq!((of(&again, &window()).held, of(&again, &window()).bytes), (2, Some(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn sizes_that_nobody_tells_are_estimated() {
    let (server, rig) = (Server::start().await, Rig::new());
    let mut gone = scene("a");
    for band in [Band::Red, Band::Nir] {
        add(&mut gone, band, asset(&server.url(&format!("/{band}.tif")), "a"));
    }
    let told = choices(&rig, &[gone.clone()]).await;
    let whole = of(&told, &bands());
    assert!(!whole.exact && whole.bytes.unwrap() > 100_000_000, "{whole:?}");
    assert!(!of(&told, &window()).exact);
    assert!(of(&told, &window()).bytes < whole.bytes);

    server.forget();
    for band in [Band::Red, Band::Nir] {
        gone.assets.get_mut(&band).unwrap().size = Some(1000);
    }
    let told = rig.engine.choices(&[gone], &[Band::Red, Band::Nir], None, &Never).await.unwrap();
    assert_eq!((of(&told, &bands()).bytes, of(&told, &bands()).exact), (Some(2000), true));
    assert_eq!(server.asked(""), 0, "catalogues say enough");
    assert!(rig.engine.choices(&[scene("a")], &[Band::Red], None, &Never).await.unwrap().is_empty(), "nothing is offered");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_scenes_are_judged_by_some_of_them() {
    let (server, rig) = (Server::start().await, Rig::new());
    let href = server.put("/red.tif", made::cog(1, 600));
    let mut scenes = Vec::new();
    for number in 0..200 {
        let mut one = named(scene("a"), &format!("s{number}"));
        add(&mut one, Band::Red, asset(&format!("{href}?{number}"), "a"));
        scenes.push(one);
    }
    let told = rig.engine.choices(&scenes, &[Band::Red], None, &Never).await.unwrap();
    let whole = of(&told, &Wanted::Bands { bands: vec![Band::Red] });
    let expected = 200 * made::cog(1, 600).len() as u64;
    assert!(!whole.exact && whole.bytes.unwrap().abs_diff(expected) < expected / 50, "{whole:?} for {expected}");
    assert!(server.asked("red.tif") < 150, "{}", server.asked("red.tif"));
}

fn order(scenes: &[Scene], wanted: &Wanted) -> Order {
    Order { name: "test".into(), scenes: scenes.to_vec(), wanted: wanted.clone() }
}

fn found(rig: &Rig, scenes: &[Scene], wanted: &Wanted) -> Preflight {
    rig.engine.preflight(&order(scenes, wanted)).unwrap()
}

fn kinds(preflight: &Preflight) -> Vec<&'static str> {
    preflight.findings.iter().map(Finding::kind).collect()
}

/// A scene whose zip is so long.
fn of_length(bytes: u64, access: Access) -> Scene {
    let mut scene = scene("cdse");
    let mut whole = package(PackageForm::SafeZip, "https://download.example/p.zip", "cdse", None);
    (whole.size, whole.access) = (Some(bytes), access);
    scene.packages.push(whole);
    scene
}

#[tokio::test]
async fn what_stands_in_the_way_is_told_before_anything_is_ordered() {
    let rig = Rig::with(Vec::new(), &[AccountKind::Cdse]);
    let fine = of_length(1_000_000, Access::Account(AccountKind::Cdse));
    let clear = found(&rig, std::slice::from_ref(&fine), &zip());
    assert_eq!((kinds(&clear).as_slice(), clear.refuses(), clear.transfers, clear.bytes), ([].as_slice(), false, 1, Some(1_000_000)));
    assert!(clear.disk_free > 0 && rig.engine.disk_free().is_some());

    let huge = of_length(1 << 60, Access::Open);
    let full = found(&rig, std::slice::from_ref(&huge), &zip());
    assert!(matches!(full.findings.as_slice(), [Finding::Disk { needs, free, .. }] if *needs > 1 << 60 && *free < 1 << 60), "{full:?}");
    let refused = rig.engine.order(order(&[huge], &zip())).unwrap_err();
    // Not compared as a whole: how much room is left changes while other programs write.
    assert!(matches!(&refused, PipelineError::Refused { findings } if matches!(findings.as_slice(), [Finding::Disk { .. }])), "{refused}");
    assert!(rig.engine.transfers().unwrap().is_empty(), "nothing is ordered");

    let mut archived = fine.clone();
    archived.packages[0].online = false;
    let locked = of_length(1000, Access::Account(AccountKind::Earthdata));
    for (scene, wanted, expected) in [
        (&archived, zip(), "archived"),
        (&locked, zip(), "no-account"),
        (&fine, bands(), "not-offered"),
        (&fine, Wanted::Product { form: PackageForm::LandsatTar, unpack: false }, "not-offered"),
    ] {
        let said = found(&rig, std::slice::from_ref(scene), &wanted);
        assert_eq!((kinds(&said).as_slice(), said.refuses()), ([expected].as_slice(), true), "{said:?}");
        assert!(!said.findings[0].to_string().is_empty());
    }
}

#[tokio::test]
async fn an_allowance_that_is_used_up_is_told_and_does_not_refuse() {
    let rig = Rig::with(Vec::new(), &[AccountKind::Cdse]);
    let now = rig.engine.library().traffic();
    now.add("cdse", 11_999_999_999_000, "2020-01-01T00:00:00Z".parse().unwrap()).unwrap();
    let scene = of_length(1_000_000, Access::Account(AccountKind::Cdse));
    assert!(kinds(&found(&rig, std::slice::from_ref(&scene), &zip())).is_empty(), "that was long ago");
    let hour_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    now.add("cdse", 11_999_999_500_000, hour_ago.try_into().unwrap()).unwrap();
    let said = found(&rig, &[scene], &zip());
    assert!(
        matches!(said.findings.as_slice(), [Finding::Quota { account: AccountKind::Cdse, needs: 1_000_000, left: 500_000, .. }]),
        "{said:?}"
    );
    assert!(!said.refuses());
}

#[tokio::test]
async fn folders_that_cannot_be_used_are_told() {
    let rig = Rig::new();
    let scene = of_length(1000, Access::Open);
    let mut with_bands = self::scene("a");
    add(&mut with_bands, Band::Red, asset("https://a.example/B04.tif", "a"));
    add(&mut with_bands, Band::Nir, asset("https://a.example/B08.tif", "a"));

    let ranges = rig.engine.library().folders().ranges();
    std::fs::remove_dir_all(&ranges).unwrap();
    std::fs::write(&ranges, "in the way").unwrap();
    let said = found(&rig, std::slice::from_ref(&with_bands), &window());
    assert!(matches!(said.findings.as_slice(), [Finding::NotWritable { folder, .. }] if *folder == ranges), "{said:?}");
    assert!(kinds(&found(&rig, &[with_bands], &bands())).is_empty(), "whole files do not pass through there");

    let root = rig.engine.library().root().unwrap().path;
    std::fs::rename(&root, root.with_extension("elsewhere")).unwrap();
    let said = found(&rig, &[scene], &zip());
    assert_eq!((kinds(&said).as_slice(), said.refuses()), (["root-missing"].as_slice(), true), "{said:?}");
}

#[tokio::test]
async fn paths_too_long_for_windows_are_told() {
    let own = tempfile::tempdir().unwrap();
    let deep = own.path().join("a folder with a name of some length".repeat(2));
    std::fs::create_dir_all(&deep).unwrap();
    let rig = Rig::over(&deep);
    let scene = of_length(1000, Access::Open);
    assert!(kinds(&found(&rig, std::slice::from_ref(&scene), &zip())).is_empty(), "the zip alone has a path that fits");
    let unpacked = found(&rig, &[scene], &Wanted::Product { form: PackageForm::SafeZip, unpack: true });
    assert!(
        matches!(unpacked.findings.as_slice(), [Finding::PathTooLong { length, most: 259, .. }] if *length > 259 && *length < 420),
        "{unpacked:?}"
    );
    assert_eq!(unpacked.refuses(), cfg!(windows));
}

#[tokio::test]
async fn an_area_that_takes_more_memory_than_allowed_is_told() {
    let rig = Rig::new();
    let mut scene = scene("a");
    for band in [Band::Red, Band::Nir] {
        let mut place = asset(&format!("https://a.example/{band}.tif"), "a");
        place.grid = Some(made::grid(30_000));
        add(&mut scene, band, place);
    }
    let everything = swath_domain::Aoi::from_bbox([14.0, 44.0, 19.0, 47.5]).unwrap();
    let wanted = Wanted::Window { bands: vec![Band::Red, Band::Nir], area: Box::new(everything) };
    let said = found(&rig, std::slice::from_ref(&scene), &wanted);
    assert!(kinds(&said).contains(&"memory"), "{said:?}");
    assert!(kinds(&found(&rig, &[scene], &window())).is_empty());
}

#[tokio::test]
async fn two_thousand_scenes_are_looked_at_in_no_time() {
    let rig = Rig::new();
    let scenes: Vec<Scene> = (0..2000)
        .map(|number| {
            let mut one = named(scene("a"), &format!("s{number}"));
            for band in [Band::Red, Band::Nir] {
                let mut place = asset(&format!("https://a.example/{number}/{band}.tif"), "a");
                (place.grid, place.size) = (Some(made::grid(10_980)), Some(1000));
                add(&mut one, band, place);
            }
            one
        })
        .collect();
    for wanted in [window(), bands()] {
        let began = std::time::Instant::now();
        let said = found(&rig, &scenes, &wanted);
        assert_eq!((said.transfers, said.refuses()), (2000, false), "{said:?}");
        assert!(began.elapsed() < std::time::Duration::from_secs(5), "{:?}", began.elapsed());
    }
}

/// The window runs these on whichever thread is free.
#[tokio::test]
async fn futures_go_to_other_threads() {
    fn goes(_: impl Send) {}
    let (rig, scenes, area) = (Rig::new(), [scene("a")], area());
    goes(rig.engine.choices(&scenes, &[Band::Red], Some(&area), &Never));
    goes(rig.engine.verify(None, &Never, &mut |_| ()));
}
