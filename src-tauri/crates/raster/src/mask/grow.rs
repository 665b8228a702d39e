//! Growing marked pixels by a disc, in time that does not depend on its size.

/// Pixels whose centre lies within `radius` metres of the centre of a seed. `metres` are the width and height of a pixel.
///
/// Two passes, and exact: down the columns for the distance to the nearest seed above or below, then along the rows, where a pixel with a
/// seed so many rows away covers as many neighbours as the disc is wide there.
pub(super) fn grow(seeds: &[bool], width: usize, metres: (f64, f64), radius: f64) -> Vec<bool> {
    // Decimal text on the way must not decide whether a neighbour at just this distance counts.
    let radius = radius * (1.0 + 1e-9);
    let height = seeds.len() / width.max(1);
    let most = ((radius / metres.1) as usize).min(height);
    let half_widths: Vec<usize> = (0..=most)
        .map(|rows| {
            let away = rows as f64 * metres.1;
            (((radius * radius - away * away).max(0.0).sqrt() / metres.0) as usize).min(width)
        })
        .collect();
    let far = most + 1;
    let mut rows_away = vec![far; seeds.len()];
    let mut above = vec![far; width];
    for (seeds, away) in seeds.chunks_exact(width).zip(rows_away.chunks_exact_mut(width)) {
        for ((seed, away), above) in seeds.iter().zip(away).zip(&mut above) {
            *above = if *seed { 0 } else { (*above + 1).min(far) };
            *away = *above;
        }
    }
    let mut below = vec![far; width];
    let mut grown = vec![false; seeds.len()];
    // Starts and ends of covered stretches in a row.
    let mut change = vec![0i32; width + 1];
    for (row, away) in rows_away.chunks_exact(width).enumerate().rev() {
        let seeds = &seeds[row * width..(row + 1) * width];
        change.fill(0);
        for (x, below) in below.iter_mut().enumerate() {
            *below = if seeds[x] { 0 } else { (*below + 1).min(far) };
            if let Some(half) = half_widths.get(away[x].min(*below)) {
                change[x.saturating_sub(*half)] += 1;
                change[(x + half + 1).min(width)] -= 1;
            }
        }
        let mut covered = 0;
        for (grown, change) in grown[row * width..(row + 1) * width].iter_mut().zip(&change) {
            covered += change;
            *grown = covered > 0;
        }
    }
    grown
}
