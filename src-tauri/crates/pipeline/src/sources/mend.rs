//! Damaged bytes: fetched again once, then from another source.

use std::path::{Path, PathBuf};

use swath_domain::{Band, Monitor, SceneId, Stop, Window};
use swath_raster::RasterError;

use super::{Layer, Sources, Tries};
use crate::{
    PipelineError,
    engine::Resources,
    error::{Outcome, lift},
};

/// The layer whose pixels could not be read, and the file, if that is what went wrong.
pub(crate) fn damaged(error: &PipelineError) -> Option<(SceneId, Band, PathBuf)> {
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

/// Makes another attempt at reading a layer worth while, or gives the error back. `window` is what was read of the file at `path`; `mended`
/// lists the files that have been fetched again already for this piece of work.
#[allow(clippy::too_many_arguments, reason = "what failed, where, and with what to mend it")]
pub(crate) async fn mend(
    res: &Resources,
    sources: &Sources,
    layer: Layer<'_>,
    window: Option<Window>,
    path: &Path,
    error: PipelineError,
    mended: &mut Vec<PathBuf>,
    monitor: &dyn Monitor,
) -> Outcome<()> {
    if !mended.iter().any(|known| known == path) {
        mended.push(path.to_owned());
        // Somebody else has found it replaced on its server, so it was dropped while it was read here: the next attempt opens it anew, or
        // goes elsewhere.
        if !path.exists() {
            return Ok(());
        }
        tracing::warn!(scene = %layer.scene, band = %layer.band, "damaged in the cache, fetching it again");
        if again(res, layer, window, path, monitor).await? {
            return Ok(());
        }
    }
    let places = layer.places();
    // The file is in the cache under its own name, so it is known by where it lies.
    let mut at = None;
    for asset in places.iter().copied() {
        let here = res.cache.knows(asset) && lift(res.cache.open(asset, monitor).await).is_ok_and(|file| file.path() == path);
        at = at.or(here.then_some(asset));
    }
    match at.filter(|_| places.len() > 1) {
        Some(asset) => Tries::new(sources, layer).remember(asset, &error),
        None => return Err(Stop::Failed(error)),
    }
    // Nothing is left to be tried once every place has failed.
    match Tries::new(sources, layer).next() {
        Some(_) => Ok(()),
        None => Err(Stop::Failed(error)),
    }
}

/// Fetches anew what was read of the file at `path`. `false` when the file is the user's own and cannot be fetched, or does not come.
async fn again(res: &Resources, layer: Layer<'_>, window: Option<Window>, path: &Path, monitor: &dyn Monitor) -> Outcome<bool> {
    let Some(window) = window else { return Ok(false) };
    for asset in layer.places() {
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
                tracing::warn!(scene = %layer.scene, band = %layer.band, %why, "it could not be fetched again");
                Ok(false)
            }
        };
    }
    Ok(false)
}
