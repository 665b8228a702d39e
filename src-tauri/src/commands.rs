//! One file per noun: parse, call, convert. What there is to decide is decided below, in the crates.

pub mod app;
pub mod areas;
pub mod demo;
pub mod jobs;
pub mod library;
pub mod recipes;
pub mod scenes;
pub mod settings;

use tauri::State;

use crate::{state::AppState, view::IpcError};

/// What every command answers with.
type Answer<T> = Result<T, IpcError>;
/// What every command works with.
type App<'a> = State<'a, AppState>;

/// Runs what blocks (dialogs, large files) where blocking is allowed.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Answer<T> + Send + 'static) -> Answer<T> {
    let ended = |_| IpcError::new(crate::view::ErrorCode::Internal, "a worker ended unexpectedly; please report this with the log file");
    tauri::async_runtime::spawn_blocking(work).await.map_err(ended)?
}
