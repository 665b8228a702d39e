//! Which scenes bring a clear pixel to a block.

use swath_domain::{Monitor, PlannedScene, Stop};
use swath_raster::{mask, rasterize, source_window};

use super::{Block, Run};
use crate::error::{Outcome, fail};

/// A scene that a block needs, and its clear pixels.
pub(super) struct Needed {
    pub(super) look: usize,
    scene: usize,
    pub(super) clear: Bits,
}

impl Needed {
    pub(super) fn scene<'a>(&self, run: &'a Run) -> &'a PlannedScene {
        &run.plan.looks[self.look].scenes[self.scene]
    }
}

/// Scenes with at least one clear pixel of the area in the block; nothing of the others is ever fetched.
pub(super) fn needed(run: &Run, block: &Block, monitor: &dyn Monitor) -> Outcome<Vec<Needed>> {
    let target = &run.plan.target;
    let inside = if target.clip { Some(fail(rasterize(&target.outline, &block.grid))?) } else { None };
    if inside.as_ref().is_some_and(|inside| inside.iter().all(|pixel| *pixel == 0)) {
        return Ok(Vec::new());
    }
    let mut needed = Vec::new();
    for (look, planned) in run.plan.looks.iter().enumerate() {
        for (scene, planned) in planned.scenes.iter().enumerate() {
            if monitor.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            let Some(mut clear) = clear_pixels(run, block, planned)? else { continue };
            if let Some(inside) = &inside {
                clear.iter_mut().zip(inside).for_each(|(clear, inside)| *clear &= inside);
            }
            if clear.contains(&1) {
                needed.push(Needed { look, scene, clear: Bits::pack(&clear) });
            }
        }
    }
    Ok(needed)
}

/// One byte per pixel of the block, 1 where the scene is clear; `None` where the scene does not reach.
fn clear_pixels(run: &Run, block: &Block, scene: &PlannedScene) -> Outcome<Option<Vec<u8>>> {
    if !run.masks.reaches(&scene.scene) {
        return Ok(None);
    }
    if let Some(path) = run.masks.path(&scene.scene) {
        let mask = fail(mask::read(path, &block.grid))?;
        return Ok(Some(mask.distance.into_iter().map(|distance| u8::from(distance > 0)).collect()));
    }
    // Without a mask every pixel that is there counts; which are there, the bands themselves tell.
    let mut grids = scene.bands.iter().filter_map(|planned| Some((planned, planned.asset.grid.as_ref()?)));
    let reaches = grids.any(|(planned, grid)| source_window(grid, &block.grid, planned.placement).is_some());
    Ok(reaches.then(|| vec![1; block.window.pixels()]))
}

/// One bit per pixel, so that the masks of many looks can wait for their bands at little cost.
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// From bytes of 0 and 1.
    fn pack(bytes: &[u8]) -> Self {
        Self(bytes.chunks(64).map(|chunk| chunk.iter().enumerate().fold(0, |word, (i, byte)| word | u64::from(*byte) << i)).collect())
    }

    /// Sets pixels to 0 (no data) where the bit is not set.
    pub(super) fn keep(&self, pixels: &mut [u16]) {
        for (word, chunk) in self.0.iter().zip(pixels.chunks_mut(64)) {
            match *word {
                u64::MAX => {}
                0 => chunk.fill(0),
                word => chunk.iter_mut().enumerate().for_each(|(i, pixel)| *pixel *= (word >> i & 1) as u16),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_masks_keep_exactly_the_clear_pixels() {
        let mask: Vec<u8> = (0..1000u32).map(|i| u8::from(i.wrapping_mul(2_654_435_761) >> 28 > 7 || (128..256).contains(&i))).collect();
        let mut pixels: Vec<u16> = (1..=1000).collect();
        Bits::pack(&mask).keep(&mut pixels);
        for (i, (pixel, clear)) in pixels.iter().zip(&mask).enumerate() {
            assert_eq!(*pixel, if *clear == 1 { i as u16 + 1 } else { 0 });
        }
    }
}
