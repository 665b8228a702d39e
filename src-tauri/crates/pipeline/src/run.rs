//! One run of a job, stage after stage. Each stage starts from what is there already.

use std::sync::Arc;

use swath_domain::{JobId, PlanError, Recipe, Stage, Stop};
use swath_library::JobRequest;

use crate::{
    PipelineError,
    engine::Resources,
    error::{Outcome, fail},
    layers::Layers,
    parts,
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
    } else if stages::lacks_beyond(&request.recipe, &request.scenes) {
        // Scenes that were chosen by hand are those of the period; what fills its gaps is looked for.
        monitor.begin(Stage::Search, 0, 0);
        let beyond = stages::search_beyond(res, &request.recipe, &**monitor).await?;
        request.scenes.extend(beyond);
        fail(jobs.set_scenes(id, &request.scenes))?;
    }
    check(monitor)?;
    match parts::parts(&request.recipe) {
        None => one(res, id, request, false, monitor).await,
        Some(parts) => several(res, id, &request, parts, monitor).await,
    }
}

/// One product, and the end of the job unless it is a part of what the job makes.
async fn one(res: &Arc<Resources>, id: JobId, mut request: JobRequest, part: bool, monitor: &Arc<JobMonitor>) -> Outcome<()> {
    let mut layers = Layers::new(&res.library.folders().staging_of(id));
    let plan = stages::plan(res, id, &mut request, part, &mut layers, monitor).await?;
    let layers = Arc::new(layers);
    let masks = stages::masks(res, id, &request, &plan, &layers, monitor).await?;
    check(monitor)?;
    let corrections = stages::balance(res, id, &request, &plan, &layers, &masks, monitor).await?;
    check(monitor)?;
    let canvas = stages::blocks(res, id, &request, &plan, layers.clone(), masks, corrections.clone(), monitor).await?;
    check(monitor)?;
    let staged = stages::write(res, id, &request, &plan, layers, canvas, corrections, monitor).await?;
    check(monitor)?;
    stages::publish(res, id, &request, &plan, staged, part, monitor).await
}

/// A product for each part of the period that has scenes. Parts that are in the library already stay as they are, so a run that is taken up
/// again goes on where it was.
async fn several(res: &Arc<Resources>, id: JobId, request: &JobRequest, parts: Vec<Recipe>, monitor: &Arc<JobMonitor>) -> Outcome<()> {
    let products = res.library.products();
    let mut left_out = Vec::new();
    for recipe in parts {
        check(monitor)?;
        let made = fail(products.of_job(id))?;
        if made.iter().any(|product| product.dates == recipe.dates) {
            continue;
        }
        let scenes = parts::scenes_of(&recipe, &fail(res.library.jobs().request(id))?.scenes);
        let name = recipe.name.clone();
        stages::begin_part(res, id, &recipe).await?;
        let outcome = match scenes.iter().all(|scene| !recipe.dates.contains(scene.datetime)) {
            true => Err(Stop::Failed(PlanError::NoScenes(Vec::new()).into())),
            false => one(res, id, JobRequest { recipe, scenes }, true, monitor).await,
        };
        match outcome {
            Err(Stop::Failed(PipelineError::Plan(PlanError::NoScenes(why)))) => {
                tracing::info!(part = name, "this part of the period has no scene and gets no image");
                left_out.extend(why);
            }
            other => other?,
        }
    }
    if fail(products.of_job(id))?.is_empty() {
        let why = if left_out.is_empty() {
            request.scenes.iter().map(|scene| (scene.id.clone(), "lies in no part".into())).collect()
        } else {
            left_out
        };
        return Err(Stop::Failed(PlanError::NoScenes(why).into()));
    }
    let product = fail(products.end(id, jiff::Timestamp::now()))?;
    tracing::info!(%product, "the last part is done");
    Ok(())
}

fn check(monitor: &JobMonitor) -> Outcome<()> {
    if swath_domain::Monitor::is_cancelled(monitor) { Err(Stop::Cancelled) } else { Ok(()) }
}
