//! Move the finished files into the library: rename, then one transaction that also ends the job.

use swath_domain::{JobId, Plan, Report, Stage};
use swath_library::{JobRequest, PublishRequest};

use super::{Staged, blocks::on_disk};
use crate::{
    engine::Resources,
    error::{Outcome, fail},
    progress::JobMonitor,
};

pub(crate) async fn publish(
    res: &Resources,
    id: JobId,
    request: &JobRequest,
    plan: &Plan,
    staged: Staged,
    monitor: &JobMonitor,
) -> Outcome<()> {
    monitor.begin(Stage::Publish, 0, 1);
    let library = res.library.clone();
    let (recipe, plan) = (request.recipe.clone(), plan.clone());
    let product = on_disk(res, move || {
        let mut sensors = recipe.search().map(|search| search.sensors.clone()).unwrap_or_default();
        sensors.sort();
        sensors.dedup();
        let publish = PublishRequest {
            job: id,
            name: recipe.name.clone(),
            staged: &staged.folder,
            dates: recipe.dates,
            sensors,
            footprint: recipe.area.shape().clone(),
            grid: plan.target.grid.clone(),
            bands: staged.bands,
            scenes: plan.looks.iter().map(|look| look.scenes.len() as u32).sum(),
        };
        fail(library.products().publish(publish, jiff::Timestamp::now()))
    })
    .await?;
    swath_domain::Monitor::report(monitor, Report::Advanced(1));
    tracing::info!(product = %product.id, folder = product.folder, "published");
    Ok(())
}
