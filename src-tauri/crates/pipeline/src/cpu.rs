//! Pixel work runs on a pool of its own: never on the threads that serve the network, nor on rayon's global pool.

use std::sync::Arc;

use swath_domain::Stop;
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use crate::{
    error::{Outcome, PipelineError},
    limits::Slots,
};

/// The pool and the number of tasks that may be in it.
#[derive(Clone)]
pub(crate) struct Cpu {
    pool: Arc<Pool>,
    slots: Arc<Slots>,
    tracker: TaskTracker,
}

/// Waits for its threads when it goes: GDAL takes its own house down when the process ends, and must not be at work then.
struct Pool(rayon::ThreadPool);

impl Drop for Pool {
    fn drop(&mut self) {
        self.0.broadcast(|_| ());
    }
}

impl Cpu {
    /// As many threads as cores; how many work at a time is a matter of slots, which can change. `name` is what a debugger shows; `tracker`
    /// knows of all work, also of work whose asker is gone.
    pub(crate) fn new(name: &'static str, slots: usize, tracker: TaskTracker) -> Result<Self, PipelineError> {
        let pool =
            rayon::ThreadPoolBuilder::new().thread_name(move |n| format!("{name}-{n}")).build().map_err(|_| PipelineError::Worker)?;
        Ok(Self { pool: Arc::new(Pool(pool)), slots: Arc::new(Slots::new(slots)), tracker })
    }

    pub(crate) fn resize(&self, slots: usize) {
        self.slots.resize(slots);
    }

    /// Runs `work` on the pool once a slot is free.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
        let slot = self.slots.take().await;
        let (sender, receiver) = oneshot::channel();
        let at_work = self.tracker.token();
        self.pool.0.spawn(move || {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
            drop((slot, at_work));
            // The receiver is gone when the job was dropped; then nobody needs the result.
            let _ = sender.send(outcome.unwrap_or(Err(Stop::Failed(PipelineError::Worker))));
        });
        receiver.await.unwrap_or(Err(Stop::Failed(PipelineError::Worker)))
    }
}
