//! Opening and fetching from whichever place serves.

use std::{path::PathBuf, sync::Arc};

use swath_domain::{Asset, Grid, Monitor, Stop, Window};
use swath_remote::{RangeFile, RemoteError};

use super::{Layer, Sources, Tries, same_grid};
use crate::{
    PipelineError,
    engine::Resources,
    error::{Outcome, fail, lift},
};

/// A layer as one place has it.
#[derive(Clone)]
pub(crate) struct Served {
    /// The place; its grid is known.
    pub(crate) asset: Asset,
    pub(crate) file: Arc<RangeFile>,
}

impl Served {
    pub(crate) fn path(&self) -> PathBuf {
        self.file.path().to_owned()
    }
}

/// Opens a layer: its header is there then, and its grid is the planned one.
pub(crate) async fn opened(res: &Resources, sources: &Sources, layer: Layer<'_>, monitor: &dyn Monitor) -> Outcome<Served> {
    served(res, sources, layer, None, monitor).await
}

/// Opens a layer and fetches the blocks under a window of its full resolution.
pub(crate) async fn fetched(
    res: &Resources,
    sources: &Sources,
    layer: Layer<'_>,
    window: Window,
    monitor: &dyn Monitor,
) -> Outcome<Served> {
    served(res, sources, layer, Some(window), monitor).await
}

async fn served(res: &Resources, sources: &Sources, layer: Layer<'_>, window: Option<Window>, monitor: &dyn Monitor) -> Outcome<Served> {
    let mut tries = Tries::new(sources, layer);
    while let Some(place) = tries.next() {
        let watch = tries.watch(place, monitor);
        let mut anew = false;
        let stop = loop {
            match at(res, sources, layer, place.asset, window, &watch).await {
                Ok(served) => return Ok(served),
                // Replaced on its server: where there is another place, that one is better than a mixture of both versions.
                Err(Stop::Failed(PipelineError::Remote(RemoteError::Changed { .. }))) if tries.is_last() && !anew => anew = true,
                // Dropped by somebody who found it replaced while it was opened here.
                Err(Stop::Failed(PipelineError::Remote(RemoteError::Disk { full: false, .. }))) if !anew => {
                    anew = true;
                    if let Some(words) = sources.file_fault(place.asset).filter(|_| !tries.is_last()) {
                        break Stop::Failed(PipelineError::Avoided(words));
                    }
                }
                Err(stop) => break stop,
            }
        };
        tries.failed(place, stop, &watch)?;
    }
    Err(tries.end())
}

async fn at(
    res: &Resources,
    sources: &Sources,
    layer: Layer<'_>,
    asset: &Asset,
    window: Option<Window>,
    monitor: &dyn Monitor,
) -> Outcome<Served> {
    let served = open_at(res, sources, asset, layer.grid(), monitor).await?;
    if let Some(window) = window {
        let file = &served.file;
        lift(file.fetch(&file.ranges(0, window), monitor).await)?;
    }
    Ok(served)
}

/// Opens a file and learns its grid where the catalogue did not tell it.
pub(crate) async fn open_at(
    res: &Resources,
    sources: &Sources,
    asset: &Asset,
    planned: Option<&Grid>,
    monitor: &dyn Monitor,
) -> Outcome<Served> {
    let file = lift(res.cache.open(asset, monitor).await)?;
    let grid = match sources.grid(asset) {
        Some(grid) => grid,
        None => {
            let path = file.path().to_owned();
            let grid = res.view.run(move || Ok(fail(swath_raster::describe(&path))?.grid)).await?;
            sources.learn(asset, &grid);
            grid
        }
    };
    let size = file.levels().first().map(|level| (level.width, level.height));
    let other = planned.is_some_and(|planned| !same_grid(planned, &grid));
    if other || size.is_some_and(|size| size != (grid.width, grid.height)) {
        return Err(Stop::Failed(PipelineError::AnotherGrid(asset.href.clone())));
    }
    Ok(Served { asset: Asset { grid: Some(grid), ..asset.clone() }, file })
}
