//! Which pixels can be used, and how far the others are away: one small file for each scene, whoever tells cloud from ground.
//!
//! A mask begins as classes ([`PixelClass`]): of Sentinel-2's scene classification and its probabilities (`scl`, `probability`), of
//! Landsat's quality bits ([`qa_pixel()`]), of Level 1C's own cloud masks ([`classi`], [`gml`]), of Swath's detector ([`detect`]) or of a model
//! of the user's. [`Frame`] says before anything is fetched where the mask lies and which pixels of which layers it takes; [`build()`] then
//!
//! 1. brings all layers onto the mask's own grid and makes one class of them, dropped or kept as the recipe says;
//! 2. puts in what somebody drew (`hand`);
//! 3. drops what is too near to what was dropped, by the margins of the recipe;
//! 4. gives every pixel a byte of distance (`distance`) and writes both planes (`file`).
//!
//! [`read`] brings a finished mask onto the pixels of the output, and that is all that composites ever see of it.
//!
//! # The byte of distance
//!
//! Metres between centres of pixels of the mask, in steps of 20, rounded down: 0 for a pixel that cannot be used, 1 to 254 for one that can
//! (1 also when it is nearer than 20 m), 255 for one so far away that nobody asks. It is measured to the nearest pixel that was dropped as
//! cloud, cirrus or shadow, as drawn cloud, or for lying in a margin around those. No data and the edge of the swath, where haze does not
//! end and nothing casts a shadow, count as four times as far away as they are; defective pixels, snow and water that are dropped are
//! dropped by themselves alone.

mod build;
pub mod classi;
mod codes;
pub mod detect;
pub(crate) mod distance;
mod file;
mod frame;
pub mod gml;
mod hand;
mod looked_at;
mod probability;
mod qa_pixel;
mod read;
mod scl;
mod shares;
#[cfg(test)]
mod tests;

use std::path::Path;

use serde::{Deserialize, Serialize};
use swath_domain::{Grid, PixelClass};

use crate::RasterError;

pub use build::{BuildError, Classify, Layer, Source, build};
pub use frame::{Frame, Given, ModelFrame};
pub use qa_pixel::qa_pixel;
pub use shares::{Shares, shares, shares_qa_pixel, shares_window};

/// Metres between steps of the distance byte.
pub const STEP_M: f64 = 20.0;

/// What a mask tells about its scene as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MaskFacts {
    /// The pixels that the file holds.
    pub grid: Grid,
    /// The mask's grid over the whole scene.
    pub scene: Grid,
    /// Shares of the area by class, in the order of [`PixelClass::ALL`], together 1, as if nobody had drawn anything; what lies outside the
    /// scene is no data.
    pub shares: [f64; 8],
    /// Share of the area that can be used, as if nobody had drawn anything.
    pub clear_share: f64,
    /// What the mask was made of, in words for the record.
    pub evidence: Vec<String>,
    /// Whatever decides about the mask, in one line: a file with another key is another mask.
    pub key: String,
}

impl MaskFacts {
    /// Share of the area that is cloud or cirrus.
    pub fn cloud_share(&self) -> f64 {
        self.shares[PixelClass::Cloud as usize] + self.shares[PixelClass::Cirrus as usize]
    }
}

/// A mask on the pixels of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskBlock {
    /// The byte of distance; 0 where the scene does not reach.
    pub distance: Vec<u8>,
    /// Codes of [`PixelClass`].
    pub class: Vec<u8>,
}

/// A finished mask on `output`, row by row.
///
/// A coarser mask is repeated. Of a finer one each pixel takes the least distance under it, and the class found there: it can be used when
/// all of them can, since its value is made of all of them. Masks on another grid are taken by the nearest pixel.
///
/// # Errors
/// [`RasterError::Read`] when the file is damaged; [`RasterError::Open`] when there is none.
pub fn read(path: &Path, output: &Grid) -> Result<MaskBlock, RasterError> {
    read::read(path, output, file::Plane::Distance)
}

/// As [`read`], with distances as if nobody had drawn anything in the scene.
///
/// # Errors
/// As [`read`].
pub fn read_without_hand(path: &Path, output: &Grid) -> Result<MaskBlock, RasterError> {
    read::read(path, output, file::Plane::WithoutHand)
}

/// What a finished mask tells about its scene.
///
/// # Errors
/// As [`read`].
pub fn facts(path: &Path) -> Result<MaskFacts, RasterError> {
    file::Mask::open(path).map(file::Mask::facts)
}

/// What a finished mask tells, if it is there, whole, and the one that `key` names.
pub fn finished(path: &Path, key: &str) -> Option<MaskFacts> {
    let mut mask = file::Mask::open(path).ok()?;
    let whole = mask.is_whole();
    Some(mask.facts()).filter(|facts| whole && facts.key == key)
}
