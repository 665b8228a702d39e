use super::*;

fn polygon(ring: &str) -> String {
    format!(r#"{{"type":"Polygon","coordinates":[{ring}]}}"#)
}

#[test]
fn a_square_degree_at_the_equator_has_its_known_ellipsoidal_area() {
    let aoi = Aoi::from_bbox([0.0, 0.0, 1.0, 1.0]).unwrap();
    // 12 308.78 km² is the WGS 84 area of that cell.
    assert!((aoi.area_m2() / 1e6 - 12_308.78).abs() < 0.05, "{}", aoi.area_m2());
    assert_eq!(aoi.bbox(), [0.0, 0.0, 1.0, 1.0]);
}

#[test]
fn areas_over_the_antimeridian_are_split_and_keep_their_size() {
    let here = Aoi::from_bbox([10.0, -20.0, 14.0, -15.0]).unwrap();
    for text in [
        polygon("[[178,-20],[182,-20],[182,-15],[178,-15],[178,-20]]"),
        polygon("[[178,-20],[-178,-20],[-178,-15],[178,-15],[178,-20]]"),
        polygon("[[-182,-20],[-178,-20],[-178,-15],[-182,-15],[-182,-20]]"),
    ] {
        let (aoi, notes) = Aoi::from_geojson(&text).unwrap();
        assert_eq!(notes, [AoiNote::SplitAntimeridian]);
        assert_eq!(aoi.shape().0.len(), 2);
        assert_eq!(aoi.bbox(), [178.0, -20.0, -178.0, -15.0]);
        // Edges are geodesics, which bulge less when they are cut in two; hence not exactly the same.
        assert!((aoi.area_m2() / here.area_m2() - 1.0).abs() < 2e-3);
    }
    assert_eq!(Aoi::from_bbox([178.0, -20.0, -178.0, -15.0]).unwrap().shape().0.len(), 2);
    let world = Aoi::from_bbox([-170.0, -60.0, 170.0, 60.0]).unwrap();
    assert_eq!(world.bbox(), [-170.0, -60.0, 170.0, 60.0], "a wide box is not a narrow one on the other side");
}

#[test]
fn what_can_be_put_right_is_noted() {
    let (aoi, notes) = Aoi::from_geojson(
        r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[0,0,5],[1,0,5],[1,1,5],[0,1,5]]]}},
            {"type":"Feature","properties":{},"geometry":null},
            {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[1,0],[2,0],[2,1],[1,1],[1,0]]]}}]}"#,
    )
    .unwrap();
    assert_eq!(notes, [AoiNote::ClosedRing, AoiNote::DroppedZ, AoiNote::MergedFeatures]);
    assert_eq!(aoi.bbox(), [0.0, 0.0, 2.0, 1.0]);
    assert_eq!(aoi.shape().0.len(), 1, "touching features become one polygon");
}

#[test]
fn what_is_no_area_is_refused_with_its_reason() {
    for (text, reason) in [
        ("hello".to_owned(), "not GeoJSON"),
        (r#"{"type":"Point","coordinates":[1,2]}"#.to_owned(), "found Point"),
        (r#"{"type":"FeatureCollection","features":[]}"#.to_owned(), "found nothing"),
        (polygon("[[0,0],[1,1],[2,2],[0,0]]"), "empty"),
        (polygon("[[0,0],[2,2],[2,0],[0,2],[0,0]]"), "edges do not cross"),
        (polygon("[[500000,4649776],[500010,4649776],[500010,4649786],[500000,4649776]]"), "reproject it"),
        (polygon("[[0,80],[120,80],[-120,80],[0,80],[120,80],[-120,70],[0,80]]"), "2 times round a pole"),
    ] {
        let error = Aoi::from_geojson(&text).expect_err(&text).to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
}

#[test]
fn coverage_is_the_share_of_the_area_under_a_footprint() {
    let aoi = Aoi::from_bbox([0.0, 0.0, 2.0, 1.0]).unwrap();
    for (bbox, share) in [([0.0, 0.0, 1.0, 1.0], 0.5), ([-1.0, -1.0, 3.0, 3.0], 1.0), ([5.0, 5.0, 6.0, 6.0], 0.0)] {
        let footprint = Aoi::from_bbox(bbox).unwrap();
        assert!((aoi.coverage_by(footprint.shape()) - share).abs() < 1e-9);
    }
}

#[test]
fn serde_keeps_an_area_as_geojson() {
    let aoi = Aoi::from_bbox([1.0, 2.0, 3.0, 4.0]).unwrap();
    let json = serde_json::to_string(&aoi).unwrap();
    assert!(json.contains(r#""type":"Polygon""#), "{json}");
    assert_eq!(serde_json::from_str::<Aoi>(&json).unwrap(), aoi);
}

#[test]
fn a_position_of_one_number_is_refused() {
    for ring in ["[[1],[2,1],[2,2],[1]]", "[[1,1],[],[2,2],[1,1]]"] {
        assert!(matches!(Aoi::from_geojson(&polygon(ring)), Err(AoiError::NotGeoJson(_))), "{ring}");
        assert!(serde_json::from_str::<Aoi>(&polygon(ring)).is_err(), "{ring}");
    }
}

/// Steradians under a shape whose edges are straight lines on a plate carrée map; unlike geodesic areas the sum does not change when an edge
/// gets a point in between.
fn on_the_sphere(shape: &MultiPolygon<f64>) -> f64 {
    let ring = |line: &geo::LineString<f64>| line.lines().map(under).sum::<f64>().abs();
    shape.iter().map(|p| ring(p.exterior()) - p.interiors().iter().map(ring).sum::<f64>()).sum()
}

/// Integral of sin φ over an edge.
fn under(edge: geo::Line<f64>) -> f64 {
    let (dx, a, b) = (edge.delta().x.to_radians(), edge.start.y.to_radians(), edge.end.y.to_radians());
    dx * if (b - a).abs() < 1e-9 { a.sin() } else { (a.cos() - b.cos()) / (b - a) }
}

#[test]
fn rings_round_a_pole_are_closed_along_it() {
    let north = [AoiNote::CoversPole];
    let check = |ring: &str, notes: &[AoiNote], bbox: [f64; 4], steradians: f64| {
        let (aoi, got) = Aoi::from_geojson(&polygon(ring)).unwrap_or_else(|e| panic!("{ring}: {e}"));
        assert_eq!((got.as_slice(), aoi.bbox()), (notes, bbox), "{ring}");
        assert!((on_the_sphere(aoi.shape()) / steradians - 1.0).abs() < 1e-5, "{ring}: {}", on_the_sphere(aoi.shape()));
        let again = Aoi::from_geojson(&serde_json::to_string(&aoi).unwrap()).unwrap();
        assert_eq!(again, (aoi, vec![]), "what was put right once stays as it is");
    };
    // A cap has 2π(1 − sin φ).
    let cap = |lat: f64| std::f64::consts::TAU * (1.0 - lat.to_radians().sin());
    let all_round = [-180.0, 40.0, 180.0, 90.0];
    check("[[45,40],[135,40],[-135,40],[-45,40],[45,40]]", &north, all_round, cap(40.0));
    check("[[45,40],[-45,40],[-135,40],[135,40],[45,40]]", &north, all_round, cap(40.0));
    check("[[45,-80],[-45,-80],[-135,-80],[135,-80],[45,-80]]", &north, [-180.0, -90.0, 180.0, -80.0], cap(80.0));
    // Closed by other software already, and a whole world.
    check("[[-180,40],[-135,40],[-45,40],[45,40],[135,40],[180,40],[180,90],[-180,90],[-180,40]]", &[], all_round, cap(40.0));
    check("[[-180,-90],[180,-90],[180,90],[-180,90],[-180,-90]]", &[], [-180.0, -90.0, 180.0, 90.0], 2.0 * cap(0.0));
    // One edge that only touches ±180 is no jump over the world.
    check("[[166,77],[180,78],[-180,81],[162,81],[166,77]]", &[], [162.0, 77.0, 180.0, 81.0], 0.003_223_765);
    // A ring between two circles.
    let (band, notes) = Aoi::from_geojson(&polygon("[[0,40],[120,40],[-120,40],[0,40]],[[10,70],[130,70],[-110,70],[10,70]]")).unwrap();
    assert_eq!((notes.as_slice(), band.bbox()[3]), (north.as_slice(), 70.0));
}

mod laws {
    use geo::{Coord, LineString, MapCoords, MultiPolygon, Polygon};
    use proptest::prelude::*;

    use super::*;

    /// A star round a place: its rays may differ, its outline never crosses itself.
    fn star(lon: f64, lat: f64, rays: &[f64]) -> Polygon<f64> {
        let at = |(n, ray): (usize, &f64)| {
            let turn = std::f64::consts::TAU * n as f64 / rays.len() as f64;
            Coord { x: lon + ray * turn.cos(), y: (lat + ray * turn.sin()).clamp(-89.0, 89.0) }
        };
        Polygon::new(LineString(rays.iter().enumerate().map(at).collect()), vec![])
    }

    fn wrapped(c: Coord<f64>) -> Coord<f64> {
        Coord { x: (c.x + 180.0).rem_euclid(360.0) - 180.0, y: c.y }
    }

    fn within_the_world(aoi: &Aoi) -> bool {
        aoi.shape().iter().flat_map(|p| p.exterior().coords()).all(|c| c.x.abs() <= 180.0 && c.y.abs() <= 90.0)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn an_area_is_the_same_wherever_the_antimeridian_runs(
            lon in -500.0..500.0f64, lat in -70.0..70.0f64, rays in prop::collection::vec(0.5..30.0f64, 3..20),
        ) {
            let home = MultiPolygon(vec![star(0.0, lat, &rays)]);
            let expected = on_the_sphere(&home);
            let away = home.map_coords(|c| Coord { x: c.x + lon, y: c.y });
            for shape in [away.clone(), away.map_coords(wrapped)] {
                let aoi = Aoi::new(shape).unwrap();
                prop_assert!(within_the_world(&aoi));
                let got = on_the_sphere(aoi.shape());
                prop_assert!((got / expected - 1.0).abs() < 1e-5, "{} for {}", got, expected);
                let again = Aoi::with_notes(aoi.shape().clone()).unwrap();
                prop_assert_eq!(again, (aoi, vec![]));
            }
        }

        #[test]
        fn a_ring_round_a_pole_covers_it_whichever_way_it_runs(
            start in -180.0..180.0f64, lats in prop::collection::vec(20.0..85.0f64, 12..40), south: bool, back: bool, far: bool,
        ) {
            let count = lats.len();
            let at = |(n, lat): (usize, f64)| Coord { x: start + 360.0 * n as f64 / count as f64, y: if south { -lat } else { lat } };
            let mut ring: Vec<_> = lats.into_iter().enumerate().map(at).collect();
            if back {
                ring.reverse();
            }
            let given: Vec<_> = ring.iter().map(|c| if far { *c } else { wrapped(*c) }).collect();
            let mut ring = LineString(ring);
            ring.0.push(Coord { x: ring.0[0].x + if back { -360.0 } else { 360.0 }, y: ring.0[0].y });
            let (aoi, notes) = Aoi::with_notes(MultiPolygon(vec![Polygon::new(LineString(given), vec![])])).unwrap();
            prop_assert_eq!(notes, [AoiNote::CoversPole]);
            prop_assert!(within_the_world(&aoi));
            let bbox = aoi.bbox();
            prop_assert_eq!((bbox[0], bbox[2]), (-180.0, 180.0));
            prop_assert_eq!(if south { bbox[1] } else { bbox[3] }, if south { -90.0 } else { 90.0 });
            let inside = std::f64::consts::TAU - ring.lines().map(under).sum::<f64>().abs();
            let got = on_the_sphere(aoi.shape());
            prop_assert!((got / inside - 1.0).abs() < 1e-5, "{} for {}", got, inside);
            let again = Aoi::with_notes(aoi.shape().clone()).unwrap();
            prop_assert_eq!(again, (aoi, vec![]));
        }
    }
}
