//! Block by block: decide from the masks which scenes matter, fetch only those, composite, write to the canvas.

mod compose;
mod decide;
mod mend;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures::{StreamExt, TryStreamExt, future::try_join_all, stream};
use swath_domain::{Grid, JobId, MaskStep, Monitor, Plan, PlannedBand, Report, Stage, Stop, Window};
use swath_library::JobRequest;
use swath_raster::{Canvas, RasterError, source_window};

use crate::{
    PipelineError,
    engine::Resources,
    error::{Outcome, fail, lift, name},
    progress::JobMonitor,
};

use decide::Needed;

/// Two layers follow the bands in the canvas: the number of looks, and which look is nearest to the composite.
pub(crate) const QUALITY_LAYERS: usize = 2;

/// What all blocks of a run share.
struct Run {
    plan: Plan,
    mask: Option<MaskStep>,
    method: swath_domain::CompositeMethod,
    canvas: Canvas,
    /// Where the masks lie, by href.
    masks: HashMap<String, PathBuf>,
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
    monitor: &Arc<JobMonitor>,
) -> Outcome<PathBuf> {
    let path = res.library.folders().staging_of(id).join("canvas.tif");
    let layers = plan.bands.len() + QUALITY_LAYERS;
    let grid = plan.target.grid.clone();
    let canvas = {
        let path = path.clone();
        on_disk(res, move || open_canvas(&path, &grid, layers)).await?
    };
    let done = fail(canvas.done())?;
    let run = Arc::new(Run {
        plan: plan.clone(),
        mask: request.recipe.mask().cloned(),
        method: request.recipe.composite().map(|c| c.method).unwrap_or_default(),
        canvas,
        masks: mask_paths(res, plan, &**monitor).await?,
    });
    monitor.begin(Stage::Blocks, done.len() as u64, plan.blocks.len() as u64);
    monitor.expect_blocks((plan.blocks.len() - done.len()) as u64);
    let blocks = plan.blocks.iter().enumerate().filter(|(number, _)| !done.contains(number));
    let todo: Vec<Block> = blocks.map(|(number, window)| Block { number, window: *window, grid: plan.target.grid.part(*window) }).collect();
    // Enough blocks under way that network and CPU both always have something to do; their pixels exist only while they are composed.
    let ahead = 2 * res.limits().cpu + 4;
    stream::iter(todo).map(|block| one_block(res, run.clone(), block, monitor)).buffer_unordered(ahead).try_collect::<()>().await?;
    Ok(path)
}

/// Runs a block; bytes that turn out to be damaged in the cache are fetched once more before the block is given up.
async fn one_block(res: &Arc<Resources>, run: Arc<Run>, block: Block, monitor: &Arc<JobMonitor>) -> Outcome<()> {
    let mut mended = Vec::new();
    loop {
        let stop = match attempt(res, &run, &block, monitor).await {
            Err(stop @ Stop::Failed(_)) => stop,
            other => return other,
        };
        let Some(path) = damaged(&stop).filter(|path| !mended.contains(path)) else { return Err(stop) };
        tracing::warn!(path = %path.display(), "damaged in the cache, fetching it again");
        if !mend::mend(res, &run, &block, &path, monitor).await? {
            return Err(stop);
        }
        mended.push(path);
    }
}

/// The file whose pixels could not be read, if that is what stopped a block.
fn damaged(stop: &Stop<PipelineError>) -> Option<PathBuf> {
    match stop {
        Stop::Failed(PipelineError::Source { error, .. }) => match &**error {
            PipelineError::Raster(RasterError::Read { path, .. }) => Some(path.clone()),
            _ => None,
        },
        _ => None,
    }
}

async fn attempt(res: &Arc<Resources>, run: &Arc<Run>, block: &Block, monitor: &Arc<JobMonitor>) -> Outcome<()> {
    let needed = {
        let (run, block, monitor) = (run.clone(), block.clone(), monitor.clone());
        res.cpu.run(move || decide::needed(&run, &block, &*monitor)).await?
    };
    fetch(res, run, block, &needed, monitor).await?;
    let paths = paths(res, run, &needed, &**monitor).await?;
    let composite = {
        let (run, block, monitor) = (run.clone(), block.clone(), monitor.clone());
        res.cpu.run(move || compose::compose(&run, &block, &needed, &paths, &*monitor)).await?
    };
    let (canvas, number, window) = (run.clone(), block.number, block.window);
    on_disk(res, move || {
        let mut layers: Vec<&[u16]> = composite.bands.iter().map(Vec::as_slice).collect();
        layers.extend([composite.count.as_slice(), composite.source.as_slice()]);
        fail(canvas.canvas.write_block(number, window, &layers))
    })
    .await?;
    monitor.report(Report::Advanced(1));
    monitor.picture();
    Ok(())
}

/// Where the masks lie; the stage before has fetched what is needed of them.
async fn mask_paths(res: &Resources, plan: &Plan, monitor: &dyn Monitor) -> Outcome<HashMap<String, PathBuf>> {
    let mut paths = HashMap::new();
    for planned in plan.looks.iter().flat_map(|look| &look.scenes).filter_map(|scene| scene.mask.as_ref()) {
        let file = lift(res.cache.open(&planned.asset, monitor).await)?;
        paths.insert(planned.asset.href.clone(), file.path().to_owned());
    }
    Ok(paths)
}

/// Fetches the bands of the needed scenes under a block, all at once; the host's governor keeps the number of requests in bounds.
async fn fetch(res: &Resources, run: &Run, block: &Block, needed: &[Needed], monitor: &Arc<JobMonitor>) -> Outcome<()> {
    let layers = || needed.iter().map(|n| n.scene(run)).flat_map(|scene| scene.bands.iter().map(move |band| (&scene.scene, band)));
    let mut counting = Vec::new();
    for (scene, planned) in layers() {
        counting.push(async move { name(scene, planned.band, missing(res, planned, &block.grid, monitor).await) });
    }
    let counted = try_join_all(counting).await?;
    monitor.decided(counted.iter().flatten().map(|(_, bytes)| bytes).sum());
    let mut fetching = Vec::new();
    for ((scene, planned), (window, _)) in layers().zip(counted).filter_map(|(layer, counted)| Some((layer, counted?))) {
        let asset = &planned.asset;
        fetching.push(async move { name(scene, planned.band, lift(res.cache.fetch_window(asset, 0, window, &**monitor).await)) });
    }
    try_join_all(fetching).await?;
    Ok(())
}

/// The window of a band under an output grid, and how many bytes of it are not there yet.
async fn missing(res: &Resources, planned: &PlannedBand, output: &Grid, monitor: &JobMonitor) -> Outcome<Option<(Window, u64)>> {
    let Some(source) = &planned.asset.grid else { return Ok(None) };
    let Some(window) = source_window(source, output, planned.placement) else { return Ok(None) };
    let file = lift(res.cache.open(&planned.asset, monitor).await)?;
    if file.levels().first().is_some_and(|level| (level.width, level.height) != (source.width, source.height)) {
        return Err(Stop::Failed(PipelineError::AnotherGrid(planned.asset.href.clone())));
    }
    Ok(Some((window, file.missing(&file.ranges(0, window)))))
}

/// Where the needed files lie, in the order of the needed scenes and the recipe's bands.
async fn paths(res: &Resources, run: &Run, needed: &[Needed], monitor: &dyn Monitor) -> Outcome<Vec<Vec<PathBuf>>> {
    let mut all = Vec::with_capacity(needed.len());
    for scene in needed {
        let mut paths = Vec::with_capacity(run.plan.bands.len());
        for planned in &scene.scene(run).bands {
            paths.push(lift(res.cache.open(&planned.asset, monitor).await)?.path().to_owned());
        }
        all.push(paths);
    }
    Ok(all)
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
pub(super) async fn on_disk<T: Send + 'static>(res: &Resources, work: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
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
