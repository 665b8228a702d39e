//! Transfers as the window and the command line see them.

use swath_domain::{Aoi, Band, Batch, BatchId, Monitor, Scene, Transfer, TransferId};
use tokio::sync::broadcast;

use super::Engine;
use crate::{
    Choice, Order, Ordered, PipelineError, Preflight, TransferEvent, TransferRules,
    error::Outcome,
    transfers::{choices, control, intake, preflight},
};

impl Engine {
    /// In which forms scenes can be had, and what each costs. Sizes come from the catalogue, else from headers; a window (offered with an
    /// area) counts the exact blocks under it.
    pub async fn choices(&self, scenes: &[Scene], bands: &[Band], area: Option<&Aoi>, monitor: &dyn Monitor) -> Outcome<Vec<Choice>> {
        choices(&self.res, scenes, bands, area, monitor).await
    }

    /// What an order would take, and what stands in its way.
    pub fn preflight(&self, order: &Order) -> Result<Preflight, PipelineError> {
        preflight(&self.res, order)
    }

    /// Queues a transfer for each scene that the library does not hold yet. The rows are written before this returns.
    ///
    /// # Errors
    /// [`PipelineError::Refused`] when the pre-flight finds something that stands in the way.
    pub fn order(&self, order: Order) -> Result<Ordered, PipelineError> {
        intake::order(&self.res, order)
    }

    /// All transfers by their place in the queue, with the progress of this moment.
    pub fn transfers(&self) -> Result<Vec<Transfer>, PipelineError> {
        let mut rows = self.res.library.transfers().list()?;
        for row in &mut rows {
            self.res.transfers.bring_up_to_date(row);
        }
        Ok(rows)
    }

    /// What was ordered at once, newest first.
    pub fn batches(&self) -> Result<Vec<Batch>, PipelineError> {
        Ok(self.res.library.transfers().batches()?)
    }

    /// Hears of every transfer, at most ten times a second each.
    pub fn subscribe_transfers(&self) -> broadcast::Receiver<TransferEvent> {
        self.res.transfers.subscribe()
    }

    /// Stops transfers within a second and keeps all that has arrived. Those that have ended are passed over.
    ///
    /// # Errors
    /// Why it cannot be done, when it can be done to none of them.
    pub fn pause_transfers(&self, ids: &[TransferId]) -> Result<(), PipelineError> {
        control::pause(&self.res, ids)
    }

    /// Lets paused transfers go on from where they were. Queued ones, and running ones whose process has ended, are taken up by this engine.
    ///
    /// # Errors
    /// As [`Engine::pause_transfers`].
    pub fn resume_transfers(&self, ids: &[TransferId]) -> Result<(), PipelineError> {
        control::resume(&self.res, ids)
    }

    /// Ends transfers within a second. What has arrived is kept for another try unless it is to be deleted.
    ///
    /// # Errors
    /// As [`Engine::pause_transfers`].
    pub fn cancel_transfers(&self, ids: &[TransferId], delete: bool) -> Result<(), PipelineError> {
        control::cancel(&self.res, ids, delete)
    }

    /// Runs failed and cancelled transfers again; what has arrived is not fetched again.
    ///
    /// # Errors
    /// As [`Engine::pause_transfers`].
    pub fn retry_transfers(&self, ids: &[TransferId]) -> Result<(), PipelineError> {
        control::retry(&self.res, ids)
    }

    /// Takes transfers that have ended off the list and deletes what is unfinished. What is in the library stays.
    ///
    /// # Errors
    /// As [`Engine::pause_transfers`].
    pub fn remove_transfers(&self, ids: &[TransferId]) -> Result<(), PipelineError> {
        control::remove(&self.res, ids)
    }

    /// Gives a transfer the place before another, or the last one.
    pub fn move_transfer(&self, id: TransferId, before: Option<TransferId>) -> Result<(), PipelineError> {
        control::place(&self.res, id, before)
    }

    /// Waits until no transfer of a batch is queued or running.
    pub async fn wait_batch(&self, id: BatchId) -> Result<Vec<Transfer>, PipelineError> {
        let rows = self.transfers()?;
        let ids: Vec<_> = rows.into_iter().filter(|row| row.batch == id).map(|row| row.id).collect();
        self.wait_transfers(&ids).await
    }

    /// Waits until none of these is queued or running.
    pub async fn wait_transfers(&self, ids: &[TransferId]) -> Result<Vec<Transfer>, PipelineError> {
        control::wait(&self.res, ids).await
    }

    /// Changes what transfers may use, at once for running ones. Without effect in a process that runs none.
    pub fn set_transfer_rules(&self, rules: TransferRules) {
        if self.res.transfers.rules().is_some() {
            self.res.client.set_bandwidth(rules.bandwidth);
        }
        self.res.transfers.set_rules(rules);
    }

    /// What transfers may use; the usual rules in a process that runs none.
    pub fn transfer_rules(&self) -> TransferRules {
        self.res.transfers.rules().unwrap_or_default()
    }
}
