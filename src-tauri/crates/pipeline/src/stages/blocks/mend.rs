//! Damaged bytes: fetched again once, then from another source.

use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use swath_domain::{Band, PlannedBand, PlannedScene, SceneId, Stop};
use swath_raster::{RasterError, mask, source_window};

use super::{Block, Run};
use crate::{
    PipelineError,
    engine::Resources,
    error::{Outcome, lift},
    progress::JobMonitor,
    sources::Tries,
    stages::masks,
};

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
    let Some((id, band, path)) = damaged(&error) else { return Err(Stop::Failed(error)) };
    let scene = run.plan.looks.iter().flat_map(|look| &look.scenes).find(|scene| scene.scene == id);
    let planned = scene.and_then(|scene| Some((scene, scene.bands.iter().chain(&scene.mask).find(|planned| planned.band == band)?)));
    let Some((scene, planned)) = planned else { return Err(Stop::Failed(error)) };
    if !mended.contains(&path) {
        mended.push(path.clone());
        // Another block has found it replaced on its server, so it was dropped while this one read it: the next attempt opens it anew, or
        // goes elsewhere.
        if !path.exists() {
            if scene.mask.as_ref() == Some(planned) {
                other_mask(res, run, scene, monitor).await?;
            }
            return Ok(());
        }
        tracing::warn!(scene = %id, %band, "damaged in the cache, fetching it again");
        if again(res, run, block, scene, planned, &path, monitor).await? {
            return Ok(());
        }
    }
    let layer = run.layers.of(&scene.scene, planned);
    let places = layer.places();
    // The file is in the cache under its own name, so it is known by where it lies.
    let mut at = None;
    for asset in places.iter().copied() {
        let here = res.cache.knows(asset) && lift(res.cache.open(asset, monitor).await).is_ok_and(|file| file.path() == path);
        at = at.or(here.then_some(asset));
    }
    match at.filter(|_| places.len() > 1) {
        Some(asset) => Tries::new(&run.layers.sources, layer).remember(asset, &error),
        None => return Err(Stop::Failed(error)),
    }
    if scene.mask.as_ref() == Some(planned) {
        other_mask(res, run, scene, monitor).await?;
    }
    // Nothing is left to be tried once every place has failed.
    match Tries::new(&run.layers.sources, layer).next() {
        Some(_) => Ok(()),
        None => Err(Stop::Failed(error)),
    }
}

/// The layer whose pixels could not be read, and the file, if that is what stopped a block.
fn damaged(error: &PipelineError) -> Option<(SceneId, Band, PathBuf)> {
    match error {
        PipelineError::Source { scene, band, error } => match &**error {
            PipelineError::Raster(RasterError::Read { path, .. } | RasterError::Open { path, .. }) => {
                Some((scene.clone(), *band, path.clone()))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Fetches anew what a block reads of the file at `path`. `false` when the file is the user's own and cannot be fetched, or does not come.
async fn again(
    res: &Resources,
    run: &Run,
    block: &Block,
    scene: &PlannedScene,
    planned: &PlannedBand,
    path: &Path,
    monitor: &JobMonitor,
) -> Outcome<bool> {
    let Some(source) = &planned.asset.grid else { return Ok(false) };
    let window = match &run.mask {
        Some(step) if planned.band.is_classification() => mask::source_window(source, &run.plan.target.grid, planned.placement, step),
        _ => source_window(source, &block.grid, planned.placement),
    };
    let Some(window) = window else { return Ok(false) };
    for asset in run.layers.of(&scene.scene, planned).places() {
        if asset.href.starts_with("file:") || !res.cache.knows(asset) {
            continue;
        }
        let file = lift(res.cache.open(asset, monitor).await)?;
        if file.path() != path {
            continue;
        }
        let ranges = file.ranges(0, window);
        lift(file.forget(&ranges).await.map_err(Into::into))?;
        return match file.fetch(&ranges, monitor).await {
            Ok(_) => Ok(true),
            Err(Stop::Cancelled) => Err(Stop::Cancelled),
            // The error that led here says more, and another source may serve.
            Err(Stop::Failed(why)) => {
                tracing::warn!(scene = %scene.scene, band = %planned.band, %why, "it could not be fetched again");
                Ok(false)
            }
        };
    }
    Ok(false)
}

/// Fetches the mask of a scene from the next source.
async fn other_mask(res: &Resources, run: &Run, scene: &PlannedScene, monitor: &JobMonitor) -> Outcome<()> {
    let Some(step) = &run.mask else { return Ok(()) };
    if let Some(served) = masks::fetch(res, &run.layers, scene, &run.plan.target.grid, step, monitor).await? {
        let mut masks = run.masks.write().unwrap_or_else(PoisonError::into_inner);
        masks.insert(scene.scene.clone(), served);
    }
    let now = run.masks.read().unwrap_or_else(PoisonError::into_inner).clone();
    masks::note(res, &run.layers, &run.plan, &now).await
}
