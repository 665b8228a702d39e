//! Methods that take each pixel from one look: the best so far is kept, with its key.
//!
//! Each look gives every pixel a key, 0 where the look is not whole; the greater key wins, and of equal keys the lower number, so the order
//! of feeding does not matter.

use super::{Composite, LookPixels, Method, best_pixel::Scores};
use crate::ffi_cpu as ffi;

/// Pixels in work at a time.
const LANES: usize = 64;

/// The best of the looks fed so far.
#[derive(Debug)]
pub(super) struct Winner {
    by: By,
    best: Vec<u32>,
    bands: Vec<Vec<u16>>,
    source: Vec<u16>,
}

#[derive(Debug)]
enum By {
    FirstClear,
    Index(usize, usize),
    Score(Scores),
}

impl Winner {
    pub(super) fn new(method: &Method, bands: usize, pixels: usize) -> Self {
        let by = match method {
            Method::MaxIndex { a, b, least } => {
                assert!(*a < bands && *b < bands, "an index of bands that are there");
                // The negative of an index is that of the bands changed about, without any rounding.
                if *least { By::Index(*b, *a) } else { By::Index(*a, *b) }
            }
            Method::BestPixel(best) => By::Score(Scores::new(best, bands)),
            _ => By::FirstClear,
        };
        Self { by, best: vec![0; pixels], bands: vec![vec![0; pixels]; bands], source: vec![0; pixels] }
    }

    pub(super) fn is_first_clear(&self) -> bool {
        matches!(self.by, By::FirstClear)
    }

    pub(super) fn feed(&mut self, look: &LookPixels) {
        let mut keys = vec![0; self.best.len()];
        match &self.by {
            // Whoever comes first has the greatest key there is, and later looks, with less, cannot replace it.
            By::FirstClear => keys.iter_mut().zip(&self.best).for_each(|(key, best)| *key = if *best == 0 { u32::MAX } else { 0 }),
            By::Index(a, b) => ffi::index_keys(&look.bands[*a], &look.bands[*b], &mut keys),
            By::Score(scores) => scores.keys(look, &mut keys),
        }
        ffi::keep_better(look.number, &look.bands, &keys, &mut self.best, &mut self.bands, &mut self.source);
    }

    pub(super) fn finish(self) -> Composite {
        let score = match &self.by {
            By::Score(_) => Some(self.best.iter().map(|key| Scores::shown(*key)).collect()),
            _ => None,
        };
        Composite { bands: self.bands, source: self.source, score, ..Composite::default() }
    }
}

/// Normalised differences (a - b) / (a + b) as numbers in the same order, none of them 0. Inlined into one function per kind of CPU.
#[inline(always)]
pub(crate) fn index_keys(a: &[u16], b: &[u16], keys: &mut [u32]) {
    for ((a, b), key) in a.iter().zip(b).zip(keys) {
        let (a, b) = (f32::from(*a), f32::from(*b));
        let bits = ((a - b) / (a + b)).to_bits();
        // The order of floats: those below 0 upside down and below the others.
        let below_zero = 0u32.wrapping_sub(bits >> 31);
        *key = bits ^ (below_zero | 0x8000_0000);
    }
}

/// Takes the pixels of a look where it is whole and its key is greater, or equal with a lower number. Inlined into one function per kind
/// of CPU.
#[inline(always)]
pub(crate) fn keep_better(number: u16, look: &[Vec<u16>], keys: &[u32], best: &mut [u32], bands: &mut [Vec<u16>], source: &mut [u16]) {
    let mut at = 0;
    while at < keys.len() {
        let here = at..(at + LANES).min(keys.len());
        let mut take = [0u16; LANES];
        let take = &mut take[..here.len()];
        take.fill(u16::MAX);
        for band in look {
            take.iter_mut().zip(&band[here.clone()]).for_each(|(take, pixel)| *take &= 0u16.wrapping_sub(u16::from(*pixel != 0)));
        }
        for (((take, key), best), source) in
            take.iter_mut().zip(&keys[here.clone()]).zip(&mut best[here.clone()]).zip(&mut source[here.clone()])
        {
            let better = (*key > *best) | ((*key == *best) & (number < *source));
            let mask = u32::from(*take != 0) & u32::from(better) & u32::from(*key != 0);
            let mask = 0u32.wrapping_sub(mask);
            *best = (*key & mask) | (*best & !mask);
            *source = (number & mask as u16) | (*source & !(mask as u16));
            *take = mask as u16;
        }
        for (band, kept) in look.iter().zip(bands.iter_mut()) {
            for ((pixel, kept), take) in band[here.clone()].iter().zip(&mut kept[here.clone()]).zip(take.iter()) {
                *kept = (*pixel & *take) | (*kept & !*take);
            }
        }
        at = here.end;
    }
}
