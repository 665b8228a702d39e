//! Transfers: bringing scenes themselves into the library, in a queue of their own beside the jobs.
//!
//! ```text
//! resolve   which files there are, and where each lies          network
//! fetch     one file after the other, from its best source      network + disk
//! check     what is inside them                                 disk
//! clip      the area cut out of a band                          CPU
//! unpack    a zip or tar, when asked                            disk
//! publish   flush, rename, one transaction                      disk
//! ```
//!
//! One dispatcher starts them by their position in the queue, [`run`] walks through the steps, [`waits`] decides which failures are waits.
//! Every step looks at what lies in the transfer's staging folder first, so going on after a pause, a full disk or a crash is the same act
//! as running.

mod choices;
mod clip;
pub(crate) mod control;
mod counted;
mod events;
mod fetch;
mod finish;
mod hash;
pub(crate) mod intake;
mod names;
mod offers;
mod order;
mod preflight;
pub(crate) mod progress;
pub(crate) mod queue;
mod quota;
mod resolve;
mod room;
mod rules;
mod run;
mod sizes;
mod staged;
#[cfg(test)]
mod tests;
mod turn;
mod verify;
mod waits;

use std::{path::PathBuf, sync::Arc};

use swath_domain::{AccountKind, Batch, BatchId, HeldFile, HoldingId, HoldingState, Scene, SceneId, Transfer, TransferId, Wanted};

use crate::engine::Resources;

pub(crate) use swath_library::{Piece, TransferRequest};

pub(crate) use choices::choices;
pub use order::{Finding, Preflight};
pub(crate) use preflight::preflight;
pub(crate) use progress::TransferMonitor;
pub(crate) use queue::Queue;
pub use rules::{Hours, TransferRules};
pub(crate) use verify::verify;

/// Scenes, and what is wanted of each of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Name of the batch, for people.
    pub name: String,
    /// Which scenes.
    pub scenes: Vec<Scene>,
    /// What is wanted of each.
    pub wanted: Wanted,
}

/// What became of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Ordered {
    /// What the transfers stand under; `None` when there is nothing to fetch.
    pub batch: Option<Batch>,
    /// One for each scene that is fetched.
    pub transfers: Vec<Transfer>,
    /// Scenes that the library has already, verified.
    pub held: Vec<SceneId>,
    /// Scenes that stand in the queue already with the same wish.
    pub queued: Vec<SceneId>,
    /// The transfers that those stand as, in the same order. One that waits in the queue is taken up by this engine.
    pub queued_as: Vec<TransferId>,
}

/// A form in which scenes can be had, and what it costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// What would be fetched of each scene.
    pub wanted: Wanted,
    /// How many of the scenes can be had so.
    pub scenes: usize,
    /// Bytes over the network in all, as far as they can be told; scenes that the library holds count nothing.
    pub bytes: Option<u64>,
    /// Whether the bytes are what catalogues or headers say, and not a guess from products of the same kind.
    pub exact: bool,
    /// The account that it takes.
    pub account: Option<AccountKind>,
    /// Scenes that cannot be had so.
    pub lacking: Vec<SceneId>,
    /// Scenes that the library has so already.
    pub held: usize,
}

/// Something that happened to a transfer. A hint: the row is the truth.
#[derive(Debug, Clone)]
pub enum TransferEvent {
    /// It is new, went on, or changed its state or place.
    Changed(Box<Transfer>),
    /// It was taken off the list.
    Removed(TransferId),
    /// The last transfer of a batch has ended.
    Batch {
        /// Which batch.
        batch: BatchId,
        /// Transfers that are in the library.
        succeeded: usize,
        /// Transfers that failed.
        failed: usize,
    },
}

/// A holding that was looked at again.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// Which.
    pub id: HoldingId,
    /// What is known of it now.
    pub state: HoldingState,
}

/// What looking at holdings again has found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VerifySummary {
    /// Whole and right.
    pub verified: usize,
    /// Not where they should be.
    pub missing: usize,
    /// There, and not what they were.
    pub damaged: usize,
}

/// One run of a transfer, as its steps see it.
pub(crate) struct Work {
    pub(crate) res: Arc<Resources>,
    pub(crate) id: TransferId,
    /// Of what, and what of it.
    pub(crate) request: TransferRequest,
    /// Its staging folder. It exists.
    pub(crate) folder: PathBuf,
    /// Told of stages, sources and lengths. Bytes are reported to the monitor that each step is given, since they are counted by file.
    pub(crate) monitor: Arc<TransferMonitor>,
}

/// A file that is there, whole and right, in the staging folder.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fetched {
    /// Its path in the staging folder is that of its order; length and digest are these.
    pub(crate) held: HeldFile,
    /// The catalogue that it came from.
    pub(crate) provider: String,
}
