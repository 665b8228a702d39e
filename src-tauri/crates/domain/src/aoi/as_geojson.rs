//! Shapes are stored and exchanged as GeoJSON geometries.

use geo::MultiPolygon;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A polygon when there is one part, a multipolygon otherwise.
pub(crate) fn geometry(shape: &MultiPolygon<f64>) -> geojson::Geometry {
    geojson::Geometry::new(match shape.0.as_slice() {
        [one] => geojson::GeometryValue::from(one),
        _ => geojson::GeometryValue::from(shape),
    })
}

/// For `#[serde(with = …)]`.
pub(crate) fn serialize<S: Serializer>(shape: &MultiPolygon<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    geometry(shape).serialize(serializer)
}

/// For `#[serde(with = …)]`; takes the shape as it is, since footprints of catalogues are not held to the rules of an area.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<MultiPolygon<f64>, D::Error> {
    let geometry = geojson::Geometry::deserialize(deserializer)?;
    match geo::Geometry::<f64>::try_from(geometry).map_err(serde::de::Error::custom)? {
        geo::Geometry::Polygon(polygon) => Ok(MultiPolygon(vec![polygon])),
        geo::Geometry::MultiPolygon(shape) => Ok(shape),
        _ => Err(serde::de::Error::custom("expected a Polygon or MultiPolygon")),
    }
}
