//! From a recipe and scenes to a plan: lends scenes of Sentinel-2 L1C the classification of their L2A, chooses the place of every layer, reads
//! the headers of files whose grid the catalogue did not tell, and leaves out what is not clear enough.

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};
use swath_domain::{
    Aoi, Band, Crs, MaskLayers, MaskSource, MaskStep, Merger, Monitor, Plan, PlanError, Recipe, Report, Scene, SceneId, Sensor, Stop,
    mask_layers, output_crs, plan,
};
use swath_model::Model;
use swath_raster::source_window;

use crate::{
    PipelineError,
    engine::Resources,
    error::{Outcome, fail, lift},
    lend::lend,
    shares,
    sources::{Layer, Sources, opened, unusable},
    stages,
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
    let model = match recipe.mask() {
        Some(step) => model(res, step).await?,
        None => None,
    };
    let model_bands = model.as_ref().map(|model| model.bands().to_vec()).unwrap_or_default();
    let scenes = lend(res, recipe, scenes, monitor).await?;
    let judged = clear_enough(res, sources, recipe, scenes, monitor).await?;
    let judged: Vec<Judged> = stream::iter(judged)
        .map(|(mut scene, reason)| {
            let model_bands = &model_bands;
            async move {
                if reason.is_some() {
                    return Ok((scene, reason));
                }
                let reason = chosen(res, sources, recipe, &mut scene, model_bands, monitor).await?;
                Ok::<_, Stop<_>>((scene, reason))
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
    let mut plan = match plan(recipe, &usable, crs, outline, &model_bands, limits.cpu, limits.memory) {
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

/// The user's own cloud model, when the recipe names one, once it is sure that it is the one that the recipe means.
pub(crate) async fn model(res: &Resources, step: &MaskStep) -> Outcome<Option<Arc<Model>>> {
    let MaskSource::Model(file) = &step.from else { return Ok(None) };
    let file = file.clone();
    let open = move || {
        let model = fail(Model::open(file.path.as_ref()))?;
        match &file.sha256 {
            Some(sha256) if !sha256.eq_ignore_ascii_case(model.sha256()) => Err(Stop::Failed(PipelineError::OtherModel(file.path))),
            _ => Ok(Some(Arc::new(model))),
        }
    };
    res.view.run(open).await
}

/// Chooses the place of every layer that a scene is planned with. A reason when it cannot be used.
async fn chosen(
    res: &Resources,
    sources: &Sources,
    recipe: &Recipe,
    scene: &mut Scene,
    model: &[Band],
    monitor: &dyn Monitor,
) -> Outcome<Option<String>> {
    let bands = recipe.composite().map(|composite| composite.bands.clone()).unwrap_or_default();
    // Which band of a scene stands for one that it does not have, the plan decides.
    let landsat = matches!(scene.sensor, Sensor::LandsatC2L1 | Sensor::LandsatC2L2) && bands.contains(&Band::Nir);
    for band in bands.into_iter().chain(landsat.then_some(Band::Nir08)) {
        if !scene.assets.contains_key(&band) {
            continue;
        }
        if let Some(reason) = choose(res, sources, scene, band, monitor).await? {
            return Ok(Some(reason));
        }
    }
    let Some(step) = recipe.mask() else { return Ok(None) };
    loop {
        // Why a scene cannot be masked, the plan says.
        let Ok(MaskLayers { mask, evidence, .. }) = mask_layers(step, scene, model) else { return Ok(None) };
        if let Some(mask) = mask
            && let Some(reason) = choose(res, sources, scene, mask, monitor).await?
        {
            // Borrowed, so that it can do without.
            if scene.sensor == Sensor::Sentinel2L1c {
                drop_layer(scene, mask, &reason);
                continue;
            }
            return Ok(Some(reason));
        }
        let mut complete = true;
        for band in evidence {
            if let Some(reason) = choose(res, sources, scene, band, monitor).await? {
                // What cannot be read cannot tell anything; where it is needed, the plan says so.
                drop_layer(scene, band, &reason);
                complete = false;
            }
        }
        if complete {
            return Ok(None);
        }
    }
}

fn drop_layer(scene: &mut Scene, band: Band, why: &str) {
    tracing::info!(scene = %scene.id, %band, why, "the mask is made without it");
    scene.assets.remove(&band);
    scene.alternates.remove(&band);
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
    let mut windows = Vec::new();
    for scene in plan.looks.iter().flat_map(|look| &look.scenes) {
        for planned in &scene.bands {
            let window = planned.asset.grid.as_ref().and_then(|source| source_window(source, output, planned.placement));
            windows.extend(window.map(|window| (planned, window)));
        }
    }
    let masks = stages::mask_windows(res, recipe, plan).await?;
    let layers: Vec<_> =
        plan.looks.iter().flat_map(|look| &look.scenes).flat_map(|scene| scene.mask.iter().chain(&scene.evidence)).collect();
    windows.extend(layers.into_iter().zip(masks).filter_map(|(planned, window)| Some((planned, window?))));
    let mut bytes = 0;
    for (planned, window) in windows {
        if planned.asset.href.starts_with("file:") || !res.cache.knows(&planned.asset) {
            continue;
        }
        let file = lift(res.cache.open(&planned.asset, monitor).await)?;
        let ranges = file.ranges(0, window);
        let wanted: u64 = ranges.iter().map(|range| range.end - range.start).sum();
        bytes += wanted.saturating_sub(file.missing(&ranges));
    }
    Ok(bytes)
}
