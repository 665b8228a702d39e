//! Plan the run and fetch the masks of all scenes: they are small, and they decide what else is fetched.

use futures::{StreamExt, TryStreamExt, stream};
use swath_domain::{Grid, JobId, MaskStep, Monitor, Plan, PlannedBand, Report, Stage};
use swath_library::JobRequest;
use swath_raster::mask;

use crate::{
    engine::Resources,
    error::{Outcome, fail, lift},
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
    let files: Vec<PlannedBand> = plan.looks.iter().flat_map(|look| &look.scenes).filter_map(|scene| scene.mask.clone()).collect();
    monitor.begin(Stage::Masks, 0, files.len() as u64);
    stream::iter(files)
        .map(|mask| fetch(res, mask, &plan.target.grid, step, monitor))
        .buffer_unordered(MASKS_AT_ONCE)
        .try_collect::<()>()
        .await?;
    Ok(plan)
}

/// Fetches what the output needs of one mask, the reach of its buffers included.
async fn fetch(res: &Resources, planned: PlannedBand, output: &Grid, step: &MaskStep, monitor: &JobMonitor) -> Outcome<()> {
    let window = planned.asset.grid.as_ref().and_then(|source| mask::source_window(source, output, planned.placement, step));
    if let Some(window) = window {
        lift(res.cache.fetch_window(&planned.asset, 0, window, monitor).await)?;
    }
    monitor.report(Report::Advanced(1));
    Ok(())
}
