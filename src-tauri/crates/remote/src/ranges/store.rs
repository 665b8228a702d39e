//! The ranges of one remote file: which are here, which are on their way, and how the others come.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use swath_domain::{Access, Monitor, Stop};
use tokio::sync::Notify;
use url::Url;

use super::disk::{Disk, Piece, Version};
use super::spans::{Spans, coalesce};
use crate::cancel::{Together, unless_cancelled};
use crate::{Client, RemoteError, address};

/// Ranges closer than this become one request: the bytes between cost less than another turn.
const GAP: u64 = 64 << 10;
/// Longest request: what is lost at most when a connection ends, and what one turn at the host lasts.
const MOST: u64 = 8 << 20;
/// Requests of one fetch that wait for their turn at a time.
const AT_A_TIME: usize = 16;

pub(crate) struct Store {
    pub(crate) client: Client,
    pub(crate) url: Url,
    pub(crate) access: Access,
    pub(crate) version: Version,
    pub(crate) disk: Arc<Disk>,
    state: Arc<Mutex<State>>,
    arrived: Notify,
    /// Held by whoever reads again what an earlier process has noted.
    proving: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    present: Spans,
    /// What an earlier process has noted and nobody has read again yet.
    claims: Vec<Piece>,
    claimed: Spans,
    changed: bool,
}

/// Ranges that one fetch has taken upon itself; others wait for them.
struct Claim<'a> {
    store: &'a Store,
    requests: Vec<Range<u64>>,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        // Nothing was claimed, so nothing changes; waking the waiters would wake the one who waits on this very claim.
        if self.requests.is_empty() {
            return;
        }
        let mut state = self.store.state();
        self.requests.iter().for_each(|range| state.claimed.remove(range.clone()));
        drop(state);
        self.store.arrived.notify_waiters();
    }
}

impl Store {
    pub(crate) fn new(client: Client, url: Url, access: Access, version: Version, disk: Arc<Disk>, present: Spans) -> Self {
        let state = Arc::new(Mutex::new(State { present, ..State::default() }));
        Self { client, url, access, version, disk, state, arrived: Notify::new(), proving: tokio::sync::Mutex::default() }
    }

    /// With what an earlier process has noted; it is used once it has been proven.
    pub(crate) fn with_claims(self, claims: Vec<Piece>) -> Self {
        self.state().claims = claims;
        self
    }

    pub(crate) fn present(&self) -> Spans {
        self.state().present.clone()
    }

    /// What is here, as far as anybody knows without looking.
    pub(crate) fn expected(&self) -> Spans {
        let state = self.state();
        let mut expected = state.present.clone();
        state.claims.iter().for_each(|piece| expected.insert(piece.range.clone()));
        expected
    }

    pub(crate) fn is_changed(&self) -> bool {
        self.state().changed
    }

    /// Fetches what is missing, sharing requests with everybody else who needs the same bytes.
    pub(crate) async fn fetch(&self, wanted: &Spans, monitor: &dyn Monitor) -> Result<u64, Stop<RemoteError>> {
        self.prove(wanted).await?;
        let mut bytes = 0;
        loop {
            let arrived = self.arrived.notified();
            let mut arrived = std::pin::pin!(arrived);
            arrived.as_mut().enable();
            let Some(claim) = self.claim(wanted)? else { return Ok(bytes) };
            if claim.requests.is_empty() {
                drop(claim);
                unless_cancelled(monitor, arrived).await?;
            } else {
                bytes += self.fetch_all(&claim.requests, monitor).await?;
            }
        }
    }

    /// Reads again what an earlier process has noted of these ranges.
    pub(crate) async fn prove(&self, wanted: &Spans) -> Result<(), RemoteError> {
        let claims = || -> Vec<Piece> {
            let touches = |piece: &&Piece| wanted.touches(piece.range.clone());
            self.state().claims.iter().filter(touches).cloned().collect()
        };
        if claims().is_empty() {
            return Ok(());
        }
        let _alone = self.proving.lock().await;
        let claims = claims();
        let (disk, pieces) = (self.disk.clone(), claims.clone());
        let proven = on_disk(move || disk.proven(pieces)).await?;
        let mut state = self.state();
        state.claims.retain(|piece| !claims.contains(piece));
        // Dropped meanwhile: then there is nothing left of it.
        if !state.changed {
            proven.into_iter().for_each(|piece| state.present.insert(piece.range));
        }
        Ok(())
    }

    /// `None` when all is here; without requests when the rest is on its way.
    fn claim(&self, wanted: &Spans) -> Result<Option<Claim<'_>>, RemoteError> {
        let mut state = self.state();
        if state.changed {
            return Err(self.changed_error());
        }
        let missing = wanted.without(&state.present);
        if missing.is_empty() {
            return Ok(None);
        }
        let mine = missing.without(&state.claimed);
        let mut keep_out = state.present.clone();
        state.claimed.iter().for_each(|range| keep_out.insert(range));
        let requests = coalesce(&mine, &keep_out, GAP, MOST);
        requests.iter().for_each(|range| state.claimed.insert(range.clone()));
        Ok(Some(Claim { store: self, requests }))
    }

    async fn fetch_all(&self, requests: &[Range<u64>], monitor: &dyn Monitor) -> Result<u64, Stop<RemoteError>> {
        let together = Together { monitor, failed: AtomicBool::new(false) };
        let mut waiting = requests.iter();
        let mut running: FuturesUnordered<_> =
            waiting.by_ref().take(AT_A_TIME).map(|range| self.transfer(range.clone(), &together)).collect();
        let mut bytes = 0;
        let mut stop = None;
        while let Some(ended) = running.next().await {
            match ended {
                Ok(more) => bytes += more,
                // The others end as if cancelled; what counts is why the first one ended.
                Err(why) => {
                    together.failed.store(true, Ordering::Relaxed);
                    stop.get_or_insert(why);
                }
            }
            if stop.is_none()
                && let Some(range) = waiting.next()
            {
                running.push(self.transfer(range.clone(), &together));
            }
        }
        match stop {
            None => Ok(bytes),
            Some(_) if monitor.is_cancelled() => Err(Stop::Cancelled),
            Some(why) => Err(why),
        }
    }

    /// Writes bytes that have arrived and notes that they are there, in this order.
    pub(crate) async fn keep(&self, at: u64, bytes: Vec<Bytes>) -> Result<(), RemoteError> {
        let range = at..at + bytes.iter().map(|bytes| bytes.len() as u64).sum::<u64>();
        let disk = self.disk.clone();
        if !on_disk(move || disk.keep(at, &bytes)).await? {
            return Err(self.changed_error());
        }
        self.state().present.insert(range);
        Ok(())
    }

    /// Drops all that was fetched, because it is not, or no longer, the right file. Whoever sees that it was dropped opens it anew, so the
    /// files are gone before that shows; and it shows even if nobody waits for the end of this.
    pub(crate) async fn drop_all(&self) -> Result<(), RemoteError> {
        let (disk, state) = (self.disk.clone(), self.state.clone());
        let dropped = on_disk(move || {
            let dropped = disk.drop_files();
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            *state = State { changed: true, claimed: std::mem::take(&mut state.claimed), ..State::default() };
            dropped
        })
        .await;
        self.arrived.notify_waiters();
        dropped
    }

    pub(crate) async fn forget(&self, ranges: &[Range<u64>]) -> Result<(), RemoteError> {
        {
            let mut state = self.state();
            ranges.iter().for_each(|range| state.present.remove(range.clone()));
            state.claims.retain(|piece| !ranges.iter().any(|range| range.start < piece.range.end && piece.range.start < range.end));
        }
        let (disk, ranges) = (self.disk.clone(), ranges.to_vec());
        on_disk(move || disk.forget(&ranges)).await
    }

    pub(crate) fn changed_error(&self) -> RemoteError {
        RemoteError::Changed { name: address::name(&self.url), host: address::host(&self.url) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Disks block; the threads of the network must not.
pub(crate) async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T, RemoteError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(RemoteError::from),
        Err(_) => Err(RemoteError::Disk { what: "the work on it was broken off".into(), full: false }),
    }
}
