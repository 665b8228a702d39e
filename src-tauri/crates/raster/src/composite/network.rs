//! Median and percentiles by a sorting network: the same comparisons for every pixel, so that a CPU does many pixels at once.
//!
//! Only one or two places of the sorted looks matter, and missing looks need not be counted: as looks go missing the wanted place falls by
//! nothing or by one at a time, and with each fall one missing look is taken as smaller than anything, the others as larger, so that the
//! place stays where it is among all. For the median these are every second one. What is left is a selection network with two outputs: K. E.
//! Batcher's merge exchange ("Sorting networks and their applications", AFIPS 1968), of which only those comparisons are kept that the
//! outputs depend on.

use super::percentile::{self, Place};
use crate::ffi_cpu as ffi;

/// Pixels in work at a time: a wire of so many fills whole vector registers, and all wires together stay in the fastest cache.
pub(super) const LANES: usize = 64;
/// Most looks that go through a network.
const MOST: usize = 64;

/// Which of the two results of a comparison anything later depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Both,
    Low,
    High,
}

/// A statistic of so many looks: comparisons between wires, each with the smaller number going to the first wire.
#[derive(Debug)]
pub(crate) struct Network {
    looks: usize,
    /// The wire of the lower wanted place; the upper one is the next, if there is one.
    low: usize,
    /// `None`: the median.
    place: Option<Place>,
    steps: Vec<(usize, usize, Keep)>,
}

impl Network {
    /// For the median of `looks` looks.
    pub(super) fn for_median(looks: usize) -> Self {
        // Of an odd number of looks, the middle and the one before it, which is needed when one look is missing.
        Self::new(looks, (looks / 2).saturating_sub(1), None)
    }

    /// For a percentile (0 to 100) of `looks` looks.
    pub(super) fn for_percentile(looks: usize, percent: f32) -> Self {
        let place = Place::new(percent);
        Self::new(looks, place.of(looks).0, Some(place))
    }

    fn new(looks: usize, low: usize, place: Option<Place>) -> Self {
        let mut steps = Vec::new();
        if (2..=MOST).contains(&looks) {
            let mut needed = vec![false; looks];
            (needed[low], needed[(low + 1).min(looks - 1)]) = (true, true);
            for (a, b) in merge_exchange(looks).into_iter().rev() {
                let keep = match (needed[a], needed[b]) {
                    (true, true) => Keep::Both,
                    (true, false) => Keep::Low,
                    (false, true) => Keep::High,
                    (false, false) => continue,
                };
                (needed[a], needed[b]) = (true, true);
                steps.push((a, b, keep));
            }
            steps.reverse();
        }
        Self { looks, low, place, steps }
    }

    /// The statistic of each pixel over the looks that have it (are not 0); 0 where no look has it.
    ///
    /// # Panics
    /// When there are not as many looks as the network is for, or a look has not as many pixels as `out`.
    pub(super) fn run(&self, looks: &[&[u16]], out: &mut [u16]) {
        assert!(looks.len() == self.looks && looks.iter().all(|look| look.len() == out.len()), "looks of equal size");
        match (looks, self.place) {
            ([], _) => out.fill(0),
            ([only], _) => out.copy_from_slice(only),
            (few, None) if few.len() <= MOST => ffi::medians(few, out, self),
            (few, Some(_)) if few.len() <= MOST => ffi::percentiles(few, out, self),
            // A network would no longer fit the fastest cache.
            (many, None) => percentile::of_many(many, out, Place::new(50.0)),
            (many, Some(place)) => percentile::of_many(many, out, place),
        }
    }
}

/// Median of each pixel over the looks that have it (are not 0): the middle one, or the mean of the two middle ones with halves rounded to
/// even; 0 where no look has it.
///
/// # Panics
/// When a look has not as many pixels as `out`.
pub fn median(looks: &[&[u16]], out: &mut [u16]) {
    Network::for_median(looks.len()).run(looks, out);
}

fn merge_exchange(wires: usize) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let largest = wires.next_power_of_two() / 2;
    let mut p = largest;
    while p > 0 {
        let (mut q, mut r, mut d) = (largest, 0, p);
        loop {
            pairs.extend((0..wires.saturating_sub(d)).filter(|i| i & p == r).map(|i| (i, i + d)));
            if q == p {
                break;
            }
            (d, q, r) = (q - p, q / 2, p);
        }
        p /= 2;
    }
    pairs
}

/// The mean of two numbers, halves rounded to even, without overflow.
#[inline(always)]
fn halves_to_even(a: u16, b: u16) -> u16 {
    let floor = (a & b).wrapping_add((a ^ b) >> 1);
    floor.wrapping_add((a ^ b) & 1 & floor)
}

/// Medians of all pixels. Inlined into one function per kind of CPU, see `ffi_cpu.rs`.
#[inline(always)]
pub(crate) fn medians(looks: &[&[u16]], out: &mut [u16], network: &Network) {
    let mut space = [[0u16; LANES]; MOST];
    let wires = &mut space[..looks.len()];
    // An even number of looks has two middle ones unless an odd number of them is missing; of an odd number it is the other way round.
    let one_middle_when_odd_missing = if looks.len().is_multiple_of(2) { u16::MAX } else { 0 };
    for (piece, out) in out.chunks_mut(LANES).enumerate() {
        let (mut odd_missing, mut any) = ([0u16; LANES], [0u16; LANES]);
        for (look, wire) in looks.iter().zip(wires.iter_mut()) {
            let look = lanes(look, piece);
            for i in 0..LANES {
                let missing = 0u16.wrapping_sub(u16::from(look[i] == 0));
                wire[i] = look[i] | (missing & !odd_missing[i]);
                odd_missing[i] ^= missing;
                any[i] |= look[i];
            }
        }
        exchange_all(wires, network);
        let (l, h) = (&wires[network.low], &wires[network.low + 1]);
        let mut result = [0u16; LANES];
        for i in 0..LANES {
            let both = odd_missing[i] ^ one_middle_when_odd_missing;
            // With one middle it is the lower wire of an even number of looks, the higher wire of an odd one.
            let lower = (l[i] & (both | one_middle_when_odd_missing)) | (h[i] & !(both | one_middle_when_odd_missing));
            let upper = (h[i] & (both | !one_middle_when_odd_missing)) | (l[i] & !(both | !one_middle_when_odd_missing));
            let some = 0u16.wrapping_sub(u16::from(any[i] != 0));
            result[i] = halves_to_even(lower, upper) & some;
        }
        out.copy_from_slice(&result[..out.len()]);
    }
}

/// Percentiles of all pixels. Inlined into one function per kind of CPU, see `ffi_cpu.rs`.
#[inline(always)]
pub(crate) fn percentiles(looks: &[&[u16]], out: &mut [u16], network: &Network) {
    let mut space = [[0u16; LANES]; MOST];
    let wires = &mut space[..looks.len()];
    let place = network.place.unwrap_or_default();
    let (step, always) = place.step();
    let high = (network.low + 1).min(looks.len() - 1);
    for (piece, out) in out.chunks_mut(LANES).enumerate() {
        // The place's fraction in 65 536ths; it falls by a step with each missing look, and the place by one whenever it falls below 0.
        let (mut fraction, mut any) = ([place.of(looks.len()).1; LANES], [0u16; LANES]);
        for (look, wire) in looks.iter().zip(wires.iter_mut()) {
            let look = lanes(look, piece);
            for i in 0..LANES {
                let missing = 0u16.wrapping_sub(u16::from(look[i] == 0));
                let falls = 0u16.wrapping_sub(u16::from(fraction[i] < step)) | always;
                wire[i] = look[i] | (missing & !falls);
                fraction[i] = fraction[i].wrapping_sub(step & missing);
                any[i] |= look[i];
            }
        }
        exchange_all(wires, network);
        let (l, h) = (&wires[network.low], &wires[high]);
        let mut result = [0u16; LANES];
        for i in 0..LANES {
            let some = 0u16.wrapping_sub(u16::from(any[i] != 0));
            result[i] = percentile::between(l[i], h[i], fraction[i] >> 8) & some;
        }
        out.copy_from_slice(&result[..out.len()]);
    }
}

/// Pixels of a piece of a look; 0 behind its end.
#[inline(always)]
fn lanes(look: &[u16], piece: usize) -> [u16; LANES] {
    let rest = &look[piece * LANES..];
    match rest.first_chunk() {
        Some(whole) => *whole,
        None => {
            let mut padded = [0; LANES];
            padded[..rest.len()].copy_from_slice(rest);
            padded
        }
    }
}

#[inline(always)]
fn exchange_all(wires: &mut [[u16; LANES]], network: &Network) {
    for &(a, b, keep) in &network.steps {
        let (before, from_b) = wires.split_at_mut(b);
        let (a, b) = (&mut before[a], &mut from_b[0]);
        match keep {
            Keep::Both => {
                for i in 0..LANES {
                    (a[i], b[i]) = (a[i].min(b[i]), a[i].max(b[i]));
                }
            }
            Keep::Low => (0..LANES).for_each(|i| a[i] = a[i].min(b[i])),
            Keep::High => (0..LANES).for_each(|i| b[i] = a[i].max(b[i])),
        }
    }
}
