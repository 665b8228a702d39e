//! The most cautious grade that a pixel can have.

use std::ops::Range;

use super::{LookPixels, PIECE};
use crate::ffi_cpu as ffi;

/// Without screening a pixel is rather taken at least so far (in distance bytes: 120 m) from anything unusable.
pub(super) const WARY: u8 = 6;

/// Looks that the most cautious of several grades needs: with fewer, one that looks through haze counts too much. A less cautious grade
/// takes any number, for there caution is worth more than numbers.
const ENOUGH: u8 = 3;

/// What is known of some pixels, look by look in order of time.
#[derive(Debug)]
pub(crate) struct Piece {
    /// Distance byte of each look at each pixel; 0 where it cannot be used.
    pub(super) levels: Vec<Vec<u8>>,
    /// How far a look departs from the series in a way that only cloud (above 0) or shadow (below 0) explains; 0 where it does not.
    pub(super) departures: Vec<Vec<i16>>,
    /// The distance byte that a look must exceed; 255: none can.
    pub(super) limits: Vec<u8>,
    /// Bits of looks that are passed over in spite of their departure.
    lenient: Vec<u8>,
    pixels: usize,
}

impl Piece {
    pub(super) fn new(looks: usize) -> Self {
        Self {
            levels: vec![vec![0; PIECE]; looks],
            departures: vec![vec![0; PIECE]; looks],
            limits: vec![0; PIECE],
            lenient: vec![0; PIECE],
            pixels: 0,
        }
    }

    /// The least distance at which a pixel is used, and which looks have it.
    pub(super) fn load(&mut self, looks: &[LookPixels], order: &[usize], here: Range<usize>, grades: &[u8]) {
        self.pixels = here.len();
        let least = grades.last().copied().unwrap_or(0);
        for (levels, number) in self.levels.iter_mut().zip(order) {
            let look = &looks[*number];
            let levels = &mut levels[..here.len()];
            match look.distance.get(here.clone()) {
                Some(distance) if !distance.is_empty() => levels.copy_from_slice(distance),
                _ => levels.fill(255),
            }
            let bands: Vec<&[u16]> = look.bands.iter().map(|band| &band[here.clone()]).collect();
            ffi::levels(&bands, least, levels);
        }
        for departures in &mut self.departures {
            departures[..here.len()].fill(0);
        }
    }

    pub(super) fn choose(&mut self, grades: &[u8], grade: &mut [u8], rejected: &mut [u8]) {
        ffi::choose(self, grades, grade, rejected);
    }

    /// Takes away what was not chosen.
    pub(super) fn apply(&self, looks: &mut [LookPixels], order: &[usize], here: Range<usize>) {
        for ((levels, departures), number) in self.levels.iter().zip(&self.departures).zip(order) {
            for band in &mut looks[*number].bands {
                let band = &mut band[here.clone()];
                ffi::keep(levels, departures, &self.limits, &self.lenient, band);
            }
        }
    }
}

/// Makes levels of distances: 0 where no further than `least` or without any band, and the least level where a band is missing.
#[inline(always)]
pub(crate) fn levels(bands: &[&[u16]], least: u8, levels: &mut [u8]) {
    const LANES: usize = 64;
    for (piece, levels) in levels.chunks_mut(LANES).enumerate() {
        let (mut all, mut any) = ([u16::MAX; LANES], [0u16; LANES]);
        for band in bands {
            let band = &band[piece * LANES..][..levels.len()];
            for i in 0..band.len() {
                all[i] &= 0u16.wrapping_sub(u16::from(band[i] != 0));
                any[i] |= band[i];
            }
        }
        for (i, level) in levels.iter_mut().enumerate() {
            let used = u8::from(*level > least && any[i] != 0) * u8::MAX;
            let whole = all[i] as u8;
            *level = used & ((whole & *level) | (!whole & (least + 1)));
        }
    }
}

/// Finds each pixel's grade and limit.
#[inline(always)]
pub(crate) fn choose(piece: &mut Piece, grades: &[u8], grade: &mut [u8], rejected: &mut [u8]) {
    let n = piece.pixels;
    let least = grades.last().copied().unwrap_or(0);
    // The farthest from cloud of looks that passed, and of all.
    let (mut passed, mut any, mut first) = ([0u8; PIECE], [0u8; PIECE], [0u8; PIECE]);
    let most_cautious = grades.first().copied().unwrap_or(0);
    let rejected = &mut rejected[..n];
    rejected.fill(0);
    for (levels, departures) in piece.levels.iter().zip(&piece.departures) {
        let (levels, departures) = (&levels[..n], &departures[..n]);
        for i in 0..n {
            let out = u8::from(departures[i] != 0) * u8::MAX;
            any[i] = any[i].max(levels[i]);
            passed[i] = passed[i].max(levels[i] & !out);
            first[i] = first[i].saturating_add(u8::from(levels[i] & !out > most_cautious));
            rejected[i] = rejected[i].saturating_add(out & u8::from(levels[i] != 0));
        }
    }
    for i in 0..n {
        piece.lenient[i] = u8::from(passed[i] == 0) * u8::MAX;
        rejected[i] &= !piece.lenient[i];
        piece.limits[i] = if any[i] > WARY.max(least) { WARY.max(least) } else { least };
        grade[i] = u8::from(any[i] != 0) * (grades.len() as u8 + 1);
    }
    for (number, limit) in grades.iter().enumerate().rev() {
        let enough = if number == 0 && grades.len() > 1 { ENOUGH } else { 0 };
        for i in 0..n {
            let reaches = (passed[i] > *limit) & (first[i] >= enough);
            piece.limits[i] = if reaches { *limit } else { piece.limits[i] };
            grade[i] = if reaches { number as u8 + 1 } else { grade[i] };
        }
    }
}

/// Keeps what is beyond the limit and does not depart, or may.
#[inline(always)]
pub(crate) fn keep(levels: &[u8], departures: &[i16], limits: &[u8], lenient: &[u8], band: &mut [u16]) {
    let n = band.len();
    let (levels, departures, limits, lenient) = (&levels[..n], &departures[..n], &limits[..n], &lenient[..n]);
    for i in 0..n {
        let kept = (levels[i] > limits[i]) & ((departures[i] == 0) | (lenient[i] != 0));
        band[i] &= 0u16.wrapping_sub(u16::from(kept));
    }
}
