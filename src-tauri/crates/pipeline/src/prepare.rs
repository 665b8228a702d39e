//! From a recipe and scenes to a plan: chooses the place of every layer, reads the headers of files whose grid the catalogue did not tell,
//! and leaves out what is not clear enough.

use futures::{StreamExt, TryStreamExt, stream};
use swath_domain::{Aoi, Band, Crs, Merger, Monitor, Plan, PlanError, Recipe, Report, Scene, SceneId, Stop, output_crs, plan};
use swath_raster::{mask, source_window};

use crate::{
    engine::Resources,
    error::{Outcome, fail, lift},
    shares,
    sources::{Layer, Sources, opened, unusable},
};

/// Headers or masks read at a time; the governor of each host limits them further.
const AT_ONCE: usize = 32;

/// What a scene is good for.
type Judged = (Scene, Option<String>);

/// Plans a run and gives back the scenes with every grid known. What is in `plan.left_out` has its reason.
pub(crate) async fn prepare(
    res: &Resources,
    sources: &Sources,
    recipe: &Recipe,
    scenes: Vec<Scene>,
    monitor: &dyn Monitor,
) -> Outcome<(Plan, Vec<Scene>)> {
    let bands: Vec<Band> = recipe.composite().map(|c| c.bands.clone()).unwrap_or_default();
    let masks = recipe.mask().is_some();
    let judged = clear_enough(res, sources, recipe, scenes, monitor).await?;
    let judged: Vec<Judged> = stream::iter(judged)
        .map(|(mut scene, reason)| {
            let mask = scene.sensor.mask_band().filter(|_| masks);
            let needed: Vec<Band> = bands.iter().copied().chain(mask).filter(|band| scene.assets.contains_key(band)).collect();
            async move {
                if reason.is_some() {
                    return Ok((scene, reason));
                }
                for band in needed {
                    if let Some(reason) = choose(res, sources, &mut scene, band, monitor).await? {
                        return Ok((scene, Some(reason)));
                    }
                }
                Ok::<_, Stop<_>>((scene, None))
            }
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let (mut usable, mut out, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    for (scene, reason) in judged {
        match reason {
            None => usable.push(scene),
            Some(reason) => {
                left_out.push((scene.id.clone(), reason));
                out.push(scene);
            }
        }
    }
    let limits = res.limits();
    let crs = output_crs(recipe, &usable);
    let outline = project(res, &recipe.area, crs.clone()).await?;
    let mut plan = match plan(recipe, &usable, crs, outline, &[], limits.cpu, limits.memory) {
        Err(PlanError::NoScenes(more)) => {
            left_out.extend(more);
            return fail(Err(PlanError::NoScenes(left_out)));
        }
        other => fail(other)?,
    };
    plan.left_out.extend(left_out);
    usable.extend(out);
    usable.sort_by(|a, b| a.id.cmp(&b.id));
    Ok((plan, usable))
}

/// Puts the place that will be read first, with its grid known. A reason when no place can be read at all.
async fn choose(res: &Resources, sources: &Sources, scene: &mut Scene, band: Band, monitor: &dyn Monitor) -> Outcome<Option<String>> {
    let places: Vec<_> = scene.sources(band).cloned().collect();
    let reasons: Vec<_> = places.iter().map(|asset| unusable(asset, band)).collect();
    let Some(first) = reasons.iter().position(Option::is_none) else { return Ok(reasons.into_iter().flatten().next()) };
    let chosen = match &places[first].grid {
        Some(_) => places[first].clone(),
        None => opened(res, sources, Layer::of_scene(scene, band), monitor).await?.asset,
    };
    let others: Vec<_> = places.into_iter().filter(|asset| asset.href != chosen.href).collect();
    scene.assets.insert(band, chosen);
    if !others.is_empty() {
        scene.alternates.insert(band, others);
    }
    Ok(None)
}

/// Reads how much of the area is clear, when the recipe asks for a share, and says which scenes have less.
async fn clear_enough(
    res: &Resources,
    sources: &Sources,
    recipe: &Recipe,
    scenes: Vec<Scene>,
    monitor: &dyn Monitor,
) -> Outcome<Vec<Judged>> {
    let Some(least) = recipe.search().and_then(|step| step.filters.min_clear) else {
        return Ok(scenes.into_iter().map(|scene| (scene, None)).collect());
    };
    let old = superseded(&scenes);
    stream::iter(scenes)
        .map(|scene| {
            let skip = old.contains(&scene.id);
            async move {
                // Planning leaves it out by itself.
                let share = if skip { None } else { shares::clear_share(res, sources, &scene, &recipe.area, monitor).await? };
                monitor.report(Report::Advanced(1));
                let reason = share.filter(|share| share.clear < least).map(|share| too_cloudy(share.clear, least));
                Ok::<_, Stop<_>>((scene, reason))
            }
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await
}

fn too_cloudy(clear: f64, least: f64) -> String {
    format!("is clear over {:.0} % of the area only, less than the {:.0} % asked for", (clear * 100.0).floor(), least * 100.0)
}

/// Scenes of which a newer version is among them.
fn superseded(scenes: &[Scene]) -> Vec<SceneId> {
    let mut merger = Merger::new(Vec::new());
    merger.add(scenes.to_vec());
    merger.finish().into_iter().filter(|change| change.superseded_by.is_some()).map(|change| change.scene.id).collect()
}

/// The area in another coordinate system.
pub(crate) async fn project(res: &Resources, area: &Aoi, to: Crs) -> Outcome<geo::MultiPolygon<f64>> {
    let shape = area.shape().clone();
    res.view.run(move || fail(swath_raster::project(&shape, &Crs::epsg(4326), &to))).await
}

/// Bytes that a plan needs and the cache has. Looks only at files whose header is there, so it asks no server.
pub(crate) async fn cached(res: &Resources, recipe: &Recipe, plan: &Plan, monitor: &dyn Monitor) -> Outcome<u64> {
    let output = &plan.target.grid;
    let mut bytes = 0;
    for scene in plan.looks.iter().flat_map(|look| &look.scenes) {
        for planned in scene.bands.iter().chain(&scene.mask) {
            let remote = !planned.asset.href.starts_with("file:") && res.cache.knows(&planned.asset);
            let Some(source) = planned.asset.grid.as_ref().filter(|_| remote) else { continue };
            let window = match recipe.mask().filter(|_| planned.band.is_classification()) {
                Some(step) => mask::source_window(source, output, planned.placement, step),
                None => source_window(source, output, planned.placement),
            };
            let Some(window) = window else { continue };
            let file = lift(res.cache.open(&planned.asset, monitor).await)?;
            let ranges = file.ranges(0, window);
            let wanted: u64 = ranges.iter().map(|range| range.end - range.start).sum();
            bytes += wanted.saturating_sub(file.missing(&ranges));
        }
    }
    Ok(bytes)
}
