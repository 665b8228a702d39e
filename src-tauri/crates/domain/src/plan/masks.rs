//! Which layers of a scene tell cloud from ground.

use serde::{Deserialize, Serialize};

use crate::{Band, MaskSource, MaskStep, Scene, Sensor};

/// Bands that Swath's own detector looks at, where a scene has them; without the visible bands and a near infrared it cannot work.
pub const DETECTOR_BANDS: [Band; 11] = [
    Band::Coastal,
    Band::Blue,
    Band::Green,
    Band::Red,
    Band::RedEdge3,
    Band::Nir,
    Band::Nir08,
    Band::Cirrus,
    Band::Swir16,
    Band::Swir22,
    Band::Lwir11,
];

/// Who tells cloud from ground in a scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MaskBy {
    /// The mask that comes with the product (for Sentinel-2 L1C: with its L2A).
    Provider,
    /// Swath's own detector.
    Detector,
    /// The user's own model.
    Model,
    /// Nobody needs to: radar sees through clouds.
    Nobody,
}

/// Layers that make a mask.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskLayers {
    /// Who.
    pub by: Option<MaskBy>,
    /// The layer of classes or bits.
    pub mask: Option<Band>,
    /// Further layers.
    pub evidence: Vec<Band>,
}

/// The layers that are read to mask a scene, or why it cannot be masked. `model` has the bands of the user's own model.
pub fn mask_layers(step: &MaskStep, scene: &Scene, model: &[Band]) -> Result<MaskLayers, String> {
    let has = |band: &Band| scene.assets.contains_key(band);
    // A scene of Sentinel-2 L1C may carry the classification of its L2A.
    let carried = scene.sensor.mask_band().or(Some(Band::Scl).filter(|_| scene.sensor == Sensor::Sentinel2L1c)).filter(has);
    let by = match &step.from {
        _ if scene.sensor.is_radar() => MaskBy::Nobody,
        MaskSource::Auto if carried.is_some() => MaskBy::Provider,
        MaskSource::Auto if scene.sensor.mask_band().is_some() => return Err(missing(scene)),
        MaskSource::Auto | MaskSource::Detector => MaskBy::Detector,
        MaskSource::Provider if carried.is_some() => MaskBy::Provider,
        MaskSource::Provider => return Err(missing(scene)),
        MaskSource::Model(_) => MaskBy::Model,
    };
    let (mask, evidence) = match by {
        MaskBy::Nobody => (None, Vec::new()),
        MaskBy::Provider => {
            let asked = |band: &Band| match band {
                Band::CloudProbability => step.cloud_probability.is_some(),
                Band::SnowProbability => step.snow_probability.is_some(),
                Band::QaAerosol => step.aerosol,
                _ => true,
            };
            (carried, scene.sensor.quality_bands().iter().copied().filter(has).filter(asked).collect())
        }
        MaskBy::Detector => {
            let near_infrared = has(&Band::Nir) || has(&Band::Nir08);
            if let Some(band) = [Band::Blue, Band::Green, Band::Red].into_iter().find(|band| !has(band)) {
                return Err(format!("has no `{band}`, which the cloud detector needs"));
            }
            if !near_infrared {
                return Err("has no `nir` or `nir08`, one of which the cloud detector needs".into());
            }
            (None, DETECTOR_BANDS.into_iter().filter(has).collect())
        }
        MaskBy::Model => match model.iter().find(|band| !has(band)) {
            Some(band) => return Err(format!("has no `{band}`, which the cloud model needs")),
            None => (None, model.to_vec()),
        },
    };
    Ok(MaskLayers { by: Some(by), mask, evidence })
}

fn missing(scene: &Scene) -> String {
    match scene.sensor.mask_band() {
        Some(band) => format!("has no `{band}`"),
        None => format!("carries no cloud mask ({})", scene.sensor),
    }
}
