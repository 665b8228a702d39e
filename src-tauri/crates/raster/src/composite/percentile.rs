//! Where a percentile lies among sorted numbers, and the number there.

/// The share of a percentile in 65 536ths, 0 to 65 536.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place(u32);

impl Place {
    /// Of a percentage; what is beyond 0 and 100 (or not a number) counts as the nearer of them (as 0).
    pub(super) fn new(percent: f32) -> Self {
        Self((f64::from(percent).clamp(0.0, 100.0) / 100.0 * 65_536.0 + 0.5).floor() as u32)
    }

    /// The lower of the two numbers between which it lies among so many, and how far it is above it, in 65 536ths (of which the first
    /// eight bits count).
    pub(super) fn of(self, numbers: usize) -> (usize, u16) {
        let place = u64::from(self.0) * numbers.saturating_sub(1) as u64 + 128;
        ((place >> 16) as usize, place as u16)
    }

    /// What the place moves by with each number, as a wrapping step and whether it is a whole one (all bits, else none).
    pub(super) fn step(self) -> (u16, u16) {
        (self.0 as u16, if self.0 == 65_536 { u16::MAX } else { 0 })
    }
}

/// So many 256ths of the way from one number to another, halves to even.
#[inline(always)]
pub(super) fn between(low: u16, high: u16, part: u16) -> u16 {
    let part = u32::from(part);
    let sum = (256 - part) * u32::from(low) + part * u32::from(high);
    let floor = sum >> 8;
    // Adds half less one bit, and that bit where the floor is odd.
    ((sum + 127 + (floor & 1)) >> 8) as u16
}

/// Without a network: pixel by pixel.
pub(super) fn of_many(looks: &[&[u16]], out: &mut [u16], place: Place) {
    let mut valid = Vec::with_capacity(looks.len());
    for (at, out) in out.iter_mut().enumerate() {
        valid.clear();
        valid.extend(looks.iter().map(|look| look[at]).filter(|v| *v != 0));
        if valid.is_empty() {
            *out = 0;
            continue;
        }
        let (low, fraction) = place.of(valid.len());
        let (_, low, above) = valid.select_nth_unstable(low);
        let high = if fraction >> 8 == 0 { *low } else { above.iter().copied().min().unwrap_or(*low) };
        *out = between(*low, high, fraction >> 8);
    }
}
