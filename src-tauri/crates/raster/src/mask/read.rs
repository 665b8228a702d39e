//! A finished mask on the pixels of the output.

use std::path::Path;

use swath_domain::{Grid, Placement};

use super::MaskBlock;
use super::file::{Mask, Plane};
use crate::RasterError;
use crate::memory::zeros;
use crate::placement::placed_window;
use crate::read::{clipped, place, spans};

pub(super) fn read(path: &Path, output: &Grid, plane: Plane) -> Result<MaskBlock, RasterError> {
    let mut mask = Mask::open(path)?;
    let count = output.pixels() as usize;
    let nothing = || Ok(MaskBlock { distance: zeros(count)?, class: zeros(count)? });
    let placement = Placement::of(mask.grid(), output);
    // In the pixels of the whole scene, so that what a warp sees does not depend on which part of it the mask has.
    let scene = mask.frame().clone();
    let under = placed_window(&scene, output, placement)?.and_then(|window| mask.grid().window_of(scene.bounds_of(window)));
    let Some(window) = under else { return nothing() };
    let part = mask.grid().part(window);
    let distance = mask.window(path, plane, window)?;
    let class = mask.window(path, Plane::Class, window)?;
    if placement == Placement::Warped {
        let both = distance.iter().zip(&class).map(|(distance, class)| u16::from(*class) << 8 | u16::from(*distance)).collect();
        let warped = place(path, &part, both, output, placement, true, None)?;
        return Ok(MaskBlock {
            distance: warped.iter().map(|both| *both as u8).collect(),
            class: warped.iter().map(|both| (both >> 8) as u8).collect(),
        });
    }
    if part == *output {
        return Ok(MaskBlock { distance, class });
    }
    let columns = spans((output.transform.west - part.transform.west, output.transform.width, output.width), part.transform.width);
    let rows = spans((part.transform.north - output.transform.north, output.transform.height, output.height), part.transform.height);
    let mut block = nothing()?;
    let (stride, width) = (part.width as usize, output.width as usize);
    // Columns that lie inside, each on exactly one of a mask that is not finer.
    let single = columns.iter().chain(&rows).all(|span| span.end - span.start == 1);
    let first = columns.iter().take_while(|column| column.start < 0).count();
    let inside = columns.iter().skip(first).take_while(|column| column.end <= i64::from(part.width)).count();
    let at: Vec<usize> = columns[first..first + inside].iter().map(|column| column.start as usize).collect();
    for (line, row) in rows.iter().enumerate() {
        let lines = clipped(row, part.height);
        if lines.len() as i64 != row.end - row.start {
            continue;
        }
        let out = line * width + first..line * width + first + inside;
        if single && line > 0 && rows[line - 1] == *row {
            block.distance.copy_within(out.start - width..out.end - width, out.start);
            block.class.copy_within(out.start - width..out.end - width, out.start);
        } else if single {
            let from = lines.start * stride;
            for (to, from_plane) in [(&mut block.distance, &distance), (&mut block.class, &class)] {
                let source = &from_plane[from..from + stride];
                to[out.clone()].iter_mut().zip(&at).for_each(|(to, x)| *to = source[*x]);
            }
        } else {
            for (x, column) in columns[first..first + inside].iter().enumerate() {
                let across = clipped(column, part.width);
                let pixels = lines.clone().flat_map(|y| across.clone().map(move |x| y * stride + x));
                // The first of the nearest, as good as any other.
                if let Some(least) = pixels.min_by_key(|pixel| distance[*pixel]) {
                    (block.distance[out.start + x], block.class[out.start + x]) = (distance[least], class[least]);
                }
            }
        }
    }
    Ok(block)
}
