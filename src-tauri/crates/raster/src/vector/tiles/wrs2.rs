//! Landsat's World Reference System 2, computed from its orbit.
//!
//! 233 orbits in 16 days on the same ground; every orbit is cut into 248 rows, of which row 60 is where the satellite crosses the equator going
//! south, by day. The track follows from that, the inclination and the turning of the Earth; nothing is looked up.

use geo::{Coord, Destination, Geodesic, LineString, MultiPolygon, Point, Polygon};
use swath_domain::Aoi;

use super::super::VectorError;

const PATHS: u16 = 233;
const ROWS: u16 = 248;
const EQUATOR_ROW: f64 = 60.0;
const INCLINATION: f64 = 98.2;
/// Where path 1 crosses the equator, in degrees east.
const FIRST: f64 = -64.6;
/// The Earth turns so far under one orbit.
const PER_ORBIT: f64 = 360.0 * 16.0 / 233.0;
/// Half of a scene across and along the track, metres.
const ACROSS: f64 = 92_500.0;
const ALONG: f64 = 90_000.0;
/// First eccentricity of WGS 84, squared.
const E2: f64 = 0.006_694_379_990_14;

pub(super) fn area(path: u16, row: u16) -> Result<Aoi, VectorError> {
    if !(1..=PATHS).contains(&path) || !(1..=ROWS).contains(&row) {
        return Err(VectorError::NoSuchTile { what: format!("path {path} row {row} (paths are 1 to {PATHS}, rows 1 to {ROWS})") });
    }
    let centre = Point(centre(path, f64::from(row)));
    let (before, after) = (self::centre(path, f64::from(row) - 0.05), self::centre(path, f64::from(row) + 0.05));
    let heading = geo::Bearing::bearing(&Geodesic, Point(before), Point(after));
    let go = |from: Point<f64>, bearing: f64, metres: f64| Geodesic.destination(from, bearing, metres);
    let mut ring = Vec::new();
    // Corners, and points between them so that the edges keep to their course.
    let side = |n: i32| f64::from(n) / 2.0;
    let at = |along: f64, across: f64| go(go(centre, heading, ALONG * along), heading + 90.0, ACROSS * across).0;
    ring.extend((-2..2).map(|n| at(1.0, side(n))));
    ring.extend((-2..2).map(|n| at(-side(n), 1.0)));
    ring.extend((-2..2).map(|n| at(-1.0, -side(n))));
    ring.extend((-2..2).map(|n| at(side(n), -1.0)));
    Ok(Aoi::new(MultiPolygon(vec![Polygon::new(LineString(ring), Vec::new())]))?)
}

/// Where the satellite stands above the middle of a scene; rows may be broken.
pub(super) fn centre(path: u16, row: f64) -> Coord<f64> {
    let along = (row - EQUATOR_ROW) / f64::from(ROWS) * 360.0;
    let (sin, cos) = along.to_radians().sin_cos();
    let (tilt_sin, tilt_cos) = INCLINATION.to_radians().sin_cos();
    // Going south from the descending node; retrograde, so west of it.
    let geocentric = (-tilt_sin * sin).asin();
    let aside = (tilt_cos * sin).atan2(cos).to_degrees();
    let x = FIRST - 360.0 / f64::from(PATHS) * f64::from(path - 1) + aside - PER_ORBIT * along / 360.0;
    let y = (geocentric.tan() / (1.0 - E2)).atan().to_degrees();
    Coord { x: (x + 540.0).rem_euclid(360.0) - 180.0, y }
}
