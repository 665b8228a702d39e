//! Whole files: fetched once, checked while they come, never lost half-way, and never there under their name before they are whole and right.
//!
//! A walk through one [`Client::download`]:
//!
//! 1. [`found`]: what an earlier call finished is taken, and so is a file that was set aside for a wrong digest when a digest has come since
//!    that fits it;
//! 2. [`part`]: the bytes that an earlier call, a kill or a power cut left in `<to>.part` are compared with `<to>.journal`, piece by piece;
//! 3. [`fetch`]: what is missing is asked for ([`open`]) and poured in ([`pour`]), with one answer after the other, or with several at a time ([`split`]) where nobody counts
//!    connections; of an answer that ends badly its last bytes are not taken. A `file:` is copied instead ([`local`]);
//! 4. [`digest`]: meanwhile a thread follows what has arrived without a gap and computes the digests;
//! 5. when all is there and the digest is the published one, the file is flushed and takes its name. With another digest it becomes
//!    `<to>.wrong`.

mod digest;
mod fetch;
mod found;
mod journal;
mod key;
mod local;
mod magic;
mod open;
mod part;
mod places;
mod pour;
mod shared;
mod split;
mod write;

use std::path::Path;

use swath_domain::{FileKind, FileSource, Monitor, Report, Stop};

use crate::{Client, RemoteError, address};
use digest::Verdict;
use fetch::Fetch;
use key::Key;
use part::Part;

pub(crate) use places::Places;

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
    /// Fetches one file from one source to `to`, an absolute path in a folder that exists, through `<to>.part` and `<to>.journal`. Goes on
    /// where an earlier call, a kill or a power cut left off, also one with another source when both have the same digest. Calls for the same
    /// path wait for each other.
    ///
    /// The monitor is told [`Report::Kept`] of what is there already; `Kept` + [`Report::Fetched`] − [`Report::Lost`] is what this call has
    /// of the file at any time, and its length at the end.
    ///
    /// # Errors
    /// [`RemoteError::WrongDigest`] when all has come and its digest is not the published one; [`RemoteError::NotThatFile`] when it has another
    /// length or kind; [`RemoteError::Changed`] when it is replaced again and again; [`RemoteError::Disk`]; and all that can go wrong on the
    /// way. What has arrived is kept, also when this is cancelled.
    pub async fn download(
        &self,
        source: &FileSource,
        kind: FileKind,
        to: &Path,
        monitor: &dyn Monitor,
    ) -> Result<Downloaded, Stop<RemoteError>> {
        let key = Key::of(source)?;
        let turn = self.places().turn(to, monitor).await?;
        let host = key.host.clone();
        if let Some(done) = found::look(source, kind, to, &host, monitor).await? {
            return Ok(done);
        }
        let mut part = Part::open(to, key, source.checksum.as_ref(), turn, monitor).await?;
        monitor.report(Report::Kept(part.taken()));
        let fetch = Fetch::new(self, source, kind, address::file_name(to), monitor);
        let fetched = fetch.all(&mut part).await;
        part.settle(monitor).await;
        let length = fetched?;
        if monitor.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        let found = part.digests(length, monitor).await?;
        let host = fetch.host();
        match digest::judge(&found, source, kind) {
            Verdict::Good(checked) => {
                part.publish(to, length, monitor).await?;
                Ok(Downloaded { bytes: length, sha256: found.sha256, checked, host })
            }
            Verdict::Wrong(algorithm) => {
                part.set_aside(found::aside(to)).await?;
                monitor.report(Report::Lost(length));
                Err(RemoteError::WrongDigest { name: address::file_name(to), host, algorithm }.into())
            }
        }
    }
}
