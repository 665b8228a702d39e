//! What is searched for.

use geo::Intersects;
use serde::{Deserialize, Serialize};

use crate::{Aoi, DateRange, Filters, Scene, Sensor};

/// Area, period, sensors and limits of a search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// Where.
    pub area: Aoi,
    /// When.
    pub dates: DateRange,
    /// Which kinds of product.
    pub sensors: Vec<Sensor>,
    /// Most cloud over the whole tile, percent; scenes that do not say their cloud cover are kept.
    pub max_cloud: Option<f64>,
    /// Further limits.
    #[serde(default)]
    pub filters: Filters,
}

impl Query {
    /// Whether a scene answers the query. Applied to everything a server sends, since servers ignore filters they do not know.
    pub fn accepts(&self, scene: &Scene) -> bool {
        self.sensors.contains(&scene.sensor)
            && self.dates.contains(scene.datetime)
            && scene.cloud_cover.is_none_or(|cloud| self.max_cloud.is_none_or(|most| cloud <= most))
            && self.area.shape().intersects(&scene.footprint)
            && self.filters.accepts(scene, &self.area)
    }

    /// The stretches of days to ask for.
    pub fn spans(&self) -> Vec<DateRange> {
        self.filters.spans(self.dates)
    }
}
