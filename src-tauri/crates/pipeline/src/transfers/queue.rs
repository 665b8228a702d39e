//! Which transfer runs next.

use std::sync::RwLock;

use tokio::sync::broadcast;

use super::{TransferEvent, TransferRules};

/// The queue of one engine. What stands in it is in the rows; this is what the process knows besides.
pub(crate) struct Queue {
    /// `None` when this process runs no transfers.
    pub(crate) rules: RwLock<Option<TransferRules>>,
    /// Whether every queued row is run, or only those that this engine was asked for.
    pub(crate) all: bool,
    pub(crate) events: broadcast::Sender<TransferEvent>,
}

impl Queue {
    pub(crate) fn new(rules: Option<TransferRules>, all: bool) -> Self {
        Self { rules: RwLock::new(rules), all, events: broadcast::channel(4096).0 }
    }
}
