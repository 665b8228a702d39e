//! How much of an area is clear in a scene, from a coarse level of its mask: a fraction of a megabyte.

use swath_domain::{Aoi, Asset, Band, MaskStep, Monitor, Scene, Sensor};
use swath_raster::mask;

use crate::{
    engine::Resources,
    error::{Outcome, fail, lift},
    prepare::project,
    sources::{Layer, Sources, Tries, open_at},
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

/// Reads the share from the first place that serves; `None` when the scene carries no mask that can be read in pieces.
pub(crate) async fn clear_share(
    res: &Resources,
    sources: &Sources,
    scene: &Scene,
    area: &Aoi,
    monitor: &dyn Monitor,
) -> Outcome<Option<ClearShare>> {
    // A scene of Sentinel-2 L1C may carry the classification of its L2A.
    let lent = Some(Band::Scl).filter(|_| scene.sensor == Sensor::Sentinel2L1c);
    let mask = scene.sensor.mask_band().or(lent);
    let Some(band) = mask.filter(|band| scene.sources(*band).any(Asset::is_tiff)) else { return Ok(None) };
    let mut tries = Tries::new(sources, Layer::of_scene(scene, band));
    while let Some(place) = tries.next() {
        let watch = tries.watch(place, monitor);
        match at(res, sources, place.asset, band, area, &watch).await {
            Ok(share) => return Ok(Some(share)),
            Err(stop) => tries.failed(place, stop, &watch)?,
        }
    }
    Err(tries.end())
}

async fn at(res: &Resources, sources: &Sources, asset: &Asset, band: Band, area: &Aoi, monitor: &dyn Monitor) -> Outcome<ClearShare> {
    let served = open_at(res, sources, asset, None, monitor).await?;
    let file = &served.file;
    let nothing = ClearShare { clear: 0.0, cloud: 0.0, shadow: 0.0, missing: 1.0 };
    let Some(grid) = &served.asset.grid else { return Ok(nothing) };
    let outline = project(res, area, grid.crs.clone()).await?;
    let levels: Vec<_> = file.levels().iter().map(|level| (level.width, level.height)).collect();
    let Some((level, window)) = mask::shares_window(&levels, grid, &outline) else { return Ok(nothing) };
    lift(file.fetch(&file.ranges(level, window), monitor).await)?;
    let path = served.path();
    let shape = area.shape().clone();
    let read = move || match band {
        Band::QaPixel => fail(mask::shares_qa_pixel(&path, level, &shape, &MaskStep::default())),
        _ => fail(mask::shares(&path, level, &shape, &MaskStep::default())),
    };
    let shares = res.view.run(read).await?;
    Ok(ClearShare { clear: shares.clear, cloud: shares.cloud, shadow: shares.shadow, missing: shares.missing })
}
