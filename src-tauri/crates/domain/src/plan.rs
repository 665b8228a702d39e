//! From a recipe and scenes to blocks of work: pure, printable, stored with the job.

mod estimate;
mod looks;
mod masks;

use std::collections::BTreeMap;

use geo::{BoundingRect, Centroid, Intersects, MultiPolygon};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Asset, Band, Bounds, CompositeMethod, Crs, Grid, OutputCrs, Recipe, Scene, SceneId, Sensor, Sun, Window, utm_crs};

pub use looks::stands_for;
pub use masks::{DETECTOR_BANDS, MaskBy, MaskLayers, mask_layers};

/// Where the image will lie.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The output grid.
    pub grid: Grid,
    /// The area in the grid's coordinate system.
    #[serde(with = "crate::aoi::as_geojson")]
    pub outline: MultiPolygon<f64>,
    /// Whether pixels outside the area become no data.
    pub clip: bool,
}

/// How the pixels of a source come onto the output grid. Nothing is ever resampled without this being written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// Same CRS, same pixel size, pixels coincide: copied.
    Aligned,
    /// Same CRS and one pixel size is a whole multiple of the other, edges coincide: repeated (finer) or averaged (coarser); classes always by nearest.
    Scaled,
    /// Anything else: warped, bilinear for images and nearest for classes.
    Warped,
}

impl Placement {
    /// As written in records.
    pub fn name(self) -> &'static str {
        match self {
            Placement::Aligned => "aligned",
            Placement::Scaled => "scaled",
            Placement::Warped => "warped",
        }
    }

    /// How a source grid relates to an output grid.
    pub fn of(source: &Grid, output: &Grid) -> Self {
        if source.shift_in(output).is_some() {
            return Placement::Aligned;
        }
        let (s, o) = (source.transform, output.transform);
        let whole = |v: f64| v >= 1.0 - 1e-9 && (v - v.round()).abs() < 1e-6;
        let ratio = |a: f64, b: f64| whole(a / b) || whole(b / a);
        // Edges must fall on lines of the finer of the two grids.
        let unit = (s.width.min(o.width), s.height.min(o.height));
        let on_lines = |delta: f64, unit: f64| (delta / unit - (delta / unit).round()).abs() < 1e-3;
        let coincide = on_lines(s.west - o.west, unit.0) && on_lines(s.north - o.north, unit.1);
        if source.crs == output.crs && ratio(s.width, o.width) && ratio(s.height, o.height) && coincide {
            Placement::Scaled
        } else {
            Placement::Warped
        }
    }
}

/// One layer that the plan reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedBand {
    /// Which.
    pub band: Band,
    /// The file; its grid is known.
    pub asset: Asset,
    /// How it comes onto the output grid.
    pub placement: Placement,
}

/// One scene of a look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedScene {
    /// Which.
    pub scene: SceneId,
    /// What kind of product it is.
    #[serde(default = "PlannedScene::first_sensor")]
    pub sensor: Sensor,
    /// Where the sun stood: shadows of clouds lie on the other side.
    #[serde(default)]
    pub sun: Option<Sun>,
    /// Who tells cloud from ground; `None` when nobody does.
    #[serde(default)]
    pub mask_by: Option<MaskBy>,
    /// The layer that tells cloud from ground, when the product carries it.
    pub mask: Option<PlannedBand>,
    /// Further layers that the mask is made of: probabilities, saturation, aerosol; or the bands that a detector or a model looks at.
    #[serde(default)]
    pub evidence: Vec<PlannedBand>,
    /// The image bands, in the recipe's order.
    pub bands: Vec<PlannedBand>,
}

impl PlannedScene {
    /// Plans of before there were several were all of this one.
    fn first_sensor() -> Sensor {
        Sensor::Sentinel2L2a
    }

    /// Every layer that is read of the scene.
    pub fn layers(&self) -> impl Iterator<Item = &PlannedBand> {
        self.bands.iter().chain(&self.mask).chain(&self.evidence)
    }
}

/// One look at the ground: all scenes of one datatake. Where two of its scenes overlap they hold the same observation, which counts once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// When it was taken (of its first scene).
    pub datetime: Timestamp,
    /// Whether it lies outside the period, so that it only serves to fill gaps.
    #[serde(default)]
    pub beyond: bool,
    /// Its scenes, in a stable order; the first with a valid pixel gives it.
    pub scenes: Vec<PlannedScene>,
}

/// What a run will cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// Most bytes that will come over the network (masks can only make it less).
    pub fetch_bytes: u64,
    /// How many of those are in the cache already. 0 unless whoever planned looked into the cache.
    #[serde(default)]
    pub cached_bytes: u64,
    /// Bytes on disk while it runs, the product included.
    pub disk_bytes: u64,
    /// Bytes of the product, about.
    pub product_bytes: u64,
    /// Memory for the blocks in work.
    pub memory_bytes: u64,
}

/// All that a run needs to know, before the first byte is fetched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Where the image will lie.
    pub target: Target,
    /// Its bands.
    pub bands: Vec<Band>,
    /// Blocks of the output grid that touch the area, in reading order.
    pub blocks: Vec<Window>,
    /// Looks in order of time; the source layer counts them from 1.
    pub looks: Vec<Look>,
    /// Scenes that were left out, each with the reason.
    pub left_out: Vec<(SceneId, String)>,
    /// What it will cost.
    pub estimate: Estimate,
}

impl Plan {
    /// The sensor whose bands those of others are matched to, when there are several: that of most looks.
    pub fn matched_to(&self) -> Option<Sensor> {
        let mut looks = BTreeMap::<Sensor, usize>::new();
        self.looks.iter().filter_map(|look| look.scenes.first()).for_each(|scene| *looks.entry(scene.sensor).or_default() += 1);
        let most = looks.values().copied().max()?;
        (looks.len() > 1).then(|| looks.into_iter().find(|(_, count)| *count == most).map(|(sensor, _)| sensor)).flatten()
    }
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// The recipe does not say what to make.
    #[error("the recipe has no `composite` step, so there is nothing to plan")]
    NothingToMake,
    /// Nothing to work with.
    #[error("no scene can be used{}", reasons(.0))]
    NoScenes(Vec<(SceneId, String)>),
    /// Reflectance of several sensors is alike, not the same.
    #[error("the scenes are of several sensors ({}); choose one, or allow several in one image (`mix_sensors`)", names(.0))]
    MixedSensors(Vec<Sensor>),
    /// No scene of the day that is to be kept.
    #[error("no scene of {0} can be used, and that day is to be kept: choose a day that has one")]
    NoSceneOfDay(jiff::civil::Date),
    /// The grid of a file is not known yet.
    #[error("the pixel grid of {1} of {0} is not known; its header must be read first")]
    UnknownGrid(SceneId, Band),
    /// The image would be too large or empty.
    #[error("the image cannot be made: {0}; choose a smaller area or a coarser resolution")]
    Grid(#[from] crate::GridError),
}

fn names(sensors: &[Sensor]) -> String {
    sensors.iter().map(|sensor| sensor.name()).collect::<Vec<_>>().join(", ")
}

fn reasons(left_out: &[(SceneId, String)]) -> String {
    match left_out {
        [] => ": the search found none; widen the period or the cloud limit".into(),
        all => format!(": {}", all.iter().map(|(id, why)| format!("{id} {why}")).collect::<Vec<_>>().join("; ")),
    }
}

/// The coordinate system of the image: the chosen one, or the CRS of most scenes when that is a UTM zone, else the zone of the area's centre.
pub fn output_crs(recipe: &Recipe, scenes: &[Scene]) -> Crs {
    if let Some(OutputCrs::Chosen(crs)) = recipe.composite().map(|c| &c.crs) {
        return crs.clone();
    }
    let mut votes = BTreeMap::<&Crs, usize>::new();
    for grid in scenes.iter().filter_map(|s| s.assets.values().find_map(|a| a.grid.as_ref())) {
        *votes.entry(&grid.crs).or_default() += 1;
    }
    let is_utm = |crs: &Crs| matches!(crs.epsg_code(), Some(32601..=32660 | 32701..=32760));
    let most = votes.into_iter().max_by_key(|(_, n)| *n).map(|(crs, _)| crs).filter(|crs| is_utm(crs));
    most.cloned().unwrap_or_else(|| {
        let centre = recipe.area.shape().centroid().map_or((0.0, 0.0), |c| (c.x(), c.y()));
        utm_crs(centre.0, centre.1)
    })
}

/// Plans a run.
///
/// `outline` is the area in `crs`; `workers` blocks are in work at a time within `memory` bytes. `model` has the bands that the user's own
/// cloud model looks at, when the recipe names one.
///
/// # Errors
/// [`PlanError::UnknownGrid`] when the header of some file must be read first; otherwise what keeps the image from being made.
pub fn plan(
    recipe: &Recipe,
    scenes: &[Scene],
    crs: Crs,
    outline: MultiPolygon<f64>,
    model: &[Band],
    workers: usize,
    memory: u64,
) -> Result<Plan, PlanError> {
    let composite = recipe.composite().ok_or(PlanError::NothingToMake)?;
    let (usable, left_out) = looks::usable(recipe, scenes, model);
    if usable.is_empty() {
        return Err(PlanError::NoScenes(left_out));
    }
    looks::one_kind(composite, &usable)?;
    let (resolution, anchor) = resolution_and_anchor(composite.resolution, &composite.bands, &crs, &usable)?;
    let bounds = outline.bounding_rect().map_or(Bounds { west: 0.0, south: 0.0, east: 0.0, north: 0.0 }, |r| Bounds {
        west: r.min().x,
        south: r.min().y,
        east: r.max().x,
        north: r.max().y,
    });
    let grid = Grid::covering(crs, bounds, resolution, anchor)?;
    let looks = looks::looks(recipe, &usable, model, &grid)?;
    if let CompositeMethod::Fill(fill) = &composite.method
        && !looks.iter().any(|look| looks::day(look.datetime) == fill.date)
    {
        return Err(PlanError::NoSceneOfDay(fill.date));
    }
    let per_pixel = estimate::per_pixel(looks.len(), composite.bands.len(), composite);
    let size = estimate::block_size((grid.width, grid.height), per_pixel, workers, memory);
    let phase = |from: f64| (-(from / resolution).round()).rem_euclid(f64::from(size)) as u32;
    let lines = (phase(grid.transform.west - anchor.0), phase(anchor.1 - grid.transform.north));
    let touches = |block: &Window| {
        let b = grid.bounds_of(*block);
        outline.intersects(&geo::Rect::new((b.west, b.south), (b.east, b.north)))
    };
    let blocks: Vec<_> = grid.blocks(size, lines).into_iter().filter(|b| !composite.clip || touches(b)).collect();
    let estimate = estimate::estimate(&grid, &looks, composite, size, workers);
    let target = Target { grid, outline, clip: composite.clip };
    Ok(Plan { target, bands: composite.bands.clone(), blocks, looks, left_out, estimate })
}

/// The pixel size of the image and a corner of the grid that it is laid on: that of a source with this pixel size, so that nothing needs
/// resampling; else the origin of the CRS.
fn resolution_and_anchor(chosen: Option<f64>, bands: &[Band], crs: &Crs, scenes: &[&Scene]) -> Result<(f64, (f64, f64)), PlanError> {
    let mut grids = Vec::new();
    for scene in scenes {
        for band in bands {
            let asset = looks::stands_for(*band, scene).and_then(|own| scene.assets.get(&own));
            grids.push(asset.and_then(|a| a.grid.as_ref()).ok_or_else(|| PlanError::UnknownGrid(scene.id.clone(), *band))?);
        }
    }
    let same: Vec<_> = grids.iter().filter(|g| g.crs == *crs).collect();
    let finest = same.iter().map(|g| g.transform.width).fold(f64::INFINITY, f64::min);
    // Without a source in this CRS a pixel size in metres comes from the sources' own; degrees need to be chosen.
    let fallback = grids.iter().map(|g| g.transform.width).fold(f64::INFINITY, f64::min);
    let resolution = chosen.unwrap_or(if finest.is_finite() { finest } else { fallback });
    let anchor = same.iter().find(|g| (g.transform.width / resolution - 1.0).abs() < 1e-9);
    Ok((resolution, anchor.map_or((0.0, 0.0), |g| (g.transform.west, g.transform.north))))
}

#[cfg(test)]
mod tests;
