//! Clouds, shadows, classes and stored numbers, against what was asked for and what geometry says.

use swath_domain::Never;

use super::*;
use crate::classify::{classify, is_rim};
use crate::land::Land;
use crate::observe::Look;
use crate::sky::{CELL, Sky, displacement};
use crate::weather::{Weather, weather};

fn series(options: &DemoOptions) -> (Land, Vec<(Weather, Sky)>) {
    (Land::make(options, &Never).unwrap(), skies(options))
}

fn skies(options: &DemoOptions) -> Vec<(Weather, Sky)> {
    let sky = |w: Weather| {
        let sky = Sky::make(options.seed, options.pixels as usize / 2, &w);
        (w, sky)
    };
    weather(options, 0.1, 0.1).unwrap().into_iter().map(sky).collect()
}

fn look<'a>(land: &'a Land, (weather, sky): &'a (Weather, Sky)) -> Look<'a> {
    Look { land, sky, weather, seed: 3, phenology: 0.0 }
}

#[test]
fn the_mean_cover_is_the_one_asked_for_and_dates_differ() {
    for cloud in [0.0, 0.2, 0.35, 0.6, 1.0] {
        let options = DemoOptions { pixels: 480, dates: 10, cloud, nodata_edges: false, ..DemoOptions::default() };
        let dates = skies(&options);
        let all = 240 * 240;
        let covers: Vec<f64> = dates.iter().map(|(_, sky)| (0..all).filter(|&i| sky.cloudy(i)).count() as f64 / all as f64).collect();
        let mean = covers.iter().sum::<f64>() / 10.0;
        assert!((mean - cloud).abs() < 0.07, "asked for {cloud}, got {mean}: {covers:?}");
        if cloud == 0.35 {
            assert!(covers.iter().any(|&c| c < 0.03) && covers.iter().any(|&c| c > 0.8), "{covers:?}");
            let clear = (0..all).map(|i| dates.iter().filter(|(_, s)| !s.cloudy(i) && !s.shaded(i)).count()).filter(|&n| n >= 3);
            assert!(clear.count() as f64 > 0.95 * all as f64, "most places are seen clearly on three dates");
        }
    }
}

#[test]
fn the_classification_errs_at_the_stated_rates_and_nowhere_else() {
    let (land, dates) = series(&DemoOptions::default());
    for (missed_rims, commission) in [(0.0, 0.0), (0.1, 0.3), (0.4, 0.8)] {
        let (mut rims, mut missed, mut roofs, mut taken) = (0, 0, 0, 0);
        for date in &dates {
            let look = look(&land, date);
            let half = look.sky.half;
            for (i, class) in classify(&look, missed_rims, commission).into_iter().enumerate() {
                let unseen = look.missing(i % half, i / half, half);
                assert_eq!(class == 0, unseen);
                if unseen {
                    continue;
                }
                let flagged = matches!(class, 8..=10);
                if is_rim(look.sky, i) {
                    (rims, missed) = (rims + 1, missed + u32::from(!flagged));
                } else if look.sky.cloudy(i) {
                    assert!(flagged, "cloud that is no rim is never missed");
                } else if look.sky.shaded(i) {
                    assert_eq!(class, 3);
                } else if land.roof[i] {
                    (roofs, taken) = (roofs + 1, taken + u32::from(flagged));
                } else {
                    assert_eq!(class, land.class[i]);
                }
            }
        }
        assert!(rims > 10_000 && roofs > 1_000, "{rims} rims, {roofs} roofs");
        let near = |part: u32, whole: u32, rate: f64| (f64::from(part) / f64::from(whole) - rate).abs() < 0.02 + 0.1 * rate;
        assert!(near(missed, rims, missed_rims), "{missed} of {rims} rims missed, {missed_rims} asked for");
        assert!(near(taken, roofs, commission), "{taken} of {roofs} roofs taken, {commission} asked for");
    }
}

/// The darkening found in the pixels is matched with the cloud, shifted by every vector around; the best is what the sun says.
#[test]
fn shadows_lie_where_the_sun_puts_them() {
    let options = DemoOptions { pixels: 600, dates: 6, nodata_edges: false, ..DemoOptions::default() };
    let (land, dates) = series(&options);
    let mut checked = 0;
    for date in dates.iter().filter(|(w, _)| w.cirrus == 0.0 && (0.08..0.6).contains(&w.cumulus)) {
        let (w, sky) = date;
        let length = w.height / w.sun.elevation.to_radians().tan();
        let (east, north) = (-length * w.sun.azimuth.to_radians().sin(), -length * w.sun.azimuth.to_radians().cos());
        let (dx, dy) = displacement(w);
        assert!((f64::from(dx) * CELL - east).abs() <= 10.0 && (f64::from(-dy) * CELL - north).abs() <= 10.0);
        // In June on the equator the sun stands in the north-east before noon: shadows fall to the south-west.
        assert!(dx < 0 && dy > 0, "{dx} {dy}");

        let (n, half) = (land.pixels, sky.half as i32);
        let nir = &look(&land, date).fine()[3];
        let dark = |c: i32, r: i32| {
            let at = 2 * r as usize * n + 2 * c as usize;
            land.fine[3][at] > 1500 && (f64::from(nir[at]) - 1000.0) / f64::from(land.fine[3][at]) < 0.75
        };
        let score = |dx: i32, dy: i32| {
            let (mut both, mut either) = (0, 1);
            for (r, c) in (60..half - 10).step_by(2).flat_map(|r| (10..half - 60).step_by(2).map(move |c| (r, c))) {
                let i = (r * half + c) as usize;
                let cloud = Sky::at(&sky.cumulus, ((r - dy) * half + c - dx) as usize) > 0.4;
                if !sky.cloudy(i) && land.fine[3][2 * r as usize * n + 2 * c as usize] > 1500 {
                    either += u32::from(cloud || dark(c, r));
                    both += u32::from(cloud && dark(c, r));
                }
            }
            f64::from(both) / f64::from(either)
        };
        let found = (-10..=10).flat_map(|a| (-10..=10).map(move |b| (a, b))).map(|(a, b)| ((a, b), score(dx + a, dy + b)));
        let best = found.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        assert!(best.0.0.abs() <= 1 && best.0.1.abs() <= 1 && best.1 > 0.5, "shadow off by {best:?}");
        checked += 1;
    }
    assert!(checked >= 2, "too few dates with cumulus");
}

#[test]
fn numbers_carry_the_offset_and_only_missing_pixels_are_zero() {
    let options = DemoOptions { pixels: 600, dates: 8, ..DemoOptions::default() };
    let (land, dates) = series(&options);
    let (mut edges, mut clear) = (0, 0);
    for date in &dates {
        let look = look(&land, date);
        let (bands, n) = (look.fine(), land.pixels);
        for (stored, truth) in bands.iter().zip(&land.fine) {
            for i in (0..n * n).step_by(7) {
                assert_eq!(stored[i] == 0, look.missing(i % n, i / n, n));
            }
            if look.sky.is_clear() && look.weather.edge.is_none() {
                let bias: f64 = stored.iter().zip(truth).map(|(s, t)| f64::from(*s) - f64::from(*t)).sum::<f64>() / stored.len() as f64;
                assert!((bias - 1000.0).abs() < 0.5, "{bias}");
                clear += 1;
            }
        }
        let missing = bands[0].iter().filter(|&&v| v == 0).count() as f64 / (n * n) as f64;
        if look.weather.edge.is_some() {
            assert!((0.05..0.6).contains(&missing), "{missing}");
            edges += 1;
        } else {
            assert_eq!(missing, 0.0);
        }
    }
    assert!(edges == 2 && clear >= 4, "{edges} {clear}");
}
