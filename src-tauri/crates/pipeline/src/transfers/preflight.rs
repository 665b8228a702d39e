//! What has to be right before an order is taken.

use super::{Order, Preflight};
use crate::{PipelineError, engine::Resources};

pub(crate) fn preflight(_res: &Resources, _order: &Order) -> Result<Preflight, PipelineError> {
    Err(PipelineError::Unfinished)
}
