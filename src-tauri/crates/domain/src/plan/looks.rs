//! Which scenes can be used, and which of them are one look at the ground.

use super::{Look, Placement, PlanError, PlannedBand, PlannedScene};
use crate::merge::superseded;
use crate::{Band, Evidence, Grid, Recipe, Scene, SceneId};

/// Scenes with all that the recipe needs, without superseded versions; and the others with the reason.
pub(super) fn usable<'a>(recipe: &Recipe, scenes: &'a [Scene]) -> (Vec<&'a Scene>, Vec<(SceneId, String)>) {
    let bands = recipe.composite().map(|c| c.bands.as_slice()).unwrap_or_default();
    let mut left_out = Vec::new();
    let mut usable = Vec::new();
    for scene in scenes {
        match unusable(recipe, bands, scene) {
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
fn unusable(recipe: &Recipe, bands: &[Band], scene: &Scene) -> Option<String> {
    let mask = recipe.mask().and(scene.sensor.mask_band());
    if let Some(band) = bands.iter().copied().chain(mask).find(|band| !scene.assets.contains_key(band)) {
        return Some(format!("has no `{band}`"));
    }
    // The mask step speaks of the classes of Sentinel-2; bits read as classes would mask anything.
    match mask {
        None if recipe.mask().is_some() => return Some(format!("carries no cloud mask ({})", scene.sensor)),
        Some(band) if band != Band::Scl => return Some(format!("carries its cloud mask as `{band}`, which cannot be used yet")),
        _ => {}
    }
    // Composites are made in reflectance; numbers of unknown meaning would look like it and be wrong.
    let unknown = |band: &&Band| scene.assets.get(band).is_some_and(|asset| asset.radiometry.evidence == Evidence::Assumed);
    if let Some(band) = bands.iter().find(unknown) {
        return Some(format!("does not say what the numbers of `{band}` mean (scale and offset)"));
    }
    let outside = recipe.query().is_some_and(|query| !query.area.coverage_by(&scene.footprint).is_normal());
    outside.then(|| "lies outside the area".to_owned())
}

/// Groups scenes by datatake, in order of time.
pub(super) fn looks(recipe: &Recipe, scenes: &[&Scene], grid: &Grid) -> Result<Vec<Look>, PlanError> {
    let composite = recipe.composite().ok_or(PlanError::NothingToMake)?;
    let mut looks: Vec<(String, Look)> = Vec::new();
    for scene in scenes {
        let planned = |band: Band| {
            let asset = scene.assets.get(&band).cloned();
            let asset = asset.filter(|a| a.grid.is_some()).ok_or_else(|| PlanError::UnknownGrid(scene.id.clone(), band))?;
            let placement = asset.grid.as_ref().map_or(Placement::Warped, |source| Placement::of(source, grid));
            Ok::<_, PlanError>(PlannedBand { band, asset, placement })
        };
        let mask = recipe.mask().and(scene.sensor.mask_band()).map(planned).transpose()?;
        let bands = composite.bands.iter().copied().map(planned).collect::<Result<_, _>>()?;
        let member = PlannedScene { scene: scene.id.clone(), mask, bands };
        let key = scene.datatake.as_ref().map_or_else(|| scene.id.to_string(), |take| format!("{} {take}", scene.sensor));
        match looks.iter_mut().find(|(k, _)| *k == key) {
            Some((_, look)) => look.scenes.push(member),
            None => looks.push((key, Look { datetime: scene.datetime, scenes: vec![member] })),
        }
    }
    Ok(looks.into_iter().map(|(_, look)| look).collect())
}
