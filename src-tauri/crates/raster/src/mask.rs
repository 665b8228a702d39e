//! Which pixels are clear, by the classes of a scene classification (Sentinel-2 SCL).

pub mod detect;
mod grow;
mod qa_pixel;
mod shares;
#[cfg(test)]
mod tests;

use std::path::Path;

use swath_domain::{Grid, MaskStep, Placement, Window};

use crate::RasterError;
use crate::memory::zeros;
use crate::open::open;
use crate::placement::placed_window;
use crate::project::metres_per_unit;
use crate::read::{checked, clipped, place, read_window, spans};
use grow::grow;
pub use qa_pixel::{PixelClass, qa_pixel};
pub use shares::{Shares, shares, shares_qa_pixel, shares_window};

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
    let dataset = open(path)?;
    let source = checked(path, &dataset, output, placement)?.grid;
    let Some(window) = window(&source, output, placement, step)? else {
        return zeros(output.pixels() as usize);
    };
    let classes = read_window::<u8>(path, &dataset, window)?;
    drop(dataset);
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

/// Width and height of a pixel in metres; of degrees, in the middle of the whole source, so that all blocks agree.
fn pixel_metres(source: &Grid) -> Result<(f64, f64), RasterError> {
    let b = source.bounds();
    let (x, y) = metres_per_unit(&source.crs, (b.north + b.south) / 2.0)?;
    Ok((source.transform.width * x, source.transform.height * y))
}

/// Clear pixels of a window, at the mask's own resolution.
fn clear(classes: &[u8], window: Window, metres: (f64, f64), step: &MaskStep) -> Vec<u8> {
    let dropped = |class: &u8| step.drop.contains(class);
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
