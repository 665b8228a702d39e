//! Well-known text, one geometry or many, each with or without `SRID=n;` before it.

use gdal::vector::Geometry;
use swath_domain::Stop;

use super::budget::Budget;
use super::raw::{Feature, Layer, LayerCrs};
use super::{VectorError, crs, geometry};

const KINDS: [&str; 14] = [
    "POINT",
    "LINESTRING",
    "POLYGON",
    "MULTIPOINT",
    "MULTILINESTRING",
    "MULTIPOLYGON",
    "GEOMETRYCOLLECTION",
    "CURVEPOLYGON",
    "MULTISURFACE",
    "CIRCULARSTRING",
    "COMPOUNDCURVE",
    "MULTICURVE",
    "TRIANGLE",
    "TIN",
];
/// Bytes of one geometry; more in text is no geometry that is pasted.
const LONGEST: usize = 64 << 20;

/// Whether a text begins as well-known text does.
pub(super) fn is_wkt(text: &str) -> bool {
    let text = text.trim_start();
    let word: String = text.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_uppercase();
    let after = &text[word.len()..];
    (word == "SRID" && after.trim_start().starts_with('=')) || KINDS.contains(&word.as_str()) && after.contains(['(', 'E', 'e'])
}

/// Reads all geometries. The flag tells that something else follows and was left out.
pub(super) fn read(text: &str, budget: &Budget) -> Result<(Layer, bool), Stop<VectorError>> {
    crate::ffi::ready();
    let mut layer = Layer::default();
    let mut rest = text.trim();
    let mut srid: Option<u32> = None;
    while !rest.is_empty() {
        if !is_wkt(rest) {
            return if layer.features.is_empty() { Err(budget.damaged("it is not well-known text")) } else { Ok((layer, true)) };
        }
        if rest[..4.min(rest.len())].eq_ignore_ascii_case("SRID") {
            let (number, after) = rest.split_once(';').ok_or_else(|| budget.damaged("SRID without a semicolon"))?;
            let code =
                number.split_once('=').and_then(|(_, n)| n.trim().parse().ok()).ok_or_else(|| budget.damaged("SRID without a number"))?;
            if srid.is_some_and(|before| before != code) {
                return Err(budget.damaged("its geometries have different SRIDs: paste those of one coordinate system at a time"));
            }
            srid = Some(code);
            rest = after.trim_start();
            continue;
        }
        let end = end(rest).ok_or_else(|| budget.damaged("a bracket is not closed"))?;
        if end > LONGEST {
            return Err(VectorError::too_large(budget.name, "a geometry of more than 64 MiB of text").into());
        }
        budget.feature()?;
        let mut feature = Feature::default();
        let geometry = Geometry::from_wkt(&rest[..end]).map_err(|_| budget.damaged(format!("“{}” is not well-known text", head(rest))))?;
        feature.problem = geometry::take(&geometry, &mut feature.shape, budget)?.err();
        if feature.shape.is_empty() && feature.problem.is_none() {
            feature.problem = Some("it is empty".into());
        }
        layer.features.push(feature);
        rest = rest[end..].trim_start_matches(|c: char| c.is_whitespace() || c == ';' || c == ',');
    }
    layer.crs = srid.map_or(LayerCrs::LonLat, crs::from_epsg);
    if srid.is_none() && layer.features.iter().flat_map(|f| f.shape.coords()).any(|c| c.x.abs() > 540.0 || c.y.abs() > 180.0) {
        layer.crs = LayerCrs::Unknown("write SRID=n; before it".into());
    }
    Ok((layer, false))
}

fn head(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Where the first geometry ends: at the bracket that closes its first one, or after `EMPTY`.
fn end(text: &str) -> Option<usize> {
    let open = text.find('(').unwrap_or(usize::MAX);
    if let Some(empty) = text.to_ascii_uppercase().find("EMPTY").filter(|at| *at < open) {
        return Some(empty + 5);
    }
    let mut depth = 0u32;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth <= 1 => return Some(at + 1),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}
