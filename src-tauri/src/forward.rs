//! From the engine's events to the page, and to the desktop.

mod notices;
mod transfers;

pub use notices::notices;
pub use transfers::transfers;

use swath_pipeline::JobEvent as Happened;
use tauri::ipc::Channel;
use tokio::sync::broadcast::error::RecvError;

use crate::{
    newest::Watch,
    state::AppState,
    view::{IpcError, JobEvent, JobView},
};

/// Passes on what happens to jobs, beginning with events after this call, until a newer page watches or the page is gone.
///
/// The engine tells at most ten times a second and job. Where the page was too slow and events were lost, all jobs are told anew: events
/// are hints, and the list is the truth.
pub fn jobs(state: &AppState, watch: Watch, channel: Channel<JobEvent>) {
    let mut events = state.engine.subscribe();
    let state = state.clone();
    tauri::async_runtime::spawn(async move {
        loop {
            let happened = tokio::select! {
                () = watch.0.cancelled() => return,
                happened = events.recv() => happened,
            };
            let sent = match happened {
                Ok(event) => channel.send(view(&event)).map_err(|error| tracing::debug!(%error, "the page no longer listens")),
                Err(RecvError::Lagged(_)) => resend(&state, &channel),
                Err(RecvError::Closed) => return,
            };
            if sent.is_err() {
                return;
            }
        }
    });
}

fn view(event: &Happened) -> JobEvent {
    match event {
        Happened::Changed(job) => JobEvent::Changed { job: Box::new(JobView::of(job)) },
        Happened::Removed(id) => JobEvent::Removed { id: (*id).into() },
    }
}

fn resend(state: &AppState, channel: &Channel<JobEvent>) -> Result<(), ()> {
    let jobs = state.engine.jobs().map_err(|error| tracing::warn!(error = %IpcError::from(error), "the jobs cannot be listed"))?;
    for job in &jobs {
        channel.send(JobEvent::Changed { job: Box::new(JobView::of(job)) }).map_err(|_| ())?;
    }
    Ok(())
}
