//! Tables of points: a line of names, two of which mean longitude and latitude, and a line for each point. Or a column of well-known text.

use geo::Coord;
use swath_domain::Stop;

use super::budget::{Budget, FIELDS};
use super::raw::{Feature, Layer, LayerCrs, Shape};
use super::{VectorError, wkt};

const LON: [&str; 12] = ["lon", "long", "lng", "longitude", "经度", "x", "longitude_e", "lon_dd", "long_dd", "point_x", "easting", "东经"];
const LAT: [&str; 11] = ["lat", "latitude", "纬度", "y", "latitude_n", "lat_dd", "point_y", "northing", "北纬", "latitud", "breite"];
const WKT: [&str; 5] = ["wkt", "geom", "geometry", "the_geom", "shape"];

/// Which columns hold the place.
enum Place {
    Numbers(usize, usize),
    Wkt(usize),
}

/// Whether the first line names columns of places.
pub(super) fn is_table(text: &str) -> bool {
    let head = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
    place(&cells(head, separator(head))).is_some()
}

pub(super) fn read(text: &str, budget: &Budget) -> Result<Layer, Stop<VectorError>> {
    let mut records = Records { rest: text.trim_start_matches('\u{feff}') };
    let head = records.next().unwrap_or_default();
    let separator = separator(head);
    let names = cells(head, separator);
    let place =
        place(&names).ok_or_else(|| budget.damaged("no columns are named lon and lat (or longitude, latitude, x, y, 经度, 纬度)"))?;
    let mut layer = Layer::default();
    for name in names.iter().take(FIELDS) {
        layer.fields.push(budget.text(name)?);
    }
    let mut far = None;
    for record in records.filter(|record| !record.trim().is_empty()) {
        budget.feature()?;
        let values = cells(record, separator);
        let mut feature = Feature::default();
        let value = |at: usize| values.get(at).map(String::as_str).unwrap_or_default();
        match place {
            Place::Numbers(x, y) => match (number(value(x), separator), number(value(y), separator)) {
                (Some(x), Some(y)) => {
                    budget.vertices(1)?;
                    if x.abs() > 360.0 || y.abs() > 180.0 {
                        far = Some(());
                    }
                    feature.shape.points.push(Coord { x, y });
                }
                _ => feature.problem = Some("its place is no pair of numbers".into()),
            },
            Place::Wkt(at) => match wkt::read(value(at), budget) {
                Ok((read, _)) => {
                    feature.shape = read.features.into_iter().fold(Shape::default(), |mut all, f| {
                        all.join(f.shape);
                        all
                    });
                    if layer.features.is_empty() || read.crs != LayerCrs::LonLat {
                        layer.crs = read.crs;
                    }
                }
                Err(Stop::Failed(VectorError::Damaged { .. })) => feature.problem = Some("its geometry is not well-known text".into()),
                Err(other) => return Err(other),
            },
        }
        for value in values.iter().take(FIELDS) {
            feature.values.push(budget.text(value)?);
        }
        layer.features.push(feature);
    }
    if far.is_some() {
        layer.crs = LayerCrs::Unknown("a table of points has none".into());
    }
    Ok(layer)
}

fn place(names: &[String]) -> Option<Place> {
    let find = |known: &[&str]| {
        // The order of `known` decides where several would do.
        let plain = |name: &String| name.trim().trim_matches('"').to_lowercase();
        known.iter().find_map(|word| names.iter().position(|name| plain(name) == *word))
    };
    match (find(&LON), find(&LAT)) {
        (Some(x), Some(y)) => Some(Place::Numbers(x, y)),
        _ => find(&WKT).map(Place::Wkt),
    }
}

/// Whichever of comma, semicolon and tab stands most often in the first line.
fn separator(head: &str) -> char {
    [',', ';', '\t'].into_iter().max_by_key(|c| (head.matches(*c).count(), *c == ',')).unwrap_or(',')
}

/// A number, also with a decimal comma where that cannot part columns, and with a degree sign.
fn number(text: &str, separator: char) -> Option<f64> {
    let text = text.trim().trim_end_matches('°');
    let parsed = text.parse().ok().or_else(|| (separator != ',').then(|| text.replace(',', ".").parse().ok()).flatten());
    parsed.filter(|n: &f64| n.is_finite())
}

/// Lines, but for line breaks between quotes.
struct Records<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Records<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let mut quoted = false;
        let end = self.rest.bytes().position(|byte| {
            quoted ^= byte == b'"';
            byte == b'\n' && !quoted
        });
        let (record, rest) = match end {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, ""),
        };
        self.rest = rest;
        Some(record.trim_end_matches('\r'))
    }
}

fn cells(record: &str, separator: char) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut letters = record.chars().peekable();
    let mut quoted = false;
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cells.last_mut().into_iter().for_each(|cell| cell.push('"'));
            }
            '"' => quoted = !quoted,
            c if c == separator && !quoted => cells.push(String::new()),
            c => cells.last_mut().into_iter().for_each(|cell| cell.push(c)),
        }
    }
    cells
}
