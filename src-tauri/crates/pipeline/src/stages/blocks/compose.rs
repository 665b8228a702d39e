//! From the needed scenes of a block to its composite.

use swath_domain::{Monitor, Stop};
use swath_raster::{
    composite::{self, Composite, LookPixels},
    harmonise, read_onto,
};

use super::{Block, Run, decide::Needed};
use crate::{
    error::{Outcome, fail, name},
    sources::Served,
};

/// Reads, harmonises and masks every needed scene, joins scenes of one look, and composites the looks.
pub(super) fn compose(run: &Run, block: &Block, needed: &[Needed], served: &[Vec<Served>], monitor: &dyn Monitor) -> Outcome<Composite> {
    let mut looks: Vec<LookPixels> = Vec::new();
    for (needed, served) in needed.iter().zip(served) {
        let number = (needed.look + 1) as u16;
        let mut bands = Vec::with_capacity(served.len());
        let scene = needed.scene(run);
        for (planned, served) in scene.bands.iter().zip(served) {
            if monitor.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            // Sources of one band may store its numbers differently.
            let radiometry = &served.asset.radiometry;
            let read = fail(read_onto(served.file.path(), &block.grid, planned.placement, false, radiometry.nodata));
            let mut pixels = name(&scene.scene, planned.band, read)?;
            harmonise(&mut pixels, radiometry);
            needed.clear.keep(&mut pixels);
            bands.push(pixels);
        }
        match looks.last_mut().filter(|last| last.number == number) {
            Some(look) => fill(look, &bands),
            None => looks.push(LookPixels { number, bands, ..Default::default() }),
        }
    }
    if looks.is_empty() {
        return Ok(Composite::empty(run.plan.bands.len(), block.window.pixels()));
    }
    Ok(composite::compose(&looks, run.method.clone()))
}

/// Where the look has no pixel yet, the next scene of the same datatake gives it.
fn fill(look: &mut LookPixels, bands: &[Vec<u16>]) {
    for (have, more) in look.bands.iter_mut().zip(bands) {
        have.iter_mut().zip(more).filter(|(have, _)| **have == 0).for_each(|(have, more)| *have = *more);
    }
}
