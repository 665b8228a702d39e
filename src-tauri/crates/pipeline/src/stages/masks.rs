//! Plan the run and fetch the masks of all scenes: they are small, and they decide what else is fetched.

use futures::{StreamExt, TryStreamExt, stream};
use swath_domain::{Grid, JobId, MaskStep, Monitor, Plan, PlannedBand, Report, SceneId, Stage};
use swath_library::JobRequest;
use swath_raster::mask;

use crate::{
    engine::Resources,
    error::{Outcome, fail, lift, name},
    prepare,
    progress::JobMonitor,
};

/// Masks fetched at a time; the governor of each host limits them further.
const MASKS_AT_ONCE: usize = 32;

pub(crate) async fn masks(res: &Resources, id: JobId, request: &JobRequest, monitor: &JobMonitor) -> Outcome<Plan> {
    let jobs = res.library.jobs();
    monitor.begin(Stage::Masks, 0, request.scenes.len() as u64);
    // A stored plan is kept: the canvas of an earlier run has its blocks.
    let plan = match fail(jobs.plan(id))? {
        Some(plan) => plan,
        None => {
            let (plan, scenes) = prepare::prepare(res, &request.recipe, request.scenes.clone(), monitor).await?;
            fail(jobs.set_scenes(id, &scenes))?;
            fail(jobs.set_plan(id, &plan))?;
            plan
        }
    };
    for (scene, why) in &plan.left_out {
        tracing::info!(%scene, why, "left out");
    }
    let Some(step) = request.recipe.mask() else { return Ok(plan) };
    let scenes = plan.looks.iter().flat_map(|look| &look.scenes);
    let files: Vec<(SceneId, PlannedBand)> = scenes.filter_map(|s| Some((s.scene.clone(), s.mask.clone()?))).collect();
    monitor.begin(Stage::Masks, 0, files.len() as u64);
    stream::iter(files)
        .map(|(scene, mask)| fetch(res, scene, mask, &plan.target.grid, step, monitor))
        .buffer_unordered(MASKS_AT_ONCE)
        .try_collect::<()>()
        .await?;
    Ok(plan)
}

/// Fetches what the output needs of one mask, the reach of its buffers included.
async fn fetch(res: &Resources, scene: SceneId, planned: PlannedBand, output: &Grid, step: &MaskStep, monitor: &JobMonitor) -> Outcome<()> {
    let window = planned.asset.grid.as_ref().and_then(|source| mask::source_window(source, output, planned.placement, step));
    if let Some(window) = window {
        let fetched = lift(res.cache.fetch_window(&planned.asset, 0, window, monitor).await);
        name(&scene, planned.band, fetched)?;
    }
    monitor.report(Report::Advanced(1));
    Ok(())
}
