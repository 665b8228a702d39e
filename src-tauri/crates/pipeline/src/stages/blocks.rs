//! Block by block: decide from the masks which scenes matter, fetch only those, composite, write to the canvas.

mod compose;
mod decide;
mod mend;

use std::{
    path::Path,
    sync::Arc,
};

use futures::{StreamExt, TryStreamExt, future::try_join_all, stream};
use swath_domain::{Grid, JobId, Monitor, Plan, PlannedBand, Report, SceneId, Stage, Stop, Window};
use swath_library::JobRequest;
use swath_raster::{Canvas, source_window};

use super::{masks::Masks, write};
use crate::{
    PipelineError,
    engine::Resources,
    error::{Outcome, fail},
    layers::{Layers, read},
    progress::JobMonitor,
    sources::{Read, Served, fetched, opened},
};

use decide::Needed;

/// Two layers follow the bands in the canvas: the number of looks, and which look is nearest to the composite.
pub(crate) const QUALITY_LAYERS: usize = 2;

/// What all blocks of a run share.
struct Run {
    plan: Plan,
    method: swath_domain::CompositeMethod,
    canvas: Arc<Canvas>,
    layers: Arc<Layers>,
    masks: Masks,
}

/// One block: its number in the plan, its window, and its own grid.
#[derive(Clone)]
struct Block {
    number: usize,
    window: Window,
    grid: Grid,
}

pub(crate) async fn blocks(
    res: &Arc<Resources>,
    id: JobId,
    request: &JobRequest,
    plan: &Plan,
    layers: Arc<Layers>,
    masks: Masks,
    monitor: &Arc<JobMonitor>,
) -> Outcome<Arc<Canvas>> {
    let path = res.library.folders().staging_of(id).join("canvas.tif");
    let count = plan.bands.len() + QUALITY_LAYERS;
    let grid = plan.target.grid.clone();
    let packs = write::packs(&plan.bands, request.recipe.write().map(|w| w.compression).unwrap_or_default());
    let windows = plan.blocks.clone();
    let canvas = on_disk(res, move || {
        let mut canvas = open_canvas(&path, &grid, count)?;
        fail(canvas.pack_ahead(&packs, &windows))?;
        Ok(Arc::new(canvas))
    })
    .await?;
    let done = fail(canvas.done())?;
    let run = Arc::new(Run {
        plan: plan.clone(),
        method: request.recipe.composite().map(|c| c.method.clone()).unwrap_or_default(),
        canvas: canvas.clone(),
        layers,
        masks,
    });
    monitor.begin(Stage::Blocks, done.len() as u64, plan.blocks.len() as u64);
    monitor.expect_blocks((plan.blocks.len() - done.len()) as u64);
    let blocks = plan.blocks.iter().enumerate().filter(|(number, _)| !done.contains(number));
    let todo: Vec<Block> = blocks.map(|(number, window)| Block { number, window: *window, grid: plan.target.grid.part(*window) }).collect();
    // Enough blocks under way that network and CPU both always have something to do; their pixels exist only while they are composed.
    let ahead = 2 * res.limits().cpu + 4;
    stream::iter(todo).map(|block| one_block(res, run.clone(), block, monitor)).buffer_unordered(ahead).try_collect::<()>().await?;
    Ok(canvas)
}

/// Runs a block. Bytes that turn out to be damaged in the cache are fetched once more; then another source is used, if there is one.
async fn one_block(res: &Arc<Resources>, run: Arc<Run>, block: Block, monitor: &Arc<JobMonitor>) -> Outcome<()> {
    let mut mended = Vec::new();
    loop {
        match attempt(res, &run, &block, monitor).await {
            Err(Stop::Failed(error)) => mend::mend(res, &run, &block, error, &mut mended, monitor).await?,
            other => return other,
        }
    }
}

async fn attempt(res: &Arc<Resources>, run: &Arc<Run>, block: &Block, monitor: &Arc<JobMonitor>) -> Outcome<()> {
    let needed = {
        let (run, block, monitor) = (run.clone(), block.clone(), monitor.clone());
        res.cpu.run(move || decide::needed(&run, &block, &*monitor)).await?
    };
    let served = fetch(res, run, block, &needed, monitor).await?;
    let reads = reads(run, &needed, &served);
    let composite = {
        let (run, block, monitor) = (run.clone(), block.clone(), monitor.clone());
        res.cpu.run(move || compose::compose(&run, &block, &needed, &served, &*monitor)).await?
    };
    let (canvas, number, window) = (run.clone(), block.number, block.window);
    on_disk(res, move || {
        let mut layers: Vec<&[u16]> = composite.bands.iter().map(Vec::as_slice).collect();
        layers.extend([composite.count.as_slice(), composite.source.as_slice()]);
        // Before its pixels, so that a crash between the two leaves no pixels of unknown origin.
        canvas.layers.reads.note(reads)?;
        fail(canvas.canvas.write_block(number, window, &layers))
    })
    .await?;
    monitor.report(Report::Advanced(1));
    monitor.picture();
    Ok(())
}

/// Fetches the bands of the needed scenes under a block, all at once; the host's governor keeps the number of requests in bounds. Gives the
/// sources that served, in the order of the needed scenes and the recipe's bands.
async fn fetch(res: &Resources, run: &Run, block: &Block, needed: &[Needed], monitor: &Arc<JobMonitor>) -> Outcome<Vec<Vec<Served>>> {
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
                Some(window) => fetched(res, &run.layers.sources, run.layers.of(scene, planned), window, &**monitor).await,
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
fn reads(run: &Run, needed: &[Needed], served: &[Vec<Served>]) -> Vec<Read> {
    let of_scene = |(needed, served): (&Needed, &Vec<Served>)| {
        let scene = needed.scene(run);
        scene.bands.iter().zip(served).map(|(planned, served)| read(&scene.scene, planned, &served.asset.href)).collect::<Vec<_>>()
    };
    needed.iter().zip(served).flat_map(of_scene).collect()
}

/// The canvas of an earlier run, or a new one.
fn open_canvas(path: &Path, grid: &Grid, layers: usize) -> Outcome<Canvas> {
    if path.exists()
        && let Ok(canvas) = Canvas::open(path, grid, layers)
    {
        return Ok(canvas);
    }
    if let Some(folder) = path.parent() {
        fail(std::fs::create_dir_all(folder).map_err(|error| PipelineError::Io { path: folder.display().to_string(), error }))?;
    }
    fail(Canvas::create(path, grid, layers))
}

/// Runs file work on a thread that may block, once a disk slot is free.
pub(crate) async fn on_disk<T: Send + 'static>(res: &Resources, work: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
    let _slot = res.disk.take().await;
    // Known to the tracker even when whoever asked is gone.
    let at_work = res.tracker.token();
    let work = move || {
        let outcome = work();
        drop(at_work);
        outcome
    };
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(Stop::Failed(PipelineError::Worker)))
}
