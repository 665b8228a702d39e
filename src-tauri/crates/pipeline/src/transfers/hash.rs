//! SHA-256 of files on this computer.

use std::{fs::File, io::Read, path::Path};

use sha2::{Digest, Sha256};
use swath_domain::{Monitor, Report, Stop};

/// Bytes read at a time: a cancel is heard between two reads.
const AT_ONCE: usize = 1 << 20;

/// Digest in lower-case hexadecimal, and length. Every megabyte is reported as so many [`Report::Advanced`] bytes. Blocks.
pub(super) fn sha256(path: &Path, monitor: &dyn Monitor) -> Result<(String, u64), Stop<std::io::Error>> {
    let mut file = File::open(path)?;
    let (mut digest, mut length, mut buffer) = (Sha256::new(), 0, vec![0; AT_ONCE]);
    loop {
        if monitor.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        digest.update(&buffer[..count]);
        length += count as u64;
        monitor.report(Report::Advanced(count as u64));
    }
    Ok((digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), length))
}
