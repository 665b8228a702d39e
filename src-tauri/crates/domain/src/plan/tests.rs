use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::{Aoi, CompositeMethod, CompositeStep, Evidence, MaskSource, MaskStep, Radiometry, Step};

fn recipe(composite: serde_json::Value) -> Recipe {
    let mut step = json!({"step": "composite", "bands": ["red", "swir16"]});
    step.as_object_mut().unwrap().extend(composite.as_object().unwrap().clone());
    Recipe::from_json(
        &json!({
            "version": 1, "name": "t", "dates": {"from": "2025-06-01", "to": "2025-06-30"},
            "area": {"type": "Polygon", "coordinates": [[[15.0, 45.0], [15.1, 45.0], [15.1, 45.1], [15.0, 45.0]]]},
            "steps": [{"step": "search", "sensors": ["sentinel-2-l2a"]}, {"step": "mask"}, step, {"step": "write"}]
        })
        .to_string(),
    )
    .unwrap()
}

fn grid(epsg: u32, resolution: f64) -> Grid {
    let side = (109_800.0 / resolution) as u32;
    Grid::from_affine(Crs::epsg(epsg), [resolution, 0.0, 499_980.0, 0.0, -resolution, 5_000_040.0], side, side).unwrap()
}

fn scene(item: &str, day: u32, epsg: u32) -> Scene {
    let asset = |resolution: f64| Asset {
        grid: Some(grid(epsg, resolution)),
        size: Some(40_000_000),
        ..Asset::new(
            format!("https://example.com/{item}.tif"),
            Radiometry { scale: 0.0001, offset: -0.1, nodata: Some(0.0), evidence: Evidence::Metadata },
        )
    };
    let footprint = Aoi::from_bbox([14.9, 44.0, 16.5, 45.2]).unwrap().shape().clone();
    let datetime = format!("2025-06-{day:02}T10:00:00Z").parse().unwrap();
    Scene {
        platform: "sentinel-2a".into(),
        tile: Some("33TWK".into()),
        baseline: Some("05.11".into()),
        datatake: Some(format!("take-{day}")),
        assets: BTreeMap::from([(Band::Red, asset(10.0)), (Band::Swir16, asset(20.0)), (Band::Scl, asset(20.0))]),
        ..Scene::new(SceneId::new("p", "c", item), Sensor::Sentinel2L2a, datetime, footprint)
    }
}

fn outline() -> MultiPolygon<f64> {
    let rect = geo::Rect::new((510_003.0, 4_980_007.0), (530_001.0, 4_990_000.0));
    MultiPolygon(vec![rect.to_polygon()])
}

fn planned(recipe: &Recipe, scenes: &[Scene]) -> Result<Plan, PlanError> {
    plan(recipe, scenes, output_crs(recipe, scenes), outline(), &[], 2, 1 << 30)
}

#[test]
fn the_grid_lies_on_the_sources_pixels_and_blocks_on_their_block_lines() {
    let plan = planned(&recipe(json!({})), &[scene("a", 3, 32633)]).unwrap();
    let grid = &plan.target.grid;
    assert_eq!((grid.transform.west, grid.transform.north, grid.transform.width), (510_000.0, 4_990_000.0, 10.0));
    assert_eq!((grid.width, grid.height), (2001, 1000));
    let placements: Vec<_> = plan.looks[0].scenes[0].bands.iter().map(|b| b.placement).collect();
    assert_eq!(placements, [Placement::Aligned, Placement::Scaled]);
    // Column 1024 of the source, where one of its blocks begins, is column 22 of the output, since the output starts 1002 pixels further east.
    assert!(plan.blocks.iter().any(|b| b.x == 22) && plan.blocks.iter().all(|b| b.x == 0 || b.x % 512 == 22));
    let e = plan.estimate;
    assert!(e.fetch_bytes > 0 && e.fetch_bytes < 3 * 40_000_000 && e.disk_bytes > e.fetch_bytes && e.memory_bytes > 0);
}

#[test]
fn another_zone_is_warped_and_the_majority_chooses_the_zone() {
    let scenes = [scene("a", 3, 32633), scene("b", 5, 32633), scene("c", 8, 32632)];
    let plan = planned(&recipe(json!({})), &scenes).unwrap();
    assert_eq!(plan.target.grid.crs, Crs::epsg(32633));
    let placements: Vec<_> = plan.looks.iter().map(|l| l.scenes[0].bands[0].placement).collect();
    assert_eq!(placements, [Placement::Aligned, Placement::Aligned, Placement::Warped]);
    let chosen = planned(&recipe(json!({"crs": "EPSG:3035", "resolution": 30})), &scenes).unwrap();
    assert_eq!((chosen.target.grid.crs, chosen.target.grid.transform.width), (Crs::epsg(3035), 30.0));
}

#[test]
fn reprocessed_scenes_count_once_and_halves_and_neighbours_make_one_look() {
    let (mut old, mut new) = (scene("old", 3, 32633), scene("new", 3, 32633));
    old.baseline = Some("04.00".into());
    new.baseline = Some("05.11".into());
    let (mut half, mut neighbour) = (scene("half", 3, 32633), scene("neighbour", 3, 32633));
    half.datastrip = Some("S20250603T101500".into());
    neighbour.tile = Some("33TXK".into());
    let plan = planned(&recipe(json!({})), &[old, new, half, neighbour, scene("later", 9, 32633)]).unwrap();
    let looks: Vec<Vec<_>> = plan.looks.iter().map(|l| l.scenes.iter().map(|s| s.scene.item()).collect()).collect();
    assert_eq!(looks, [vec!["half", "neighbour", "new"], vec!["later"]]);
    assert_eq!(plan.left_out.len(), 1);
    assert!(plan.left_out[0].1.contains("superseded by p/c/new"));
}

#[test]
fn scenes_that_cannot_be_used_are_named_with_the_reason() {
    let mut without = scene("a", 3, 32633);
    without.assets.remove(&Band::Scl);
    let error = planned(&recipe(json!({})), &[without]).unwrap_err();
    assert!(error.to_string().contains("p/c/a has no `scl`"), "{error}");
    let mut meaningless = scene("a", 3, 32633);
    meaningless.assets.get_mut(&Band::Red).unwrap().radiometry = Radiometry::identity(Some(0.0), Evidence::Assumed);
    assert!(planned(&recipe(json!({})), &[meaningless]).unwrap_err().to_string().contains("what the numbers of `red` mean"));
    let mut excluded = recipe(json!({}));
    excluded.steps.iter_mut().for_each(|step| {
        if let Step::Search(step) = step {
            step.exclude.push("p/c/a".into())
        }
    });
    assert!(planned(&excluded, &[scene("a", 3, 32633)]).unwrap_err().to_string().contains("is excluded"));
    let mut unknown = scene("a", 3, 32633);
    unknown.assets.get_mut(&Band::Red).unwrap().grid = None;
    assert_eq!(planned(&recipe(json!({})), &[unknown]), Err(PlanError::UnknownGrid(SceneId::new("p", "c", "a"), Band::Red)));
    assert!(planned(&recipe(json!({})), &[]).unwrap_err().to_string().contains("widen"));
}

#[test]
fn the_mask_is_made_of_what_a_product_carries_or_of_its_bands() {
    let of = |sensor, has: &[Band]| {
        let mut scene = scene("a", 3, 32633);
        let asset = scene.assets[&Band::Red].clone();
        (scene.sensor, scene.assets) = (sensor, has.iter().map(|band| (*band, asset.clone())).collect());
        scene
    };
    use Band::{Blue, CloudProbability, Green, Nir08, QaAerosol, QaPixel, QaRadsat, Red, Scl, Vv};
    let visible = [Blue, Green, Red, Nir08];
    let model = MaskSource::Model(crate::ModelFile { path: "m.onnx".into(), sha256: None });
    let probable = MaskStep { cloud_probability: Some(40), ..MaskStep::default() };
    let from = |from: MaskSource| MaskStep { from, ..MaskStep::default() };
    let cases = [
        (MaskStep::default(), of(Sensor::Sentinel2L2a, &[Scl, CloudProbability]), Ok((MaskBy::Provider, Some(Scl), vec![]))),
        (probable, of(Sensor::Sentinel2L2a, &[Scl, CloudProbability]), Ok((MaskBy::Provider, Some(Scl), vec![CloudProbability]))),
        (MaskStep::default(), of(Sensor::Sentinel2L2a, &visible), Err("no `scl`")),
        (from(MaskSource::Detector), of(Sensor::Sentinel2L2a, &visible), Ok((MaskBy::Detector, None, visible.to_vec()))),
        (MaskStep::default(), of(Sensor::Sentinel2L1c, &visible), Ok((MaskBy::Detector, None, visible.to_vec()))),
        (MaskStep::default(), of(Sensor::Sentinel2L1c, &[Scl, Red]), Ok((MaskBy::Provider, Some(Scl), vec![]))),
        (from(MaskSource::Provider), of(Sensor::Sentinel2L1c, &visible), Err("carries no cloud mask")),
        (from(MaskSource::Detector), of(Sensor::Sentinel2L1c, &[Blue, Red, Nir08]), Err("no `green`")),
        (from(model.clone()), of(Sensor::Sentinel2L1c, &[Red]), Ok((MaskBy::Model, None, vec![Red]))),
        (from(model), of(Sensor::Sentinel2L1c, &[Blue]), Err("no `red`, which the cloud model needs")),
        (
            MaskStep { aerosol: true, ..MaskStep::default() },
            of(Sensor::LandsatC2L2, &[QaPixel, QaRadsat, QaAerosol]),
            Ok((MaskBy::Provider, Some(QaPixel), vec![QaRadsat, QaAerosol])),
        ),
        (MaskStep::default(), of(Sensor::Sentinel1Rtc, &[Vv]), Ok((MaskBy::Nobody, None, vec![]))),
    ];
    for (step, scene, expected) in cases {
        match (mask_layers(&step, &scene, &[Red]), expected) {
            (Ok(layers), Ok((by, mask, evidence))) => assert_eq!((layers.by, layers.mask, layers.evidence), (Some(by), mask, evidence)),
            (Err(why), Err(expected)) => assert!(why.contains(expected), "{why}"),
            (got, expected) => panic!("{got:?}, expected {expected:?}"),
        }
    }
}

#[test]
fn several_sensors_mix_only_on_request_and_a_day_to_be_kept_must_have_a_scene() {
    let mut landsat = scene("b", 5, 32633);
    landsat.sensor = Sensor::LandsatC2L2;
    let bits = landsat.assets[&Band::Scl].clone();
    landsat.assets.insert(Band::QaPixel, bits);
    let both = [scene("a", 3, 32633), landsat];
    assert!(matches!(planned(&recipe(json!({})), &both), Err(PlanError::MixedSensors(sensors)) if sensors.len() == 2));
    let with = |change: &dyn Fn(&mut CompositeStep)| {
        let mut recipe = recipe(json!({}));
        recipe.steps.iter_mut().for_each(|step| {
            if let Step::Composite(step) = step {
                change(step)
            }
        });
        recipe
    };
    let plan = planned(&with(&|step| step.mix_sensors = true), &both).unwrap();
    assert_eq!(plan.looks.iter().map(|look| look.scenes[0].sensor).collect::<Vec<_>>(), [Sensor::Sentinel2L2a, Sensor::LandsatC2L2]);
    let keep = |day: i8| with(&|step| step.method = CompositeMethod::Fill(crate::Fill { date: jiff::civil::date(2025, 6, day) }));
    assert!(planned(&keep(3), &both[..1]).is_ok());
    assert_eq!(planned(&keep(4), &both[..1]), Err(PlanError::NoSceneOfDay(jiff::civil::date(2025, 6, 4))));
}

#[test]
fn blocks_shrink_until_the_looks_fit_the_memory_and_every_worker_has_some() {
    let large = (10_980, 10_980);
    let step = CompositeStep::of(vec![Band::Blue, Band::Green, Band::Red, Band::Nir]);
    let per_pixel = |looks| estimate::per_pixel(looks, 4, &step);
    let sizes: Vec<_> = [12, 60, 400].map(|looks| estimate::block_size(large, per_pixel(looks), 2, 1 << 30)).into();
    assert_eq!(sizes, [1024, 512, 256]);
    let sizes: Vec<_> = [(3000, 3000), (756, 736), (100, 100)].map(|grid| estimate::block_size(grid, per_pixel(12), 2, 1 << 30)).into();
    assert_eq!(sizes, [1024, 512, 256]);
}
