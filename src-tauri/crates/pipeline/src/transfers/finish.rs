//! From fetched files to what the library takes.

use swath_domain::{FileOrder, Stop};

use super::{Fetched, Piece, Work};
use crate::{PipelineError, error::Outcome};

/// Checks what files are only together (a SAFE folder against its manifest), unpacks what is to be unpacked, and says what goes into the
/// library. Tells `work.monitor` of the stages Check and Unpack. `fetched` has the order of `files`.
pub(crate) async fn pieces(_work: &Work, _files: &[FileOrder], _fetched: &[Fetched]) -> Outcome<Vec<Piece>> {
    Err(Stop::Failed(PipelineError::Unfinished))
}
