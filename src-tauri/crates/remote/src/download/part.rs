//! The part of a file that has arrived: who writes it, who follows it, and how it becomes the file.

use std::fs::{File, OpenOptions};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use swath_domain::{Checksum, Monitor, Stop};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, spawn_blocking};

use super::digest::{self, Digests, Found};
use super::journal::{self, Version};
use super::key::Key;
use super::places::Turn;
use super::shared::Shared;
use super::write::{self, Piece};
use crate::at::read_at;
use crate::cancel::unless_cancelled;
use crate::ranges::on_disk;
use crate::ranges::spans::Spans;
use crate::{RemoteError, address};

/// Pieces that wait to be written; more would only take memory.
const QUEUE: usize = 2;
/// What a cancelled download waits for its last pieces. A disk that takes longer goes on by itself.
const LAST: Duration = Duration::from_millis(100);

/// The part of one file.
pub(super) struct Part {
    path: PathBuf,
    journal_path: PathBuf,
    key: Key,
    published: Option<Checksum>,
    file: Arc<File>,
    journal: Arc<File>,
    version: Option<Version>,
    /// Present, or on its way to the disk.
    taken: Mutex<Spans>,
    shared: Arc<Shared>,
    writer: Option<(mpsc::Sender<Piece>, JoinHandle<()>)>,
    follower: Option<JoinHandle<std::io::Result<Option<Found>>>>,
    turn: Turn,
}

impl Drop for Part {
    fn drop(&mut self) {
        self.shared.give_up();
    }
}

impl Part {
    /// Opens what is there, and compares all of it with the journal.
    pub(super) async fn open(
        to: &Path,
        key: Key,
        published: Option<&Checksum>,
        turn: Turn,
        monitor: &dyn Monitor,
    ) -> Result<Self, Stop<RemoteError>> {
        let (path, journal_path) = (address::beside(to, ".part"), address::beside(to, ".journal"));
        let given_up = Arc::new(AtomicBool::new(false));
        let work = {
            let (path, journal_path, key, flag) = (path.clone(), journal_path.clone(), key.clone(), given_up.clone());
            on_disk(move || {
                let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
                let mut journal = OpenOptions::new().read(true).append(true).create(true).open(journal_path)?;
                let known = journal::read(&mut journal, &file, &key, &flag)?;
                Ok((file, journal, known))
            })
        };
        let opened = unless_cancelled(monitor, work).await.inspect_err(|_| given_up.store(true, Ordering::Relaxed));
        let (file, journal, known) = opened??;
        let (version, present) = known.map_or((None, Spans::default()), |(version, present)| (Some(version), present));
        Ok(Self {
            path,
            journal_path,
            key,
            published: published.cloned(),
            file: Arc::new(file),
            journal: Arc::new(journal),
            version,
            taken: Mutex::new(present.clone()),
            shared: Shared::new(present, turn.clone()),
            writer: None,
            follower: None,
            turn,
        })
    }

    /// The version that this is a part of; `None` before the first answer.
    pub(super) fn version(&self) -> Option<&Version> {
        self.version.as_ref()
    }

    /// Bytes that have arrived.
    pub(super) fn taken(&self) -> u64 {
        self.spans().total()
    }

    /// What is missing of a range.
    pub(super) fn missing(&self, range: Range<u64>) -> Spans {
        Spans::from_iter([range]).without(&self.spans())
    }

    /// Whether all has arrived; `None` while that cannot be told.
    pub(super) fn whole(&self) -> Option<u64> {
        let length = self.version.as_ref()?.length?;
        self.spans().contains(0..length).then_some(length)
    }

    /// Begins, or goes on, with a version that goes on with what is there.
    pub(super) async fn begin(&mut self, version: Version) -> Result<(), RemoteError> {
        let known = self.version.as_ref();
        let merged = Version {
            length: version.length.or(known.and_then(|known| known.length)),
            etag: version.etag.or_else(|| known?.etag.clone()),
            modified: version.modified.or_else(|| known?.modified.clone()),
        };
        if known != Some(&merged) {
            let (head, fresh) = (journal::head(&self.key, &merged)?, known.is_none());
            let (file, journal) = (self.file.clone(), self.journal.clone());
            let begun = move || {
                if fresh {
                    file.set_len(0)?;
                    journal.set_len(0)?;
                }
                std::io::Write::write_all(&mut &*journal, head.as_bytes())
            };
            on_disk(begun).await?;
            self.version = Some(merged);
        }
        if self.writer.is_none() {
            let (pieces, queue) = mpsc::channel(QUEUE);
            let (shared, file, journal) = (self.shared.clone(), self.file.clone(), self.journal.clone());
            self.writer = Some((pieces, spawn_blocking(move || write::all(&shared, &file, &journal, queue))));
        }
        self.begin_to_follow();
        Ok(())
    }

    fn begin_to_follow(&mut self) {
        if self.follower.is_none() {
            let (shared, file, digests) = (self.shared.clone(), self.file.clone(), Digests::new(self.published.as_ref()));
            self.follower = Some(spawn_blocking(move || digest::follow(&shared, &file, digests)));
        }
    }

    /// Drops everything: it is of a version that is no longer there.
    pub(super) async fn drop_all(&mut self) {
        if let Some((pieces, ended)) = self.writer.take() {
            drop(pieces);
            let _ = ended.await;
        }
        self.shared.give_up();
        (self.version, self.follower) = (None, None);
        *self.spans() = Spans::default();
        self.shared = Shared::new(Spans::default(), self.turn.clone());
    }

    /// Hands bytes to the thread that writes them; waits when it is behind.
    pub(super) async fn keep(&self, at: u64, bytes: Vec<Bytes>) -> Result<(), RemoteError> {
        let length: u64 = bytes.iter().map(|bytes| bytes.len() as u64).sum();
        if length == 0 {
            return Ok(());
        }
        self.spans().insert(at..at + length);
        self.send(Piece::Bytes { at, bytes }).await
    }

    /// Whether bytes that came once more are those that are there.
    pub(super) async fn is_same(&self, at: u64, bytes: Bytes) -> Result<bool, RemoteError> {
        let (done, written) = oneshot::channel();
        self.send(Piece::Mark(done)).await?;
        written.await.map_err(|_| self.failure())?;
        let file = self.file.clone();
        on_disk(move || {
            let mut there = vec![0; bytes.len()];
            read_at(&file, at, &mut there)?;
            Ok(there == bytes)
        })
        .await
    }

    async fn send(&self, piece: Piece) -> Result<(), RemoteError> {
        let Some((pieces, _)) = &self.writer else { return Err(self.failure()) };
        pieces.send(piece).await.map_err(|_| self.failure())
    }

    /// Forgets what was handed over and never written, because who did so was stopped. Returns how much that was.
    pub(super) async fn resync(&self) -> Result<u64, RemoteError> {
        let (done, written) = oneshot::channel();
        self.send(Piece::Mark(done)).await?;
        written.await.map_err(|_| self.failure())?;
        let present = self.shared.present();
        let before = self.taken();
        *self.spans() = present;
        Ok(before.saturating_sub(self.taken()))
    }

    /// Lets the writer finish.
    pub(super) async fn settle(&mut self, monitor: &dyn Monitor) {
        let Some((pieces, mut ended)) = self.writer.take() else { return };
        drop(pieces);
        while tokio::time::timeout(LAST, &mut ended).await.is_err() {
            if monitor.is_cancelled() {
                return;
            }
        }
    }

    /// The digests of the whole file. The writer must have settled.
    pub(super) async fn digests(&mut self, length: u64, monitor: &dyn Monitor) -> Result<Found, Stop<RemoteError>> {
        if self.shared.failure().is_some() || !self.shared.complete(length) {
            return Err(self.failure().into());
        }
        self.begin_to_follow();
        let Some(follower) = self.follower.take() else { return Err(self.failure().into()) };
        match unless_cancelled(monitor, follower).await? {
            Ok(Ok(Some(found))) => Ok(found),
            Ok(Err(error)) => Err(RemoteError::from(error).into()),
            Ok(Ok(None)) | Err(_) => Err(self.failure().into()),
        }
    }

    /// Flushes the file and gives it its name.
    pub(super) async fn publish(self, to: &Path, length: u64, monitor: &dyn Monitor) -> Result<(), Stop<RemoteError>> {
        let to = to.to_owned();
        let work = on_disk(move || {
            // Bytes beyond the end are of an earlier version.
            if self.file.metadata()?.len() != length {
                self.file.set_len(length)?;
            }
            self.file.sync_all()?;
            self.rename(&to)
        });
        unless_cancelled(monitor, work).await??;
        Ok(())
    }

    /// Puts the file aside: it is whole, and not what it should be.
    pub(super) async fn set_aside(self, to: PathBuf) -> Result<(), RemoteError> {
        on_disk(move || self.rename(&to)).await
    }

    fn rename(&self, to: &Path) -> std::io::Result<()> {
        std::fs::rename(&self.path, to)?;
        std::fs::remove_file(&self.journal_path)
    }

    fn failure(&self) -> RemoteError {
        let lost = || RemoteError::Disk { what: "the work on it was broken off".into(), full: false };
        self.shared.failure().unwrap_or_else(lost)
    }

    fn spans(&self) -> MutexGuard<'_, Spans> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
