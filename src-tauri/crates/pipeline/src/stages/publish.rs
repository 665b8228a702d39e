//! Move the finished files into the library: rename, then one transaction that also ends the job, unless it goes on with another part.

use std::path::Path;

use swath_domain::{JobId, Plan, Recipe, Report, Stage, Stop};
use swath_library::{JobRequest, PublishRequest};

use super::{Staged, blocks::on_disk};
use crate::{
    PipelineError,
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
    part: bool,
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
        let (products, now) = (library.products(), jiff::Timestamp::now());
        fail(if part { products.publish_part(publish, now) } else { products.publish(publish, now) })
    })
    .await?;
    swath_domain::Monitor::report(monitor, Report::Advanced(1));
    tracing::info!(product = %product.id, folder = product.folder, "published");
    Ok(())
}

/// Makes the job's folder that of a part: what another part left there is thrown away.
pub(crate) async fn begin_part(res: &Resources, id: JobId, recipe: &Recipe) -> Outcome<()> {
    let folder = res.library.folders().staging_of(id);
    let dates = format!("{}/{}\n", recipe.dates.from(), recipe.dates.to());
    on_disk(res, move || {
        let mark = folder.join("part");
        if std::fs::read_to_string(&mark).is_ok_and(|known| known == dates) {
            return Ok(());
        }
        let cleared = match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => std::fs::create_dir_all(&folder),
        };
        let io = |path: &Path, error| Stop::Failed(PipelineError::Io { path: path.display().to_string(), error });
        cleared.map_err(|error| io(&folder, error))?;
        std::fs::write(&mark, &dates).map_err(|error| io(&mark, error))
    })
    .await
}
