//! Jobs: queued, steered, watched.

use swath_library::JobRequest;
use tauri::ipc::Channel;

use super::{Answer, App, recipes};
use crate::{
    forward,
    view::{JobEvent, JobId, JobView, RecipeChoice},
};

/// Queues a run; its number is told at once.
#[tauri::command]
#[specta::specta]
pub async fn job_create(state: App<'_>, choice: RecipeChoice) -> Answer<JobId> {
    let request = JobRequest { recipe: recipes::recipe(&state, &choice)?, scenes: recipes::chosen(&state, &choice)? };
    Ok(state.engine.submit(&request)?.id.into())
}

/// Stops a job and keeps all it has done.
#[tauri::command]
#[specta::specta]
pub async fn job_pause(state: App<'_>, id: JobId) -> Answer<()> {
    Ok(state.engine.pause(id.into())?)
}

/// Lets a paused or interrupted job go on.
#[tauri::command]
#[specta::specta]
pub async fn job_resume(state: App<'_>, id: JobId) -> Answer<()> {
    Ok(state.engine.resume(id.into())?)
}

/// Ends a job; what was fetched stays in the cache.
#[tauri::command]
#[specta::specta]
pub async fn job_cancel(state: App<'_>, id: JobId) -> Answer<()> {
    Ok(state.engine.cancel(id.into())?)
}

/// Runs a failed or cancelled job again.
#[tauri::command]
#[specta::specta]
pub async fn job_retry(state: App<'_>, id: JobId) -> Answer<()> {
    Ok(state.engine.retry(id.into())?)
}

/// Takes a job that is over off the list.
#[tauri::command]
#[specta::specta]
pub async fn job_remove(state: App<'_>, id: JobId) -> Answer<()> {
    Ok(state.engine.remove(id.into())?)
}

/// All jobs, newest first.
#[tauri::command]
#[specta::specta]
pub async fn jobs(state: App<'_>) -> Answer<Vec<JobView>> {
    Ok(state.engine.jobs()?.iter().map(JobView::of).collect())
}

/// Tells of every job from now on, at most ten times a second each. A newer page takes the place of an older one.
#[tauri::command]
#[specta::specta]
pub async fn jobs_watch(state: App<'_>, channel: Channel<JobEvent>) -> Answer<()> {
    forward::jobs(&state, state.watchers.begin(), channel);
    Ok(())
}
