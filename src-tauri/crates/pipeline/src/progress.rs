//! Where all reports of a job end: counted at once, passed on at most ten times a second, written to the row once a second.

pub(crate) mod rate;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};

use swath_domain::{JobId, Monitor, Progress, Report, Stage, StageProgress};

use rate::Rate;

/// How often listeners hear of a job.
pub(crate) const TELL: Duration = Duration::from_millis(100);
/// How often the row is written.
pub(crate) const SAVE: Duration = Duration::from_secs(1);

/// Why a running job is asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Ask {
    /// Go on.
    Nothing = 0,
    /// Stop, keep everything, go on later.
    Pause = 1,
    /// Stop and throw the unfinished image away.
    Cancel = 2,
    /// The program ends.
    Shutdown = 3,
}

/// The monitor of one job.
pub(crate) struct JobMonitor {
    pub(crate) id: JobId,
    ask: AtomicU8,
    state: Mutex<State>,
}

struct State {
    progress: Progress,
    rate: Rate,
    stage_began: Instant,
    stage_done_at_start: u64,
    bytes_needed: BytesNeeded,
    changed: bool,
}

/// What is known of the bytes still to come: exactly for blocks that were looked at, by their average for the rest.
#[derive(Default)]
struct BytesNeeded {
    fetched_before: u64,
    decided_blocks: u64,
    decided_bytes: u64,
    blocks: u64,
}

impl JobMonitor {
    /// Goes on counting from what the row says.
    pub(crate) fn new(id: JobId, mut progress: Progress) -> Arc<Self> {
        progress.stages.clear();
        progress.seconds_left = None;
        progress.stalled_seconds = None;
        let state = State {
            progress,
            rate: Rate::default(),
            stage_began: Instant::now(),
            stage_done_at_start: 0,
            bytes_needed: BytesNeeded::default(),
            changed: true,
        };
        Arc::new(Self { id, ask: AtomicU8::new(Ask::Nothing as u8), state: Mutex::new(state) })
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the job to stop. A stronger wish replaces a weaker one.
    pub(crate) fn ask(&self, ask: Ask) {
        self.ask.fetch_max(ask as u8, Ordering::Relaxed);
    }

    pub(crate) fn asked(&self) -> Ask {
        match self.ask.load(Ordering::Relaxed) {
            1 => Ask::Pause,
            2 => Ask::Cancel,
            3 => Ask::Shutdown,
            _ => Ask::Nothing,
        }
    }

    /// The next stage begins, with `done` of `total` steps done already.
    pub(crate) fn begin(&self, stage: Stage, done: u64, total: u64) {
        let mut state = self.state();
        state.progress.stages.retain(|s| s.stage < stage);
        state.progress.stages.push(StageProgress { stage, done, total });
        state.stage_began = Instant::now();
        state.stage_done_at_start = done;
        state.progress.seconds_left = None;
        state.changed = true;
    }

    /// The blocks stage knows how many blocks are to be decided.
    pub(crate) fn expect_blocks(&self, blocks: u64) {
        let mut state = self.state();
        state.bytes_needed = BytesNeeded { fetched_before: state.progress.fetched_bytes, blocks, ..BytesNeeded::default() };
    }

    /// One more block was looked at; it needs so many bytes that are not there yet.
    pub(crate) fn decided(&self, bytes: u64) {
        let mut state = self.state();
        let needed = &mut state.bytes_needed;
        needed.decided_blocks += 1;
        needed.decided_bytes += bytes;
        let rest = needed.blocks.saturating_sub(needed.decided_blocks);
        let expected = needed.fetched_before + needed.decided_bytes + needed.decided_bytes * rest / needed.decided_blocks;
        state.progress.expected_bytes = Some(expected);
        state.changed = true;
    }

    /// The picture on the map has changed.
    pub(crate) fn picture(&self) {
        let mut state = self.state();
        state.progress.picture += 1;
        state.changed = true;
    }

    /// The progress now, for the row.
    pub(crate) fn now(&self) -> Progress {
        self.state().refresh()
    }

    /// The progress, if it changed since this was last asked (or data still flow, so that the rate is current).
    pub(crate) fn news(&self) -> Option<Progress> {
        let mut state = self.state();
        let flowing = state.progress.bytes_per_second > 0.0;
        (std::mem::take(&mut state.changed) || flowing).then(|| state.refresh())
    }
}

impl State {
    fn refresh(&mut self) -> Progress {
        self.progress.bytes_per_second = self.rate.now();
        self.progress.seconds_left = self.seconds_left();
        self.progress.clone()
    }

    /// From the pace of the running stage: steps are what both network and CPU have to get through.
    fn seconds_left(&self) -> Option<f64> {
        let stage = self.progress.stages.last()?;
        let done = stage.done.checked_sub(self.stage_done_at_start)?;
        let elapsed = self.stage_began.elapsed().as_secs_f64();
        (done > 0 && stage.total >= stage.done && elapsed > 0.5).then(|| elapsed / done as f64 * (stage.total - stage.done) as f64)
    }
}

impl Monitor for JobMonitor {
    fn report(&self, report: Report) {
        let mut state = self.state();
        match report {
            Report::Fetched(bytes) => {
                state.progress.fetched_bytes += bytes;
                state.progress.stalled_seconds = None;
                state.rate.add(bytes);
            }
            Report::Advanced(steps) => {
                if let Some(stage) = state.progress.stages.last_mut() {
                    let most = if stage.total == 0 { u64::MAX } else { stage.total };
                    stage.done = (stage.done + steps).min(most);
                }
            }
            Report::Stalled(seconds) => state.progress.stalled_seconds = Some(seconds),
            // Told of transfers only: a job counts what comes over the network, wherever it ends up.
            Report::Again | Report::Held(_) | Report::Kept(_) | Report::Lost(_) => return,
        }
        state.changed = true;
    }

    fn is_cancelled(&self) -> bool {
        self.ask.load(Ordering::Relaxed) != Ask::Nothing as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monitor() -> Arc<JobMonitor> {
        JobMonitor::new(JobId(1), Progress { fetched_bytes: 100, ..Progress::default() })
    }

    #[test]
    fn bytes_go_on_from_the_row_and_expectations_follow_the_blocks() {
        let monitor = monitor();
        monitor.begin(Stage::Blocks, 0, 4);
        monitor.expect_blocks(4);
        monitor.decided(1000);
        assert_eq!(monitor.now().expected_bytes, Some(100 + 4000));
        monitor.decided(0);
        assert_eq!(monitor.now().expected_bytes, Some(100 + 2000), "an empty block lowers the average of those to come");
        monitor.report(Report::Fetched(50));
        monitor.report(Report::Advanced(3));
        let now = monitor.now();
        assert_eq!((now.fetched_bytes, now.stages[0].done, now.stages[0].total), (150, 3, 4));
    }

    #[test]
    fn news_are_told_once_and_a_stronger_wish_wins() {
        let monitor = monitor();
        assert!(monitor.news().is_some());
        assert!(monitor.news().is_none());
        monitor.report(Report::Stalled(20));
        assert_eq!(monitor.news().unwrap().stalled_seconds, Some(20));
        assert!(!monitor.is_cancelled());
        monitor.ask(Ask::Cancel);
        monitor.ask(Ask::Pause);
        assert_eq!(monitor.asked(), Ask::Cancel);
        assert!(monitor.is_cancelled());
    }
}
