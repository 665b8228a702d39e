//! How far each pixel lies from the nearest of some pixels: exact, between centres, in whole rows at a time.
//!
//! Two passes. Down and up the columns for the rows to the nearest seed above or below, at most as many as matter; then along the rows, where
//! the squared distance is the least of (columns away)² + (rows away there)². For square pixels all of it is in whole numbers of pixels, 8 and
//! 16 bit, which the compiler turns into vector instructions: the second pass looks at every column within reach, and yet is faster than an
//! algorithm that looks at each pixel once, since it stops as soon as looking further cannot change anything.

use crate::ffi_cpu as ffi;

/// Columns looked at together, and stopped together.
const CHUNK: usize = 128;
/// Squares of distances at which there is no seed.
pub(crate) const FAR: u16 = u16::MAX;

/// What to look for.
pub(super) struct Near<'a> {
    /// By the byte of a pixel: whether it is a seed.
    pub(super) seeds: &'a [bool; 256],
    /// Width and height of a pixel, metres.
    pub(super) metres: (f64, f64),
    /// Distances beyond this many metres are not told apart. More than 254 pixels are never looked at.
    pub(super) reach: f64,
}

/// Gives each pixel `of` its squared distance in metres from the nearest seed; infinity beyond the reach. `None` when there is no seed.
pub(super) fn nearest(codes: &[u8], width: usize, near: &Near, of: &dyn Fn(f64) -> u8) -> Option<Vec<u8>> {
    let in_pixels = |metres: f64| ((near.reach * (1.0 + 1e-9) / metres) as usize).min(254);
    let (across, down) = (in_pixels(near.metres.0), in_pixels(near.metres.1));
    let mut rows = rows_away(codes, width, near.seeds, down as u8)?;
    let beyond = of(f64::INFINITY);
    if (near.metres.0 / near.metres.1 - 1.0).abs() > 1e-9 {
        oblong(&mut rows, width, near.metres, (across, down as u8), of);
        return Some(rows);
    }
    let square = near.metres.0 * near.metres.1;
    // Nothing is further than this, whatever the columns and rows are.
    let most = (near.reach * (1.0 + 1e-9)).powi(2).min(254f64.powi(2) * square) / square;
    let most = most as u16;
    let bytes: Vec<u8> = (0..=FAR).map(|pixels| if pixels > most { beyond } else { of(f64::from(pixels) * square) }).collect();
    let mut squares = vec![FAR; width + 2 * across];
    let mut out = vec![FAR; width];
    for row in rows.chunks_exact_mut(width) {
        if row.iter().all(|rows| usize::from(*rows) > down) {
            row.fill(beyond);
            continue;
        }
        ffi::squares(row, down as u8, &mut squares[across..across + width]);
        ffi::least(&squares, across, &mut out);
        row.iter_mut().zip(&out).for_each(|(byte, pixels)| *byte = bytes[usize::from(*pixels)]);
    }
    Some(rows)
}

/// Rows to the nearest seed above or below, `most + 1` where there is none so near; `None` when there is none at all.
fn rows_away(codes: &[u8], width: usize, seeds: &[bool; 256], most: u8) -> Option<Vec<u8>> {
    let start: [u8; 256] = std::array::from_fn(|code| if seeds[code] { 0 } else { most + 1 });
    let mut rows: Vec<u8> = codes.iter().map(|code| start[usize::from(*code)]).collect();
    rows.contains(&0).then_some(())?;
    let count = rows.len() / width;
    for row in 1..count {
        let (above, here) = rows.split_at_mut(row * width);
        ffi::step(&above[(row - 1) * width..], &mut here[..width]);
    }
    for row in (1..count).rev() {
        let (here, below) = rows.split_at_mut(row * width);
        ffi::step(&below[..width], &mut here[(row - 1) * width..]);
    }
    Some(rows)
}

/// One row further than the neighbouring row, unless there is something nearer. Numbers are at most 255, which is far.
#[inline(always)]
pub(crate) fn step(from: &[u8], to: &mut [u8]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = (*to).min(from.saturating_add(1)));
}

/// Squares of rows, [`FAR`] beyond `most`.
#[inline(always)]
pub(crate) fn squares(rows: &[u8], most: u8, out: &mut [u16]) {
    for (out, rows) in out.iter_mut().zip(rows) {
        let square = u16::from(*rows) * u16::from(*rows);
        *out = if *rows > most { FAR } else { square };
    }
}

/// The least of `squares` so many columns away and the square of that, at most `reach` of them. `squares` has `reach` more on either side.
#[inline(always)]
pub(crate) fn least(squares: &[u16], reach: usize, out: &mut [u16]) {
    for (number, out) in out.chunks_mut(CHUNK).enumerate() {
        let (at, count) = (number * CHUNK + reach, out.len());
        let around = &squares[at - reach..at + count + reach];
        if around.iter().fold(FAR, |least, square| least.min(*square)) == FAR {
            out.fill(FAR);
            continue;
        }
        out.copy_from_slice(&squares[at..at + count]);
        for away in 1..=reach {
            let square = (away * away) as u16;
            // What is as near already cannot come nearer; asked now and then only.
            if away % 4 == 1 && out.iter().fold(0, |most, out| most.max(*out)) <= square {
                break;
            }
            let (left, right) = (&squares[at - away..][..count], &squares[at + away..][..count]);
            for ((out, left), right) in out.iter_mut().zip(left).zip(right) {
                *out = (*out).min((*left).min(*right).saturating_add(square));
            }
        }
    }
}

/// The second pass for pixels that are not square: few files have such, and it need not be fast.
fn oblong(rows: &mut [u8], width: usize, metres: (f64, f64), (across, down): (usize, u8), of: &dyn Fn(f64) -> u8) {
    let square = |count: f64, metres: f64| (count * metres).powi(2);
    let columns: Vec<f64> = (0..=across).map(|away| square(away as f64, metres.0)).collect();
    let mut squares = vec![f64::INFINITY; width];
    for row in rows.chunks_exact_mut(width) {
        for (square_of, rows) in squares.iter_mut().zip(&*row) {
            *square_of = if *rows > down { f64::INFINITY } else { square(f64::from(*rows), metres.1) };
        }
        for (x, byte) in row.iter_mut().enumerate() {
            let near = x.saturating_sub(across)..(x + across + 1).min(width);
            *byte = of(near.map(|other| squares[other] + columns[x.abs_diff(other)]).fold(f64::INFINITY, f64::min));
        }
    }
}
