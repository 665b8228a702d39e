//! Transfers: what can be downloaded, what was ordered, and how far it is.

use serde::Serialize;
use specta::Type;
use specta_typescript::Number;
use swath_domain::{Sensor, Transfer, TransferStage, TransferState, Waiting};

use super::{BatchId, ErrorCode, HoldingId, IpcError, SensorName, TransferId, TransferStageName, TransferStateName, WantedView};

/// A transfer as the tray shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TransferView {
    /// Number.
    pub id: TransferId,
    /// What it was ordered with.
    pub batch: BatchId,
    /// Name of that.
    pub batch_name: String,
    /// Place in the queue: the smallest begins first.
    #[specta(type = Number)]
    pub position: i64,
    /// Which scene.
    pub scene_id: String,
    /// Name of the product.
    pub name: String,
    /// What kind of product it is.
    #[specta(type = SensorName)]
    pub sensor: Sensor,
    /// What is wanted of it.
    pub wanted: WantedView,
    /// What it is doing.
    #[specta(type = TransferStateName)]
    pub state: TransferState,
    /// The running stage, or the one that it ended in.
    #[specta(type = Option<TransferStageName>)]
    pub stage: Option<TransferStage>,
    /// Bytes of the wanted files that are there.
    #[specta(type = Number)]
    pub done_bytes: u64,
    /// Bytes of the wanted files in all, as far as known.
    #[specta(type = Option<Number>)]
    pub total_bytes: Option<u64>,
    /// Bytes that came over the network, over all runs.
    #[specta(type = Number)]
    pub fetched_bytes: u64,
    /// Files in all; 0 while unknown.
    pub files: u32,
    /// Files that are there.
    pub files_done: u32,
    /// Over the last few seconds.
    #[specta(type = Number)]
    pub bytes_per_second: f64,
    /// When they can be told.
    #[specta(type = Option<Number>)]
    pub seconds_left: Option<f64>,
    /// Catalogue and host that it comes from.
    pub source: Option<String>,
    /// Requests that had to be made again, over all runs.
    pub tries: u32,
    /// What it waits for and that comes by itself.
    pub waiting: Option<WaitingView>,
    /// Seconds without a byte while data should flow.
    pub stalled_seconds: Option<u32>,
    /// Why it failed.
    pub error: Option<IpcError>,
    /// What it put into the library.
    pub holding_ids: Vec<HoldingId>,
    /// When it was ordered.
    pub created_at: String,
    /// When it ended.
    pub finished_at: Option<String>,
}

/// What a transfer waits for, and that will come without the user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Type)]
pub struct WaitingView {
    /// What for.
    #[serde(rename = "for")]
    pub what: WaitingFor,
    /// Until when, where that is known.
    pub until: Option<String>,
    /// The host that asked to be left alone.
    pub host: Option<String>,
    /// Bytes that have to become free on the disk.
    #[specta(type = Option<Number>)]
    pub needs: Option<u64>,
    /// The account whose allowance is used up.
    pub account: Option<String>,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum WaitingFor {
    /// A connection.
    #[default]
    Network,
    /// Room on the disk.
    Disk,
    /// The hours in which transfers may run.
    Schedule,
    /// A service that asked to be left alone.
    Host,
    /// An allowance that is used up.
    Quota,
    /// A product that its provider is preparing.
    Provider,
}

/// Something that happened to transfers.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum TransferEvent {
    /// One is new, went on, or changed its state.
    Changed {
        /// As it is now.
        transfer: Box<TransferView>,
    },
    /// One was taken off the list.
    Removed {
        /// Which.
        id: TransferId,
    },
    /// The last transfer of a batch has ended.
    Batch {
        /// Which.
        batch: BatchId,
        /// How many brought what was wanted.
        #[specta(type = Number)]
        succeeded: usize,
        /// How many failed.
        #[specta(type = Number)]
        failed: usize,
    },
}

impl TransferView {
    /// As the page shows it. `batch_name` is what the batch is called.
    pub fn of(transfer: &Transfer, batch_name: &str) -> Self {
        let progress = &transfer.progress;
        let running = transfer.state == TransferState::Running;
        Self {
            id: transfer.id.into(),
            batch: transfer.batch.into(),
            batch_name: batch_name.to_owned(),
            position: transfer.position,
            scene_id: transfer.scene.to_string(),
            name: transfer.name.clone(),
            sensor: transfer.sensor,
            wanted: WantedView::of(&transfer.wanted),
            state: transfer.state,
            stage: progress.stage,
            done_bytes: progress.done_bytes,
            total_bytes: progress.total_bytes,
            fetched_bytes: progress.fetched_bytes,
            files: progress.files,
            files_done: progress.files_done,
            // The row keeps the last figures of a transfer that has stopped, where they would be untrue.
            bytes_per_second: if running { progress.bytes_per_second } else { 0.0 },
            seconds_left: progress.seconds_left.filter(|_| running),
            source: progress.source.clone(),
            tries: progress.tries,
            waiting: progress.waiting.as_ref().filter(|_| !transfer.state.is_final()).map(WaitingView::of),
            stalled_seconds: progress.stalled_seconds.filter(|_| running),
            error: transfer.error.as_ref().map(|error| IpcError::new(ErrorCode::of(&error.code), error.message.clone())),
            holding_ids: transfer.holdings.iter().map(|id| (*id).into()).collect(),
            created_at: transfer.created.to_string(),
            finished_at: transfer.finished.map(|moment| moment.to_string()),
        }
    }
}

impl WaitingView {
    /// As the page shows it.
    pub fn of(waiting: &Waiting) -> Self {
        let only = |what| Self { what, ..Self::default() };
        match waiting {
            Waiting::Network => only(WaitingFor::Network),
            Waiting::Provider => only(WaitingFor::Provider),
            Waiting::Disk { needs } => Self { needs: Some(*needs), ..only(WaitingFor::Disk) },
            Waiting::Schedule { until } => Self { until: Some(until.to_string()), ..only(WaitingFor::Schedule) },
            Waiting::Host { host, until } => Self { host: Some(host.clone()), until: Some(until.to_string()), ..only(WaitingFor::Host) },
            Waiting::Quota { account, until } => {
                Self { account: Some(account.clone()), until: Some(until.to_string()), ..only(WaitingFor::Quota) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_waited_for_is_told_in_the_words_of_the_domain() {
        let until = "2025-06-01T00:00:00Z".parse().unwrap();
        for waiting in [
            Waiting::Network,
            Waiting::Disk { needs: 7 },
            Waiting::Schedule { until },
            Waiting::Host { host: "files.example".into(), until },
            Waiting::Quota { account: "cdse".into(), until },
            Waiting::Provider,
        ] {
            let mut expected = json!({ "for": null, "until": null, "host": null, "needs": null, "account": null });
            let domain: Value = serde_json::to_value(&waiting).unwrap();
            expected.as_object_mut().unwrap().extend(domain.as_object().unwrap().clone());
            assert_eq!(serde_json::to_value(WaitingView::of(&waiting)).unwrap(), expected);
        }
    }
}
