//! The military grid: squares of 100 km within UTM zones.

use geo::{BoundingRect, Coord, Intersects, LineString, MultiPolygon, Polygon, Rect};
use swath_domain::{Aoi, Crs};

use super::super::VectorError;
use crate::project::{Projection, project};

/// Bands of latitude of 8 degrees from 80° S; the last has 12.
const BANDS: &[u8] = b"CDEFGHJKLMNPQRSTUVWX";
const COLUMNS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
const ROWS: &[u8] = b"ABCDEFGHJKLMNPQRSTUV";
const SQUARE: f64 = 100_000.0;
/// Sentinel-2's tiles reach this far from their corner, which lies on a raster of 60 m.
const TILE: f64 = 109_800.0;
const RASTER: f64 = 60.0;
/// Northing of the equator on the southern side.
const SOUTH: f64 = 10_000_000.0;
/// Tiles that are listed.
const MOST: usize = 2000;

/// Zone, band, column and row of a name.
pub(super) fn parts(word: &str) -> Option<(u32, usize, u8, u8)> {
    let word = word.trim().to_ascii_uppercase();
    let word = word.strip_prefix('T').unwrap_or(&word);
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let zone = word[..digits].parse().ok().filter(|zone| (1..=60).contains(zone) && digits <= 2)?;
    let [band, column, row] = word.as_bytes()[digits..].try_into().ok()?;
    let band = BANDS.iter().position(|b| *b == band)?;
    (COLUMNS.contains(&column) && ROWS.contains(&row)).then_some((zone, band, column, row))
}

pub(super) fn area(tile: &str) -> Result<Aoi, VectorError> {
    let none = || VectorError::NoSuchTile { what: format!("tile {}", super::super::budget::short(tile)) };
    let (zone, band, column, row) = parts(tile).ok_or_else(none)?;
    let square = square(zone, band, column, row).ok_or_else(none)?;
    ground(zone, square).ok_or_else(none)
}

pub(super) fn touched(aoi: &Aoi) -> Vec<String> {
    let mut found = Vec::new();
    for zone in 1..=60 {
        let west = -180.0 + 6.0 * (f64::from(zone) - 1.0);
        // Tiles reach over the edges of their zone, and near Norway zones reach over each other.
        for south in (-80..84).step_by(4).map(f64::from) {
            let window = Rect::new((west - 4.0, south - 0.2), (west + 10.0, south + 4.2)).to_polygon();
            for turn in [-360.0, 0.0, 360.0] {
                let window = geo::MapCoords::map_coords(&window, |c| Coord { x: c.x + turn, y: c.y });
                if aoi.shape().intersects(&window) {
                    look(aoi, zone, south, &mut found);
                    break;
                }
            }
            if found.len() >= MOST {
                found.truncate(MOST);
                return sorted(found);
            }
        }
    }
    sorted(found)
}

fn sorted(mut found: Vec<String>) -> Vec<String> {
    found.sort();
    found.dedup();
    found
}

/// Squares of a zone between `south` and 4 degrees further north.
fn look(aoi: &Aoi, zone: u32, south: f64, found: &mut Vec<String>) {
    let centre = -183.0 + 6.0 * f64::from(zone);
    let northing = |lat: f64| point(zone, false, Coord { x: centre, y: lat }).map(|c| c.y);
    let (Some(low), Some(high)) = (northing(south), northing(south + 4.0)) else { return };
    let (low, high) = ((low / SQUARE).floor() as i64 - 1, (high / SQUARE).ceil() as i64 + 1);
    for row in low..high {
        for column in 1..=8 {
            let corner = Coord { x: f64::from(column) * SQUARE, y: row as f64 * SQUARE };
            let Some(middle) = lonlat(zone, Coord { x: corner.x + SQUARE / 2.0, y: corner.y + SQUARE / 2.0 }) else { continue };
            if !(south..south + 4.0).contains(&middle.y) || !(-80.0..84.0).contains(&middle.y) {
                continue;
            }
            if !in_zone(zone, corner) {
                continue;
            }
            if ground(zone, corner).is_some_and(|tile| tile.shape().intersects(aoi.shape())) {
                let band = (((middle.y + 80.0) / 8.0) as usize).min(BANDS.len() - 1);
                let (letter, row_letter) = letters(zone, column as usize, row);
                found.push(format!("{zone:02}{}{letter}{row_letter}", BANDS[band] as char));
            }
        }
    }
}

fn letters(zone: u32, column: usize, row: i64) -> (char, char) {
    let set = (zone as usize - 1) % 3;
    let shift = if zone.is_multiple_of(2) { 5 } else { 0 };
    (COLUMNS[set * 8 + column - 1] as char, ROWS[(row + shift).rem_euclid(20) as usize] as char)
}

/// South-west corner of a square, in metres from the central meridian's 500 km and, on both sides, from the equator.
fn square(zone: u32, band: usize, column: u8, row: u8) -> Option<Coord<f64>> {
    let set = (zone as usize - 1) % 3;
    let column = COLUMNS.iter().position(|c| *c == column)?.checked_sub(set * 8).filter(|c| *c < 8)?;
    let east = (column as f64 + 1.0) * SQUARE;
    let shift = if zone.is_multiple_of(2) { 5 } else { 0 };
    let row = (ROWS.iter().position(|r| *r == row)? as i64 - shift).rem_euclid(20);
    // Rows come again every 2000 km; the band tells which are meant.
    let (south, north) = (-80.0 + 8.0 * band as f64, if band == 19 { 84.0 } else { -72.0 + 8.0 * band as f64 });
    let off = |north_of: &f64| -> f64 {
        let middle = lonlat(zone, Coord { x: east + SQUARE / 2.0, y: north_of + SQUARE / 2.0 }).map_or(f64::INFINITY, |c| c.y);
        (south - middle).max(middle - north).max(0.0)
    };
    let rounds = (-5..=4).map(|round| (row + 20 * round) as f64 * SQUARE);
    let y = rounds.min_by(|a, b| off(a).total_cmp(&off(b)))?;
    // A square that the band's edge cuts has the names of both bands.
    let corner = Coord { x: east, y };
    (off(&y) < 0.5 && in_zone(zone, corner)).then_some(corner)
}

/// Whether any of a square lies in its zone.
fn in_zone(zone: u32, corner: Coord<f64>) -> bool {
    let centre = -183.0 + 6.0 * f64::from(zone);
    let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
    corners.iter().any(|(x, y)| {
        lonlat(zone, Coord { x: corner.x + x * SQUARE, y: corner.y + y * SQUARE }).is_some_and(|c| {
            let from_centre = (c.x - centre + 540.0).rem_euclid(360.0) - 180.0;
            // Off Norway and Svalbard some zones are wider.
            from_centre.abs() <= 3.0 || crate_zone(c) == Some(zone)
        })
    })
}

fn crate_zone(c: Coord<f64>) -> Option<u32> {
    swath_domain::utm_crs(c.x, c.y).epsg_code().map(|code| code % 100)
}

/// The outline of the tile of a square.
fn ground(zone: u32, corner: Coord<f64>) -> Option<Aoi> {
    let west = (corner.x / RASTER).floor() * RASTER;
    let north = ((corner.y + SQUARE) / RASTER).ceil() * RASTER;
    let southern = corner.y < 0.0;
    let shift = if southern { SOUTH } else { 0.0 };
    let (east, south) = (west + TILE, north - TILE);
    let ring = [(west, south), (east, south), (east, north), (west, north), (west, south)];
    let ring: LineString<f64> = ring.into_iter().map(|(x, y)| Coord { x, y: y + shift }).collect();
    let shape = project(&MultiPolygon(vec![Polygon::new(ring, Vec::new())]), &crs(zone, southern), &Crs::epsg(4326)).ok()?;
    Aoi::new(shape).ok().filter(|aoi| aoi.shape().bounding_rect().is_some())
}

fn crs(zone: u32, southern: bool) -> Crs {
    Crs::epsg(if southern { 32700 } else { 32600 } + zone)
}

/// From metres north of the equator, negative south of it.
fn lonlat(zone: u32, at: Coord<f64>) -> Option<Coord<f64>> {
    let (mut x, mut y) = ([at.x], [at.y]);
    Projection::new(&crs(zone, false), &Crs::epsg(4326)).ok()?.points(&mut x, &mut y).ok()?;
    (x[0].is_finite() && y[0].is_finite()).then_some(Coord { x: x[0], y: y[0] })
}

fn point(zone: u32, southern: bool, at: Coord<f64>) -> Option<Coord<f64>> {
    let (mut x, mut y) = ([at.x], [at.y]);
    Projection::new(&Crs::epsg(4326), &crs(zone, southern)).ok()?.points(&mut x, &mut y).ok()?;
    (x[0].is_finite() && y[0].is_finite()).then_some(Coord { x: x[0], y: y[0] })
}
