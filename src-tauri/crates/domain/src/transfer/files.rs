//! The files of a transfer, and where each of them lies.

use serde::{Deserialize, Serialize};

use crate::{Access, Asset, Checksum};

/// One file that is to be fetched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileOrder {
    /// Where it goes, inside the folder of its transfer, with `/` between the parts. Never absolute, never with `..`.
    pub path: String,
    /// What it has to be.
    pub kind: FileKind,
    /// Where it lies, best first. Each is the same file, or as good.
    pub sources: Vec<FileSource>,
}

/// One place where a file lies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileSource {
    /// Address without a signature or a token; `m2m:dataset/entity` for what the USGS gives an address for when asked.
    pub href: String,
    /// Id of the catalogue that named it.
    pub provider: String,
    /// What it takes to fetch it.
    pub access: Access,
    /// Length in bytes, when the catalogue says it.
    pub size: Option<u64>,
    /// Digest, when the catalogue says it.
    pub checksum: Option<Checksum>,
}

/// What a file has to be, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// TIFF or BigTIFF.
    Tiff,
    /// JPEG 2000.
    Jp2,
    /// Zip.
    Zip,
    /// Tar, not compressed.
    Tar,
    /// Gzip, such as a compressed tar.
    Gzip,
    /// A document of a product, such as its manifest.
    Xml,
    /// Anything.
    Any,
}

impl FileKind {
    /// By the end of a name or address.
    pub fn of_name(name: &str) -> Self {
        let name = name.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        match name.rsplit('.').next().unwrap_or_default() {
            "tif" | "tiff" => FileKind::Tiff,
            "jp2" => FileKind::Jp2,
            "zip" => FileKind::Zip,
            "tar" => FileKind::Tar,
            "gz" | "tgz" => FileKind::Gzip,
            "xml" | "safe" => FileKind::Xml,
            _ => FileKind::Any,
        }
    }
}

impl FileSource {
    /// The place that an asset names.
    pub fn of(asset: &Asset) -> Self {
        Self {
            href: asset.href.clone(),
            provider: asset.provider.clone(),
            access: asset.access,
            size: asset.size,
            checksum: asset.checksum.clone(),
        }
    }
}
