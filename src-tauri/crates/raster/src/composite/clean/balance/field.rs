//! The amount at each pixel.

use super::{Field, Place, RIM};

impl Field {
    /// Offset and rim for each distance byte.
    pub(super) fn by_distance(&self) -> [i32; 256] {
        let offset = i32::from(self.offset);
        let mut out = [offset; 256];
        let at = |i: usize| i32::from(self.rim.get(i).copied().unwrap_or(0));
        for (distance, out) in out.iter_mut().enumerate() {
            let above = RIM.iter().position(|node| usize::from(*node) >= distance);
            *out += match above {
                Some(0) => at(0),
                Some(i) => {
                    let (from, to) = (i32::from(RIM[i - 1]), i32::from(RIM[i]));
                    let (span, along) = (to - from, distance as i32 - from);
                    (2 * ((span - along) * at(i - 1) + along * at(i)) + span).div_euclid(2 * span)
                }
                None => 0,
            };
        }
        out
    }

    pub(super) fn grid(&self, place: Place) -> Grid<'_> {
        let columns = usize::from(self.columns).max(1);
        let rows = (self.cells.len() / columns).max(1);
        let along = |from: u32, count: u32, whole: u32, cells: usize| -> Vec<(usize, i32)> {
            (from..from + count).map(|at| position(at, whole, cells)).collect()
        };
        Grid {
            cells: &self.cells,
            columns,
            across: if self.cells.is_empty() { Vec::new() } else { along(place.column, place.width, place.whole.0, columns) },
            down: place,
            rows,
        }
    }
}

/// The cell whose centre is left of (above) a pixel's, and how far the pixel is from it to the next, in 256ths.
fn position(at: u32, whole: u32, cells: usize) -> (usize, i32) {
    // (at + 1/2) / whole · cells - 1/2, in 256ths.
    let place = ((2 * i64::from(at) + 1) * cells as i64 * 128).div_euclid(i64::from(whole.max(1))) - 128;
    let place = place.clamp(0, (cells as i64 - 1) * 256);
    ((place >> 8) as usize, (place & 255) as i32)
}

/// The smooth part over the pixels of a block.
#[derive(Debug)]
pub(super) struct Grid<'a> {
    cells: &'a [i16],
    columns: usize,
    rows: usize,
    across: Vec<(usize, i32)>,
    down: Place,
}

impl Grid<'_> {
    /// The amounts of a row of the block.
    pub(super) fn line(&self, row: usize, out: &mut [i32]) {
        if self.cells.is_empty() {
            return;
        }
        let (above, part) = position(self.down.row + row as u32, self.down.whole.1, self.rows);
        let below = (above + 1).min(self.rows - 1);
        let mix: Vec<i32> = (0..self.columns)
            .map(|c| {
                i32::from(self.cells[above * self.columns + c]) * (256 - part) + i32::from(self.cells[below * self.columns + c]) * part
            })
            .collect();
        for (out, (left, part)) in out.iter_mut().zip(&self.across) {
            let right = (left + 1).min(self.columns - 1);
            *out = (mix[*left] * (256 - part) + mix[right] * part + 32_768) >> 16;
        }
    }
}
