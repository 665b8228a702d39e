//! A job: one run of a recipe, and how far it is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Band, ProductId};

/// Number of a job in the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobId(pub i64);

impl std::fmt::Display for JobId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What a job is doing. The row in the library is the truth; everything else is a hint that it changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    /// Waiting for its turn.
    Queued,
    /// At work.
    Running,
    /// Stopped by the user; goes on from where it was.
    Paused,
    /// Done; its product is in the library.
    Succeeded,
    /// Ended by an error; can be tried again.
    Failed,
    /// Ended by the user; what was fetched is kept in the cache.
    Cancelled,
    /// The program ended while it ran; goes on from where it was when resumed.
    Interrupted,
}

impl JobState {
    /// Every state.
    pub const ALL: [JobState; 7] = [
        JobState::Queued,
        JobState::Running,
        JobState::Paused,
        JobState::Succeeded,
        JobState::Failed,
        JobState::Cancelled,
        JobState::Interrupted,
    ];

    /// As stored and shown to programs.
    pub fn name(self) -> &'static str {
        match self {
            JobState::Queued => "queued",
            JobState::Running => "running",
            JobState::Paused => "paused",
            JobState::Succeeded => "succeeded",
            JobState::Failed => "failed",
            JobState::Cancelled => "cancelled",
            JobState::Interrupted => "interrupted",
        }
    }

    /// Whether a job may go from this state to `next`.
    pub fn may_become(self, next: JobState) -> bool {
        use JobState::*;
        match self {
            Queued => matches!(next, Running | Paused | Cancelled),
            Running => matches!(next, Paused | Succeeded | Failed | Cancelled | Interrupted),
            Paused | Interrupted => matches!(next, Queued | Cancelled),
            Failed | Cancelled => matches!(next, Queued),
            Succeeded => false,
        }
    }

    /// Whether nothing more happens by itself.
    pub fn is_final(self) -> bool {
        matches!(self, JobState::Succeeded | JobState::Failed | JobState::Cancelled)
    }
}

impl std::fmt::Display for JobState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for JobState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        JobState::ALL.into_iter().find(|s| s.name() == text).ok_or_else(|| format!("`{text}` is not a state of a job"))
    }
}

/// The stages of a run, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Ask the catalogues.
    Search,
    /// Read headers and masks of all scenes.
    Masks,
    /// Fetch, mask and composite, block by block.
    Blocks,
    /// Write the cloud-optimised GeoTIFF and the thumbnail.
    Write,
    /// Move it into the library.
    Publish,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Stage; 5] = [Stage::Search, Stage::Masks, Stage::Blocks, Stage::Write, Stage::Publish];

    /// As shown to programs.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Search => "search",
            Stage::Masks => "masks",
            Stage::Blocks => "blocks",
            Stage::Write => "write",
            Stage::Publish => "publish",
        }
    }
}

/// How far one stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageProgress {
    /// Which.
    pub stage: Stage,
    /// Steps done.
    pub done: u64,
    /// Steps in all; 0 while unknown.
    pub total: u64,
}

/// How far a job is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Stages begun so far, in order; the last is the running one.
    pub stages: Vec<StageProgress>,
    /// Bytes that came over the network for this job, over all its runs.
    pub fetched_bytes: u64,
    /// Bytes that it will need from the network in all, as far as known.
    pub expected_bytes: Option<u64>,
    /// Bytes a second, over the last few seconds.
    pub bytes_per_second: f64,
    /// Seconds left, when they can be told.
    pub seconds_left: Option<f64>,
    /// Seconds without a byte while a transfer waits; `None` when data flow.
    pub stalled_seconds: Option<u32>,
    /// Grows whenever finished blocks changed the picture.
    pub picture: u64,
}

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobError {
    /// A word that the window acts on (`provider-failed`, `disk-full`, …).
    pub code: String,
    /// What happened, why, and what to do.
    pub message: String,
}

/// One run of a recipe, as the list of jobs shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Number.
    pub id: JobId,
    /// Name of the recipe.
    pub name: String,
    /// What it is doing.
    pub state: JobState,
    /// How far it is.
    pub progress: Progress,
    /// Why it failed, when it did.
    pub error: Option<JobError>,
    /// What it made, when it succeeded.
    pub product: Option<ProductId>,
    /// `[west, south, east, north]` of its area, degrees.
    pub bbox: [f64; 4],
    /// Bands of its image.
    pub bands: Vec<Band>,
    /// When it was queued.
    pub created: Timestamp,
    /// When it last began to run.
    pub started: Option<Timestamp>,
    /// When it reached a final state.
    pub finished: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_success_is_the_end() {
        for state in JobState::ALL {
            assert_eq!(state.name().parse(), Ok(state));
            assert!(!JobState::Succeeded.may_become(state));
            assert!(!state.may_become(state), "{state}");
        }
        assert!(JobState::Interrupted.may_become(JobState::Queued));
        assert!(!JobState::Cancelled.may_become(JobState::Running), "a job runs only from the queue");
    }
}
