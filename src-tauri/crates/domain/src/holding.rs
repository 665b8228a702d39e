//! A holding: what the library has of a scene.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Band, Scene};

/// Number of a holding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HoldingId(pub i64);

impl std::fmt::Display for HoldingId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Which part of a scene, in which form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Content {
    /// The SAFE folder, zipped.
    SafeZip,
    /// The SAFE folder.
    Safe,
    /// A SAFE folder with the files of some bands only.
    PartialSafe {
        /// Which bands, in order.
        bands: Vec<Band>,
    },
    /// Landsat's files in a tar.
    LandsatTar,
    /// Landsat's files in a folder.
    LandsatFolder,
    /// The file of a band.
    Band {
        /// Which.
        band: Band,
    },
    /// The part of a band under an area.
    Window {
        /// Which band.
        band: Band,
        /// Fingerprint of the area.
        area: String,
    },
}

impl Content {
    /// A short text that is different for different contents: `safe-zip`, `band:red`, `window:red@1f00a2…`.
    pub fn key(&self) -> String {
        match self {
            Content::SafeZip => "safe-zip".into(),
            Content::Safe => "safe".into(),
            Content::PartialSafe { bands } => {
                let names: Vec<_> = bands.iter().map(|band| band.name()).collect();
                format!("partial-safe:{}", names.join("+"))
            }
            Content::LandsatTar => "landsat-tar".into(),
            Content::LandsatFolder => "landsat-folder".into(),
            Content::Band { band } => format!("band:{}", band.name()),
            Content::Window { band, area } => format!("window:{}@{area}", band.name()),
        }
    }
}

/// What is known of the files of a holding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum HoldingState {
    /// It was whole and right when it was last looked at.
    Verified {
        /// When that was.
        at: Timestamp,
    },
    /// Nothing is where it should be: deleted or moved by someone else, or on a disk that is not there.
    Missing,
    /// The files are there and are not what they were.
    Damaged {
        /// What is wrong with them.
        why: String,
    },
}

/// One file of a holding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldFile {
    /// Path inside the holding with `/`; empty when the holding is one file.
    pub path: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

/// What the library has of a scene: one file or folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Holding {
    /// Number.
    pub id: HoldingId,
    /// Of which scene, as it was known when it was fetched.
    pub scene: Box<Scene>,
    /// What of it.
    pub content: Content,
    /// File or folder inside the library, with `/` between the parts.
    pub path: String,
    /// Bytes of all its files.
    pub bytes: u64,
    /// Catalogue that it came from.
    pub provider: String,
    /// What is known of its files.
    pub state: HoldingState,
    /// When it was published.
    pub created: Timestamp,
}
