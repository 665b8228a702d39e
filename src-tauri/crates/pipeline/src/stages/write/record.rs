//! How a product was made: enough to make it again, exactly. Says nothing that differs between two runs of the same recipe.

use swath_domain::{Asset, Plan, PlannedBand, Recipe, Record, Source, SourceBand};

use crate::layers::Layers;

/// The record of a run. A band that was read from several places, because one of them failed on the way, stands there once for each.
pub(super) fn record(recipe: &Recipe, plan: &Plan, layers: &Layers) -> Record {
    let mut sources = Vec::new();
    for (index, look) in plan.looks.iter().enumerate() {
        for scene in &look.scenes {
            sources.push(Source {
                index: (index + 1) as u16,
                scene: scene.scene.clone(),
                datetime: look.datetime,
                bands: scene
                    .mask
                    .iter()
                    .chain(&scene.bands)
                    .flat_map(|planned| layers.read(&scene.scene, planned).into_iter().map(|asset| source_band(planned, asset)))
                    .collect(),
            });
        }
    }
    Record {
        software: concat!("swath ", env!("CARGO_PKG_VERSION")).to_owned(),
        recipe: recipe.clone(),
        grid: plan.target.grid.clone(),
        values: "reflectance x 10000 as unsigned 16 bit, 0 = no data; valid values below 1 are written as 1".to_owned(),
        sources,
    }
}

fn source_band(planned: &PlannedBand, asset: &Asset) -> SourceBand {
    let radiometry = &asset.radiometry;
    SourceBand {
        band: planned.band,
        href: asset.href.clone(),
        scale: radiometry.scale,
        offset: radiometry.offset,
        evidence: radiometry.evidence.clone(),
        placement: planned.placement.name().to_owned(),
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
