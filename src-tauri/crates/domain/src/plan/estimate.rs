//! What a run will cost, from what the catalogues say about the files.

use super::{Estimate, Look, PlannedBand, PlannedScene};
use crate::{CompositeMethod, CompositeStep, Grid};

/// Side of the blocks inside cloud-optimised files when nothing is known: Earth Search's Sentinel-2 files have 1024.
const SOURCE_BLOCK: u32 = 1024;
/// Share of a cloud-optimised file that is its full resolution; the rest are overviews.
const FULL_RESOLUTION: f64 = 0.75;
/// Compressed bytes per raw byte of Sentinel-2 bands at full resolution (0.63 to 0.69 on real tiles).
const PACKED: f64 = 0.66;
/// The overview that looks are compared on is this part of what is fetched of the full resolution, about.
const OVERVIEWS: u64 = 32;
/// Header of a file, read first.
const HEADER: u64 = 32 * 1024;
/// What the program holds besides blocks: GDAL's cache, buffers of transfers, the runtime.
const FIXED_MEMORY: u64 = 256 << 20;

/// The block side: the largest whose looks fit the memory for `workers` blocks at a time, but small enough that every worker gets a few
/// blocks of a small image, which also lets it be seen growing.
pub(super) fn block_size(grid: (u32, u32), per_pixel: u64, workers: usize, memory: u64) -> u32 {
    let room = memory.saturating_sub(FIXED_MEMORY) / workers.max(1) as u64;
    let fits = |size: u32| block_bytes(per_pixel, size) <= room;
    let enough = |size: u32| u64::from(grid.0.div_ceil(size)) * u64::from(grid.1.div_ceil(size)) >= 2 * workers as u64;
    match [1024, 512, 256].into_iter().find(|size| fits(*size) && enough(*size)) {
        Some(size) => size,
        None if fits(256) => 256,
        None => 128,
    }
}

/// Bytes for a pixel of a block in work: every look of every band as 16 bit, its mask, and the result with its quality layers. Distances from
/// cloud are held twice, while it is decided which looks matter and with the looks; filling one day needs its helpers as they are, corrected,
/// and screened.
pub(super) fn per_pixel(looks: usize, bands: usize, step: &CompositeStep) -> u64 {
    let (looks, bands) = (looks as u64, bands as u64);
    let copies = if matches!(step.method, CompositeMethod::Fill(_)) { 3 } else { 1 };
    let cautious = !step.graded_buffers_m.is_empty() || step.screening || step.balance || step.at_most.is_some();
    let distances = if cautious { 2 * looks * copies } else { 2 * looks };
    2 * looks * bands * copies + distances + 2 * bands + 16
}

/// A block in work.
fn block_bytes(per_pixel: u64, size: u32) -> u64 {
    u64::from(size) * u64::from(size) * per_pixel
}

pub(super) fn estimate(grid: &Grid, looks: &[Look], step: &CompositeStep, size: u32, workers: usize) -> Estimate {
    let bands = step.bands.len();
    let files = looks.iter().flat_map(|l| &l.scenes).flat_map(PlannedScene::layers);
    let blocks: u64 = files.map(|file| fetched(file, grid)).sum();
    // What whole looks differ by is found from overviews, which are few but come in whole blocks.
    let overviews = step.balance || step.evening.is_some() || matches!(step.method, CompositeMethod::Fill(_));
    let fetch_bytes = if overviews { blocks + blocks / OVERVIEWS } else { blocks };
    let raw = grid.pixels() * 2 * bands as u64;
    let quality = grid.pixels() * 10;
    let product_bytes = (raw as f64 * PACKED / FULL_RESOLUTION) as u64 + quality / 16;
    Estimate {
        fetch_bytes,
        cached_bytes: 0,
        product_bytes,
        disk_bytes: fetch_bytes + raw + quality + product_bytes,
        memory_bytes: FIXED_MEMORY + block_bytes(per_pixel(looks.len(), bands, step), size) * workers as u64,
    }
}

/// Bytes of the blocks of one file that lie under the output grid. Local files cost nothing.
fn fetched(file: &PlannedBand, output: &Grid) -> u64 {
    if file.asset.href.starts_with("file:") {
        return 0;
    }
    let Some(source) = &file.asset.grid else { return 0 };
    let share = if source.crs == output.crs {
        source.window_of(output.bounds()).map_or(0.0, |w| {
            let blocks = |from: u32, length: u32, most: u32| {
                let last = (from + length).div_ceil(SOURCE_BLOCK) * SOURCE_BLOCK;
                f64::from(last.min(most) - from / SOURCE_BLOCK * SOURCE_BLOCK)
            };
            blocks(w.x, w.width, source.width) * blocks(w.y, w.height, source.height) / source.pixels() as f64
        })
    } else {
        let area = |g: &Grid| g.pixels() as f64 * g.transform.width * g.transform.height;
        (1.3 * area(output) / area(source)).min(1.0)
    };
    let bytes_per_pixel = if file.band.is_classification() { 0.1 } else { 2.0 * PACKED };
    let full = file.asset.size.map_or(source.pixels() as f64 * bytes_per_pixel, |size| size as f64 * FULL_RESOLUTION);
    if share == 0.0 { 0 } else { (full * share) as u64 + HEADER }
}
