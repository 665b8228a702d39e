//! From a recipe and scenes to a plan: reads the headers of files whose grid the catalogue did not tell.

use futures::{StreamExt, TryStreamExt, stream};
use swath_domain::{Aoi, Asset, Band, Crs, Monitor, Plan, Recipe, Scene, Stop, output_crs, plan};
use swath_raster::{mask, source_window};

use crate::{
    engine::Resources,
    error::{Outcome, fail, lift, name},
};

/// Headers read at a time; the governor of each host limits them further.
const HEADERS_AT_ONCE: usize = 32;

/// Plans a run and gives back the scenes with every grid known.
pub(crate) async fn prepare(res: &Resources, recipe: &Recipe, scenes: Vec<Scene>, monitor: &dyn Monitor) -> Outcome<(Plan, Vec<Scene>)> {
    let bands: Vec<Band> = recipe.composite().map(|c| c.bands.clone()).unwrap_or_default();
    let masks = recipe.mask().is_some();
    let scenes: Vec<Scene> = stream::iter(scenes)
        .map(|mut scene| {
            let mask = scene.sensor.mask_band().filter(|_| masks);
            let needed: Vec<Band> = bands.iter().copied().chain(mask).collect();
            async move {
                for band in needed {
                    if let Some(asset) = scene.assets.get_mut(&band).filter(|asset| asset.grid.is_none()) {
                        name(&scene.id, band, learn_grid(res, asset, monitor).await)?;
                    }
                }
                Ok::<_, Stop<_>>(scene)
            }
        })
        .buffered(HEADERS_AT_ONCE)
        .try_collect()
        .await?;
    let limits = res.limits();
    let crs = output_crs(recipe, &scenes);
    let outline = project(res, &recipe.area, crs.clone()).await?;
    let plan = fail(plan(recipe, &scenes, crs, outline, limits.cpu, limits.memory))?;
    Ok((plan, scenes))
}

async fn learn_grid(res: &Resources, asset: &mut Asset, monitor: &dyn Monitor) -> Outcome<()> {
    let file = lift(res.cache.open(asset, monitor).await)?;
    let path = file.path().to_owned();
    asset.grid = Some(res.view.run(move || Ok(fail(swath_raster::describe(&path))?.grid)).await?);
    Ok(())
}

/// The area in another coordinate system.
pub(crate) async fn project(res: &Resources, area: &Aoi, to: Crs) -> Outcome<geo::MultiPolygon<f64>> {
    let shape = area.shape().clone();
    res.view.run(move || fail(swath_raster::project(&shape, &Crs::epsg(4326), &to))).await
}

/// Bytes that a plan needs and the cache has. Looks only at files whose header is there, so it asks no server.
pub(crate) async fn cached(res: &Resources, recipe: &Recipe, plan: &Plan, monitor: &dyn Monitor) -> Outcome<u64> {
    let output = &plan.target.grid;
    let mut bytes = 0;
    for scene in plan.looks.iter().flat_map(|look| &look.scenes) {
        for planned in scene.bands.iter().chain(&scene.mask) {
            let remote = !planned.asset.href.starts_with("file:") && res.cache.knows(&planned.asset);
            let Some(source) = planned.asset.grid.as_ref().filter(|_| remote) else { continue };
            let window = match recipe.mask().filter(|_| planned.band.is_classification()) {
                Some(step) => mask::source_window(source, output, planned.placement, step),
                None => source_window(source, output, planned.placement),
            };
            let Some(window) = window else { continue };
            let file = lift(res.cache.open(&planned.asset, monitor).await)?;
            let ranges = file.ranges(0, window);
            let wanted: u64 = ranges.iter().map(|range| range.end - range.start).sum();
            bytes += wanted.saturating_sub(file.missing(&ranges));
        }
    }
    Ok(bytes)
}
