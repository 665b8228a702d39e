//! Areas across the 180th meridian and over the poles.
//!
//! Editors write an area across the antimeridian either with longitudes beyond ±180, or with a jump from +179 to −179. Both are first
//! unwrapped into one continuous ring and then cut into parts that lie within ±180, as RFC 7946 asks.
//!
//! A ring round a pole ends a whole turn away from where it began. It is closed along the pole line (latitude ±90, from one end to the
//! other), which makes an ordinary polygon of it. Which pole is meant, the ring itself does not say: taken is the one on whose side the ring
//! lies, since software disagrees about what the direction of a ring means.

use geo::{BooleanOps, BoundingRect, Coord, CoordsIter, LineString, MultiPolygon, Polygon, Rect};

use super::{AoiError, AoiNote};

/// An edge longer than this, in degrees of longitude, is taken for a jump by whoever reads the shape next; cuts leave none.
const WIDEST: f64 = 120.0;
/// What cutting may be off by, in degrees (a decimetre); it counts in steps of a fraction of the shape's own size.
const ROUNDING: f64 = 1e-6;

/// A shape within ±180, and what that took.
type Split = (MultiPolygon<f64>, Vec<AoiNote>);

/// The shape cut at ±180, or `None` when it does not touch the antimeridian in a way that needs cutting.
pub(crate) fn split(shape: &MultiPolygon<f64>) -> Result<Option<Split>, AoiError> {
    let mut notes = Vec::new();
    let mut parts = Vec::new();
    for polygon in shape {
        if !needs_cutting(polygon) {
            parts.push(polygon.clone());
            continue;
        }
        let (whole, pole) = unwrapped(polygon)?;
        let before = parts.len();
        parts.extend(cut(&whole));
        notes.extend(pole);
        if pole.is_none() && parts.len() > before + 1 {
            notes.push(AoiNote::SplitAntimeridian);
        }
    }
    let untouched = shape.0.len() == parts.len() && notes.is_empty() && parts == shape.0;
    Ok((!untouched).then_some((MultiPolygon(parts), notes)))
}

/// The polygon with continuous longitudes, which may lie beyond ±180, and whether it had to be closed over a pole.
pub(crate) fn unwrapped(polygon: &Polygon<f64>) -> Result<(MultiPolygon<f64>, Option<AoiNote>), AoiError> {
    if !needs_cutting(polygon) {
        return Ok((MultiPolygon(vec![polygon.clone()]), None));
    }
    let exterior = unwrap(polygon.exterior(), None);
    let near = exterior.coords().next().map(|c| c.x);
    let Some(pole) = pole(&exterior)? else {
        let holes = polygon.interiors().iter().map(|hole| unwrap(hole, near));
        let holes = holes.map(|hole| if pole(&hole)?.is_some() { Err(hole_round_pole()) } else { Ok(hole) }).collect::<Result<_, _>>()?;
        return Ok((MultiPolygon(vec![Polygon::new(exterior, holes)]), None));
    };
    let cap = |ring: LineString<f64>| Polygon::new(closed_over(ring, pole), Vec::new());
    // A cap begins and ends at some meridian of its own, where its parts must be joined.
    let join = |parts: MultiPolygon<f64>| parts.iter().fold(MultiPolygon(Vec::new()), |all, part| all.union(part));
    let mut whole = join(cut(&MultiPolygon(vec![cap(exterior)])));
    for hole in polygon.interiors() {
        let hole = unwrap(hole, near);
        let gap = if self::pole(&hole)?.is_some() { cap(hole) } else { Polygon::new(hole, Vec::new()) };
        whole = whole.difference(&join(cut(&MultiPolygon(vec![gap]))));
    }
    Ok((tidy(whole.iter().map(|part| moved(part, 0.0)).collect()), Some(AoiNote::CoversPole)))
}

/// West and east edge over all parts; of parts that touch both sides of ±180 the pair runs over the antimeridian.
pub(crate) fn extent(parts: &[Rect<f64>]) -> (f64, f64) {
    let touches = |x: f64| parts.iter().any(|r| r.min().x == x || r.max().x == x);
    let west = |all: &mut dyn Iterator<Item = f64>| all.fold(f64::INFINITY, f64::min);
    if parts.len() > 1 && touches(-180.0) && touches(180.0) {
        let east_of = west(&mut parts.iter().map(|r| r.min().x).filter(|x| *x > 0.0));
        let west_of = parts.iter().map(|r| r.max().x).filter(|x| *x < 0.0).fold(f64::NEG_INFINITY, f64::max);
        let round = parts.iter().any(|r| r.min().x <= 0.0 && r.max().x >= 0.0);
        if east_of.is_finite() && west_of.is_finite() && !round {
            return (east_of, west_of);
        }
    }
    (west(&mut parts.iter().map(|r| r.min().x)), parts.iter().map(|r| r.max().x).fold(f64::NEG_INFINITY, f64::max))
}

/// A jump is an edge of more than half a turn. Along a pole longitude means nothing, so an edge there never is one; and a ring that knows
/// only −180 and +180 is the whole world, not a line.
fn needs_cutting(polygon: &Polygon<f64>) -> bool {
    let beyond = polygon.exterior().coords().any(|c| c.x.abs() > 180.0);
    let jumps = polygon.exterior().lines().any(|l| (l.end.x - l.start.x).abs() > 180.0 && !on_pole(l.start, l.end));
    beyond || (jumps && polygon.exterior().coords().any(|c| c.x.abs() != 180.0))
}

fn on_pole(a: Coord<f64>, b: Coord<f64>) -> bool {
    a.y.abs() == 90.0 && a.y == b.y
}

/// The ring without jumps: every step takes the shorter way round. `near` puts a hole on the same turn as its exterior.
fn unwrap(ring: &LineString<f64>, near: Option<f64>) -> LineString<f64> {
    let mut turn = 0.0;
    let mut previous: Option<Coord<f64>> = None;
    let mut out = Vec::with_capacity(ring.0.len());
    for c in ring.coords() {
        match previous {
            None => turn = near.map_or(0.0, |near| 360.0 * ((near - c.x) / 360.0).round()),
            Some(p) if on_pole(p, *c) => {}
            Some(p) => turn += 360.0 * ((p.x - c.x) / 360.0).round(),
        }
        previous = Some(*c);
        out.push(Coord { x: c.x + turn, y: c.y });
    }
    LineString(out)
}

/// The latitude of the pole that a closed, unwrapped ring goes round.
fn pole(ring: &LineString<f64>) -> Result<Option<f64>, AoiError> {
    let (Some(first), Some(last)) = (ring.0.first(), ring.0.last()) else { return Ok(None) };
    match ((last.x - first.x) / 360.0).round().abs() {
        0.0 => Ok(None),
        1.0 => {
            let mean: f64 = ring.lines().map(|l| (l.end.x - l.start.x).abs() * (l.start.y + l.end.y)).sum();
            // Round the equator neither side is nearer; then going east means north, as for any ring that is anticlockwise.
            Ok(Some(if mean > 0.0 || (mean == 0.0 && last.x > first.x) { 90.0 } else { -90.0 }))
        }
        turns => Err(AoiError::Invalid(format!("it goes {turns} times round a pole"))),
    }
}

fn hole_round_pole() -> AoiError {
    AoiError::Invalid("a hole goes round a pole and the outline does not".into())
}

/// The ring led along the pole line back to its beginning.
fn closed_over(mut ring: LineString<f64>, pole: f64) -> LineString<f64> {
    if let (Some(first), Some(last)) = (ring.0.first().copied(), ring.0.last().copied()) {
        let steps = (0..=4).map(|step| last.x + (first.x - last.x) * f64::from(step) / 4.0);
        ring.0.extend(steps.map(|x| Coord { x, y: pole }));
        ring.0.push(first);
    }
    ring
}

/// Continuous polygons cut into parts that lie within ±180.
fn cut(whole: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    let mut parts = Vec::new();
    for polygon in whole {
        let Some(bounds) = polygon.bounding_rect() else { continue };
        let turns = |x: f64| ((x + 180.0) / 360.0).floor() as i32;
        for turn in turns(bounds.min().x)..=turns(bounds.max().x) {
            let shift = 360.0 * f64::from(turn);
            let (west, east) = (-180.0 + shift, 180.0 + shift);
            if west <= bounds.min().x && bounds.max().x <= east {
                parts.push(moved(polygon, shift));
                break;
            }
            // Hardly larger than the polygon: cutting is done on a raster of whole numbers as fine as the larger of the two allows.
            let window =
                Rect::new((west.max(bounds.min().x - 1.0), bounds.min().y - 1.0), (east.min(bounds.max().x + 1.0), bounds.max().y + 1.0));
            parts.extend(polygon.intersection(&window.to_polygon()).iter().map(|part| moved(part, shift)));
        }
    }
    tidy(MultiPolygon(parts))
}

fn moved(polygon: &Polygon<f64>, shift: f64) -> Polygon<f64> {
    let ring = |line: &LineString<f64>| {
        line.coords()
            .map(|c| {
                let x = c.x - shift;
                // Cutting rounds; whoever looks for the other part at ±180 must find it there.
                let x = if (x.abs() - 180.0).abs() < ROUNDING { 180f64.copysign(x) } else { x };
                Coord { x, y: if 90.0 - c.y.abs() < ROUNDING { 90f64.copysign(c.y) } else { c.y } }
            })
            .collect()
    };
    Polygon::new(ring(polygon.exterior()), polygon.interiors().iter().map(ring).collect())
}

/// Gives wide edges points in between, which cutting takes away, and drops slivers without area.
fn tidy(shape: MultiPolygon<f64>) -> MultiPolygon<f64> {
    let ring = |line: &LineString<f64>| {
        let mut out: Vec<Coord<f64>> = line.0.first().copied().into_iter().collect();
        for edge in line.lines() {
            let pieces = (edge.delta().x.abs() / WIDEST).ceil().max(1.0) as i32;
            out.extend((1..pieces).map(|n| edge.start + edge.delta() * (f64::from(n) / f64::from(pieces))));
            out.push(edge.end);
        }
        LineString(out)
    };
    let solid =
        |polygon: &Polygon<f64>| polygon.coords_count() > 3 && polygon.bounding_rect().is_some_and(|r| r.width() > 0.0 && r.height() > 0.0);
    let widened = |p: Polygon<f64>| Polygon::new(ring(p.exterior()), p.interiors().iter().map(ring).collect());
    MultiPolygon(shape.into_iter().filter(solid).map(widened).collect())
}
