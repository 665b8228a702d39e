//! Pieces of a raster for the map.

use std::path::Path;

use crate::RasterError;

/// How numbers become colours.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// One band (grey) or three (red, green, blue), from 1.
    pub bands: Vec<usize>,
    /// Number that is shown black, for each band.
    pub low: Vec<f64>,
    /// Number that is shown white, for each band.
    pub high: Vec<f64>,
    /// Exponent: 1 is linear, more is brighter.
    pub gamma: f64,
}

/// A tile of 256 x 256 pixels.
pub fn png(path: &Path, z: u8, x: u32, y: u32, style: &Style) -> Result<Option<Vec<u8>>, RasterError> {
    let _ = (path, z, x, y, style);
    todo!()
}
