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

/// A UTM zone, and the ways between it and longitude and latitude. Northings are metres from the equator, negative south of it.
struct Zone {
    number: u32,
    out: Projection,
    back: Projection,
}

impl Zone {
    fn new(number: u32) -> Option<Self> {
        let (plane, round) = (crs(number, false), Crs::epsg(4326));
        Some(Self { number, out: Projection::new(&plane, &round).ok()?, back: Projection::new(&round, &plane).ok()? })
    }

    fn centre(&self) -> f64 {
        -183.0 + 6.0 * f64::from(self.number)
    }

    fn lonlat(&self, at: Coord<f64>) -> Option<Coord<f64>> {
        moved(&self.out, at)
    }

    fn northing(&self, lat: f64) -> Option<f64> {
        moved(&self.back, Coord { x: self.centre(), y: lat }).map(|c| c.y)
    }
}

fn moved(by: &Projection, at: Coord<f64>) -> Option<Coord<f64>> {
    let (mut x, mut y) = ([at.x], [at.y]);
    by.points(&mut x, &mut y).ok()?;
    (x[0].is_finite() && y[0].is_finite()).then_some(Coord { x: x[0], y: y[0] })
}

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
    let (number, band, column, row) = parts(tile).ok_or_else(none)?;
    let zone = Zone::new(number).ok_or_else(none)?;
    let square = square(&zone, band, column, row).ok_or_else(none)?;
    ground(number, square).ok_or_else(none)
}

pub(super) fn touched(aoi: &Aoi) -> Vec<String> {
    let mut found = Vec::new();
    let parts: Vec<Rect> = aoi.shape().iter().filter_map(BoundingRect::bounding_rect).collect();
    for number in 1..=60 {
        let mut zone = None;
        let west = -180.0 + 6.0 * (f64::from(number) - 1.0);
        // Tiles reach over the edges of their zone, and near Norway zones reach over each other.
        for south in (-80..84).step_by(4).map(f64::from) {
            let window = Rect::new((west - 4.0, south - 0.2), (west + 10.0, south + 4.2)).to_polygon();
            for turn in [-360.0, 0.0, 360.0] {
                let window = geo::MapCoords::map_coords(&window, |c| Coord { x: c.x + turn, y: c.y });
                if aoi.shape().intersects(&window) {
                    zone = zone.or_else(|| Zone::new(number));
                    if let Some(zone) = &zone {
                        look(aoi, &parts, zone, south, &mut found);
                    }
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

/// Squares of a zone between `south` and 4 degrees further north. `parts` are the boxes of the area's polygons.
fn look(aoi: &Aoi, parts: &[Rect], zone: &Zone, south: f64, found: &mut Vec<String>) {
    let (Some(low), Some(high)) = (zone.northing(south), zone.northing(south + 4.0)) else { return };
    let (low, high) = ((low / SQUARE).floor() as i64 - 1, (high / SQUARE).ceil() as i64 + 1);
    for row in low..high {
        for column in 1..=8 {
            let corner = Coord { x: f64::from(column) * SQUARE, y: row as f64 * SQUARE };
            let Some(middle) = zone.lonlat(Coord { x: corner.x + SQUARE / 2.0, y: corner.y + SQUARE / 2.0 }) else { continue };
            let in_rows = (south..south + 4.0).contains(&middle.y) && (-80.0..84.0).contains(&middle.y);
            if !in_rows || !is_near(parts, middle) || !in_zone(zone, corner) {
                continue;
            }
            if rough_ground(zone, corner).is_some_and(|tile| tile.shape().intersects(aoi.shape())) {
                let band = (((middle.y + 80.0) / 8.0) as usize).min(BANDS.len() - 1);
                let (letter, row_letter) = letters(zone.number, column as usize, row);
                found.push(format!("{:02}{}{letter}{row_letter}", zone.number, BANDS[band] as char));
            }
        }
    }
}

/// Whether a tile with this middle can reach into one of the boxes; tiles are a degree high.
fn is_near(parts: &[Rect], middle: Coord<f64>) -> bool {
    let reach = 1.0 / middle.y.to_radians().cos();
    parts.iter().any(|part| {
        let high = middle.y > part.min().y - 1.0 && middle.y < part.max().y + 1.0;
        let wide = |turn: f64| middle.x + turn > part.min().x - reach && middle.x + turn < part.max().x + reach;
        high && [-360.0, 0.0, 360.0].into_iter().any(wide)
    })
}

fn letters(zone: u32, column: usize, row: i64) -> (char, char) {
    let set = (zone as usize - 1) % 3;
    let shift = if zone.is_multiple_of(2) { 5 } else { 0 };
    (COLUMNS[set * 8 + column - 1] as char, ROWS[(row + shift).rem_euclid(20) as usize] as char)
}

/// South-west corner of a square, in metres from the central meridian's 500 km and, on both sides, from the equator.
fn square(zone: &Zone, band: usize, column: u8, row: u8) -> Option<Coord<f64>> {
    let set = (zone.number as usize - 1) % 3;
    let column = COLUMNS.iter().position(|c| *c == column)?.checked_sub(set * 8).filter(|c| *c < 8)?;
    let east = (column as f64 + 1.0) * SQUARE;
    let shift = if zone.number.is_multiple_of(2) { 5 } else { 0 };
    let row = (ROWS.iter().position(|r| *r == row)? as i64 - shift).rem_euclid(20);
    // Rows come again every 2000 km; the band tells which are meant.
    let (south, north) = (-80.0 + 8.0 * band as f64, if band == 19 { 84.0 } else { -72.0 + 8.0 * band as f64 });
    let off = |north_of: &f64| -> f64 {
        let middle = zone.lonlat(Coord { x: east + SQUARE / 2.0, y: north_of + SQUARE / 2.0 }).map_or(f64::INFINITY, |c| c.y);
        (south - middle).max(middle - north).max(0.0)
    };
    let rounds = (-5..=4).map(|round| (row + 20 * round) as f64 * SQUARE);
    let y = rounds.min_by(|a, b| off(a).total_cmp(&off(b)))?;
    // A square that the band's edge cuts has the names of both bands.
    let corner = Coord { x: east, y };
    (off(&y) < 0.5 && in_zone(zone, corner)).then_some(corner)
}

/// Whether any of a square lies in its zone.
fn in_zone(zone: &Zone, corner: Coord<f64>) -> bool {
    let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
    corners.iter().any(|(x, y)| {
        zone.lonlat(Coord { x: corner.x + x * SQUARE, y: corner.y + y * SQUARE }).is_some_and(|c| {
            let from_centre = (c.x - zone.centre() + 540.0).rem_euclid(360.0) - 180.0;
            // Off Norway and Svalbard some zones are wider.
            from_centre.abs() <= 3.0 || zone_of(c) == Some(zone.number)
        })
    })
}

fn zone_of(c: Coord<f64>) -> Option<u32> {
    swath_domain::utm_crs(c.x, c.y).epsg_code().map(|code| code % 100)
}

/// North-west corner of the tile of a square.
fn tile_corner(corner: Coord<f64>) -> (f64, f64) {
    ((corner.x / RASTER).floor() * RASTER, ((corner.y + SQUARE) / RASTER).ceil() * RASTER)
}

/// The outline of the tile of a square with a corner every 14 km, which is some metres off between them: enough to know what it touches.
fn rough_ground(zone: &Zone, corner: Coord<f64>) -> Option<Aoi> {
    const STEPS: u32 = 8;
    let (west, north) = tile_corner(corner);
    let along = |from: (f64, f64), by: (f64, f64)| (0..STEPS).map(move |step| (from.0 + by.0 * share(step), from.1 + by.1 * share(step)));
    fn share(step: u32) -> f64 {
        TILE * f64::from(step) / f64::from(STEPS)
    }
    let (east, south) = (west + TILE, north - TILE);
    let top = along((west, north), (1.0, 0.0)).chain(along((east, north), (0.0, -1.0)));
    let ring = top.chain(along((east, south), (-1.0, 0.0))).chain(along((west, south), (0.0, 1.0)));
    let (mut x, mut y): (Vec<f64>, Vec<f64>) = ring.unzip();
    zone.out.points(&mut x, &mut y).ok()?;
    let ring = x.into_iter().zip(y).map(|(x, y)| Coord { x, y }).collect();
    Aoi::new(MultiPolygon(vec![Polygon::new(ring, Vec::new())])).ok()
}

/// The outline of the tile of a square.
fn ground(zone: u32, corner: Coord<f64>) -> Option<Aoi> {
    let (west, north) = tile_corner(corner);
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
