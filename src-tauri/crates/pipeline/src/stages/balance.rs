//! What whole looks differ by, from overviews: found once, before any block, and kept with the job.
//!
//! Corrections are a pure function of the recipe and the overviews under the image. What somebody drew by hand does not enter, so that touching
//! up a mask changes only the blocks that it touches.

use std::{path::PathBuf, sync::Arc};

use futures::{StreamExt, TryStreamExt, stream};
use swath_domain::{Grid, JobId, Monitor, Plan, PlannedBand, PlannedScene, Report, Stage, Stop};
use swath_library::JobRequest;
use swath_raster::{
    RasterError,
    composite::{
        About, LookPixels,
        clean::balance::{self, Place},
        fill,
    },
    harmonise, mask, read_coarse,
};

use super::{blocks::on_disk, blocks::seen, masks::Masks};
use crate::{
    PipelineError,
    corrections::Corrections,
    engine::Resources,
    error::{Outcome, fail, name},
    evening,
    layers::{Layers, read},
    matching,
    method::{Image, day},
    progress::JobMonitor,
    sources::{Served, coarse},
};

/// Pixels of the coarse grid are about so wide, metres: overviews of 10 and 20 m have them.
const COARSE_M: f64 = 160.0;
/// All looks on the coarse grid take no more than so many bytes; a larger area gets larger pixels.
const MOST_BYTES: u64 = 256 << 20;
/// Scenes in work at a time; the governor of each host limits them further.
const AT_ONCE: usize = 16;

/// Finds the corrections of a run, or takes those of an earlier one.
pub(crate) async fn balance(
    res: &Arc<Resources>,
    id: JobId,
    request: &JobRequest,
    plan: &Plan,
    layers: &Arc<Layers>,
    masks: &Masks,
    monitor: &Arc<JobMonitor>,
) -> Outcome<Arc<Corrections>> {
    let Some(step) = request.recipe.composite() else { return Ok(Arc::default()) };
    let image = Image::of(step, request.recipe.dates);
    let wanted = image.step.balance || image.step.evening.is_some() || image.keep.is_some();
    if !wanted || image.is_radar() || plan.looks.len() < 2 {
        return Ok(Arc::default());
    }
    let path = res.library.folders().staging_of(id).join("corrections.json");
    if let Some(known) = kept(&path) {
        return Ok(Arc::new(known));
    }
    let grid = fail(coarse_grid(plan, &image))?;
    let scenes = plan.looks.iter().enumerate().flat_map(|(look, l)| l.scenes.iter().map(move |scene| (look, scene)));
    let scenes: Vec<(usize, PlannedScene)> = scenes.map(|(look, scene)| (look, scene.clone())).collect();
    monitor.begin(Stage::Masks, 0, scenes.len() as u64);
    let seen: Vec<Option<LookPixels>> = stream::iter(scenes)
        .map(|(look, scene)| one(res, plan, look, scene, &grid, layers, masks, monitor))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let corrections = {
        let (grid, image, target) = (grid.clone(), image, plan.target.grid.clone());
        res.cpu.run(move || Ok(estimated(seen.into_iter().flatten().collect(), &grid, &target, &image))).await?
    };
    let text = serde_json::to_string(&corrections).unwrap_or_default();
    on_disk(res, move || keep(&path, &text)).await?;
    Ok(Arc::new(corrections))
}

/// What an earlier run found. Anything else is found anew.
fn kept(path: &PathBuf) -> Option<Corrections> {
    serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
}

fn keep(path: &PathBuf, text: &str) -> Outcome<()> {
    let new = path.with_extension("new");
    let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&new, text));
    let named = written.and_then(|()| std::fs::rename(&new, path));
    named.map_err(|error| Stop::Failed(PipelineError::Io { path: path.display().to_string(), error }))
}

/// The output in pixels that are a whole number of times larger.
fn coarse_grid(plan: &Plan, image: &Image) -> Result<Grid, RasterError> {
    let grid = &plan.target.grid;
    let pixel = swath_raster::pixel_m(grid)?;
    let bytes = |times: u32| {
        let pixels = u64::from(grid.width.div_ceil(times)) * u64::from(grid.height.div_ceil(times));
        pixels * plan.looks.len() as u64 * (2 * image.step.bands.len() as u64 + 1)
    };
    let mut times = ((COARSE_M / pixel).round() as u32).max(1);
    while bytes(times) > MOST_BYTES {
        times += 1;
    }
    let mut coarse = grid.clone();
    coarse.transform.width *= f64::from(times);
    coarse.transform.height *= f64::from(times);
    (coarse.width, coarse.height) = (grid.width.div_ceil(times), grid.height.div_ceil(times));
    Ok(coarse)
}

/// A scene on the coarse grid; `None` where it does not reach.
#[allow(clippy::too_many_arguments, reason = "a scene, and what all scenes share")]
async fn one(
    res: &Arc<Resources>,
    plan: &Plan,
    look: usize,
    scene: PlannedScene,
    grid: &Grid,
    layers: &Arc<Layers>,
    masks: &Masks,
    monitor: &Arc<JobMonitor>,
) -> Outcome<Option<LookPixels>> {
    let distance = {
        let (masks, scene, grid) = (masks.clone(), scene.clone(), grid.clone());
        res.cpu.run(move || distance(&masks, &scene, &grid)).await?
    };
    monitor.report(Report::Advanced(1));
    let Some(distance) = distance.filter(|distance| distance.iter().any(|distance| *distance > 0)) else { return Ok(None) };
    let about = About { day: day(plan.looks[look].datetime), sensor: scene.sensor, ..About::default() };
    let mut bands = Vec::new();
    for (number, planned) in scene.bands.iter().enumerate() {
        let image_band = plan.bands.get(number).copied().unwrap_or(planned.band);
        let mut pixels = band(res, &scene, planned, grid, layers, monitor).await?;
        if let Some(lit) = matching::sun(scene.sensor, scene.sun, planned.band) {
            lit.apply(&mut pixels);
        }
        if let Some(matched) = plan.matched_to().and_then(|to| matching::between(scene.sensor, to, image_band)) {
            matched.apply(&mut pixels);
        }
        pixels.iter_mut().zip(&distance).filter(|(_, distance)| **distance == 0).for_each(|(pixel, _)| *pixel = 0);
        bands.push(pixels);
    }
    Ok(Some(LookPixels { number: look as u16 + 1, bands, distance, about }))
}

/// As blocks see it, but without what was drawn by hand.
fn distance(masks: &Masks, scene: &PlannedScene, grid: &Grid) -> Outcome<Option<Vec<u8>>> {
    match masks.path(&scene.scene) {
        Some(path) => Ok(Some(fail(mask::read_without_hand(path, grid))?.distance)),
        None => seen::distance(masks, scene, grid),
    }
}

/// Reads a band from the overview of the first place that serves; bytes that turn out to be damaged are fetched once more.
async fn band(
    res: &Arc<Resources>,
    scene: &PlannedScene,
    planned: &PlannedBand,
    grid: &Grid,
    layers: &Arc<Layers>,
    monitor: &Arc<JobMonitor>,
) -> Outcome<Vec<u16>> {
    let mut again = false;
    loop {
        let layer = layers.of(&scene.scene, planned);
        let Some((served, level, window)) = coarse(res, &layers.sources, layer, grid, &**monitor).await? else {
            return Ok(vec![0; grid.pixels() as usize]);
        };
        let pixels = {
            let (served, grid) = (served.clone(), grid.clone());
            res.cpu.run(move || pixels(&served, level, &grid)).await
        };
        match pixels {
            Err(Stop::Failed(PipelineError::Raster(RasterError::Read { .. }))) if !again && !planned.asset.href.starts_with("file:") => {
                again = true;
                tracing::warn!(scene = %scene.scene, band = %planned.band, "damaged in the cache, fetching it again");
                let ranges = served.file.ranges(level, window);
                crate::error::lift(served.file.forget(&ranges).await.map_err(Into::into))?;
            }
            other => {
                let pixels = name(&scene.scene, planned.band, other)?;
                let (journal, noted) = (layers.reads.clone(), read(&scene.scene, planned, &served.asset.href));
                on_disk(res, move || journal.note([noted])).await?;
                return Ok(pixels);
            }
        }
    }
}

fn pixels(served: &Served, level: usize, grid: &Grid) -> Outcome<Vec<u16>> {
    let radiometry = &served.asset.radiometry;
    let mut pixels = fail(read_coarse(served.file.path(), level, grid, radiometry.nodata))?;
    harmonise(&mut pixels, radiometry);
    Ok(pixels)
}

/// Corrections of looks on the coarse grid. Scenes of one look, which follow each other, are joined first.
fn estimated(scenes: Vec<LookPixels>, grid: &Grid, target: &Grid, image: &Image) -> Corrections {
    let mut looks: Vec<LookPixels> = Vec::new();
    for scene in scenes {
        match looks.last_mut().filter(|last| last.number == scene.number) {
            Some(look) => super::blocks::join(look, &scene.bands, &scene.distance),
            None => looks.push(scene),
        }
    }
    let width = grid.width as usize;
    let pixel_m = swath_raster::pixel_m(grid).unwrap_or(COARSE_M);
    if let Some(day) = image.keep {
        let (kept, others): (Vec<_>, Vec<_>) = looks.into_iter().partition(|look| look.about.day == day);
        let mut kept = kept.into_iter();
        let Some(mut target) = kept.next() else { return Corrections::default() };
        kept.for_each(|more| super::blocks::join(&mut target, &more.bands, &more.distance));
        let to_kept = fill::normalise(&target, &others, width, pixel_m, &image.roles, image.clean.screen);
        return Corrections::new(Vec::new(), Vec::new(), to_kept);
    }
    let balanced = if image.step.balance { balance::estimate(&looks, width, pixel_m, &image.roles) } else { Vec::new() };
    let Some(limits) = image.step.evening else { return Corrections::new(balanced, Vec::new(), Vec::new()) };
    // The coarse grid stands for the whole image; what it has beyond the last pixels is less than one of its own.
    let times = (grid.transform.width / target.transform.width).round().max(1.0) as u32;
    let place = Place { column: 0, row: 0, width: grid.width, whole: (target.width.div_ceil(times), target.height.div_ceil(times)) };
    Corrections::new(balanced.clone(), Vec::new(), Vec::new()).apply(&mut looks, place);
    let even = evening::evening(&looks, limits);
    Corrections::new(balanced, even, Vec::new())
}
