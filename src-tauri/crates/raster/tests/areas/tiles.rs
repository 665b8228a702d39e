use geo::{BoundingRect, Centroid};
use swath_domain::{Aoi, Crs, Never};
use swath_raster::project;
use swath_raster::vector::{AreaFile, Choice, Points, tiles};

#[test]
fn tiles_lie_where_sentinel_2_has_them() {
    // North-west corners as products of these tiles give them.
    for (tile, west, north, epsg) in [
        ("33TWL", 499_980.0, 5_100_000.0, 32633),
        ("T33TWN", 499_980.0, 5_300_040.0, 32633),
        ("1WCR", 300_000.0, 7_600_020.0, 32601),
        ("01WCP", 300_000.0, 7_400_040.0, 32601),
        ("24XWR", 499_980.0, 9_100_020.0, 32624),
        ("59UNB", 499_980.0, 6_200_040.0, 32659),
        ("12RWT", 499_980.0, 3_300_000.0, 32612),
        ("53NKG", 199_980.0, 700_020.0, 32653),
        ("24MVV", 399_960.0, 9_500_020.0, 32724),
        ("34LBP", 199_980.0, 8_900_020.0, 32734),
        ("20EPT", 600_000.0, 3_300_040.0, 32720),
        ("51CVP", 399_960.0, 1_400_020.0, 32751),
        ("34VEL", 499_980.0, 6_600_000.0, 32634),
    ] {
        let area = tiles::mgrs(tile).unwrap_or_else(|e| panic!("{tile}: {e}"));
        let back = project(area.shape(), &Crs::epsg(4326), &Crs::epsg(epsg)).unwrap();
        let found = back.bounding_rect().unwrap();
        for (got, expected) in
            [(found.min().x, west), (found.max().y, north), (found.max().x, west + 109_800.0), (found.min().y, north - 109_800.0)]
        {
            assert!((got - expected).abs() < 1.0, "{tile}: {found:?}");
        }
    }
    for tile in ["33TIL", "61TWL", "33AWL", "33TAA", "33T", "0TWL", "33TWLX"] {
        assert_eq!(tiles::mgrs(tile).unwrap_err().code(), "no-such-tile", "{tile}");
    }
}

#[test]
fn tiles_that_an_area_touches_are_listed() {
    for (bbox, expected) in [
        ([15.2, 45.3, 15.6, 45.6], vec!["33TWL"]),
        ([14.9, 45.9, 15.1, 46.1], vec!["33TVL", "33TVM", "33TWL", "33TWM"]),
        ([0.4, 0.3, 0.5, 0.4], vec!["30NZF", "31NBA"]),
    ] {
        let found = tiles::mgrs_tiles(&Aoi::from_bbox(bbox).unwrap());
        assert!(expected.iter().all(|tile| found.iter().any(|f| f == tile)), "{bbox:?}: {found:?}");
        assert!(found.len() <= 6, "{found:?}");
        for tile in found {
            let area = tiles::mgrs(&tile).unwrap_or_else(|e| panic!("{tile}: {e}"));
            assert!(geo::Intersects::intersects(area.shape(), Aoi::from_bbox(bbox).unwrap().shape()), "{tile}");
        }
    }
    assert_eq!(tiles::mgrs_tiles(&Aoi::from_bbox([-170.0, -60.0, 170.0, 70.0]).unwrap()).len(), 2000);
}

#[test]
fn paths_and_rows_lie_where_landsat_takes_them() {
    // Centres of scenes as the catalogues of Landsat 8 and 9 give their outlines.
    for (path, row, lon, lat) in [
        (8, 59, -75.075, 1.445_f64),
        (81, 119, 104.016, -80.758),
        (84, 56, 168.408, 5.782),
        (84, 82, 159.878, -31.744),
        (89, 90, 148.722, -43.186),
        (196, 23, 8.825, 53.087),
        (197, 22, 7.959, 54.492),
        (202, 33, -5.819, 38.903),
    ] {
        let centre = tiles::wrs2(path, row).unwrap().shape().centroid().unwrap();
        let off = ((centre.x() - lon) * lat.to_radians().cos()).hypot(centre.y() - lat) * 111.2;
        assert!(off < 4.5, "{path}/{row}: {off} km off");
    }
    assert!(tiles::wrs2(0, 1).is_err() && tiles::wrs2(234, 1).is_err() && tiles::wrs2(1, 249).is_err());
    for (path, row) in (1..=233).step_by(8).flat_map(|path| (1..=248).step_by(7).map(move |row| (path, row))) {
        let km2 = tiles::wrs2(path, row).unwrap_or_else(|e| panic!("{path}/{row}: {e}")).area_m2() / 1e6;
        assert!((km2 / 33_300.0 - 1.0).abs() < 0.02, "{path}/{row}: {km2}");
    }
}

#[test]
fn names_can_be_pasted() {
    for text in ["33TWL", "t33twl, 33TWM", "191/028", "191028", "path 191 row 28", "Path: 191, Row: 28", "p191r028"] {
        let file = AreaFile::parse(text).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        file.area(0, &Choice::All, Points::default(), &Never).unwrap();
    }
}
