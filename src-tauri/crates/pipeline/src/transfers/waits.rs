//! Failures that are no failures: what passes by itself is waited for, with everything kept.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use swath_domain::{Monitor, Stop, TransferProgress, Waiting};

use super::{TransferMonitor, Work, room};
use crate::{PipelineError, error::Outcome};

/// Why a run ends without success.
#[derive(Debug)]
pub(super) enum Halt {
    /// Somebody asked for it; the monitor knows what for.
    Cancelled,
    /// It could not be done.
    Failed(PipelineError),
    /// It goes back into the queue and is not begun before this moment: its slot is better used by another one.
    Later(Waiting, Timestamp),
}

impl From<Stop<PipelineError>> for Halt {
    fn from(stop: Stop<PipelineError>) -> Self {
        match stop {
            Stop::Cancelled => Halt::Cancelled,
            Stop::Failed(error) => Halt::Failed(error),
        }
    }
}

/// What a failure asks to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passing {
    Network,
    Disk,
}

/// How often a full disk is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// Pauses between looks for the network, from the first to the longest.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);
/// For so long a transfer keeps its slot while nothing can be reached; then others may try, since perhaps only its host is gone.
const PATIENCE: Duration = Duration::from_secs(120);
/// Rows, journals and the file system itself take some room, too.
pub(super) const SPARE: u64 = 1 << 20;

/// What passes by itself: no connection, and no room on the disk.
pub(super) fn passing(error: &PipelineError) -> Option<Passing> {
    match error {
        // One place that cannot be reached is enough, since it may have what the others lack. But a file that was wrong elsewhere would be
        // fetched again and again.
        PipelineError::AllSources { failures, .. } | PipelineError::File { failures, .. } => {
            let wrong = failures.iter().any(|failure| failure.code() == "not-that-file");
            failures.iter().filter(|_| !wrong).find_map(|failure| passing(&failure.error))
        }
        PipelineError::Source { error, .. } => passing(error),
        error => match error.code() {
            "offline" => Some(Passing::Network),
            "disk-full" => Some(Passing::Disk),
            _ => None,
        },
    }
}

/// Between the tries of one step of a transfer, which is done until it succeeds, fails for good, or is asked to stop.
pub(super) struct Waits<'a> {
    monitor: &'a TransferMonitor,
    /// Set when it is not waited any more, since another part of the transfer has failed.
    over: &'a AtomicBool,
    /// Lies on the disk that the step writes to.
    at: &'a Path,
    pause: Duration,
    lost: Option<Instant>,
    fetched: u64,
}

impl<'a> Waits<'a> {
    pub(super) fn new(work: &'a Work, at: &'a Path, over: &'a AtomicBool) -> Self {
        Self { monitor: &work.monitor, at, over, pause: FIRST, lost: None, fetched: work.monitor.fetched() }
    }

    /// The step has succeeded, or has failed in a way that is waited for here before it is tried again (then `None`).
    pub(super) async fn after<T>(&mut self, outcome: Outcome<T>) -> Result<Option<T>, Halt> {
        let error = match outcome {
            Ok(value) => {
                self.monitor.wait_for(None);
                return Ok(Some(value));
            }
            Err(Stop::Cancelled) => return Err(Halt::Cancelled),
            Err(Stop::Failed(error)) => error,
        };
        match passing(&error) {
            None => return Err(Halt::Failed(error)),
            Some(Passing::Network) => self.network(&error).await?,
            Some(Passing::Disk) => {
                tracing::warn!(%error, "the disk is full");
                until_room(self.monitor, self.over, LOOK, || room::free_at(self.at).ok()).await?;
            }
        }
        Ok(None)
    }

    async fn network(&mut self, error: &PipelineError) -> Result<(), Halt> {
        let fetched = self.monitor.fetched();
        if fetched > std::mem::replace(&mut self.fetched, fetched) {
            (self.pause, self.lost) = (FIRST, None);
        }
        tracing::info!(%error, pause_s = self.pause.as_secs(), "nothing can be reached");
        self.monitor.wait_for(Some(Waiting::Network));
        if self.lost.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
            return Err(Halt::Later(Waiting::Network, Timestamp::now() + LONGEST));
        }
        sleep(self.monitor, self.over, self.pause).await?;
        self.pause = (self.pause * 2).min(LONGEST);
        Ok(())
    }
}

/// Waits until what is still to come has room.
async fn until_room(monitor: &TransferMonitor, over: &AtomicBool, look: Duration, free: impl Fn() -> Option<u64>) -> Result<(), Halt> {
    let needs = needs(&monitor.now());
    monitor.wait_for(Some(Waiting::Disk { needs }));
    loop {
        sleep(monitor, over, look).await?;
        // A disk that does not tell is tried again: it refuses when it is still full.
        if free().is_none_or(|free| free >= needs) {
            monitor.wait_for(None);
            return Ok(());
        }
    }
}

/// Bytes that are still to come, as far as known, and a little.
fn needs(progress: &TransferProgress) -> u64 {
    progress.total_bytes.map_or(0, |total| total.saturating_sub(progress.done_bytes)) + SPARE
}

/// Sleeps unless asked to stop.
async fn sleep(monitor: &TransferMonitor, over: &AtomicBool, time: Duration) -> Result<(), Halt> {
    let end = tokio::time::Instant::now() + time;
    while tokio::time::Instant::now() < end {
        if monitor.is_cancelled() || over.load(Ordering::Relaxed) {
            return Err(Halt::Cancelled);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use swath_domain::TransferId;
    use swath_remote::RemoteError;

    use std::sync::atomic::AtomicU64;

    use super::{super::progress::Ask, *};
    use crate::SourceFailure;

    #[test]
    fn only_what_passes_by_itself_is_waited_for() {
        let connect = || PipelineError::from(RemoteError::Connect { host: "h".into(), why: "refused".into() });
        let status = || PipelineError::from(RemoteError::Status { status: 404, host: "h".into(), words: String::new() });
        let wrong = || PipelineError::from(RemoteError::Changed { name: "n".into(), host: "h".into() });
        let disk = |full| PipelineError::from(RemoteError::Disk { what: "x".into(), full });
        let of = |error: PipelineError| SourceFailure { provider: "p".into(), error };
        let all = |failures: Vec<SourceFailure>| PipelineError::AllSources {
            scene: swath_domain::SceneId("s".into()),
            band: swath_domain::Band::Red,
            failures,
        };
        for (error, expected) in [
            (connect(), Some(Passing::Network)),
            (all(vec![of(status()), of(connect())]), Some(Passing::Network)),
            (all(vec![of(status()), of(status())]), None),
            (all(vec![of(wrong()), of(connect())]), None),
            (status(), None),
            (disk(true), Some(Passing::Disk)),
            (disk(false), None),
            (swath_library::LibraryError::DiskFull.into(), Some(Passing::Disk)),
            (PipelineError::Io { path: "p".into(), error: std::io::ErrorKind::StorageFull.into() }, Some(Passing::Disk)),
            (PipelineError::Worker, None),
        ] {
            assert_eq!(passing(&error), expected, "{error}");
        }
    }

    #[tokio::test]
    async fn a_full_disk_is_waited_for_until_the_rest_has_room() {
        let monitor = TransferMonitor::new(TransferId(1));
        monitor.expect("a", 10_000_000);
        let (on, looks, look) = (AtomicBool::new(false), AtomicU64::new(0), Duration::from_millis(1));
        let more = || Some(4_000_000 * looks.fetch_add(1, Ordering::Relaxed));
        until_room(&monitor, &on, look, more).await.unwrap();
        assert_eq!(looks.into_inner(), 4, "0, 4 and 8 MB were too little, 12 MB are enough");
        assert_eq!(monitor.now().waiting, None);
        monitor.ask(Ask::Pause);
        assert!(matches!(until_room(&monitor, &on, look, || Some(0)).await, Err(Halt::Cancelled)));
        assert_eq!(monitor.now().waiting, Some(Waiting::Disk { needs: 10_000_000 + SPARE }), "and the row says what it waited for");
    }
}
