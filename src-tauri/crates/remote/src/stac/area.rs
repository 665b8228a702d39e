//! The area of a search, in the form servers take: one side of the antimeridian at a time, and not too many corners.
//!
//! What is asked for may be larger than the area, never smaller: every scene is compared with the exact area afterwards.

use geo::{Area, BoundingRect, ConvexHull, CoordsIter, MultiPolygon, Polygon};
use serde_json::{Map, Value, json};
use swath_domain::Aoi;

/// Servers refuse requests with thousands of corners.
const MOST_CORNERS: usize = 300;

/// For each part `bbox` or `intersects` as they stand in a request.
pub(super) fn parts(area: &Aoi) -> Vec<Map<String, Value>> {
    let [west, _, east, _] = area.bbox();
    let polygons = area.shape().iter().cloned();
    let sides: Vec<Vec<Polygon<f64>>> = if west > east {
        let (left, right) = polygons.partition(|p| p.bounding_rect().is_some_and(|r| r.center().x < 0.0));
        vec![right, left]
    } else {
        vec![polygons.collect()]
    };
    sides.into_iter().filter(|side| !side.is_empty()).filter_map(|side| part(MultiPolygon(side))).collect()
}

fn part(shape: MultiPolygon<f64>) -> Option<Map<String, Value>> {
    let bounds = shape.bounding_rect()?;
    let hull = || MultiPolygon(vec![shape.convex_hull()]);
    let shape = if shape.coords_count() > MOST_CORNERS { hull() } else { shape };
    let filled = (shape.unsigned_area() - bounds.unsigned_area()).abs() <= 1e-9 * bounds.unsigned_area();
    let (key, value) = if filled || shape.coords_count() > MOST_CORNERS {
        ("bbox", json!([bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y]))
    } else {
        let geometry = match shape.0.as_slice() {
            [one] => geojson::GeometryValue::from(one),
            _ => geojson::GeometryValue::from(&shape),
        };
        ("intersects", serde_json::to_value(geojson::Geometry::new(geometry)).ok()?)
    };
    Some(Map::from_iter([(key.to_owned(), value)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_sent_in_the_simplest_form_that_covers_them() {
        let bbox = |b| parts(&Aoi::from_bbox(b).unwrap());
        assert_eq!(json!(bbox([10.0, 40.0, 11.0, 41.0])), json!([{"bbox": [10.0, 40.0, 11.0, 41.0]}]));
        let across = bbox([179.0, -18.0, -179.0, -17.0]);
        assert_eq!(json!(across), json!([{"bbox": [179.0, -18.0, 180.0, -17.0]}, {"bbox": [-180.0, -18.0, -179.0, -17.0]}]));
        let triangle = r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,1],[0,0]]]}"#;
        let (aoi, _) = Aoi::from_geojson(triangle).unwrap();
        assert_eq!(parts(&aoi)[0]["intersects"]["type"], "Polygon");
    }

    #[test]
    fn areas_with_many_corners_are_simplified_to_something_larger() {
        // A star whose inner corners the hull leaves out.
        let ring: Vec<_> = (0..2000).map(|i| (f64::from(i), if i % 2 == 0 { 1.0 } else { 0.8 })).collect();
        let ring =
            ring.into_iter().map(|(i, r)| ((i * std::f64::consts::TAU / 2000.0).cos() * r, (i * std::f64::consts::TAU / 2000.0).sin() * r));
        let aoi = Aoi::new(MultiPolygon(vec![Polygon::new(ring.collect(), vec![])])).unwrap();
        let sent = parts(&aoi);
        assert!(serde_json::to_string(&sent).unwrap().len() < 20_000);
        assert!(sent[0].contains_key("bbox"));
    }
}
