//! The steps of a recipe and what flows between them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CompositeStep, MaskStep};
use crate::{Crs, Filters, Sensor};

/// One step. The field `step` names its kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "step", rename_all = "kebab-case")]
#[allow(clippy::large_enum_variant, reason = "a recipe has a handful of steps")]
pub enum Step {
    /// Find scenes.
    Search(SearchStep),
    /// Say which pixels are clear.
    Mask(MaskStep),
    /// Make one image of many.
    Composite(CompositeStep),
    /// Write the product.
    Write(WriteStep),
}

/// What a step gives to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// Nothing: the beginning.
    Nothing,
    /// Scenes.
    Scenes,
    /// Scenes whose pixels are known as clear or not.
    MaskedScenes,
    /// One image.
    Image,
    /// Files in the library: the end.
    Product,
}

impl StepKind {
    /// As it is said in messages.
    pub fn name(self) -> &'static str {
        match self {
            StepKind::Nothing => "nothing",
            StepKind::Scenes => "scenes",
            StepKind::MaskedScenes => "masked scenes",
            StepKind::Image => "an image",
            StepKind::Product => "a product",
        }
    }
}

impl Step {
    /// The value of the field `step`.
    pub fn name(&self) -> &'static str {
        match self {
            Step::Search(_) => "search",
            Step::Mask(_) => "mask",
            Step::Composite(_) => "composite",
            Step::Write(_) => "write",
        }
    }

    /// What the step can start from.
    pub fn takes(&self) -> &'static [StepKind] {
        match self {
            Step::Search(_) => &[StepKind::Nothing],
            Step::Mask(_) => &[StepKind::Scenes],
            Step::Composite(_) => &[StepKind::MaskedScenes, StepKind::Scenes],
            Step::Write(_) => &[StepKind::Image],
        }
    }

    /// What the step ends with.
    pub fn gives(&self) -> StepKind {
        match self {
            Step::Search(_) => StepKind::Scenes,
            Step::Mask(_) => StepKind::MaskedScenes,
            Step::Composite(_) => StepKind::Image,
            Step::Write(_) => StepKind::Product,
        }
    }
}

/// Find scenes in the catalogues.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchStep {
    /// Which kinds of product.
    #[schemars(length(min = 1))]
    pub sensors: Vec<Sensor>,
    /// Catalogues to ask, by id; all enabled ones when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub providers: Option<Vec<String>>,
    /// Most cloud over the whole tile, percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub max_cloud: Option<f64>,
    /// Further limits on the scenes.
    #[serde(default, skip_serializing_if = "SearchStep::no_filters")]
    pub filters: Filters,
    /// Use only these scenes of what is found (`provider/collection/item`); all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenes: Option<Vec<String>>,
    /// Leave out these scenes of what is found (`provider/collection/item`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
}

impl SearchStep {
    fn no_filters(filters: &Filters) -> bool {
        *filters == Filters::default()
    }
}

/// Coordinate system of the output: `"auto"` (the scenes' own UTM zone, else that of the area) or `"EPSG:n"`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum OutputCrs {
    /// The UTM zone of most scenes, so that nothing needs warping where it can be avoided.
    #[default]
    Auto,
    /// A chosen system.
    Chosen(Crs),
}

impl JsonSchema for OutputCrs {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OutputCrs".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^(auto|EPSG:[0-9]{4,6})$",
            "description": "`auto` (the UTM zone of most scenes) or an EPSG code such as `EPSG:32633`."
        })
    }
}

impl TryFrom<String> for OutputCrs {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "auto" {
            return Ok(OutputCrs::Auto);
        }
        let crs = Crs(text);
        match crs.epsg_code() {
            Some(_) => Ok(OutputCrs::Chosen(crs)),
            None => Err(format!("expected \"auto\" or a code such as \"EPSG:32633\", found \"{crs}\"")),
        }
    }
}

impl From<OutputCrs> for String {
    fn from(crs: OutputCrs) -> Self {
        match crs {
            OutputCrs::Auto => "auto".into(),
            OutputCrs::Chosen(crs) => crs.0,
        }
    }
}

/// Write the image as a cloud-optimised GeoTIFF with its quality layers, a thumbnail and its record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteStep {
    /// Compression of the GeoTIFF.
    #[serde(default)]
    pub compression: Compression,
}

/// Lossless compression of the GeoTIFF.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Compression {
    /// Read by everything.
    #[default]
    Deflate,
    /// Faster; needs GDAL 2.3 or newer to read.
    Zstd,
}
