//! The kinds of product that Swath knows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Band;

/// A sensor together with its processing level: what a user ticks in the search panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sensor {
    /// Sentinel-2 surface reflectance with scene classification.
    #[serde(rename = "sentinel-2-l2a")]
    Sentinel2L2a,
    /// Sentinel-2 top-of-atmosphere reflectance.
    #[serde(rename = "sentinel-2-l1c")]
    Sentinel2L1c,
    /// Sentinel-1 ground range detected.
    #[serde(rename = "sentinel-1-grd")]
    Sentinel1Grd,
    /// Sentinel-1 radiometrically terrain corrected.
    #[serde(rename = "sentinel-1-rtc")]
    Sentinel1Rtc,
    /// Landsat 8/9 Collection 2 Level 2.
    #[serde(rename = "landsat-c2-l2")]
    LandsatC2L2,
    /// Landsat 8/9 Collection 2 Level 1.
    #[serde(rename = "landsat-c2-l1")]
    LandsatC2L1,
}

impl Sensor {
    /// Every sensor, in the order in which the window lists them.
    pub const ALL: [Sensor; 6] =
        [Sensor::Sentinel2L2a, Sensor::Sentinel2L1c, Sensor::LandsatC2L2, Sensor::LandsatC2L1, Sensor::Sentinel1Grd, Sensor::Sentinel1Rtc];

    /// The name used in recipes, on the command line and in folder names.
    pub fn name(self) -> &'static str {
        match self {
            Sensor::Sentinel2L2a => "sentinel-2-l2a",
            Sensor::Sentinel2L1c => "sentinel-2-l1c",
            Sensor::Sentinel1Grd => "sentinel-1-grd",
            Sensor::Sentinel1Rtc => "sentinel-1-rtc",
            Sensor::LandsatC2L2 => "landsat-c2-l2",
            Sensor::LandsatC2L1 => "landsat-c2-l1",
        }
    }

    /// The layer that tells cloud from ground, where the product carries one.
    pub fn mask_band(self) -> Option<Band> {
        match self {
            Sensor::Sentinel2L2a => Some(Band::Scl),
            Sensor::LandsatC2L1 | Sensor::LandsatC2L2 => Some(Band::QaPixel),
            Sensor::Sentinel2L1c | Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc => None,
        }
    }
}

impl Sensor {
    /// Layers that say more about pixels than [`Sensor::mask_band`] does, where the product carries them.
    pub fn quality_bands(self) -> &'static [Band] {
        match self {
            Sensor::Sentinel2L2a => &[Band::CloudProbability, Band::SnowProbability],
            Sensor::LandsatC2L2 => &[Band::QaRadsat, Band::QaAerosol],
            Sensor::LandsatC2L1 => &[Band::QaRadsat],
            Sensor::Sentinel2L1c | Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc => &[],
        }
    }

    /// Whether it measures microwaves, which see through clouds.
    pub fn is_radar(self) -> bool {
        matches!(self, Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc)
    }
}

impl std::fmt::Display for Sensor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Sensor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Sensor::ALL.into_iter().find(|sensor| sensor.name() == text).ok_or_else(|| {
            let known: Vec<_> = Sensor::ALL.iter().map(|s| s.name()).collect();
            format!("`{text}` is not a sensor; known are {}", known.join(", "))
        })
    }
}
