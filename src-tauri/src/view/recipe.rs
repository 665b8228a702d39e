//! What the user chose to make, and what it would cost.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use swath_domain::{Band, OutputCrs, Plan, Recipe, SceneId, SearchStep, Sensor, Step, WriteStep};

use super::{AreaView, BandName, Coordinates, ErrorCode, FiltersView, ImageChoice, IpcError, MaskChoice, SensorName, search::dates};

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
    /// Scenes that are left out.
    pub excluded: Vec<String>,
    /// Bands of the image, in this order.
    #[specta(type = Vec<BandName>)]
    pub bands: Vec<Band>,
    /// Which pixels may be used.
    pub mask: MaskChoice,
    /// How looks become one image.
    pub image: ImageChoice,
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

/// What a product was made with, to be changed and made again.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TouchUpView {
    /// Name of the product.
    pub name: String,
    /// Where.
    pub area: AreaView,
    /// First day.
    pub from: String,
    /// Last day, included.
    pub to: String,
    /// Which kinds of product.
    #[specta(type = Vec<SensorName>)]
    pub sensors: Vec<Sensor>,
    /// The scenes that went into it.
    pub scene_ids: Vec<String>,
    /// Scenes that were left out.
    pub excluded: Vec<String>,
    /// Bands of the image, in this order.
    #[specta(type = Vec<BandName>)]
    pub bands: Vec<Band>,
    /// Which pixels may be used.
    pub mask: MaskChoice,
    /// How looks become one image.
    pub image: ImageChoice,
    /// Pixel size in units of the coordinate system; the finest of the bands when absent.
    #[specta(type = Option<Number>)]
    pub resolution: Option<f64>,
    /// `auto` or `EPSG:n`.
    pub crs: String,
    /// Whether pixels outside the area are no data.
    pub clip: bool,
}

impl TouchUpView {
    /// Of a recipe that was run with these scenes; `None` when it makes no image.
    pub fn of(recipe: &Recipe, scenes: Vec<String>, area: AreaView) -> Option<Self> {
        let (search, composite) = recipe.search().zip(recipe.composite())?;
        Some(Self {
            name: recipe.name.clone(),
            area,
            from: recipe.dates.from().to_string(),
            to: recipe.dates.to().to_string(),
            sensors: search.sensors.clone(),
            scene_ids: scenes,
            excluded: search.exclude.clone(),
            bands: composite.bands.clone(),
            mask: MaskChoice::of(recipe.mask()),
            image: ImageChoice::of(composite),
            resolution: composite.resolution,
            crs: composite.crs.clone().into(),
            clip: composite.clip,
        })
    }
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
            exclude: self.excluded.clone(),
        };
        let mut steps = vec![Step::Search(search)];
        steps.extend(self.mask.to_step()?.map(Step::Mask));
        let composite = self.image.to_step(self.bands.clone(), crs, self.resolution, self.clip)?;
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
