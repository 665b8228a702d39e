//! What the user chose to make, and what it would cost.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use swath_domain::{Band, CompositeStep, Dropped, MaskStep, OutputCrs, Plan, Recipe, SceneId, SearchStep, Sensor, Step, WriteStep};

use super::{BandName, Coordinates, ErrorCode, FiltersView, IpcError, SensorName, search::dates};

/// The choices of the recipe panel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecipeChoice {
    /// Name of the product.
    pub name: String,
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
    /// The scenes to use.
    pub scene_ids: Vec<String>,
    /// Bands of the image, in this order.
    #[specta(type = Vec<BandName>)]
    pub bands: Vec<Band>,
    /// Classes of the scene classification that are dropped; when empty nothing is masked.
    pub drop: Vec<u8>,
    /// Metres around cloud that are dropped too.
    #[specta(type = Number)]
    pub cloud_buffer_m: f64,
    /// Metres around shadow that are dropped too.
    #[specta(type = Number)]
    pub shadow_buffer_m: f64,
    /// Pixel size, metres.
    #[specta(type = Number)]
    pub resolution: f64,
    /// `auto` or `EPSG:n`.
    pub crs: String,
    /// Whether pixels outside the area become no data.
    pub clip: bool,
    /// Further limits on the scenes.
    pub filters: FiltersView,
}

/// What a run would do and cost.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlanView {
    /// Coordinate system of the image.
    pub crs: String,
    /// Pixel size in its units.
    #[specta(type = Number)]
    pub resolution: f64,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Blocks of work.
    #[specta(type = Number)]
    pub blocks: usize,
    /// Scenes that will be used.
    #[specta(type = Number)]
    pub scenes: usize,
    /// Most bytes still to come over the network.
    #[specta(type = Number)]
    pub fetch_bytes: u64,
    /// Bytes that it needs and the cache has already.
    #[specta(type = Number)]
    pub cached_bytes: u64,
    /// Bytes on the disk while it runs.
    #[specta(type = Number)]
    pub disk_bytes: u64,
    /// Memory for the blocks in work.
    #[specta(type = Number)]
    pub memory_bytes: u64,
    /// Seconds it will take, where earlier runs tell.
    #[specta(type = Option<Number>)]
    pub seconds: Option<f64>,
}

impl RecipeChoice {
    /// The recipe, checked as if it had been read from a file. `providers` has the catalogues of the chosen scenes, so that the file run
    /// elsewhere asks nobody else.
    pub fn to_recipe(&self, providers: BTreeSet<String>) -> Result<Recipe, IpcError> {
        let crs = OutputCrs::try_from(self.crs.clone()).map_err(|why| IpcError::new(ErrorCode::InvalidRecipe, format!("crs: {why}")))?;
        let chosen = !self.scene_ids.is_empty();
        let search = SearchStep {
            sensors: self.sensors.clone(),
            providers: chosen.then(|| providers.into_iter().collect()),
            max_cloud: self.max_cloud,
            filters: self.filters.to_filters()?,
            scenes: chosen.then(|| self.scene_ids.clone()),
            exclude: Vec::new(),
        };
        let mask = MaskStep {
            drop: self.drop.iter().copied().map(Dropped::Scl).collect(),
            cloud_buffer_m: self.cloud_buffer_m,
            shadow_buffer_m: self.shadow_buffer_m,
            ..MaskStep::default()
        };
        let composite = CompositeStep {
            crs,
            resolution: Some(self.resolution),
            clip: self.clip,
            ..CompositeStep::of(self.bands.clone())
        };
        let mut steps = vec![Step::Search(search)];
        // Sensors without a classification can be used only without a mask step, so no class means no mask.
        if !self.drop.is_empty() {
            steps.push(Step::Mask(mask));
        }
        steps.extend([Step::Composite(composite), Step::Write(WriteStep::default())]);
        let (area, _) = self.area.to_area()?;
        let recipe =
            Recipe { version: Recipe::VERSION, name: self.name.trim().to_owned(), area, dates: dates(&self.from, &self.to)?, steps };
        // What JSON cannot hold (NaN) or a recipe may not say is found here, with the path of the field.
        Ok(Recipe::from_json(&recipe.to_json())?)
    }

    /// The scenes to use.
    pub fn scene_ids(&self) -> Vec<SceneId> {
        self.scene_ids.iter().cloned().map(SceneId).collect()
    }
}

impl PlanView {
    /// As the page shows it.
    pub fn of(plan: &Plan) -> Self {
        let grid = &plan.target.grid;
        Self {
            crs: grid.crs.to_string(),
            resolution: grid.transform.width,
            width: grid.width,
            height: grid.height,
            blocks: plan.blocks.len(),
            scenes: plan.looks.iter().map(|look| look.scenes.len()).sum(),
            fetch_bytes: plan.estimate.fetch_bytes - plan.estimate.cached_bytes,
            cached_bytes: plan.estimate.cached_bytes,
            disk_bytes: plan.estimate.disk_bytes,
            memory_bytes: plan.estimate.memory_bytes,
            seconds: None,
        }
    }
}
