//! How much of an area is clear in a scene, from a coarse level of its mask: a fraction of a megabyte.

use swath_domain::{Aoi, MaskStep, Monitor, Scene};
use swath_raster::mask;

use crate::{
    engine::Resources,
    error::{Outcome, fail, lift},
    prepare::project,
};

/// Shares of the pixels of an area, 0 to 1, together 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClearShare {
    /// Usable ground.
    pub clear: f64,
    /// Cloud and cirrus.
    pub cloud: f64,
    /// Cloud shadow.
    pub shadow: f64,
    /// No data, defective, or outside the scene.
    pub missing: f64,
}

/// Reads the share; `None` when the scene carries no mask.
pub(crate) async fn clear_share(res: &Resources, scene: &Scene, area: &Aoi, monitor: &dyn Monitor) -> Outcome<Option<ClearShare>> {
    let Some(asset) = scene.sensor.mask_band().and_then(|band| scene.assets.get(&band)) else { return Ok(None) };
    let file = lift(res.cache.open(asset, monitor).await)?;
    let path = file.path().to_owned();
    let grid = match &asset.grid {
        Some(grid) => grid.clone(),
        None => res.view.run(move || Ok(fail(swath_raster::describe(&path))?.grid)).await?,
    };
    let outline = project(res, area, grid.crs.clone()).await?;
    let levels: Vec<_> = file.levels().iter().map(|level| (level.width, level.height)).collect();
    let Some((level, window)) = mask::shares_window(&levels, &grid, &outline) else {
        return Ok(Some(ClearShare { clear: 0.0, cloud: 0.0, shadow: 0.0, missing: 1.0 }));
    };
    lift(file.fetch(&file.ranges(level, window), monitor).await)?;
    let path = file.path().to_owned();
    let shape = area.shape().clone();
    let shares = res.view.run(move || fail(mask::shares(&path, level, &shape, &MaskStep::default_drop()))).await?;
    Ok(Some(ClearShare { clear: shares.clear, cloud: shares.cloud, shadow: shares.shadow, missing: shares.missing }))
}
