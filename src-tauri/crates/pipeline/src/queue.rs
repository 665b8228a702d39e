//! One task per queued job: wait for a slot, read the row again, run, write how it ended.

use std::{
    collections::VecDeque,
    sync::{Arc, MutexGuard, PoisonError, atomic::Ordering},
};

use swath_domain::{JobId, JobState, Stop};
use swath_library::JobClaim;
use tracing::Instrument;

use crate::{
    PipelineError,
    engine::Resources,
    error::Outcome,
    progress::{Ask, JobMonitor, SAVE, TELL},
    run,
};

/// Lets a queued job run when its turn comes: jobs begin in the order in which they were queued.
pub(crate) fn enqueue(res: &Arc<Resources>, id: JobId) {
    waiting(res).push_back(id);
    let shared = res.clone();
    res.tracker.spawn(async move {
        let _slot = shared.job_slots.take().await;
        // Tasks get their slots in any order, so the job is chosen only now.
        let next = waiting(&shared).pop_front();
        let Some(id) = next else { return };
        let span = tracing::info_span!("job", %id);
        if let Err(error) = turn(&shared, id).instrument(span).await {
            tracing::error!(%id, %error, "the job could not be run or its end could not be written");
        }
    });
}

fn waiting(res: &Resources) -> MutexGuard<'_, VecDeque<JobId>> {
    res.waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Queues again what was waiting when the program last ended.
pub(crate) fn take_up(res: &Arc<Resources>) -> Result<(), PipelineError> {
    let mut waiting: Vec<_> = res.library.jobs().list()?.into_iter().filter(|job| job.state == JobState::Queued).collect();
    waiting.sort_by_key(|job| job.id);
    waiting.into_iter().for_each(|job| enqueue(res, job.id));
    Ok(())
}

async fn turn(res: &Arc<Resources>, id: JobId) -> Result<(), PipelineError> {
    let jobs = res.library.jobs();
    let job = jobs.get(id)?;
    if job.state != JobState::Queued || res.closing.load(Ordering::Relaxed) {
        return Ok(()); // paused, cancelled or removed while it waited, or the program ends
    }
    // Held to the end: tells other processes that this job has an owner.
    let Some(claim) = claim(res, id).await? else { return Ok(()) };
    let monitor = JobMonitor::new(id, job.progress);
    res.running.lock().unwrap_or_else(PoisonError::into_inner).insert(id, monitor.clone());
    // Whoever closes the program asks all that run; one that began to run in that moment asks itself.
    if res.closing.load(Ordering::Relaxed) {
        monitor.ask(Ask::Shutdown);
    }
    let end = match jobs.transition(id, JobState::Running, None, jiff::Timestamp::now()) {
        Ok(job) => {
            res.tell(job);
            let outcome = watched(res, &monitor, run::run(res, id, &monitor)).await;
            close(res, id, &monitor, outcome)
        }
        Err(error) => Err(error.into()),
    };
    drop(claim);
    // The next turn of the same job may have taken the place already.
    res.running.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, other| !Arc::ptr_eq(other, &monitor));
    res.left.notify_waiters();
    if let Ok(job) = jobs.get(id) {
        res.tell(job);
    }
    end
}

/// Becomes the owner of a job. `None` when another process owns it.
///
/// A job that is resumed the moment its row says that it has stopped may still be owned by the turn that wrote the row; that one is about to
/// leave and is waited for.
async fn claim(res: &Resources, id: JobId) -> Result<Option<JobClaim>, PipelineError> {
    loop {
        let left = res.left.notified();
        tokio::pin!(left);
        left.as_mut().enable();
        if let Some(claim) = res.library.jobs().claim(id)? {
            return Ok(Some(claim));
        }
        if res.monitor_of(id).is_none() {
            return Ok(None);
        }
        left.await;
    }
}

/// Runs `work` while its progress is told and saved.
async fn watched<T>(res: &Resources, monitor: &JobMonitor, work: impl Future<Output = T>) -> T {
    tokio::pin!(work);
    let mut tell = tokio::time::interval(TELL);
    let mut save = tokio::time::interval(SAVE);
    loop {
        tokio::select! {
            value = &mut work => return value,
            _ = tell.tick() => {
                let Ok(mut job) = res.library.jobs().get(monitor.id) else { continue };
                if job.state != JobState::Running {
                    // Another process ended the job by its row.
                    monitor.ask(Ask::Cancel);
                } else if let Some(progress) = monitor.news() {
                    job.progress = progress;
                    res.tell(job);
                }
            }
            _ = save.tick() => save_progress(res, monitor),
        }
    }
}

fn save_progress(res: &Resources, monitor: &JobMonitor) {
    if let Err(error) = res.library.jobs().save_progress(monitor.id, &monitor.now()) {
        tracing::warn!(%error, "the progress could not be saved");
    }
}

/// Writes how a run ended. Success has been written together with its product already.
fn close(res: &Resources, id: JobId, monitor: &JobMonitor, outcome: Outcome<()>) -> Result<(), PipelineError> {
    save_progress(res, monitor);
    let (state, error) = match outcome {
        Ok(()) => {
            clear_staging(res, id);
            return Ok(());
        }
        Err(Stop::Failed(error)) => {
            tracing::error!(%error, "the job failed");
            (JobState::Failed, Some(error.to_job_error()))
        }
        Err(Stop::Cancelled) => match monitor.asked() {
            Ask::Pause => (JobState::Paused, None),
            Ask::Shutdown => (JobState::Interrupted, None),
            Ask::Cancel | Ask::Nothing => (JobState::Cancelled, None),
        },
    };
    if state == JobState::Cancelled {
        clear_staging(res, id);
    }
    if res.library.jobs().get(id)?.state != JobState::Running {
        return Ok(()); // ended by another process already
    }
    res.library.jobs().transition(id, state, error, jiff::Timestamp::now())?;
    Ok(())
}

/// Throws the unfinished image of a job away.
pub(crate) fn clear_staging(res: &Resources, id: JobId) {
    let folder = res.library.folders().staging_of(id);
    match std::fs::remove_dir_all(&folder) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => tracing::warn!(%error, "unfinished files could not be removed"),
    }
}
