//! Which files a transfer consists of, and where each of them lies.

use swath_domain::{FileOrder, Stop};

use super::Work;
use crate::{PipelineError, error::Outcome};

/// Asked once: what it finds is kept in the row.
pub(crate) async fn files(_work: &Work) -> Outcome<Vec<FileOrder>> {
    Err(Stop::Failed(PipelineError::Unfinished))
}
