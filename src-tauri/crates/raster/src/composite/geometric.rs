//! The geometric median: the point whose summed distance from all looks is least.
//!
//! The sum is convex, so there is one such point (but for looks on one straight line). It is found by Newton's steps from the median of
//! each band, guarded so that they cannot go astray:
//!
//! - A step that does not make the sum less is replaced by one of Weiszfeld's, which always does.
//! - A look that lies about as near as a step is long is tried itself: it is the answer where the unit vectors to all others sum up to no
//!   more than 1 (Vardi and Zhang, PNAS 2000; to m where m looks coincide), and else is left by their shortened step. It is there that the
//!   steps of Weiszfeld alone take hundreds of rounds.
//! - A pixel is done when a step is shorter than 0.05, in numbers of the bands; at most 300 rounds.
//!
//! Rounds are done in 32-bit floats for many pixels abreast (`lanes.rs`); a pixel that is done makes way for the next, so nobody waits for
//! the slowest. Where looks lie so nearly on a line that 32 bits do not tell where the least is, and where the lanes took too long, the
//! pixel is finished alone in 64 bits (`alone.rs`). What other pixels do has no influence on a pixel, so the way in which an image is cut
//! does not matter.

mod alone;
mod lanes;

use std::ops::Range;

use super::Look;
use lanes::{Group, LANES};

/// Geometric medians of some pixels, from the medians of each band in `out`. Where a look is not whole all its bands are 0. Inlined into one
/// function per kind of CPU.
#[inline(always)]
pub(crate) fn geometric_medians(looks: &[Look], here: Range<usize>, out: &mut [Vec<u16>]) {
    match out.len() {
        0 | 1 => {}
        2 => all::<2, 3>(looks, here, out),
        3 => all::<3, 6>(looks, here, out),
        4 => all::<4, 10>(looks, here, out),
        5 | 6 => all::<6, 21>(looks, here, out),
        7 | 8 => all::<8, 36>(looks, here, out),
        9 | 10 => all::<10, 55>(looks, here, out),
        11..=13 => all::<13, 91>(looks, here, out),
        _ => all::<32, 528>(looks, here, out),
    }
}

/// With room for `B` bands, and the B (B + 1) / 2 = `H` numbers of a symmetric matrix.
#[inline(always)]
fn all<const B: usize, const H: usize>(looks: &[Look], mut places: Range<usize>, out: &mut [Vec<u16>]) {
    let mut group = Group::<B, H>::new(looks.len(), out.len());
    let mut busy = [None; LANES];
    loop {
        for (lane, busy) in busy.iter_mut().enumerate() {
            if !group.is_done(lane) {
                continue;
            }
            if let Some(place) = busy.take() {
                group.store(lane, place, out);
            }
            *busy = places.by_ref().find(|place| group.load(lane, looks, *place, out));
        }
        if busy.iter().all(Option::is_none) {
            break;
        }
        group.round();
    }
}
