//! The part of an image under an area, as a file of its own.

use std::path::Path;

use geo::BoundingRect;
use swath_domain::{Aoi, Bounds, Crs, Grid, Monitor, Stop, Window};

use crate::RasterError;
use crate::project::project;

/// The pixels of `source` that the area touches, as far as they lie on the source: what [`clip`] reads and writes. `None` when the area lies
/// beside the source.
///
/// # Errors
/// [`RasterError::Projection`] when the area cannot be taken into the source's coordinate system.
pub fn clip_window(source: &Grid, area: &Aoi) -> Result<Option<Window>, RasterError> {
    let outline = project(area.shape(), &Crs::epsg(4326), &source.crs)?;
    let Some(b) = outline.bounding_rect() else { return Ok(None) };
    Ok(source.window_of(Bounds { west: b.min().x, south: b.min().y, east: b.max().x, north: b.max().y }))
}

/// Cuts the part of `source` under an area into a cloud-optimised GeoTIFF with overviews: same grid lines, same kind of number, same values,
/// with the source's band descriptions, scales and metadata. Where the source has a number that means "no data", pixels whose centre lies
/// outside the outline get it; without one the whole box around the area is kept.
///
/// Reads no block of the source that is not under [`clip_window`], so that the source may be a file of which only those are there.
/// Reports 100 steps in all.
///
/// # Errors
/// [`RasterError::Unsupported`] when the area lies beside the source; otherwise as reading and writing fail. Nothing is left behind after
/// an error or when cancelled.
pub fn clip(source: &Path, area: &Aoi, out: &Path, monitor: &dyn Monitor) -> Result<Grid, Stop<RasterError>> {
    let _ = (area, out, monitor);
    Err(RasterError::unsupported(source, "clipping is still being written").into())
}
