//! Which pixels of a source a piece of the output needs.

use swath_domain::{Bounds, Grid, Placement, Window};

use crate::RasterError;
use crate::project::Projection;

/// Source pixels beyond the exact edge that a warp may look at: the bilinear kernel, GDAL's own rounding, and the sag between the points at
/// which the edge is projected.
const WARP_MARGIN: f64 = 4.0;

/// The pixels of `source` that [`crate::read_onto`] reads for `output`, a warp's margin included; `None` when the two do not meet.
///
/// Where the coordinate systems cannot be brought together it is the whole source, and reading says why it fails.
pub fn source_window(source: &Grid, output: &Grid, placement: Placement) -> Option<Window> {
    placed_window(source, output, placement).unwrap_or_else(|_| Some(source.whole()))
}

pub(crate) fn placed_window(source: &Grid, output: &Grid, placement: Placement) -> Result<Option<Window>, RasterError> {
    if placement != Placement::Warped {
        return Ok(source.window_of(output.bounds()));
    }
    let b = Projection::new(&output.crs, &source.crs)?.bounds(output.bounds())?;
    let t = source.transform;
    // A coarser output draws each pixel from a wider surrounding.
    let ratio = |extent: f64, pixel: f64, count: u32| (extent / pixel / f64::from(count)).max(1.0);
    let dx = WARP_MARGIN * ratio(b.east - b.west, t.width, output.width) * t.width;
    let dy = WARP_MARGIN * ratio(b.north - b.south, t.height, output.height) * t.height;
    let wide = Bounds { west: b.west - dx, east: b.east + dx, south: b.south - dy, north: b.north + dy };
    Ok(source.window_of(wide))
}
