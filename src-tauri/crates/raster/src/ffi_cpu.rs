//! The kernels of `composite`, each compiled for the vector units of newer CPUs too and chosen when the program runs.
#![allow(unsafe_code)]

use crate::composite::{self, Look, Network, clean_kernels as clean};
use crate::mask::distance;

macro_rules! on_best_cpu {
    ($(#[$doc:meta])* $name:ident = $kernel:path, $wide:ident($($argument:ident: $kind:ty),*)) => {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2")]
        fn $wide($($argument: $kind),*) {
            $kernel($($argument),*);
        }

        $(#[$doc])*
        pub(crate) fn $name($($argument: $kind),*) {
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") {
                // SAFETY: the CPU has just been asked for the features that the function is compiled for.
                return unsafe { $wide($($argument),*) };
            }
            $kernel($($argument),*);
        }
    };
}

on_best_cpu! {
    /// See [`crate::composite::median`].
    medians = composite::medians, medians_avx2(looks: &[&[u16]], out: &mut [u16], network: &Network)
}

on_best_cpu! {
    /// See [`crate::composite::Method::Percentile`].
    percentiles = composite::percentiles, percentiles_avx2(looks: &[&[u16]], out: &mut [u16], network: &Network)
}

on_best_cpu! {
    /// See [`crate::composite::Composite::source`].
    nearest = composite::nearest,
    nearest_avx2(looks: &[Look], composite: &[Vec<u16>], from: usize, count: &mut [u16], source: &mut [u16])
}

on_best_cpu! {
    /// See [`crate::composite::Method::MaxIndex`].
    index_keys = composite::index_keys, index_keys_avx2(a: &[u16], b: &[u16], keys: &mut [u32])
}

on_best_cpu! {
    /// Keeps the better of what is there and a look.
    keep_better = composite::keep_better,
    keep_better_avx2(number: u16, look: &[Vec<u16>], keys: &[u32], best: &mut [u32], bands: &mut [Vec<u16>], source: &mut [u16])
}

on_best_cpu! {
    /// See [`crate::composite::Method::Mean`].
    add = composite::add, add_avx2(pixels: &[u16], sums: &mut [u64], counts: &mut [u32])
}

on_best_cpu! {
    /// See [`crate::composite::WeightedMean`].
    add_weighted = composite::add_weighted, add_weighted_avx2(pixels: &[u16], weights: &[u32], sums: &mut [u64], weight: &mut [u32])
}

on_best_cpu! {
    /// Quotients, halves to even.
    divide = composite::divide, divide_avx2(sums: &[u64], weights: &[u32], out: &mut [u16])
}

on_best_cpu! {
    /// See [`crate::composite::Method::Medoid`].
    medoids = composite::medoids,
    medoids_avx2(looks: &[Look], from: usize, bands: &mut [&mut [u16]], source: &mut [u16])
}

on_best_cpu! {
    /// See [`crate::composite::Method::GeometricMedian`].
    geometric_medians = composite::geometric_medians,
    geometric_medians_avx2(looks: &[Look], here: std::ops::Range<usize>, out: &mut [Vec<u16>])
}

on_best_cpu! {
    /// See [`crate::composite::clean`].
    levels = clean::levels, levels_avx2(bands: &[&[u16]], least: u8, levels: &mut [u8])
}

on_best_cpu! {
    /// See [`crate::composite::clean`].
    beyond = clean::beyond, beyond_avx2(band: &[u16], levels: &[u8], limit: u8, out: &mut [u16], counts: &mut [u16])
}

on_best_cpu! {
    /// See [`crate::composite::clean`].
    departures = clean::departures,
    departures_avx2(look: [&[u16]; 3], against: [&[u16]; 3], hot: bool, levels: &[u8], out: &mut [i16])
}

on_best_cpu! {
    /// See [`crate::composite::clean`].
    forgive = clean::forgive, forgive_avx2(levels: &[Vec<u8>], departures: &mut [Vec<i16>], n: usize)
}

on_best_cpu! {
    /// See [`crate::composite::clean`].
    choose = clean::choose, choose_avx2(piece: &mut clean::Piece, grades: &[u8], grade: &mut [u8], rejected: &mut [u8])
}

on_best_cpu! {
    /// See [`crate::composite::clean`].
    keep = clean::keep,
    keep_avx2(levels: &[u8], departures: &[i16], limits: &[u8], lenient: &[u8], band: &mut [u16])
}

on_best_cpu! {
    /// See [`crate::mask`]: one row further.
    step = distance::step, step_avx2(from: &[u8], to: &mut [u8])
}

on_best_cpu! {
    /// See [`crate::mask`]: squares of rows.
    squares = distance::squares, squares_avx2(rows: &[u8], most: u8, out: &mut [u16])
}

on_best_cpu! {
    /// See [`crate::mask`]: the nearest along a row.
    least = distance::least, least_avx2(squares: &[u16], reach: usize, out: &mut [u16])
}
