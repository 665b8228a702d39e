use geo::{Area, CoordsIter};
use proptest::prelude::*;
use swath_domain::{Aoi, Never};
use swath_raster::vector::{AreaFile, Choice, ExportFormat, Points, export};

use super::outcome;

fn polygon(rings: &str) -> String {
    format!(r#"{{"type":"Polygon","coordinates":[{rings}]}}"#)
}

#[test]
fn outlines_are_repaired_or_refused_and_it_is_said() {
    for (rings, expected) in [
        ("[[0,0],[0,1],[1,1],[1,0],[0,0]]", "1:12308.8 rewound"),
        ("[[0,0],[1,0],[1,1],[0,1]]", "1:12308.8 closed-ring"),
        ("[[0,0],[1,0],[1,0],[1,1],[0,1],[0,0]]", "1:12308.8 dropped-duplicates"),
        ("[[0,0,9],[1,0,9],[1,1,9],[0,1,9],[0,0,9]]", "1:12308.8 dropped-z"),
        ("[[0,0],[1,1],[1,0],[0,1],[0,0]]", "1:6154.4 repaired-outline"),
        ("[[39.9,116.3],[39.9,116.4],[40,116.4],[40,116.3],[39.9,116.3]]", "1:94.9 rewound swapped-lat-lon"),
        ("[[0,0],[1,1],[2,2],[0,0]]", "1:no-area"),
        ("[[873.2,486.6],[900,486.6],[900,500],[873.2,486.6]]", "1:out-of-range"),
        ("[[500000,4649776],[500010,4649776],[500010,4649786],[500000,4649776]]", "1:out-of-range"),
    ] {
        let got = outcome(AreaFile::parse(&polygon(rings)));
        let words = |text: &str| text.split(' ').skip(1).map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
        assert_eq!((got.split(' ').next(), words(&got)), (expected.split(' ').next(), words(expected)), "{rings}");
    }
}

#[test]
fn points_become_the_ground_around_them_or_what_they_span() {
    let file = AreaFile::parse("lon,lat\n0,0\n1,0\n1,1\n0,1\n").unwrap();
    let km2 = |points| file.area(0, &Choice::All, points, &Never).map(|i| i.aoi.area_m2() / 1e6);
    assert!((km2(Points::Hull).unwrap() - 12_308.78).abs() < 0.1);
    // A circle of 32 corners has 0.9936 of a round one.
    assert!((km2(Points::Buffer { metres: 10_000.0 }).unwrap() / (4.0 * 312.14) - 1.0).abs() < 2e-3);
    let one = file.area(0, &Choice::Features(vec![2]), Points::default(), &Never).unwrap();
    assert!((one.aoi.area_m2() / 3.1214e6 - 1.0).abs() < 2e-3);
    assert!(file.area(0, &Choice::Features(vec![4]), Points::default(), &Never).is_err());
    assert!(file.area(1, &Choice::All, Points::default(), &Never).is_err());
}

#[test]
fn what_is_written_comes_back_equal() {
    let folder = tempfile::tempdir().unwrap();
    let parts = r#"{"type":"MultiPolygon","coordinates":[[[[10,50],[11.1234567890123,50],[11,51],[10,51],[10,50]],[[10.2,50.2],[10.2,50.4],[10.4,50.4],[10.2,50.2]]],[[[20,50],[21,50],[21,51],[20,50]]]]}"#;
    for aoi in [
        Aoi::from_bbox([15.0, 45.0, 15.1, 45.1]).unwrap(),
        Aoi::from_bbox([179.0, -17.0, -179.0, -16.0]).unwrap(),
        Aoi::from_geojson(parts).unwrap().0,
    ] {
        for (format, ending) in [(ExportFormat::GeoJson, "geojson"), (ExportFormat::GeoPackage, "gpkg"), (ExportFormat::Kml, "kml")] {
            let path = folder.path().join(format!("地块 <1>.{ending}"));
            fs_older(&path);
            export(&aoi, "地块 <1>", &path, format).unwrap();
            let file = AreaFile::open(&path, &Never).unwrap();
            let import = file.area(0, &Choice::All, Points::default(), &Never).unwrap();
            assert_eq!(file.features(0, 0, 1).unwrap()[0].label, "地块 <1>");
            let (a, b): (Vec<_>, Vec<_>) = (aoi.shape().coords_iter().collect(), import.aoi.shape().coords_iter().collect());
            assert_eq!(a.len(), b.len(), "{ending}");
            assert!(a.iter().zip(&b).all(|(a, b)| (a.x - b.x).abs() < 1e-12 && (a.y - b.y).abs() < 1e-12), "{ending}: {a:?} {b:?}");
            if let Ok(seen) = std::process::Command::new("ogrinfo").args(["-so", "-al"]).arg(&path).output() {
                assert!(String::from_utf8_lossy(&seen.stdout).contains("Feature Count: 1"), "{ending}");
            }
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "nothing is left beside");
    let nowhere = folder.path().join("none/a.kml");
    let error = export(&Aoi::from_bbox([0.0, 0.0, 1.0, 1.0]).unwrap(), "a", &nowhere, ExportFormat::Kml).unwrap_err();
    assert!(error.code() == "write-failed" && !error.to_string().contains("none"), "{error}");
}

/// Something that is there already and is replaced.
fn fs_older(path: &std::path::Path) {
    std::fs::write(path, b"older").unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Any tangle of corners near the antimeridian, near a pole or elsewhere gives an area that reads back as it is, or a reason.
    #[test]
    fn any_ring_is_an_area_or_has_a_reason(
        lon in -180.0..180.0f64, lat in -85.0..85.0f64, corners in prop::collection::vec((-20.0..20.0f64, -4.0..4.0f64), 3..12), wrap: bool,
    ) {
        let place = |(x, y): &(f64, f64)| {
            let x = lon + x;
            format!("{} {}", if wrap { (x + 180.0).rem_euclid(360.0) - 180.0 } else { x }, lat + y)
        };
        let mut ring: Vec<String> = corners.iter().map(place).collect();
        ring.push(ring[0].clone());
        let file = AreaFile::parse(&format!("POLYGON(({}))", ring.join(","))).unwrap();
        let import = file.area(0, &Choice::All, Points::default(), &Never).unwrap();
        prop_assert!(import.aoi.shape().coords_iter().all(|c| c.x.abs() <= 180.0 && c.y.abs() <= 90.0));
        prop_assert!(import.aoi.shape().unsigned_area() <= 40.0 * 8.0 + 1e-6);
        let again = Aoi::with_notes(import.aoi.shape().clone()).unwrap();
        prop_assert_eq!(again, (import.aoi, vec![]));
    }
}
