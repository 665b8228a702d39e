//! One way through an archive for everybody: checking listens, unpacking writes.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use swath_domain::{FileKind, Monitor, Report, Stop};

use crate::{PackageError, tar, zip};

/// Bytes read and written at a time; whoever cancels waits for at most so many.
pub(crate) const PIECE: usize = 1 << 20;

/// What is met on the way, in the order in which it lies in the archive. Paths have passed the rules of `names`.
#[derive(Debug)]
pub(crate) enum Met<'a> {
    Folder(&'a str),
    /// A file begins; as many bytes as said follow.
    File(&'a str, u64),
    Bytes(&'a [u8]),
    /// The file is over, and its bytes are what they should be as far as the archive can tell.
    End,
}

/// Whoever goes along.
pub(crate) type Along<'a> = dyn FnMut(Met) -> Result<(), Stop<PackageError>> + 'a;

/// Goes through a zip, a tar or a gzipped tar, from its first to its last byte. Whatever is wrong with it is an error, at the latest when
/// its end has been reached.
pub(crate) fn walk(path: &Path, monitor: &dyn Monitor, along: &mut Along) -> Result<(), Stop<PackageError>> {
    match kind(path)? {
        FileKind::Zip => zip::walk(path, monitor, along),
        FileKind::Tar => tar::walk(path, tar::Input::plain(path)?, tar::Contents::Read, monitor, along),
        FileKind::Gzip => tar::walk(path, tar::Input::gzip(path)?, tar::Contents::Read, monitor, along),
        _ => Err(PackageError::damaged(path, "it is neither a zip nor a tar").into()),
    }
}

/// What kind of file it is by its first bytes; [`FileKind::Any`] when that does not show.
pub(crate) fn kind(path: &Path) -> Result<FileKind, PackageError> {
    let mut start = Vec::new();
    open(path)?.take(512).read_to_end(&mut start).map_err(|e| PackageError::read(path, &e))?;
    Ok(match start.as_slice() {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => FileKind::Zip,
        [0x1f, 0x8b, ..] => FileKind::Gzip,
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => FileKind::Tiff,
        [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] | [0xff, 0x4f, 0xff, 0x51, ..] => FileKind::Jp2,
        block if block.len() == 512 && tar::is_header(block) => FileKind::Tar,
        _ => FileKind::Any,
    })
}

pub(crate) fn open(path: &Path) -> Result<File, PackageError> {
    File::open(path).map_err(|e| PackageError::read(path, &e))
}

pub(crate) fn length(path: &Path) -> Result<u64, PackageError> {
    Ok(std::fs::metadata(path).map_err(|e| PackageError::read(path, &e))?.len())
}

/// Reads into as much of `piece` as there is, like `read`, but goes on when interrupted.
pub(crate) fn fill(reader: &mut dyn Read, piece: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// Tells of bytes that are done, and stops when that is wanted.
pub(crate) fn on(monitor: &dyn Monitor, bytes: usize) -> Result<(), Stop<PackageError>> {
    if bytes > 0 {
        monitor.report(Report::Advanced(bytes as u64));
    }
    if monitor.is_cancelled() { Err(Stop::Cancelled) } else { Ok(()) }
}
