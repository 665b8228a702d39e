//! How the pixels of a product came to be.

use serde::Serialize;
use specta::Type;
use specta_typescript::Number;
use swath_domain::{Record, how};
use swath_raster::tile::Layer;

/// What is known of a product's pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProductReportView {
    /// Pixels of the area; 0 when nobody has counted them, as in products of earlier versions.
    #[specta(type = Number)]
    pub area_pixels: u64,
    /// Those without anything.
    #[specta(type = Number)]
    pub empty_pixels: u64,
    /// The others by how they came to be, the surest first.
    pub by_how: Vec<HowView>,
    /// Number of holes.
    #[specta(type = Number)]
    pub holes: u64,
    /// Pixels of the largest hole.
    #[specta(type = Number)]
    pub largest_pixels: u64,
    /// Its area, square metres.
    #[specta(type = Number)]
    pub largest_m2: f64,
    /// Metres from cloud of each grade, the first (`how` 1) first; empty without grades.
    #[specta(type = Vec<Number>)]
    pub grades_m: Vec<f64>,
    /// Layers beside the image, in the file's order.
    pub layers: Vec<QualityLayerView>,
}

/// Pixels that came to be in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
pub struct HowView {
    /// The number in the layer `how`.
    pub how: u16,
    /// How many.
    #[specta(type = Number)]
    pub pixels: u64,
}

/// A layer beside the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct QualityLayerView {
    /// What the file calls it.
    pub name: String,
    /// Its least number besides 0; 0 when there is none.
    pub low: u16,
    /// Its greatest number.
    pub high: u16,
}

impl ProductReportView {
    /// Of a product with this record and these layers.
    pub fn of(record: &Record, layers: Vec<Layer>) -> Self {
        let grades_m = record.recipe.composite().map(|step| step.graded_buffers_m.clone()).unwrap_or_default();
        let counted = record.holes.clone().unwrap_or_default();
        let known = how::table(grades_m.len()).into_iter().filter(|(how, _)| *how != how::NONE);
        let pixels = |word: &str| counted.by_how.get(word).copied().filter(|pixels| *pixels > 0);
        let layer = |layer: Layer| {
            let (low, high) = layer.range.unwrap_or_default();
            QualityLayerView { name: layer.name, low, high }
        };
        Self {
            area_pixels: counted.area_pixels,
            empty_pixels: counted.empty_pixels,
            by_how: known.filter_map(|(how, word)| Some(HowView { how, pixels: pixels(&word)? })).collect(),
            holes: counted.holes,
            largest_pixels: counted.largest_pixels,
            largest_m2: counted.largest_m2,
            grades_m,
            layers: layers.into_iter().map(layer).collect(),
        }
    }
}
