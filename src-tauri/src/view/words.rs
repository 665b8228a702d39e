//! Errors, numbers and words.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

/// Why a command failed, for people and for the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct IpcError {
    /// What the page acts on.
    pub code: ErrorCode,
    /// What happened, why, and what to do.
    pub message: String,
    /// Longer words, shown on request.
    pub detail: Option<String>,
}

/// There is a code only where the page does something of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// The area is no valid area.
    InvalidArea,
    /// The period is no valid period.
    InvalidDates,
    /// The choices do not make a recipe.
    InvalidRecipe,
    /// There is no scene to work with.
    NoScenes,
    /// A catalogue or file server failed.
    ProviderFailed,
    /// No connection.
    Offline,
    /// It is not there, or no longer.
    NotFound,
    /// No space left.
    DiskFull,
    /// An account is missing or is not accepted.
    NeedsAccount,
    /// A download that something stands in the way of: its pre-flight says what.
    Refused,
    /// Overtaken by a newer request, or stopped.
    Cancelled,
    /// Anything else.
    Internal,
}

impl ErrorCode {
    /// From the words that the lower crates use.
    pub(crate) fn of(word: &str) -> Self {
        match word {
            "invalid-area" => Self::InvalidArea,
            "invalid-dates" => Self::InvalidDates,
            "invalid-recipe" => Self::InvalidRecipe,
            "no-scenes" => Self::NoScenes,
            "provider-failed" | "not-that-file" | "unsupported" => Self::ProviderFailed,
            "offline" => Self::Offline,
            "not-found" => Self::NotFound,
            "disk-full" => Self::DiskFull,
            "needs-account" => Self::NeedsAccount,
            "refused" => Self::Refused,
            "cancelled" => Self::Cancelled,
            _ => Self::Internal,
        }
    }
}

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(transparent)]
pub struct Bytes(#[specta(type = Number)] pub u64);

/// Numbers of the library's rows: plain numbers for the page, which cannot be mixed up here.
macro_rules! numbers {
    ($($(#[$attr:meta])* $name:ident)*) => {
        $(
            $(#[$attr])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
            #[serde(transparent)]
            pub struct $name(#[specta(type = Number)] pub i64);

            impl From<$name> for swath_domain::$name {
                fn from($name(number): $name) -> Self {
                    Self(number)
                }
            }

            impl From<swath_domain::$name> for $name {
                fn from(swath_domain::$name(number): swath_domain::$name) -> Self {
                    Self(number)
                }
            }
        )*
    };
}

numbers! {
    /// Number of a job.
    JobId
    /// Number of a product.
    ProductId
    /// Number of a transfer.
    TransferId
    /// Number of a batch of transfers.
    BatchId
    /// Number of what the library has of a scene.
    HoldingId
}

/// The domain's words go over the wire as the domain writes them; these enums only tell the page which there are.
macro_rules! names {
    ($($(#[$attr:meta])* $name:ident as $shown:literal { $($variant:ident $text:literal),* $(,)? })*) => {
        $(
            $(#[$attr])*
            #[derive(Serialize, Type)]
            #[serde(rename = $shown)]
            #[allow(dead_code, reason = "only its description is used")]
            pub(crate) enum $name { $(#[serde(rename = $text)] $variant),* }

            #[cfg(test)]
            impl $name {
                const WORDS: &[&str] = &[$($text),*];
            }
        )*
    };
}

names! {
    /// [`swath_domain::Sensor`]
    SensorName as "Sensor" {
        S2L2a "sentinel-2-l2a", S2L1c "sentinel-2-l1c", LandsatL2 "landsat-c2-l2", LandsatL1 "landsat-c2-l1",
        S1Grd "sentinel-1-grd", S1Rtc "sentinel-1-rtc",
    }
    /// [`swath_domain::Band`] without the layers that hold classes, which are no bands of an image.
    BandName as "Band" {
        Coastal "coastal", Blue "blue", Green "green", Red "red", RedEdge1 "rededge1", RedEdge2 "rededge2", RedEdge3 "rededge3",
        Nir "nir", Nir08 "nir08", Nir09 "nir09", Cirrus "cirrus", Swir16 "swir16", Swir22 "swir22", Pan "pan", Lwir11 "lwir11",
        Vv "vv", Vh "vh", Hh "hh", Hv "hv",
    }
    /// [`swath_domain::Band`], all of them: what can be downloaded is more than what an image is made of.
    LayerName as "Layer" {
        Coastal "coastal", Blue "blue", Green "green", Red "red", RedEdge1 "rededge1", RedEdge2 "rededge2", RedEdge3 "rededge3",
        Nir "nir", Nir08 "nir08", Nir09 "nir09", Cirrus "cirrus", Swir16 "swir16", Swir22 "swir22", Pan "pan", Lwir11 "lwir11",
        Vv "vv", Vh "vh", Hh "hh", Hv "hv", Scl "scl", QaPixel "qa-pixel", QaRadsat "qa-radsat", QaAerosol "qa-aerosol",
        CloudProbability "cloud-probability", SnowProbability "snow-probability",
    }
    /// [`swath_domain::JobState`]
    JobStateName as "JobState" {
        Queued "queued", Running "running", Paused "paused", Succeeded "succeeded", Failed "failed", Cancelled "cancelled",
        Interrupted "interrupted",
    }
    /// [`swath_domain::Stage`]
    StageName as "Stage" { Search "search", Masks "masks", Blocks "blocks", Write "write", Publish "publish" }
    /// [`swath_domain::AccountKind`]
    AccountName as "AccountKind" {
        Cdse "cdse", CdseS3 "cdse-s3", SentinelHub "sentinel-hub", Usgs "usgs", Earthdata "earthdata", Aws "aws",
    }
    /// [`swath_domain::OrbitDirection`]
    OrbitName as "OrbitDirection" { Ascending "ascending", Descending "descending" }
    /// [`swath_domain::Tier`], from provisional to best.
    TierName as "Tier" { RealTime "RT", Two "T2", One "T1" }
    /// [`swath_domain::PackageForm`]
    FormName as "PackageForm" { SafeZip "safe-zip", SafeNodes "safe-nodes", SafeS3 "safe-s3", LandsatTar "landsat-tar" }
    /// [`swath_domain::TransferState`]
    TransferStateName as "TransferState" {
        Queued "queued", Running "running", Paused "paused", Succeeded "succeeded", Failed "failed", Cancelled "cancelled",
    }
    /// [`swath_domain::TransferStage`]
    TransferStageName as "TransferStage" {
        Resolve "resolve", Fetch "fetch", Check "check", Clip "clip", Unpack "unpack", Publish "publish",
    }
}

#[cfg(test)]
mod tests {
    use swath_domain::{AccountKind, Band, JobState, OrbitDirection, PackageForm, Sensor, Stage, Tier, TransferStage, TransferState};

    use super::*;

    #[test]
    fn the_page_is_told_every_word_of_the_domain() {
        fn check<T: Serialize>(told: &[&str], words: impl IntoIterator<Item = T>) {
            let words: Vec<_> = words.into_iter().map(|word| serde_json::to_value(word).unwrap()).collect();
            assert_eq!(told, words, "in this order, without a gap");
        }
        check(SensorName::WORDS, Sensor::ALL);
        check(BandName::WORDS, Band::ALL.iter().filter(|band| !band.is_classification()));
        check(LayerName::WORDS, Band::ALL);
        check(JobStateName::WORDS, JobState::ALL);
        check(StageName::WORDS, Stage::ALL);
        check(AccountName::WORDS, AccountKind::ALL);
        check(OrbitName::WORDS, [OrbitDirection::Ascending, OrbitDirection::Descending]);
        check(TierName::WORDS, [Tier::RealTime, Tier::Two, Tier::One]);
        check(FormName::WORDS, [PackageForm::SafeZip, PackageForm::SafeNodes, PackageForm::SafeS3, PackageForm::LandsatTar]);
        check(TransferStateName::WORDS, TransferState::ALL);
        check(TransferStageName::WORDS, TransferStage::ALL);
    }
}
