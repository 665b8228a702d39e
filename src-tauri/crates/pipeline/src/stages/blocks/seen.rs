//! What the mask of a scene says about a piece of the output.

use swath_domain::{Grid, Placement, PlannedScene};
use swath_raster::{mask, source_window};

use crate::{
    error::{Outcome, fail},
    stages::masks::Masks,
};

/// One byte per pixel of `grid`: distance to the nearest pixel that cannot be used, in units of 20 m, 0 where the pixel itself cannot;
/// `None` where the scene does not reach.
pub(crate) fn distance(masks: &Masks, scene: &PlannedScene, grid: &Grid) -> Outcome<Option<Vec<u8>>> {
    if !masks.reaches(&scene.scene) {
        return Ok(None);
    }
    if let Some(path) = masks.path(&scene.scene) {
        return Ok(Some(fail(mask::read(path, grid))?.distance));
    }
    // Without a mask every pixel that is there counts; which are there, the bands themselves tell.
    Ok(is_under(scene, grid).then(|| vec![255; grid.pixels() as usize]))
}

/// Whether any band of a scene reaches a grid.
pub(crate) fn is_under(scene: &PlannedScene, grid: &Grid) -> bool {
    let reaches = |source: &Grid| source_window(source, grid, Placement::of(source, grid)).is_some();
    scene.bands.iter().any(|planned| planned.asset.grid.as_ref().is_some_and(reaches))
}
