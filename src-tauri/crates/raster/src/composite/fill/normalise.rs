//! What brings other looks to the level of the kept one.

use super::{FillCorrection, Helper, LEAST_NOISE, RIM, UNKNOWN_NOISE, corrected, distance, mean, screened, whole};
use crate::composite::LookPixels;
use crate::composite::clean::Roles;

/// Pixels farther than this (in distance bytes: 120 m) from cloud say what the ground looks like.
const WARY: u8 = 6;
/// Context of the kept look: farther than 720 m from cloud, or 240 m where that leaves too little.
const CONTEXT: [u8; 2] = [36, RIM];
/// Fewer pixels than these say nothing.
const LEAST_PIXELS: usize = 300;
/// Half the side, in metres, of the square over which haze is averaged.
const HAZE_M: f64 = 420.0;
/// Share of the context that is clearer than the level which looks are brought to.
const CLEAREST: f64 = 0.07;
/// The part of the context, by haze, that tells how bands depend on haze.
const HAZE_RANGE: (f64, f64) = (0.05, 0.8);
const HAZE_STEPS: usize = 10;

/// Finds a correction for each of `others`, on coarse pixels (100 to 240 m) of the whole area, `width` in a row and `pixel_m` metres wide.
/// The looks hold reflectance x 10 000, as their masks leave them; `screen` as it will be for [`fill`](super::fill).
///
/// The looks are first brought to their own common level, then together to that of the target, by one number per band, for the level of all
/// is better known than that of each. Clear pixels of the target hold haze, which the filled ones shall not have; so where blue and red are
/// known, the level is that of its clearest places: the differences of all bands are taken as linear in haze (blue - red / 2, averaged over
/// 0.8 km), and read off where only few places are clearer.
///
/// # Panics
/// When looks differ in their number of bands or pixels, or a role names a band that is not there.
pub fn normalise(
    target: &LookPixels,
    others: &[LookPixels],
    width: usize,
    pixel_m: f64,
    roles: &Roles,
    screen: bool,
) -> Vec<FillCorrection> {
    let mut by_number: Vec<&LookPixels> = others.iter().collect();
    by_number.sort_by_key(|look| look.number);
    let correction = |(look, offset): (&&LookPixels, Vec<i32>)| FillCorrection { number: look.number, offset, noise: noise(target, look) };
    let mut found: Vec<FillCorrection> = by_number.iter().zip(common_level(&by_number, target.bands.len())).map(correction).collect();
    let (prepared, _) = screened(&corrected(others, &found), roles, screen);
    let level = level(target, &Helper::all(&prepared, &found, target.about.day), width, pixel_m, roles);
    for correction in &mut found {
        correction.offset.iter_mut().zip(&level).for_each(|(offset, level)| *offset += level);
    }
    found
}

/// What each look lacks to the middle of all, for each band.
fn common_level(looks: &[&LookPixels], bands: usize) -> Vec<Vec<i32>> {
    let pixels = looks.first().and_then(|l| l.bands.first()).map_or(0, Vec::len);
    let mut offsets = vec![vec![0; bands]; looks.len()];
    // the clear ones of a hazy series lie low, so it begins there; once looks agree, the middle is steadier
    for (part, of) in [(3, 10), (1, 2)] {
        let mut differences = vec![vec![Vec::new(); bands]; looks.len()];
        let mut values = Vec::with_capacity(looks.len());
        for at in 0..pixels {
            let there: Vec<usize> = (0..looks.len()).filter(|i| whole(looks[*i], at) && distance(looks[*i], at) > WARY).collect();
            if there.len() < 2 {
                continue;
            }
            for band in 0..bands {
                values.clear();
                values.extend(there.iter().map(|i| i32::from(looks[*i].bands[band][at]) + offsets[*i][band]));
                values.sort_unstable();
                let centre = between(&values, part, of);
                for i in there.iter().filter(|i| distance(looks[**i], at) > RIM) {
                    differences[*i][band].push(centre - i32::from(looks[*i].bands[band][at]));
                }
            }
        }
        for (offsets, differences) in offsets.iter_mut().zip(&mut differences) {
            for (offset, differences) in offsets.iter_mut().zip(differences) {
                if differences.len() >= LEAST_PIXELS {
                    *offset = median(differences);
                }
            }
        }
    }
    offsets
}

/// The quantile `part / of` of sorted values, linear between neighbours, rounded down.
fn between(sorted: &[i32], part: usize, of: usize) -> i32 {
    let place = part * (sorted.len() - 1);
    let (below, rest) = (place / of, (place % of) as i32);
    let (low, high) = (sorted[below], sorted[(below + 1).min(sorted.len() - 1)]);
    low + (high - low) * rest / of as i32
}

/// The lower of the middle ones.
fn median(values: &mut [i32]) -> i32 {
    if values.is_empty() {
        return 0;
    }
    let middle = (values.len() - 1) / 2;
    *values.select_nth_unstable(middle).1
}

/// How far a look lies from the target where both are clear, its median difference apart.
fn noise(target: &LookPixels, look: &LookPixels) -> Vec<u16> {
    let clear = |l: &LookPixels, at: usize| whole(l, at) && distance(l, at) > RIM;
    let pixels = target.bands.first().map_or(0, Vec::len);
    let both: Vec<usize> = (0..pixels).filter(|at| clear(target, *at) && clear(look, *at)).collect();
    let of_band = |(a, b): (&Vec<u16>, &Vec<u16>)| {
        let mut differences: Vec<i32> = both.iter().map(|at| i32::from(a[*at]) - i32::from(b[*at])).collect();
        let middle = median(&mut differences);
        differences.iter_mut().for_each(|d| *d = (*d - middle).abs());
        u16::try_from(median(&mut differences)).unwrap_or(u16::MAX).max(LEAST_NOISE)
    };
    if both.len() < LEAST_PIXELS {
        vec![UNKNOWN_NOISE; target.bands.len()]
    } else {
        target.bands.iter().zip(&look.bands).map(of_band).collect()
    }
}

/// What the other looks together lack to the target, for each band; zeros where there is no context to tell.
fn level(target: &LookPixels, helpers: &[Helper], width: usize, pixel_m: f64, roles: &Roles) -> Vec<i32> {
    let bands = target.bands.len();
    for beyond in CONTEXT {
        let mut context = Context { places: Vec::new(), differences: vec![Vec::new(); bands] };
        let mut filled = vec![0; bands];
        for at in 0..target.bands.first().map_or(0, Vec::len) {
            if whole(target, at) && distance(target, at) > beyond && mean(helpers, at, &mut filled).is_some() {
                context.places.push(at);
                for (band, differences) in context.differences.iter_mut().enumerate() {
                    differences.push(i32::from(target.bands[band][at]) - i32::from(filled[band]));
                }
            }
        }
        if context.places.len() >= LEAST_PIXELS {
            let pixels = target.bands.first().map_or(0, Vec::len);
            return match (roles.blue, roles.red) {
                (Some(blue), Some(red)) => context.at_the_clearest(blue, red, pixels, width, pixel_m),
                _ => context.differences.iter_mut().map(|d| median(d)).collect(),
            };
        }
    }
    vec![0; bands]
}

/// Where the target is far from cloud, and what it differs there from the others.
struct Context {
    places: Vec<usize>,
    /// For each band, by place.
    differences: Vec<Vec<i32>>,
}

impl Context {
    fn at_the_clearest(&self, blue: usize, red: usize, pixels: usize, width: usize, pixel_m: f64) -> Vec<i32> {
        let haze = self.haze(blue, red, pixels, width, (HAZE_M / pixel_m.max(1.0)).round() as usize);
        let mut order: Vec<usize> = (0..haze.len()).collect();
        order.sort_by(|a, b| haze[*a].total_cmp(&haze[*b]).then(a.cmp(b)));
        let share = |share: f64| ((haze.len() - 1) as f64 * share) as usize;
        let (from, to) = (share(HAZE_RANGE.0), share(HAZE_RANGE.1));
        let wanted = haze[order[share(CLEAREST)]];
        let steps: Vec<&[usize]> =
            (0..HAZE_STEPS).map(|n| &order[from + (to - from) * n / HAZE_STEPS..from + (to - from) * (n + 1) / HAZE_STEPS]).collect();
        let hazes: Vec<f64> = steps.iter().map(|step| haze[step[step.len() / 2]]).collect();
        let middle = hazes.iter().sum::<f64>() / HAZE_STEPS as f64;
        let spread: f64 = hazes.iter().map(|h| (h - middle) * (h - middle)).sum();
        let of_band = |differences: &Vec<i32>| {
            let medians: Vec<f64> =
                steps.iter().map(|step| f64::from(median(&mut step.iter().map(|i| differences[*i]).collect::<Vec<_>>()))).collect();
            let mean = medians.iter().sum::<f64>() / HAZE_STEPS as f64;
            let together: f64 = hazes.iter().zip(&medians).map(|(h, m)| (h - middle) * (m - mean)).sum();
            let slope = if spread > 0.0 { together / spread } else { 0.0 };
            (mean + slope * (wanted - middle)).round() as i32
        };
        self.differences.iter().map(of_band).collect()
    }

    /// Blue - red / 2 of the difference at each place, averaged over the places in a square around it.
    fn haze(&self, blue: usize, red: usize, pixels: usize, width: usize, reach: usize) -> Vec<f64> {
        let height = pixels.checked_div(width).unwrap_or(0);
        // sums over all pixels above and to the left, of twice the haze and of places
        let mut sums = vec![(0i64, 0i64); (width + 1) * (height + 1)];
        for (i, at) in self.places.iter().enumerate() {
            let of = (i64::from(2 * self.differences[blue][i] - self.differences[red][i]), 1);
            sums[(at / width + 1) * (width + 1) + at % width + 1] = of;
        }
        for y in 1..=height {
            for x in 1..=width {
                let at = y * (width + 1) + x;
                let (left, above, both) = (sums[at - 1], sums[at - width - 1], sums[at - width - 2]);
                sums[at].0 += left.0 + above.0 - both.0;
                sums[at].1 += left.1 + above.1 - both.1;
            }
        }
        let around = |at: &usize| {
            let (x, y) = (at % width, at / width);
            let (left, right) = (x.saturating_sub(reach), (x + reach + 1).min(width));
            let (top, bottom) = (y.saturating_sub(reach), (y + reach + 1).min(height));
            let corner = |x: usize, y: usize| sums[y * (width + 1) + x];
            let part = |f: fn((i64, i64)) -> i64| {
                f(corner(right, bottom)) - f(corner(left, bottom)) - f(corner(right, top)) + f(corner(left, top))
            };
            part(|c| c.0) as f64 / 2.0 / part(|c| c.1) as f64
        };
        self.places.iter().map(around).collect()
    }
}
