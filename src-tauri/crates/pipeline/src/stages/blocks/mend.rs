//! Damaged bytes in the cache: forget them and fetch them again.

use std::path::Path;

use swath_raster::{mask, source_window};

use super::{Block, Run};
use crate::{
    engine::Resources,
    error::{Outcome, lift},
    progress::JobMonitor,
};

/// Fetches anew what a block reads of the file at `path`. `false` when the file is the user's own and cannot be fetched.
pub(super) async fn mend(res: &Resources, run: &Run, block: &Block, path: &Path, monitor: &JobMonitor) -> Outcome<bool> {
    for scene in run.plan.looks.iter().flat_map(|look| &look.scenes) {
        for planned in scene.bands.iter().chain(&scene.mask) {
            let Some(source) = planned.asset.grid.as_ref().filter(|_| !planned.asset.href.starts_with("file:")) else { continue };
            let file = lift(res.cache.open(&planned.asset, monitor).await)?;
            if file.path() != path {
                continue;
            }
            let window = match &run.mask {
                Some(step) if planned.band.is_classification() => {
                    mask::source_window(source, &run.plan.target.grid, planned.placement, step)
                }
                _ => source_window(source, &block.grid, planned.placement),
            };
            let Some(window) = window else { return Ok(false) };
            let ranges = file.ranges(0, window);
            lift(file.forget(&ranges).await.map_err(Into::into))?;
            lift(file.fetch(&ranges, monitor).await)?;
            return Ok(true);
        }
    }
    Ok(false)
}
