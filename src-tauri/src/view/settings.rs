//! What the user may set.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

/// All settings. None of them is a secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Language of the page.
    pub language: Language,
    /// Colours of the page.
    pub theme: Theme,
    /// `offline`, or the id of an online base map.
    pub basemap: String,
    /// What may be used of the machine.
    pub limits: LimitsView,
    /// Gigabytes (10^9 bytes) that fetched ranges and pictures may take up.
    #[specta(type = Number)]
    pub keep_cache_gb: f64,
    /// Ids of the catalogues that are not asked.
    pub disabled_providers: Vec<String>,
    /// How transfers may run.
    pub transfers: TransferSettings,
}

/// How transfers may run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TransferSettings {
    /// Transfers at a time, 1 to 16.
    pub parallel: u32,
    /// Most megabytes (10^6 bytes) a second, all together; null for no limit.
    #[specta(type = Option<Number>)]
    pub bandwidth_mb_per_s: Option<f64>,
    /// The hours in which they run; null for all.
    pub hours: Option<HoursView>,
    /// Whether the desktop tells of batches that have ended and of failures.
    pub notify: bool,
}

/// Hours of every day, in local time; may run over midnight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename = "Hours")]
pub struct HoursView {
    /// When they begin, `HH:MM`.
    pub from: String,
    /// When they end, `HH:MM`.
    pub to: String,
}

/// Language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    /// As the operating system.
    System,
    /// English.
    En,
    /// Chinese.
    Zh,
}

/// Colours of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// As the operating system.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// What may be used of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename = "Limits", rename_all = "camelCase")]
pub struct LimitsView {
    /// Requests at a time, 1 to 64.
    pub network: u32,
    /// Blocks computed at a time, 1 to 256.
    pub cpu: u32,
    /// Files written at a time, 1 to 16.
    pub disk: u32,
    /// Mebibytes for blocks in work, 256 to 1 048 576.
    pub memory_mb: u32,
}
