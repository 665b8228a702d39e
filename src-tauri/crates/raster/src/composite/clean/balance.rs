//! What whole looks differ by: haze, the height of the sun, and the glow around clouds.
//!
//! Each look gets, for each band, one offset, a rim (what is added near cloud, by distance), and a smooth field over the area. They are found
//! by comparing the look with a low percentile of all looks, on coarse pixels, by medians, and shrink to nothing where evidence is thin.
//! Looks are brought to the level of a middle one: offsets are relative to the median of looks in visible bands, where haze only ever adds,
//! and to the mean in others; looks count by how much of the area they show far from cloud. Fields add up to nothing over the looks.

mod estimate;
mod field;

use serde::{Deserialize, Serialize};

use super::super::LookPixels;
pub use estimate::estimate;

/// What is taken off a look.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Correction {
    /// Number of the look.
    pub number: u16,
    /// For each of its bands.
    pub bands: Vec<Field>,
}

/// What is taken off a band, in units of reflectance × 10 000.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Field {
    /// Everywhere.
    pub offset: i16,
    /// Near cloud, in addition: at the distances of [`RIM`], linear between them and constant nearer by. Empty: nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rim: Vec<i16>,
    /// By place, in addition: at the centres of the cells of a grid over the whole area, row by row; bilinear between them and constant
    /// beyond. Empty: nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<i16>,
    /// Columns of that grid.
    #[serde(default, skip_serializing_if = "is_none")]
    pub columns: u16,
}

fn is_none(columns: &u16) -> bool {
    *columns == 0
}

/// Distance bytes (20 m) of [`Field::rim`]; at the last and beyond it is 0.
pub const RIM: [u8; 5] = [4, 9, 17, 34, 60];

/// Where the pixels of a block lie in the whole area, in pixels of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Columns west of the block.
    pub column: u32,
    /// Rows north of the block.
    pub row: u32,
    /// Columns of the block.
    pub width: u32,
    /// Columns and rows of the whole area.
    pub whole: (u32, u32),
}

impl Correction {
    /// Takes it off. What is valid stays at least 1, and 0 stays 0. Needs the look's distances for what is added near cloud.
    ///
    /// # Panics
    /// When the look has fewer bands than this, or its pixels are no whole rows of the block.
    pub fn apply(&self, look: &mut LookPixels, place: Place) {
        let width = place.width as usize;
        for (field, band) in self.bands.iter().zip(&mut look.bands) {
            if *field == Field::default() || width == 0 {
                continue;
            }
            assert!(band.len().is_multiple_of(width), "whole rows");
            let near = field.by_distance();
            let mut line = vec![0; width];
            let grid = field.grid(place);
            for (row, pixels) in band.chunks_exact_mut(width).enumerate() {
                grid.line(row, &mut line);
                match look.distance.get(row * width..(row + 1) * width) {
                    Some(distance) if near.iter().any(|n| *n != near[255]) => {
                        for ((pixel, smooth), distance) in pixels.iter_mut().zip(&line).zip(distance) {
                            *pixel = less(*pixel, near[usize::from(*distance)] + smooth);
                        }
                    }
                    _ => pixels.iter_mut().zip(&line).for_each(|(pixel, smooth)| *pixel = less(*pixel, near[255] + smooth)),
                }
            }
        }
    }
}

/// A pixel less an amount, at least 1; 0 stays.
#[inline(always)]
fn less(pixel: u16, amount: i32) -> u16 {
    let left = (i32::from(pixel) - amount).clamp(1, 65_535) as u16;
    if pixel == 0 { 0 } else { left }
}
