//! The part of a band under an area, as a file of its own.

use swath_domain::{FileOrder, Monitor, Stop};

use super::{Fetched, Work};
use crate::{PipelineError, error::Outcome};

/// Fetches the blocks of a band that lie under the area and writes them to the place of its order in the staging folder. `monitor` counts
/// the bytes of the blocks; `work.monitor` is told their sum once it is known ([`TransferMonitor::expect`](super::TransferMonitor::expect)).
pub(crate) async fn window(_work: &Work, _order: &FileOrder, _monitor: &dyn Monitor) -> Outcome<Fetched> {
    Err(Stop::Failed(PipelineError::Unfinished))
}
