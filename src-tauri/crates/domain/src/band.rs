//! Bands by their common names.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Sensor;

macro_rules! bands {
    ($($variant:ident $name:literal $doc:literal),* $(,)?) => {
        /// A layer of a scene: an image band by its STAC common name, or the layer that classifies its pixels.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum Band {
            $(#[doc = $doc] #[serde(rename = $name)] $variant,)*
        }

        impl Band {
            /// Every band, from short to long wavelengths, then radar, then classification layers.
            pub const ALL: &[Band] = &[$(Band::$variant),*];

            /// The common name, as in recipes and band descriptions.
            pub fn name(self) -> &'static str {
                match self { $(Band::$variant => $name),* }
            }
        }
    };
}

bands! {
    Coastal "coastal" "Coastal aerosol, 443 nm.",
    Blue "blue" "Blue, 490 nm.",
    Green "green" "Green, 560 nm.",
    Red "red" "Red, 665 nm.",
    RedEdge1 "rededge1" "Red edge, 705 nm.",
    RedEdge2 "rededge2" "Red edge, 740 nm.",
    RedEdge3 "rededge3" "Red edge, 783 nm.",
    Nir "nir" "Near infrared, broad, 842 nm.",
    Nir08 "nir08" "Near infrared, narrow, 865 nm.",
    Nir09 "nir09" "Water vapour, 945 nm.",
    Cirrus "cirrus" "Cirrus, 1375 nm.",
    Swir16 "swir16" "Short-wave infrared, 1610 nm.",
    Swir22 "swir22" "Short-wave infrared, 2190 nm.",
    Pan "pan" "Panchromatic.",
    Lwir11 "lwir11" "Thermal infrared, 11 µm.",
    Vv "vv" "Radar, VV polarisation.",
    Vh "vh" "Radar, VH polarisation.",
    Hh "hh" "Radar, HH polarisation.",
    Hv "hv" "Radar, HV polarisation.",
    Scl "scl" "Sentinel-2 scene classification (classes 0-11).",
    QaPixel "qa-pixel" "Landsat Collection 2 pixel quality (bits).",
    QaRadsat "qa-radsat" "Landsat Collection 2 radiometric saturation (bits).",
    QaAerosol "qa-aerosol" "Landsat Collection 2 aerosol quality (bits).",
    CloudProbability "cloud-probability" "Sentinel-2 cloud probability, percent; 0 is a value, not no data.",
    SnowProbability "snow-probability" "Sentinel-2 snow probability, percent; 0 is a value, not no data.",
}

impl Band {
    /// Whether the layer tells about pixels instead of the ground: classes and bits, which must never be interpolated, and probabilities.
    pub fn is_classification(self) -> bool {
        use Band::{CloudProbability, QaAerosol, QaPixel, QaRadsat, Scl, SnowProbability};
        matches!(self, Scl | QaPixel | QaRadsat | QaAerosol | CloudProbability | SnowProbability)
    }

    /// Whether the band is a radar's: a polarisation.
    pub fn is_radar(self) -> bool {
        matches!(self, Band::Vv | Band::Vh | Band::Hh | Band::Hv)
    }

    /// The sensor's own label (`B04`), shown beside the common name; `None` when the sensor has no such band.
    pub fn label(self, sensor: Sensor) -> Option<&'static str> {
        use Band::*;
        Some(match sensor {
            Sensor::Sentinel2L1c | Sensor::Sentinel2L2a => match self {
                Coastal => "B01",
                Blue => "B02",
                Green => "B03",
                Red => "B04",
                RedEdge1 => "B05",
                RedEdge2 => "B06",
                RedEdge3 => "B07",
                Nir => "B08",
                Nir08 => "B8A",
                Nir09 => "B09",
                Cirrus if sensor == Sensor::Sentinel2L1c => "B10",
                Swir16 => "B11",
                Swir22 => "B12",
                Scl if sensor == Sensor::Sentinel2L2a => "SCL",
                CloudProbability if sensor == Sensor::Sentinel2L2a => "CLD",
                SnowProbability if sensor == Sensor::Sentinel2L2a => "SNW",
                _ => return None,
            },
            Sensor::LandsatC2L1 | Sensor::LandsatC2L2 => match self {
                Coastal => "B1",
                Blue => "B2",
                Green => "B3",
                Red => "B4",
                Nir08 => "B5",
                Swir16 => "B6",
                Swir22 => "B7",
                Pan if sensor == Sensor::LandsatC2L1 => "B8",
                Cirrus if sensor == Sensor::LandsatC2L1 => "B9",
                Lwir11 => "B10",
                QaPixel => "QA_PIXEL",
                QaRadsat => "QA_RADSAT",
                QaAerosol if sensor == Sensor::LandsatC2L2 => "SR_QA_AEROSOL",
                _ => return None,
            },
            Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc => match self {
                Vv => "VV",
                Vh => "VH",
                Hh => "HH",
                Hv => "HV",
                _ => return None,
            },
        })
    }
}

impl std::fmt::Display for Band {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Band {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Band::ALL.iter().copied().find(|band| band.name() == text).ok_or_else(|| {
            let known: Vec<_> = Band::ALL.iter().map(|b| b.name()).collect();
            format!("`{text}` is not a band; known are {}", known.join(", "))
        })
    }
}
