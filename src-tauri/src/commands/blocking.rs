//! Waiting for what blocks.

use swath_domain::Stop;
use swath_raster::{RasterError, vector::VectorError};

use super::Answer;
use crate::{
    state::AppState,
    view::{ErrorCode, IpcError},
};

/// Runs what blocks (dialogs, large files) where blocking is allowed.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Answer<T> + Send + 'static) -> Answer<T> {
    let ended = |_| IpcError::new(ErrorCode::Internal, "a worker ended unexpectedly; please report this with the log file");
    tauri::async_runtime::spawn_blocking(work).await.map_err(ended)?
}

/// Runs work on outlines where the program waits for it before it ends, since GDAL and PROJ may take part.
pub(super) async fn vectors<T: Send + 'static>(
    state: &AppState,
    work: impl FnOnce() -> Result<T, Stop<VectorError>> + Send + 'static,
) -> Answer<T> {
    let done = state.engine.on_pixel_threads(move || Ok::<_, RasterError>(work())).await?;
    done.map_err(IpcError::from)
}
