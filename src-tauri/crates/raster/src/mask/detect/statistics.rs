//! Order statistics of scenes, from evenly strewn samples.

/// So many samples settle any percentile of a scene to a tenth of a percent.
const SAMPLES: usize = 1 << 18;

/// Values of up to 262 144 evenly strewn pixels out of `count`, sorted; `value` leaves out what does not belong.
pub(super) fn sample(count: usize, value: impl Fn(usize) -> Option<f32>) -> Vec<f32> {
    // An odd step does not fall in step with the rows.
    let step = (count / SAMPLES).max(1) | 1;
    let mut values: Vec<f32> = (0..count).step_by(step).filter_map(value).collect();
    values.sort_unstable_by(f32::total_cmp);
    values
}

/// Quantile of sorted values, 0 to 1; `None` of nothing.
pub(super) fn quantile(sorted: &[f32], share: f64) -> Option<f32> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get((last as f64 * share).round() as usize).copied()
}
