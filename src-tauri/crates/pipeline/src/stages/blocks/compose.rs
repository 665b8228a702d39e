//! From the needed scenes of a block to its composite.

use swath_domain::{Monitor, Stop, how};
use swath_raster::{
    composite::{Composer, Composite, LookPixels, clean, fill},
    harmonise, read_onto,
};

use super::{Block, Run, decide::Needed, seen};
use crate::{
    error::{Outcome, fail, name},
    matching,
    method::Quality,
    sources::Served,
};

/// A block of the image, and how each of its pixels came to be.
pub(super) struct Made {
    pub(super) composite: Composite,
    pub(super) how: Vec<u16>,
    rejected: Vec<u16>,
}

impl Made {
    fn empty(run: &Run, pixels: usize) -> Self {
        Self { composite: Composite::empty(run.plan.bands.len(), pixels), how: vec![how::NONE; pixels], rejected: Vec::new() }
    }

    /// Makes a pixel empty.
    pub(super) fn clear(&mut self, at: usize) {
        self.composite.bands.iter_mut().for_each(|band| band[at] = 0);
        (self.composite.source[at], self.how[at]) = (0, how::NONE);
    }

    /// The layers of the canvas: the bands, and what tells about them.
    pub(super) fn layers(self, run: &Run) -> Vec<Vec<u16>> {
        let Self { composite, how, rejected } = self;
        let pixels = how.len();
        let days: Vec<u16> = (0..=run.plan.looks.len())
            .map(|number| number.checked_sub(1).map_or(0, |look| run.about.day(look).clamp(1, i32::from(u16::MAX)) as u16))
            .collect();
        let date = composite.source.iter().map(|number| days.get(usize::from(*number)).copied().unwrap_or(0)).collect();
        let full = |layer: Vec<u16>| if layer.len() == pixels { layer } else { vec![0; pixels] };
        let (mut date, mut rejected, mut score) = (Some(date), Some(full(rejected)), composite.score.map(full));
        let (mut count, mut source, mut how) = (Some(composite.count), Some(composite.source), Some(how));
        let told = run.image.layers().into_iter().map(|layer| {
            match layer {
                Quality::Looks => &mut count,
                Quality::Source => &mut source,
                Quality::Date => &mut date,
                Quality::How => &mut how,
                Quality::Rejected => &mut rejected,
                Quality::Score => &mut score,
            }
            .take()
            .unwrap_or_else(|| vec![0; pixels])
        });
        let told: Vec<_> = told.collect();
        composite.bands.into_iter().chain(told).collect()
    }
}

/// Reads, harmonises and masks every needed scene, joins scenes of one look, and composites the looks.
pub(super) fn compose(run: &Run, block: &Block, needed: &[Needed], served: &[Vec<Served>], monitor: &dyn Monitor) -> Outcome<Made> {
    let mut looks = read(run, block, needed, served, monitor)?;
    let pixels = block.computed.pixels();
    if looks.is_empty() {
        return Ok(Made::empty(run, pixels));
    }
    if let Some(day) = run.image.keep {
        return Ok(filled(run, looks, day, pixels));
    }
    run.corrections.apply(&mut looks, block.place(&run.plan.target.grid));
    let chosen = (!run.image.is_plain()).then(|| clean::select(&mut looks, &run.image.roles, &run.image.clean));
    if run.image.is_ordered() {
        looks.sort_by_key(|look| run.about.rank(usize::from(look.number) - 1));
    }
    let mut composer = Composer::new(&run.image.method, run.plan.bands.len(), pixels).at_most(run.image.step.at_most);
    for look in looks {
        if monitor.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        composer.feed(look);
    }
    let composite = composer.finish();
    let (how, rejected) = match chosen {
        Some(chosen) => (
            chosen.grade.iter().map(|grade| run.image.how(*grade)).collect(),
            chosen.rejected.iter().map(|rejected| u16::from(*rejected)).collect(),
        ),
        None => (anything(&composite.bands, pixels), Vec::new()),
    };
    Ok(Made { composite, how, rejected })
}

/// The first grade where there is anything.
fn anything(bands: &[Vec<u16>], pixels: usize) -> Vec<u16> {
    let mut any = vec![0u16; pixels];
    for band in bands {
        any.iter_mut().zip(band).for_each(|(any, pixel)| *any |= *pixel);
    }
    any.iter_mut().for_each(|any| *any = u16::from(*any != 0) * how::FIRST_GRADE);
    any
}

/// Keeps the looks of one day and fills their holes from the others.
fn filled(run: &Run, looks: Vec<LookPixels>, day: i32, pixels: usize) -> Made {
    let (kept, others): (Vec<_>, Vec<_>) = looks.into_iter().partition(|look| look.about.day == day);
    let mut kept = kept.into_iter();
    let mut target = kept.next().unwrap_or_else(|| LookPixels {
        number: run.plan.looks.iter().position(|look| crate::method::day(look.datetime) == day).map_or(0, |at| at as u16 + 1),
        bands: vec![vec![0; pixels]; run.plan.bands.len()],
        distance: vec![0; pixels],
        ..LookPixels::default()
    });
    kept.for_each(|more| join(&mut target, &more.bands, &more.distance));
    let rim = if run.image.clean.grades.is_empty() { 0 } else { fill::RIM };
    let filled = fill::fill(&target, &others, &run.corrections.to_kept(), &run.image.roles, run.image.clean.screen, rim);
    let composite = Composite { bands: filled.bands, count: filled.count, source: filled.source, ..Composite::default() };
    Made {
        composite,
        how: filled.how.iter().map(|code| if *code == fill::how::KEPT { how::KEPT } else { of_filling(*code, how::FILLED) }).collect(),
        rejected: filled.rejected.iter().map(|rejected| u16::from(*rejected)).collect(),
    }
}

/// The number of a way of filling; `mean` is that of a mixture of looks.
pub(super) fn of_filling(code: u8, mean: u16) -> u16 {
    match code {
        fill::how::NEAR_CLOUD => how::SUSPECT,
        fill::how::MEAN => mean,
        fill::how::LINEAR | fill::how::NEAREST | fill::how::SMOOTH => how::IN_TIME,
        fill::how::SIMILAR => how::SIMILAR,
        code => u16::from(code),
    }
}

/// The looks of the needed scenes, in order of time, as their masks leave them.
pub(super) fn read(run: &Run, block: &Block, needed: &[Needed], served: &[Vec<Served>], monitor: &dyn Monitor) -> Outcome<Vec<LookPixels>> {
    let mut looks: Vec<LookPixels> = Vec::new();
    for (needed, served) in needed.iter().zip(served) {
        let number = (needed.look + 1) as u16;
        let mut bands = Vec::with_capacity(served.len());
        let scene = needed.scene(run);
        for ((planned, served), image_band) in scene.bands.iter().zip(served).zip(&run.plan.bands) {
            if monitor.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            // Sources of one band may store its numbers differently.
            let radiometry = &served.asset.radiometry;
            let read = fail(read_onto(served.file.path(), &block.grid, planned.placement, false, radiometry.nodata));
            let mut pixels = name(&scene.scene, planned.band, read)?;
            harmonise(&mut pixels, radiometry);
            if let Some(lit) = matching::sun(scene.sensor, scene.sun, planned.band) {
                lit.apply(&mut pixels);
            }
            if let Some(matched) = run.matched_to.and_then(|to| matching::between(scene.sensor, to, *image_band)) {
                matched.apply(&mut pixels);
            }
            needed.clear.keep(&mut pixels);
            bands.push(pixels);
        }
        // Read again rather than kept while the bands were on their way: masks are small files on this computer.
        let mut distance = match run.image.needs_distance() {
            true => seen::distance(&run.masks, scene, &block.grid)?.unwrap_or_default(),
            false => Vec::new(),
        };
        needed.clear.keep_bytes(&mut distance);
        match looks.last_mut().filter(|last| last.number == number) {
            Some(look) => join(look, &bands, &distance),
            None => looks.push(LookPixels { number, bands, distance, about: run.about.about(needed.look) }),
        }
    }
    Ok(looks)
}

/// Where the look has no pixel yet, the next scene of the same datatake gives it.
pub(crate) fn join(look: &mut LookPixels, bands: &[Vec<u16>], distance: &[u8]) {
    let nothing = anything(&look.bands, look.bands.first().map_or(0, Vec::len));
    look.distance.iter_mut().zip(distance).zip(nothing).filter(|(_, any)| *any == 0).for_each(|((have, more), _)| *have = *more);
    for (have, more) in look.bands.iter_mut().zip(bands) {
        have.iter_mut().zip(more).filter(|(have, _)| **have == 0).for_each(|(have, more)| *have = *more);
    }
}
