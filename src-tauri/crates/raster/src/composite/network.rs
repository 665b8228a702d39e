//! The median by a sorting network: the same comparisons for every pixel, so that a CPU does many pixels at once.
//!
//! Only the middle of the sorted looks matters, and missing looks need not be counted: every first, third, ... missing look of a pixel is
//! taken as larger than anything and every second as smaller, so that the middle stays where it is. What is left is a selection network
//! with one or two outputs: K. E. Batcher's merge exchange ("Sorting networks and their applications", AFIPS 1968), of which only those
//! comparisons are kept that the outputs depend on.

/// Pixels in work at a time: a wire of so many fills whole vector registers, and all wires together stay in the fastest cache.
const LANES: usize = 64;
/// Most looks that go through a network.
pub(super) const MOST: usize = 64;

/// Which of the two results of a comparison anything later depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Both,
    Low,
    High,
}

/// Comparisons between wires, each with the smaller number going to the first wire.
#[derive(Debug)]
pub(crate) struct Network {
    steps: Vec<(usize, usize, Keep)>,
}

impl Network {
    /// For the median of `looks` looks, 2 to [`MOST`].
    pub(super) fn new(looks: usize) -> Self {
        let mut needed = vec![false; looks];
        let (low, high) = middle(looks);
        (needed[low], needed[high]) = (true, true);
        let mut steps = Vec::new();
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
        Self { steps }
    }
}

/// The two wires in the middle; of an odd number of looks, the middle and the one before it, which is needed when one look is missing.
fn middle(looks: usize) -> (usize, usize) {
    (looks / 2 - 1, looks / 2)
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
pub(super) fn halves_to_even(a: u16, b: u16) -> u16 {
    let floor = (a & b).wrapping_add((a ^ b) >> 1);
    floor.wrapping_add((a ^ b) & 1 & floor)
}

/// Medians of all pixels. Inlined into one function per kind of CPU, see `ffi.rs`.
#[inline(always)]
pub(crate) fn medians(looks: &[&[u16]], out: &mut [u16], network: &Network) {
    let mut space = [[0u16; LANES]; MOST];
    let wires = &mut space[..looks.len()];
    let (low, high) = middle(looks.len());
    // An even number of looks has two middle ones unless an odd number of them is missing; of an odd number it is the other way round.
    let one_middle_when_odd_missing = if looks.len().is_multiple_of(2) { u16::MAX } else { 0 };
    for (piece, out) in out.chunks_mut(LANES).enumerate() {
        let (mut odd_missing, mut any) = ([0u16; LANES], [0u16; LANES]);
        for (look, wire) in looks.iter().zip(wires.iter_mut()) {
            let look = &look[piece * LANES..piece * LANES + out.len()];
            match <&[u16; LANES]>::try_from(look) {
                Ok(whole) => load(whole, wire, &mut odd_missing, &mut any),
                Err(_) => {
                    let mut padded = [0; LANES];
                    padded[..look.len()].copy_from_slice(look);
                    load(&padded, wire, &mut odd_missing, &mut any);
                }
            }
        }
        for &(a, b, keep) in &network.steps {
            let (before, from_b) = wires.split_at_mut(b);
            exchange(&mut before[a], &mut from_b[0], keep);
        }
        let (l, h) = (&wires[low], &wires[high]);
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

#[inline(always)]
fn load(look: &[u16; LANES], wire: &mut [u16; LANES], odd_missing: &mut [u16; LANES], any: &mut [u16; LANES]) {
    for i in 0..LANES {
        let missing = 0u16.wrapping_sub(u16::from(look[i] == 0));
        wire[i] = look[i] | (missing & !odd_missing[i]);
        odd_missing[i] ^= missing;
        any[i] |= look[i];
    }
}

#[inline(always)]
fn exchange(a: &mut [u16; LANES], b: &mut [u16; LANES], keep: Keep) {
    match keep {
        Keep::Both => {
            for i in 0..LANES {
                let (low, high) = (a[i].min(b[i]), a[i].max(b[i]));
                a[i] = low;
                b[i] = high;
            }
        }
        Keep::Low => (0..LANES).for_each(|i| a[i] = a[i].min(b[i])),
        Keep::High => (0..LANES).for_each(|i| b[i] = a[i].max(b[i])),
    }
}
