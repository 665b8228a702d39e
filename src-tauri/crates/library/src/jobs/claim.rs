//! Who runs a job, and what becomes of jobs whose process has ended.

use std::fs::File;

use jiff::Timestamp;
use swath_domain::{JobId, JobState};

use super::{Jobs, get, transition};
use crate::error::{LibraryError, Result};
use crate::{Library, files, lock};

/// The right to run a job, held by one runner of one process; given back when dropped, and by the operating system when the process ends.
#[derive(Debug)]
#[must_use = "the job can be claimed by others as soon as this is dropped"]
pub struct JobClaim {
    job: JobId,
    _lock: File,
}

impl JobClaim {
    /// Of which job.
    pub fn job(&self) -> JobId {
        self.job
    }
}

impl Jobs<'_> {
    /// Claims a job for running; `None` while somebody else, here or in another process, holds it. Claim first, then move it to
    /// [`JobState::Running`], and keep the claim until it has left that state.
    pub fn claim(&self, id: JobId) -> Result<Option<JobClaim>> {
        self.get(id)?;
        let lock = lock::attempt(&self.library.folders().claim_of(id))?;
        Ok(lock.map(|lock| JobClaim { job: id, _lock: lock }))
    }

    /// Marks jobs as interrupted that are said to be running but whose process has ended. Answers with their numbers.
    pub fn recover(&self, now: Timestamp) -> Result<Vec<JobId>> {
        let running: Vec<JobId> = self.list()?.into_iter().filter(|job| job.state == JobState::Running).map(|job| job.id).collect();
        let mut interrupted = Vec::new();
        for id in running {
            // Held while the row changes, so that nobody begins to run it in between.
            let Some(_claim) = self.claim(id)? else { continue };
            match self.library.db().durable(|tx| transition(tx, id, JobState::Interrupted, None, now)) {
                Ok(_) => interrupted.push(id),
                // It ended by itself after the list was read.
                Err(LibraryError::State { .. } | LibraryError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(interrupted)
    }
}

/// Deletes unfinished work in `staging` that no job needs any more: of removed jobs, and of those whose product is published.
pub(crate) fn sweep(library: &Library) -> Result<()> {
    let folders = library.folders();
    for path in files::entries(&folders.staging())? {
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        let Ok(id) = name.trim_end_matches(".lock").parse::<i64>().map(JobId) else { continue };
        let done = match get(&library.db().get(), id) {
            Ok(job) => job.state == JobState::Succeeded && lock::attempt(&folders.claim_of(id))?.is_some(),
            Err(LibraryError::NotFound { .. }) => true,
            Err(error) => return Err(error),
        };
        if done && let Err(error) = files::remove_all(&path) {
            tracing::warn!(%error, job = %id, "unfinished work of an ended job could not be deleted");
        }
    }
    Ok(())
}
