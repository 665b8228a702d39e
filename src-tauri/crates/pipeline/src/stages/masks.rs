//! Plan the run and fetch the masks of all scenes: they are small, and they decide what else is fetched.

use std::collections::HashMap;

use futures::{StreamExt, TryStreamExt, stream};
use swath_domain::{Grid, JobId, MaskStep, Monitor, Plan, PlannedScene, Report, SceneId, Stage};
use swath_library::JobRequest;
use swath_raster::mask;

use super::blocks::on_disk;
use crate::{
    engine::Resources,
    error::{Outcome, fail},
    layers::{Layers, read},
    prepare,
    progress::JobMonitor,
    sources::{Served, fetched, opened},
};

/// Masks fetched at a time; the governor of each host limits them further.
const MASKS_AT_ONCE: usize = 32;

/// The masks of a plan, by scene.
pub(crate) type Masks = HashMap<SceneId, Served>;

/// Plans, unless an earlier run has; keeps the scenes with all that was learned of them.
pub(crate) async fn plan(res: &Resources, id: JobId, request: &mut JobRequest, layers: &mut Layers, monitor: &JobMonitor) -> Outcome<Plan> {
    let jobs = res.library.jobs();
    monitor.begin(Stage::Masks, 0, request.scenes.len() as u64);
    // A stored plan is kept: the canvas of an earlier run has its blocks.
    let plan = match fail(jobs.plan(id))? {
        Some(plan) => plan,
        None => {
            let (plan, scenes) = prepare::prepare(res, &layers.sources, &request.recipe, request.scenes.clone(), monitor).await?;
            fail(jobs.set_scenes(id, &scenes))?;
            fail(jobs.set_plan(id, &plan))?;
            request.scenes = scenes;
            plan
        }
    };
    layers.know(&request.scenes);
    for (scene, why) in &plan.left_out {
        tracing::info!(%scene, why, "left out");
    }
    Ok(plan)
}

pub(crate) async fn masks(res: &Resources, request: &JobRequest, plan: &Plan, layers: &Layers, monitor: &JobMonitor) -> Outcome<Masks> {
    let Some(step) = request.recipe.mask() else { return Ok(Masks::new()) };
    let scenes = plan.looks.iter().flat_map(|look| &look.scenes);
    let scenes: Vec<PlannedScene> = scenes.filter(|scene| scene.mask.is_some()).cloned().collect();
    monitor.begin(Stage::Masks, 0, scenes.len() as u64);
    let fetched: Vec<Option<(SceneId, Served)>> = stream::iter(scenes)
        .map(|scene| one(res, layers, scene, &plan.target.grid, step, monitor))
        .buffer_unordered(MASKS_AT_ONCE)
        .try_collect()
        .await?;
    let masks: Masks = fetched.into_iter().flatten().collect();
    note(res, layers, plan, &masks).await?;
    Ok(masks)
}

async fn one(
    res: &Resources,
    layers: &Layers,
    scene: PlannedScene,
    output: &Grid,
    step: &MaskStep,
    monitor: &JobMonitor,
) -> Outcome<Option<(SceneId, Served)>> {
    let served = fetch(res, layers, &scene, output, step, monitor).await?;
    monitor.report(Report::Advanced(1));
    Ok(served.map(|served| (scene.scene, served)))
}

/// Fetches what the output needs of one mask, the reach of its buffers included.
pub(super) async fn fetch(
    res: &Resources,
    layers: &Layers,
    scene: &PlannedScene,
    output: &Grid,
    step: &MaskStep,
    monitor: &JobMonitor,
) -> Outcome<Option<Served>> {
    let Some(planned) = &scene.mask else { return Ok(None) };
    let layer = layers.of(&scene.scene, planned);
    let window = planned.asset.grid.as_ref().and_then(|source| mask::source_window(source, output, planned.placement, step));
    Ok(Some(match window {
        Some(window) => fetched(res, &layers.sources, layer, window, monitor).await?,
        None => opened(res, &layers.sources, layer, monitor).await?,
    }))
}

/// Notes which masks decide.
pub(super) async fn note(res: &Resources, layers: &Layers, plan: &Plan, masks: &Masks) -> Outcome<()> {
    let scenes = plan.looks.iter().flat_map(|look| &look.scenes);
    let reads: Vec<_> =
        scenes.filter_map(|scene| Some(read(&scene.scene, scene.mask.as_ref()?, &masks.get(&scene.scene)?.asset.href))).collect();
    let journal = layers.reads.clone();
    on_disk(res, move || journal.note(reads)).await
}
