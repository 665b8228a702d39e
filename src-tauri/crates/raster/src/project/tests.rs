use geo::{BoundingRect, Distance, Euclidean, Rect};

use super::*;

const LONLAT: u32 = 4326;

fn shape(west: f64, south: f64, east: f64, north: f64) -> MultiPolygon<f64> {
    MultiPolygon(vec![Rect::new((west, south), (east, north)).to_polygon()])
}

#[test]
fn known_points_land_where_they_should() {
    // From PROJ's own `cs2cs`; the central meridian of a zone has easting 500 000.
    for (lon, lat, epsg, x, y) in [
        (15.0, 45.0, 32633, 500_000.0, 4_982_950.40),
        (15.0, 0.0, 32633, 500_000.0, 0.0),
        (-177.0, -45.0, 32701, 500_000.0, 5_017_049.60),
        (180.0, 0.0, 3857, 20_037_508.34, 0.0),
    ] {
        let got = Projection::new(&Crs::epsg(LONLAT), &Crs::epsg(epsg)).unwrap().point(Coord { x: lon, y: lat }).unwrap();
        assert!((got.x - x).abs() < 0.01 && (got.y - y).abs() < 0.01, "{lon} {lat} in {epsg}: {got:?}");
    }
}

#[test]
fn corners_come_back_and_edges_do_not_sag() {
    for (area, epsg) in [
        (shape(14.0, 45.0, 17.0, 46.0), 32633),
        (shape(12.0, 60.0, 18.0, 60.5), 32633),
        (shape(-179.99, -18.0, -178.0, -17.0), 32701),
        (shape(10.0, 85.0, 60.0, 86.0), 5041),
    ] {
        let (lonlat, crs) = (Crs::epsg(LONLAT), Crs::epsg(epsg));
        let there = project(&area, &lonlat, &crs).unwrap();
        assert!(there.0[0].exterior().0.len() > 5, "long edges get points");
        let projection = Projection::new(&lonlat, &crs).unwrap();
        for corner in area.0[0].exterior() {
            let exact = projection.point(*corner).unwrap();
            assert!(there.0[0].exterior().0.contains(&exact), "{corner:?} is kept exactly");
        }
        for edge in area.0[0].exterior().lines() {
            for step in 0..=997 {
                let on_edge = projection.point(edge.start + edge.delta() * (f64::from(step) / 997.0)).unwrap();
                let off = Euclidean.distance(&geo::Point(on_edge), there.0[0].exterior());
                assert!(off < 1.5, "{off} m off at {on_edge:?}");
            }
        }
        let back = project(&there, &crs, &lonlat).unwrap();
        let (a, b) = (area.bounding_rect().unwrap(), back.bounding_rect().unwrap());
        for (x, y) in [(a.min(), b.min()), (a.max(), b.max())] {
            assert!((x.x - y.x).abs() < 2e-5 && (x.y - y.y).abs() < 2e-5, "{x:?} {y:?}");
        }
    }
}

#[test]
fn short_edges_stay_as_they_are_and_the_same_system_changes_nothing() {
    let area = shape(15.0, 45.0, 15.002, 45.002);
    assert_eq!(project(&area, &Crs::epsg(LONLAT), &Crs::epsg(32633)).unwrap().0[0].exterior().0.len(), 5);
    assert_eq!(project(&area, &Crs::epsg(LONLAT), &Crs::epsg(LONLAT)).unwrap(), area);
}

#[test]
fn what_cannot_be_projected_says_so() {
    for (area, from, to) in [
        (shape(0.0, 0.0, 1.0, 1.0), Crs::epsg(LONLAT), Crs::epsg(1)),
        (shape(0.0, 0.0, 1.0, 1.0), Crs("nonsense".into()), Crs::epsg(LONLAT)),
        (shape(104.9, -1.0, 105.1, 1.0), Crs::epsg(LONLAT), Crs::epsg(32633)),
    ] {
        let result = project(&area, &from, &to);
        assert!(matches!(result, Err(RasterError::Projection { .. })), "{from} to {to}");
    }
}
