//! The step that makes one image of many looks.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::OutputCrs;
use crate::{Band, MonthDay, Sensor};

/// One image of many looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompositeStep {
    /// How the looks become one.
    #[serde(default)]
    pub method: CompositeMethod,
    /// Bands of the image, in this order.
    #[schemars(length(min = 1))]
    pub bands: Vec<Band>,
    /// Coordinate system of the image.
    #[serde(default)]
    pub crs: OutputCrs,
    /// Pixel size in units of the coordinate system (metres in UTM). Absent: the finest of the chosen bands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.001))]
    pub resolution: Option<f64>,
    /// Whether pixels whose centre lies outside the area become no data.
    #[serde(default = "yes")]
    pub clip: bool,
    /// Metres from masked pixels, from the most cautious to the least: a pixel is taken from looks of the first distance at which it has any.
    /// The last is the least distance at which a pixel is used at all. Empty: every pixel that is not masked is as good as any other.
    #[serde(default = "CompositeStep::default_graded_buffers")]
    #[schemars(inner(range(min = 0, max = 5100)))]
    pub graded_buffers_m: Vec<f64>,
    /// Bring looks to one level, that of a middle one, before they are compared and mixed: takes off what whole scenes differ by (haze, sun)
    /// and the glow around clouds.
    #[serde(default = "yes")]
    pub balance: bool,
    /// Drop pixels that differ from their own series as cloud and shadow do, although their mask calls them clear.
    #[serde(default = "yes")]
    pub screening: bool,
    /// Bring each scene to the centre of the period by gain and offset. Off when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evening: Option<Evening>,
    /// One image for each part of the period instead of one for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Every>,
    /// Which scenes come first, where that matters (`first-clear`, `at_most`).
    #[serde(default, skip_serializing_if = "Order::is_default")]
    pub order: Order,
    /// Stop at so many clear looks of a pixel; nothing more is fetched for a block that has them. All looks when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub at_most: Option<u16>,
    /// With `at_most`: leave out a scene's block that would bring less than this share (0 to 1) of the block's pixels, as long as no pixel
    /// stays empty for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1))]
    pub least_share: Option<f64>,
    /// What becomes of pixels without any clear look.
    #[serde(default, skip_serializing_if = "Gaps::is_default")]
    pub gaps: Gaps,
    /// Allow several optical sensors in one image, matching their bands.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mix_sensors: bool,
}

impl CompositeStep {
    /// The default image of some bands.
    pub fn of(bands: Vec<Band>) -> Self {
        Self {
            method: CompositeMethod::default(),
            bands,
            crs: OutputCrs::default(),
            resolution: None,
            clip: true,
            graded_buffers_m: Self::default_graded_buffers(),
            balance: true,
            screening: true,
            evening: None,
            every: None,
            order: Order::default(),
            at_most: None,
            least_share: None,
            gaps: Gaps::default(),
            mix_sensors: false,
        }
    }

    /// The same without graded buffers, balance and screening: the method over all pixels that the mask calls clear.
    #[must_use]
    pub fn plain(self) -> Self {
        Self { graded_buffers_m: Vec::new(), balance: false, screening: false, ..self }
    }

    /// 720, 360, 120 and 0 metres.
    pub fn default_graded_buffers() -> Vec<f64> {
        vec![720.0, 360.0, 120.0, 0.0]
    }
}

fn yes() -> bool {
    true
}

/// How the clear looks of a pixel become one number per band.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CompositeMethod {
    /// The median, band by band; of an even number of looks the mean of the middle two, halves to even.
    #[default]
    Median,
    /// The percentile (0 to 100), band by band, linear between the sorted looks.
    Percentile(#[schemars(range(min = 0, max = 100))] f64),
    /// The mean, band by band; of radar the mean of power.
    Mean,
    /// The first look in the order given by `order`.
    FirstClear,
    /// The look with the greatest index.
    MaxIndex(Index),
    /// The look that is nearest to all others.
    Medoid,
    /// The point that is nearest to all looks, in all bands together.
    GeometricMedian,
    /// The look with the best score.
    BestPixel(BestPixel),
    /// Keep the look of one day and fill its holes from the others.
    Fill(Fill),
}

/// Normalised difference of two bands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Index {
    /// Near infrared and red: vegetation.
    Ndvi,
    /// Green and near infrared: water.
    Ndwi,
    /// Near infrared and 1610 nm: moisture.
    Ndmi,
    /// Near infrared and 2190 nm: burns.
    Nbr,
    /// Green and 1610 nm: snow.
    Ndsi,
}

/// What makes a look good, as weights of scores between 0 and 1. Scores of weight 0 are not computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BestPixel {
    /// The day of the year that looks should be near; the middle of the period when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<MonthDay>,
    /// The year that looks should be near; the last of the period when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
    /// Weight of nearness to the day of the year.
    #[schemars(range(min = 0, max = 100))]
    pub weight_day: f64,
    /// Weight of nearness to the year.
    #[schemars(range(min = 0, max = 100))]
    pub weight_year: f64,
    /// Weight of distance from cloud.
    #[schemars(range(min = 0, max = 100))]
    pub weight_cloud: f64,
    /// Weight of freedom from haze (blue against red).
    #[schemars(range(min = 0, max = 100))]
    pub weight_haze: f64,
    /// Weight of freedom from opacity: how little of the scene is cloud.
    #[schemars(range(min = 0, max = 100))]
    pub weight_opacity: f64,
    /// Weight of a view from straight above.
    #[schemars(range(min = 0, max = 100))]
    pub weight_view: f64,
    /// Weight of the preferred sensor.
    #[schemars(range(min = 0, max = 100))]
    pub weight_sensor: f64,
    /// The preferred sensor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensor: Option<Sensor>,
}

impl Default for BestPixel {
    fn default() -> Self {
        Self {
            day: None,
            year: None,
            weight_day: 1.0,
            weight_year: 1.0,
            weight_cloud: 0.4,
            weight_haze: 0.3,
            weight_opacity: 0.0,
            weight_view: 0.0,
            weight_sensor: 0.0,
            sensor: None,
        }
    }
}

/// Keep one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fill {
    /// The day to keep (UTC); the period must hold it.
    #[schemars(with = "String")]
    pub date: Date,
}

/// Gain and offset of each scene and band against the period's centre, from pixels that are clear in both.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Evening {
    /// Gains lie between 1 less this and 1 more this.
    #[schemars(range(min = 0, max = 0.5))]
    pub most_gain: f64,
    /// Offsets lie within this reflectance of 0.
    #[schemars(range(min = 0, max = 0.1))]
    pub most_offset: f64,
}

impl Default for Evening {
    fn default() -> Self {
        Self { most_gain: 0.15, most_offset: 0.03 }
    }
}

/// A part of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Every {
    /// Calendar months.
    Month,
    /// Three months from December, March, June and September on.
    Season,
    /// Calendar years.
    Year,
    /// So many days, from the first of the period on.
    Days(#[schemars(range(min = 1, max = 3660))] u16),
}

/// Which scenes come first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The one with the most clear pixels in the area.
    #[default]
    Clearest,
    /// The newest.
    Latest,
    /// The oldest.
    Earliest,
}

impl Order {
    fn is_default(&self) -> bool {
        *self == Order::Clearest
    }
}

/// What becomes of pixels without any clear look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Gaps {
    /// They stay empty.
    #[default]
    Empty,
    /// The clear look nearest in time, up to so many days before and after the period.
    Nearest(#[schemars(range(min = 1, max = 3660))] u16),
    /// Linear in time between the nearest clear looks before and after the middle of the period, up to so many days around it.
    Linear(#[schemars(range(min = 1, max = 3660))] u16),
    /// A smooth curve through all clear looks up to so many days around the period.
    Smooth(#[schemars(range(min = 1, max = 3660))] u16),
    /// Neighbours that look alike on another date, up to so many days around the period.
    Similar(#[schemars(range(min = 1, max = 3660))] u16),
}

impl Gaps {
    fn is_default(&self) -> bool {
        *self == Gaps::Empty
    }

    /// Days around the period whose scenes may fill gaps.
    pub fn days(self) -> u16 {
        match self {
            Gaps::Empty => 0,
            Gaps::Nearest(days) | Gaps::Linear(days) | Gaps::Smooth(days) | Gaps::Similar(days) => days,
        }
    }
}
