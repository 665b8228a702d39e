//! What a job leaves: files in the library and the record of how they were made.

use std::collections::BTreeMap;

use geo::MultiPolygon;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Band, Checksum, DateRange, Evidence, Grid, MaskBy, Recipe, SceneId, Sensor};

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
    /// Version of the library that reads and warps images.
    #[serde(default)]
    pub gdal: String,
    /// The recipe as it was run.
    pub recipe: Recipe,
    /// The output grid.
    pub grid: Grid,
    /// What the numbers mean, in words.
    pub values: String,
    /// The sensor whose bands those of other sensors were matched to, where several are in the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched_to: Option<Sensor>,
    /// SHA-256 of the user's own cloud model and its card, when one told cloud from ground.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_sha256: Option<String>,
    /// Every scene that was used.
    pub sources: Vec<Source>,
    /// What stayed empty, and how the rest came to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holes: Option<Holes>,
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
    /// What kind of product it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensor: Option<Sensor>,
    /// Processing baseline or version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// When this version was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processed: Option<Timestamp>,
    /// Outside the period: it only serves to fill gaps.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beyond: bool,
    /// Who told cloud from ground.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask_by: Option<MaskBy>,
    /// Each band that was read.
    pub bands: Vec<SourceBand>,
}

/// One band of a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceBand {
    /// Which band.
    pub band: Band,
    /// The band of the image that it stands for, when that is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_for: Option<Band>,
    /// Where it was read from, without any signature.
    pub href: String,
    /// Length of the file in bytes, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The server's mark of this version of the file (ETag), where it gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Digest of the file, where the catalogue says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<Checksum>,
    /// Factor from stored to physical numbers.
    pub scale: f64,
    /// Added after scaling.
    pub offset: f64,
    /// Why scale and offset are what they are.
    pub evidence: Evidence,
    /// How its pixels came onto the output grid: `aligned`, `scaled` or `warped`.
    pub placement: String,
    /// What was done to its numbers after that, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Correction>,
}

/// A change of the numbers of one band of one look, of reflectance times 10 000: `number * gain + offset`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// Why: `sun`, `band-matching`, `balance`, `evening`, or to the `level of the kept day`.
    pub why: String,
    /// Factor.
    pub gain: f64,
    /// Added after it.
    pub offset: f64,
    /// Taken off besides near cloud, by distance.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rim: Vec<i16>,
    /// Taken off besides by place, on a grid over the image, row by row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<i16>,
    /// Columns of that grid.
    #[serde(default, skip_serializing_if = "is_none")]
    pub columns: u16,
}

fn is_none(columns: &u16) -> bool {
    *columns == 0
}

/// What stayed empty in an area, and how the rest came to be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Holes {
    /// Pixels of the area.
    pub area_pixels: u64,
    /// Pixels of the area without anything.
    pub empty_pixels: u64,
    /// Pixels of the area by how they came to be, see [`crate::how`].
    pub by_how: BTreeMap<String, u64>,
    /// Number of holes: empty pixels that touch each other by a side or a corner are one.
    pub holes: u64,
    /// Pixels of the largest hole.
    pub largest_pixels: u64,
    /// Its area in square metres (of degrees, as wide as they are in the middle of the image).
    pub largest_m2: f64,
}
