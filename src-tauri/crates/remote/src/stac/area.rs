//! The area of a search, in the form servers take: one side of the antimeridian at a time, and not too many corners.
//!
//! What is asked for may be larger than the area, never smaller: every scene is compared with the exact area afterwards.

use geo::{Area, BoundingRect, ConvexHull, CoordsIter, MultiPolygon, Polygon, unary_union};
use serde_json::{Map, Value, json};
use swath_domain::Aoi;

/// Servers refuse requests with thousands of corners.
const MOST_CORNERS: usize = 300;
/// Above this, polygons are taken together.
const MOST_PARTS: usize = 40;

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
    let shape = if shape.coords_count() > MOST_CORNERS { simpler(&shape) } else { shape };
    let bounds = shape.bounding_rect()?;
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

/// Something that covers the shape with fewer corners: the hull or box of each polygon, so that areas far from each other do not become the
/// land between them; of very many polygons the hull of all.
fn simpler(shape: &MultiPolygon<f64>) -> MultiPolygon<f64> {
    if shape.0.len() > MOST_PARTS {
        return MultiPolygon(vec![shape.convex_hull()]);
    }
    let most = MOST_CORNERS / shape.0.len().max(1);
    let covering = |polygon: &Polygon<f64>| match (polygon.convex_hull(), polygon.bounding_rect()) {
        (hull, Some(bounds)) if hull.coords_count() > most => bounds.to_polygon(),
        (hull, _) => hull,
    };
    let covers: Vec<_> = shape.iter().map(covering).collect();
    // Servers refuse polygons that lie over each other.
    unary_union(&covers)
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
    fn areas_far_from_each_other_stay_apart() {
        let round = |x: f64| -> Vec<_> {
            let corner = |i: u32| (f64::from(i) * std::f64::consts::TAU / 250.0).sin_cos();
            (0..250).map(corner).map(|(sine, cosine)| (x + cosine, sine)).collect()
        };
        let near =
            |aoi: &Aoi| parts(aoi).into_iter().map(|part| part["intersects"]["coordinates"].as_array().unwrap().len()).collect::<Vec<_>>();
        let both = |a: f64, b: f64| {
            let polygons = [a, b].map(|x| Polygon::new(round(x).into(), vec![]));
            Aoi::new(MultiPolygon(polygons.to_vec())).unwrap()
        };
        let apart = both(-60.0, 60.0);
        assert_eq!(near(&apart), [2]);
        assert!(serde_json::to_string(&parts(&apart)).unwrap().len() < 20_000);
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
