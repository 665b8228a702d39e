//! Finding what looks differ by.

use super::super::super::{LookPixels, network::Network};
use super::super::{PIECE, Roles, pick};
use super::{Correction, Field, Place, RIM};

/// Percentile of the looks that each is compared with.
const PERCENT: f32 = 30.0;
/// The comparison is made twice, the second time of what the first has left.
const ROUNDS: usize = 2;
/// Looks that a pixel must have to say anything.
const LEAST_LOOKS: u16 = 2;
/// Beyond this (960 m, in distance bytes) cloud adds nothing.
const FAR: u8 = 48;
/// Nearer limits for looks that show too little beyond [`FAR`].
const NEARER: [u8; 3] = [FAR, 24, 12];
/// Pixels that an offset must be found from.
const LEAST_PIXELS: usize = 300;
/// Pixels of evidence at which a rim counts half.
const RIM_HALF: i64 = 50;
/// Upper ends of the classes of distance that the rim is found from; the last is not used.
const CLASSES: [u8; 5] = [6, 12, 24, FAR, 255];
/// Evidence at which a cell counts half, in square kilometres.
const CELL_HALF_KM2: f64 = 2.0;
/// Size of a cell, and the most cells along a side.
const CELL_M: f64 = 2000.0;
const MOST_CELLS: usize = 32;
/// Most that is taken off, of each kind.
const MOST: i64 = 500;
/// Share of the area, seen far from cloud, at which a look counts half; what it shows near cloud counts a hundredth.
const LOOK_HALF: f64 = 0.05;

/// What to take off each of the looks, in the order given. They hold the whole area on a coarse grid of `width` columns, with pixels of
/// `pixel_m` metres (100 to 200 are best; picked, not averaged, since an average mixes cloud in).
///
/// # Panics
/// When looks differ in their number of bands or pixels.
pub fn estimate(looks: &[LookPixels], width: usize, pixel_m: f64, roles: &Roles) -> Vec<Correction> {
    let Some(first) = looks.first() else {
        return Vec::new();
    };
    let (bands, pixels) = (first.bands.len(), first.bands.first().map_or(0, Vec::len));
    let nothing = |look: &LookPixels| Correction { number: look.number, bands: vec![Field::default(); bands] };
    let mut found: Vec<Correction> = looks.iter().map(nothing).collect();
    if looks.len() < usize::from(LEAST_LOOKS) || width == 0 || pixels == 0 {
        return found;
    }
    let area = Area::new(looks, width, pixels / width, pixel_m);
    let visible = [roles.blue, roles.green, roles.red];
    for _ in 0..ROUNDS {
        for band in 0..bands {
            let reference = area.reference(looks, &found, band);
            let rest: Vec<Vec<i32>> = (0..looks.len()).map(|k| area.departures(&looks[k], k, band, &reference)).collect();
            let told: Vec<bool> =
                rest.iter().enumerate().map(|(k, rest)| area.offset_and_rim(k, rest, &mut found[k].bands[band])).collect();
            let level = area.level(&found, &told, band, visible.contains(&Some(band)));
            for (correction, _) in found.iter_mut().zip(&told).filter(|(_, told)| **told) {
                let field = &mut correction.bands[band];
                field.offset = limited(i64::from(field.offset) - level);
            }
            area.cells(&rest, &mut found, band);
        }
    }
    found
}

fn limited(amount: i64) -> i16 {
    amount.clamp(-MOST, MOST) as i16
}

/// Where nothing is known.
const UNKNOWN: i32 = i32::MAX;

/// The looks at the whole area.
struct Area {
    width: usize,
    height: usize,
    /// Distance bytes, 0 where not to be used.
    levels: Vec<Vec<u8>>,
    /// What each look counts.
    weights: Vec<f64>,
    columns: usize,
    rows: usize,
    /// Pixels at which a cell counts half.
    half: i64,
}

impl Area {
    fn new(looks: &[LookPixels], width: usize, height: usize, pixel_m: f64) -> Self {
        let pixels = width * height;
        let levels: Vec<Vec<u8>> = looks
            .iter()
            .map(|look| {
                let mut levels = if look.distance.is_empty() { vec![255; pixels] } else { look.distance[..pixels].to_vec() };
                let bands: Vec<&[u16]> = look.bands.iter().map(|band| &band[..pixels]).collect();
                pick::levels(&bands, 0, &mut levels);
                levels
            })
            .collect();
        let weight = |levels: &Vec<u8>| {
            let far = levels.iter().filter(|level| **level > FAR).count() as f64 / pixels as f64;
            let any = levels.iter().filter(|level| **level > 0).count() as f64 / pixels as f64;
            far / (far + LOOK_HALF) + any / 100.0
        };
        let cells = |side: usize| ((side as f64 * pixel_m / CELL_M).round() as usize).clamp(1, MOST_CELLS);
        Self {
            weights: levels.iter().map(weight).collect(),
            levels,
            columns: cells(width),
            rows: cells(height),
            half: ((CELL_HALF_KM2 * 1e6 / (pixel_m * pixel_m)).round() as i64).max(1),
            width,
            height,
        }
    }

    fn place(&self, row: usize) -> Place {
        let (width, height) = (self.width as u32, self.height as u32);
        Place { column: 0, row: row as u32, width, whole: (width, height) }
    }

    /// What looks are compared with, after what has been found so far is taken off; 0 where there is nothing.
    fn reference(&self, looks: &[LookPixels], found: &[Correction], band: usize) -> Vec<u16> {
        let network = Network::for_percentile(looks.len(), PERCENT);
        let rows = (PIECE / self.width).max(1);
        let mut reference = vec![0; self.width * self.height];
        for (part, out) in reference.chunks_mut(rows * self.width).enumerate() {
            let here = part * rows * self.width..part * rows * self.width + out.len();
            let mut counts = vec![0u16; out.len()];
            let of_all: Vec<Vec<u16>> = (0..looks.len())
                .map(|k| {
                    let of_band = |field: &Field| Correction { number: 0, bands: vec![field.clone()] };
                    let mut one = LookPixels {
                        bands: vec![looks[k].bands[band][here.clone()].to_vec()],
                        distance: self.levels[k][here.clone()].to_vec(),
                        ..Default::default()
                    };
                    of_band(&found[k].bands[band]).apply(&mut one, self.place(part * rows));
                    let mut pixels = one.bands.swap_remove(0);
                    for ((pixel, level), count) in pixels.iter_mut().zip(&one.distance).zip(&mut counts) {
                        *pixel = if *level > pick::WARY { *pixel } else { 0 };
                        *count += u16::from(*pixel != 0);
                    }
                    pixels
                })
                .collect();
            let of_all: Vec<&[u16]> = of_all.iter().map(Vec::as_slice).collect();
            network.run(&of_all, out);
            out.iter_mut().zip(&counts).filter(|(_, count)| **count < LEAST_LOOKS).for_each(|(out, _)| *out = 0);
        }
        reference
    }

    /// A look less the reference, without anything taken off.
    fn departures(&self, look: &LookPixels, k: usize, band: usize, reference: &[u16]) -> Vec<i32> {
        let usable = self.levels[k].iter().zip(&look.bands[band]).zip(reference);
        usable
            .map(|((level, pixel), reference)| match *level == 0 || *pixel == 0 || *reference == 0 {
                true => UNKNOWN,
                false => i32::from(*pixel) - i32::from(*reference),
            })
            .collect()
    }

    /// Offset and rim of a look, of what the smooth field found before leaves; nothing at all, and `false`, where evidence is too thin.
    fn offset_and_rim(&self, k: usize, rest: &[i32], field: &mut Field) -> bool {
        let grid = field.grid(self.place(0));
        let mut classes: [Vec<i32>; CLASSES.len()] = Default::default();
        let mut line = vec![0; self.width];
        for (row, rest) in rest.chunks_exact(self.width).enumerate() {
            grid.line(row, &mut line);
            for ((rest, smooth), level) in rest.iter().zip(&line).zip(&self.levels[k][row * self.width..]) {
                if *rest != UNKNOWN {
                    let class = CLASSES.iter().position(|end| level <= end).unwrap_or(CLASSES.len() - 1);
                    classes[class].push(rest - smooth);
                }
            }
        }
        let mut far = Vec::new();
        for limit in NEARER {
            far = classes.iter().zip(CLASSES).filter(|(_, end)| *end > limit).flat_map(|(values, _)| values).copied().collect();
            if far.len() >= LEAST_PIXELS {
                break;
            }
        }
        if far.len() < LEAST_PIXELS {
            *field = Field::default();
            return false;
        }
        let offset = median(&mut far);
        let mut rim: Vec<i64> = classes
            .iter_mut()
            .map(|values| {
                let count = values.len() as i64;
                if count == 0 { 0 } else { (i64::from(median(values)) - i64::from(offset)) * count / (count + RIM_HALF) }
            })
            .collect();
        let last = rim[CLASSES.len() - 1];
        rim.iter_mut().for_each(|r| *r -= last);
        field.offset = offset.clamp(-30_000, 30_000) as i16;
        field.rim = if rim.iter().all(|r| *r == 0) { Vec::new() } else { rim.into_iter().map(limited).collect() };
        true
    }

    /// The level that all looks are brought to, of those with an offset.
    fn level(&self, found: &[Correction], told: &[bool], band: usize, visible: bool) -> i64 {
        let of_looks = found.iter().zip(&self.weights).zip(told).filter(|((_, weight), told)| **told && **weight > 0.0);
        let mut offsets: Vec<(i16, f64)> = of_looks.map(|((found, weight), _)| (found.bands[band].offset, *weight)).collect();
        if offsets.is_empty() {
            return 0;
        }
        // In a fixed order, so that sums do not depend on the order of looks.
        offsets.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        let all: f64 = offsets.iter().map(|(_, weight)| weight).sum();
        if !visible {
            return (offsets.iter().map(|(offset, weight)| f64::from(*offset) * weight).sum::<f64>() / all).round() as i64;
        }
        // Each look stands at the middle of its weight; the median lies between the two that embrace half of all.
        let (mut sum, mut before) = (0.0, None);
        for (offset, weight) in &offsets {
            let (offset, at) = (f64::from(*offset), sum + weight / 2.0);
            if 2.0 * at >= all {
                let (from, from_at) = before.unwrap_or((offset, at - 1.0));
                return (from + (offset - from) * (all / 2.0 - from_at) / (at - from_at)).round() as i64;
            }
            (sum, before) = (sum + weight, Some((offset, at)));
        }
        before.map_or(0, |(offset, _)| offset as i64)
    }

    /// The smooth fields, of what offsets and rims leave.
    fn cells(&self, rest: &[Vec<i32>], found: &mut [Correction], band: usize) {
        let count = self.columns * self.rows;
        let mut fields: Vec<Vec<i64>> = Vec::new();
        let mut evidence: Vec<Vec<i64>> = Vec::new();
        for (k, rest) in rest.iter().enumerate() {
            let near = found[k].bands[band].by_distance();
            let mut values: Vec<Vec<i32>> = vec![Vec::new(); count];
            for (at, rest) in rest.iter().enumerate() {
                let level = self.levels[k][at];
                if *rest != UNKNOWN && level > pick::WARY {
                    let (row, column) = (at / self.width * self.rows / self.height, at % self.width * self.columns / self.width);
                    values[row * self.columns + column].push(rest - near[usize::from(level)]);
                }
            }
            let medians: Vec<i64> = values.iter_mut().map(|v| if v.is_empty() { 0 } else { i64::from(median(v)) }).collect();
            let counts: Vec<i64> = values.iter().map(|v| v.len() as i64).collect();
            let (field, counts) = self.smooth(&medians, &counts);
            fields.push(field.iter().zip(&counts).map(|(f, n)| f * n / (n + self.half)).collect());
            evidence.push(counts);
        }
        // Together they move nothing.
        for cell in 0..count {
            let all: i64 = evidence.iter().map(|e| e[cell]).sum();
            let sum: i64 = fields.iter().zip(&evidence).map(|(f, e)| f[cell] * e[cell]).sum();
            fields.iter_mut().for_each(|f| f[cell] -= if all == 0 { 0 } else { sum / all });
        }
        for (correction, field) in found.iter_mut().zip(fields) {
            let into = &mut correction.bands[band];
            (into.cells, into.columns) = match field.iter().all(|f| *f == 0) {
                true => (Vec::new(), 0),
                false => (field.into_iter().map(limited).collect(), self.columns as u16),
            };
        }
    }

    /// Each cell with its eight neighbours, weighted 4, 2 and 1 times their evidence; and the evidence likewise.
    fn smooth(&self, values: &[i64], counts: &[i64]) -> (Vec<i64>, Vec<i64>) {
        let (mut smooth, mut evidence) = (vec![0; values.len()], vec![0; values.len()]);
        for row in 0..self.rows {
            for column in 0..self.columns {
                let (mut sum, mut weight) = (0, 0);
                for r in row.saturating_sub(1)..(row + 2).min(self.rows) {
                    for c in column.saturating_sub(1)..(column + 2).min(self.columns) {
                        let near = [1, 2][usize::from(r == row)] * [1, 2][usize::from(c == column)];
                        let at = r * self.columns + c;
                        sum += near * counts[at] * values[at];
                        weight += near * counts[at];
                    }
                }
                let at = row * self.columns + column;
                smooth[at] = if weight == 0 { 0 } else { sum / weight };
                evidence[at] = weight / 16;
            }
        }
        (smooth, evidence)
    }
}

/// The middle number, or the lower of the middle two. Of at least one.
fn median(values: &mut [i32]) -> i32 {
    let middle = (values.len() - 1) / 2;
    *values.select_nth_unstable(middle).1
}

const _: () = assert!(CLASSES.len() == RIM.len());
