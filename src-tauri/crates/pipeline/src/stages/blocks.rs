//! Block by block: decide from the masks which scenes matter, fetch only those, composite, write to the canvas.

mod compose;
mod decide;
mod fetch;
mod gaps;
mod looks;
mod mend;
pub(super) mod seen;

use std::{path::Path, sync::Arc};

use futures::{StreamExt, TryStreamExt, stream};
use swath_domain::{Gaps, Grid, JobId, Monitor, Plan, Report, Sensor, Stage, Stop, Window};
use swath_library::JobRequest;
use swath_raster::{
    Canvas,
    composite::{clean::balance::Place, gaps::SIMILAR_MARGIN},
};

use super::{masks::Masks, write};
use crate::{
    PipelineError,
    corrections::Corrections,
    engine::Resources,
    error::{Outcome, fail},
    layers::Layers,
    method::Image,
    progress::JobMonitor,
};

use compose::Made;
pub(super) use compose::join;

/// What all blocks of a run share.
struct Run {
    plan: Plan,
    image: Image,
    canvas: Arc<Canvas>,
    layers: Arc<Layers>,
    masks: Masks,
    corrections: Arc<Corrections>,
    about: looks::Looks,
    /// The sensor of the image, where there are several.
    matched_to: Option<Sensor>,
}

/// One block: its number in the plan, its window, and the grid on which it is computed.
#[derive(Clone)]
struct Block {
    number: usize,
    /// What is written.
    window: Window,
    /// What is computed: the same, or more where pixels are filled by their neighbours.
    computed: Window,
    /// Grid of what is computed.
    grid: Grid,
}

impl Block {
    fn of(number: usize, window: Window, image: &Image, whole: &Grid) -> Self {
        let margin = if matches!(image.step.gaps, Gaps::Similar(_)) { SIMILAR_MARGIN as u32 } else { 0 };
        let computed = window.grown(margin, (whole.width, whole.height));
        Self { number, window, computed, grid: whole.part(computed) }
    }

    /// Where what is computed lies in the image.
    fn place(&self, whole: &Grid) -> Place {
        Place { column: self.computed.x, row: self.computed.y, width: self.computed.width, whole: (whole.width, whole.height) }
    }

    /// The written part of something computed.
    fn cut(&self, pixels: Vec<u16>) -> Vec<u16> {
        if self.computed == self.window {
            return pixels;
        }
        let (left, top) = ((self.window.x - self.computed.x) as usize, (self.window.y - self.computed.y) as usize);
        let rows = pixels.chunks_exact(self.computed.width as usize).skip(top).take(self.window.height as usize);
        rows.flat_map(|row| &row[left..left + self.window.width as usize]).copied().collect()
    }
}

#[allow(clippy::too_many_arguments, reason = "what the stages before have found")]
pub(crate) async fn blocks(
    res: &Arc<Resources>,
    id: JobId,
    request: &JobRequest,
    plan: &Plan,
    layers: Arc<Layers>,
    masks: Masks,
    corrections: Arc<Corrections>,
    monitor: &Arc<JobMonitor>,
) -> Outcome<Arc<Canvas>> {
    let path = res.library.folders().staging_of(id).join("canvas.tif");
    let Some(step) = request.recipe.composite() else { return Err(Stop::Failed(swath_domain::PlanError::NothingToMake.into())) };
    let image = Image::of(step, request.recipe.dates);
    let count = plan.bands.len() + image.layers().len();
    let grid = plan.target.grid.clone();
    let packs = write::packs(&image, request.recipe.write().map(|w| w.compression).unwrap_or_default());
    let windows = plan.blocks.clone();
    let canvas = on_disk(res, move || {
        let mut canvas = open_canvas(&path, &grid, count)?;
        fail(canvas.pack_ahead(&packs, &windows))?;
        Ok(Arc::new(canvas))
    })
    .await?;
    let done = fail(canvas.done())?;
    let mut run = Run {
        plan: plan.clone(),
        about: looks::Looks::of(plan),
        image,
        canvas: canvas.clone(),
        layers,
        masks,
        corrections,
        matched_to: plan.matched_to(),
    };
    monitor.begin(Stage::Blocks, done.len() as u64, plan.blocks.len() as u64);
    monitor.expect_blocks((plan.blocks.len() - done.len()) as u64);
    run = looks::ranked(res, run, monitor).await?;
    let run = Arc::new(run);
    let blocks = plan.blocks.iter().enumerate().filter(|(number, _)| !done.contains(number));
    let todo: Vec<Block> = blocks.map(|(number, window)| Block::of(number, *window, &run.image, &plan.target.grid)).collect();
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
    let served = fetch::fetch(res, run, block, &needed, monitor).await?;
    let mut reads = fetch::reads(run, &needed, &served);
    let mut made = {
        let (run, block, monitor) = (run.clone(), block.clone(), monitor.clone());
        res.cpu.run(move || compose::compose(&run, &block, &needed, &served, &*monitor)).await?
    };
    if run.image.fills_gaps() {
        made = gaps::fill(res, run, block, made, &mut reads, monitor).await?;
    }
    keep(res, run, block, made, reads).await?;
    monitor.report(Report::Advanced(1));
    monitor.picture();
    Ok(())
}

async fn keep(res: &Resources, run: &Arc<Run>, block: &Block, made: Made, reads: Vec<crate::sources::Read>) -> Outcome<()> {
    let (run, block) = (run.clone(), block.clone());
    on_disk(res, move || {
        let layers: Vec<Vec<u16>> = made.layers(&run).into_iter().map(|layer| block.cut(layer)).collect();
        let layers: Vec<&[u16]> = layers.iter().map(Vec::as_slice).collect();
        // Before its pixels, so that a crash between the two leaves no pixels of unknown origin.
        run.layers.reads.note(reads)?;
        fail(run.canvas.write_block(block.number, block.window, &layers))
    })
    .await
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
