//! What is there already: the file itself, from an earlier call, or one that was put aside for a wrong digest and fits the digest of now.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use swath_domain::{FileKind, FileSource, Monitor, Report, Stop};

use super::digest::{Digests, Found, Verdict, judge};
use super::{Checked, Downloaded, magic};
use crate::cancel::unless_cancelled;
use crate::ranges::on_disk;
use crate::{RemoteError, address};

/// Where a file goes whose digest is wrong.
pub(super) fn aside(to: &Path) -> PathBuf {
    address::beside(to, ".wrong")
}

/// What an earlier call has left, if it is the file. A file under the name that is not the file goes; one that was put aside stays.
pub(super) async fn look(
    source: &FileSource,
    kind: FileKind,
    to: &Path,
    host: &str,
    monitor: &dyn Monitor,
) -> Result<Option<Downloaded>, Stop<RemoteError>> {
    if let Some((bytes, found)) = read(source, kind, to, monitor).await? {
        if let Verdict::Good(checked) = judge(&found, source, kind)
            && (checked != Checked::Length || source.size.is_none_or(|size| size == bytes))
        {
            monitor.report(Report::Kept(bytes));
            return Ok(Some(Downloaded { bytes, sha256: found.sha256, checked, host: host.to_owned() }));
        }
        let to = to.to_owned();
        on_disk(move || std::fs::remove_file(to)).await?;
    }
    let aside = aside(to);
    if source.checksum.is_some()
        && let Some((bytes, found)) = read(source, kind, &aside, monitor).await?
        && let Verdict::Good(checked @ Checked::Digest(_)) = judge(&found, source, kind)
    {
        let (to, name) = (to.to_owned(), address::file_name(to));
        let adopted = on_disk(move || {
            File::open(&aside)?.sync_all()?;
            std::fs::rename(aside, to)
        });
        adopted.await?;
        tracing::info!(name, host, "a file that was put aside fits the digest of now");
        monitor.report(Report::Kept(bytes));
        return Ok(Some(Downloaded { bytes, sha256: found.sha256, checked, host: host.to_owned() }));
    }
    Ok(None)
}

/// Length and digests of a file, if there is one of the right kind.
async fn read(source: &FileSource, kind: FileKind, path: &Path, monitor: &dyn Monitor) -> Result<Option<(u64, Found)>, Stop<RemoteError>> {
    let given_up = Arc::new(AtomicBool::new(false));
    let (path, digests, flag) = (path.to_owned(), Digests::new(source.checksum.as_ref()), given_up.clone());
    let work = unless_cancelled(monitor, on_disk(move || digests_of(&path, kind, digests, &flag))).await;
    Ok(work.inspect_err(|_| given_up.store(true, Ordering::Relaxed))??)
}

fn digests_of(path: &Path, kind: FileKind, mut digests: Digests, given_up: &AtomicBool) -> std::io::Result<Option<(u64, Found)>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let (mut piece, mut length) = (vec![0; 256 << 10], 0);
    loop {
        let count = file.read(&mut piece)?;
        if length == 0 && magic::check(kind, &piece[..count]).is_err() {
            return Ok(None);
        }
        if count == 0 || given_up.load(Ordering::Relaxed) {
            return Ok(Some((length, digests.finish())));
        }
        digests.update(&piece[..count]);
        length += count as u64;
    }
}
