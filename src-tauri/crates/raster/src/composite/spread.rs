//! How far the looks of a pixel lie apart, in days and in what they show.

use super::{Composite, LookPixels, PIECE, median};

/// First and last day of the whole looks so far.
#[derive(Debug)]
pub(super) struct Days {
    first: Vec<i32>,
    last: Vec<i32>,
}

impl Days {
    pub(super) fn new(pixels: usize) -> Self {
        Self { first: vec![i32::MAX; pixels], last: vec![i32::MIN; pixels] }
    }

    /// One more look; `whole` has all bits where it is whole, else none.
    pub(super) fn add(&mut self, day: i32, whole: &[u16]) {
        for ((first, last), whole) in self.first.iter_mut().zip(&mut self.last).zip(whole) {
            if *whole != 0 {
                (*first, *last) = ((*first).min(day), (*last).max(day));
            }
        }
    }

    pub(super) fn span(self) -> Vec<u16> {
        self.first.iter().zip(&self.last).map(|(first, last)| last.saturating_sub(*first).clamp(0, 65_535) as u16).collect()
    }
}

/// The median over whole looks of the mean absolute difference between their bands and the image's.
pub(super) fn dispersion(looks: &[LookPixels], made: &Composite) -> Vec<u16> {
    let mut all = vec![0; made.count.len()];
    let bands = made.bands.len().max(1) as u32;
    for (piece, out) in all.chunks_mut(PIECE).enumerate() {
        let here = piece * PIECE..piece * PIECE + out.len();
        // One more than the difference, so that 0 can stand for a look that is not whole.
        let far: Vec<Vec<u16>> = looks
            .iter()
            .map(|look| {
                let (mut sum, mut whole) = (vec![0u32; out.len()], vec![true; out.len()]);
                for (band, made) in look.bands.iter().zip(&made.bands) {
                    for (((sum, whole), a), b) in sum.iter_mut().zip(&mut whole).zip(&band[here.clone()]).zip(&made[here.clone()]) {
                        *sum += u32::from(a.abs_diff(*b));
                        *whole &= *a != 0;
                    }
                }
                sum.iter().zip(whole).map(|(sum, whole)| if whole { (sum / bands).min(65_534) as u16 + 1 } else { 0 }).collect()
            })
            .collect();
        median(&far.iter().map(Vec::as_slice).collect::<Vec<_>>(), out);
        out.iter_mut().for_each(|far| *far = far.saturating_sub(1));
    }
    all
}
