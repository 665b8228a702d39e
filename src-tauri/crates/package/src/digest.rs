//! Digests of files.

use std::path::Path;

use md5::Md5;
use sha2::{Digest, Sha256};
use sha3::Sha3_256;
use swath_domain::{Checksum, Monitor, Stop};

use crate::PackageError;
use crate::walk::{PIECE, fill, on, open};

/// The digest of a file by the algorithm of another digest, and whether the two are one.
pub(crate) fn fits(path: &Path, expected: &Checksum, monitor: &dyn Monitor) -> Result<bool, Stop<PackageError>> {
    let (found, said) = match expected {
        Checksum::Md5(said) => (of::<Md5>(path, monitor)?, said),
        Checksum::Sha256(said) => (of::<Sha256>(path, monitor)?, said),
        Checksum::Sha3(said) => (of::<Sha3_256>(path, monitor)?, said),
    };
    Ok(found.eq_ignore_ascii_case(said))
}

fn of<D: Digest>(path: &Path, monitor: &dyn Monitor) -> Result<String, Stop<PackageError>> {
    let mut file = open(path)?;
    let mut piece = vec![0; PIECE];
    let mut digest = D::new();
    loop {
        let count = fill(&mut file, &mut piece).map_err(|e| PackageError::read(path, &e))?;
        if count == 0 {
            return Ok(hexadecimal(&digest.finalize()));
        }
        digest.update(&piece[..count]);
        on(monitor, count)?;
    }
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
