//! Whose fault a failure is: the host's, the file's, or nobody's out there.

use swath_raster::RasterError;
use swath_remote::RemoteError;

use crate::PipelineError;

/// What a failure says about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blame {
    /// Other files of this host will fail the same way.
    Host,
    /// This file.
    File,
    /// This computer: no other place would do better.
    Nobody,
}

pub(super) fn blame(error: &PipelineError) -> Blame {
    match error {
        PipelineError::Remote(error) => match error {
            RemoteError::Connect { .. } | RemoteError::Timeout { .. } => Blame::Host,
            RemoteError::NeedsAccount { .. } | RemoteError::NeedsCode { .. } | RemoteError::Login { .. } => Blame::Host,
            RemoteError::Status { status: 401 | 408 | 429 | 500.., .. } => Blame::Host,
            RemoteError::Disk { .. } => Blame::Nobody,
            _ => Blame::File,
        },
        PipelineError::Raster(RasterError::Open { .. } | RasterError::Read { .. } | RasterError::Unsupported { .. }) => Blame::File,
        PipelineError::AnotherGrid(_) | PipelineError::Avoided(_) => Blame::File,
        PipelineError::Source { error, .. } => blame(error),
        _ => Blame::Nobody,
    }
}
