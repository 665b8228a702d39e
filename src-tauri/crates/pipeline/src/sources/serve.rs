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
    Ok(served(res, sources, layer, Want::Header, monitor).await?.0)
}

/// Opens a layer and fetches the blocks under a window of its full resolution.
pub(crate) async fn fetched(
    res: &Resources,
    sources: &Sources,
    layer: Layer<'_>,
    window: Window,
    monitor: &dyn Monitor,
) -> Outcome<Served> {
    Ok(served(res, sources, layer, Want::Window(window), monitor).await?.0)
}

/// Opens a layer and fetches what [`swath_raster::read_coarse`] reads of it for a coarse grid: the level and its window. `None` when the
/// layer does not reach that grid.
pub(crate) async fn coarse(
    res: &Resources,
    sources: &Sources,
    layer: Layer<'_>,
    grid: &Grid,
    monitor: &dyn Monitor,
) -> Outcome<Option<(Served, usize, Window)>> {
    let (served, under) = served(res, sources, layer, Want::Coarse(grid), monitor).await?;
    Ok(under.map(|(level, window)| (served, level, window)))
}

/// What is fetched of a layer besides its header.
#[derive(Debug, Clone, Copy)]
enum Want<'a> {
    Header,
    /// Of the full resolution.
    Window(Window),
    /// Of the overview for a coarse grid.
    Coarse(&'a Grid),
}

/// A place that served, and the level and window that were fetched.
type Got = (Served, Option<(usize, Window)>);

async fn served(res: &Resources, sources: &Sources, layer: Layer<'_>, want: Want<'_>, monitor: &dyn Monitor) -> Outcome<Got> {
    let mut tries = Tries::new(sources, layer);
    while let Some(place) = tries.next() {
        let watch = tries.watch(place, monitor);
        let mut anew = false;
        let stop = loop {
            match at(res, sources, layer, place.asset, want, &watch).await {
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

async fn at(res: &Resources, sources: &Sources, layer: Layer<'_>, asset: &Asset, want: Want<'_>, monitor: &dyn Monitor) -> Outcome<Got> {
    let served = open_at(res, sources, asset, layer.grid(), monitor).await?;
    let file = &served.file;
    let under = match (want, &served.asset.grid) {
        (Want::Window(window), _) => Some((0, window)),
        (Want::Coarse(grid), Some(full)) => {
            let levels: Vec<_> = file.levels().iter().map(|level| (level.width, level.height)).collect();
            fail(swath_raster::coarse_window(&levels, full, grid))?
        }
        (Want::Header | Want::Coarse(_), _) => None,
    };
    if let Some((level, window)) = under {
        lift(file.fetch(&file.ranges(level, window), monitor).await)?;
    }
    Ok((served, under))
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
