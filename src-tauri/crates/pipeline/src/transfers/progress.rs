//! Where all reports of a transfer end: counted at once by file, passed on at most ten times a second, written to the row once a second.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
    time::Duration,
};

use swath_domain::{Access, AccountKind, FileOrder, FileSource, Monitor, Report, TransferId, TransferProgress, TransferStage, Waiting};

use crate::progress::rate::Rate;

/// Why a running transfer is asked to stop. A later one is stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Ask {
    /// Go on.
    Nothing = 0,
    /// Stop, keep everything, go on when the hours begin again.
    Rest = 1,
    /// The program ends: go on when it is started again, unless the user has said otherwise before.
    Shutdown = 2,
    /// Stop, keep everything, go on when the user says so.
    Pause = 3,
    /// End, keep what has arrived.
    Cancel = 4,
    /// End and delete what has arrived.
    Delete = 5,
}

/// The monitor of one transfer.
pub(crate) struct TransferMonitor {
    pub(crate) id: TransferId,
    ask: AtomicU8,
    state: Mutex<State>,
}

struct State {
    progress: TransferProgress,
    rate: Rate,
    files: BTreeMap<String, File>,
    host: String,
    /// Bytes by account that are not booked yet.
    traffic: BTreeMap<AccountKind, u64>,
    changed: bool,
}

#[derive(Default)]
struct File {
    /// Bytes of it that are there: kept and fetched, without those lost.
    counted: u64,
    /// Length, once it is known.
    bytes: Option<u64>,
    account: Option<AccountKind>,
    done: bool,
}

impl TransferMonitor {
    /// Of a transfer that has not begun to run.
    pub(crate) fn new(id: TransferId) -> Arc<Self> {
        let state = State {
            progress: TransferProgress::default(),
            rate: Rate::default(),
            files: BTreeMap::new(),
            host: String::new(),
            traffic: BTreeMap::new(),
            changed: true,
        };
        Arc::new(Self { id, ask: AtomicU8::new(Ask::Nothing as u8), state: Mutex::new(state) })
    }

    /// Counts on from what the row says; what is there already is reported again as the files are looked at.
    pub(crate) fn go_on(&self, progress: TransferProgress) {
        let mut state = self.state();
        state.progress = progress;
        state.rest(None);
    }

    /// It stops here, and may wait for something in the queue.
    pub(crate) fn end(&self, waiting: Option<Waiting>) {
        let mut state = self.state();
        state.rate = Rate::default();
        state.rest(waiting);
    }

    /// Bytes that have come over the network.
    pub(crate) fn fetched(&self) -> u64 {
        self.state().progress.fetched_bytes
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the transfer to stop. A stronger wish replaces a weaker one.
    pub(crate) fn ask(&self, ask: Ask) {
        self.ask.fetch_max(ask as u8, Ordering::Relaxed);
    }

    pub(crate) fn asked(&self) -> Ask {
        match self.ask.load(Ordering::Relaxed) {
            1 => Ask::Rest,
            2 => Ask::Shutdown,
            3 => Ask::Pause,
            4 => Ask::Cancel,
            5 => Ask::Delete,
            _ => Ask::Nothing,
        }
    }

    /// The next stage begins.
    pub(crate) fn begin(&self, stage: TransferStage) {
        let mut state = self.state();
        state.progress.stage = Some(stage);
        state.changed = true;
    }

    /// The files are known, and some of their lengths.
    pub(crate) fn files(&self, orders: &[FileOrder]) {
        let mut state = self.state();
        state.files = orders
            .iter()
            .map(|order| (order.path.clone(), File { bytes: order.sources.iter().find_map(|source| source.size), ..File::default() }))
            .collect();
        state.count();
    }

    /// The length of a file is known, or, of a window, the bytes that have to be fetched for it.
    pub(crate) fn expect(&self, path: &str, bytes: u64) {
        let mut state = self.state();
        state.files.entry(path.to_owned()).or_default().bytes = Some(bytes);
        state.count();
    }

    /// A file is fetched from here now, and counted anew: whoever fetches reports first what is there already.
    pub(crate) fn source(&self, path: &str, source: &FileSource) {
        let mut state = self.state();
        state.host = host(&source.href).to_owned();
        state.progress.source = Some(match state.host.as_str() {
            "" => source.provider.clone(),
            host => format!("{} · {host}", source.provider),
        });
        let file = state.files.entry(path.to_owned()).or_default();
        file.counted = 0;
        file.account = match source.access {
            Access::Account(account) => Some(account),
            Access::RequesterPays => Some(AccountKind::Aws),
            Access::Open | Access::Signed => None,
        };
        state.count();
    }

    /// What it waits for, or that it goes on.
    pub(crate) fn wait_for(&self, waiting: Option<Waiting>) {
        let mut state = self.state();
        if state.progress.waiting != waiting {
            state.progress.waiting = waiting;
            state.progress.stalled_seconds = None;
            state.changed = true;
        }
    }

    /// The progress now, for the row.
    pub(crate) fn now(&self) -> TransferProgress {
        self.state().refresh()
    }

    /// The progress, if it changed since this was last asked (or data still flow, so that the rate is current).
    pub(crate) fn news(&self) -> Option<TransferProgress> {
        let mut state = self.state();
        let flowing = state.progress.bytes_per_second > 0.0;
        (std::mem::take(&mut state.changed) || flowing).then(|| state.refresh())
    }

    /// Bytes by account since this was last asked.
    pub(crate) fn take_traffic(&self) -> BTreeMap<AccountKind, u64> {
        std::mem::take(&mut self.state().traffic)
    }
}

impl State {
    fn rest(&mut self, waiting: Option<Waiting>) {
        let progress = &mut self.progress;
        (progress.bytes_per_second, progress.seconds_left, progress.stalled_seconds) = (0.0, None, None);
        progress.waiting = waiting;
        self.changed = true;
    }

    fn count(&mut self) {
        let progress = &mut self.progress;
        progress.done_bytes = self.files.values().map(|file| file.counted).sum();
        progress.total_bytes = self.files.values().map(|file| file.bytes).sum::<Option<u64>>().filter(|_| !self.files.is_empty());
        progress.files = self.files.len() as u32;
        progress.files_done = self.files.values().filter(|file| file.done).count() as u32;
        self.changed = true;
    }

    fn refresh(&mut self) -> TransferProgress {
        let rate = self.rate.now();
        let progress = &mut self.progress;
        progress.bytes_per_second = rate;
        let left = progress.total_bytes.map(|total| total.saturating_sub(progress.done_bytes));
        progress.seconds_left = left.filter(|_| rate > 0.0).map(|left| left as f64 / rate);
        progress.clone()
    }

    fn report(&mut self, path: Option<&str>, report: Report) {
        let progress = &mut self.progress;
        match report {
            Report::Fetched(bytes) => {
                progress.fetched_bytes += bytes;
                progress.stalled_seconds = None;
                progress.waiting.take_if(|waiting| matches!(waiting, Waiting::Network));
                self.rate.add(bytes);
                if let Some(account) = path.and_then(|path| self.files.get(path)).and_then(|file| file.account) {
                    *self.traffic.entry(account).or_default() += bytes;
                }
                self.move_by(path, |counted| counted + bytes);
            }
            Report::Kept(bytes) => self.move_by(path, |counted| counted + bytes),
            Report::Lost(bytes) => self.move_by(path, |counted| counted.saturating_sub(bytes)),
            Report::Stalled(seconds) => progress.stalled_seconds = Some(seconds),
            Report::Again => progress.tries += 1,
            Report::Held(0) => {
                progress.waiting.take_if(|waiting| matches!(waiting, Waiting::Host { .. }));
            }
            Report::Held(seconds) => {
                let until = jiff::Timestamp::now() + Duration::from_secs(seconds.into());
                progress.waiting = Some(Waiting::Host { host: self.host.clone(), until });
            }
            // Steps of checking and unpacking: short, and not counted.
            Report::Advanced(_) => return,
        }
        self.changed = true;
    }

    fn move_by(&mut self, path: Option<&str>, to: impl Fn(u64) -> u64) {
        // Bytes that are asked for on the way, such as a manifest, are no part of a file.
        let Some(file) = path.and_then(|path| self.files.get_mut(path)) else { return };
        let before = file.counted;
        file.counted = to(before);
        let after = file.counted;
        self.progress.done_bytes = (self.progress.done_bytes + after).saturating_sub(before);
    }
}

impl Monitor for TransferMonitor {
    fn report(&self, report: Report) {
        self.state().report(None, report);
    }

    fn is_cancelled(&self) -> bool {
        self.ask.load(Ordering::Relaxed) != Ask::Nothing as u8
    }
}

/// Counts the bytes of one file of a transfer, for one try.
pub(crate) struct FileMonitor<'a> {
    transfer: &'a TransferMonitor,
    path: &'a str,
    /// Set when another file of the transfer has failed: this one need not go on.
    over: &'a AtomicBool,
}

impl<'a> FileMonitor<'a> {
    /// Begins to count anew: what is there is reported again.
    pub(crate) fn new(transfer: &'a TransferMonitor, path: &'a str, over: &'a AtomicBool) -> Self {
        transfer.state().move_by(Some(path), |_| 0);
        Self { transfer, path, over }
    }

    /// The file is there. `bytes`: its length, unless what was expected of it counts.
    pub(crate) fn done(self, bytes: Option<u64>) {
        let mut state = self.transfer.state();
        let file = state.files.entry(self.path.to_owned()).or_default();
        let bytes = bytes.or(file.bytes).unwrap_or(file.counted);
        (file.counted, file.bytes, file.done) = (bytes, Some(bytes), true);
        state.count();
    }
}

impl Monitor for FileMonitor<'_> {
    fn report(&self, report: Report) {
        self.transfer.state().report(Some(self.path), report);
    }

    fn is_cancelled(&self) -> bool {
        self.over.load(Ordering::Relaxed) || self.transfer.is_cancelled()
    }
}

/// Name of the host in an address; empty for local files.
pub(super) fn host(href: &str) -> &str {
    let Some((scheme, rest)) = href.split_once("://") else { return "" };
    if scheme == "file" { "" } else { rest.split(['/', '?', '#']).next().unwrap_or_default().rsplit('@').next().unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(path: &str, size: Option<u64>) -> FileOrder {
        FileOrder { path: path.into(), kind: swath_domain::FileKind::Any, sources: vec![source("https://user@one.example/a?sig=x", size)] }
    }

    fn source(href: &str, size: Option<u64>) -> FileSource {
        let access = Access::Account(AccountKind::Cdse);
        FileSource { href: href.into(), provider: "cdse".into(), access, size, checksum: None }
    }

    #[test]
    fn bytes_are_counted_by_file_and_anew_for_each_try() {
        let monitor = TransferMonitor::new(TransferId(1));
        monitor.go_on(TransferProgress { fetched_bytes: 1000, tries: 2, ..TransferProgress::default() });
        monitor.files(&[order("a", Some(100)), order("b", None)]);
        let over = AtomicBool::new(false);
        let first = FileMonitor::new(&monitor, "a", &over);
        monitor.source("a", &order("a", None).sources[0]);
        [Report::Kept(30), Report::Fetched(20), Report::Lost(10), Report::Again, Report::Stalled(9)]
            .into_iter()
            .for_each(|report| first.report(report));
        let now = monitor.now();
        assert_eq!((now.done_bytes, now.total_bytes, now.fetched_bytes), (40, None, 1020), "the length of b is not known");
        assert_eq!((now.tries, now.stalled_seconds, now.source.as_deref()), (3, Some(9), Some("cdse · one.example")));
        let second = FileMonitor::new(&monitor, "a", &over);
        assert_eq!(monitor.now().done_bytes, 0);
        second.report(Report::Kept(40));
        second.report(Report::Fetched(60));
        second.done(Some(100));
        monitor.expect("b", 50);
        let now = monitor.now();
        assert_eq!((now.done_bytes, now.total_bytes, now.files_done, now.files), (100, Some(150), 1, 2));
        assert_eq!((now.stalled_seconds, now.fetched_bytes), (None, 1080));
        assert!(now.seconds_left.is_some());
        assert_eq!(monitor.take_traffic(), [(AccountKind::Cdse, 80)].into());
        assert_eq!(monitor.take_traffic(), [].into(), "booked once");
    }

    #[test]
    fn a_held_host_is_counted_down_until_it_goes_on() {
        let monitor = TransferMonitor::new(TransferId(1));
        monitor.files(&[order("a", None)]);
        monitor.source("a", &order("a", None).sources[0]);
        let over = AtomicBool::new(false);
        let file = FileMonitor::new(&monitor, "a", &over);
        file.report(Report::Held(60));
        let Some(Waiting::Host { host, until }) = monitor.now().waiting else { panic!("it waits") };
        let left = until.duration_since(jiff::Timestamp::now()).as_secs();
        assert!(host == "one.example" && (58..=60).contains(&left), "{host} {left}");
        file.report(Report::Held(0));
        assert_eq!(monitor.now().waiting, None);
        over.store(true, Ordering::Relaxed);
        assert!(file.is_cancelled() && !monitor.is_cancelled());
    }

    #[test]
    fn what_the_user_wants_is_stronger_than_the_end_of_the_program() {
        let monitor = TransferMonitor::new(TransferId(1));
        for (ask, asked) in [
            (Ask::Rest, Ask::Rest),
            (Ask::Pause, Ask::Pause),
            (Ask::Shutdown, Ask::Pause),
            (Ask::Delete, Ask::Delete),
            (Ask::Cancel, Ask::Delete),
        ] {
            monitor.ask(ask);
            assert_eq!(monitor.asked(), asked);
        }
        assert!(monitor.is_cancelled());
    }

    #[test]
    fn hosts_are_named_without_what_is_secret() {
        for (href, expected) in [
            ("https://user:word@one.example:8443/a/b?sig=x", "one.example:8443"),
            ("s3://eodata/x", "eodata"),
            ("m2m:landsat/1", ""),
            ("file:///data/a.zip", ""),
        ] {
            assert_eq!(host(href), expected, "{href}");
        }
    }
}
