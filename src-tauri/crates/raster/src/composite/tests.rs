mod laws;
mod methods;
mod some;

use proptest::prelude::*;

use super::*;
use crate::testing::noise;

/// The definition.
fn by_sorting(looks: &[&[u16]], at: usize) -> u16 {
    let mut valid: Vec<u32> = looks.iter().map(|l| u32::from(l[at])).filter(|v| *v != 0).collect();
    valid.sort_unstable();
    match valid.len() {
        0 => 0,
        n if n % 2 == 1 => valid[n / 2] as u16,
        n => {
            let sum = valid[n / 2 - 1] + valid[n / 2];
            (sum / 2 + (sum % 2) * (sum / 2 % 2)) as u16
        }
    }
}

fn check(looks: &[Vec<u16>]) {
    let slices: Vec<&[u16]> = looks.iter().map(Vec::as_slice).collect();
    let mut out = vec![1; looks.first().map_or(3, Vec::len)];
    median(&slices, &mut out);
    for (at, got) in out.iter().enumerate() {
        let column = || looks.iter().map(|l| l[at]).collect::<Vec<_>>();
        assert_eq!(*got, by_sorting(&slices, at), "of {:?}", column());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..Default::default() })]
    #[test]
    fn the_median_is_what_sorting_gives(
        count in 1usize..=70, pixels in 1usize..200, seed: u64, missing in 0u16..=8, most in prop_oneof![Just(3u16), Just(u16::MAX)],
    ) {
        let mut next = noise(seed);
        let mut value = || if next() % 8 < missing { 0 } else { next().max(u16::MAX - most) };
        check(&(0..count).map(|_| (0..pixels).map(|_| value()).collect()).collect::<Vec<_>>());
    }
}

#[test]
fn every_pattern_of_missing_looks_is_right() {
    for count in 2..=10usize {
        let pixels = 1 << count;
        let looks: Vec<Vec<u16>> = (0..count)
            .map(|look| (0..pixels).map(|mask| if mask >> look & 1 == 1 { 0 } else { 100 - (look as u16 * 37) % 11 * 3 }).collect())
            .collect();
        check(&looks);
    }
}

#[test]
fn halves_go_to_even_and_nothing_overflows() {
    for (looks, expected) in [
        (vec![1, 2], 2),
        (vec![2, 3], 2),
        (vec![3, 4], 4),
        (vec![65_535, 65_534], 65_534),
        (vec![65_535, 65_535], 65_535),
        (vec![1, 0, 0, 4], 2),
        (vec![0, 0, 0], 0),
        (vec![0, 9, 0], 9),
        (vec![5, 1, 9], 5),
        (vec![5, 1, 9, 0, 65_535, 7], 7),
    ] {
        let columns: Vec<Vec<u16>> = looks.iter().map(|v| vec![*v]).collect();
        let slices: Vec<&[u16]> = columns.iter().map(Vec::as_slice).collect();
        let mut out = [0];
        median(&slices, &mut out);
        assert_eq!(out[0], expected, "{looks:?}");
    }
    let mut out = [7, 7];
    median(&[], &mut out);
    assert_eq!(out, [0, 0]);
}

fn composed(looks: &[LookPixels]) -> Composite {
    let mut composer = Composer::new(&Method::Median, looks[0].bands.len(), looks[0].bands[0].len());
    looks.iter().for_each(|look| composer.feed(look.clone()));
    composer.finish()
}

#[test]
fn the_composite_counts_whole_looks_and_names_the_nearest() {
    let look = |number: u16, bands: [[u16; 4]; 2]| LookPixels { number, bands: bands.map(Vec::from).into(), ..Default::default() };
    let looks = [
        look(3, [[100, 100, 0, 50], [200, 0, 0, 60]]),
        look(5, [[110, 120, 0, 50], [210, 20, 0, 60]]),
        look(9, [[190, 140, 0, 0], [190, 40, 7, 61]]),
    ];
    let got = composed(&looks);
    assert_eq!(got.bands, [vec![110, 120, 0, 50], vec![200, 30, 7, 60]]);
    assert_eq!(got.count, [3, 2, 0, 2]);
    // Pixel 0: distances 10, 10 and 90, and the first of equals; pixel 1: 10 and 30; pixel 2: no look has both bands.
    assert_eq!(got.source, [3, 5, 0, 3]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..Default::default() })]
    #[test]
    fn counts_and_sources_agree_with_the_definition(count in 1usize..9, bands in 1usize..5, pixels in 1usize..150, seed: u64) {
        let mut next = noise(seed);
        let looks: Vec<LookPixels> = (0..count)
            .map(|n| LookPixels {
                number: n as u16 + 1,
                bands: (0..bands).map(|_| (0..pixels).map(|_| next() % 40).collect()).collect(),
                ..Default::default()
            })
            .collect();
        let got = composed(&looks);
        for at in 0..pixels {
            let whole: Vec<_> = looks.iter().filter(|l| l.bands.iter().all(|b| b[at] != 0)).collect();
            let far = |l: &LookPixels| l.bands.iter().zip(&got.bands).map(|(b, c)| u32::from(b[at].abs_diff(c[at]))).sum::<u32>();
            let nearest = whole.iter().min_by_key(|l| far(l)).map_or(0, |l| l.number);
            prop_assert_eq!((got.count[at], got.source[at]), (whole.len() as u16, nearest));
        }
    }
}
