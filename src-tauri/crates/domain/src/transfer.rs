//! A transfer: what is fetched of one scene into the library, how far it is, and what it waits for.
//!
//! Transfers stand in a queue of their own beside the jobs, since they are many, short of CPU, and long of network. A *batch* is what was
//! ordered at once. What a transfer leaves in the library is one or more [`Holding`](crate::Holding)s.

mod files;
mod wanted;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{HoldingId, JobError, SceneId, Sensor};

pub use files::{FileKind, FileOrder, FileSource};
pub use wanted::Wanted;

/// Number of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TransferId(pub i64);

/// Number of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BatchId(pub i64);

impl std::fmt::Display for TransferId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::fmt::Display for BatchId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Transfers that were ordered at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Number.
    pub id: BatchId,
    /// Name for people.
    pub name: String,
    /// When it was ordered.
    pub created: Timestamp,
}

/// What a transfer is doing. The row in the library is the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransferState {
    /// Waiting for its turn; also after a restart of the program.
    Queued,
    /// At work, or waiting for something that will come by itself ([`Waiting`]).
    Running,
    /// Stopped by the user; goes on from where it was.
    Paused,
    /// Whole, verified and in the library.
    Succeeded,
    /// Ended by an error; what has arrived is kept for another try.
    Failed,
    /// Ended by the user; what has arrived is kept unless the user had it deleted.
    Cancelled,
}

impl TransferState {
    /// Every state.
    pub const ALL: [TransferState; 6] = [
        TransferState::Queued,
        TransferState::Running,
        TransferState::Paused,
        TransferState::Succeeded,
        TransferState::Failed,
        TransferState::Cancelled,
    ];

    /// As stored and shown to programs.
    pub fn name(self) -> &'static str {
        match self {
            TransferState::Queued => "queued",
            TransferState::Running => "running",
            TransferState::Paused => "paused",
            TransferState::Succeeded => "succeeded",
            TransferState::Failed => "failed",
            TransferState::Cancelled => "cancelled",
        }
    }

    /// Whether a transfer may go from this state to `next`.
    pub fn may_become(self, next: TransferState) -> bool {
        use TransferState::*;
        match self {
            Queued => matches!(next, Running | Paused | Cancelled),
            // Back into the queue when the program ends or was killed.
            Running => matches!(next, Queued | Paused | Succeeded | Failed | Cancelled),
            Paused => matches!(next, Queued | Cancelled),
            Failed | Cancelled => matches!(next, Queued),
            Succeeded => false,
        }
    }

    /// Whether nothing more happens by itself.
    pub fn is_final(self) -> bool {
        matches!(self, TransferState::Succeeded | TransferState::Failed | TransferState::Cancelled)
    }
}

impl std::fmt::Display for TransferState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for TransferState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        TransferState::ALL.into_iter().find(|s| s.name() == text).ok_or_else(|| format!("`{text}` is not a state of a transfer"))
    }
}

/// The stages of a transfer, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransferStage {
    /// Finding out which files there are and where they lie.
    Resolve,
    /// Fetching them.
    Fetch,
    /// Checking what is inside them.
    Check,
    /// Cutting the area out.
    Clip,
    /// Unpacking.
    Unpack,
    /// Moving them into the library.
    Publish,
}

impl TransferStage {
    /// Every stage, in order.
    pub const ALL: [TransferStage; 6] = [
        TransferStage::Resolve,
        TransferStage::Fetch,
        TransferStage::Check,
        TransferStage::Clip,
        TransferStage::Unpack,
        TransferStage::Publish,
    ];

    /// As shown to programs.
    pub fn name(self) -> &'static str {
        match self {
            TransferStage::Resolve => "resolve",
            TransferStage::Fetch => "fetch",
            TransferStage::Check => "check",
            TransferStage::Clip => "clip",
            TransferStage::Unpack => "unpack",
            TransferStage::Publish => "publish",
        }
    }
}

/// What a transfer waits for, and that will come without the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "kebab-case")]
pub enum Waiting {
    /// Nothing can be reached; it is tried again every few seconds.
    Network,
    /// Room on the disk.
    Disk {
        /// Bytes that have to become free before it goes on.
        needs: u64,
    },
    /// The hours in which the user lets transfers run.
    Schedule {
        /// When they begin.
        until: Timestamp,
    },
    /// A service that asked to be left alone.
    Host {
        /// Host name.
        host: String,
        /// How long.
        until: Timestamp,
    },
    /// A monthly allowance that is used up.
    Quota {
        /// Whose, by the name of the account.
        account: String,
        /// When enough of it is free again.
        until: Timestamp,
    },
    /// A product that its provider is preparing.
    Provider,
}

/// How far a transfer is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TransferProgress {
    /// The running stage, or the one that it ended in.
    pub stage: Option<TransferStage>,
    /// Bytes of the wanted files that are there.
    pub done_bytes: u64,
    /// Bytes of the wanted files in all, as far as known.
    pub total_bytes: Option<u64>,
    /// Bytes that came over the network, over all runs; more than `done_bytes` when something had to be fetched again.
    pub fetched_bytes: u64,
    /// Files that are there.
    pub files_done: u32,
    /// Files in all; 0 while unknown.
    pub files: u32,
    /// Bytes a second, over the last few seconds.
    pub bytes_per_second: f64,
    /// Seconds left, when they can be told.
    pub seconds_left: Option<f64>,
    /// Catalogue and host that it comes from (`earth-search · sentinel-cogs.s3…`).
    pub source: Option<String>,
    /// Requests that had to be made again, over all runs.
    pub tries: u32,
    /// What it waits for, if it does.
    pub waiting: Option<Waiting>,
    /// Seconds without a byte; `None` when data flow.
    pub stalled_seconds: Option<u32>,
}

/// What is fetched of one scene, as the queue shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transfer {
    /// Number.
    pub id: TransferId,
    /// What it was ordered with.
    pub batch: BatchId,
    /// Place in the queue: transfers begin from the smallest.
    pub position: i64,
    /// Which scene.
    pub scene: SceneId,
    /// Name of the product, or of the scene when it has none.
    pub name: String,
    /// What kind of product it is.
    pub sensor: Sensor,
    /// What is wanted of it.
    pub wanted: Wanted,
    /// What it is doing.
    pub state: TransferState,
    /// How far it is.
    pub progress: TransferProgress,
    /// Why it failed, when it did.
    pub error: Option<JobError>,
    /// What it put into the library, when it succeeded.
    pub holdings: Vec<HoldingId>,
    /// When it was ordered.
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
        for state in TransferState::ALL {
            assert_eq!(state.name().parse(), Ok(state));
            assert!(!TransferState::Succeeded.may_become(state));
            assert!(!state.may_become(state), "{state}");
        }
        assert!(!TransferState::Cancelled.may_become(TransferState::Running), "a transfer runs only from the queue");
    }
}
