//! Jobs.

use serde::Serialize;
use specta::Type;
use specta_typescript::Number;
use swath_domain::{Band, Job, JobState, Stage};

use super::{BandName, Bbox, ErrorCode, IpcError, JobId, JobStateName, ProductId, StageName};

/// A job as the tray shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// Number.
    pub id: JobId,
    /// Name of the recipe.
    pub name: String,
    /// What it is doing.
    #[specta(type = JobStateName)]
    pub state: JobState,
    /// Stages begun so far, in order.
    pub stages: Vec<StageView>,
    /// The running one.
    #[specta(type = Option<StageName>)]
    pub stage: Option<Stage>,
    /// Bytes that came over the network.
    #[specta(type = Number)]
    pub fetched_bytes: u64,
    /// Bytes that it will need in all, as far as known.
    #[specta(type = Option<Number>)]
    pub expected_bytes: Option<u64>,
    /// Over the last few seconds.
    #[specta(type = Number)]
    pub bytes_per_second: f64,
    /// When they can be told.
    #[specta(type = Option<Number>)]
    pub seconds_left: Option<f64>,
    /// Seconds without a byte while a transfer waits.
    pub stalled_seconds: Option<u32>,
    /// When it was queued.
    pub created_at: String,
    /// When it ended.
    pub finished_at: Option<String>,
    /// What it made.
    pub product_id: Option<ProductId>,
    /// Why it failed.
    pub error: Option<IpcError>,
    /// Box of its area.
    pub bbox: Bbox,
    /// Bands of its image.
    #[specta(type = Vec<BandName>)]
    pub bands: Vec<Band>,
    /// Grows when blocks were finished; part of the address of its tiles.
    #[specta(type = Number)]
    pub picture: u64,
    /// Fetched bytes that stay in the cache when the job ended without a product.
    #[specta(type = Number)]
    pub kept_bytes: u64,
}

/// How far a stage is.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StageView {
    /// Which.
    #[specta(type = StageName)]
    pub stage: Stage,
    /// Steps done.
    #[specta(type = Number)]
    pub done: u64,
    /// Steps in all; 0 while unknown.
    #[specta(type = Number)]
    pub total: u64,
}

/// Something that happened to a job.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum JobEvent {
    /// It is new, went on, or changed its state.
    Changed {
        /// As it is now.
        job: Box<JobView>,
    },
    /// It was taken off the list.
    Removed {
        /// Which.
        id: JobId,
    },
}

impl JobView {
    /// As the page shows it.
    pub fn of(job: &Job) -> Self {
        let progress = &job.progress;
        let running = job.state == JobState::Running;
        let stopped = matches!(job.state, JobState::Cancelled | JobState::Failed);
        Self {
            id: job.id.into(),
            name: job.name.clone(),
            state: job.state,
            stages: progress.stages.iter().map(|s| StageView { stage: s.stage, done: s.done, total: s.total }).collect(),
            stage: progress.stages.last().map(|s| s.stage).filter(|_| running),
            fetched_bytes: progress.fetched_bytes,
            expected_bytes: progress.expected_bytes,
            // The row keeps the last rate of a job that has stopped, where it would be untrue.
            bytes_per_second: if running { progress.bytes_per_second } else { 0.0 },
            seconds_left: progress.seconds_left.filter(|_| running),
            stalled_seconds: progress.stalled_seconds.filter(|_| running),
            created_at: job.created.to_string(),
            finished_at: job.finished.map(|moment| moment.to_string()),
            product_id: job.product.map(Into::into),
            error: job.error.as_ref().map(|e| IpcError::new(ErrorCode::of(&e.code), e.message.clone())),
            bbox: Bbox(job.bbox),
            bands: job.bands.clone(),
            picture: progress.picture,
            kept_bytes: if stopped { progress.fetched_bytes } else { 0 },
        }
    }
}
