//! Scenes of Sentinel-2 L1C come without a classification, but their L2A has one: the same datatake and tile, seen through the atmosphere and
//! judged from below. It is looked for in the catalogues and lent to them; what is found serves for nothing else.

use swath_domain::{Band, DateRange, MaskSource, Monitor, Query, Recipe, Scene, Sensor, Stop};

use crate::{
    PipelineError,
    engine::Resources,
    error::Outcome,
    search::{Searched, search_all},
};

/// The scenes, those of L1C with the classification of their L2A where there is one. A catalogue that fails lends nothing; then the detector
/// has to do.
pub(crate) async fn lend(res: &Resources, recipe: &Recipe, mut scenes: Vec<Scene>, monitor: &dyn Monitor) -> Outcome<Vec<Scene>> {
    if !is_wanted(recipe) {
        return Ok(scenes);
    }
    // Those of a recipe for both sensors are there already.
    lend_from(&scenes.clone(), &mut scenes);
    let Some(query) = query(recipe, &scenes) else { return Ok(scenes) };
    let providers = recipe.search().and_then(|step| step.providers.as_deref());
    match search_all(res, &query, providers, monitor, &mut |_| ()).await {
        Ok(Searched { changes, .. }) => {
            let lenders: Vec<Scene> = changes.into_iter().filter(|c| c.superseded_by.is_none()).map(|change| change.scene).collect();
            lend_from(&lenders, &mut scenes);
        }
        Err(Stop::Cancelled) => return Err(Stop::Cancelled),
        Err(Stop::Failed(error)) => tell(&error),
    }
    Ok(scenes)
}

fn tell(error: &PipelineError) {
    tracing::warn!(%error, "no classification of Level 2A was found for scenes of Level 1C; the detector looks at their bands instead");
}

fn is_wanted(recipe: &Recipe) -> bool {
    recipe.mask().is_some_and(|step| matches!(step.from, MaskSource::Auto | MaskSource::Provider))
}

fn lacks(scene: &Scene) -> bool {
    scene.sensor == Sensor::Sentinel2L1c && !scene.assets.contains_key(&Band::Scl)
}

/// Where and when lenders are looked for: over the area, on the days of the scenes that lack one. However cloudy they are.
fn query(recipe: &Recipe, scenes: &[Scene]) -> Option<Query> {
    let days = || scenes.iter().filter(|scene| lacks(scene)).map(|scene| scene.datetime.to_zoned(jiff::tz::TimeZone::UTC).date());
    let dates = DateRange::new(days().min()?, days().max()?).ok()?;
    let area = recipe.area.clone();
    Some(Query { area, dates, sensors: vec![Sensor::Sentinel2L2a], max_cloud: None, filters: Default::default() })
}

/// Lends what fits: the same datatake and tile, and of two halves of it the same one.
fn lend_from(lenders: &[Scene], scenes: &mut [Scene]) {
    for scene in scenes.iter_mut().filter(|scene| lacks(scene)) {
        let fits = |lender: &&Scene| fits(lender, scene) && lender.assets.contains_key(&Band::Scl);
        // The newest processing; of several equal ones always the same.
        let Some(lender) = lenders.iter().filter(fits).max_by_key(|lender| (lender.baseline.clone(), lender.processed, &lender.id)) else {
            continue;
        };
        let sources: Vec<_> = lender.sources(Band::Scl).cloned().collect();
        tracing::info!(scene = %scene.id, lender = %lender.id, "lent its classification");
        if let Some((first, others)) = sources.split_first() {
            scene.assets.insert(Band::Scl, first.clone());
            if !others.is_empty() {
                scene.alternates.insert(Band::Scl, others.to_vec());
            }
        }
    }
}

fn fits(lender: &Scene, scene: &Scene) -> bool {
    // Keys begin with the sensor; the rest names platform, datatake and tile, whichever catalogue tells of it.
    let rest = |scene: &Scene| scene.acquisition().split_once(' ').map(|(_, rest)| rest.to_owned());
    let same = lender.sensor == Sensor::Sentinel2L2a && rest(lender).is_some() && rest(lender) == rest(scene);
    same && match (&lender.datastrip, &scene.datastrip) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use swath_domain::{Aoi, Asset, Evidence, Radiometry, SceneId};

    use super::*;

    fn scene(sensor: Sensor, id: &str, take: &str, tile: &str, strip: Option<&str>, scl: bool) -> Scene {
        let footprint = Aoi::from_bbox([14.9, 44.0, 16.5, 45.2]).unwrap().shape().clone();
        let datetime = "2025-06-03T10:00:00Z".parse().unwrap();
        let asset = Asset::new(format!("https://example.com/{id}.tif"), Radiometry::identity(Some(0.0), Evidence::Classification));
        Scene {
            platform: "sentinel-2a".into(),
            tile: Some(tile.into()),
            datatake: Some(take.into()),
            datastrip: strip.map(Into::into),
            assets: scl.then_some((Band::Scl, asset)).into_iter().collect(),
            ..Scene::new(SceneId::new("p", "c", id), sensor, datetime, footprint)
        }
    }

    #[test]
    fn a_classification_is_lent_by_the_same_datatake_tile_and_half_only() {
        use Sensor::{Sentinel2L1c as L1c, Sentinel2L2a as L2a};
        const TAKE: &str = "GS2A_20250603T100031_051000";
        let check = |lender: Scene, strip: Option<&str>, lent: bool| {
            let mut scenes = vec![scene(L1c, "one", TAKE, "33TWL", strip, false)];
            lend_from(std::slice::from_ref(&lender), &mut scenes);
            let got = scenes[0].assets.get(&Band::Scl).map(|asset| asset.href.clone());
            assert_eq!(got, lent.then(|| lender.assets[&Band::Scl].href.clone()), "{lender:?}");
        };
        check(scene(L2a, "a", TAKE, "33TWL", None, true), None, true);
        check(scene(L2a, "b", TAKE, "33TWL", Some("S1"), true), None, true);
        check(scene(L2a, "c", TAKE, "33TWL", Some("S1"), true), Some("S1"), true);
        check(scene(L2a, "d", TAKE, "33TWL", Some("S2"), true), Some("S1"), false);
        check(scene(L2a, "e", TAKE, "33TXL", None, true), None, false);
        check(scene(L2a, "f", "GS2A_20250606T100031_051043", "33TWL", None, true), None, false);
        check(scene(L1c, "g", TAKE, "33TWL", None, true), None, false);
        // Lends nothing that it does not have itself.
        let mut scenes = vec![scene(L1c, "one", TAKE, "33TWL", None, false)];
        lend_from(&[scene(L2a, "h", TAKE, "33TWL", None, false)], &mut scenes);
        assert!(scenes[0].assets.is_empty());
    }

    #[test]
    fn the_newest_processing_lends_with_all_its_places() {
        use Sensor::{Sentinel2L1c as L1c, Sentinel2L2a as L2a};
        const TAKE: &str = "GS2A_20250603T100031_051000";
        let lender = |id: &str, baseline: &str| Scene { baseline: Some(baseline.into()), ..scene(L2a, id, TAKE, "33TWL", None, true) };
        let mut new = lender("new", "05.11");
        new.alternates.insert(Band::Scl, vec![Asset { href: "https://example.org/other.tif".into(), ..new.assets[&Band::Scl].clone() }]);
        for lenders in [[lender("old", "04.00"), new.clone()], [new.clone(), lender("old", "04.00")]] {
            let mut scenes = vec![scene(L1c, "one", TAKE, "33TWL", None, false)];
            lend_from(&lenders, &mut scenes);
            let places: Vec<_> = scenes[0].sources(Band::Scl).map(|asset| asset.href.as_str()).collect();
            assert_eq!(places, ["https://example.com/new.tif", "https://example.org/other.tif"]);
        }
    }
}
