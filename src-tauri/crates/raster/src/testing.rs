//! Grids and files that several tests use.

use std::path::{Path, PathBuf};

use swath_domain::{Compression, Crs, Grid};

use crate::cog::{Pixels, from_pixels};

/// A corner of Sentinel-2 tile 33TWK.
pub(crate) const CORNER: (f64, f64) = (499_980.0, 5_000_040.0);

pub(crate) fn utm(epsg: u32, west: f64, north: f64, pixel: f64, width: u32, height: u32) -> Grid {
    Grid::from_affine(Crs::epsg(epsg), [pixel, 0.0, west, 0.0, -pixel, north], width, height).unwrap()
}

/// In zone 33, so many metres east and south of [`CORNER`].
pub(crate) fn at(east: f64, south: f64, pixel: f64, width: u32, height: u32) -> Grid {
    utm(32633, CORNER.0 + east, CORNER.1 - south, pixel, width, height)
}

pub(crate) fn file(folder: &Path, name: &str, grid: &Grid, pixels: &[u16], nodata: Option<f64>) -> PathBuf {
    let path = folder.join(name);
    from_pixels(grid, Pixels::U16(pixels), nodata, 128, false, Compression::Deflate, &path).unwrap();
    path
}

pub(crate) fn class_file(folder: &Path, name: &str, grid: &Grid, pixels: &[u8]) -> PathBuf {
    let path = folder.join(name);
    from_pixels(grid, Pixels::U8(pixels), Some(0.0), 128, true, Compression::Deflate, &path).unwrap();
    path
}

/// Numbers that look random and are the same each time.
pub(crate) fn noise(seed: u64) -> impl FnMut() -> u16 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u16
    }
}
