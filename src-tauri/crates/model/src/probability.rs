//! From probabilities to classes in the way of s2cloudless: average over a disk, compare, dilate by a disk.
//!
//! A disk of radius r holds the pixels with dx² + dy² <= r². Averages are taken over the measured pixels of the disk only, so that neither no
//! data nor the edge of the window pulls them down (s2cloudless mirrors the window at its edge instead). Probabilities are whole numbers here,
//! in units of 1/(2³² - 1): sums are exact, and a pixel comes out the same in whatever window it lies.

use swath_domain::{PixelClass, Stop};

use crate::ModelError;
use crate::card::Probability;

const ONE: f64 = u32::MAX as f64;

/// A probability between 0 and 1 as a whole number.
pub(crate) fn whole(probability: f64) -> u32 {
    (probability * ONE).round() as u32
}

/// Classes of a window. `values` are probabilities by [`whole`], `measured` tells where something was measured, `cancelled` is asked row by row.
pub(crate) fn classes(
    width: usize,
    values: &[u32],
    measured: impl Fn(usize) -> bool,
    card: &Probability,
    cancelled: impl Fn() -> Result<(), Stop<ModelError>>,
) -> Result<Vec<u8>, Stop<ModelError>> {
    let threshold = card.threshold * ONE;
    let mut high = vec![false; values.len()];
    let row = |y: usize| y * width..(y + 1) * width;
    over_disks(
        width,
        values.len(),
        card.average_radius,
        |at| measured(at).then(|| values[at]),
        |y, sums| {
            for (high, (sum, count)) in high[row(y)].iter_mut().zip(sums) {
                *high = *count > 0 && *sum as f64 > threshold * f64::from(*count);
            }
            cancelled()
        },
    )?;
    let mut classes = vec![PixelClass::NoData as u8; values.len()];
    over_disks(
        width,
        values.len(),
        card.dilate_radius,
        |at| (high[at] && measured(at)).then_some(0),
        |y, sums| {
            for (at, (_, count)) in row(y).zip(sums) {
                if measured(at) {
                    classes[at] = if *count > 0 { card.class } else { PixelClass::Clear } as u8;
                }
            }
            cancelled()
        },
    )?;
    Ok(classes)
}

/// Gives row by row, for every pixel, the sum and the number of the values in the disk around it.
///
/// Each row of the disk is a difference of two running sums, so that the work grows with the radius and not with its square.
fn over_disks<E>(
    width: usize,
    pixels: usize,
    radius: usize,
    value: impl Fn(usize) -> Option<u32>,
    mut row_done: impl FnMut(usize, &[(u64, u32)]) -> Result<(), E>,
) -> Result<(), E> {
    let height = pixels / width;
    let reach: Vec<usize> = (0..=radius).map(|dy| (radius * radius - dy * dy).isqrt()).collect();
    // Running sums of the rows that the disk touches: row y lies at y modulo their number.
    let mut running = vec![vec![(0, 0); width + 1]; 2 * radius + 1];
    let rows = running.len();
    let mut sums = vec![(0, 0); width];
    let mut next = 0;
    for y in 0..height {
        while next < height && next <= y + radius {
            let line = &mut running[next % rows];
            for x in 0..width {
                let (sum, count): (u64, u32) = line[x];
                line[x + 1] = value(next * width + x).map_or((sum, count), |value| (sum + u64::from(value), count + 1));
            }
            next += 1;
        }
        sums.fill((0, 0));
        for other in y.saturating_sub(radius)..(y + radius + 1).min(height) {
            let (line, reach) = (&running[other % rows], reach[other.abs_diff(y)]);
            for (x, (sum, count)) in sums.iter_mut().enumerate() {
                let (from, to) = (line[x.saturating_sub(reach)], line[(x + reach + 1).min(width)]);
                *sum += to.0 - from.0;
                *count += to.1 - from.1;
            }
        }
        row_done(y, &sums)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
