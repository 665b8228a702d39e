//! The medoid: the look that is nearest to all others.

use std::ops::Range;

use super::{Composite, Look};
use crate::ffi_cpu as ffi;

/// Pixels in work at a time.
const LANES: usize = 32;

/// Takes the medoid of each pixel of a piece: bands, count and source.
pub(super) fn of_piece(looks: &[Look], here: Range<usize>, made: &mut Composite) {
    let mut bands: Vec<&mut [u16]> = made.bands.iter_mut().map(|band| &mut band[here.clone()]).collect();
    ffi::medoids(looks, here.start, &mut bands, &mut made.source[here]);
}

/// Medoids by summed Euclidean distances in 32-bit floats; squares are summed band by band and distances in the order of the looks. Looks
/// that are not whole take no part. Inlined into one function per kind of CPU.
#[inline(always)]
pub(crate) fn medoids(looks: &[Look], from: usize, bands: &mut [&mut [u16]], source: &mut [u16]) {
    let mut sums = vec![[0f32; LANES]; looks.len()];
    let mut valid = vec![[0f32; LANES]; looks.len()];
    let mut values = vec![[0f32; LANES]; looks.len() * bands.len()];
    let of = bands.len();
    for (piece, source) in source.chunks_mut(LANES).enumerate() {
        let start = from + piece * LANES;
        let n = source.len();
        for (k, look) in looks.iter().enumerate() {
            (valid[k], sums[k]) = ([1.0; LANES], [0.0; LANES]);
            for (b, band) in look.bands.iter().enumerate() {
                for (i, pixel) in band[start..start + n].iter().enumerate() {
                    values[k * of + b][i] = f32::from(*pixel);
                    valid[k][i] *= if *pixel != 0 { 1.0 } else { 0.0 };
                }
            }
        }
        for k in 1..looks.len() {
            for l in 0..k {
                let mut far = [0f32; LANES];
                for b in 0..of {
                    let (x, y) = (&values[k * of + b], &values[l * of + b]);
                    for i in 0..LANES {
                        far[i] += (x[i] - y[i]) * (x[i] - y[i]);
                    }
                }
                let (before, from_k) = sums.split_at_mut(k);
                let (x, y) = (&mut from_k[0], &mut before[l]);
                for i in 0..LANES {
                    let far = far[i].sqrt();
                    x[i] += far * valid[l][i];
                    y[i] += far * valid[k][i];
                }
            }
        }
        let (mut best, mut least) = ([u32::MAX; LANES], [f32::INFINITY; LANES]);
        for k in 0..looks.len() {
            for i in 0..LANES {
                let nearer = (valid[k][i] != 0.0) & (sums[k][i] < least[i]);
                best[i] = if nearer { k as u32 } else { best[i] };
                least[i] = if nearer { sums[k][i] } else { least[i] };
            }
        }
        for (i, source) in source.iter_mut().enumerate() {
            if let Some(look) = looks.get(best[i] as usize) {
                *source = look.number;
                for (band, out) in look.bands.iter().zip(bands.iter_mut()) {
                    out[piece * LANES + i] = band[start + i];
                }
            }
        }
    }
}
