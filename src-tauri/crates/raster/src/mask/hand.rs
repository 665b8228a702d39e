//! What somebody drew.

use geo::BoundingRect;
use swath_domain::{Bounds, ByHand, Crs, Grid, HandClass, PixelClass};

use super::codes::{DROPPED, HAND, class};
use crate::{RasterError, project, rasterize};

/// Puts polygons into codes on a grid, one after the other; the last that holds a pixel decides. No data stays no data. `true` when a pixel
/// has changed.
pub(super) fn draw(codes: &mut [u8], grid: &Grid, drawn: &[&ByHand]) -> Result<bool, RasterError> {
    let mut changed = false;
    for polygon in drawn {
        let outline = project(polygon.area.shape(), &Crs::epsg(4326), &grid.crs)?;
        let Some(r) = outline.bounding_rect() else { continue };
        let bounds = Bounds { west: r.min().x, south: r.min().y, east: r.max().x, north: r.max().y };
        let Some(window) = grid.window_of(bounds) else { continue };
        let to = match polygon.shows {
            HandClass::Cloud => PixelClass::Cloud as u8 | DROPPED | HAND,
            HandClass::Clear => PixelClass::Clear as u8 | HAND,
        };
        let inside = rasterize(&outline, &grid.part(window))?;
        for (inside, y) in inside.chunks_exact(window.width as usize).zip(window.y..) {
            let from = y as usize * grid.width as usize + window.x as usize;
            for (code, inside) in codes[from..].iter_mut().zip(inside) {
                if *inside == 1 && class(*code) != PixelClass::NoData && *code != to {
                    *code = to;
                    changed = true;
                }
            }
        }
    }
    Ok(changed)
}
