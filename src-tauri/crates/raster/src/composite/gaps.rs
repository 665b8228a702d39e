//! Pixels for which the period has no clear look.
//!
//! They stay empty unless the recipe asks for more; then they come from looks in a wider period around it, and are marked, each kind with a
//! number of its own (see [`how`](super::fill::how)). A pixel that has a value never changes. The first three methods never look at
//! neighbours; [`GapMethod::Similar`] looks [`SIMILAR_MARGIN`] pixels far, and a block that carries that margin gets the pixels that the
//! whole image would.

mod in_time;
mod similar;
mod smooth;
#[cfg(test)]
mod tests;

use super::fill::how;
use super::{Composite, LookPixels};

/// How a gap is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapMethod {
    /// The clear look nearest in time; of two the earlier one.
    Nearest,
    /// Linear in time between the nearest clear looks before and after; where one side has none, the nearest.
    Linear,
    /// A smooth curve through all clear looks (Whittaker's); with fewer than three days of them, or outside of them, as linear.
    Smooth,
    /// Neighbours that look alike on the clear look nearest in time tell what it differs by; where they are too few, the nearest.
    Similar,
}

/// Pixels around a block that [`GapMethod::Similar`] needs.
pub const SIMILAR_MARGIN: usize = 24;

/// Fills the pixels of an image that lack a band, from looks in and around its period.
///
/// `how` tells how each pixel came to be, and is written where a gap was filled; so is the image's `source`, while its `count` of clear looks
/// in the period stays. `looks` are as their masks leave them, brought to one level if the image was; `day` (days since 1970-01-01) is the
/// middle of the period; `width` pixels make a row.
///
/// # Panics
/// When looks and image differ in their number of bands or pixels.
pub fn gaps(made: &mut Composite, how: &mut [u8], looks: &[LookPixels], day: i32, method: GapMethod, width: usize) {
    let (bands, pixels) = (made.bands.len(), made.bands.first().map_or(0, Vec::len));
    let equal = |l: &LookPixels| l.bands.len() == bands && l.bands.iter().all(|b| b.len() == pixels);
    assert!(looks.iter().all(equal) && how.len() == pixels, "looks of the image's shape");
    let mut looks: Vec<&LookPixels> = looks.iter().collect();
    looks.sort_by_key(|l| (l.about.day, l.number));
    let empty: Vec<usize> = (0..pixels).filter(|at| made.bands.iter().any(|band| band[*at] == 0)).collect();
    let series = in_time::Series { looks: &looks, day };
    let found: Vec<(usize, Found)> = match method {
        GapMethod::Nearest => empty.iter().filter_map(|at| Some((*at, series.nearest(*at)?))).collect(),
        GapMethod::Linear => empty.iter().filter_map(|at| Some((*at, series.linear(*at)?))).collect(),
        GapMethod::Smooth => empty.iter().filter_map(|at| Some((*at, smooth::smooth(&series, *at)?))).collect(),
        GapMethod::Similar if empty.is_empty() => Vec::new(),
        GapMethod::Similar => {
            let near = similar::Neighbours::new(&made.bands, width);
            empty.iter().filter_map(|at| Some((*at, near.similar(&series, *at)?))).collect()
        }
    };
    for (at, one) in found {
        made.bands.iter_mut().zip(&one.spectrum).for_each(|(band, value)| band[at] = *value);
        (how[at], made.source[at]) = (one.how, one.source);
    }
}

/// A pixel for a gap.
struct Found {
    spectrum: Vec<u16>,
    how: u8,
    /// Number of the look nearest in time, or that was the guide.
    source: u16,
}
