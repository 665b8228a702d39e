use geo::{MultiPolygon, polygon};

use super::*;
use crate::{Access, Radiometry, Tier};

/// A scene of a catalogue, as far as it matters here.
fn scene(id: &str, sensor: Sensor, name: &str) -> Scene {
    let (provider, _) = id.split_once('/').unwrap();
    let href = format!("https://{provider}.example/{}/B04.tif", id.rsplit('/').next().unwrap());
    let known = Radiometry { scale: 0.0001, offset: -0.1, nodata: Some(0.0), evidence: Evidence::Metadata };
    let asset = Asset { provider: provider.to_owned(), ..Asset::new(href, known) };
    let read = ProductName::read(name);
    let (platform, tile, datetime, baseline, tier) = match &read {
        Some(ProductName::Sentinel2(n)) => (n.platform.clone(), Some(n.tile.clone()), n.take, Some(n.baseline.clone()), None),
        Some(ProductName::Sentinel1(n)) => (n.platform.clone(), None, n.start, None, None),
        Some(ProductName::Landsat(n)) => {
            let noon = n.acquired.at(10, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap().timestamp();
            (n.platform.clone(), Some(n.tile.clone()), noon, None, Some(n.tier))
        }
        other => panic!("{name}: {other:?}"),
    };
    let footprint = MultiPolygon(vec![polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 1.0, y: 1.0)]]);
    Scene {
        platform,
        tile,
        baseline,
        tier,
        assets: [(Band::Red, asset)].into(),
        name: Some(name.to_owned()),
        ..Scene::new(SceneId(id.into()), sensor, datetime, footprint)
    }
}

const NEW: &str = "S2B_MSIL2A_20230815T100559_N0510_R022_T33TWL_20241015T131559";
const OLD: &str = "S2B_MSIL2A_20230815T100559_N0509_R022_T33TWL_20230815T131559";

fn s2(id: &str, name: &str, strip: &str) -> Scene {
    Scene { datastrip: Some(strip.into()).filter(|s: &String| !s.is_empty()), ..scene(id, Sensor::Sentinel2L2a, name) }
}

/// Adds the scenes one by one; gives `id <- others | superseded by` of each at the end.
fn check(scenes: Vec<Scene>, expected: &[&str]) {
    for reversed in [false, true] {
        let mut merger = Merger::new(vec!["a".into(), "b".into(), "c".into()]);
        let mut all = scenes.clone();
        if reversed {
            all.reverse();
        }
        for one in all {
            merger.add(vec![one]);
        }
        let told: Vec<String> = merger
            .finish()
            .iter()
            .map(|Change { scene, superseded_by }| {
                let others: Vec<_> = scene.others.iter().map(|id| id.0.as_str()).collect();
                let by = superseded_by.as_ref().map(|id| format!(" | {id}")).unwrap_or_default();
                format!("{} <- {}{by}", scene.id, others.join(" "))
            })
            .collect();
        assert_eq!(told, expected, "reversed: {reversed}");
    }
}

#[test]
fn one_product_in_three_catalogues_is_one_scene_whatever_comes_first() {
    check(vec![s2("b/x/1", NEW, "S1"), s2("a/y/2", NEW, ""), s2("c/z/3", NEW, "S1")], &["a/y/2 <- b/x/1 c/z/3"]);
}

#[test]
fn trap_9_reprocessed_versions_are_superseded_and_halves_are_kept() {
    check(vec![s2("a/x/new", NEW, "S1"), s2("a/x/old", OLD, "S1")], &["a/x/new <- ", "a/x/old <-  | a/x/new"]);
    check(vec![s2("a/x/1", OLD, "S1"), s2("a/x/2", &OLD.replace("131559", "131600"), "S2")], &["a/x/1 <- ", "a/x/2 <- "]);
    // Nobody says which half: with the same baseline both are kept, with a newer one the older goes.
    check(vec![s2("a/x/1", OLD, ""), s2("a/x/2", &OLD.replace("131559", "131600"), "")], &["a/x/1 <- ", "a/x/2 <- "]);
    check(vec![s2("a/x/1", OLD, ""), s2("b/x/2", NEW, "")], &["b/x/2 <- ", "a/x/1 <-  | b/x/2"]);
}

#[test]
fn satellites_tiles_and_levels_are_never_mixed() {
    let other = |from: &str, to: &str| NEW.replace(from, to);
    check(
        vec![
            s2("a/x/1", NEW, ""),
            s2("a/x/2", &other("S2B", "S2A"), ""),
            s2("a/x/3", &other("T33TWL", "T33TWM"), ""),
            scene("a/x/4", Sensor::Sentinel2L1c, &other("L2A", "L1C")),
        ],
        &["a/x/1 <- ", "a/x/2 <- ", "a/x/3 <- ", "a/x/4 <- "],
    );
}

#[test]
fn radar_scenes_are_one_whatever_their_form() {
    let name = "S1A_IW_GRDH_1SDV_20240607T000653_20240607T000718_054210_0697DA_6EE4";
    let grd = |id: &str, name: &str| scene(id, Sensor::Sentinel1Grd, name);
    let cog = "S1A_IW_GRDH_1SDV_20240607T000653_20240607T000718_054210_0697DA_1234_COG";
    check(vec![grd("a/x/1", name), grd("b/x/2", cog), grd("b/x/3", name)], &["a/x/1 <- b/x/2 b/x/3"]);
    check(vec![grd("a/x/1", name), scene("a/y/1", Sensor::Sentinel1Rtc, name)], &["a/x/1 <- ", "a/y/1 <- "]);
}

#[test]
fn a_final_landsat_scene_supersedes_the_real_time_one() {
    let l2 = |id: &str, name: &str| scene(id, Sensor::LandsatC2L2, name);
    let (fin, rt) = ("LC08_L2SP_123032_20240512_20240520_02_T1", "LC08_L2SP_123032_20240512_20240512_02_RT");
    check(vec![l2("a/x/rt", rt), l2("a/x/t1", fin)], &["a/x/t1 <- ", "a/x/rt <-  | a/x/t1"]);
    // Planetary Computer's ids leave out the day of processing.
    let unnamed = Scene { name: None, tier: Some(Tier::One), ..l2("b/x/1", fin) };
    check(vec![l2("a/x/t1", fin), unnamed], &["a/x/t1 <- b/x/1"]);
}

#[test]
fn sources_are_remembered_per_asset_the_easiest_first() {
    let mut paid = s2("a/x/1", NEW, "");
    paid.assets.get_mut(&Band::Red).unwrap().access = Access::RequesterPays;
    paid.cloud_cover = Some(12.0);
    let mut jp2 = s2("b/x/2", NEW, "");
    jp2.assets.get_mut(&Band::Red).unwrap().href = "https://b.example/B04.jp2".into();
    let mut merger = Merger::new(vec!["a".into(), "b".into(), "c".into()]);
    let first = merger.add(vec![paid]);
    assert_eq!(first[0].scene.id.0, "a/x/1");
    merger.add(vec![jp2]);
    let change = merger.add(vec![s2("c/x/3", NEW, "")]).remove(0);
    assert_eq!(change.scene.id.0, "a/x/1", "while results come in, a scene keeps the id under which it was told");
    assert!(change.scene.is_known_as("c/x/3"));
    let places: Vec<_> = change.scene.sources(Band::Red).map(|asset| asset.provider.as_str()).collect();
    assert_eq!(places, ["c", "a", "b"]);
    assert_eq!(change.scene.cloud_cover, Some(12.0));
    assert_eq!(merger.finish()[0].scene.id.0, "c/x/3");
}

#[test]
fn other_places_within_one_catalogue_are_kept() {
    let mut two = s2("b/x/1", NEW, "");
    let own = two.assets[&Band::Red].clone();
    let s3 = Asset { href: "s3://eodata/B04.jp2".into(), access: Access::Account(crate::AccountKind::CdseS3), ..own };
    two.alternates.insert(Band::Red, vec![s3]);
    let mut merger = Merger::new(vec!["a".into(), "b".into()]);
    merger.add(vec![two, s2("a/x/1", NEW, "")]);
    let scene = merger.finish().remove(0).scene;
    let places: Vec<_> = scene.sources(Band::Red).map(|asset| (asset.provider.as_str(), asset.href.starts_with("s3:"))).collect();
    assert_eq!(places, [("a", false), ("b", false), ("b", true)]);
}

#[test]
fn completeness_names_what_a_catalogue_lacks() {
    let mut merger = Merger::new(vec!["a".into(), "b".into()]);
    merger.add(vec![s2("a/x/1", NEW, "S1"), s2("b/x/1", NEW, "S1"), s2("b/x/2", &NEW.replace("T33TWL", "T33TWM"), "S1")]);
    let scenes: Vec<_> = merger.finish().into_iter().map(|change| change.scene).collect();
    let sensors = vec![Sensor::Sentinel2L2a];
    let lacks = completeness(&scenes, &[("a".into(), sensors.clone()), ("b".into(), sensors)]);
    assert_eq!((lacks[0].found, lacks[0].lacking.len()), (1, 1));
    assert_eq!(lacks[0].lacking[0].0, "b/x/2");
    assert_eq!((lacks[1].found, lacks[1].lacking.len()), (2, 0));
}
