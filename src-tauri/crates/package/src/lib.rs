//! Whole products on this computer: zips, tars and SAFE folders.
//!
//! Everything here is synchronous, reads plain local files, and trusts nothing that they say. The way of a product:
//!
//! 1. [`check`] reads a file that has just been fetched from its first to its last byte and says whether it is what it should be: every
//!    member of a zip by its CRC, every header of a tar, a document by its grammar. It knows names that would lead out of a folder, and
//!    archives that are made to fill a disk;
//! 2. [`members`] lists what is inside without unpacking, and [`unpack`] puts it into a folder: all of it, or nothing;
//! 3. [`safe`] knows the folders of the Sentinels: what their manifest lists, which of it belongs to some bands, and whether all of it is
//!    there.
//!
//! Pixels are none of its business: whether a TIFF or JPEG 2000 inside can be read is asked of the crate that knows rasters.
//!
//! Archives are read by this crate itself, on flate2's decompressor. A library that unpacks what it can is of no use here: two members of
//! one name, members that lie over each other, or a directory that says something else than the members must be *seen* to be refused, and
//! libraries hide just that.

mod check;
mod digest;
mod document;
mod error;
mod limits;
mod names;
pub mod safe;
mod tar;
mod unpack;
mod walk;
mod zip;

use std::path::Path;

use swath_domain::{FileKind, HeldFile, Monitor, Stop};

pub use error::PackageError;

/// A file inside an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Path inside the archive, with `/` between the parts.
    pub name: String,
    /// Length in bytes once unpacked.
    pub bytes: u64,
}

/// Whether a file is a whole and harmless file of its kind. Reports the bytes that it has gone through (of an archive, the unpacked ones) as
/// [`swath_domain::Report::Advanced`].
///
/// A zip or tar whose own name contains `.SAFE` has to hold exactly one SAFE folder, with all images that its manifest lists. Of TIFF and
/// JPEG 2000 only the first bytes are looked at. A file of [`FileKind::Any`] is taken for a document when its name says that it is one.
///
/// # Errors
/// [`PackageError::Damaged`] when it is not whole or not of this kind; [`PackageError::Harmful`] when unpacking it would do harm.
pub fn check(path: &Path, kind: FileKind, monitor: &dyn Monitor) -> Result<(), Stop<PackageError>> {
    check::check(path, kind, monitor)
}

/// The files inside a zip or tar (also a gzipped one), in the order in which they lie there, without folders.
///
/// Of a zip only the directory is read, of a tar only the headers; a gzipped tar has to be unpacked in passing.
///
/// # Errors
/// As [`check`].
pub fn members(path: &Path) -> Result<Vec<Member>, PackageError> {
    let found = match walk::kind(path)? {
        FileKind::Zip => return zip::members(path),
        FileKind::Tar => tar::members(path, tar::Input::plain(path)?),
        FileKind::Gzip => tar::members(path, tar::Input::gzip(path)?),
        _ => return Err(PackageError::damaged(path, "it is neither a zip nor a tar")),
    };
    match found {
        Ok(members) => Ok(members),
        Err(Stop::Failed(error)) => Err(error),
        // Nobody can cancel it.
        Err(Stop::Cancelled) => Ok(Vec::new()),
    }
}

/// Unpacks a zip or tar (also a gzipped one) into a folder, which has to be empty or not there yet. Refuses whatever [`check`] refuses.
/// Paths of the answer begin inside of `into`. Reports bytes written as [`swath_domain::Report::Advanced`].
///
/// # Errors
/// Besides those of [`check`], [`PackageError::Write`] and [`PackageError::DiskFull`]. After an error, and when cancelled, the folder is
/// as it was before.
pub fn unpack(path: &Path, into: &Path, monitor: &dyn Monitor) -> Result<Vec<HeldFile>, Stop<PackageError>> {
    unpack::unpack(path, into, monitor)
}

/// The one folder that all files lie in, when there is one: a product's own (`S2B_….SAFE`).
pub fn root(files: &[HeldFile]) -> Option<&str> {
    let first = files.first()?.path.split_once('/')?.0;
    files.iter().all(|file| file.path.split_once('/').is_some_and(|(root, _)| root == first)).then_some(first)
}
