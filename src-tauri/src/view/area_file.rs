//! Files with areas: what they hold, and what is chosen of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use swath_raster::vector::{AreaFeature, AreaFile, AreaLayer, ExportFormat, Geometries, Points};

use super::{AreaView, Coordinates, ErrorCode, IpcError};

/// A file that was opened. It can be asked about until two newer ones have been opened.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AreaFileView {
    /// What `area_features` and `area_choose` call it.
    pub key: AreaFileKey,
    /// The file's name without its folders.
    pub name: String,
    /// What it holds.
    pub layers: Vec<AreaLayerView>,
    /// The area, where there is nothing to choose.
    pub area: Option<AreaView>,
}

/// Number of an opened file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct AreaFileKey(#[specta(type = Number)] pub u64);

/// A table of features.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AreaLayerView {
    /// As the file calls it, with a number where that is not the first of this name; `area_features` and `area_choose` take it.
    pub name: String,
    /// How many features there are.
    #[specta(type = Number)]
    pub features: u64,
    /// Those of which an area can be made.
    #[specta(type = Number)]
    pub usable: u64,
    /// `polygons`, `lines`, `points`, `mixed` or `none`.
    pub geometry: String,
    /// Coordinate system, where the file says it.
    pub crs: Option<String>,
    /// Names of the attributes.
    pub fields: Vec<String>,
}

/// A feature of a layer.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AreaFeatureView {
    /// Position in the layer, from 0.
    #[specta(type = Number)]
    pub id: u64,
    /// What people would call it.
    pub label: String,
    /// One for each field of the layer.
    pub values: Vec<String>,
    /// Square kilometres; null for points, open lines and broken outlines.
    #[specta(type = Option<Number>)]
    pub area_km2: Option<f64>,
    /// A coarse outline, for drawing only.
    pub outline: Option<Coordinates>,
    /// Why it cannot be used, or not as it stands.
    pub problem: Option<String>,
}

/// What becomes of points and of open lines.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PointsChoice {
    /// The ground around them.
    Buffer {
        /// How far, in metres: 1 to 200 000.
        #[specta(type = Number)]
        metres: f64,
    },
    /// The smallest convex area that holds them all.
    Hull,
}

/// Formats in which an area can be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum AreaFormat {
    /// GeoJSON.
    GeoJson,
    /// GeoPackage.
    GeoPackage,
    /// KML.
    Kml,
}

/// A file was dropped on the window: what it holds, or why it cannot be used.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AreaDropped {
    /// The file.
    pub file: Option<AreaFileView>,
    /// Or what is wrong with it.
    pub error: Option<IpcError>,
}

impl AreaFileView {
    /// As the page shows it.
    pub fn of(key: AreaFileKey, file: &AreaFile, area: Option<AreaView>) -> Self {
        Self { key, name: file.name().to_owned(), layers: layers(file).collect(), area }
    }

    /// The layer that the page calls so.
    pub fn layer(file: &AreaFile, name: &str) -> Result<usize, IpcError> {
        let gone = || IpcError::new(ErrorCode::NotFound, format!("there is no layer `{name}` in {}: open the file again", file.name()));
        layers(file).position(|layer| layer.name == name).ok_or_else(gone)
    }
}

/// All layers, each under a name of its own: folders of a KML file may all be called the same.
fn layers(file: &AreaFile) -> impl Iterator<Item = AreaLayerView> {
    let mut taken = BTreeSet::new();
    file.layers().iter().map(move |layer| {
        let mut view = AreaLayerView::of(layer);
        let mut number = 2;
        while !taken.insert(view.name.clone()) {
            view.name = format!("{} ({number})", layer.name);
            number += 1;
        }
        view
    })
}

impl AreaLayerView {
    fn of(layer: &AreaLayer) -> Self {
        let Geometries { polygons, lines, points, .. } = layer.geometry;
        let geometry = match (polygons > 0, lines > 0, points > 0) {
            (false, false, false) => "none",
            (true, false, false) => "polygons",
            (false, true, false) => "lines",
            (false, false, true) => "points",
            _ => "mixed",
        };
        Self {
            name: layer.name.clone(),
            features: layer.features,
            usable: layer.usable,
            geometry: geometry.to_owned(),
            crs: layer.crs.clone(),
            fields: layer.fields.clone(),
        }
    }
}

impl AreaFeatureView {
    /// As the page shows it.
    pub fn of(feature: AreaFeature) -> Self {
        let AreaFeature { id, label, values, area_km2, outline, problem } = feature;
        Self { id, label, values, area_km2, outline: outline.as_ref().map(Coordinates::of), problem }
    }
}

impl From<PointsChoice> for Points {
    fn from(choice: PointsChoice) -> Self {
        match choice {
            PointsChoice::Buffer { metres } => Self::Buffer { metres },
            PointsChoice::Hull => Self::Hull,
        }
    }
}

impl From<AreaFormat> for ExportFormat {
    fn from(format: AreaFormat) -> Self {
        match format {
            AreaFormat::GeoJson => Self::GeoJson,
            AreaFormat::GeoPackage => Self::GeoPackage,
            AreaFormat::Kml => Self::Kml,
        }
    }
}
