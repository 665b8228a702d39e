//! Where the mask of a planned scene lies, and which pixels of which layers it takes.

use swath_domain::{Band, CompositeMethod, CompositeStep, Grid, MaskBy, MaskStep, PlannedBand, PlannedScene, Window};
use swath_model::Model;
use swath_raster::mask::{Frame, Given, ModelFrame};

use super::needs_distances;
use crate::error::{Outcome, fail};

/// Whoever tells clean pixels from doubtful ones looks as far as this, metres.
const CLEAN_M: f64 = 720.0;
/// The best pixel is scored by its distance from cloud up to this, metres.
const SCORED_M: f64 = 3000.0;
/// Grades begin beyond their distance, and distances are rounded down.
const ONE_STEP_M: f64 = swath_raster::mask::STEP_M;

/// How far from cloud a pixel's distance still matters to an image, metres.
pub(super) fn reach_m(step: Option<&CompositeStep>) -> f64 {
    let Some(step) = step else { return 0.0 };
    let scored = matches!(&step.method, CompositeMethod::BestPixel(best) if best.weight_cloud > 0.0);
    let graded = step.graded_buffers_m.iter().copied().fold(0.0, f64::max);
    let clean = if needs_distances(step) { CLEAN_M } else { 0.0 };
    let reach = graded.max(clean).max(if scored { SCORED_M } else { 0.0 });
    if reach > 0.0 { reach + ONE_STEP_M } else { 0.0 }
}

/// Whether a scene gets a mask.
pub(super) fn wanted(scene: &PlannedScene) -> bool {
    match scene.mask_by {
        Some(MaskBy::Nobody) => false,
        // Plans of before there were several made masks of what the product carries.
        None => scene.mask.is_some(),
        Some(MaskBy::Provider | MaskBy::Detector | MaskBy::Model) => true,
    }
}

/// Who masks a scene.
pub(super) fn by(scene: &PlannedScene) -> MaskBy {
    scene.mask_by.unwrap_or(MaskBy::Provider)
}

/// The layers that its mask is made of: what the product carries first, and those of a model in its order.
pub(super) fn layers(scene: &PlannedScene) -> Vec<&PlannedBand> {
    scene.mask.iter().chain(&scene.evidence).collect()
}

/// A frame, and the windows of the layers that it takes, in their order.
pub(super) struct Looked {
    pub(super) frame: Frame,
    pub(super) windows: Vec<Option<Window>>,
}

/// The frame of a scene's mask for an image; `None` when the scene does not reach it. Takes some milliseconds.
pub(super) fn frame(scene: &PlannedScene, step: &MaskStep, output: &Grid, reach_m: f64, model: Option<&Model>) -> Outcome<Option<Looked>> {
    let layers = layers(scene);
    let grids: Vec<(Band, &Grid)> = layers.iter().filter_map(|layer| Some((layer.band, layer.asset.grid.as_ref()?))).collect();
    let model = model.map(|model| ModelFrame { pixel_m: model.pixel_m(), margin_px: model.margin_px() });
    let given = Given { by: by(scene), sensor: scene.sensor, sun: scene.sun, layers: &grids, model };
    let Some(frame) = fail(Frame::new(&given, step, output, reach_m))? else { return Ok(None) };
    let window = |layer: &&PlannedBand| layer.asset.grid.as_ref().map_or(Ok(None), |grid| fail(frame.window_in(grid)));
    let windows = layers.iter().map(window).collect::<Outcome<_>>()?;
    Ok(Some(Looked { frame, windows }))
}
