//! Searching, and looking at what was found.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use swath_domain::{DateRange, Lack, Query, Sensor};
use swath_pipeline::ClearShare;

use super::{Coordinates, ErrorCode, FiltersView, IpcError, SceneView, SensorName};

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
    /// Ids of the catalogues to ask; all when null. Of either only those that are enabled and usable.
    pub providers: Option<Vec<String>>,
    /// Further limits.
    pub filters: FiltersView,
}

/// What a search tells, as it goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum SearchEvent {
    /// Some scenes of one catalogue.
    Page {
        /// Which.
        provider: String,
        /// New ones, and known ones that have changed because this catalogue has them too.
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
        /// What the catalogues that told all have, and what only others have.
        completeness: Vec<LackView>,
    },
}

/// What a catalogue has of one kind of product, and what it lacks.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename = "Lack", rename_all = "camelCase")]
pub struct LackView {
    /// Id of the catalogue.
    pub provider: String,
    /// Kind of product.
    #[specta(type = SensorName)]
    pub sensor: Sensor,
    /// Scenes that it has.
    #[specta(type = Number)]
    pub found: usize,
    /// Ids of scenes that only others have.
    pub lacking: Vec<String>,
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
            filters: self.filters.to_filters()?,
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

impl LackView {
    /// As the page shows it; `told` gives the id under which the page knows a scene.
    pub fn of(lack: &Lack, told: impl Fn(&swath_domain::SceneId) -> String) -> Self {
        Self { provider: lack.provider.clone(), sensor: lack.sensor, found: lack.found, lacking: lack.lacking.iter().map(told).collect() }
    }
}

impl From<ClearShare> for Shares {
    fn from(ClearShare { clear, cloud, shadow, missing }: ClearShare) -> Self {
        Self { clear, cloud, shadow, missing }
    }
}
