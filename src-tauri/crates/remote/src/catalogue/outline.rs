//! The area of a search, as polygons that fit into an address: one side of the antimeridian at a time, without holes, with few corners.
//!
//! What is asked for may be larger than the area, never smaller: every scene is compared with the exact area afterwards.

use geo::{BoundingRect, ConvexHull, CoordsIter, LineString, MultiPolygon, Polygon};
use swath_domain::Aoi;

/// Servers and what lies on the way to them refuse addresses of more than about 8000 characters.
const MOST_CORNERS: usize = 100;
const MOST_PARTS: usize = 8;

/// The parts on each side of the antimeridian.
pub(super) fn sides(area: &Aoi) -> Vec<MultiPolygon<f64>> {
    let [west, _, east, _] = area.bbox();
    let polygons = area.shape().iter().cloned();
    let sides: Vec<Vec<Polygon<f64>>> = if west > east {
        let (left, right) = polygons.partition(|p| p.bounding_rect().is_some_and(|r| r.center().x < 0.0));
        vec![right, left]
    } else {
        vec![polygons.collect()]
    };
    sides.into_iter().filter(|side| !side.is_empty()).map(|side| simple(MultiPolygon(side))).collect()
}

/// All parts.
pub(super) fn polygons(area: &Aoi) -> Vec<Polygon<f64>> {
    sides(area).into_iter().flatten().collect()
}

/// The corners of a ring as longitude and latitude, anticlockwise, the first one again at the end.
pub(super) fn corners(polygon: &Polygon<f64>) -> Vec<(String, String)> {
    polygon.exterior().coords().map(|c| (degrees(c.x), degrees(c.y))).collect()
}

/// To about a metre.
fn degrees(value: f64) -> String {
    let text = format!("{value:.5}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

fn simple(side: MultiPolygon<f64>) -> MultiPolygon<f64> {
    let filled = MultiPolygon(side.iter().map(|p| Polygon::new(p.exterior().clone(), Vec::new())).collect());
    if filled.0.len() <= MOST_PARTS && filled.coords_count() <= MOST_CORNERS {
        return filled;
    }
    let few = |p: &Polygon<f64>| if p.exterior().coords_count() * filled.0.len() > MOST_CORNERS { p.convex_hull() } else { p.clone() };
    let smaller = MultiPolygon(filled.iter().map(few).collect());
    if smaller.0.len() <= MOST_PARTS && smaller.coords_count() <= MOST_CORNERS {
        return smaller;
    }
    let hull = side.convex_hull();
    if hull.exterior().coords_count() <= MOST_CORNERS {
        return MultiPolygon(vec![hull]);
    }
    MultiPolygon(hull.bounding_rect().map(|rect| rect.to_polygon()).map(anticlockwise).into_iter().collect())
}

fn anticlockwise(polygon: Polygon<f64>) -> Polygon<f64> {
    use geo::{Orient, orient::Direction};
    let ring = LineString::from_iter(polygon.exterior().coords().copied());
    Polygon::new(ring, Vec::new()).orient(Direction::Default)
}

#[cfg(test)]
mod tests {
    use geo::Contains;

    use super::*;

    fn star(corners: u32) -> Aoi {
        let at = |i: u32| {
            let (angle, radius) = (f64::from(i) * std::f64::consts::TAU / f64::from(corners), if i.is_multiple_of(2) { 1.0 } else { 0.8 });
            (angle.cos() * radius, angle.sin() * radius)
        };
        Aoi::new(MultiPolygon(vec![Polygon::new((0..corners).map(at).collect(), vec![])])).unwrap()
    }

    #[test]
    fn areas_of_every_kind_become_few_corners_that_hold_them() {
        for (aoi, parts) in [
            (Aoi::from_bbox([10.0, 40.0, 11.0, 41.0]).unwrap(), 1),
            (Aoi::from_bbox([179.0, -18.0, -179.0, -17.0]).unwrap(), 2),
            (star(40), 1),
            (star(150), 1),
            (star(2000), 1),
        ] {
            let asked = polygons(&aoi);
            assert_eq!(asked.len(), parts);
            assert!(asked.iter().all(|p| p.exterior().coords_count() <= MOST_CORNERS && p.interiors().is_empty()));
            assert!(aoi.shape().coords_iter().all(|c| asked.iter().any(|p| p.contains(&c) || p.exterior().coords().any(|own| *own == c))
                || asked.iter().any(|p| geo::Intersects::intersects(p, &c))));
            assert!(asked.iter().all(|p| geo::winding_order::Winding::is_ccw(p.exterior())));
        }
    }

    #[test]
    fn corners_are_written_short() {
        let aoi = Aoi::from_bbox([-0.000001, 40.0, 11.123456789, 41.5]).unwrap();
        let text: Vec<_> = corners(&polygons(&aoi)[0]).into_iter().map(|(x, y)| format!("{x} {y}")).collect();
        assert_eq!(text, ["0 40", "11.12346 40", "11.12346 41.5", "0 41.5", "0 40"]);
    }
}
