use proptest::prelude::*;

use super::balance::{Correction, Place, estimate};
use super::*;
use crate::testing::noise;

const FOUR: Roles = Roles { blue: Some(0), green: Some(1), red: Some(2), nir: Some(3), swir: None };

fn look(number: usize, bands: Vec<Vec<u16>>, distance: Vec<u8>) -> LookPixels {
    LookPixels { number: number as u16, bands, distance, ..Default::default() }
}

/// What [`select`] does, pixel by pixel and in plain words.
fn by_definition(looks: &[LookPixels], roles: &Roles, options: &Clean) -> (Vec<LookPixels>, Chosen) {
    let (mut out, pixels) = (looks.to_vec(), looks[0].bands[0].len());
    out.sort_by_key(|l| l.number);
    let grades = if options.grades.is_empty() { vec![0] } else { options.grades.clone() };
    let least = *grades.last().unwrap();
    let mut chosen = Chosen { grade: vec![0; pixels], rejected: vec![0; pixels] };
    for at in 0..pixels {
        let level = |l: &LookPixels| match l.distance.get(at).copied().unwrap_or(255) {
            d if d <= least || l.bands.iter().all(|b| b[at] == 0) => 0,
            _ if l.bands.iter().any(|b| b[at] == 0) => least + 1,
            d => d,
        };
        let levels: Vec<u8> = out.iter().map(level).collect();
        let mut departures = departures_by_definition(&out, &levels, roles, at, least);
        if !options.screen {
            departures.fill(0);
        }
        let there = |k: &usize| levels[*k] > 0;
        let passed: Vec<usize> = (0..out.len()).filter(there).filter(|k| departures[*k] == 0).collect();
        let beyond = |limit: u8| passed.iter().filter(|k| levels[**k] > limit).count();
        let needed = |grade: usize| if grade == 0 && grades.len() > 1 { 3 } else { 1 };
        let grade = (0..grades.len()).find(|g| beyond(grades[*g]) >= needed(*g));
        let any_wary = levels.iter().any(|l| *l > least.max(6));
        let taken = |k: usize| match grade {
            Some(grade) => departures[k] == 0 && levels[k] > grades[grade],
            None => levels[k] > if any_wary { least.max(6) } else { least },
        };
        for (k, look) in out.iter_mut().enumerate().filter(|(k, _)| !taken(*k)) {
            assert!(k < levels.len());
            look.bands.iter_mut().for_each(|b| b[at] = 0);
        }
        chosen.grade[at] = match grade {
            Some(grade) => grade as u8 + 1,
            None if levels.iter().any(|l| *l > 0) => grades.len() as u8 + 1,
            None => 0,
        };
        if grade.is_some() {
            chosen.rejected[at] = departures.iter().filter(|d| **d != 0).count() as u8;
        }
    }
    (out, chosen)
}

fn departures_by_definition(looks: &[LookPixels], levels: &[u8], roles: &Roles, at: usize, least: u8) -> Vec<i32> {
    let short = roles.blue.or(roles.green).or(roles.red).or(roles.nir).or(roles.swir);
    let red = roles.red.filter(|_| roles.blue.is_some());
    let nir = roles.nir.or(roles.swir).filter(|b| Some(*b) != short);
    let reference = |band: Option<usize>| {
        let of = |limit: u8| -> Vec<u32> {
            let mut values: Vec<u32> = (0..looks.len())
                .filter(|k| levels[*k] > limit)
                .filter_map(|k| band.map(|b| u32::from(looks[k].bands[b][at])))
                .filter(|v| *v > 0)
                .collect();
            values.sort_unstable();
            values
        };
        let values = [of(least.max(6)), of(0)].into_iter().find(|v| v.len() >= 2);
        values.map_or(0, |v| {
            let place = (19_661 * (v.len() as u32 - 1) + 128) >> 8;
            let (i, part) = ((place >> 8) as usize, place & 255);
            let sum = (256 - part) * v[i] + part * v.get(i + 1).copied().unwrap_or(0);
            let (whole, rest) = (sum >> 8, sum & 255);
            (whole + u32::from(rest > 128 || (rest == 128 && whole % 2 == 1))) as i32
        })
    };
    let (s0, r0, v0) = (reference(short), reference(red), reference(nir));
    let mut out: Vec<i32> = (0..looks.len())
        .map(|k| {
            let of = |band: Option<usize>| band.map_or(0, |b| i32::from(looks[k].bands[b][at]));
            let (s, r, v) = (of(short), of(red), of(nir));
            if levels[k] == 0 {
                return 0;
            }
            let greener = v0 != 0 && i64::from(v) * i64::from(s0) > i64::from(s) * i64::from(v0);
            let hot = s - s0 - ((r - r0) >> 1);
            let known = s != 0 && s0 != 0;
            let cloud = match red {
                Some(_) => known && r != 0 && r0 != 0 && hot > 120 && 2 * (r - r0) <= 3 * (s - s0),
                None => known && s - s0 > 240 + (s0 >> 1),
            };
            let shadow = v != 0 && v0 > 800 && 5 * v < 4 * v0 && s - s0 <= 60;
            match (shadow, cloud && !greener) {
                (true, _) => v - v0,
                (_, true) if red.is_some() => hot,
                (_, true) => s - s0,
                _ => 0,
            }
        })
        .collect();
    let there: Vec<usize> = (0..looks.len()).filter(|k| levels[*k] > 0).collect();
    for backwards in [true, false] {
        let mut order = there.clone();
        if backwards {
            order.reverse();
        }
        let sign = order.first().map_or(0, |k| out[*k].signum());
        let run: Vec<usize> = order.into_iter().take_while(|k| out[*k] != 0 && out[*k].signum() == sign).collect();
        let values: Vec<i32> = run.iter().map(|k| out[*k]).collect();
        let (Some(low), Some(high)) = (values.iter().min(), values.iter().max()) else {
            continue;
        };
        let long = run.len() >= 3 || (run.len() == 2 && there.len() <= 4);
        if long && (*low > 0 || *high < 0) && 2 * (high - low) <= low.abs().min(high.abs()) {
            run.iter().for_each(|k| out[*k] = 0);
        }
    }
    out
}

fn check(mut looks: Vec<LookPixels>, roles: &Roles, options: &Clean) {
    let (expected, chosen) = by_definition(&looks, roles, options);
    let got = select(&mut looks, roles, options);
    looks.sort_by_key(|l| l.number);
    assert_eq!(got.grade, chosen.grade);
    assert_eq!(got.rejected, chosen.rejected);
    for (got, expected) in looks.iter().zip(&expected) {
        assert_eq!(got.bands, expected.bands, "look {}", got.number);
    }
}

/// Ground that is nearly the same each time, with clouds, shadows, holes and lasting change here and there.
fn series(count: usize, pixels: usize, seed: u64) -> Vec<LookPixels> {
    let mut next = noise(seed);
    let mut looks = Vec::new();
    for k in 0..count {
        let mut bands = vec![vec![0; pixels]; 4];
        let mut distance = vec![0; pixels];
        for at in 0..pixels {
            let what = next() % 16;
            let add: [i32; 4] = match what {
                0 => [900, 850, 800, 700],
                1 => [200, 180, 150, 90],
                2 => [-60, -70, -80, -1500],
                3 if at.is_multiple_of(3) => [0; 4],
                _ if at.is_multiple_of(5) && 2 * k >= count => [2000, 2000, 1990, 900],
                _ if at % 5 == 1 && 2 * k >= count => [-80, -90, -90, -2500],
                _ => [0; 4],
            };
            for (band, ground) in [300, 500, 400, 3200].into_iter().enumerate() {
                let pixel = (ground + add[band] + i32::from(next() % 40)).max(1) as u16;
                bands[band][at] = if what == 15 && (next().is_multiple_of(4) || at.is_multiple_of(2)) { 0 } else { pixel };
            }
            distance[at] = [0, 3, 6, 7, 20, 37, 60, 255][usize::from(next() % 8)];
        }
        looks.push(look(k + 1, bands, distance));
    }
    looks
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..Default::default() })]
    #[test]
    fn choosing_is_what_the_definition_says(
        count in 1usize..14, pixels in prop_oneof![1usize..200, 2040usize..2060], seed: u64, screen: bool, unknown: bool,
        grades in prop_oneof![Just(vec![36, 18, 6, 0]), Just(vec![]), Just(vec![12]), Just(vec![36, 6])],
        roles in prop_oneof![
            Just(FOUR), Just(Roles { red: None, ..FOUR }), Just(Roles { blue: None, ..FOUR }), Just(Roles { nir: None, ..FOUR }),
            Just(Roles { nir: Some(3), ..Default::default() }), Just(Roles { swir: Some(0), nir: Some(3), ..Default::default() }),
            Just(Roles::default()),
        ],
    ) {
        let mut looks = series(count, pixels, seed);
        if unknown {
            looks[0].distance.clear();
        }
        looks.rotate_left(seed as usize % count);
        check(looks, &roles, &Clean { grades, screen });
    }

    #[test]
    fn order_and_hidden_looks_and_blocks_do_not_matter(count in 2usize..9, seed: u64, turn in 0usize..9) {
        let (width, height) = (48, 30);
        let looks = series(count, width * height, seed);
        let whole = cleaned(looks.clone(), width, (0, 0), (width, height), None);
        let mut turned = looks.clone();
        turned.rotate_left(turn % count);
        prop_assert_eq!(&cleaned(turned, width, (0, 0), (width, height), None), &whole);
        let mut more = looks.clone();
        more.push(look(count + 1, vec![vec![9000; width * height]; 4], vec![0; width * height]));
        more.push(look(count + 2, vec![vec![0; width * height]; 4], vec![255; width * height]));
        prop_assert_eq!(&cleaned(more, width, (0, 0), (width, height), None)[..count], &whole[..]);
        let corrections = estimate(&looks, width, 120.0, &FOUR);
        for (column, row, w, h) in [(0, 0, 17, 30), (17, 0, 31, 11), (17, 11, 31, 19)] {
            let cut = |v: &[u16]| -> Vec<u16> { (row..row + h).flat_map(|r| v[r * width + column..][..w].to_vec()).collect() };
            let part = |l: &LookPixels| LookPixels {
                bands: l.bands.iter().map(|b| cut(b)).collect(),
                distance: (row..row + h).flat_map(|r| l.distance[r * width + column..][..w].to_vec()).collect(),
                ..l.clone()
            };
            let got = cleaned(looks.iter().map(part).collect(), w, (column, row), (width, height), Some(&corrections));
            for (got, whole) in got.iter().zip(&whole) {
                let expected: Vec<Vec<u16>> = whole.bands.iter().map(|b| cut(b)).collect();
                prop_assert_eq!(&got.bands, &expected);
            }
        }
    }
}

/// Balanced and chosen, in order of number.
fn cleaned(
    mut looks: Vec<LookPixels>,
    width: usize,
    at: (usize, usize),
    whole: (usize, usize),
    known: Option<&[Correction]>,
) -> Vec<LookPixels> {
    let found = known.map_or_else(|| estimate(&looks, width, 120.0, &FOUR), <[_]>::to_vec);
    let place = Place { column: at.0 as u32, row: at.1 as u32, width: width as u32, whole: (whole.0 as u32, whole.1 as u32) };
    looks.iter_mut().zip(&found).for_each(|(look, correction)| correction.apply(look, place));
    select(&mut looks, &FOUR, &Clean::new(&[720.0, 360.0, 120.0, 0.0], true));
    looks.sort_by_key(|l| l.number);
    looks
}

/// A look at 60 x 60 pixels of varied ground, and its ground's amount added to each band.
fn ground(number: usize, add: [i32; 4], seed: u64) -> LookPixels {
    let mut next = noise(seed);
    let mut band = |level: i32, add: i32| (0..3600).map(|_| (level + i32::from(next() % 200) + add).max(1) as u16).collect();
    let bands = [300, 500, 400, 3000].iter().zip(add).map(|(level, add)| band(*level, add)).collect();
    look(number, bands, Vec::new())
}

#[test]
fn one_clear_look_comes_out_as_it_went_in() {
    let one = ground(1, [0; 4], 5);
    assert_eq!(cleaned(vec![one.clone()], 60, (0, 0), (60, 60), None), std::slice::from_ref(&one));
    let hidden = |n| look(n, vec![vec![8000; 3600]; 4], vec![0; 3600]);
    let got = cleaned(vec![hidden(2), one.clone(), hidden(3)], 60, (0, 0), (60, 60), None);
    assert_eq!(got[0], one);
    assert!(got[1..].iter().all(|l| l.bands.iter().flatten().all(|v| *v == 0)));
}

#[test]
fn offsets_of_copies_are_found_and_move_nothing_together() {
    let adds = [[30, 20, 10, -100], [-40, -25, -15, 60], [110, 75, 45, 240], [0, 0, 0, 0], [-100, -70, -40, -200]];
    let looks: Vec<LookPixels> = adds.iter().enumerate().map(|(k, add)| ground(k + 1, *add, 7)).collect();
    let found = estimate(&looks, 60, 120.0, &FOUR);
    for band in 0..4 {
        let mean: i32 = adds.iter().map(|a| a[band]).sum::<i32>() / 5;
        for (found, add) in found.iter().zip(adds) {
            let (found, expected) = (&found.bands[band], add[band] - mean);
            assert!((i32::from(found.offset) - expected).abs() <= 1, "{band}: {} and {expected}", found.offset);
            assert!(found.rim.iter().chain(&found.cells).all(|v| v.abs() <= 1), "{found:?}");
        }
    }
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Correction>>(&text).unwrap(), found);
}

#[test]
fn balance_never_makes_nor_takes_pixels() {
    let mut looks = series(4, 900, 3);
    let before = looks.clone();
    let field = balance::Field { offset: 400, rim: vec![300, 200, 100, 50, 0], cells: vec![300, -500, 20, 7], columns: 2 };
    let correction = Correction { number: 1, bands: vec![field; 4] };
    for (look, before) in looks.iter_mut().zip(&before) {
        correction.apply(look, Place { column: 0, row: 0, width: 30, whole: (30, 30) });
        for (now, then) in look.bands.iter().flatten().zip(before.bands.iter().flatten()) {
            assert_eq!(*now == 0, *then == 0);
        }
    }
    assert_ne!(looks, before);
}

#[test]
fn the_glow_around_cloud_is_taken_off() {
    let mut looks: Vec<LookPixels> = (0..5).map(|k| ground(k + 1, [0; 4], 11)).collect();
    for (k, look) in looks.iter_mut().enumerate() {
        // The nearer to the look's own edge column the brighter.
        let edge = k * 12;
        look.distance = (0..3600).map(|at| ((at % 60usize).abs_diff(edge) * 6).min(255) as u8).collect();
        for (at, distance) in look.distance.clone().into_iter().enumerate() {
            let glow = 300u16.saturating_sub(u16::from(distance) * 6);
            look.bands.iter_mut().for_each(|b| b[at] += glow);
        }
    }
    let truth = ground(1, [0; 4], 11);
    let wrong = |looks: &[LookPixels]| {
        let near: Vec<u64> = looks
            .iter()
            .flat_map(|l| {
                (0..3600).filter(|at| (6..=18).contains(&l.distance[*at])).map(|at| u64::from(l.bands[0][at].abs_diff(truth.bands[0][at])))
            })
            .collect();
        near.iter().sum::<u64>() / near.len() as u64
    };
    let before = wrong(&looks);
    let found = estimate(&looks, 60, 120.0, &FOUR);
    looks.iter_mut().zip(&found).for_each(|(l, c)| c.apply(l, Place { column: 0, row: 0, width: 60, whole: (60, 60) }));
    assert!(wrong(&looks) * 2 < before, "{} of {before}", wrong(&looks));
}

#[test]
fn what_lasts_is_the_ground() {
    let wheat = [400, 700, 500, 3600];
    for (name, after) in [
        ("harvest", [700, 1000, 1300, 2600]),
        ("snow", [7000, 7100, 7000, 6500]),
        ("flood", [420, 600, 450, 500]),
        ("burnt", [350, 450, 520, 1100]),
    ] {
        for (count, changes) in [(6, 3), (8, 4), (7, 3), (9, 5), (4, 2)] {
            for melting in [false, true] {
                let mut next = noise(count as u64);
                let looks: Vec<LookPixels> = (0..count)
                    .map(|k| {
                        let now = if (k >= changes) != melting { after } else { wheat };
                        look(k + 1, now.map(|v| vec![v + next() % 30; 1]).to_vec(), vec![255])
                    })
                    .collect();
                let mut kept = looks.clone();
                let chosen = select(&mut kept, &FOUR, &Clean::new(&[120.0, 0.0], true));
                assert_eq!(chosen.rejected, [0], "{name}, {changes} of {count}, {melting}");
                assert_eq!(kept, looks);
            }
        }
    }
}

#[test]
fn clouds_and_shadows_that_masks_miss_are_dropped_and_clear_ground_is_not() {
    let mut next = noise(42);
    let pixels = 4000;
    let ground: Vec<[i32; 4]> = (0..pixels)
        .map(|_| {
            let green = i32::from(next() % 1000);
            [200 + i32::from(next() % 500), 400 + i32::from(next() % 500), 200 + (1000 - green), 1200 + 3 * green]
        })
        .collect();
    let mut hidden = vec![vec![false; pixels]; 8];
    let mut looks: Vec<LookPixels> = (0..8)
        .map(|k| {
            let mut bands = vec![vec![0; pixels]; 4];
            for at in 0..pixels {
                let (what, share) = (next() % 100, 4 + i32::from(next() % 60));
                hidden[k][at] = what < 14;
                for band in 0..4 {
                    let clear = ground[at][band] + i32::from(next() % 60) - 30;
                    let seen = match what {
                        0..10 => clear + (9000 - clear) * share / 100,
                        10..14 => clear * if band == 3 { 55 } else { 75 } / 100,
                        _ => clear,
                    };
                    bands[band][at] = seen.max(1) as u16;
                }
            }
            look(k + 1, bands, vec![255; pixels])
        })
        .collect();
    select(&mut looks, &FOUR, &Clean::new(&[720.0, 0.0], true));
    let (mut found, mut missed, mut lost, mut kept) = (0, 0, 0, 0);
    for (look, hidden) in looks.iter().zip(&hidden) {
        for (pixel, hidden) in look.bands[0].iter().zip(hidden) {
            match (*hidden, *pixel == 0) {
                (true, true) => found += 1,
                (true, false) => missed += 1,
                (false, true) => lost += 1,
                (false, false) => kept += 1,
            }
        }
    }
    assert!(found * 5 > (found + missed) * 4, "{found} found, {missed} missed");
    assert!(lost * 100 < (lost + kept) * 3, "{lost} lost of {kept}");
}
