//! Whole files: verified, and copied to where they are wanted.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::Digest;
use swath_domain::{Checksum, Monitor, Stop};

use super::store::on_disk;
use super::tiff::check_magic;
use crate::{RemoteError, address::hex, cancel::unless_cancelled};

/// What is wrong with a whole file, if anything.
pub(super) async fn verify(
    path: &Path,
    length: u64,
    checksum: Option<&Checksum>,
    monitor: &dyn Monitor,
) -> Result<Option<String>, Stop<RemoteError>> {
    let (path, checksum, cancelled) = (path.to_owned(), checksum.cloned(), Arc::new(AtomicBool::new(false)));
    let flag = cancelled.clone();
    let work = on_disk(move || check(&path, length, checksum.as_ref(), &flag));
    match unless_cancelled::<_, RemoteError>(monitor, work).await {
        Ok(result) => Ok(result?),
        Err(stop) => {
            cancelled.store(true, Ordering::Relaxed);
            Err(stop)
        }
    }
}

fn check(path: &Path, length: u64, checksum: Option<&Checksum>, cancelled: &AtomicBool) -> std::io::Result<Option<String>> {
    let mut file = std::fs::File::open(path)?;
    let found = file.metadata()?.len();
    if found != length {
        return Ok(Some(format!("it has {found} bytes instead of {length}")));
    }
    let mut piece = vec![0; 1 << 20];
    let (mut sha256, mut md5, mut sha3) = (sha2::Sha256::new(), md5::Md5::new(), sha3::Sha3_256::new());
    let mut at = 0;
    while !cancelled.load(Ordering::Relaxed) {
        let count = file.read(&mut piece)?;
        let bytes = &piece[..count];
        if at == 0
            && let Err(why) = check_magic(bytes)
        {
            return Ok(Some(why));
        }
        at += count;
        match checksum {
            Some(Checksum::Sha256(_)) if count > 0 => sha256.update(bytes),
            Some(Checksum::Md5(_)) if count > 0 => md5.update(bytes),
            Some(Checksum::Sha3(_)) if count > 0 => sha3.update(bytes),
            _ => break,
        }
    }
    let (kind, expected, found) = match checksum {
        None => return Ok(None),
        Some(Checksum::Sha256(expected)) => ("SHA-256", expected, hex(&sha256.finalize())),
        Some(Checksum::Md5(expected)) => ("MD5", expected, hex(&md5.finalize())),
        Some(Checksum::Sha3(expected)) => ("SHA3-256", expected, hex(&sha3.finalize())),
    };
    let same = found.eq_ignore_ascii_case(expected);
    Ok((!same).then(|| format!("its {kind} digest is not the published one, so its bytes are damaged or it was replaced")))
}

/// Copies, flushes, renames.
pub(super) fn copy(from: &Path, length: u64, to: &Path) -> std::io::Result<()> {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = to.with_file_name(name);
    let copied = std::fs::copy(from, &part).and_then(|count| {
        if count != length {
            return Err(std::io::Error::other(format!("{count} of {length} bytes were copied")));
        }
        std::fs::OpenOptions::new().write(true).open(&part)?.sync_all()?;
        std::fs::rename(&part, to)
    });
    if copied.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    copied
}
