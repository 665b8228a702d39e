//! Providers as data: where a catalogue lies, what its collections hold, and how much it may be asked.
//!
//! A provider file is the JSON form of [`Provider`]:
//!
//! ```json
//! {
//!   "id": "my-stac", "title": "My catalogue",
//!   "kind": { "stac": { "url": "https://stac.example.org/v1" } },
//!   "page": 250, "filter": "cql2", "requests_per_second": 2, "parallel": 4,
//!   "collections": [{
//!     "id": "sentinel-2-l2a", "sensor": "sentinel-2-l2a",
//!     "assets": { "red": "B04", "scl": "SCL" }, "thumbnail": "thumbnail", "offset_rule": "baseline"
//!   }]
//! }
//! ```
//!
//! Only `id`, `title`, `kind` and `collections` have to be there, and of a collection `id`, `sensor` and `assets`. Where files lie in several
//! places (`alternate`), behind `s3:` or behind a login, their addresses tell who may fetch them; `access` is for those that do not.

mod asf;
mod built_in;
mod cdse;
mod demo;
mod earth_search;
mod load;
mod planetary_computer;
mod sentinel_hub;
mod usgs;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use swath_domain::{Access, AccountKind, Band, Sensor};

pub use built_in::built_in;
pub use load::{ProviderFileError, load};

/// A catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Short unique name; the first part of its scenes' ids. Letters, digits, `-`, `_` and `.`.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// Where it lies.
    pub kind: Kind,
    /// The account without which it cannot be searched.
    #[serde(default)]
    pub search_account: Option<AccountKind>,
    /// What it holds that Swath can use.
    pub collections: Vec<Collection>,
    /// Searches a second, at most; 0 for no limit.
    #[serde(default)]
    pub requests_per_second: f64,
    /// Transfers at a time, at most; 0 for the usual 8.
    #[serde(default)]
    pub parallel: usize,
    /// Items a page of a search; 0 for the usual 100.
    #[serde(default)]
    pub page: u32,
    /// In which language limits beyond area and period are sent.
    #[serde(default)]
    pub filter: FilterDialect,
}

/// How a STAC API is told to leave out scenes. It only saves pages: servers silently ignore what they do not know, so every limit is applied
/// here again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FilterDialect {
    /// The landing page tells; only the cloud cover is then filtered by.
    #[default]
    Ask,
    /// The `query` extension.
    Query,
    /// CQL2 as JSON in `filter`.
    Cql2,
    /// Nothing is sent.
    None,
}

/// Where a catalogue lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Kind {
    /// A STAC API.
    Stac {
        /// Its landing page, without `/search`.
        url: String,
    },
    /// The OData API of the Copernicus Data Space Ecosystem.
    OData {
        /// Up to `/odata/v1`.
        url: String,
    },
    /// NASA's Common Metadata Repository.
    Cmr {
        /// Its root, without `/search`.
        url: String,
    },
    /// The machine-to-machine API of the USGS.
    M2m {
        /// Up to `/json/stable`.
        url: String,
    },
    /// Sentinel Hub: its catalogue and its processing.
    SentinelHub {
        /// Its root, without `/api`.
        url: String,
    },
    /// STAC files on this computer.
    Static {
        /// Folder with a `catalog.json` or `collection.json`; relative to the provider file.
        folder: PathBuf,
    },
}

/// A collection of a catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collection {
    /// As the catalogue calls it.
    pub id: String,
    /// What it is.
    pub sensor: Sensor,
    /// Asset key of each band.
    pub assets: BTreeMap<Band, String>,
    /// Asset key of a small ready-made picture.
    #[serde(default)]
    pub thumbnail: Option<String>,
    /// How the radiometric offset is decided.
    #[serde(default)]
    pub offset_rule: OffsetRule,
    /// What it takes to fetch its files.
    #[serde(default)]
    pub access: Access,
}

/// How the radiometric offset of Sentinel-2 is decided; catalogues differ in what they did to the pixels and in what they say about it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OffsetRule {
    /// The item's metadata, checked with the processing baseline, which wins where both speak and disagree.
    #[default]
    Metadata,
    /// As `metadata`, but where the item says that the offset has been applied to the pixels already, there is none.
    AppliedFlag,
    /// The processing baseline alone; the metadata are known to be wrong or missing.
    Baseline,
}

impl Provider {
    /// The sensors that it has.
    pub fn sensors(&self) -> Vec<Sensor> {
        Sensor::ALL.into_iter().filter(|sensor| self.collections.iter().any(|c| c.sensor == *sensor)).collect()
    }
}
