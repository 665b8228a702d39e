//! SAFE: the folders in which products of the Sentinels come.
//!
//! A SAFE folder says in its `manifest.safe` which files belong to it, with length and digest. A *partial* one lacks the images of some
//! bands and is otherwise as it came: GDAL's SENTINEL2 and SAFE drivers and SNAP open it, and the manifest still tells what is missing.

mod manifest;
mod part;
mod paths;

use std::fs;
use std::path::Path;

use swath_domain::{Band, Checksum, Monitor, Sensor, Stop};

use crate::names::shown;
use crate::{PackageError, digest};
pub use manifest::read;
pub use paths::longest_path;

/// What `manifest.safe` lists. The manifest itself is not among the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// In the order of the manifest.
    pub files: Vec<ManifestFile>,
}

/// One file of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestFile {
    /// Path inside the SAFE folder, with `/` between the parts, never leading out of it.
    pub path: String,
    /// Length in bytes, when the manifest says it.
    pub bytes: Option<u64>,
    /// Digest, when the manifest says it: MD5 for Sentinel-1 and older Sentinel-2, SHA3-256 for newer.
    pub checksum: Option<Checksum>,
    /// Media type, empty when the manifest does not say it.
    pub mime: String,
}

impl ManifestFile {
    /// Whether it holds pixels of the ground.
    pub(crate) fn is_image(&self) -> bool {
        self.path.contains("/IMG_DATA/") || self.path.starts_with("measurement/")
    }
}

impl Manifest {
    /// The files of a partial product: everything but the images (and masks) of other bands than the given ones. Of a band that is there at
    /// several resolutions, only the file at the one that it was taken at, or the finest when that is missing.
    ///
    /// Bands that the product does not have are left out without a word.
    pub fn partial(&self, sensor: Sensor, bands: &[Band]) -> Vec<&ManifestFile> {
        part::of(&self.files, sensor, bands)
    }
}

/// The name of the manifest in every SAFE folder.
pub const MANIFEST: &str = "manifest.safe";

/// The largest manifest has some 10 MB (old products with many tiles).
pub(crate) const MOST_BYTES: u64 = 64 << 20;

/// Whether every file that the manifest of a SAFE folder lists is there, with its length and digest; of a partial product, given its
/// sensor and bands, those that [`Manifest::partial`] names. Reports bytes read as [`swath_domain::Report::Advanced`].
///
/// # Errors
/// [`PackageError::Damaged`] names the first file that is missing or not what it was.
pub fn check_folder(folder: &Path, part: Option<(Sensor, &[Band])>, monitor: &dyn Monitor) -> Result<(), Stop<PackageError>> {
    let at = folder.join(MANIFEST);
    let missing = |what: &str| PackageError::damaged(folder, format!("{} is missing", shown(what)));
    let length = fs::metadata(&at).map_err(|_| missing(MANIFEST))?.len();
    if length > MOST_BYTES {
        return Err(PackageError::damaged(&at, "a manifest of so many bytes is none").into());
    }
    let text = fs::read(&at).map_err(|e| PackageError::read(&at, &e))?;
    // The message names the manifest of this product.
    let manifest = read(&text).map_err(|error| error.at(&at))?;
    let wanted: Vec<&ManifestFile> = match part {
        Some((sensor, bands)) => manifest.partial(sensor, bands),
        None => manifest.files.iter().collect(),
    };
    for file in wanted {
        let path = folder.join(&file.path);
        // A link could stand for a file anywhere.
        let found = fs::symlink_metadata(&path).ok().filter(|found| found.is_file()).ok_or_else(|| missing(&file.path))?;
        if let Some(bytes) = file.bytes.filter(|bytes| *bytes != found.len()) {
            let what = format!("{} has {} bytes instead of {bytes}", shown(&file.path), found.len());
            return Err(PackageError::damaged(folder, what).into());
        }
        if let Some(checksum) = &file.checksum
            && !digest::fits(&path, checksum, monitor)?
        {
            return Err(PackageError::damaged(folder, format!("{} is not what the manifest lists", shown(&file.path))).into());
        }
    }
    Ok(())
}
