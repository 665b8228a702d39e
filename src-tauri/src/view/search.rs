//! Searching, and looking at what was found.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use swath_domain::{Aoi, Band, DateRange, Query, Scene, Sensor};
use swath_pipeline::ClearShare;
use swath_remote::provider::{Kind, Provider};

use super::{BandName, Coordinates, ErrorCode, IpcError, SensorName};

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct QueryView {
    /// Where.
    pub area: Coordinates,
    /// First day.
    pub from: String,
    /// Last day, included.
    pub to: String,
    /// Which kinds of product.
    #[specta(type = Vec<SensorName>)]
    pub sensors: Vec<Sensor>,
    /// Most cloud over the whole tile, percent.
    #[specta(type = Option<Number>)]
    pub max_cloud: Option<f64>,
    /// Ids of the catalogues to ask; all when null.
    pub providers: Option<Vec<String>>,
}

/// What a search tells, as it goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum SearchEvent {
    /// Some scenes of one catalogue.
    Page {
        /// Which.
        provider: String,
        /// New ones.
        scenes: Vec<SceneView>,
    },
    /// One catalogue gives no more; the others go on.
    ProviderFailed {
        /// Which.
        provider: String,
        /// Why.
        error: IpcError,
    },
    /// One catalogue has told all.
    ProviderDone {
        /// Which.
        provider: String,
        /// Scenes it told of.
        #[specta(type = Number)]
        count: usize,
    },
    /// The end, always.
    Done {
        /// Scenes in all.
        #[specta(type = Number)]
        count: usize,
        /// Whether it was stopped or overtaken.
        cancelled: bool,
    },
}

/// A scene as lists and maps show it.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SceneView {
    /// `provider/collection/item`.
    pub id: String,
    /// Id of the catalogue.
    pub provider: String,
    /// What it is.
    #[specta(type = SensorName)]
    pub sensor: Sensor,
    /// Such as `sentinel-2a`.
    pub platform: String,
    /// When it was acquired.
    pub datetime: String,
    /// Outline of its valid pixels.
    pub footprint: Coordinates,
    /// Percent of the whole tile.
    #[specta(type = Option<Number>)]
    pub cloud_cover: Option<f64>,
    /// Share of the area that the footprint covers, 0 to 1.
    #[specta(type = Number)]
    pub coverage: f64,
    /// MGRS tile or WRS-2 path and row.
    pub tile: Option<String>,
    /// Image bands.
    #[specta(type = Vec<BandName>)]
    pub bands: Vec<Band>,
    /// Whether `thumb:scene/…` has a picture.
    pub has_thumbnail: bool,
}

/// How much of the area is clear in one scene.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClearShareEvent {
    /// Which scene.
    pub scene_id: String,
    /// The shares; null when the scene carries no mask or it could not be read.
    pub shares: Option<Shares>,
    /// Why it could not be read.
    pub error: Option<IpcError>,
}

/// Shares of the pixels of the area, together 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Type)]
pub struct Shares {
    /// Usable ground.
    #[specta(type = Number)]
    pub clear: f64,
    /// Cloud and cirrus.
    #[specta(type = Number)]
    pub cloud: f64,
    /// Cloud shadow.
    #[specta(type = Number)]
    pub shadow: f64,
    /// No data.
    #[specta(type = Number)]
    pub missing: f64,
}

/// A catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProviderView {
    /// Short name.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// What it has.
    #[specta(type = Vec<SensorName>)]
    pub sensors: Vec<Sensor>,
    /// Whether it lies on this computer.
    pub local: bool,
}

impl QueryView {
    /// Checked.
    pub fn to_query(&self) -> Result<Query, IpcError> {
        let invalid = |message: &str| IpcError::new(ErrorCode::InvalidRecipe, message);
        if self.sensors.is_empty() {
            return Err(invalid("no sensor is chosen: tick at least one"));
        }
        if self.max_cloud.is_some_and(|cloud| !(0.0..=100.0).contains(&cloud)) {
            return Err(invalid("the cloud limit is a percentage: choose one from 0 to 100"));
        }
        let dates = dates(&self.from, &self.to)?;
        Ok(Query {
            area: self.area.to_area()?.0,
            dates,
            sensors: self.sensors.clone(),
            max_cloud: self.max_cloud,
            filters: Default::default(),
        })
    }
}

/// Two days as the page writes them.
pub(super) fn dates(from: &str, to: &str) -> Result<DateRange, IpcError> {
    let day = |text: &str| {
        text.parse::<jiff::civil::Date>().map_err(|error| {
            IpcError::new(ErrorCode::InvalidDates, format!("`{text}` is not a day: write it as 2025-06-30")).because(&error)
        })
    };
    Ok(DateRange::new(day(from)?, day(to)?)?)
}

impl SceneView {
    /// As the page shows it, seen from an area.
    pub fn of(scene: &Scene, area: &Aoi) -> Self {
        Self {
            id: scene.id.to_string(),
            provider: scene.id.provider().to_owned(),
            sensor: scene.sensor,
            platform: scene.platform.clone(),
            datetime: scene.datetime.to_string(),
            footprint: Coordinates::of(&scene.footprint),
            cloud_cover: scene.cloud_cover,
            coverage: area.coverage_by(&scene.footprint),
            tile: scene.tile.clone(),
            bands: scene.assets.keys().copied().filter(|band| !band.is_classification()).collect(),
            has_thumbnail: scene.thumbnail.is_some(),
        }
    }
}

impl From<ClearShare> for Shares {
    fn from(ClearShare { clear, cloud, shadow, missing }: ClearShare) -> Self {
        Self { clear, cloud, shadow, missing }
    }
}

impl ProviderView {
    /// As the page shows it.
    pub fn of(provider: &Provider) -> Self {
        Self {
            id: provider.id.clone(),
            title: provider.title.clone(),
            sensors: provider.sensors(),
            local: matches!(provider.kind, Kind::Static { .. }),
        }
    }
}
