//! Scenes that are made so that the truth is known.

use super::*;

#[test]
fn shadows_lie_where_the_sun_throws_them_in_all_quadrants() {
    let check = |azimuth: f64, elevation: f64, metres: f64, view: Option<(f64, f64)>, known: bool| {
        let case = format!("sun {azimuth} {elevation}, {metres} m, view {view:?}, known {known}");
        // Where a cloud at this height appears and where its shadow falls, in pixels from what lies beneath it.
        let along = |zenith: f64, azimuth: f64| {
            let (length, azimuth) = (metres / 20.0 * zenith.to_radians().tan(), azimuth.to_radians());
            (-length * azimuth.sin(), length * azimuth.cos())
        };
        let (shadow, seen) = (along(90.0 - elevation, azimuth), view.map_or((0.0, 0.0), |(zenith, azimuth)| along(zenith, azimuth)));
        let shift = (shadow.0 - seen.0, shadow.1 - seen.1);
        let mut made = Made::new(260, 240);
        for (x, y) in [(110, 100), (150, 100)] {
            made.paint(x + shift.0.round() as isize, y + shift.1.round() as isize, (24, 18), SHADE);
            made.paint(x, y, (24, 18), CLOUD);
        }
        let layers = made.layers();
        let scene = Optical { sun: known.then_some(Sun { azimuth, elevation }), view, ..plain(&made, &layers) };
        let found = detect(&scene).unwrap();
        let centre = |class: PixelClass| {
            let of: Vec<usize> = (0..found.len()).filter(|i| found[*i] == class as u8).collect();
            let mean = |value: &dyn Fn(usize) -> usize| of.iter().map(|i| value(*i) as f64).sum::<f64>() / of.len() as f64;
            (of.len(), mean(&|i| i % made.width), mean(&|i| i / made.width))
        };
        let ((clouds, cx, cy), (shadows, sx, sy)) = (centre(PixelClass::Cloud), centre(PixelClass::Shadow));
        assert!(clouds.abs_diff(2 * 24 * 18) < 20, "{case}: {clouds}");
        assert!(shadows.abs_diff(2 * 24 * 18) < 20, "{case}: {shadows}");
        assert!((sx - cx - shift.0).abs() <= 1.0 && (sy - cy - shift.1).abs() <= 1.0, "{case}: {} {} is not {shift:?}", sx - cx, sy - cy);
    };
    for azimuth in [35.0, 140.0, 220.0, 325.0] {
        for known in [true, false] {
            check(azimuth, 45.0, 1200.0, None, known);
        }
        check(azimuth, 60.0, 2000.0, None, true);
        check(azimuth, 45.0, 1200.0, Some((8.0, 105.0)), true);
    }
}

#[test]
fn dark_ground_where_no_cloud_throws_a_shadow_stays_clear() {
    let mut made = Made::new(200, 200);
    // The sun stands in the south-east: the shadow lies north-west, and what is dark in the south-east has no cloud.
    made.paint(80, 80, (30, 30), CLOUD).paint(45, 45, (30, 30), SHADE).paint(135, 135, (20, 20), SHADE);
    let layers = made.layers();
    let sun = Some(Sun { azimuth: 135.0, elevation: 45.0 });
    let found = detect(&Optical { sun, ..plain(&made, &layers) }).unwrap();
    assert!(share(&made, &found, PixelClass::Shadow, 45, 45, (30, 30)) > 0.9);
    assert_eq!(share(&made, &found, PixelClass::Shadow, 135, 135, (20, 20)), 0.0);
    // Shadow whose cloud lies beyond the edge, in a scene with clouds.
    made.paint(190, 120, (10, 30), SHADE);
    let layers = made.layers();
    let found = detect(&Optical { sun, ..plain(&made, &layers) }).unwrap();
    assert!(share(&made, &found, PixelClass::Shadow, 190, 120, (10, 30)) > 0.9);
}

#[test]
fn kinds_of_ground_and_cloud_are_told_apart() {
    let mut made = Made::new(160, 160);
    made.paint(10, 10, (30, 30), CLOUD).paint(60, 10, (30, 30), HAZE).paint(110, 10, (30, 30), SNOW);
    made.paint(10, 60, (30, 30), LAKE).paint(60, 60, (30, 30), SHADE).paint(110, 60, (30, 30), CLOUD.map(|_| 6.5535));
    let found = classes_of(&made);
    for (class, x, y) in [
        (PixelClass::Cloud, 10, 10),
        (PixelClass::Cloud, 60, 10),
        (PixelClass::Snow, 110, 10),
        (PixelClass::Water, 10, 60),
        (PixelClass::Cloud, 110, 60),
        (PixelClass::Clear, 10, 110),
    ] {
        assert!(share(&made, &found, class, x, y, (30, 30)) > 0.95, "{class} at {x} {y}");
    }
    // Saturated, but of a colour that no cloud has.
    made.paint(110, 60, (30, 30), [0.05, 0.05, 6.5535, 0.3, 0.2, 0.1]);
    assert!(share(&made, &classes_of(&made), PixelClass::Saturated, 110, 60, (30, 30)) > 0.95);
}

#[test]
fn a_clear_scene_is_clear_and_a_cloudy_one_is_cloudy() {
    let made = Made::new(120, 90);
    assert!(classes_of(&made).iter().all(|class| *class == PixelClass::Clear as u8));
    let mut cloudy = Made::new(120, 90);
    cloudy.paint(0, 0, (120, 90), CLOUD);
    assert!(classes_of(&cloudy).iter().all(|class| *class == PixelClass::Cloud as u8));
    // Without infrared beyond the near one, too.
    for (made, class) in [(&made, PixelClass::Clear), (&cloudy, PixelClass::Cloud)] {
        let layers = made.layers();
        assert!(detect(&plain(made, &layers[..4])).unwrap().iter().all(|found| *found == class as u8));
    }
}

#[test]
fn what_was_not_measured_is_no_data_and_nothing_else() {
    let mut made = Made::new(100, 100);
    made.paint(40, 40, (20, 20), CLOUD).paint(15, 15, (20, 20), SHADE);
    for i in (0..10_000).filter(|i| i % 100 < 7 || i / 100 > 95) {
        made.bands[i % 6].1[i] = 0;
    }
    let found = classes_of(&made);
    for (i, class) in found.iter().enumerate() {
        assert_eq!(*class == PixelClass::NoData as u8, i % 100 < 7 || i / 100 > 95, "{i}");
    }
    assert!(share(&made, &found, PixelClass::Cloud, 40, 40, (20, 20)) > 0.95);
    let mut nothing = Made::new(30, 30);
    nothing.paint(0, 0, (30, 30), [0.0; 6]);
    assert_eq!(classes_of(&nothing), vec![0; 900]);
}

#[test]
fn images_of_any_size_are_looked_at() {
    for (width, height) in [(1, 1), (1, 9), (9, 1), (2, 2), (3, 2), (5, 64)] {
        for (levels, class) in [(CLOUD, PixelClass::Cloud), (MEADOW, PixelClass::Clear), (SNOW, PixelClass::Snow)] {
            let mut made = Made::new(width, height);
            made.paint(0, 0, (width, height), levels);
            let layers = made.layers();
            for sun in [None, Some(Sun { azimuth: 150.0, elevation: 2.0 }), Some(Sun { azimuth: f64::NAN, elevation: 40.0 })] {
                let found = detect(&Optical { sun, ..plain(&made, &layers) }).unwrap();
                assert_eq!(found, vec![class as u8; width * height], "{width} x {height}, {class}");
            }
        }
    }
}

#[test]
fn what_cannot_be_looked_at_is_refused_with_the_reason() {
    let made = Made::new(6, 5);
    let layers = made.layers();
    let refused = |scene: &Optical| detect(scene).unwrap_err().to_string();
    for missing in 0..4 {
        let fewer: Vec<_> = layers.iter().enumerate().filter(|(n, _)| *n != missing).map(|(_, layer)| *layer).collect();
        let name = ["blue", "green", "red", "near infrared"][missing];
        assert!(refused(&plain(&made, &fewer)).contains(name));
    }
    let short = vec![1u16; 29];
    let with = |band, pixels| layers.iter().copied().chain([(band, pixels)]).collect::<Vec<_>>();
    assert!(refused(&plain(&made, &with(Band::Cirrus, &short))).contains("cirrus has 29 pixels where the grid has 30"));
    let scene = plain(&made, &layers);
    let heights = [0i16; 31];
    assert!(refused(&Optical { elevation: Some(&heights), ..scene }).contains("elevation"));
    assert!(refused(&Optical { thermal: Some(&heights), ..scene }).contains("temperature"));
    let reference = [(Band::Red, short.as_slice())];
    assert!(refused(&Optical { reference: Some(&reference), ..scene }).contains("red of the reference"));
    let parallax = Parallax { width: 3, height: 2, rededge3: &short[..6], nir08: &short[..6], nir: &short[..12] };
    assert!(refused(&Optical { parallax: Some(parallax), ..scene }).contains("B08"));
    assert!(refused(&Optical { width: 0, ..scene }).contains("at least one pixel"));
    assert!(refused(&Optical { pixel_m: 0.0, ..scene }).contains("at least one pixel"));
}

#[test]
fn cirrus_counts_less_on_high_ground() {
    let made = Made::new(40, 40);
    let thin: Vec<u16> = (0..1600).map(|i| if i % 40 < 20 { 200 } else { 20 }).collect();
    let layers: Vec<_> = made.layers().into_iter().chain([(Band::Cirrus, thin.as_slice())]).collect();
    for (metres, class) in [(None, PixelClass::Cirrus), (Some(500i16), PixelClass::Cirrus), (Some(3000), PixelClass::Clear)] {
        let elevation = metres.map(|m| vec![m; 1600]);
        let found = detect(&Optical { elevation: elevation.as_deref(), ..plain(&made, &layers) }).unwrap();
        assert!(share(&made, &found, class, 0, 0, (19, 40)) > 0.99, "{metres:?}");
        assert!(share(&made, &found, PixelClass::Clear, 21, 0, (19, 40)) > 0.99, "{metres:?}");
    }
}

#[test]
fn cold_haze_is_cloud_where_warm_haze_is_none() {
    let mut made = Made::new(120, 80);
    let faint: [f32; 6] = std::array::from_fn(|n| MEADOW[n] + [0.026, 0.026, 0.02, 0.02, 0.02, 0.02][n]);
    made.paint(20, 20, (20, 20), faint.map(|v| v + 0.025)).paint(80, 20, (20, 20), faint.map(|v| v + 0.025));
    let places = |x| made.boxed(x, 20, (20, 20));
    let layers = made.layers();
    let mut thermal: Vec<i16> = (0..9600).map(|i| 1800 + (i * 37 % 400) as i16).collect();
    places(20).into_iter().for_each(|i| thermal[i] = 700);
    places(80).into_iter().for_each(|i| thermal[i] = 2600);
    thermal[0] = i16::MIN;
    let found = detect(&Optical { thermal: Some(&thermal), ..plain(&made, &layers) }).unwrap();
    assert!(share(&made, &found, PixelClass::Cloud, 20, 20, (20, 20)) > 0.9);
    assert!(share(&made, &found, PixelClass::Cloud, 80, 20, (20, 20)) < 0.1);
}

#[test]
fn the_periods_own_clear_image_shows_what_is_new() {
    let mut before = Made::new(160, 120);
    before.paint(10, 10, (20, 20), SAND.map(|v| v * 1.3 + 0.1)).paint(100, 10, (20, 20), SHADE);
    // Texture that clouds do not have.
    for i in before.boxed(10, 10, (20, 20)) {
        before.bands.iter_mut().for_each(|(_, pixels)| pixels[i] += (i * 7919 % 500) as u16);
    }
    let mut now = Made { bands: before.bands.clone(), ..before };
    let veil = [0.026, 0.022, 0.016, 0.01, 0.01, 0.01];
    now.paint(50, 10, (20, 20), std::array::from_fn(|n| MEADOW[n] + veil[n]));
    // Harvest.
    now.paint(50, 60, (20, 20), [0.09, 0.12, 0.14, 0.24, 0.3, 0.22]);
    now.paint(10, 60, (20, 20), CLOUD);
    let (alone, layers, reference) = (classes_of(&now), now.layers(), before.layers());
    let found = detect(&Optical { reference: Some(&reference), ..plain(&now, &layers) }).unwrap();
    let cloud = |found: &[u8], x, y| share(&now, found, PixelClass::Cloud, x, y, (20, 20));
    assert!(
        cloud(&alone, 10, 10) > 0.9 && cloud(&found, 10, 10) < 0.1,
        "bright ground: {} {}",
        cloud(&alone, 10, 10),
        cloud(&found, 10, 10)
    );
    assert!(cloud(&alone, 50, 10) < 0.1 && cloud(&found, 50, 10) > 0.9, "veil: {} {}", cloud(&alone, 50, 10), cloud(&found, 50, 10));
    assert_eq!(cloud(&found, 50, 60), 0.0, "harvest");
    assert!(cloud(&alone, 10, 60) > 0.9 && cloud(&found, 10, 60) > 0.9, "cloud");
    assert!(share(&now, &found, PixelClass::Clear, 100, 10, (20, 20)) > 0.9, "dark ground");
}
