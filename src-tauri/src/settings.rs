//! Settings: kept in the library, checked when they are set, applied at once.

use jiff::civil::Time;
use swath_library::Library;
use swath_pipeline::{Hours, Limits, TransferRules};

use crate::view::{ErrorCode, HoursView, IpcError, Language, LimitsView, Settings, Theme, TransferSettings};

/// Key of the settings in the library.
const KEY: &str = "window";

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::System,
            theme: Theme::System,
            basemap: "offline".to_owned(),
            limits: LimitsView::from(Limits::default()),
            keep_cache_gb: 20.0,
            disabled_providers: Vec::new(),
            transfers: TransferSettings { parallel: 3, bandwidth_mb_per_s: None, hours: None, notify: true },
        }
    }
}

/// The settings as they were last set. What cannot be read, for instance after a newer version wrote it, gives way to the defaults.
pub fn load(library: &Library) -> Settings {
    match library.settings().get(KEY) {
        Ok(Some(value)) => serde_json::from_value(completed(value)).unwrap_or_else(|error| {
            tracing::warn!(%error, "the settings cannot be read; the defaults are used");
            Settings::default()
        }),
        Ok(None) => Settings::default(),
        Err(error) => {
            tracing::warn!(%error, "the settings cannot be read; the defaults are used");
            Settings::default()
        }
    }
}

/// Settings that an older version kept, with the defaults of those that it did not know.
fn completed(mut kept: serde_json::Value) -> serde_json::Value {
    if let (Some(kept), Ok(serde_json::Value::Object(defaults))) = (kept.as_object_mut(), serde_json::to_value(Settings::default())) {
        for (key, value) in defaults {
            kept.entry(key).or_insert(value);
        }
    }
    kept
}

/// Keeps the settings.
///
/// # Errors
/// Numbers out of range, and a library that cannot be written.
pub fn save(library: &Library, settings: &Settings) -> Result<(), IpcError> {
    check(settings)?;
    let value = serde_json::to_value(settings).map_err(|e| IpcError::new(ErrorCode::Internal, e.to_string()))?;
    Ok(library.settings().set(KEY, &value)?)
}

fn check(settings: &Settings) -> Result<(), IpcError> {
    let LimitsView { network, cpu, disk, memory_mb } = settings.limits;
    let ranges = [
        ("requests at a time", network, 1..=64),
        ("blocks at a time", cpu, 1..=256),
        ("files written at a time", disk, 1..=16),
        ("memory in MB", memory_mb, 256..=1_048_576),
    ];
    for (what, value, range) in ranges {
        if !range.contains(&value) {
            let message = format!("{what} cannot be {value}: choose a number from {} to {}", range.start(), range.end());
            return Err(IpcError::new(ErrorCode::Internal, message));
        }
    }
    if !(settings.keep_cache_gb >= 0.0 && settings.keep_cache_gb <= 100_000.0) {
        return Err(IpcError::new(ErrorCode::Internal, "the size of the cache must be 0 to 100 000 GB"));
    }
    check_transfers(&settings.transfers)
}

fn check_transfers(transfers: &TransferSettings) -> Result<(), IpcError> {
    let wrong = |message: String| Err(IpcError::new(ErrorCode::Internal, message));
    if !(1..=16).contains(&transfers.parallel) {
        return wrong(format!("transfers at a time cannot be {}: choose a number from 1 to 16", transfers.parallel));
    }
    // Also refuses what is no number.
    if let Some(limit) = transfers.bandwidth_mb_per_s.filter(|limit| !(0.01..=100_000.0).contains(limit)) {
        return wrong(format!("transfers cannot be limited to {limit} MB/s: choose a number from 0.01 to 100 000, or no limit"));
    }
    match &transfers.hours {
        Some(hours) if self::hours(hours).is_none() => {
            wrong(format!("`{}` to `{}` are no hours of a day: write them as 22:00 and 06:00", hours.from, hours.to))
        }
        _ => Ok(()),
    }
}

/// What the engine makes of it.
pub fn transfer_rules(transfers: &TransferSettings) -> TransferRules {
    TransferRules {
        parallel: transfers.parallel as usize,
        bandwidth: transfers.bandwidth_mb_per_s.map(|limit| (limit * 1e6) as u64),
        hours: transfers.hours.as_ref().and_then(hours),
    }
}

fn hours(HoursView { from, to }: &HoursView) -> Option<Hours> {
    let time = |text: &str| Time::strptime("%H:%M", text).ok();
    Some(Hours { from: time(from)?, to: time(to)? })
}

/// Bytes that the cache may take up.
pub fn cache_bytes(settings: &Settings) -> u64 {
    (settings.keep_cache_gb * 1e9) as u64
}

impl From<Limits> for LimitsView {
    fn from(limits: Limits) -> Self {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            network: number(limits.network),
            cpu: number(limits.cpu),
            disk: number(limits.disk),
            memory_mb: u32::try_from(limits.memory >> 20).unwrap_or(u32::MAX),
        }
    }
}

impl From<LimitsView> for Limits {
    fn from(limits: LimitsView) -> Self {
        Self {
            network: limits.network as usize,
            cpu: limits.cpu as usize,
            disk: limits.disk as usize,
            memory: u64::from(limits.memory_mb) << 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_an_older_version_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let library = Library::open(folder.path()).unwrap();
        let mut old = serde_json::to_value(Settings { keep_cache_gb: 7.0, ..Settings::default() }).unwrap();
        old.as_object_mut().unwrap().remove("disabledProviders").unwrap();
        library.settings().set(KEY, &old).unwrap();
        assert_eq!(load(&library), Settings { keep_cache_gb: 7.0, ..Settings::default() });
        library.settings().set(KEY, &serde_json::json!([1])).unwrap();
        assert_eq!(load(&library), Settings::default());
    }
}
