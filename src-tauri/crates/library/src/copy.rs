//! Copies across disks that are read back before anything relies on them.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};
use swath_domain::{Monitor, Report, Stop};

use crate::error::{LibraryError, Result, io};

/// Bytes between two looks at whether to stop.
const PIECE: usize = 1 << 20;
/// End of the name of a file that is still being copied.
pub(crate) const PARTLY: &str = ".swath-copy";

/// Copies a file to a path where nothing is, with its time of change, and answers with its SHA-256. It appears there only when it has been
/// flushed and what was read back is what was written.
pub(crate) fn copy(from: &Path, to: &Path, monitor: &dyn Monitor) -> std::result::Result<String, Stop<LibraryError>> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).map_err(io("creating", parent))?;
    }
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(PARTLY);
    let partly = to.with_file_name(name);
    let mut source = File::open(from).map_err(io("opening", from))?;
    let mut target = File::create(&partly).map_err(io("creating", &partly))?;
    let mut digest = Sha256::new();
    let mut piece = vec![0; PIECE];
    loop {
        if monitor.is_cancelled() {
            drop(target);
            fs::remove_file(&partly).map_err(io("deleting", &partly))?;
            return Err(Stop::Cancelled);
        }
        let n = source.read(&mut piece).map_err(io("reading", from))?;
        if n == 0 {
            break;
        }
        digest.update(&piece[..n]);
        target.write_all(&piece[..n]).map_err(io("writing", &partly))?;
        monitor.report(Report::Advanced(n as u64));
    }
    target.sync_all().map_err(io("flushing", &partly))?;
    let written = hex(digest);
    let read = sha256(&partly, monitor)?;
    if read != written {
        let why = "what was read back is not what was written: the disk may be failing".to_owned();
        return Err(LibraryError::Unlike { path: partly, why }.into());
    }
    if let Ok(changed) = source.metadata().and_then(|meta| meta.modified()) {
        target.set_modified(changed).map_err(io("writing", &partly))?;
    }
    drop(target);
    fs::rename(&partly, to).map_err(io("moving", &partly))?;
    Ok(written)
}

/// SHA-256 of a file in lower-case hexadecimal.
pub(crate) fn sha256(path: &Path, monitor: &dyn Monitor) -> std::result::Result<String, Stop<LibraryError>> {
    let mut file = File::open(path).map_err(io("opening", path))?;
    let mut digest = Sha256::new();
    let mut piece = vec![0; PIECE];
    loop {
        if monitor.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        match file.read(&mut piece).map_err(io("reading", path))? {
            0 => return Ok(hex(digest)),
            n => digest.update(&piece[..n]),
        }
    }
}

/// For work that nobody can stop.
pub(crate) fn failed<T>(result: std::result::Result<T, Stop<LibraryError>>) -> Result<T> {
    result.map_err(|stop| match stop {
        Stop::Failed(error) => error,
        Stop::Cancelled => LibraryError::Busy,
    })
}

fn hex(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
