//! Whittaker's smoother: the curve z that is least in Σ w (y - z)² + λ ∫ z''², on the days that have looks and the day wanted.
//!
//! Second derivatives are taken by divided differences, since days lie apart as they please. The system W + λ D'D has five diagonals and is
//! solved by elimination without pivots, which is safe since it is positive definite.

use super::in_time::Series;
use super::{Found, how};

/// Days over which the curve smooths where a look comes every five days.
const DAYS: f64 = 20.0;
const LAMBDA: f64 = DAYS * DAYS * DAYS * DAYS / 5.0;

pub(super) fn smooth(series: &Series, at: usize) -> Option<Found> {
    let looks: Vec<_> = series.at(at).collect();
    let mut days: Vec<i32> = looks.iter().map(|l| l.about.day).collect();
    days.dedup();
    let inside = days.first().is_some_and(|first| *first <= series.day) && days.last().is_some_and(|last| *last >= series.day);
    if days.len() < 3 || !inside {
        return series.linear(at);
    }
    let wanted = days.partition_point(|d| *d < series.day);
    if days.get(wanted) != Some(&series.day) {
        days.insert(wanted, series.day);
    }
    let mut spectrum = Vec::with_capacity(looks[0].bands.len());
    for band in 0..looks[0].bands.len() {
        let (mut weights, mut sums) = (vec![0.0; days.len()], vec![0.0; days.len()]);
        let (mut least, mut most) = (u16::MAX, 0);
        for look in &looks {
            let (knot, value) = (days.partition_point(|d| *d < look.about.day), look.bands[band][at]);
            weights[knot] += 1.0;
            sums[knot] += f64::from(value);
            (least, most) = (least.min(value), most.max(value));
        }
        let curve = solve(&days, &weights, &sums, LAMBDA);
        // a curve may swing beyond what was ever seen
        spectrum.push(curve[wanted].round_ties_even().clamp(f64::from(least), f64::from(most)) as u16);
    }
    let source = looks.iter().min_by_key(|l| (series.away(l), l.about.day, l.number)).map_or(0, |l| l.number);
    Some(Found { spectrum, how: how::SMOOTH, source })
}

/// z of (W + λ D'D) z = `sums`, where W holds the weights and D the second divided differences of the days, each counted for the time it
/// stands for. `sums` are weights times values. At least three days, ascending, two of them with weight.
pub(super) fn solve(days: &[i32], weights: &[f64], sums: &[f64], lambda: f64) -> Vec<f64> {
    let n = days.len();
    // three of the five diagonals: the matrix is symmetric
    let (mut main, mut first, mut second) = (weights.to_vec(), vec![0.0; n], vec![0.0; n]);
    for i in 1..n - 1 {
        let (before, after) = (f64::from(days[i] - days[i - 1]), f64::from(days[i + 1] - days[i]));
        let span = before + after;
        let row = [2.0 / (before * span), -2.0 / (before * after), 2.0 / (after * span)];
        let times = lambda * span / 2.0;
        for (j, a) in row.iter().enumerate() {
            main[i - 1 + j] += times * a * a;
        }
        first[i - 1] += times * row[0] * row[1];
        first[i] += times * row[1] * row[2];
        second[i - 1] += times * row[0] * row[2];
    }
    let mut z = sums.to_vec();
    for i in 0..n {
        let (near, far) = (first[i] / main[i], second[i] / main[i]);
        if i + 1 < n {
            main[i + 1] -= near * first[i];
            first[i + 1] -= near * second[i];
            z[i + 1] -= near * z[i];
        }
        if i + 2 < n {
            main[i + 2] -= far * second[i];
            z[i + 2] -= far * z[i];
        }
    }
    for i in (0..n).rev() {
        let beyond = if i + 1 < n { first[i] * z[i + 1] } else { 0.0 } + if i + 2 < n { second[i] * z[i + 2] } else { 0.0 };
        z[i] = (z[i] - beyond) / main[i];
    }
    z
}
