//! How long work tells the outside what it does, and how the outside stops it.

/// What a piece of work has just done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// So many bytes arrived over the network.
    Fetched(u64),
    /// So many steps of the running stage are done (added to those before).
    Advanced(u64),
    /// No byte has arrived for this many seconds; the transfer is being tried again.
    Stalled(u32),
    /// A request failed and is made again.
    Again,
    /// The host asked to be left alone for this many seconds, which are waited for; 0 once it goes on.
    Held(u32),
    /// So many bytes of what is wanted were there already.
    Kept(u64),
    /// So many bytes that had been told as fetched or kept count no more: they were wrong, or may have been.
    Lost(u64),
}

/// Passed down into async loops, window loops and GDAL's callbacks alike.
pub trait Monitor: Send + Sync {
    /// Take note of progress. Cheap: called for every chunk and block; whoever implements it throttles.
    fn report(&self, report: Report);
    /// Whether the work should end as soon as it can do so cleanly.
    fn is_cancelled(&self) -> bool;

    /// `Err(Stop::Cancelled)` once cancelled, to be used with `?` between two steps.
    fn check<E>(&self) -> Result<(), Stop<E>>
    where
        Self: Sized,
    {
        if self.is_cancelled() { Err(Stop::Cancelled) } else { Ok(()) }
    }
}

/// A monitor that is told nothing and never cancels.
#[derive(Debug, Clone, Copy, Default)]
pub struct Never;

impl Monitor for Never {
    fn report(&self, _: Report) {}
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Why work ended without a value. Being cancelled is an outcome, not an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop<E> {
    /// Somebody asked for it.
    Cancelled,
    /// It could not be done.
    Failed(E),
}

impl<E> From<E> for Stop<E> {
    fn from(error: E) -> Self {
        Stop::Failed(error)
    }
}

impl<E> Stop<E> {
    /// The same stop with another kind of error.
    pub fn map<F>(self, into: impl FnOnce(E) -> F) -> Stop<F> {
        match self {
            Stop::Cancelled => Stop::Cancelled,
            Stop::Failed(error) => Stop::Failed(into(error)),
        }
    }
}
