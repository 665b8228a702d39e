//! What is asked for, in the words of OData. Everything here only saves pages; every limit is applied again to what comes.

use geo::{MultiPolygon, Polygon};
use swath_domain::{OrbitDirection, Query, Sensor};

use crate::catalogue::outline::corners;
use crate::provider::Collection;

/// Longer lists of choices are left to the filters here.
const MOST_CHOICES: usize = 10;

/// The type of product that a collection is called by, whatever stands before it (`SENTINEL-2/S2MSI2A`).
pub(super) fn product_type(collection: &Collection) -> &str {
    collection.id.rsplit('/').next().unwrap_or_default()
}

/// Whether there can be an answer at all.
pub(super) fn can_match(collection: &Collection, query: &Query) -> bool {
    let mission = mission(collection.sensor).to_ascii_lowercase();
    let platforms = &query.filters.platforms;
    platforms.is_empty() || platforms.iter().any(|platform| platform.starts_with(&mission))
}

/// All but the times.
pub(super) fn fixed(collection: &Collection, query: &Query, side: &MultiPolygon<f64>) -> String {
    let (sensor, filters) = (collection.sensor, &query.filters);
    let radar = sensor == Sensor::Sentinel1Grd;
    let mut parts = vec![
        format!("Collection/Name eq '{}'", mission(sensor)),
        text("productType", product_type(collection)),
        format!("OData.CSC.Intersects(area=geography'SRID=4326;{}')", wkt(side)),
    ];
    if let Some(cloud) = query.max_cloud.filter(|_| !radar) {
        parts.push(attribute("cloudCover", "Double", "le", &format!("{cloud:.2}")));
    }
    // Optical products do not say it.
    if let Some(direction) = filters.orbit_direction.filter(|_| radar) {
        let word = if direction == OrbitDirection::Ascending { "ASCENDING" } else { "DESCENDING" };
        parts.push(text("orbitDirection", word));
    }
    let orbits = filters.relative_orbits.iter().map(|orbit| attribute("relativeOrbitNumber", "Integer", "eq", &orbit.to_string()));
    parts.extend(any(orbits.collect()));
    let satellites = filters.platforms.iter().filter(|name| name.starts_with("sentinel-")).filter_map(|name| name.chars().next_back());
    parts.extend(any(satellites.map(|c| text("platformSerialIdentifier", &c.to_ascii_uppercase().to_string())).collect()));
    if !radar {
        parts.extend(any(filters.tiles.iter().filter_map(|tile| tile_name(tile)).map(|tile| text("tileId", &tile)).collect()));
    }
    if let [pattern] = filters.names.as_slice()
        && let Some((start, _)) = pattern.split_once('*')
        && start.len() >= 3
    {
        parts.push(format!("startswith(Name,'{}')", quoted(&start.to_ascii_uppercase())));
    }
    parts.join(" and ")
}

fn mission(sensor: Sensor) -> &'static str {
    match sensor {
        Sensor::Sentinel2L1c | Sensor::Sentinel2L2a => "SENTINEL-2",
        Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc => "SENTINEL-1",
        Sensor::LandsatC2L1 | Sensor::LandsatC2L2 => "LANDSAT-8",
    }
}

/// `T33TWL`, `33twl` and `1wcr` as the service writes them; `None` for what is no tile of Sentinel-2.
fn tile_name(tile: &str) -> Option<String> {
    let plain: String = tile.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    let plain = plain.strip_prefix('T').unwrap_or(&plain);
    let digits = plain.chars().take_while(char::is_ascii_digit).count();
    match (digits, plain.len()) {
        (2, 5) => Some(plain.to_owned()),
        (1, 4) => Some(format!("0{plain}")),
        _ => None,
    }
}

fn text(name: &str, value: &str) -> String {
    attribute(name, "String", "eq", &format!("'{}'", quoted(value)))
}

fn attribute(name: &str, kind: &str, operator: &str, value: &str) -> String {
    let kind = format!("OData.CSC.{kind}Attribute");
    format!("Attributes/{kind}/any(att:att/Name eq '{name}' and att/{kind}/Value {operator} {value})")
}

fn any(mut choices: Vec<String>) -> Option<String> {
    match choices.len() {
        0 => None,
        1 => choices.pop(),
        2..=MOST_CHOICES => Some(format!("({})", choices.join(" or "))),
        _ => None,
    }
}

/// A quote within a text is written twice.
pub(super) fn quoted(value: &str) -> String {
    value.replace('\'', "''")
}

fn wkt(side: &MultiPolygon<f64>) -> String {
    let ring = |polygon: &Polygon<f64>| {
        let points: Vec<_> = corners(polygon).into_iter().map(|(x, y)| format!("{x} {y}")).collect();
        format!("(({}))", points.join(","))
    };
    match side.0.as_slice() {
        [one] => format!("POLYGON{}", ring(one)),
        many => format!("MULTIPOLYGON({})", many.iter().map(ring).collect::<Vec<_>>().join(",")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_are_written_as_the_service_writes_them() {
        for (given, expected) in
            [("T33TWL", Some("33TWL")), ("33twl", Some("33TWL")), ("1WCR", Some("01WCR")), ("191028", None), ("191/028", None), ("", None)]
        {
            assert_eq!(tile_name(given).as_deref(), expected, "{given}");
        }
    }

    #[test]
    fn quotes_cannot_end_a_text() {
        assert_eq!(text("x", "a' or 1 eq 1 or 'b").matches("''").count(), 2);
        assert_eq!(any(vec!["a".into(), "b".into()]).as_deref(), Some("(a or b)"));
        assert_eq!(any(vec!["a".into(); 11]), None);
    }
}
