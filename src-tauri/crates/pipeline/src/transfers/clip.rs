//! The part of a band under an area, as a file of its own.

use swath_domain::{Aoi, Band, Evidence, FileOrder, FileSource, Grid, HeldFile, Monitor, Report, Scene, Stop, Wanted, Window};
use swath_raster::RasterError;

use super::{Fetched, Work, counted::Counted, fetch, hash, offers, resolve, staged};
use crate::{
    PipelineError,
    engine::Resources,
    error::{Outcome, fail, lift, name},
    sources::{Layer, Served, Sources, Tries, fetched, opened},
    stages::on_disk,
};

/// A place may turn out to have other pixels than the one before; more often than this is no accident.
const MOST_GRIDS: usize = 4;

/// Fetches the blocks of a band that lie under the area and writes them to the place of its order in the staging folder. `monitor` counts
/// the bytes of the blocks; `work.monitor` is told their sum once it is known ([`TransferMonitor::expect`](super::TransferMonitor::expect)).
///
/// # Errors
/// As for a layer of a job; [`PipelineError::Avoided`] when the area lies beside the scene.
pub(crate) async fn window(work: &Work, order: &FileOrder, monitor: &dyn Monitor) -> Outcome<Fetched> {
    if let Some(kept) = fetch::kept(work, order).await? {
        monitor.report(Report::Kept(kept.held.bytes));
        return Ok(kept);
    }
    let Wanted::Window { area, .. } = &work.request.wanted else { return Err(Stop::Failed(PipelineError::Worker)) };
    let Some(band) = resolve::band_of(work, order) else { return Err(Stop::Failed(PipelineError::Worker)) };
    let scene = readable(&work.request.scene, band);
    // Of this call alone: what failed a while ago may serve now, when the transfer is tried again.
    let sources = Sources::default();
    let layer = Layer::of_scene(&scene, band);
    let counted = Counted::new(monitor);
    let mut again = Vec::new();
    loop {
        let served = name(&scene.id, band, blocks(work, order, &sources, layer, area, &counted).await)?;
        match written(work, order, &served, area).await {
            Err(Stop::Failed(PipelineError::Raster(error @ (RasterError::Read { .. } | RasterError::Open { .. })))) => {
                // Damaged on its way or in the cache: fetched once more, then from somewhere else.
                let href = served.asset.href.clone();
                let error = PipelineError::Raster(error);
                if again.contains(&href) || href.starts_with("file:") {
                    let mut tries = Tries::new(&sources, layer);
                    tries.remember(&served.asset, &error);
                    if layer.places().len() < 2 || tries.next().is_none() {
                        return name(&scene.id, band, Err(Stop::Failed(error)));
                    }
                } else if let Some(window) = under(&work.res, served.asset.grid.as_ref(), area).await? {
                    tracing::warn!(scene = %scene.id, %band, "damaged in the cache, fetching it again");
                    lift(served.file.forget(&served.file.ranges(0, window)).await.map_err(Into::into))?;
                }
                again.push(href);
            }
            other => return name(&scene.id, band, other.map_err(|stop| fetch::vanished(work, stop))),
        }
    }
}

/// Bytes of a band that lie under an area and those of them that are not here yet; nothing when the area lies beside it.
pub(super) async fn bytes_under(
    res: &Resources,
    sources: &Sources,
    scene: &Scene,
    band: Band,
    area: &Aoi,
    monitor: &dyn Monitor,
) -> Outcome<(u64, u64)> {
    let scene = readable(scene, band);
    let served = opened(res, sources, Layer::of_scene(&scene, band), monitor).await?;
    let Some(window) = under(res, served.asset.grid.as_ref(), area).await? else { return Ok((0, 0)) };
    let ranges = served.file.ranges(0, window);
    Ok((ranges.iter().map(|range| range.end - range.start).sum(), served.file.missing(&ranges)))
}

/// The scene with only those places of a band that give the same numbers. They are passed on as they are, so nobody needs to know what they
/// mean, and a place that does not say it is as good.
fn readable(scene: &Scene, band: Band) -> Scene {
    let mut places = offers::places(scene, band).into_iter().cloned().map(|mut asset| {
        if asset.radiometry.evidence == Evidence::Assumed {
            asset.radiometry.evidence = Evidence::Classification;
        }
        asset
    });
    let mut scene = scene.clone();
    let (first, others) = (places.next(), places.collect::<Vec<_>>());
    scene.alternates.clear();
    scene.assets.retain(|known, _| *known == band);
    if let Some(first) = first {
        scene.assets.insert(band, first);
        scene.alternates.insert(band, others);
    }
    scene
}

/// The band from whichever place serves, with the blocks under the area there.
async fn blocks(work: &Work, order: &FileOrder, sources: &Sources, layer: Layer<'_>, area: &Aoi, counted: &Counted<'_>) -> Outcome<Served> {
    let res = &*work.res;
    let mut served = opened(res, sources, layer, counted).await?;
    for _ in 0..MOST_GRIDS {
        let Some(window) = under(res, served.asset.grid.as_ref(), area).await? else {
            let why = "the area lies beside the scene; choose a scene that covers it".to_owned();
            return Err(Stop::Failed(PipelineError::Avoided(why)));
        };
        let ranges = served.file.ranges(0, window);
        let bytes = ranges.iter().map(|range| range.end - range.start).sum::<u64>();
        let source = FileSource::of(&served.asset);
        work.monitor.source(&order.path, &source);
        work.monitor.expect(&order.path, bytes);
        counted.begin();
        counted.report(Report::Kept(bytes.saturating_sub(served.file.missing(&ranges))));
        served = fetched(res, sources, layer, window, counted).await?;
        if under(res, served.asset.grid.as_ref(), area).await? == Some(window) {
            return Ok(served);
        }
    }
    Err(Stop::Failed(PipelineError::AnotherGrid(served.asset.href)))
}

async fn under(res: &Resources, grid: Option<&Grid>, area: &Aoi) -> Outcome<Option<Window>> {
    let (Some(grid), area) = (grid.cloned(), area.clone()) else { return Ok(None) };
    res.view.run(move || fail(swath_raster::clip_window(&grid, &area))).await
}

/// Cuts the area out, looks whether what was written can be read, and puts it in its place.
async fn written(work: &Work, order: &FileOrder, served: &Served, area: &Aoi) -> Outcome<Fetched> {
    let (from, area, out) = (served.path(), area.clone(), staged::work(&work.folder, &order.path)?);
    let (to, monitor) = (out.clone(), fetch::Quiet(work.monitor.clone()));
    work.res
        .cpu
        .run(move || {
            lift(swath_raster::clip(&from, &area, &to, &monitor))?;
            fail(swath_raster::intact(&to))
        })
        .await?;
    let (path, monitor) = (out.clone(), fetch::Quiet(work.monitor.clone()));
    let (sha256, bytes) = on_disk(&work.res, move || match hash::sha256(&path, &monitor) {
        Err(Stop::Failed(error)) => staged::io(&path, Err(error)),
        Err(Stop::Cancelled) => Err(Stop::Cancelled),
        Ok(digest) => Ok(digest),
    })
    .await?;
    let provider = match served.asset.provider.as_str() {
        "" => work.request.scene.id.provider(),
        provider => provider,
    };
    let fetched = Fetched { held: HeldFile { path: order.path.clone(), bytes, sha256 }, provider: provider.to_owned() };
    fetch::done(work, order, out, &fetched).await?;
    Ok(fetched)
}
