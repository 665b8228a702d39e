//! Every method beside a slow one that is written from its definition, pixel by pixel.

use proptest::prelude::*;
use swath_domain::Sensor;

use super::some::*;
use super::*;

fn made(method: &Method, looks: &[LookPixels]) -> Composite {
    let mut composer = Composer::new(method, looks[0].bands.len(), looks[0].bands[0].len());
    looks.iter().for_each(|look| composer.feed(look.clone()));
    composer.finish()
}

/// The numbers that looks have at a pixel of a band.
fn valid(looks: &[LookPixels], band: usize, at: usize) -> Vec<u16> {
    looks.iter().map(|l| l.bands[band][at]).filter(|v| *v != 0).collect()
}

/// A quotient to the nearest integer, halves to even.
fn rounded(over: u128, under: u128) -> u16 {
    let (floor, twice) = (over / under, 2 * (over % under));
    (floor + u128::from(twice > under || (twice == under && floor % 2 == 1))) as u16
}

/// Compares each band at each pixel.
fn check_bands(method: &Method, looks: &[LookPixels], slow: impl Fn(usize, usize) -> u16) -> Result<(), TestCaseError> {
    let got = made(method, looks);
    for (band, got) in got.bands.iter().enumerate() {
        for (at, got) in got.iter().enumerate() {
            prop_assert_eq!(*got, slow(band, at), "{:?} of {:?}", method, valid(looks, band, at));
        }
    }
    Ok(())
}

/// For each pixel the whole looks, as spectra.
fn spectra(looks: &[LookPixels], at: usize) -> Vec<(u16, Vec<f64>)> {
    let whole = looks.iter().filter(|l| is_whole(l, at));
    whole.map(|l| (l.number, l.bands.iter().map(|b| f64::from(b[at])).collect())).collect()
}

fn apart(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..Default::default() })]

    #[test]
    fn percentiles_lie_linear_between_the_sorted_looks(case in cases(), percent in prop_oneof![Just(50.0f32), Just(25.0), 0.0f32..=100.0]) {
        check_bands(&Method::Percentile(percent), &case.looks, |band, at| {
            let mut sorted = valid(&case.looks, band, at);
            sorted.sort_unstable();
            let Some(last) = sorted.len().checked_sub(1) else { return 0 };
            let f = (f64::from(percent) / 100.0 * 65_536.0 + 0.5).floor() as u64;
            let place = (f * last as u64 + 128) / 256;
            let (i, r) = ((place / 256) as usize, u128::from(place % 256));
            rounded((256 - r) * u128::from(sorted[i]) + r * u128::from(sorted[last.min(i + 1)]), 256)
        })?;
    }

    #[test]
    fn percentile_50_is_the_median(case in cases()) {
        prop_assert_eq!(made(&Method::Percentile(50.0), &case.looks), made(&Method::Median, &case.looks));
    }

    #[test]
    fn the_mean_is_the_exact_sum_by_the_count(case in cases()) {
        check_bands(&Method::Mean, &case.looks, |band, at| {
            let v = valid(&case.looks, band, at);
            if v.is_empty() { 0 } else { rounded(v.iter().map(|v| u128::from(*v)).sum(), v.len() as u128) }
        })?;
    }

    #[test]
    fn the_mean_of_radar_is_that_of_power(mut case in cases()) {
        case.looks.iter_mut().for_each(|l| l.about.sensor = Sensor::Sentinel1Grd);
        check_bands(&Method::Mean, &case.looks, |band, at| {
            let power: Vec<f64> = valid(&case.looks, band, at).iter().map(|v| 10f64.powf((f64::from(*v) / 1000.0 - 50.0) / 10.0)).collect();
            let mean = power.iter().sum::<f64>() / power.len() as f64;
            if power.is_empty() { 0 } else { ((10.0 * mean.log10() + 50.0) * 1000.0).round_ties_even() as u16 }
        })?;
    }

    #[test]
    fn the_weighted_mean_counts_distance_and_days(case in cases()) {
        let wanted = WeightedMean { day: 19_000, window_days: 300.0 };
        // The share of a normal distribution below, by summing up its density.
        let below = |x: f64| 0.5 + (0..2000).map(|i| x / 2000.0 * (-((f64::from(i) + 0.5) * x / 2000.0).powi(2) / 2.0).exp()).sum::<f64>() / std::f64::consts::TAU.sqrt();
        let shares: Vec<f64> = (0..256).map(|d| below(f64::from(d) * 20.0 / 480.0) * below(f64::from(d) * 20.0 / 2400.0)).collect();
        let got = made(&Method::WeightedMean(wanted), &case.looks);
        for (band, got) in got.bands.iter().enumerate() {
            for (at, got) in got.iter().enumerate() {
                let (mut sum, mut weight) = (0.0, 0.0);
                for look in case.looks.iter().filter(|l| l.bands[band][at] != 0) {
                    let away = (f64::from((look.about.day - 19_000).abs()) / 300.0).min(1.0);
                    let w = (1.0 - away / 2.0) * shares[look.distance.get(at).map_or(255, |d| usize::from(*d))];
                    (sum, weight) = (sum + w * f64::from(look.bands[band][at]), weight + w);
                }
                // Weights are rounded to 65 535ths.
                let exact = if weight > 0.0 { sum / weight } else { 0.0 };
                let off = (f64::from(*got) - exact).abs();
                prop_assert!(off < 0.5 + 65_535.0 * 1e-4, "{got} instead of {exact}");
            }
        }
    }

    #[test]
    fn the_first_clear_look_is_taken(case in cases()) {
        let got = made(&Method::FirstClear, &case.looks);
        for at in 0..got.count.len() {
            prop_assert_eq!(got.source[at], case.looks.iter().find(|l| is_whole(l, at)).map_or(0, |l| l.number));
        }
    }

    #[test]
    fn the_greatest_and_the_least_index_are_taken(case in cases(), least: bool) {
        let (a, b) = (0, case.looks[0].bands.len() - 1);
        let got = made(&Method::MaxIndex { a, b, least }, &case.looks);
        for at in 0..got.count.len() {
            let index = |l: &LookPixels| {
                let (a, b) = (f32::from(l.bands[a][at]), f32::from(l.bands[b][at]));
                if least { (b - a) / (a + b) } else { (a - b) / (a + b) }
            };
            // Of equals the first.
            let best = case.looks.iter().rev().filter(|l| is_whole(l, at)).max_by(|x, y| index(x).total_cmp(&index(y)));
            prop_assert_eq!(got.source[at], best.map_or(0, |l| l.number));
        }
    }

    #[test]
    fn the_medoid_is_nearest_to_all_others(case in cases()) {
        let got = made(&Method::Medoid, &case.looks);
        for at in 0..got.count.len() {
            let all = spectra(&case.looks, at);
            let far = |x: &[f64]| all.iter().map(|(_, y)| apart(x, y)).sum::<f64>();
            let least = all.iter().map(|(_, x)| far(x)).fold(f64::INFINITY, f64::min);
            if let Some((_, taken)) = all.iter().find(|(number, _)| *number == got.source[at]) {
                prop_assert!(far(taken) <= least * (1.0 + 1e-6), "{} instead of {least}", far(taken));
            }
        }
    }

    #[test]
    fn the_geometric_median_is_where_the_sum_of_distances_is_least(case in cases()) {
        let got = made(&Method::GeometricMedian, &case.looks);
        let median = made(&Method::Median, &case.looks);
        for at in 0..got.count.len() {
            let all: Vec<Vec<f64>> = spectra(&case.looks, at).into_iter().map(|(_, x)| x).collect();
            let bands = got.bands.len();
            if bands == 1 {
                prop_assert_eq!(got.bands[0][at], median.bands[0][at]);
            }
            if all.len() < 3 || bands == 1 {
                continue;
            }
            let here: Vec<f64> = got.bands.iter().map(|b| f64::from(b[at])).collect();
            let there = by_weiszfeld(&all);
            // Where the sum is flat, a point may be as good though it lies elsewhere; rounding costs no more than the curvature allows.
            let far = |y: &[f64]| all.iter().map(|x| apart(x, y)).sum::<f64>();
            let steep: f64 = all.iter().map(|x| 1.0 / apart(x, &there).max(0.5)).sum();
            let near = here.iter().zip(&there).all(|(h, t)| (h - t).abs() < 0.51);
            prop_assert!(near || far(&here) <= far(&there) * (1.0 + 1e-9) + steep * bands as f64 / 8.0, "{here:?} instead of {there:?} of {all:?}");
        }
    }

    #[test]
    fn the_best_pixel_has_the_best_score(case in cases()) {
        let method = every_method(case.looks[0].bands.len()).into_iter().find(|m| matches!(m, Method::BestPixel(_))).unwrap();
        let Method::BestPixel(wanted) = &method else { unreachable!() };
        let got = made(&method, &case.looks);
        for (at, shown) in got.score.iter().flatten().enumerate() {
            let scores: Vec<(u16, f64)> =
                case.looks.iter().filter(|l| is_whole(l, at)).map(|l| (l.number, slow_score(wanted, l, at))).collect();
            let best = scores.iter().map(|s| s.1).fold(0.0, f64::max);
            if let Some((_, score)) = scores.iter().find(|(number, _)| *number == got.source[at]) {
                prop_assert!(*score > best - 1e-6);
                prop_assert!((f64::from(*shown) - (score * 10_000.0).max(1.0)).abs() < 0.51, "{shown} and {score}");
            }
        }
    }
}

/// The formulas of FORCE, as they are printed.
fn slow_score(wanted: &BestPixel, look: &LookPixels, at: usize) -> f64 {
    let w = wanted.weights;
    let days = f64::from(look.about.day - wanted.day);
    let years = (days / 365.2425).round();
    let sigma = f64::from(wanted.window_days) / (-2.0 * 0.01f64.ln()).sqrt();
    let gauss = |d: f64| (-d * d / (2.0 * sigma * sigma)).exp();
    let logistic = |slope: f64, x: f64, middle: f64| 1.0 / (1.0 + (slope * (x - middle)).exp());
    let cloud = f64::from(look.distance.get(at).map_or(255, |d| i32::from(*d))) * 20.0;
    let (blue, red) = wanted.blue_red.unwrap();
    let haze = f64::from(look.bands[blue][at]) - 0.5 * f64::from(look.bands[red][at]) - 800.0;
    let parts = [
        (w.day, gauss(days - (years * 365.2425).round())),
        (w.year, gauss(years * f64::from(wanted.window_days) / 3.0)),
        (w.cloud, logistic(-10.0 / 3000.0, cloud, 1500.0)),
        (w.haze, logistic(10.0 / 200.0, haze, -150.0)),
        (w.opacity, 1.0 - f64::from(look.about.cloud_share)),
        (w.view, look.about.view_zenith.map_or(0.0, |v| logistic(10.0 / 7.5, f64::from(v), 3.75))),
        (w.sensor, if Some(look.about.sensor) == wanted.sensor { 1.0 } else { 0.0 }),
    ];
    parts.iter().map(|(w, s)| f64::from(*w) * s).sum::<f64>() / parts.iter().map(|(w, _)| f64::from(*w)).sum::<f64>()
}

/// Weiszfeld's steps from the mean, many of them; a look that holds the point is the answer.
fn by_weiszfeld(all: &[Vec<f64>]) -> Vec<f64> {
    let pull = |y: &[f64]| {
        let (mut sum, mut weight, mut same) = (vec![0.0; y.len()], 0.0, 0.0);
        for x in all {
            match apart(x, y) {
                0.0 => same += 1.0,
                r => {
                    weight += 1.0 / r;
                    sum.iter_mut().zip(x.iter().zip(y)).for_each(|(s, (x, y))| *s += (x - y) / r);
                }
            }
        }
        (sum, weight, same)
    };
    let zero = vec![0.0; all[0].len()];
    for x in all {
        let (sum, _, same) = pull(x);
        if apart(&sum, &zero) <= same {
            return x.clone();
        }
    }
    let mut y: Vec<f64> = (0..zero.len()).map(|b| all.iter().map(|x| x[b]).sum::<f64>() / all.len() as f64).collect();
    for _ in 0..3000 {
        let (sum, weight, _) = pull(&y);
        y.iter_mut().zip(&sum).for_each(|(y, s)| *y += s / weight);
        if apart(&sum, &zero) / weight < 1e-6 {
            break;
        }
    }
    y
}

#[test]
fn one_spectrum_many_times_and_looks_on_a_line_have_a_geometric_median() {
    for (points, expected) in [
        (vec![[7u16, 9], [7, 9], [7, 9], [7, 9]], [7, 9]),
        (vec![[100, 100], [200, 200], [300, 300]], [200, 200]),
        (vec![[1, 1], [1, 1], [1, 1], [60_000, 60_000]], [1, 1]),
        // An obtuse corner holds; the centre of a square is the crossing of its diagonals.
        (vec![[100, 100], [1000, 110], [190, 1000], [100, 100]], [100, 100]),
        (vec![[100, 100], [200, 100], [200, 200], [100, 200]], [150, 150]),
    ] {
        let looks: Vec<LookPixels> = points
            .iter()
            .enumerate()
            .map(|(k, p)| LookPixels { number: k as u16 + 1, bands: p.map(|v| vec![v]).into(), ..Default::default() })
            .collect();
        assert_eq!(made(&Method::GeometricMedian, &looks).bands, expected.map(|v| vec![v]), "{points:?}");
    }
}

#[test]
fn many_looks_need_no_network() {
    let mut next = crate::testing::noise(5);
    let looks: Vec<LookPixels> =
        (1..=80).map(|number| LookPixels { number, bands: vec![(0..90).map(|_| next() % 500).collect()], ..Default::default() }).collect();
    for percent in [0.0, 10.0, 50.0, 75.0, 100.0] {
        let got = made(&Method::Percentile(percent), &looks);
        for at in 0..90 {
            let mut sorted = valid(&looks, 0, at);
            sorted.sort_unstable();
            let place = f64::from(percent) / 100.0 * (sorted.len() - 1) as f64;
            let (i, r) = (place.floor() as usize, place.fract());
            let exact = f64::from(sorted[i]) * (1.0 - r) + f64::from(sorted[(i + 1).min(sorted.len() - 1)]) * r;
            assert!((f64::from(got.bands[0][at]) - exact).abs() <= 0.5 + 500.0 / 256.0, "{percent}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, ..Default::default() })]
    #[test]
    fn every_cpu_gives_the_same(case in cases()) {
        // The kernels as they are compiled for any CPU, beside what this CPU chooses.
        let mut looks = case.looks;
        for look in &mut looks {
            let whole = whole(&look.bands, look.bands[0].len());
            look.bands.iter_mut().for_each(|band| band.iter_mut().zip(&whole).for_each(|(pixel, whole)| *pixel &= whole));
        }
        let seen: Vec<Look> = looks.iter().map(|look| Look { number: look.number, bands: &look.bands }).collect();
        let (bands, pixels) = (looks[0].bands.len(), looks[0].bands[0].len());
        let start = made(&Method::Median, &looks).bands;
        let (mut plain, mut chosen) = (start.clone(), start);
        geometric_medians(&seen, 0..pixels, &mut plain);
        ffi::geometric_medians(&seen, 0..pixels, &mut chosen);
        prop_assert_eq!(plain, chosen);
        let (mut plain, mut chosen) = (Composite::empty(bands, pixels), Composite::empty(bands, pixels));
        let mut rows: Vec<&mut [u16]> = plain.bands.iter_mut().map(Vec::as_mut_slice).collect();
        medoids(&seen, 0, &mut rows, &mut plain.source);
        let mut rows: Vec<&mut [u16]> = chosen.bands.iter_mut().map(Vec::as_mut_slice).collect();
        ffi::medoids(&seen, 0, &mut rows, &mut chosen.source);
        prop_assert_eq!(plain, chosen);
        let (mut plain, mut chosen) = (vec![0; pixels], vec![0; pixels]);
        index_keys(&looks[0].bands[0], &looks[0].bands[bands - 1], &mut plain);
        ffi::index_keys(&looks[0].bands[0], &looks[0].bands[bands - 1], &mut chosen);
        prop_assert_eq!(plain, chosen);
    }
}
