//! The thread that writes: bytes first, then their line in the journal.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::journal;
use super::shared::Shared;
use crate::at::write_at;

/// What is flushed in the background at a time, so that the last flush is short.
const FLUSH: u64 = 64 << 20;

/// Something to do.
pub(super) enum Piece {
    Bytes {
        at: u64,
        bytes: Vec<Bytes>,
    },
    /// Tells that everything before is written.
    Mark(oneshot::Sender<()>),
}

/// Writes until nothing more can come, or something fails.
pub(super) fn all(shared: &Arc<Shared>, file: &Arc<File>, journal: &File, mut queue: mpsc::Receiver<Piece>) {
    let (mut unflushed, flushing) = (0, Arc::new(AtomicBool::new(false)));
    while let Some(piece) = queue.blocking_recv() {
        match piece {
            Piece::Mark(done) => {
                let _ = done.send(());
            }
            Piece::Bytes { at, bytes } => match one(shared, file, journal, at, &bytes) {
                Ok(count) => unflushed += count,
                // Whoever sends the next piece learns of it.
                Err(error) => return shared.failed(error),
            },
        }
        if unflushed >= FLUSH && !flushing.swap(true, Ordering::SeqCst) {
            unflushed = 0;
            let (shared, file, flushing) = (shared.clone(), file.clone(), flushing.clone());
            tokio::task::spawn_blocking(move || {
                // The system tells of a failed flush once only, so it must not be missed here.
                file.sync_data().unwrap_or_else(|error| shared.failed(error));
                flushing.store(false, Ordering::SeqCst);
            });
        }
    }
}

fn one(shared: &Shared, file: &File, mut journal: &File, at: u64, pieces: &[Bytes]) -> std::io::Result<u64> {
    let (mut end, mut crc) = (at, crc32fast::Hasher::new());
    for bytes in pieces {
        write_at(file, end, bytes)?;
        crc.update(bytes);
        end += bytes.len() as u64;
    }
    journal.write_all(journal::line(&(at..end), crc.finalize()).as_bytes())?;
    shared.arrived(at..end);
    Ok(end - at)
}
