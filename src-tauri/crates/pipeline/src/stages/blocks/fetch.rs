//! Bring the bands that a block needs.

use futures::future::try_join_all;
use swath_domain::{Grid, PlannedBand, SceneId, Window};
use swath_raster::source_window;

use super::{Block, Run, decide::Needed};
use crate::{
    engine::Resources,
    error::Outcome,
    layers::read,
    progress::JobMonitor,
    sources::{Read, Served, fetched, opened},
};

/// Fetches the bands of the needed scenes under a block, all at once; the host's governor keeps the number of requests in bounds. Gives the
/// sources that served, in the order of the needed scenes and the recipe's bands.
pub(super) async fn fetch(res: &Resources, run: &Run, block: &Block, needed: &[Needed], monitor: &JobMonitor) -> Outcome<Vec<Vec<Served>>> {
    let layers = || needed.iter().map(|n| n.scene(run)).flat_map(|scene| scene.bands.iter().map(move |band| (&scene.scene, band)));
    let mut opening = Vec::new();
    for (scene, planned) in layers() {
        opening.push(missing(res, run, scene, planned, &block.grid, monitor));
    }
    let counted = try_join_all(opening).await?;
    monitor.decided(counted.iter().map(|(_, _, bytes)| bytes).sum());
    let mut fetching = Vec::new();
    for ((scene, planned), (opened, window, _)) in layers().zip(counted) {
        fetching.push(async move {
            match window {
                Some(window) => fetched(res, &run.layers.sources, run.layers.of(scene, planned), window, monitor).await,
                None => Ok(opened),
            }
        });
    }
    let mut served = try_join_all(fetching).await?.into_iter();
    Ok(needed.iter().map(|n| served.by_ref().take(n.scene(run).bands.len()).collect()).collect())
}

/// A band, its window under an output grid, and how many bytes of it are not there yet.
async fn missing(
    res: &Resources,
    run: &Run,
    scene: &SceneId,
    planned: &PlannedBand,
    output: &Grid,
    monitor: &JobMonitor,
) -> Outcome<(Served, Option<Window>, u64)> {
    let served = opened(res, &run.layers.sources, run.layers.of(scene, planned), monitor).await?;
    let window = planned.asset.grid.as_ref().and_then(|source| source_window(source, output, planned.placement));
    let bytes = window.map_or(0, |window| served.file.missing(&served.file.ranges(0, window)));
    Ok((served, window, bytes))
}

/// What a block is made of, for the record.
pub(super) fn reads(run: &Run, needed: &[Needed], served: &[Vec<Served>]) -> Vec<Read> {
    let of_scene = |(needed, served): (&Needed, &Vec<Served>)| {
        let scene = needed.scene(run);
        scene.bands.iter().zip(served).map(|(planned, served)| read(&scene.scene, planned, &served.asset.href)).collect::<Vec<_>>()
    };
    needed.iter().zip(served).flat_map(of_scene).collect()
}
