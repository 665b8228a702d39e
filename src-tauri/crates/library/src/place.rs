//! Shapes as boxes of an R*Tree.

use geo::{BoundingRect, Intersects, MultiPolygon, Rect};

/// Rows of an R*Tree are numbered `row * PARTS + part`, so that the boxes of a row are found without an index.
pub(crate) const PARTS: i64 = 8;

/// One box for each part, so that a shape split at the antimeridian does not become a box around the Earth.
pub(crate) fn boxes(shape: &MultiPolygon<f64>) -> Vec<Rect<f64>> {
    let parts: Vec<_> = shape.iter().filter_map(BoundingRect::bounding_rect).collect();
    if parts.len() as i64 <= PARTS { parts } else { shape.bounding_rect().into_iter().collect() }
}

/// A searched box as one rectangle, or as two when `west > east` (over the antimeridian).
pub(crate) fn searched([west, south, east, north]: [f64; 4]) -> Vec<Rect<f64>> {
    let rect = |west: f64, east: f64| Rect::new((west, south), (east, north));
    if west > east { vec![rect(west, 180.0), rect(-180.0, east)] } else { vec![rect(west, east)] }
}

/// Whether a shape lies in one of the rectangles, exactly.
pub(crate) fn touches(shape: &MultiPolygon<f64>, rects: &[Rect<f64>]) -> bool {
    rects.iter().any(|rect| shape.intersects(rect))
}
