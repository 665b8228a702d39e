//! How looks become one image, as the page chooses it.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use swath_domain::{Band, BestPixel, CompositeMethod, CompositeStep, Evening, Every, Fill, Gaps, Index, Order, OutputCrs, Sensor};

use super::{ErrorCode, IpcError, SensorName};

/// The image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImageChoice {
    /// How the looks become one.
    pub method: MethodChoice,
    /// Metres from masked pixels at which looks are tried, most cautious first; empty for off.
    #[specta(type = Vec<Number>)]
    pub graded_buffers_m: Vec<f64>,
    /// Take off what whole scenes differ by.
    pub balance: bool,
    /// Drop pixels that differ from their own series as cloud and shadow do.
    pub screening: bool,
    /// Bring scenes to the period's centre by gain and offset.
    pub evening: bool,
    /// One image for each part of the period.
    pub every: Option<EveryChoice>,
    /// Which scenes come first, where that matters.
    pub order: OrderBy,
    /// Stop at so many clear looks.
    pub at_most: Option<u16>,
    /// With `atMost`: leave out blocks that bring less than this share, 0 to 1.
    #[specta(type = Option<Number>)]
    pub least_share: Option<f64>,
    /// What becomes of pixels without a clear look.
    pub gaps: GapsChoice,
    /// Allow several optical sensors.
    pub mix_sensors: bool,
}

/// How the looks become one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum MethodChoice {
    /// Median per band.
    Median,
    /// Percentile per band.
    Percentile {
        /// 0 to 100.
        #[specta(type = Number)]
        percent: f64,
    },
    /// Mean per band.
    Mean,
    /// The first look.
    FirstClear,
    /// The greatest index.
    MaxIndex {
        /// Which.
        index: IndexName,
    },
    /// The look nearest to all others.
    Medoid,
    /// The point nearest to all looks.
    GeometricMedian,
    /// The best score.
    BestPixel(BestPixelChoice),
    /// Keep one day and fill its holes.
    Fill {
        /// The day.
        date: String,
    },
}

/// Weights of scores, 0 to 100.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BestPixelChoice {
    /// The day of the year, `MM-DD`; the middle of the period when absent.
    pub day: Option<String>,
    /// Nearness to the day of the year.
    #[specta(type = Number)]
    pub weight_day: f64,
    /// Nearness to the year.
    #[specta(type = Number)]
    pub weight_year: f64,
    /// Distance from cloud.
    #[specta(type = Number)]
    pub weight_cloud: f64,
    /// Freedom from haze.
    #[specta(type = Number)]
    pub weight_haze: f64,
    /// Freedom from opacity.
    #[specta(type = Number)]
    pub weight_opacity: f64,
    /// The preferred sensor.
    #[specta(type = Number)]
    pub weight_sensor: f64,
    /// Which sensor is preferred.
    #[specta(type = Option<SensorName>)]
    pub sensor: Option<Sensor>,
}

/// Normalised difference of two bands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum IndexName {
    /// Vegetation.
    Ndvi,
    /// Water.
    Ndwi,
    /// Moisture.
    Ndmi,
    /// Burns.
    Nbr,
    /// Snow.
    Ndsi,
}

/// A part of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum EveryChoice {
    /// Calendar months.
    Month,
    /// Seasons.
    Season,
    /// Calendar years.
    Year,
    /// So many days.
    Days {
        /// How many.
        days: u16,
    },
}

/// Which scenes come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum OrderBy {
    /// The clearest.
    Clearest,
    /// The newest.
    Latest,
    /// The oldest.
    Earliest,
}

/// What becomes of pixels without a clear look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GapsChoice {
    /// How.
    pub how: GapsHow,
    /// Days around the period that may be looked at.
    pub days: u16,
}

/// How gaps are filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum GapsHow {
    /// Not at all.
    Empty,
    /// The look nearest in time.
    Nearest,
    /// Linear in time.
    Linear,
    /// A smooth curve.
    Smooth,
    /// Neighbours that look alike on another date.
    Similar,
}

impl ImageChoice {
    /// The step of the recipe.
    pub(super) fn to_step(&self, bands: Vec<Band>, crs: OutputCrs, resolution: f64, clip: bool) -> Result<CompositeStep, IpcError> {
        Ok(CompositeStep {
            method: self.method.to_method()?,
            bands,
            crs,
            resolution: Some(resolution),
            clip,
            graded_buffers_m: self.graded_buffers_m.clone(),
            balance: self.balance,
            screening: self.screening,
            evening: self.evening.then(Evening::default),
            every: self.every.map(|every| match every {
                EveryChoice::Month => Every::Month,
                EveryChoice::Season => Every::Season,
                EveryChoice::Year => Every::Year,
                EveryChoice::Days { days } => Every::Days(days),
            }),
            order: match self.order {
                OrderBy::Clearest => Order::Clearest,
                OrderBy::Latest => Order::Latest,
                OrderBy::Earliest => Order::Earliest,
            },
            at_most: self.at_most,
            least_share: self.least_share.filter(|_| self.at_most.is_some()),
            gaps: match (self.gaps.how, self.gaps.days) {
                (GapsHow::Empty, _) => Gaps::Empty,
                (GapsHow::Nearest, days) => Gaps::Nearest(days),
                (GapsHow::Linear, days) => Gaps::Linear(days),
                (GapsHow::Smooth, days) => Gaps::Smooth(days),
                (GapsHow::Similar, days) => Gaps::Similar(days),
            },
            mix_sensors: self.mix_sensors,
        })
    }

    /// Of a recipe.
    pub(super) fn of(step: &CompositeStep) -> Self {
        let how = match step.gaps {
            Gaps::Empty => GapsHow::Empty,
            Gaps::Nearest(_) => GapsHow::Nearest,
            Gaps::Linear(_) => GapsHow::Linear,
            Gaps::Smooth(_) => GapsHow::Smooth,
            Gaps::Similar(_) => GapsHow::Similar,
        };
        Self {
            method: MethodChoice::of(&step.method),
            graded_buffers_m: step.graded_buffers_m.clone(),
            balance: step.balance,
            screening: step.screening,
            evening: step.evening.is_some(),
            every: step.every.map(|every| match every {
                Every::Month => EveryChoice::Month,
                Every::Season => EveryChoice::Season,
                Every::Year => EveryChoice::Year,
                Every::Days(days) => EveryChoice::Days { days },
            }),
            order: match step.order {
                Order::Clearest => OrderBy::Clearest,
                Order::Latest => OrderBy::Latest,
                Order::Earliest => OrderBy::Earliest,
            },
            at_most: step.at_most,
            least_share: step.least_share,
            gaps: GapsChoice { how, days: step.gaps.days() },
            mix_sensors: step.mix_sensors,
        }
    }
}

impl MethodChoice {
    fn to_method(&self) -> Result<CompositeMethod, IpcError> {
        let wrong = |what: String| IpcError::new(ErrorCode::InvalidRecipe, what);
        Ok(match self {
            Self::Median => CompositeMethod::Median,
            Self::Percentile { percent } => CompositeMethod::Percentile(*percent),
            Self::Mean => CompositeMethod::Mean,
            Self::FirstClear => CompositeMethod::FirstClear,
            Self::MaxIndex { index } => CompositeMethod::MaxIndex(match index {
                IndexName::Ndvi => Index::Ndvi,
                IndexName::Ndwi => Index::Ndwi,
                IndexName::Ndmi => Index::Ndmi,
                IndexName::Nbr => Index::Nbr,
                IndexName::Ndsi => Index::Ndsi,
            }),
            Self::Medoid => CompositeMethod::Medoid,
            Self::GeometricMedian => CompositeMethod::GeometricMedian,
            Self::BestPixel(best) => CompositeMethod::BestPixel(BestPixel {
                day: best.day.clone().map(TryInto::try_into).transpose().map_err(wrong)?,
                year: None,
                weight_day: best.weight_day,
                weight_year: best.weight_year,
                weight_cloud: best.weight_cloud,
                weight_haze: best.weight_haze,
                weight_opacity: best.weight_opacity,
                weight_view: 0.0,
                weight_sensor: best.weight_sensor,
                sensor: best.sensor,
            }),
            Self::Fill { date } => CompositeMethod::Fill(Fill {
                date: date.parse().map_err(|_| wrong(format!("`{date}` is no day: write it as 2024-03-31")))?,
            }),
        })
    }

    fn of(method: &CompositeMethod) -> Self {
        match method {
            CompositeMethod::Median => Self::Median,
            CompositeMethod::Percentile(percent) => Self::Percentile { percent: *percent },
            CompositeMethod::Mean => Self::Mean,
            CompositeMethod::FirstClear => Self::FirstClear,
            CompositeMethod::MaxIndex(index) => Self::MaxIndex {
                index: match index {
                    Index::Ndvi => IndexName::Ndvi,
                    Index::Ndwi => IndexName::Ndwi,
                    Index::Ndmi => IndexName::Ndmi,
                    Index::Nbr => IndexName::Nbr,
                    Index::Ndsi => IndexName::Ndsi,
                },
            },
            CompositeMethod::Medoid => Self::Medoid,
            CompositeMethod::GeometricMedian => Self::GeometricMedian,
            CompositeMethod::BestPixel(best) => Self::BestPixel(BestPixelChoice {
                day: best.day.map(Into::into),
                weight_day: best.weight_day,
                weight_year: best.weight_year,
                weight_cloud: best.weight_cloud,
                weight_haze: best.weight_haze,
                weight_opacity: best.weight_opacity,
                weight_sensor: best.weight_sensor,
                sensor: best.sensor,
            }),
            CompositeMethod::Fill(fill) => Self::Fill { date: fill.date.to_string() },
        }
    }
}
