//! The words of Swath: what an area, a scene, a grid, a recipe, a plan and a job *are*.
//!
//! Everything here is a plain value. Nothing reads a file, a clock or the network, and nothing is asynchronous, so every rule can be
//! tested by itself and the same types travel through the window, the command line and, later, a cluster.
//!
//! A walk through, in the order in which a user meets them:
//!
//! 1. an [`Aoi`] is drawn or imported and a [`DateRange`], [`Sensor`]s and [`Band`]s are chosen: together a [`Query`];
//! 2. a search answers with [`Scene`]s, each with [`Asset`]s that know where they lie and what their numbers mean ([`Radiometry`]);
//! 3. a [`Recipe`] says what to make of them; [`plan()`] turns recipe and scenes into a [`Plan`]: one output [`Grid`], its blocks, and an
//!    [`Estimate`] of bytes, disk and memory;
//! 4. a [`Job`] is one run of a recipe. Its work reports to a [`Monitor`] and ends with a value or a [`Stop`];
//! 5. what it leaves is a [`Product`];
//! 6. whoever wants the scenes themselves says what is [`Wanted`] of them: a [`Transfer`] brings it, and what it leaves is a [`Holding`].

mod access;
mod aoi;
mod asset;
mod band;
mod dates;
mod filters;
mod grid;
mod holding;
pub mod how;
mod job;
mod merge;
mod monitor;
mod name;
mod pixel;
mod plan;
mod product;
mod query;
mod recipe;
mod scene;
mod sensor;
mod transfer;
mod utm;

pub use access::{Access, AccountKind};
pub use aoi::{Aoi, AoiError, AoiNote};
pub use asset::{Asset, Checksum, Evidence, Radiometry};
pub use band::Band;
pub use dates::{DateRange, DateRangeError};
pub use filters::{Filters, MonthDay, Season};
pub use grid::{Bounds, Crs, Grid, GridError, Transform, Window};
pub use holding::{Content, HeldFile, Holding, HoldingId, HoldingState};
pub use job::{Job, JobError, JobId, JobState, Progress, Stage, StageProgress};
pub use merge::{Change, Lack, Merger, completeness};
pub use monitor::{Monitor, Never, Report, Stop};
pub use name::{LandsatName, ProductName, Sentinel1Name, Sentinel2Name, tile_crs};
pub use pixel::PixelClass;
pub use plan::{
    DETECTOR_BANDS, Estimate, Look, MaskBy, MaskLayers, Placement, Plan, PlanError, PlannedBand, PlannedScene, Target, mask_layers,
    output_crs, plan, stands_for,
};
pub use product::{BandStatistics, Correction, Holes, Product, ProductId, Record, Source, SourceBand};
pub use query::Query;
pub use recipe::{
    BestPixel, ByHand, CompositeMethod, CompositeStep, Compression, Dropped, Evening, Every, Fill, Gaps, HandClass, Index, MaskSource,
    MaskStep, ModelFile, Order, OutputCrs, Recipe, RecipeError, SearchStep, Step, StepKind, WriteStep,
};
pub use scene::{OrbitDirection, Package, PackageForm, Scene, SceneId, Sun, Tier};
pub use sensor::Sensor;
pub use transfer::{
    Batch, BatchId, FileKind, FileOrder, FileSource, Transfer, TransferId, TransferProgress, TransferStage, TransferState, Waiting, Wanted,
};
pub use utm::utm_crs;
