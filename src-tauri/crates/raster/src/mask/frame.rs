//! Where the mask of a scene lies, and which pixels of which layers it takes; all of it from the plan, before anything is fetched.

use swath_domain::{Band, Grid, MaskBy, MaskStep, PixelClass, Placement, Sensor, Sun, Transform, Window};

use crate::RasterError;
use crate::placement::placed_window;
use crate::project::metres_per_unit;

/// The detector looks for shadows of clouds up to this height above the ground.
const HIGHEST_CLOUD_M: f64 = 12_000.0;
/// But no further than this beyond the area: at low sun the bands of the surroundings would cost more than those of the area, for the few
/// shadows that high clouds cast so far.
const FARTHEST_SHADOW_M: f64 = 5_000.0;
/// The detector works on pixels of about this size where the bands allow it.
const DETECTOR_M: f64 = 20.0;
/// The coarsest pixels of a band whose grid the detector takes as it is.
const COARSEST_M: f64 = 30.0;

/// What a model needs to know of its surroundings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelFrame {
    /// Edge of its pixels, metres.
    pub pixel_m: f64,
    /// Pixels around those that are wanted.
    pub margin_px: u32,
}

/// Who makes a mask, and of what.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// Who.
    pub by: MaskBy,
    /// Whose product it is.
    pub sensor: Sensor,
    /// Where the sun stood.
    pub sun: Option<Sun>,
    /// The layers with their grids; of [`MaskBy::Provider`] the first is the mask.
    pub layers: &'a [(Band, &'a Grid)],
    /// Of [`MaskBy::Model`].
    pub model: Option<ModelFrame>,
}

/// The pixels of a mask.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The grid of the whole scene's mask.
    pub grid: Grid,
    /// The part of it that is looked at: under the output, and as far around as anything there matters.
    pub window: Window,
}

impl Frame {
    /// The frame of a scene's mask for an image on `output`; `None` when the scene does not reach it. Distances matter up to `reach_m`.
    ///
    /// # Errors
    /// [`RasterError::Projection`] when the coordinate systems cannot be brought together.
    pub fn new(given: &Given, step: &MaskStep, output: &Grid, reach_m: f64) -> Result<Option<Self>, RasterError> {
        let Some(grid) = grid(given)? else { return Ok(None) };
        let Some(under) = placed_window(&grid, output, Placement::of(&grid, output))? else { return Ok(None) };
        let (width, height) = pixel_metres(&grid)?;
        // Distances are measured to what margins have taken, too.
        let margin = ((around(step) + reach_m.max(0.0) + surroundings(given)) / width.min(height)).ceil() as u32;
        let window = under.grown(margin, (grid.width, grid.height));
        Ok(Some(Self { grid, window }))
    }

    /// The pixels that are looked at as a grid.
    pub fn part(&self) -> Grid {
        self.grid.part(self.window)
    }

    /// The pixels of a layer that are read; `None` when it has none there.
    ///
    /// # Errors
    /// [`RasterError::Projection`].
    pub fn window_in(&self, layer: &Grid) -> Result<Option<Window>, RasterError> {
        let part = self.part();
        placed_window(layer, &part, Placement::of(layer, &part))
    }
}

/// How far around a pixel what it shows can make another one unusable, metres.
pub(super) fn around(step: &MaskStep) -> f64 {
    PixelClass::ALL.iter().map(|class| step.buffer_m(*class)).fold(0.0, f64::max)
}

/// How far beyond its pixels whoever makes the mask must look.
fn surroundings(given: &Given) -> f64 {
    match (given.by, given.model) {
        (MaskBy::Detector, _) => {
            let elevation = given.sun.map_or(30.0, |sun| sun.elevation.clamp(1.0, 90.0));
            (HIGHEST_CLOUD_M / elevation.to_radians().tan()).min(FARTHEST_SHADOW_M)
        }
        (MaskBy::Model, Some(model)) => f64::from(model.margin_px) * model.pixel_m,
        _ => 0.0,
    }
}

/// The grid of the whole scene's mask.
fn grid(given: &Given) -> Result<Option<Grid>, RasterError> {
    let wanted = match given.by {
        MaskBy::Provider => return Ok(given.layers.first().map(|(_, grid)| (*grid).clone())),
        MaskBy::Nobody => return Ok(None),
        MaskBy::Detector => None,
        MaskBy::Model => given.model.map(|model| model.pixel_m),
    };
    let mut sized = Vec::new();
    for (_, grid) in given.layers {
        let (width, height) = pixel_metres(grid)?;
        sized.push((width.max(height), *grid));
    }
    let finest = sized.iter().min_by(|a, b| a.0.total_cmp(&b.0));
    let Some((finest_m, finest)) = finest else { return Ok(None) };
    // A grid that is there needs no resampling; of several that are fine enough the coarsest is the quickest.
    let as_it_is = sized.iter().filter(|(metres, _)| match wanted {
        Some(wanted) => (metres / wanted - 1.0).abs() < 1e-6,
        None => (DETECTOR_M - 1e-6..=COARSEST_M).contains(metres),
    });
    if let Some((_, grid)) = as_it_is.max_by(|a, b| a.0.total_cmp(&b.0)) {
        return Ok(Some((*grid).clone()));
    }
    let wanted = wanted.unwrap_or(DETECTOR_M.max(*finest_m));
    Ok(Some(resized(finest, wanted / finest_m)))
}

/// A grid with the same corner and pixels so many times as large, as many as touch the ground.
fn resized(grid: &Grid, times: f64) -> Grid {
    let t = grid.transform;
    let count = |pixels: u32| ((f64::from(pixels) / times - 1e-6).ceil() as u32).max(1);
    let transform = Transform { width: t.width * times, height: t.height * times, ..t };
    Grid { crs: grid.crs.clone(), transform, width: count(grid.width), height: count(grid.height) }
}

/// Width and height of a pixel in metres; of degrees, in the middle of the whole source, so that all blocks agree.
pub(super) fn pixel_metres(source: &Grid) -> Result<(f64, f64), RasterError> {
    let b = source.bounds();
    let (x, y) = metres_per_unit(&source.crs, (b.north + b.south) / 2.0)?;
    Ok((source.transform.width * x, source.transform.height * y))
}
