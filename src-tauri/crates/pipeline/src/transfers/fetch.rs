//! One file, from the best of its sources that gives it.

use swath_domain::{FileOrder, Monitor, Stop};

use super::{Fetched, Work};
use crate::{PipelineError, error::Outcome};

/// Fetches a file to its place in the staging folder and makes sure that it is right; what is there already is kept and reported as
/// [`Kept`](swath_domain::Report::Kept). `monitor` counts the bytes of this file; `work.monitor` is told of the source
/// and of its length once it is known.
pub(crate) async fn file(_work: &Work, _order: &FileOrder, _monitor: &dyn Monitor) -> Outcome<Fetched> {
    Err(Stop::Failed(PipelineError::Unfinished))
}
