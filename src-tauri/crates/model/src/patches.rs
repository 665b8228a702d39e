//! A scene seen patch by patch: where patches lie, and how their answers fade into each other.

use swath_domain::Stop;

use crate::ModelError;
use crate::card::Patch;

/// First pixels of the patches along one side: a stride apart, the last one moved back to end with the side.
pub(crate) fn starts(length: usize, patch: Patch) -> Vec<usize> {
    let (last, stride) = (length.saturating_sub(patch.size), patch.size - patch.overlap);
    let mut starts: Vec<usize> = (0..last).step_by(stride).collect();
    starts.push(last);
    starts
}

/// How much the answer for each pixel along the side of a patch counts: all of it in the middle, fading over the overlap.
///
/// A network knows least about the rim of its patch, where it sees only one side of a pixel's surroundings.
fn weights(patch: Patch) -> Vec<f32> {
    let most = patch.overlap + 1;
    (0..patch.size).map(|at| (at + 1).min(patch.size - at).min(most) as f32 / most as f32).collect()
}

/// Sum of the weights of all patches, for each pixel along a side.
fn totals(length: usize, starts: &[usize], weights: &[f32]) -> Vec<f32> {
    let mut totals = vec![0.0; length];
    for &start in starts {
        totals[start..].iter_mut().zip(weights).for_each(|(total, weight)| *total += weight);
    }
    totals
}

/// Runs through the patches of a window and hands out blended rows from top to bottom: the number of the row and its channels one after the
/// other, `width` numbers each.
///
/// `answer` fills the channels of the patch at (x, y), one after the other, or says that there is nothing to be seen. No more than one row of
/// patches is held.
pub(crate) fn blend(
    (width, height): (usize, usize),
    channels: usize,
    patch: Patch,
    mut answer: impl FnMut(usize, usize, &mut Vec<f32>) -> Result<bool, Stop<ModelError>>,
    mut row_done: impl FnMut(usize, &[f32]) -> Result<(), Stop<ModelError>>,
) -> Result<(), Stop<ModelError>> {
    let (across, down) = (starts(width, patch), starts(height, patch));
    let weights = weights(patch);
    let (over_x, over_y) = (totals(width, &across, &weights), totals(height, &down, &weights));
    let line = width * channels;
    let mut strip = vec![0.0; patch.size.min(height) * line];
    let mut channels_of_patch = Vec::new();
    for (row, &y) in down.iter().enumerate() {
        for &x in &across {
            if answer(x, y, &mut channels_of_patch)? {
                let visible = patch.size.min(width - x);
                for (channel, values) in channels_of_patch.chunks_exact(patch.size * patch.size).enumerate() {
                    for ((values, into), down) in values.chunks_exact(patch.size).zip(strip.chunks_exact_mut(line)).zip(&weights) {
                        let into = &mut into[channel * width + x..][..visible];
                        for ((into, value), across) in into.iter_mut().zip(values).zip(&weights) {
                            *into += value * across * down;
                        }
                    }
                }
            }
        }
        // What the next row of patches does not touch any more is ready.
        let ready = down.get(row + 1).unwrap_or(&height) - y;
        for (offset, numbers) in strip.chunks_exact_mut(line).take(ready).enumerate() {
            for channel in numbers.chunks_exact_mut(width) {
                channel.iter_mut().zip(&over_x).for_each(|(number, over)| *number /= over * over_y[y + offset]);
            }
            row_done(y + offset, numbers)?;
        }
        strip.copy_within(ready * line.., 0);
        let kept = strip.len() - ready * line;
        strip[kept..].fill(0.0);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_cover_every_pixel_and_end_with_the_side() {
        for (length, size, overlap, expected) in
            [(10, 4, 1, vec![0, 3, 6]), (11, 4, 1, vec![0, 3, 6, 7]), (4, 4, 1, vec![0]), (2, 4, 1, vec![0]), (5, 4, 0, vec![0, 1])]
        {
            assert_eq!(starts(length, Patch { size, overlap }), expected, "{length} by {size} less {overlap}");
        }
    }

    /// A constant answer stays that constant, and what comes from one patch only comes out as it is.
    #[test]
    fn weights_add_up() {
        for (width, height, size, overlap) in [(10, 7, 4, 1), (3, 9, 8, 3), (16, 16, 8, 3), (1, 1, 8, 0), (9, 8, 8, 2)] {
            let patch = Patch { size, overlap };
            let mut rows = Vec::new();
            let answer = |x: usize, y: usize, into: &mut Vec<f32>| {
                into.clear();
                into.extend((0..size * size).map(|_| 2.5));
                into.extend((0..size * size).map(|at| ((x + at % size) + 100 * (y + at / size)) as f32));
                Ok(true)
            };
            let take = |y: usize, row: &[f32]| {
                rows.push((y, row.to_vec()));
                Ok(())
            };
            blend((width, height), 2, patch, answer, take).unwrap();
            assert_eq!(rows.iter().map(|(y, _)| *y).collect::<Vec<_>>(), (0..height).collect::<Vec<_>>());
            for (y, row) in rows {
                for x in 0..width {
                    assert!((row[x] - 2.5).abs() < 1e-5, "{} at {x} {y}", row[x]);
                    assert!((row[width + x] - (x + 100 * y) as f32).abs() < 1e-2, "{} at {x} {y}", row[width + x]);
                }
            }
        }
    }
}
