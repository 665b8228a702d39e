//! Products, base maps, the demo area and the program itself.

use serde::Serialize;
use specta::Type;
use specta_typescript::Number;
use swath_domain::{Band, Product, Sensor};

use super::{AreaView, BandName, Bbox, Coordinates, ProductId, SensorName};

/// A product as the library shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProductView {
    /// Number.
    pub id: ProductId,
    /// Name of the recipe.
    pub name: String,
    /// When it was published.
    pub created_at: String,
    /// First day of its period.
    pub from: String,
    /// Last day of its period.
    pub to: String,
    /// What it was made from.
    #[specta(type = Vec<SensorName>)]
    pub sensors: Vec<Sensor>,
    /// Its box.
    pub bbox: Bbox,
    /// Its outline.
    pub footprint: Coordinates,
    /// Bands, in the file's order.
    #[specta(type = Vec<BandName>)]
    pub bands: Vec<Band>,
    /// Pixel size in units of its coordinate system.
    #[specta(type = Number)]
    pub resolution: f64,
    /// Coordinate system.
    pub crs: String,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Bytes of all its files.
    #[specta(type = Number)]
    pub bytes: u64,
    /// Scenes that went into it.
    pub scenes: u32,
    /// Folder inside the library; to be shown only.
    pub folder: String,
    /// How to show its bands.
    pub stretch: Vec<BandStretch>,
}

/// Where most numbers of a band lie.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BandStretch {
    /// Which.
    #[specta(type = BandName)]
    pub band: Band,
    /// 2nd percentile.
    #[specta(type = Number)]
    pub low: f64,
    /// 98th percentile.
    #[specta(type = Number)]
    pub high: f64,
}

/// An online base map.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BasemapView {
    /// Short name, part of the address of its tiles.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// Whom to thank; must be shown with the map.
    pub attribution: String,
    /// Finest zoom level.
    pub max_zoom: u8,
}

/// How far the demo is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
pub struct DemoEvent {
    /// Steps done.
    #[specta(type = Number)]
    pub done: u64,
    /// Steps in all.
    #[specta(type = Number)]
    pub total: u64,
}

/// Where the demo lies, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DemoView {
    /// The area.
    pub area: AreaView,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// What it has.
    #[specta(type = Vec<SensorName>)]
    pub sensors: Vec<Sensor>,
}

/// About this program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AppInfo {
    /// Its version.
    pub version: String,
    /// Where it keeps things; to be shown only.
    pub data_folder: String,
    /// Version of GDAL.
    pub gdal: String,
}

impl ProductView {
    /// As the page shows it.
    pub fn of(product: &Product) -> Self {
        let grid = &product.grid;
        let bbox = swath_domain::Aoi::new(product.footprint.clone()).map(|area| area.bbox());
        Self {
            id: product.id.into(),
            name: product.name.clone(),
            created_at: product.created.to_string(),
            from: product.dates.from().to_string(),
            to: product.dates.to().to_string(),
            sensors: product.sensors.clone(),
            // Footprints are the areas of recipes, so they are valid.
            bbox: Bbox(bbox.unwrap_or_default()),
            footprint: Coordinates::of(&product.footprint),
            bands: product.bands.iter().map(|statistics| statistics.band).collect(),
            resolution: grid.transform.width,
            crs: grid.crs.to_string(),
            width: grid.width,
            height: grid.height,
            bytes: product.bytes,
            scenes: product.scenes,
            folder: product.folder.clone(),
            stretch: product.bands.iter().map(|s| BandStretch { band: s.band, low: s.low, high: s.high }).collect(),
        }
    }
}
