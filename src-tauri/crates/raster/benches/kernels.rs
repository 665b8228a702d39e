//! How fast the kernels are, as a ratio to the plain way of doing the same. Prints a table; checks nothing.

use std::hint::black_box;
use std::time::Instant;

use swath_raster::composite::{LookPixels, compose, median};

fn main() {
    medians();
}

/// Seconds, the median of five runs.
fn time(mut run: impl FnMut()) -> f64 {
    let mut seconds: Vec<f64> = (0..5)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[2]
}

fn noise(count: usize, seed: u64) -> Vec<u16> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u16
    };
    (0..count).map(|_| if next() % 3 == 0 { 0 } else { next() % 10_000 }).collect()
}

fn by_sorting(looks: &[&[u16]], out: &mut [u16]) {
    let mut valid = Vec::new();
    for (at, out) in out.iter_mut().enumerate() {
        valid.clear();
        valid.extend(looks.iter().map(|l| u32::from(l[at])).filter(|v| *v != 0));
        valid.sort_unstable();
        let n = valid.len();
        *out = if n == 0 { 0 } else { ((valid[(n - 1) / 2] + valid[n / 2]) / 2) as u16 };
    }
}

#[allow(clippy::print_stdout)]
fn medians() {
    let pixels = 1 << 21;
    println!("median of N looks, a third missing, one thread");
    for looks in [2, 3, 6, 12, 13, 24, 48, 64, 70] {
        let all: Vec<Vec<u16>> = (0..looks).map(|seed| noise(pixels, seed + 1)).collect();
        let slices: Vec<&[u16]> = all.iter().map(Vec::as_slice).collect();
        let mut out = vec![0; pixels];
        let fast = time(|| median(&slices, black_box(&mut out)));
        let few: Vec<&[u16]> = slices.iter().map(|s| &s[..pixels / 16]).collect();
        let slow = 16.0 * time(|| by_sorting(&few, black_box(&mut out[..pixels / 16])));
        println!("  N = {looks:<3} {:>7.0} Mpixel/s, {:>5.1} times a sort", pixels as f64 / 1e6 / fast, slow / fast);
    }
    for looks in [6u16, 12, 24] {
        let bands = 4;
        let all: Vec<(u16, LookPixels)> = (1..=looks)
            .map(|n| (n, LookPixels { bands: (0..bands).map(|b| noise(pixels / 2, u64::from(n) * 10 + b)).collect() }))
            .collect();
        let whole = time(|| {
            black_box(compose(&all, Default::default()));
        });
        println!("  compose N = {looks:<3} 4 bands {:>7.0} Mpixel/s", pixels as f64 / 2e6 / whole);
    }
}
