//! Which pixels can be used, and how far the others are away: one small file for each scene, whoever tells cloud from ground.
//!
//! A mask begins as classes ([`PixelClass`]): of Sentinel-2's scene classification and its probabilities ([`scl`], [`probability`]), of
//! Landsat's quality bits ([`qa_pixel`]), of Level 1C's own cloud masks ([`classi`], [`gml`]), of Swath's detector ([`detect`]) or of a model
//! of the user's. [`Frame`] says before anything is fetched where the mask lies and which pixels of which layers it takes; [`build()`] then
//!
//! 1. brings all layers onto the mask's own grid and makes one class of them, dropped or kept as the recipe says;
//! 2. puts in what somebody drew ([`hand`]);
//! 3. drops what is too near to what was dropped, by the margins of the recipe;
//! 4. gives every pixel a byte of distance ([`distance`]) and writes both planes ([`file`]).
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
mod grow;
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
use swath_domain::{Grid, MaskStep, PixelClass, Placement, Window};

use crate::RasterError;
use crate::memory::zeros;
use crate::placement::placed_window;
use crate::read::{Under, clipped, pixels_under, place, spans};
use frame::pixel_metres;
use grow::grow;

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
    /// Shares of the area by class, in the order of [`PixelClass::ALL`], together 1; what lies outside the scene is no data.
    pub shares: [f64; 8],
    /// Share of the area that can be used.
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

/// Cloud of medium and high probability, and thin cirrus.
const CLOUD: [u8; 3] = [8, 9, 10];
/// Cloud shadow.
const SHADOW: [u8; 1] = [3];

/// 1 where a pixel of `output` is clear, else 0; row by row.
///
/// Clear is what the file reaches, whose class is not in `step.drop`, and that is no nearer to a dropped cloud (classes 8, 9, 10) than
/// `step.cloud_buffer_m` or to a dropped shadow (class 3) than `step.shadow_buffer_m`. Distances are metres between pixel centres, taken
/// in the mask's own pixels, and do not depend on how the output is cut into blocks. An output pixel that covers several of the mask is
/// clear when all of them are, since its value is made of all of them.
///
/// Reads exactly the window that [`source_window`] names.
///
/// # Errors
/// As [`crate::read_onto`].
pub fn read_clear(path: &Path, output: &Grid, placement: Placement, step: &MaskStep) -> Result<Vec<u8>, RasterError> {
    let under = pixels_under::<u8>(path, output, placement, &|source| window(source, output, placement, step))?;
    let Some(Under { source, window, pixels: classes }) = under else {
        return zeros(output.pixels() as usize);
    };
    let clear = clear(&classes, window, pixel_metres(&source)?, step);
    let part = source.part(window);
    if placement == Placement::Warped {
        let wide = clear.iter().map(|c| u16::from(*c)).collect();
        let warped = place(path, &part, wide, output, placement, true, None)?;
        return Ok(warped.into_iter().map(|c| c as u8).collect());
    }
    all_clear(&clear, &part, output)
}

/// The pixels of `source` that [`read_clear`] reads for `output`: those under it and as far around as cloud or shadow is grown; `None` when
/// the two do not meet.
pub fn source_window(source: &Grid, output: &Grid, placement: Placement, step: &MaskStep) -> Option<Window> {
    window(source, output, placement, step).unwrap_or_else(|_| Some(source.whole()))
}

fn window(source: &Grid, output: &Grid, placement: Placement, step: &MaskStep) -> Result<Option<Window>, RasterError> {
    let Some(under) = placed_window(source, output, placement)? else {
        return Ok(None);
    };
    let (width, height) = pixel_metres(source)?;
    let margin = (step.cloud_buffer_m.max(step.shadow_buffer_m).max(0.0) / width.min(height)).ceil() as u32;
    Ok(Some(under.grown(margin, (source.width, source.height))))
}

/// Clear pixels of a window, at the mask's own resolution.
fn clear(classes: &[u8], window: Window, metres: (f64, f64), step: &MaskStep) -> Vec<u8> {
    let dropped = |class: &u8| step.drops_scl(*class, swath_domain::PixelClass::of_scl(*class));
    let table: [u8; 256] = std::array::from_fn(|class| u8::from(!dropped(&(class as u8))));
    let mut clear: Vec<u8> = classes.iter().map(|class| table[usize::from(*class)]).collect();
    for (of, radius) in [(CLOUD.as_slice(), step.cloud_buffer_m), (SHADOW.as_slice(), step.shadow_buffer_m)] {
        let grows: [bool; 256] = std::array::from_fn(|class| of.contains(&(class as u8)) && dropped(&(class as u8)));
        if radius > 0.0 && classes.iter().any(|class| grows[usize::from(*class)]) {
            let seeds: Vec<bool> = classes.iter().map(|class| grows[usize::from(*class)]).collect();
            let near = grow(&seeds, window.width as usize, metres, radius);
            clear.iter_mut().zip(near).for_each(|(clear, near)| *clear &= u8::from(!near));
        }
    }
    clear
}

/// Output pixels under which every mask pixel is there and clear.
fn all_clear(clear: &[u8], part: &Grid, output: &Grid) -> Result<Vec<u8>, RasterError> {
    let columns = spans((output.transform.west - part.transform.west, output.transform.width, output.width), part.transform.width);
    let rows = spans((part.transform.north - output.transform.north, output.transform.height, output.height), part.transform.height);
    let mut out = zeros::<u8>(output.pixels() as usize)?;
    for (line, row) in out.chunks_exact_mut(output.width as usize).zip(&rows) {
        let lines = clipped(row, part.height);
        if lines.len() as i64 != row.end - row.start {
            continue;
        }
        for (pixel, column) in line.iter_mut().zip(&columns) {
            let across = clipped(column, part.width);
            let inside = across.len() as i64 == column.end - column.start;
            let all = || lines.clone().all(|y| clear[y * part.width as usize..][across.clone()].iter().all(|c| *c == 1));
            *pixel = u8::from(inside && all());
        }
    }
    Ok(out)
}
