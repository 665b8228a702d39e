use proptest::prelude::*;

use super::*;
use crate::composite::About;
use crate::composite::clean::Roles;
use crate::testing::noise;

fn look(number: u16, day: i32, bands: Vec<Vec<u16>>, distance: Vec<u8>) -> LookPixels {
    LookPixels { number, bands, distance, about: About { day, ..About::default() } }
}

/// So many looks of random pixels with holes, the first of which is to be kept.
fn random(seed: u64, looks: usize, bands: usize, pixels: usize, missing: u16) -> (LookPixels, Vec<LookPixels>, Vec<FillCorrection>) {
    let mut next = noise(seed);
    let mut one = |number: u16| {
        let distance: Vec<u8> = (0..pixels).map(|_| if next() % 8 < missing { 0 } else { (next() % 255) as u8 + 1 }).collect();
        let band = |next: &mut dyn FnMut() -> u16| distance.iter().map(|d| if *d == 0 { 0 } else { next() % 20_000 + 1 }).collect();
        let bands = (0..bands).map(|_| band(&mut next)).collect();
        look(number, i32::from(next() % 60), bands, distance)
    };
    let (target, others): (_, Vec<_>) = (one(1), (2..looks as u16 + 2).map(&mut one).collect());
    let correction = |look: &LookPixels| FillCorrection {
        number: look.number,
        offset: (0..bands).map(|_| i32::from(next() % 600) - 300).collect(),
        noise: (0..bands).map(|_| next() % 500).collect(),
    };
    let corrections = others.iter().map(correction).collect();
    (target, others, corrections)
}

/// The definition, in floating point.
fn by_definition(target: &LookPixels, others: &[LookPixels], corrections: &[FillCorrection], band: usize, at: usize) -> Option<f64> {
    let (mut sum, mut by) = (0.0, 0.0);
    for look in others.iter().filter(|l| l.bands.iter().all(|b| b[at] != 0)) {
        let c = corrections.iter().find(|c| c.number == look.number).unwrap();
        let days = f64::from(look.about.day - target.about.day) / 16.0;
        let weight = (-days * days / 2.0).exp() * (f64::from(look.distance[at]) * 20.0 / 720.0).clamp(0.02, 1.0)
            / f64::from(c.noise[band].max(10)).powi(2);
        sum += weight * (f64::from(look.bands[band][at]) + f64::from(c.offset[band])).clamp(1.0, 65_535.0);
        by += weight;
    }
    (by > 0.0).then(|| sum / by)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..Default::default() })]

    #[test]
    fn what_is_clear_stays_and_all_else_is_the_weighted_mean_and_marked(
        seed: u64, looks in 0usize..6, bands in 1usize..4, missing in 0u16..=8, rim in prop_oneof![Just(0u8), Just(RIM), Just(200u8)],
    ) {
        let (target, others, corrections) = random(seed, looks, bands, 80, missing);
        let filled = fill(&target, &others, &corrections, &Roles::default(), false, rim);
        for at in 0..80 {
            let there = whole(&target, at);
            for band in 0..bands {
                let (got, was) = (filled.bands[band][at], target.bands[band][at]);
                match by_definition(&target, &others, &corrections, band, at) {
                    _ if there && target.distance[at] > rim => {
                        prop_assert_eq!((got, filled.how[at], filled.source[at], filled.count[at]), (was, how::KEPT, 1, 1));
                    }
                    Some(mean) => {
                        // weights are rounded, and never 0
                        prop_assert!((f64::from(got) - mean).abs() < 0.51 + mean * 1e-3, "{} instead of {}", got, mean);
                        prop_assert_eq!(filled.how[at], how::MEAN);
                        prop_assert!(filled.source[at] > 1 && filled.count[at] > 0 && got > 0);
                    }
                    None if there => prop_assert_eq!((got, filled.how[at]), (was, how::NEAR_CLOUD)),
                    None => prop_assert_eq!((got, filled.how[at], filled.source[at], filled.count[at]), (0, how::NONE, 0, 0)),
                }
            }
        }
    }

    #[test]
    fn neither_the_order_of_looks_nor_the_cut_into_blocks_matters(seed: u64, looks in 1usize..6, cut in 1usize..79, screen: bool) {
        let (target, mut others, mut corrections) = random(seed, looks, 2, 80, 4);
        let filled = fill(&target, &others, &corrections, &BLUE_AND_RED, screen, RIM);
        let part = |l: &LookPixels, from: usize, to: usize| LookPixels {
            bands: l.bands.iter().map(|b| b[from..to].to_vec()).collect(),
            distance: l.distance[from..to].to_vec(),
            ..l.clone()
        };
        let of = |from: usize, to: usize| {
            let parts = others.iter().map(|l| part(l, from, to)).collect::<Vec<_>>();
            fill(&part(&target, from, to), &parts, &corrections, &BLUE_AND_RED, screen, RIM)
        };
        let (a, b) = (of(0, cut), of(cut, 80));
        for band in 0..2 {
            prop_assert_eq!(&[a.bands[band].clone(), b.bands[band].clone()].concat(), &filled.bands[band]);
        }
        prop_assert_eq!([a.how, b.how].concat(), filled.how.clone());
        others.rotate_left(1);
        corrections.reverse();
        prop_assert_eq!(fill(&target, &others, &corrections, &BLUE_AND_RED, screen, RIM), filled);
    }
}

/// Cloud that no mask knows, in one of five looks at each place, and in both looks of a place that has but two.
#[test]
fn cloud_that_masks_miss_stays_out_of_the_holes_and_where_nothing_else_is_left_time_decides() {
    let clear = vec![vec![500; 6], vec![600; 6]];
    let mut others: Vec<_> = (2..7).map(|number| look(number, i32::from(number), clear.clone(), vec![200; 6])).collect();
    for (at, other) in others.iter_mut().enumerate() {
        (other.bands[0][at], other.bands[1][at]) = (2500, 2500);
    }
    let target = look(1, 4, vec![vec![0; 6]; 2], vec![0; 6]);
    let filled = fill(&target, &others, &[], &BLUE_AND_RED, true, RIM);
    assert_eq!(filled.bands, clear);
    assert_eq!(filled.how, [how::MEAN; 6]);
    let careless = fill(&target, &others, &[], &BLUE_AND_RED, false, RIM);
    assert!(careless.bands[0][..5].iter().all(|v| *v > 600) && careless.bands[0][5] == 500);
}

#[test]
fn between_looks_it_is_linear_in_time() {
    let looks = [
        look(1, 4, vec![vec![105, 105, 0, 0]], vec![9; 4]),
        look(3, 14, vec![vec![200, 0, 300, 0]], vec![9; 4]),
        look(4, 30, vec![vec![900, 0, 900, 0]], vec![9; 4]),
    ];
    let helpers = Helper::all(&looks, &[], 10);
    for (at, value, found) in [(0, 162, (how::LINEAR, 3, 2)), (1, 105, (how::NEAREST, 1, 1)), (2, 300, (how::NEAREST, 3, 1))] {
        let mut out = [0];
        assert_eq!((linear(&helpers, 10, at, &mut out), out), (Some(found), [value]));
    }
    assert_eq!(linear(&helpers, 10, 3, &mut [0]), None);
}

/// A land of 60 x 60 pixels of two bands, blue and red.
fn land(seed: u64) -> [Vec<i32>; 2] {
    let mut next = noise(seed);
    [600, 500].map(|base| (0..3600).map(|_| base + i32::from(next() % 800)).collect())
}

const BLUE_AND_RED: Roles = Roles { blue: Some(0), green: None, red: Some(1), nir: None, swir: None };

fn moved(land: &[Vec<i32>; 2], number: u16, by: [i32; 2]) -> LookPixels {
    let bands = land.iter().zip(by).map(|(band, by)| band.iter().map(|v| (v + by) as u16).collect()).collect();
    look(number, 10 + i32::from(number), bands, vec![200; 3600])
}

#[test]
fn what_scenes_differ_by_as_a_whole_is_found() {
    for (seed, by) in [(1, [[50, 20], [-30, 70], [0, 0], [400, 300]]), (2, [[-99, -98], [-97, -96], [10, 20], [0, 5]])] {
        let land = land(seed);
        let others: Vec<_> = by.iter().zip(2..).map(|(by, number)| moved(&land, number, *by)).collect();
        let mut target = moved(&land, 1, [0, 0]);
        for roles in [BLUE_AND_RED, Roles::default()] {
            let found = normalise(&target, &others, 60, 120.0, &roles, true);
            for (correction, by) in found.iter().zip(by) {
                assert_eq!(correction.offset, [-by[0], -by[1]], "look {}", correction.number);
                assert_eq!(correction.noise, [10, 10]);
            }
            let mut turned = others.clone();
            turned.rotate_right(1);
            assert_eq!(normalise(&target, &turned, 60, 120.0, &roles, true), found);
        }
        // a hole is filled with what was there
        let was = target.clone();
        for at in 1000..1400 {
            target.bands.iter_mut().for_each(|b| b[at] = 0);
            target.distance[at] = 0;
        }
        let corrections = normalise(&target, &others, 60, 120.0, &BLUE_AND_RED, true);
        let filled = fill(&target, &others, &corrections, &BLUE_AND_RED, true, RIM);
        assert_eq!(filled.bands, was.bands);
    }
}

#[test]
fn the_haze_of_the_kept_date_does_not_go_into_its_holes() {
    let land = land(3);
    let others: Vec<_> = (2..6).map(|number| moved(&land, number, [0, 0])).collect();
    let mut target = moved(&land, 1, [0, 0]);
    // haze grows from left to right: up to 200 in blue and half as much in red
    for at in 0..3600 {
        let haze = (at % 60) as u16 * 200 / 59;
        target.bands[0][at] += haze;
        target.bands[1][at] += haze / 2;
    }
    let found = normalise(&target, &others, 60, 120.0, &BLUE_AND_RED, true);
    assert!(found.iter().all(|c| c.offset[0].abs() < 25 && c.offset[1].abs() < 15), "{found:?}");
    let plain = normalise(&target, &others, 60, 120.0, &Roles::default(), true);
    assert!(plain.iter().all(|c| c.offset[0] > 80), "{plain:?}");
}

#[test]
fn too_little_context_changes_nothing() {
    let land = land(4);
    let mut target = moved(&land, 1, [80, 80]);
    target.distance = vec![5; 3600];
    let found = normalise(&target, &[moved(&land, 2, [0, 0])], 60, 120.0, &BLUE_AND_RED, true);
    assert_eq!(found, [FillCorrection { number: 2, offset: vec![0, 0], noise: vec![UNKNOWN_NOISE; 2] }]);
    assert_eq!(normalise(&target, &[], 60, 120.0, &BLUE_AND_RED, true), []);
}
