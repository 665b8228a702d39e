//! One run of a job, stage after stage. Each stage starts from what is there already.

use std::sync::Arc;

use swath_domain::{JobId, Stage, Stop};

use crate::{
    engine::Resources,
    error::{Outcome, fail},
    layers::Layers,
    progress::JobMonitor,
    stages,
};

pub(crate) async fn run(res: &Arc<Resources>, id: JobId, monitor: &Arc<JobMonitor>) -> Outcome<()> {
    let jobs = res.library.jobs();
    let mut request = fail(jobs.request(id))?;
    if request.scenes.is_empty() {
        monitor.begin(Stage::Search, 0, 0);
        request.scenes = stages::search(res, &request.recipe, &**monitor, &mut |_| ()).await?;
        fail(jobs.set_scenes(id, &request.scenes))?;
    }
    check(monitor)?;
    let mut layers = Layers::new(&res.library.folders().staging_of(id));
    let plan = stages::plan(res, id, &mut request, &mut layers, monitor).await?;
    let layers = Arc::new(layers);
    let masks = stages::masks(res, id, &request, &plan, &layers, monitor).await?;
    check(monitor)?;
    let corrections = stages::balance(res, id, &request, &plan, &layers, &masks, monitor).await?;
    check(monitor)?;
    let canvas = stages::blocks(res, id, &request, &plan, layers.clone(), masks, corrections.clone(), monitor).await?;
    check(monitor)?;
    let staged = stages::write(res, id, &request, &plan, layers, canvas, corrections, monitor).await?;
    check(monitor)?;
    stages::publish(res, id, &request, &plan, staged, monitor).await
}

fn check(monitor: &JobMonitor) -> Outcome<()> {
    if swath_domain::Monitor::is_cancelled(monitor) { Err(Stop::Cancelled) } else { Ok(()) }
}
