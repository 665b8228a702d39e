//! Which pixels are clear.

use std::path::Path;

use geo::MultiPolygon;
use swath_domain::{Grid, MaskStep, Placement, Window};

use crate::RasterError;

/// 1 where `step` keeps a pixel.
pub fn read_clear(path: &Path, output: &Grid, placement: Placement, step: &MaskStep) -> Result<Vec<u8>, RasterError> {
    let _ = (path, output, placement, step);
    todo!()
}

/// The pixels of `source` that [`read_clear`] reads.
pub fn source_window(source: &Grid, output: &Grid, placement: Placement, step: &MaskStep) -> Option<Window> {
    let _ = step;
    crate::source_window(source, output, placement)
}

/// How the pixels of an area divide; the four sum to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Shares {
    /// Kept.
    pub clear: f64,
    /// Cloud or cirrus (classes 8, 9, 10) that is dropped.
    pub cloud: f64,
    /// Cloud shadow (class 3) that is dropped.
    pub shadow: f64,
    /// No data, not reached by the file, or dropped for another class.
    pub missing: f64,
}

/// Shares of an area.
pub fn shares(path: &Path, level: usize, outline: &MultiPolygon<f64>, drop: &[u8]) -> Result<Shares, RasterError> {
    let _ = (path, level, outline, drop);
    todo!()
}

/// The level and window that [`shares`] should read.
pub fn shares_window(levels: &[(u32, u32)], grid: &Grid, outline: &MultiPolygon<f64>) -> Option<(usize, Window)> {
    let _ = (levels, grid, outline);
    todo!()
}
