//! The geometric median: the point whose summed distance from all looks is least.

use std::ops::Range;

use super::{Look, network::Network};
use crate::ffi_cpu as ffi;

/// Most rounds for a pixel.
const ROUNDS: usize = 300;

/// Geometric medians of a piece.
pub(super) fn of_piece(looks: &[Look], start: &Network, here: Range<usize>, bands: &mut [Vec<u16>]) {
    let _ = start;
    let mut out: Vec<&mut [u16]> = bands.iter_mut().map(|band| &mut band[here.clone()]).collect();
    ffi::geometric_medians(looks, here.start, &mut out);
}

/// Geometric medians of all pixels. Inlined into one function per kind of CPU.
#[inline(always)]
pub(crate) fn geometric_medians(looks: &[Look], from: usize, out: &mut [&mut [u16]]) {
    for at in 0..out.first().map_or(0, |o| o.len()) {
        let points: Vec<Vec<f64>> = looks
            .iter()
            .map(|look| look.bands.iter().map(|band| f64::from(band[from + at])).collect::<Vec<_>>())
            .filter(|point| point.iter().all(|v| *v != 0.0))
            .collect();
        if points.is_empty() {
            continue;
        }
        let mut y: Vec<f64> = (0..out.len())
            .map(|b| {
                let mut v: Vec<f64> = points.iter().map(|p| p[b]).collect();
                v.sort_by(f64::total_cmp);
                (v[(v.len() - 1) / 2] + v[v.len() / 2]) / 2.0
            })
            .collect();
        for _ in 0..if points.len() < 3 { 0 } else { ROUNDS } {
            let (mut s, mut w, mut m) = (vec![0.0; y.len()], 0.0, 0.0);
            for p in &points {
                let r = p.iter().zip(&y).map(|(p, y)| (p - y) * (p - y)).sum::<f64>().sqrt();
                if r > 0.0 {
                    w += 1.0 / r;
                    p.iter().zip(&y).zip(&mut s).for_each(|((p, y), s)| *s += (p - y) / r);
                } else {
                    m += 1.0;
                }
            }
            let pull = s.iter().map(|s| s * s).sum::<f64>().sqrt();
            if pull <= m || w == 0.0 {
                break;
            }
            let share = (1.0 - m / pull) / w;
            y.iter_mut().zip(&s).for_each(|(y, s)| *y += s * share);
            if pull * share < 0.001 {
                break;
            }
        }
        for (out, y) in out.iter_mut().zip(&y) {
            out[at] = y.round_ties_even() as u16;
        }
    }
}
