//! What holds for every method.

use proptest::prelude::*;

use super::some::*;
use super::*;

/// Looks of the case in the order given, composed.
fn made(method: &Method, looks: &[LookPixels], order: impl IntoIterator<Item = usize>, at_most: Option<u16>) -> Composite {
    let mut composer = Composer::new(method, looks[0].bands.len(), looks[0].bands[0].len()).at_most(at_most).spread(true);
    order.into_iter().for_each(|k| composer.feed(looks[k].clone()));
    composer.finish()
}

fn all(method: &Method, looks: &[LookPixels]) -> Composite {
    made(method, looks, 0..looks.len(), None)
}

/// The pixels from `from` to `to` of a composite.
fn part(of: &Composite, from: usize, to: usize) -> Composite {
    let cut = |v: &Vec<u16>| v[from..to].to_vec();
    Composite {
        bands: of.bands.iter().map(cut).collect(),
        count: cut(&of.count),
        source: cut(&of.source),
        score: of.score.as_ref().map(cut),
        day_span: of.day_span.as_ref().map(cut),
        dispersion: of.dispersion.as_ref().map(cut),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..Default::default() })]

    #[test]
    fn nodata_is_never_invented_nor_lost(case in cases()) {
        for (method, looks) in case.with_every_method() {
            let got = all(&method, &looks);
            let (bands, pixels) = (got.bands.len(), got.count.len());
            for at in 0..pixels {
                let whole = looks.iter().filter(|l| is_whole(l, at)).count();
                prop_assert_eq!(usize::from(got.count[at]), whole);
                for band in 0..bands {
                    let any = if by_band(&method) { looks.iter().any(|l| l.bands[band][at] != 0) } else { whole > 0 };
                    prop_assert_eq!(got.bands[band][at] != 0, any, "{:?} at {}", method, at);
                }
                let mixed = matches!(method, Method::Mean | Method::WeightedMean(_)) && whole > 1;
                prop_assert_eq!(got.source[at] != 0, whole > 0 && !mixed, "{:?}", method);
                prop_assert!(got.score.as_ref().is_none_or(|s| (s[at] != 0) == (whole > 0)));
            }
        }
    }

    #[test]
    fn the_order_of_feeding_does_not_matter(case in cases(), turn in 0usize..9) {
        for (method, looks) in case.with_every_method() {
            if method == Method::FirstClear {
                continue;
            }
            let turned = (0..looks.len()).map(|k| looks.len() - 1 - (k + turn) % looks.len());
            prop_assert_eq!(all(&method, &looks), made(&method, &looks, turned, None), "{:?}", method);
        }
    }

    #[test]
    fn a_look_without_a_clear_pixel_changes_nothing(case in cases()) {
        for (method, mut looks) in case.with_every_method() {
            let before = all(&method, &looks);
            let cloudy = LookPixels { number: 99, bands: vec![vec![0; before.count.len()]; before.bands.len()], ..looks[0].clone() };
            looks.insert(0, cloudy);
            prop_assert_eq!(before, all(&method, &looks), "{:?}", method);
        }
    }

    #[test]
    fn one_clear_scene_gives_that_scene(case in cases()) {
        for (method, looks) in case.with_every_method() {
            let got = all(&method, &looks[..1]);
            for at in 0..got.count.len() {
                for (band, look) in got.bands.iter().zip(&looks[0].bands) {
                    let expected = if by_band(&method) || is_whole(&looks[0], at) { look[at] } else { 0 };
                    prop_assert_eq!(band[at], expected, "{:?}", method);
                }
            }
        }
    }

    #[test]
    fn pixels_that_are_taken_whole_are_those_of_their_source(case in cases()) {
        for (method, looks) in case.with_every_method() {
            if !matches!(method, Method::FirstClear | Method::MaxIndex { .. } | Method::Medoid | Method::BestPixel(_)) {
                continue;
            }
            let got = all(&method, &looks);
            for at in 0..got.count.len() {
                match looks.iter().find(|l| l.number == got.source[at]) {
                    Some(look) => prop_assert!(look.bands.iter().zip(&got.bands).all(|(l, g)| l[at] == g[at]), "{:?}", method),
                    None => prop_assert!(got.bands.iter().all(|g| g[at] == 0)),
                }
            }
        }
    }

    #[test]
    fn pixels_do_not_depend_on_their_neighbours(case in cases(), cut in 0usize..150) {
        for (method, looks) in case.with_every_method() {
            let whole = all(&method, &looks);
            let pixels = whole.count.len();
            let cut = cut.min(pixels);
            for (from, to) in [(0, cut), (cut, pixels)] {
                let few: Vec<LookPixels> = looks
                    .iter()
                    .map(|l| LookPixels {
                        bands: l.bands.iter().map(|b| b[from..to].to_vec()).collect(),
                        distance: l.distance.get(from..to).unwrap_or_default().to_vec(),
                        ..l.clone()
                    })
                    .collect();
                prop_assert_eq!(part(&whole, from, to), all(&method, &few), "{:?}", method);
            }
        }
    }

    #[test]
    fn a_pixel_takes_no_more_looks_than_it_may(case in cases(), most in 1u16..4) {
        for (method, looks) in case.with_every_method() {
            let pixels = looks[0].bands[0].len();
            let got = made(&method, &looks, 0..looks.len(), Some(most));
            // The same by leaving the looks out by hand, pixel by pixel.
            let mut have = vec![0; pixels];
            let mut few = looks.clone();
            for look in &mut few {
                for (at, have) in have.iter_mut().enumerate() {
                    let whole = is_whole(look, at);
                    if *have >= most {
                        look.bands.iter_mut().for_each(|b| b[at] = 0);
                    } else if whole {
                        *have += 1;
                    }
                }
            }
            prop_assert_eq!(got, all(&method, &few), "{:?}", method);
        }
    }

    #[test]
    fn done_means_that_nothing_changes_any_more(case in cases(), most in 1u16..4) {
        for (method, looks) in case.with_every_method() {
            for at_most in [None, Some(most)] {
                let pixels = looks[0].bands[0].len();
                let mut composer = Composer::new(&method, looks[0].bands.len(), pixels).at_most(at_most);
                let fed = looks.iter().take_while(|look| {
                    let go_on = !composer.is_done();
                    if go_on {
                        composer.feed((*look).clone());
                    }
                    go_on
                }).count();
                let enough = if method == Method::FirstClear { Some(1) } else { at_most };
                let seen = |at: usize| looks[..fed].iter().filter(|l| is_whole(l, at)).count();
                prop_assert_eq!(composer.is_done(), enough.is_some_and(|n| (0..pixels).all(|at| seen(at) >= usize::from(n))));
                prop_assert_eq!(composer.finish().bands, made(&method, &looks, 0..looks.len(), at_most).bands, "{:?}", method);
            }
        }
    }

    #[test]
    fn spans_and_dispersions_agree_with_the_definition(case in cases()) {
        for (method, looks) in case.with_every_method() {
            let got = all(&method, &looks);
            let span = got.day_span.as_ref().unwrap();
            for at in 0..got.count.len() {
                let whole: Vec<&LookPixels> = looks.iter().filter(|l| is_whole(l, at)).collect();
                let days = || whole.iter().map(|l| l.about.day);
                prop_assert_eq!(i32::from(span[at]), days().max().unwrap_or(0) - days().min().unwrap_or(0));
                if let Some(dispersion) = &got.dispersion {
                    let far = |l: &LookPixels| l.bands.iter().zip(&got.bands).map(|(b, g)| u32::from(b[at].abs_diff(g[at]))).sum::<u32>();
                    let mut far: Vec<u32> = whole.iter().map(|l| far(l) / got.bands.len() as u32 + 1).collect();
                    far.sort_unstable();
                    let n = far.len();
                    let middle = if n == 0 { 1.0 } else { f64::from(far[(n - 1) / 2] + far[n / 2]) / 2.0 };
                    prop_assert_eq!(f64::from(dispersion[at]), middle.round_ties_even() - 1.0);
                }
            }
        }
    }
}

#[test]
fn without_looks_there_is_nothing() {
    for method in every_method(2) {
        let got = Composer::new(&method, 2, 3).finish();
        assert_eq!((got.bands, got.count, got.source), (vec![vec![0; 3]; 2], vec![0; 3], vec![0; 3]), "{method:?}");
    }
}
