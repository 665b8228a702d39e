//! The step that says which pixels may be used.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Aoi, PixelClass};

/// Drop pixels by what they show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MaskStep {
    /// Who says what a pixel shows.
    #[serde(default, skip_serializing_if = "MaskSource::is_default")]
    pub from: MaskSource,
    /// What is dropped: names of classes, which hold for every sensor, or numbers of Sentinel-2 SCL classes. No data is dropped always.
    /// Absent: defective pixels, cloud, thin cirrus and shadow (SCL 1, 8, 9, 10, 3).
    #[serde(default = "MaskStep::default_drop")]
    pub drop: Vec<Dropped>,
    /// Metres around cloud that are dropped too.
    #[serde(default)]
    #[schemars(range(min = 0, max = 5000))]
    pub cloud_buffer_m: f64,
    /// Metres around thin cirrus that are dropped too; as around cloud when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 5000))]
    pub cirrus_buffer_m: Option<f64>,
    /// Metres around cloud shadow that are dropped too.
    #[serde(default)]
    #[schemars(range(min = 0, max = 5000))]
    pub shadow_buffer_m: f64,
    /// Metres around snow that are dropped too, when snow is dropped.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[schemars(range(min = 0, max = 5000))]
    pub snow_buffer_m: f64,
    /// Metres along the edge of what was measured that are dropped: swath edges hold rubbish.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[schemars(range(min = 0, max = 5000))]
    pub edge_m: f64,
    /// Take Sentinel-2 L2A pixels of this cloud probability (percent) or more for cloud, where the product carries probabilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub cloud_probability: Option<u8>,
    /// Take Sentinel-2 L2A pixels of this snow probability (percent) or more for snow, where the product carries probabilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub snow_probability: Option<u8>,
    /// Drop Landsat pixels of high aerosol too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub aerosol: bool,
    /// What somebody saw and drew. The last polygon that holds a pixel decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_hand: Vec<ByHand>,
}

impl Default for MaskStep {
    fn default() -> Self {
        Self {
            from: MaskSource::default(),
            drop: Self::default_drop(),
            cloud_buffer_m: 0.0,
            cirrus_buffer_m: None,
            shadow_buffer_m: 0.0,
            snow_buffer_m: 0.0,
            edge_m: 0.0,
            cloud_probability: None,
            snow_probability: None,
            aerosol: false,
            by_hand: Vec::new(),
        }
    }
}

impl MaskStep {
    /// Defective pixels, cloud, cirrus and shadow.
    pub fn default_drop() -> Vec<Dropped> {
        use PixelClass::{Cirrus, Cloud, Saturated, Shadow};
        [Saturated, Cloud, Cirrus, Shadow].map(Dropped::Class).to_vec()
    }

    /// Whether pixels of a class are dropped, whatever number a sensor gives it.
    pub fn drops(&self, class: PixelClass) -> bool {
        class == PixelClass::NoData || self.drop.contains(&Dropped::Class(class))
    }

    /// Whether pixels of a number of the Sentinel-2 scene classification are dropped, by the number itself or by the class it stands for.
    pub fn drops_scl(&self, number: u8, class: PixelClass) -> bool {
        self.drops(class) || self.drop.contains(&Dropped::Scl(number))
    }

    /// Metres around a class that are dropped with it; 0 for classes that are kept.
    pub fn buffer_m(&self, class: PixelClass) -> f64 {
        match class {
            PixelClass::Cloud => self.cloud_buffer_m,
            PixelClass::Cirrus => self.cirrus_buffer_m.unwrap_or(self.cloud_buffer_m),
            PixelClass::Shadow => self.shadow_buffer_m,
            PixelClass::Snow => self.snow_buffer_m,
            PixelClass::NoData => self.edge_m,
            PixelClass::Clear | PixelClass::Water | PixelClass::Saturated => 0.0,
        }
    }
}

/// Who says what a pixel shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MaskSource {
    /// The mask that comes with the product; of Sentinel-2 L1C the scene classification of the matching L2A product where one was found,
    /// else the detector.
    #[default]
    Auto,
    /// Only the mask that comes with the product; scenes without one are left out.
    Provider,
    /// Swath's own detector, from the bands.
    Detector,
    /// A model of the user's own.
    Model(ModelFile),
}

impl MaskSource {
    fn is_default(&self) -> bool {
        *self == MaskSource::Auto
    }
}

/// A model that the user has: an ONNX network or a LightGBM text file, with its card beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// The file.
    #[schemars(length(min = 1))]
    pub path: String,
    /// SHA-256 of model and card together; another file is refused. Absent: whatever the file holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// A class by its name, or a class of the Sentinel-2 scene classification by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "expected the name of a class (cloud, cirrus, shadow, snow, water, saturated) or a number of the scene classification, 0 to 11"
)]
pub enum Dropped {
    /// By name, of every sensor.
    Class(PixelClass),
    /// By number, of Sentinel-2 L2A.
    Scl(#[schemars(range(min = 0, max = 11))] u8),
}

/// A polygon that somebody drew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ByHand {
    /// What is inside.
    pub shows: HandClass,
    /// Where, as a GeoJSON geometry in longitude and latitude.
    #[schemars(schema_with = "super::read::geometry_schema")]
    pub area: Aoi,
    /// In which scenes (`provider/collection/item`); in all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenes: Option<Vec<String>>,
}

/// What somebody saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HandClass {
    /// Cloud that the mask missed.
    Cloud,
    /// Clear ground that the mask took for cloud.
    Clear,
}

fn is_zero(metres: &f64) -> bool {
    *metres == 0.0
}
