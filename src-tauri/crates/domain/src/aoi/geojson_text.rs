//! From GeoJSON as people have it to an area.

use geo::{BooleanOps, MultiPolygon};
use geojson::{Geometry, GeometryValue};

use super::{Aoi, AoiError, AoiNote};

pub(super) fn read(text: &str) -> Result<(Aoi, Vec<AoiNote>), AoiError> {
    // Windows editors write a byte order mark, which JSON does not allow.
    let text = text.trim_start_matches('\u{feff}');
    let document: geojson::GeoJson = text.parse().map_err(|e: geojson::Error| AoiError::NotGeoJson(e.to_string()))?;
    let geometries = match document {
        geojson::GeoJson::Geometry(geometry) => vec![geometry],
        geojson::GeoJson::Feature(feature) => feature.geometry.into_iter().collect(),
        geojson::GeoJson::FeatureCollection(all) => all.features.into_iter().filter_map(|f| f.geometry).collect(),
    };
    from_geometries(geometries)
}

pub(super) fn from_geometries(geometries: Vec<Geometry>) -> Result<(Aoi, Vec<AoiNote>), AoiError> {
    let mut notes = Vec::new();
    let mut found = Vec::new();
    let mut shapes = Vec::new();
    for geometry in geometries {
        collect(geometry.value, &mut shapes, &mut found, &mut notes)?;
    }
    if shapes.is_empty() {
        found.dedup();
        return Err(AoiError::NoPolygon(if found.is_empty() { "nothing".into() } else { found.join(", ") }));
    }
    if shapes.len() > 1 {
        notes.push(AoiNote::MergedFeatures);
    }
    let merged = shapes.into_iter().map(Aoi::with_notes).try_fold(None::<MultiPolygon<f64>>, |all, part| {
        let (aoi, more) = part?;
        notes.extend(more);
        Ok::<_, AoiError>(Some(match all {
            Some(all) => all.union(aoi.shape()),
            None => aoi.shape,
        }))
    })?;
    let (aoi, _) = Aoi::with_notes(merged.ok_or(AoiError::Empty)?)?;
    notes.sort();
    notes.dedup();
    Ok((aoi, notes))
}

fn collect(
    value: GeometryValue,
    shapes: &mut Vec<MultiPolygon<f64>>,
    found: &mut Vec<String>,
    notes: &mut Vec<AoiNote>,
) -> Result<(), AoiError> {
    match value {
        GeometryValue::GeometryCollection { geometries } => {
            for geometry in geometries {
                collect(geometry.value, shapes, found, notes)?;
            }
        }
        GeometryValue::Polygon { ref coordinates } => {
            check(std::slice::from_ref(coordinates))?;
            note(std::slice::from_ref(coordinates), notes);
            shapes.push(shape(value)?);
        }
        GeometryValue::MultiPolygon { ref coordinates } => {
            check(coordinates)?;
            note(coordinates, notes);
            shapes.push(shape(value)?);
        }
        other => found.push(other.type_name().to_owned()),
    }
    Ok(())
}

/// The conversion takes every position to have two numbers and panics where it has not.
fn check(polygons: &[geojson::PolygonType]) -> Result<(), AoiError> {
    match polygons.iter().flatten().flatten().find(|position| position.as_slice().len() < 2) {
        Some(short) => Err(AoiError::NotGeoJson(format!("the position {:?} has fewer than two numbers", short.as_slice()))),
        None => Ok(()),
    }
}

fn note(polygons: &[geojson::PolygonType], notes: &mut Vec<AoiNote>) {
    let rings = || polygons.iter().flatten();
    if rings().any(|ring| ring.first() != ring.last()) {
        notes.push(AoiNote::ClosedRing);
    }
    if rings().flatten().any(|position| position.as_slice().len() > 2) {
        notes.push(AoiNote::DroppedZ);
    }
}

fn shape(value: GeometryValue) -> Result<MultiPolygon<f64>, AoiError> {
    match geo::Geometry::<f64>::try_from(value).map_err(|e| AoiError::NotGeoJson(e.to_string()))? {
        geo::Geometry::Polygon(polygon) => Ok(MultiPolygon(vec![polygon])),
        geo::Geometry::MultiPolygon(shape) => Ok(shape),
        _ => Err(AoiError::NoPolygon("another geometry".into())),
    }
}
