//! How a product was made: enough to make it again, exactly. Says nothing that differs between two runs of the same recipe.

use swath_domain::{Asset, Correction, Plan, PlannedBand, Recipe, Record, Source, SourceBand, how};

use crate::{corrections::Corrections, layers::Layers, matching, method::Image};

/// Program and version.
pub(crate) const SOFTWARE: &str = concat!("swath ", env!("CARGO_PKG_VERSION"));

/// The record of a run. A band that was read from several places, because one of them failed on the way, stands there once for each.
pub(super) fn record(
    recipe: &Recipe,
    plan: &Plan,
    image: &Image,
    layers: &Layers,
    corrections: &Corrections,
    model: Option<String>,
) -> Record {
    let matched_to = plan.matched_to();
    let mut sources = Vec::new();
    for (index, look) in plan.looks.iter().enumerate() {
        let number = (index + 1) as u16;
        for scene in &look.scenes {
            let described = layers.scene(&scene.scene);
            let read = |planned| layers.read(&scene.scene, planned).into_iter().map(move |asset| source_band(planned, asset));
            let mut bands: Vec<SourceBand> = scene.mask.iter().chain(&scene.evidence).flat_map(read).collect();
            for (at, (planned, band)) in scene.bands.iter().zip(&plan.bands).enumerate() {
                let matched = matched_to.and_then(|to| matching::between(scene.sensor, to, *band));
                let matched =
                    matched.map(|m| Correction { why: "band-matching".into(), gain: m.gain, offset: m.offset, ..Correction::default() });
                let sun = matching::sun(scene.sensor, scene.sun, planned.band);
                let sun = sun.map(|s| Correction { why: "sun".into(), gain: s.gain, offset: s.offset, ..Correction::default() });
                let ledger: Vec<Correction> = sun.into_iter().chain(matched).chain(corrections.ledger(number, at)).collect();
                bands.extend(read(planned).map(|source| SourceBand {
                    stands_for: (planned.band != *band).then_some(*band),
                    corrections: ledger.clone(),
                    ..source
                }));
            }
            sources.push(Source {
                index: number,
                scene: scene.scene.clone(),
                datetime: look.datetime,
                sensor: Some(scene.sensor),
                baseline: described.and_then(|scene| scene.baseline.clone()),
                processed: described.and_then(|scene| scene.processed),
                beyond: look.beyond,
                mask_by: scene.mask_by,
                bands,
            });
        }
    }
    let values = if image.is_radar() {
        "backscatter (gamma0) in decibels as unsigned 16 bit: number / 1000 - 50, 0 = no data"
    } else {
        "reflectance x 10000 as unsigned 16 bit, 0 = no data; valid values below 1 are written as 1"
    };
    Record {
        software: SOFTWARE.to_owned(),
        gdal: swath_raster::gdal_version(),
        recipe: recipe.clone(),
        grid: plan.target.grid.clone(),
        values: values.to_owned(),
        matched_to,
        model_sha256: model,
        sources,
        holes: None,
    }
}

fn source_band(planned: &PlannedBand, asset: &Asset) -> SourceBand {
    let radiometry = &asset.radiometry;
    SourceBand {
        band: planned.band,
        stands_for: None,
        href: asset.href.clone(),
        size: asset.size,
        version: None,
        checksum: asset.checksum.clone(),
        scale: radiometry.scale,
        offset: radiometry.offset,
        evidence: radiometry.evidence.clone(),
        placement: planned.placement.name().to_owned(),
        corrections: Vec::new(),
    }
}

/// As a file.
pub(super) fn to_json(record: &Record) -> String {
    let mut text = serde_json::to_string_pretty(record).unwrap_or_default();
    text.push('\n');
    text
}

/// As metadata inside the GeoTIFFs: the short facts as items of their own, the whole record as one.
pub(super) fn metadata(record: &Record) -> Vec<(String, String)> {
    let item = |key: &str, value: String| (key.to_owned(), value);
    let dates = record.recipe.dates;
    vec![
        item("TIFFTAG_SOFTWARE", record.software.clone()),
        item("TIFFTAG_IMAGEDESCRIPTION", record.recipe.name.clone()),
        item("SWATH_PERIOD", format!("{}/{}", dates.from(), dates.to())),
        item("SWATH_VALUES", record.values.clone()),
        item("SWATH_SCENES", record.sources.iter().map(|s| s.scene.item()).collect::<Vec<_>>().join(" ")),
        item("SWATH_RECORD", serde_json::to_string(record).unwrap_or_default()),
    ]
}

/// The same for the quality layers: besides, what their numbers mean.
pub(super) fn metadata_of_quality(mut metadata: Vec<(String, String)>, image: &Image) -> Vec<(String, String)> {
    let table = how::table(image.clean.grades.len());
    metadata.push(("SWATH_HOW".into(), table.iter().map(|(number, word)| format!("{number}={word}")).collect::<Vec<_>>().join("; ")));
    metadata.push(("SWATH_DATE".into(), "days since 1970-01-01 of the look in the layer `source`".into()));
    if !image.step.graded_buffers_m.is_empty() {
        let grades = image.step.graded_buffers_m.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        metadata.push(("SWATH_GRADES_M".into(), grades));
    }
    metadata
}
