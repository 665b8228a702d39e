//! One acquisition as a catalogue describes it.

use std::collections::BTreeMap;

use geo::MultiPolygon;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Asset, Band, Sensor};

/// `provider/collection/item`: unique across catalogues and stable between sessions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SceneId(pub String);

impl SceneId {
    /// From its three parts.
    pub fn new(provider: &str, collection: &str, item: &str) -> Self {
        Self(format!("{provider}/{collection}/{item}"))
    }

    /// The catalogue that described the scene.
    pub fn provider(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    /// The catalogue's own id of the item.
    pub fn item(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

impl std::fmt::Display for SceneId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where the sun stood, in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sun {
    /// Clockwise from north.
    pub azimuth: f64,
    /// Above the horizon.
    pub elevation: f64,
}

/// One acquisition: when, where, by whom, and the files that hold it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// Unique id.
    pub id: SceneId,
    /// What kind of product it is.
    pub sensor: Sensor,
    /// Satellite in the form `sentinel-2a`, `landsat-8`.
    pub platform: String,
    /// Moment of acquisition.
    pub datetime: Timestamp,
    /// Outline of the valid pixels as the catalogue gives it, lon/lat, split at the antimeridian.
    #[serde(with = "crate::aoi::as_geojson")]
    pub footprint: MultiPolygon<f64>,
    /// Cloud over the whole tile, percent.
    pub cloud_cover: Option<f64>,
    /// MGRS tile (`33TWL`) or WRS-2 path/row (`191028`).
    pub tile: Option<String>,
    /// Processing baseline or version, as given (`05.09`).
    pub baseline: Option<String>,
    /// Identity of the datatake: two files of one datatake are one look at the ground, not two.
    pub datatake: Option<String>,
    /// Sensing start of the datastrip: two halves of one tile differ only by it.
    pub datastrip: Option<String>,
    /// Where the sun stood.
    pub sun: Option<Sun>,
    /// Layers that Swath can use.
    pub assets: BTreeMap<Band, Asset>,
    /// A small ready-made picture.
    pub thumbnail: Option<String>,
}
