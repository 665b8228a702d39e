use super::*;

/// A box given in metres east and south of the corner, as longitude and latitude.
pub(super) fn area(west: f64, north: f64, east: f64, south: f64) -> MultiPolygon<f64> {
    let rect = Rect::new((CORNER.0 + west, CORNER.1 - south), (CORNER.0 + east, CORNER.1 - north));
    project(&MultiPolygon(vec![rect.to_polygon()]), &Crs::epsg(32633), &Crs::epsg(4326)).unwrap()
}

#[test]
fn shares_of_an_area_sum_to_1_and_are_those_of_its_pixels() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 20.0, 400, 400);
    // Quarters of 4 km: clear, cloud, shadow, no data.
    let classes: Vec<u8> = (0..160_000).map(|i| [4, 9, 3, 0][(i % 400) / 200 + (i / 400) / 200 * 2]).collect();
    let path = class_file(folder.path(), "scl.tif", &grid, &classes);
    let (step, none) = (MaskStep::default(), MaskStep { drop: Vec::new(), ..MaskStep::default() });
    let check = |level: usize, area: MultiPolygon<f64>, step: &MaskStep, expected: [f64; 4]| {
        let s = shares(&path, level, &area, step).unwrap();
        let got = [s.clear, s.cloud, s.shadow, s.missing];
        assert!((got.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{got:?}");
        assert!(got.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 0.005), "{got:?} is not {expected:?}");
    };
    for level in 0..describe(&path).unwrap().levels.len() {
        check(level, area(0.0, 0.0, 8000.0, 8000.0), &step, [0.25; 4]);
        check(level, area(1600.0, 0.0, 8000.0, 4000.0), &step, [0.375, 0.625, 0.0, 0.0]);
        check(level, area(0.0, 0.0, 8000.0, 8000.0), &none, [0.75, 0.0, 0.0, 0.25]);
        check(level, area(-4000.0, 0.0, 4000.0, 4000.0), &step, [0.5, 0.0, 0.0, 0.5]);
        check(level, area(-4000.0, 0.0, -100.0, 4000.0), &step, [0.0, 0.0, 0.0, 1.0]);
        check(level, area(1001.0, 1001.0, 1003.0, 1003.0), &step, [1.0, 0.0, 0.0, 0.0]);
    }
    assert!(shares(&path, 9, &area(0.0, 0.0, 8000.0, 8000.0), &step).is_err());
}

#[test]
fn masks_tell_the_shares_of_the_area() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 20.0, 1200, 1200);
    let classes: Vec<u8> = (0..1_440_000).map(|i| [6, 9, 3, 0][(i % 1200) / 600 + (i / 1200) / 600 * 2]).collect();
    let path = class_file(folder.path(), "scl.tif", &grid, &classes);
    let making = Making::of(vec![layer(Band::Scl, path, &grid)], step(0.0, 0.0), 0.0);
    let check = |output: Grid, clear: f64, cloud: f64, missing: f64| {
        let facts = making.make(&output, &folder.path().join("mask"));
        let got =
            [facts.clear_share, facts.cloud_share(), facts.shares[PixelClass::NoData as usize], facts.shares[PixelClass::Water as usize]];
        assert!((facts.shares.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{facts:?}");
        assert!(got.iter().zip([clear, cloud, missing, clear]).all(|(a, b)| (a - b).abs() < 0.005), "{got:?}");
    };
    check(grid.clone(), 0.25, 0.25, 0.25);
    check(at(0.0, 0.0, 10.0, 1200, 1200), 1.0, 0.0, 0.0);
    check(at(6000.0, 0.0, 10.0, 1200, 1200), 0.5, 0.5, 0.0);
    check(at(-12_000.0, 0.0, 20.0, 1200, 600), 0.5, 0.0, 0.5);
}

#[test]
fn shares_of_landsat_come_from_its_bits() {
    let folder = tempfile::tempdir().unwrap();
    let grid = at(0.0, 0.0, 30.0, 400, 400);
    // Quarters: clear ground, cirrus with the "clear" bit, shadow with the "clear" bit, fill.
    let bits: Vec<u16> = (0..160_000).map(|i| [21824, 54596, 23888, 1][(i % 400) / 200 + (i / 400) / 200 * 2]).collect();
    let path = folder.path().join("qa.tif");
    from_pixels(&grid, Pixels::U16(&bits), Some(1.0), 128, true, Compression::Deflate, &path).unwrap();
    for level in 0..describe(&path).unwrap().levels.len() {
        let s = shares_qa_pixel(&path, level, &area(0.0, 0.0, 12_000.0, 12_000.0), &MaskStep::default()).unwrap();
        let got = [s.clear, s.cloud, s.shadow, s.missing];
        assert!(got.iter().all(|share| (share - 0.25).abs() < 0.01), "{level}: {got:?}");
    }
}

#[test]
fn the_coarsest_level_that_is_fine_enough_is_chosen() {
    let grid = at(0.0, 0.0, 20.0, 5490, 5490);
    let levels = [(5490, 5490), (2745, 2745), (1373, 1373), (687, 687)];
    let check = |metres: f64, level: usize| {
        let rect = Rect::new((CORNER.0, CORNER.1 - metres / 2.0), (CORNER.0 + metres, CORNER.1));
        let (got, window) = shares_window(&levels, &grid, &MultiPolygon(vec![rect.to_polygon()])).unwrap();
        let pixels = metres / 20.0 * f64::from(levels[level].0) / 5490.0;
        assert_eq!((got, f64::from(window.width)), (level, pixels.ceil()), "{metres} m");
    };
    check(100_000.0, 3);
    check(10_300.0, 3);
    check(9_000.0, 2);
    check(3_000.0, 1);
    check(700.0, 0);
    let outside = Rect::new((0.0, 0.0), (10.0, 10.0)).to_polygon();
    assert_eq!(shares_window(&levels, &grid, &MultiPolygon(vec![outside])), None);
}
