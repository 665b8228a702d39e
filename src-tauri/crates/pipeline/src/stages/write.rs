//! From the canvas to the files of the product: the composite and its quality layers as cloud-optimised GeoTIFFs, a thumbnail, the recipe
//! and the record.

mod record;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use swath_domain::{Band, BandStatistics, Compression, Holes, JobId, Plan, Stage, Stop, how};
use swath_library::JobRequest;
use swath_raster::{Canvas, cog, thumbnail};

use super::blocks::on_disk;
use crate::{
    PipelineError,
    corrections::Corrections,
    engine::Resources,
    error::{Outcome, fail, lift},
    layers::Layers,
    method::{Image, Quality},
    prepare,
    progress::JobMonitor,
};

/// Longer side of the thumbnail, pixels.
const THUMBNAIL: u32 = 512;

/// Finished files, ready to be moved into the library.
pub(crate) struct Staged {
    pub(crate) folder: PathBuf,
    pub(crate) bands: Vec<BandStatistics>,
}

#[allow(clippy::too_many_arguments, reason = "what the stages before have made")]
pub(crate) async fn write(
    res: &Arc<Resources>,
    id: JobId,
    request: &JobRequest,
    plan: &Plan,
    layers: Arc<Layers>,
    canvas: Arc<Canvas>,
    corrections: Arc<Corrections>,
    monitor: &Arc<JobMonitor>,
) -> Outcome<Staged> {
    monitor.begin(Stage::Write, 0, 2 * cog::STEPS);
    let folder = res.library.folders().staging_of(id).join("product");
    let threads = res.limits().cpu;
    let model = match request.recipe.mask() {
        Some(step) => prepare::model(res, step).await?.map(|model| model.sha256().to_owned()),
        None => None,
    };
    let (request, plan, monitor) = (request.clone(), plan.clone(), monitor.clone());
    on_disk(res, move || {
        // What an interrupted run wrote is written anew: the same canvas gives the same bytes.
        remake(&folder)?;
        let Some(step) = request.recipe.composite() else { return Err(Stop::Failed(swath_domain::PlanError::NothingToMake.into())) };
        let made = Image::of(step, request.recipe.dates);
        let mut record = record::record(&request.recipe, &plan, &made, &layers, &corrections, model);
        record.holes = Some(holes(canvas.path(), &plan, &made)?);
        let metadata = record::metadata(&record);
        let compression = request.recipe.write().map(|w| w.compression).unwrap_or_default();
        let bands = band_layers(&made);
        let image = image(&bands, compression, &metadata);
        let composite = folder.join("composite.tif");
        lift(cog::write(&canvas, &image, &composite, &*monitor, threads))?;
        let layers = quality_layers(&made);
        let metadata = record::metadata_of_quality(metadata, &made);
        let quality = quality(bands.len(), &layers, compression, &metadata);
        lift(cog::write(&canvas, &quality, &folder.join("quality.tif"), &*monitor, threads))?;
        fail(thumbnail::write(&composite, &picture_bands(&plan.bands), THUMBNAIL, &folder.join("thumbnail.webp")))?;
        save(&folder.join("recipe.json"), &request.recipe.to_json())?;
        save(&folder.join("record.json"), &record::to_json(&record))?;
        let statistics = fail(cog::statistics(&composite))?;
        let bands = plan.bands.iter().zip(statistics).map(|(band, s)| BandStatistics {
            band: *band,
            min: s.min,
            max: s.max,
            mean: s.mean,
            deviation: s.deviation,
            low: s.low,
            high: s.high,
        });
        Ok(Staged { bands: bands.collect(), folder })
    })
    .await
}

/// What stayed empty, from the canvas.
fn holes(canvas: &Path, plan: &Plan, made: &Image) -> Outcome<Holes> {
    let layer = made.step.bands.len() + made.layers().iter().position(|layer| *layer == Quality::How).unwrap_or_default();
    let target = &plan.target;
    let found = fail(swath_raster::holes(canvas, layer, &target.grid, target.clip.then_some(&target.outline)))?;
    Ok(Holes {
        area_pixels: found.area,
        empty_pixels: found.by_number.get(&how::NONE).copied().unwrap_or(0),
        by_how: found.by_number.iter().map(|(number, pixels)| (how::name(*number), *pixels)).collect(),
        holes: found.holes,
        largest_pixels: found.largest,
        largest_m2: (found.largest as f64 * found.pixel_m2).round(),
    })
}

/// What is packed while blocks come: the tiles of both files.
pub(super) fn packs(made: &Image, compression: Compression) -> [cog::Pack; 2] {
    let (bands, layers) = (band_layers(made), quality_layers(made));
    [image(&bands, compression, &[]).pack(), quality(bands.len(), &layers, compression, &[]).pack()]
}

fn image<'a>(layers: &'a [cog::Layer], compression: Compression, metadata: &'a [(String, String)]) -> cog::Spec<'a> {
    cog::Spec { first_layer: 0, layers, nodata: Some(0.0), compression, average_overviews: true, metadata }
}

fn quality<'a>(first_layer: usize, layers: &'a [cog::Layer], compression: Compression, metadata: &'a [(String, String)]) -> cog::Spec<'a> {
    cog::Spec { first_layer, layers, nodata: None, compression, average_overviews: false, metadata }
}

fn band_layers(made: &Image) -> Vec<cog::Layer> {
    let (scale, offset) = made.numbers();
    let layer = |band: &Band| cog::Layer { name: band.name().to_owned(), scale: Some(scale), offset: Some(offset) };
    made.step.bands.iter().map(layer).collect()
}

fn quality_layers(made: &Image) -> Vec<cog::Layer> {
    made.layers().into_iter().map(|quality| cog::Layer { name: quality.name().to_owned(), scale: None, offset: None }).collect()
}

/// Bands (from 1) for a picture: true colour where there is one, else the first three, else the first as grey.
fn picture_bands(bands: &[Band]) -> Vec<usize> {
    let at = |band: Band| bands.iter().position(|b| *b == band).map(|i| i + 1);
    match (at(Band::Red), at(Band::Green), at(Band::Blue)) {
        (Some(red), Some(green), Some(blue)) => vec![red, green, blue],
        _ if bands.len() >= 3 => vec![1, 2, 3],
        _ => vec![1],
    }
}

fn remake(folder: &Path) -> Outcome<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(|error| io(folder, error))?;
    }
    std::fs::create_dir_all(folder).map_err(|error| io(folder, error))
}

fn save(path: &Path, text: &str) -> Outcome<()> {
    std::fs::write(path, text).map_err(|error| io(path, error))
}

fn io(path: &Path, error: std::io::Error) -> Stop<PipelineError> {
    Stop::Failed(PipelineError::Io { path: path.display().to_string(), error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_true_colour_where_possible() {
        use Band::*;
        for (bands, picture) in
            [(vec![Blue, Green, Red, Nir], vec![3, 2, 1]), (vec![Nir, Swir16, Red], vec![1, 2, 3]), (vec![Nir, Red], vec![1])]
        {
            assert_eq!(picture_bands(&bands), picture);
        }
    }
}
