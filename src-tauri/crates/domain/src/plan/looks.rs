//! Which scenes can be used, and which of them are one look at the ground.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{Look, Placement, PlanError, PlannedBand, PlannedScene, mask_layers};
use crate::merge::superseded;
use crate::{Band, CompositeStep, Evidence, Grid, Recipe, Scene, SceneId, Sensor};

/// Scenes with all that the recipe needs, without superseded versions; and the others with the reason.
pub(super) fn usable<'a>(recipe: &Recipe, scenes: &'a [Scene], model: &[Band]) -> (Vec<&'a Scene>, Vec<(SceneId, String)>) {
    let bands = recipe.composite().map(|c| c.bands.as_slice()).unwrap_or_default();
    let mut left_out = Vec::new();
    let mut usable = Vec::new();
    for scene in scenes {
        match unusable(recipe, bands, scene, model) {
            Some(reason) => left_out.push((scene.id.clone(), reason)),
            None => usable.push(scene),
        }
    }
    // The same pixels processed again: the newer version stands for both.
    for (old, new) in superseded(&usable) {
        left_out.push((old.id.clone(), format!("is superseded by {new}")));
        usable.retain(|scene| scene.id != old.id);
    }
    usable.sort_by(|a, b| (a.datetime, &a.id).cmp(&(b.datetime, &b.id)));
    (usable, left_out)
}

/// Why a scene cannot be used, if so.
fn unusable(recipe: &Recipe, bands: &[Band], scene: &Scene, model: &[Band]) -> Option<String> {
    if recipe.search().is_some_and(|search| search.exclude.iter().any(|id| scene.is_known_as(id))) {
        return Some("is excluded".into());
    }
    if let Some(band) = bands.iter().copied().find(|band| stands_for(*band, scene).is_none()) {
        return Some(format!("has no `{band}`"));
    }
    if let Some(step) = recipe.mask()
        && let Err(why) = mask_layers(step, scene, model)
    {
        return Some(why);
    }
    // Composites are made in reflectance; numbers of unknown meaning would look like it and be wrong.
    let asset = |band: &Band| stands_for(*band, scene).and_then(|own| scene.assets.get(&own));
    let unknown = |band: &&Band| asset(band).is_some_and(|asset| asset.radiometry.evidence == Evidence::Assumed);
    if let Some(band) = bands.iter().find(unknown) {
        return Some(format!("does not say what the numbers of `{band}` mean (scale and offset)"));
    }
    if scene.sensor == Sensor::LandsatC2L1 && scene.sun.is_none_or(|sun| sun.elevation <= 0.0) {
        return Some("does not say how high the sun stood, without which its numbers are no reflectance".into());
    }
    let outside = recipe.query().is_some_and(|query| !query.area.coverage_by(&scene.footprint).is_normal());
    outside.then(|| "lies outside the area".to_owned())
}

/// The band of a scene that is taken for a band of the image: the same, or the one of nearly the same wavelengths. Landsat and the narrow
/// near infrared of Sentinel-2 (865 nm) stand for each other; a sensor's own is always preferred.
pub fn stands_for(band: Band, scene: &Scene) -> Option<Band> {
    let has = |band: Band| scene.assets.contains_key(&band).then_some(band);
    let landsat = matches!(scene.sensor, Sensor::LandsatC2L1 | Sensor::LandsatC2L2);
    has(band).or_else(|| if landsat && band == Band::Nir { has(Band::Nir08) } else { None })
}

/// Refuses several optical sensors unless they were asked for.
pub(super) fn one_kind(composite: &CompositeStep, scenes: &[&Scene]) -> Result<(), PlanError> {
    let mut sensors: Vec<Sensor> = scenes.iter().map(|scene| scene.sensor).collect();
    sensors.sort();
    sensors.dedup();
    if sensors.len() > 1 && !composite.mix_sensors { Err(PlanError::MixedSensors(sensors)) } else { Ok(()) }
}

/// The day of a moment, as catalogues count days.
pub(super) fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// Groups scenes by datatake, in order of time.
pub(super) fn looks(recipe: &Recipe, scenes: &[&Scene], model: &[Band], grid: &Grid) -> Result<Vec<Look>, PlanError> {
    let composite = recipe.composite().ok_or(PlanError::NothingToMake)?;
    let mut looks: Vec<(String, Look)> = Vec::new();
    let within = recipe.dates.from()..=recipe.dates.to();
    for scene in scenes {
        let planned = |band: Band| {
            let asset = scene.assets.get(&band).cloned();
            let asset = asset.filter(|a| a.grid.is_some()).ok_or_else(|| PlanError::UnknownGrid(scene.id.clone(), band))?;
            let placement = asset.grid.as_ref().map_or(Placement::Warped, |source| Placement::of(source, grid));
            Ok::<_, PlanError>(PlannedBand { band, asset, placement })
        };
        let layers = recipe.mask().and_then(|step| mask_layers(step, scene, model).ok());
        let (mask_by, mask, evidence) = layers.map_or((None, None, Vec::new()), |layers| (layers.by, layers.mask, layers.evidence));
        let mask = mask.map(planned).transpose()?;
        let evidence = evidence.into_iter().map(planned).collect::<Result<_, _>>()?;
        let bands = composite.bands.iter().filter_map(|band| stands_for(*band, scene)).map(planned).collect::<Result<_, _>>()?;
        let member = PlannedScene { scene: scene.id.clone(), sensor: scene.sensor, sun: scene.sun, mask_by, mask, evidence, bands };
        let key = scene.datatake.as_ref().map_or_else(|| scene.id.to_string(), |take| format!("{} {take}", scene.sensor));
        match looks.iter_mut().find(|(k, _)| *k == key) {
            Some((_, look)) => look.scenes.push(member),
            None => {
                looks.push((key, Look { datetime: scene.datetime, beyond: !within.contains(&day(scene.datetime)), scenes: vec![member] }))
            }
        }
    }
    Ok(looks.into_iter().map(|(_, look)| look).collect())
}
