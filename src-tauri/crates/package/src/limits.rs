//! Archives that unfold to more than their product can be.

use std::path::Path;

use crate::PackageError;

/// The largest product there is has some 8 GB; ten times as much is none.
pub(crate) const MOST_BYTES: u64 = 80 << 30;
/// Files in a product: a SAFE folder has some hundred, one of the old ones with many tiles some thousand.
pub(crate) const MOST_MEMBERS: usize = 50_000;
/// Unpacked bytes for each packed one. Metadata packs to a twentieth, pixels to a half at best; an empty image of zeros packs to a thousandth,
/// but no product consists of those.
const MOST_RATIO: u64 = 200;
/// So much may come out of however little, so that small files with much air in them pass.
const FREE: u64 = 256 << 20;

/// Whether an archive may unfold to so many bytes.
pub(crate) fn size(path: &Path, packed: u64, unpacked: u64) -> Result<(), PackageError> {
    let large = unpacked > MOST_BYTES;
    if large || (unpacked > FREE && unpacked / packed.max(1) > MOST_RATIO) {
        let (mib, times) = (unpacked >> 20, unpacked / packed.max(1));
        return Err(PackageError::harmful(path, format!("it would unpack to {mib} MiB or more, {times} times its own size")));
    }
    Ok(())
}

/// Whether an archive may have so many members.
pub(crate) fn count(path: &Path, members: usize) -> Result<(), PackageError> {
    if members > MOST_MEMBERS {
        return Err(PackageError::harmful(path, format!("it would unpack to more than {MOST_MEMBERS} files")));
    }
    Ok(())
}
