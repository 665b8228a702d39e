use proptest::prelude::*;

use super::*;
use crate::composite::About;
use crate::testing::noise;

const ALL: [GapMethod; 4] = [GapMethod::Nearest, GapMethod::Linear, GapMethod::Smooth, GapMethod::Similar];

fn look(number: u16, day: i32, bands: Vec<Vec<u16>>) -> LookPixels {
    LookPixels { number, bands, distance: Vec::new(), about: About { day, ..About::default() } }
}

fn image(bands: Vec<Vec<u16>>) -> (Composite, Vec<u8>) {
    let pixels = bands[0].len();
    let how = (0..pixels).map(|at| u8::from(bands.iter().all(|b| b[at] != 0))).collect();
    (Composite { bands, count: vec![0; pixels], source: vec![0; pixels], ..Composite::default() }, how)
}

/// Value, how it came to be, source.
type Pixel = (u16, u8, u16);
/// Days and values, and what becomes of them.
type Case = (GapMethod, &'static [(i32, u16)], Pixel);

/// One pixel of one band, from looks by day and value; day 100 is wanted.
fn one(method: GapMethod, series: &[(i32, u16)]) -> Pixel {
    let looks: Vec<_> = series.iter().zip(1..).map(|((day, value), number)| look(number, *day, vec![vec![*value]])).collect();
    let (mut made, mut how) = image(vec![vec![0]]);
    gaps(&mut made, &mut how, &looks, 100, method, 1);
    (made.bands[0][0], how[0], made.source[0])
}

#[test]
fn a_pixel_comes_from_its_own_series() {
    use GapMethod::{Linear, Nearest, Smooth};
    let cases: &[Case] = &[
        (Nearest, &[], (0, how::NONE, 0)),
        (Nearest, &[(90, 5), (104, 7), (99, 0)], (7, how::NEAREST, 2)),
        (Nearest, &[(96, 5), (104, 7)], (5, how::NEAREST, 1)),
        (Linear, &[(90, 100), (120, 400)], (200, how::LINEAR, 1)),
        (Linear, &[(120, 400), (50, 1), (90, 100)], (200, how::LINEAR, 3)),
        (Linear, &[(99, 101), (101, 102)], (102, how::LINEAR, 1)),
        (Linear, &[(99, 101), (101, 104)], (102, how::LINEAR, 1)),
        (Linear, &[(100, 9), (120, 400), (50, 1)], (9, how::NEAREST, 1)),
        (Linear, &[(50, 1), (60, 3)], (3, how::NEAREST, 2)),
        (Linear, &[(130, 8), (160, 3)], (8, how::NEAREST, 1)),
        (Smooth, &[(80, 100), (120, 300)], (200, how::LINEAR, 1)),
        (Smooth, &[(60, 100), (80, 200), (110, 350), (140, 500)], (300, how::SMOOTH, 3)),
        (Smooth, &[(60, 77), (80, 77), (100, 77), (140, 77)], (77, how::SMOOTH, 3)),
        (Smooth, &[(60, 10), (70, 20), (80, 30)], (30, how::NEAREST, 3)),
    ];
    for (method, series, expected) in cases {
        assert_eq!(one(*method, series), *expected, "{method:?} of {series:?}");
    }
}

/// A dense solve by Gauss-Jordan with pivots, from the definition.
fn dense(days: &[i32], weights: &[f64], sums: &[f64], lambda: f64) -> Vec<f64> {
    let n = days.len();
    let mut matrix: Vec<Vec<f64>> = (0..n)
        .map(|i| {
            (0..=n)
                .map(|j| {
                    if j == n {
                        sums[i]
                    } else if i == j {
                        weights[i]
                    } else {
                        0.0
                    }
                })
                .collect()
        })
        .collect();
    for k in 1..n - 1 {
        let t = |i: usize| f64::from(days[i]);
        let mut row = vec![0.0; n];
        // second divided difference, twice, over the time the knot stands for
        for (i, out) in row.iter_mut().enumerate().skip(k - 1).take(3) {
            let others: f64 = (k - 1..=k + 1).filter(|j| *j != i).map(|j| t(i) - t(j)).product();
            *out = 2.0 / others;
        }
        let stands_for = (t(k + 1) - t(k - 1)) / 2.0;
        for i in 0..n {
            for j in 0..n {
                matrix[i][j] += lambda * stands_for * row[i] * row[j];
            }
        }
    }
    for i in 0..n {
        let pivot = (i..n).max_by(|a, b| matrix[*a][i].abs().total_cmp(&matrix[*b][i].abs())).unwrap();
        matrix.swap(i, pivot);
        let top = matrix[i].clone();
        for (_, row) in matrix.iter_mut().enumerate().filter(|(j, _)| *j != i) {
            let times = row[i] / top[i];
            row.iter_mut().zip(&top).for_each(|(a, b)| *a -= times * b);
        }
    }
    (0..n).map(|i| matrix[i][n] / matrix[i][i]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..Default::default() })]

    #[test]
    fn the_curve_is_the_dense_solution(
        knots in prop::collection::btree_map(0i32..400, (0u32..3, 1u16..10_000), 3..30), lambda in prop_oneof![Just(1.0), Just(32_000.0), Just(1e6)],
    ) {
        let days: Vec<i32> = knots.keys().copied().collect();
        let weights: Vec<f64> = knots.values().enumerate().map(|(i, k)| if i < 2 { 1.0 } else { f64::from(k.0) }).collect();
        let sums: Vec<f64> = knots.values().zip(&weights).map(|(k, w)| w * f64::from(k.1)).collect();
        let (got, expected) = (smooth::solve(&days, &weights, &sums, lambda), dense(&days, &weights, &sums, lambda));
        for (got, expected) in got.iter().zip(&expected) {
            prop_assert!((got - expected).abs() < 1e-3 * (1.0 + expected.abs()), "{got} instead of {expected}");
        }
    }

    #[test]
    fn what_is_there_stays_what_comes_is_marked_and_the_order_of_looks_does_not_matter(seed: u64, count in 0usize..6, missing in 0u16..=8) {
        let mut next = noise(seed);
        let mut bands = || (0..2).map(|_| (0..144).map(|_| if next() % 8 < missing { 0 } else { next() % 3000 + 1 }).collect()).collect::<Vec<Vec<u16>>>();
        let (before, how_before) = image(bands());
        let looks: Vec<_> = (0..count).map(|n| look(n as u16 + 1, (n as i32 * 37) % 90 + 60, bands())).collect();
        for method in ALL {
            let (mut made, mut how) = (before.clone(), how_before.clone());
            gaps(&mut made, &mut how, &looks, 100, method, 12);
            for at in 0..144 {
                let known = looks.iter().any(|l| l.bands.iter().all(|b| b[at] != 0));
                let spectrum = |image: &Composite| [image.bands[0][at], image.bands[1][at]];
                if how_before[at] == 1 || !known {
                    prop_assert_eq!((spectrum(&made), how[at]), (spectrum(&before), how_before[at]));
                } else {
                    prop_assert!(how[at] > 100 && spectrum(&made).iter().all(|v| *v > 0) && made.source[at] > 0);
                }
            }
            let (mut again, mut how_again) = (before.clone(), how_before.clone());
            gaps(&mut again, &mut how_again, &looks.iter().rev().cloned().collect::<Vec<_>>(), 100, method, 12);
            prop_assert_eq!((&again, &how_again), (&made, &how));
        }
        prop_assert!(before.count.iter().all(|c| *c == 0));
    }
}

/// Two kinds of field in a pattern; each changes by its own amount from one date to the other.
fn fields(width: usize, values: [u16; 2]) -> Vec<u16> {
    (0..width * width).map(|at| values[1 - (at % width / 3 + at / width / 4) % 2]).collect()
}

#[test]
fn similar_neighbours_tell_how_each_kind_of_field_changed() {
    let (guide, now) = ([500, 2500], [650, 1900]);
    let mut bands = vec![fields(60, now), fields(60, [now[0] / 2, now[1] / 2])];
    let expected = bands.clone();
    for at in (0..3600).filter(|at| (20..30).contains(&(at % 60)) && (20..35).contains(&(at / 60))) {
        bands.iter_mut().for_each(|b| b[at] = 0);
    }
    let looks = [look(1, 10, vec![fields(60, guide), fields(60, guide)]), look(2, 150, vec![fields(60, [1, 1]), fields(60, [1, 1])])];
    let (mut made, mut how) = image(bands);
    gaps(&mut made, &mut how, &looks[..1], 100, GapMethod::Similar, 60);
    assert_eq!(made.bands, expected);
    assert_eq!(how.iter().filter(|h| **h == how::SIMILAR).count(), 150);
}

#[test]
fn a_block_with_its_margin_gives_the_pixels_of_the_whole() {
    let width = 90;
    let mut next = noise(5);
    let mut texture = |v: u16| v + next() % 120;
    let land: Vec<u16> = fields(width, [600, 1800]).into_iter().map(&mut texture).collect();
    let guide: Vec<u16> = fields(width, [700, 1500]).into_iter().map(&mut texture).collect();
    let holes = |v: &[u16]| {
        v.iter().enumerate().map(|(at, v)| if (at % width) % 17 < 9 && (at / width) % 23 < 14 { 0 } else { *v }).collect::<Vec<u16>>()
    };
    let (mut whole, mut how_whole) = image(vec![holes(&land)]);
    gaps(&mut whole, &mut how_whole, &[look(1, 90, vec![guide.clone()])], 100, GapMethod::Similar, width);
    let (from, to, margin) = (30, 60, SIMILAR_MARGIN);
    let cut = |v: &[u16]| -> Vec<u16> {
        (from - margin..to + margin).flat_map(|y| v[y * width + from - margin..y * width + to + margin].to_vec()).collect()
    };
    let side = to - from + 2 * margin;
    let (mut part, mut how_part) = image(vec![cut(&holes(&land))]);
    gaps(&mut part, &mut how_part, &[look(1, 90, vec![cut(&guide)])], 100, GapMethod::Similar, side);
    for (x, y) in (from..to).flat_map(|y| (from..to).map(move |x| (x, y))) {
        let (there, here) = (y * width + x, (y - from + margin) * side + x - from + margin);
        assert_eq!((part.bands[0][here], how_part[here]), (whole.bands[0][there], how_whole[there]), "at {x} {y}");
    }
    assert!(how_whole.contains(&how::SIMILAR));
}
