//! SAFE: the folders in which products of the Sentinels come.

use std::path::Path;

use swath_domain::{Band, Checksum, Monitor, Sensor, Stop};

use crate::PackageError;

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

/// Reads a `manifest.safe`.
///
/// # Errors
/// [`PackageError::Damaged`] when it is no such document; [`PackageError::Harmful`] when a path leads out of the product.
pub fn read(text: &[u8]) -> Result<Manifest, PackageError> {
    let _ = text;
    Err(PackageError::unfinished(Path::new("manifest.safe")))
}

impl Manifest {
    /// The files of a partial product: all metadata that programs need to open it, and the given bands, each at its finest resolution.
    pub fn partial(&self, sensor: Sensor, bands: &[Band]) -> Vec<&ManifestFile> {
        let _ = (sensor, bands);
        self.files.iter().collect()
    }
}

/// Whether every file that the manifest of a SAFE folder lists is there, with its length and digest; of a partial product, given its
/// sensor and bands, those that [`Manifest::partial`] names. Reports bytes read as [`swath_domain::Report::Advanced`].
///
/// # Errors
/// [`PackageError::Damaged`] names the first file that is missing or not what it was.
pub fn check_folder(folder: &Path, part: Option<(Sensor, &[Band])>, monitor: &dyn Monitor) -> Result<(), Stop<PackageError>> {
    let _ = (part, monitor);
    Err(PackageError::unfinished(folder).into())
}

/// UTF-16 units of the longest path below the SAFE folder's parent (the folder's name included) for a product of which only the name is
/// known: for the path budget. `bands` are those of a partial product; `None` is the whole product.
pub fn longest_path(name: &str, sensor: Sensor, bands: Option<&[Band]>) -> usize {
    let _ = (sensor, bands);
    name.len() + 110
}
