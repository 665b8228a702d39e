//! What a job leaves: files in the library and the record of how they were made.

use geo::MultiPolygon;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Band, DateRange, Evidence, Grid, Recipe, SceneId, Sensor};

/// Number of a product in the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProductId(pub i64);

impl std::fmt::Display for ProductId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What the valid pixels of a band look like; for stretching pictures.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BandStatistics {
    /// Which band.
    pub band: Band,
    /// Smallest valid number.
    pub min: f64,
    /// Largest valid number.
    pub max: f64,
    /// Mean of the valid numbers.
    pub mean: f64,
    /// Standard deviation of the valid numbers.
    pub deviation: f64,
    /// 2nd percentile.
    pub low: f64,
    /// 98th percentile.
    pub high: f64,
}

/// A composite in the library.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// Number.
    pub id: ProductId,
    /// Name of the recipe.
    pub name: String,
    /// Folder inside the library, with `/` between its parts.
    pub folder: String,
    /// When it was published.
    pub created: Timestamp,
    /// Period of the recipe.
    pub dates: DateRange,
    /// Kinds of product it was made from.
    pub sensors: Vec<Sensor>,
    /// Outline, lon/lat.
    #[serde(with = "crate::aoi::as_geojson")]
    pub footprint: MultiPolygon<f64>,
    /// Pixel grid.
    pub grid: Grid,
    /// Bands with their statistics, in the file's order.
    pub bands: Vec<BandStatistics>,
    /// Number of scenes that went into it.
    pub scenes: u32,
    /// Bytes of all its files.
    pub bytes: u64,
}

/// How a product was made: enough to make it again, exactly. Written beside it and into it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Program and version (`swath 0.1.0`).
    pub software: String,
    /// The recipe as it was run.
    pub recipe: Recipe,
    /// The output grid.
    pub grid: Grid,
    /// What the numbers mean, in words.
    pub values: String,
    /// Every scene that was used.
    pub sources: Vec<Source>,
}

/// One scene that went into a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Index in the source layer, from 1.
    pub index: u16,
    /// Which scene.
    pub scene: SceneId,
    /// When it was acquired.
    pub datetime: Timestamp,
    /// Each band that was read.
    pub bands: Vec<SourceBand>,
}

/// One band of a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceBand {
    /// Which band.
    pub band: Band,
    /// Where it was read from, without any signature.
    pub href: String,
    /// Factor from stored to physical numbers.
    pub scale: f64,
    /// Added after scaling.
    pub offset: f64,
    /// Why scale and offset are what they are.
    pub evidence: Evidence,
    /// How its pixels came onto the output grid: `aligned`, `scaled` or `warped`.
    pub placement: String,
}
