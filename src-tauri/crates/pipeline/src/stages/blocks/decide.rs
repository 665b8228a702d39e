//! Which scenes bring something to a block.

use swath_domain::{Monitor, PlannedScene, Stop};
use swath_raster::{composite::fill::RIM, rasterize};

use super::{Block, Run, seen};
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

/// A scene that reaches a block, as its mask sees it: 0 also outside the area.
struct Candidate {
    look: usize,
    scene: usize,
    distance: Vec<u8>,
}

/// Scenes of the period that can still change a pixel of the area in the block; nothing of the others is ever fetched.
pub(super) fn needed(run: &Run, block: &Block, monitor: &dyn Monitor) -> Outcome<Vec<Needed>> {
    let Some(inside) = inside(run, block)? else { return Ok(Vec::new()) };
    let plain = run.image.is_plain() && run.image.step.at_most.is_none() && run.image.keep.is_none();
    let mut candidates = Vec::new();
    let mut needed = Vec::new();
    for (look, planned) in run.plan.looks.iter().enumerate().filter(|(_, look)| !look.beyond) {
        for (scene, planned) in planned.scenes.iter().enumerate() {
            if monitor.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            let Some(mut distance) = seen::distance(&run.masks, planned, &block.grid)? else { continue };
            distance.iter_mut().zip(&inside).for_each(|(distance, inside)| *distance &= inside);
            if plain {
                let clear = Bits::pack(&distance);
                if clear.any() {
                    needed.push(Needed { look, scene, clear });
                }
            } else if distance.iter().any(|distance| *distance > least(run)) {
                candidates.push(Candidate { look, scene, distance });
            }
        }
    }
    if plain {
        return Ok(needed);
    }
    if let Some(day) = run.image.keep {
        spare_helpers(run, &mut candidates, &inside, day);
    } else {
        only_useful(run, &mut candidates);
        if let Some(most) = run.image.step.at_most {
            enough(run, &mut candidates, &inside, most);
        }
    }
    Ok(candidates.into_iter().map(|c| Needed { look: c.look, scene: c.scene, clear: Bits::pack(&c.distance) }).collect())
}

/// Scenes, in the period and around it, that have something where the image is empty (`holes` are 255, other pixels 0).
pub(super) fn for_gaps(run: &Run, block: &Block, holes: &[u8], monitor: &dyn Monitor) -> Outcome<Vec<Needed>> {
    let similar = matches!(run.image.step.gaps, swath_domain::Gaps::Similar(_));
    let mut needed = Vec::new();
    for (look, planned) in run.plan.looks.iter().enumerate() {
        for (scene, planned) in planned.scenes.iter().enumerate() {
            if monitor.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            let Some(mut distance) = seen::distance(&run.masks, planned, &block.grid)? else { continue };
            if !distance.iter().zip(holes).any(|(distance, hole)| distance & hole != 0) {
                continue;
            }
            if !similar {
                distance.iter_mut().zip(holes).for_each(|(distance, hole)| *distance &= hole);
            }
            needed.push(Needed { look, scene, clear: Bits::pack(&distance) });
        }
    }
    Ok(needed)
}

/// 255 for pixels of the area, else 0; `None` when the block holds none.
pub(super) fn inside(run: &Run, block: &Block) -> Outcome<Option<Vec<u8>>> {
    let target = &run.plan.target;
    if !target.clip {
        return Ok(Some(vec![255; block.grid.pixels() as usize]));
    }
    let mut inside = fail(rasterize(&target.outline, &block.grid))?;
    inside.iter_mut().for_each(|pixel| *pixel *= 255);
    Ok(inside.contains(&255).then_some(inside))
}

/// The distance that a pixel must exceed to be used at all.
fn least(run: &Run) -> u8 {
    run.image.clean.grades.last().copied().unwrap_or(0)
}

/// The grade of a distance: 1 for the least cautious one, more for others; 0 when it cannot be used.
fn grade(run: &Run, distance: u8) -> u8 {
    if run.image.clean.grades.is_empty() {
        return u8::from(distance > 0);
    }
    run.image.clean.grades.iter().filter(|grade| distance > **grade).count() as u8
}

/// Without screening a pixel comes from looks of its best grade and no others; with it, any may be wanted in the end.
fn only_useful(run: &Run, candidates: &mut Vec<Candidate>) {
    if run.image.clean.screen || run.image.clean.grades.is_empty() {
        return;
    }
    let best = best_grades(run, candidates);
    candidates.retain(|c| c.distance.iter().zip(&best).any(|(distance, best)| *best > 0 && grade(run, *distance) == *best));
}

fn best_grades(run: &Run, candidates: &[Candidate]) -> Vec<u8> {
    let mut best = vec![0; candidates.first().map_or(0, |c| c.distance.len())];
    for candidate in candidates {
        best.iter_mut().zip(&candidate.distance).for_each(|(best, distance)| *best = grade(run, *distance).max(*best));
    }
    best
}

/// Stops at so many looks of a pixel's best grade, the first in order first, and leaves out what brings too little.
fn enough(run: &Run, candidates: &mut Vec<Candidate>, inside: &[u8], most: u16) {
    let best = best_grades(run, candidates);
    let area = inside.iter().filter(|inside| **inside != 0).count() as f64;
    let least = run.image.step.least_share.unwrap_or(0.0) * area;
    let mut ranked: Vec<usize> = (0..candidates.len()).collect();
    ranked.sort_by_key(|at| (run.about.rank(candidates[*at].look), candidates[*at].scene));
    let mut count = vec![0u16; best.len()];
    let mut keep = vec![false; candidates.len()];
    for at in ranked {
        let good = |distance: u8, best: u8| best > 0 && grade(run, distance) == best;
        let (mut brings, mut first) = (0usize, false);
        for ((distance, best), count) in candidates[at].distance.iter().zip(&best).zip(&count) {
            if good(*distance, *best) && *count < most {
                brings += 1;
                first |= *count == 0;
            }
        }
        keep[at] = brings > 0 && (first || brings as f64 >= least);
        if keep[at] {
            let seen = candidates[at].distance.iter().zip(&best).map(|(distance, best)| u16::from(good(*distance, *best)));
            count.iter_mut().zip(seen).for_each(|(count, seen)| *count += seen);
        }
    }
    let mut keep = keep.into_iter();
    candidates.retain(|_| keep.next().unwrap_or(true));
}

/// Where the kept day has every pixel of the area, far from cloud, no other is asked.
fn spare_helpers(run: &Run, candidates: &mut Vec<Candidate>, inside: &[u8], day: i32) {
    let rim = if run.image.clean.grades.is_empty() { 0 } else { RIM };
    let mut open = inside.to_vec();
    for candidate in candidates.iter().filter(|c| run.about.day(c.look) == day) {
        open.iter_mut().zip(&candidate.distance).filter(|(_, distance)| **distance > rim).for_each(|(open, _)| *open = 0);
    }
    candidates.retain(|c| run.about.day(c.look) == day || c.distance.iter().zip(&open).any(|(distance, open)| distance & open != 0));
}

/// One bit per pixel, so that the masks of many looks can wait for their bands at little cost.
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// From bytes, 1 where they are not 0.
    fn pack(bytes: &[u8]) -> Self {
        Self(bytes.chunks(64).map(|chunk| chunk.iter().enumerate().fold(0, |word, (i, byte)| word | u64::from(*byte != 0) << i)).collect())
    }

    fn any(&self) -> bool {
        self.0.iter().any(|word| *word != 0)
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

    /// The same for bytes.
    pub(super) fn keep_bytes(&self, bytes: &mut [u8]) {
        for (word, chunk) in self.0.iter().zip(bytes.chunks_mut(64)) {
            chunk.iter_mut().enumerate().for_each(|(i, byte)| *byte *= (word >> i & 1) as u8);
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
