//! Areas of points and open lines: the ground around them, or what they span.

use std::collections::{BTreeMap, HashSet};

use gdal::spatial_ref::SpatialRef;
use gdal::vector::ToGdal;
use geo::{Area, ConvexHull, Coord, Geometry, GeometryCollection, LineString, MultiPoint, MultiPolygon, Point, Polygon, Simplify};
use swath_domain::Crs;

use super::{VectorError, geometry};
use crate::error::words;
use crate::project::Projection;

/// Metres per degree of latitude, for steps that need not be exact.
const DEGREE: f64 = 111_320.0;
/// Places that are kept after those that lie almost on each other are left out.
const PLACES: usize = 100_000;
/// Degrees of a cell; what lies in one is measured from its middle, where a plane is exact enough (a metre in ten kilometres).
const CELL: f64 = 1.0;
/// Pieces of a quarter of a circle.
const QUARTER: u32 = 8;

#[derive(Default)]
struct Cell {
    points: Vec<Point<f64>>,
    lines: Vec<LineString<f64>>,
}

/// The ground within so many metres, as polygons in longitude and latitude that may overlap and cross the antimeridian.
pub(super) fn buffer(lines: &[LineString<f64>], points: &[Coord<f64>], metres: f64) -> Result<Vec<Polygon<f64>>, VectorError> {
    let metres = if metres.is_finite() { metres.clamp(1.0, 200_000.0) } else { 1000.0 };
    let mut cells: BTreeMap<(i64, i64), Cell> = BTreeMap::new();
    let mut places = 0;
    let mut count = |more: usize| {
        places += more;
        if places > PLACES {
            Err(VectorError::too_large("the area", "more than 100 000 separate points: choose the area that they span instead"))
        } else {
            Ok(())
        }
    };
    // Places nearer to each other than a small part of the distance look the same from its end.
    let step = metres / 64.0 / DEGREE;
    let mut seen = HashSet::new();
    for c in points {
        let key = ((c.x * c.y.to_radians().cos() / step).round() as i64, (c.y / step).round() as i64);
        if seen.insert(key) {
            count(1)?;
            cells.entry(cell(*c)).or_default().points.push(Point(*c));
        }
    }
    for line in lines {
        let line = continuous(line).simplify(step);
        let mut piece: Vec<Coord<f64>> = Vec::new();
        let mut at = None;
        for edge in line.lines() {
            let pieces = (edge.delta().x.abs().max(edge.delta().y.abs()) / (CELL / 2.0)).ceil().clamp(1.0, 1000.0) as i32;
            count(pieces as usize)?;
            for n in 0..pieces {
                let on = |n: i32| edge.start + edge.delta() * (f64::from(n) / f64::from(pieces));
                let (from, to) = (on(n), on(n + 1));
                let here = cell((from + to) / 2.0);
                if at != Some(here) {
                    finish(&mut cells, at, &mut piece);
                    (at, piece) = (Some(here), vec![from]);
                }
                piece.push(to);
            }
        }
        finish(&mut cells, at, &mut piece);
    }
    let mut found = Vec::new();
    for ((column, row), cell) in cells {
        let middle = Coord { x: (column as f64 + 0.5) * CELL, y: ((row as f64 + 0.5) * CELL).clamp(-90.0, 90.0) };
        found.extend(around(cell, middle, metres)?);
    }
    Ok(found)
}

/// The smallest convex outline round everything.
pub(super) fn hull(lines: &[LineString<f64>], points: &[Coord<f64>]) -> Result<Polygon<f64>, VectorError> {
    let all: Vec<Coord<f64>> = lines.iter().flat_map(|line| continuous(line).0).chain(points.iter().copied()).collect();
    // Of the two ways round the Earth the shorter.
    let east: Vec<Coord<f64>> = all.iter().map(|c| Coord { x: c.x.rem_euclid(360.0), y: c.y }).collect();
    let width = |all: &[Coord<f64>]| {
        let ends = all.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), c| (low.min(c.x), high.max(c.x)));
        ends.1 - ends.0
    };
    let nearer = if width(&east) < width(&all) { east } else { all };
    let hull = MultiPoint(nearer.into_iter().map(Point).collect()).convex_hull();
    if hull.unsigned_area() == 0.0 {
        let found = "its points lie on one line or one point; take the ground around them instead".to_owned();
        return Err(VectorError::NoArea { found });
    }
    Ok(hull)
}

fn cell(c: Coord<f64>) -> (i64, i64) {
    ((c.x / CELL).floor() as i64, (c.y / CELL).floor() as i64)
}

fn finish(cells: &mut BTreeMap<(i64, i64), Cell>, at: Option<(i64, i64)>, piece: &mut Vec<Coord<f64>>) {
    if let Some(at) = at
        && piece.len() > 1
    {
        cells.entry(at).or_default().lines.push(LineString(std::mem::take(piece)));
    }
}

/// The line without jumps over the antimeridian.
fn continuous(line: &LineString<f64>) -> LineString<f64> {
    let mut before: Option<f64> = None;
    line.coords()
        .map(|c| {
            let x = before.map_or(c.x, |before| c.x + 360.0 * ((before - c.x) / 360.0).round());
            before = Some(x);
            Coord { x, y: c.y }
        })
        .collect()
}

fn around(cell: Cell, middle: Coord<f64>, metres: f64) -> Result<MultiPolygon<f64>, VectorError> {
    let failed = |words: String| VectorError::Invalid { words };
    let plane = SpatialRef::from_proj4(&format!("+proj=aeqd +lat_0={} +lon_0={} +datum=WGS84 +units=m +no_defs", middle.y, middle.x));
    let plane = Crs(plane.and_then(|plane| plane.to_wkt()).map_err(|e| failed(words(&e)))?);
    let lonlat = Crs::epsg(4326);
    let moved = |all: &[Coord<f64>], from: &Crs, to: &Crs| -> Result<Vec<Coord<f64>>, VectorError> {
        let (mut x, mut y): (Vec<f64>, Vec<f64>) = all.iter().map(|c| (c.x, c.y)).unzip();
        let projection = Projection::new(from, to).map_err(|e| failed(e.to_string()))?;
        projection.points(&mut x, &mut y).map_err(|e| failed(e.to_string()))?;
        Ok(x.into_iter().zip(y).map(|(x, y)| Coord { x, y }).collect())
    };
    let mut flat: Vec<Geometry<f64>> = Vec::new();
    if !cell.points.is_empty() {
        let places: Vec<Coord<f64>> = cell.points.iter().map(|p| p.0).collect();
        flat.push(Geometry::MultiPoint(moved(&places, &lonlat, &plane)?.into_iter().map(Point).collect()));
    }
    for line in &cell.lines {
        flat.push(Geometry::LineString(LineString(moved(&line.0, &lonlat, &plane)?)));
    }
    let buffered = GeometryCollection(flat).to_gdal().and_then(|all| all.buffer(metres, QUARTER)).map_err(|e| failed(words(&e)))?;
    let ring = |line: &LineString<f64>| Ok::<_, VectorError>(LineString(moved(&line.0, &plane, &lonlat)?));
    let polygon = |p: &Polygon<f64>| Ok(Polygon::new(ring(p.exterior())?, p.interiors().iter().map(ring).collect::<Result<_, _>>()?));
    geometry::polygons(&buffered).iter().map(polygon).collect::<Result<_, _>>().map(MultiPolygon)
}
