//! Areas across the 180th meridian.
//!
//! Editors write such an area either with longitudes beyond ±180, or with a jump from +179 to −179. Both are first unwrapped into one
//! continuous ring and then cut into parts that lie within ±180, as RFC 7946 asks.

use geo::{BooleanOps, Coord, LineString, MapCoords, MultiPolygon, Polygon, Rect};

use super::AoiError;

/// The shape cut at ±180, or `None` when it does not touch the antimeridian in a way that needs cutting.
pub(crate) fn split(shape: &MultiPolygon<f64>) -> Result<Option<MultiPolygon<f64>>, AoiError> {
    let beyond = |line: &LineString<f64>| line.coords().any(|c| c.x.abs() > 180.0);
    let jumps = |line: &LineString<f64>| line.lines().any(|l| (l.end.x - l.start.x).abs() > 180.0);
    let mut crossing = false;
    let mut parts = Vec::new();
    for polygon in shape {
        if !beyond(polygon.exterior()) && !jumps(polygon.exterior()) {
            parts.push(polygon.clone());
            continue;
        }
        crossing = true;
        let exterior = unwrap(polygon.exterior(), None)?;
        let near = exterior.coords().next().map(|c| c.x);
        let holes = polygon.interiors().iter().map(|hole| unwrap(hole, near)).collect::<Result<_, _>>()?;
        let whole = Polygon::new(exterior, holes);
        for turn in [-2.0, -1.0, 0.0, 1.0, 2.0] {
            let world = Rect::new((-180.0 + 360.0 * turn, -90.0), (180.0 + 360.0 * turn, 90.0)).to_polygon();
            let cut = whole.intersection(&world);
            parts.extend(cut.map_coords(|c| Coord { x: c.x - 360.0 * turn, y: c.y }));
        }
    }
    Ok(crossing.then_some(MultiPolygon(parts)))
}

/// West and east edge over all parts; of parts that touch both sides of ±180 the pair runs over the antimeridian.
pub(crate) fn extent(parts: &[Rect<f64>]) -> (f64, f64) {
    let touches = |x: f64| parts.iter().any(|r| r.min().x == x || r.max().x == x);
    let west = |all: &mut dyn Iterator<Item = f64>| all.fold(f64::INFINITY, f64::min);
    if parts.len() > 1 && touches(-180.0) && touches(180.0) {
        let east_of = west(&mut parts.iter().map(|r| r.min().x).filter(|x| *x > 0.0));
        let west_of = parts.iter().map(|r| r.max().x).filter(|x| *x < 0.0).fold(f64::NEG_INFINITY, f64::max);
        if east_of.is_finite() && west_of.is_finite() {
            return (east_of, west_of);
        }
    }
    (west(&mut parts.iter().map(|r| r.min().x)), parts.iter().map(|r| r.max().x).fold(f64::NEG_INFINITY, f64::max))
}

/// The ring without jumps: every step takes the shorter way round. `near` puts a hole on the same turn as its exterior.
fn unwrap(ring: &LineString<f64>, near: Option<f64>) -> Result<LineString<f64>, AoiError> {
    let mut previous = near;
    let mut out = Vec::with_capacity(ring.0.len());
    for c in ring.coords() {
        let x = match previous {
            None => c.x,
            Some(p) => c.x + 360.0 * ((p - c.x) / 360.0).round(),
        };
        previous = Some(x);
        out.push(Coord { x, y: c.y });
    }
    match (out.first(), out.last()) {
        // Going once round the Earth ends a turn away from the start.
        (Some(first), Some(last)) if (first.x - last.x).abs() > 180.0 => Err(AoiError::ContainsPole),
        _ => Ok(LineString(out)),
    }
}
