//! Outlines of scenes as catalogues give them: wrapped round the Earth, crossing themselves, or with heights.

use geo::{ConvexHull, Coord, CoordsIter, LineString, MultiPolygon, Polygon};
use serde_json::Value;
use swath_domain::{Aoi, AoiError};

/// The outline, split at the antimeridian. `None` when there is none that can be used.
pub(crate) fn read(geometry: Option<&Value>) -> Option<MultiPolygon<f64>> {
    let geometry = geometry?;
    if !geometry.get("coordinates").is_some_and(positions_are_whole) {
        return None;
    }
    let geometry: geojson::Geometry = serde_json::from_value(geometry.clone()).ok()?;
    let shape = match geo::Geometry::<f64>::try_from(geometry).ok()? {
        geo::Geometry::Polygon(polygon) => MultiPolygon(vec![polygon]),
        geo::Geometry::MultiPolygon(shape) => shape,
        _ => return None,
    };
    match Aoi::new(shape.clone()) {
        Ok(whole) => Some(whole.shape().clone()),
        // Ragged outlines cross themselves by a hair; their hull is close enough to find and sort scenes by.
        Err(AoiError::Invalid(_)) => Aoi::new(hull(&shape)).ok().map(|whole| whole.shape().clone()),
        Err(_) => None,
    }
}

/// Whether every position has two numbers at least; the conversion to a shape takes that for granted and panics otherwise.
fn positions_are_whole(value: &Value) -> bool {
    match value.as_array() {
        Some(items) if items.iter().any(Value::is_number) => items.len() >= 2 && items.iter().all(Value::is_number),
        Some(items) => items.iter().all(positions_are_whole),
        None => false,
    }
}

/// The convex hull of each part, unwrapped so that one that crosses the antimeridian does not span the Earth.
fn hull(shape: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    let part = |polygon: &Polygon<f64>| {
        let first = polygon.exterior().coords_iter().next().map_or(0.0, |c| c.x);
        let near = |c: Coord<f64>| Coord { x: c.x + 360.0 * ((first - c.x) / 360.0).round(), y: c.y };
        LineString::from_iter(polygon.exterior().coords_iter().map(near)).convex_hull()
    };
    MultiPolygon(shape.iter().map(part).collect())
}

#[cfg(test)]
mod tests {
    use geo::{Area, BoundingRect};
    use serde_json::json;

    use super::*;

    #[test]
    fn outlines_of_all_kinds() {
        let ring = |points: Value| json!({"type": "Polygon", "coordinates": [points]});
        for (geometry, parts, area) in [
            (ring(json!([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]])), 1, 1.0),
            (ring(json!([[0, 0, 5], [1, 0, 5], [1, 1, 5], [0, 1, 5], [0, 0, 5]])), 1, 1.0),
            (ring(json!([[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]])), 2, 2.0),
            (ring(json!([[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]])), 1, 1.0),
            (ring(json!([[179, 0], [-179, 1], [-179, 0], [179, 1], [179, 0]])), 2, 1.0),
        ] {
            let shape = read(Some(&geometry)).unwrap();
            assert_eq!(shape.0.len(), parts, "{geometry}");
            assert!((shape.unsigned_area() - area).abs() < 1e-9, "{geometry}");
            assert!(shape.bounding_rect().unwrap().max().x <= 180.0);
        }
        for nothing in
            [json!(null), json!({"type": "Point", "coordinates": [0, 0]}), ring(json!([[500000, 4000000], [1, 1], [2, 3]])), json!(7)]
        {
            assert!(read(Some(&nothing)).is_none(), "{nothing}");
        }
        assert!(read(None).is_none());
    }
}
