//! The end: jobs stop where they are, so that they can go on when the window is opened again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tauri::{AppHandle, Manager, RunEvent, Runtime};

use crate::state::AppState;

/// Longest wait for jobs, and for services that count sessions. What does not stop in time is found as interrupted by the next start, and
/// loses nothing but unfinished blocks.
const PATIENCE: Duration = Duration::from_secs(4);

/// For the event loop. The window is gone at once; the process follows when the jobs have stopped.
pub fn on_event<R: Runtime>(app: &AppHandle<R>, event: &RunEvent, begun: &AtomicBool) {
    let RunEvent::ExitRequested { api, code: None, .. } = event else { return };
    let Some(state) = app.try_state::<AppState>() else { return };
    api.prevent_exit();
    if begun.swap(true, Ordering::Relaxed) {
        return;
    }
    // A move goes on from where it is when it is asked for again; a look at all holdings keeps what it has seen.
    state.moves.stop();
    state.verifications.stop();
    let (engine, app) = (state.engine.clone(), app.clone());
    tauri::async_runtime::spawn(async move {
        if tokio::time::timeout(PATIENCE, engine.shutdown()).await.is_err() {
            tracing::warn!("some jobs did not stop in time; they will be found as interrupted");
        }
        app.exit(0);
    });
}
