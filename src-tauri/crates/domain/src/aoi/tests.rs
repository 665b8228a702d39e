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
