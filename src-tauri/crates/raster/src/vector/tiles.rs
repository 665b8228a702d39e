//! Areas that have names: tiles of Sentinel-2, and paths and rows of Landsat.

mod mgrs;
mod wrs2;

use swath_domain::Aoi;

use super::VectorError;

/// The ground of a Sentinel-2 tile such as `33TWL` (also `T33TWL`, `1WCR`): 109.8 km from the north-west corner of its 100 km square, in the
/// square's UTM zone.
///
/// # Errors
/// [`VectorError::NoSuchTile`] when there is no such square.
pub fn mgrs(tile: &str) -> Result<Aoi, VectorError> {
    mgrs::area(tile)
}

/// Tiles of Sentinel-2 that an area touches, in the order of their names; 2000 at most.
pub fn mgrs_tiles(aoi: &Aoi) -> Vec<String> {
    mgrs::touched(aoi)
}

/// The ground of a Landsat scene (WRS-2, Landsat 4 to 9): 185 km across by 180 km along the track.
///
/// Computed from the orbit. The centres of the outlines that catalogues give for 23 scenes of Landsat 8 and 9 lie 0.1 to 3.7 km (median 1.1 km) from those given
/// here, in one case 6.5 km; scenes of older satellites up to 11 km. (One of April 2013, from before Landsat 8 had reached its orbit, lies 150 km aside.)
///
/// # Errors
/// [`VectorError::NoSuchTile`] when the path is not 1 to 233 or the row not 1 to 248.
pub fn wrs2(path: u16, row: u16) -> Result<Aoi, VectorError> {
    wrs2::area(path, row)
}

/// Whether a word is written as a tile is.
pub(super) fn is_mgrs(word: &str) -> bool {
    mgrs::parts(word).is_some()
}
