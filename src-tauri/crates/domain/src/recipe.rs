//! A recipe: one JSON file that says what to make of which scenes. The window, the command line and a cluster run the same file.

mod composite;
mod mask;
mod read;
mod steps;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Aoi, DateRange, Query};

pub use composite::{BestPixel, CompositeMethod, CompositeStep, Evening, Every, Fill, Gaps, Index, Order};
pub use mask::{ByHand, Dropped, HandClass, MaskSource, MaskStep, ModelFile};
pub use read::RecipeError;
pub use steps::{Compression, OutputCrs, SearchStep, Step, StepKind, WriteStep};

/// What to make: an area, a period, and typed steps that lead from a search to a product.
///
/// Read with [`Recipe::from_json`], which names the field and what it should have been when a file is wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Version of this format. What version 1 leaves unsaid about `graded_buffers_m`, `balance` and `screening` is off.
    #[schemars(range(min = 1, max = 2))]
    pub version: u32,
    /// Name of the product; also names its folder.
    #[schemars(length(min = 1, max = 100))]
    pub name: String,
    /// Where, as a GeoJSON geometry in longitude and latitude.
    #[schemars(schema_with = "read::geometry_schema")]
    pub area: Aoi,
    /// When, both days included.
    pub dates: DateRange,
    /// What to do, one after the other. What a step gives must be what the next one takes.
    #[schemars(length(min = 1))]
    pub steps: Vec<Step>,
}

impl Recipe {
    /// The version this program writes.
    pub const VERSION: u32 = 2;

    /// Reads and checks a recipe file.
    ///
    /// # Errors
    /// Text that is not JSON, another version, a wrong, missing or unknown field (with its path), and steps that do not fit together.
    pub fn from_json(text: &str) -> Result<Self, RecipeError> {
        read::from_json(text)
    }

    /// The file's text, ending in a line break.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The published JSON Schema of the format.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Recipe).to_value()
    }

    /// The search step.
    pub fn search(&self) -> Option<&SearchStep> {
        self.steps.iter().find_map(|step| if let Step::Search(step) = step { Some(step) } else { None })
    }

    /// The mask step; without one, nothing is taken for cloud.
    pub fn mask(&self) -> Option<&MaskStep> {
        self.steps.iter().find_map(|step| if let Step::Mask(step) = step { Some(step) } else { None })
    }

    /// The composite step.
    pub fn composite(&self) -> Option<&CompositeStep> {
        self.steps.iter().find_map(|step| if let Step::Composite(step) = step { Some(step) } else { None })
    }

    /// The write step.
    pub fn write(&self) -> Option<&WriteStep> {
        self.steps.iter().find_map(|step| if let Step::Write(step) = step { Some(step) } else { None })
    }

    /// What the recipe searches for, if it searches: the period, and around it as far as gaps may be filled from.
    pub fn query(&self) -> Option<Query> {
        let search = self.search()?;
        Some(Query {
            area: self.area.clone(),
            dates: self.dates.widened(self.composite().map_or(0, |composite| composite.gaps.days())),
            sensors: search.sensors.clone(),
            max_cloud: search.max_cloud,
            filters: search.filters.clone(),
        })
    }
}

#[cfg(test)]
mod tests;
