//! Waiting for what blocks.

use super::Answer;
use crate::view::{ErrorCode, IpcError};

/// Runs what blocks (dialogs, large files) where blocking is allowed.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Answer<T> + Send + 'static) -> Answer<T> {
    let ended = |_| IpcError::new(ErrorCode::Internal, "a worker ended unexpectedly; please report this with the log file");
    tauri::async_runtime::spawn_blocking(work).await.map_err(ended)?
}
