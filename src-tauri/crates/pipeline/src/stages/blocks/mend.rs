//! Damaged bytes of a band: fetched again once, then from another source.

use std::path::PathBuf;

use swath_domain::Stop;
use swath_raster::source_window;

use super::{Block, Run};
use crate::{PipelineError, engine::Resources, error::Outcome, progress::JobMonitor, sources::mend as layer};

/// Makes another attempt at a block worth while, or gives the error back.
///
/// `mended` lists the files that this block has fetched again already.
pub(super) async fn mend(
    res: &Resources,
    run: &Run,
    block: &Block,
    error: PipelineError,
    mended: &mut Vec<PathBuf>,
    monitor: &JobMonitor,
) -> Outcome<()> {
    let Some((id, band, path)) = layer::damaged(&error) else { return Err(Stop::Failed(error)) };
    let scene = run.plan.looks.iter().flat_map(|look| &look.scenes).find(|scene| scene.scene == id);
    let planned = scene.and_then(|scene| Some((scene, scene.bands.iter().find(|planned| planned.band == band)?)));
    let Some((scene, planned)) = planned else { return Err(Stop::Failed(error)) };
    let window = planned.asset.grid.as_ref().and_then(|source| source_window(source, &block.grid, planned.placement));
    layer::mend(res, &run.layers.sources, run.layers.of(&scene.scene, planned), window, &path, error, mended, monitor).await
}
