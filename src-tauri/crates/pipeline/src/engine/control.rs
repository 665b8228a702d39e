//! Pause, resume, cancel, retry, remove.

use swath_domain::{Job, JobId, JobState};

use super::{Engine, JobEvent};
use crate::{PipelineError, progress::Ask, queue};

impl Engine {
    /// Stops a job and keeps all it has done.
    pub fn pause(&self, id: JobId) -> Result<(), PipelineError> {
        self.stop(id, Ask::Pause, JobState::Paused)
    }

    /// Ends a job. The unfinished image is thrown away, fetched byte ranges are kept in the cache.
    pub fn cancel(&self, id: JobId) -> Result<(), PipelineError> {
        self.stop(id, Ask::Cancel, JobState::Cancelled)
    }

    /// Lets a paused or interrupted job go on from where it was.
    pub fn resume(&self, id: JobId) -> Result<(), PipelineError> {
        let job = self.become_state(id, JobState::Queued)?;
        queue::enqueue(&self.res, job.id);
        Ok(())
    }

    /// Runs a failed or cancelled job again; what is in the cache is not fetched again.
    pub fn retry(&self, id: JobId) -> Result<(), PipelineError> {
        self.resume(id)
    }

    /// Takes a job that is over off the list. Its product, if any, stays in the library.
    pub fn remove(&self, id: JobId) -> Result<(), PipelineError> {
        self.res.library.jobs().remove(id)?;
        let _ = self.res.events.send(JobEvent::Removed(id));
        Ok(())
    }

    fn stop(&self, id: JobId, ask: Ask, state: JobState) -> Result<(), PipelineError> {
        let runs = self.res.library.jobs().get(id)?.state == JobState::Running;
        if let Some(monitor) = self.res.monitor_of(id).filter(|_| runs) {
            // The runner writes the new state once the work has stopped.
            monitor.ask(ask);
            return Ok(());
        }
        self.become_state(id, state)?;
        if state == JobState::Cancelled {
            queue::clear_staging(&self.res, id);
        }
        Ok(())
    }

    fn become_state(&self, id: JobId, state: JobState) -> Result<Job, PipelineError> {
        let job = self.res.library.jobs().transition(id, state, None, jiff::Timestamp::now())?;
        self.res.tell(job.clone());
        Ok(job)
    }
}
