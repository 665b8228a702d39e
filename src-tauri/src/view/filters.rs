//! Limits on scenes, beyond area, period, sensor and cloud.

use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use swath_domain::{Band, Filters, MonthDay, OrbitDirection, Season, Tier};

use super::{BandName, ErrorCode, IpcError, OrbitName, TierName, search::dates};

/// What is empty or null limits nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FiltersView {
    /// Only days in one of these.
    pub periods: Vec<PeriodView>,
    /// Only days in this part of each year.
    pub season: Option<SeasonView>,
    /// Least share of the area that a scene covers, 0 to 1.
    #[specta(type = Option<Number>)]
    pub min_coverage: Option<f64>,
    /// Least share of the area that is clear in a scene, 0 to 1.
    #[specta(type = Option<Number>)]
    pub min_clear: Option<f64>,
    /// Satellites, as `sentinel-2b`.
    pub platforms: Vec<String>,
    /// Which way the satellite flew.
    #[specta(type = Option<OrbitName>)]
    pub orbit_direction: Option<OrbitDirection>,
    /// Numbers of ground tracks.
    pub relative_orbits: Vec<u16>,
    /// Polarisations that a radar scene must all have.
    #[specta(type = Vec<BandName>)]
    pub polarisations: Vec<Band>,
    /// Tiers of Landsat.
    #[specta(type = Vec<TierName>)]
    pub tiers: Vec<Tier>,
    /// MGRS tiles, or path and row.
    pub tiles: Vec<String>,
    /// Names of products; `*` stands for anything.
    pub names: Vec<String>,
}

/// Days, both included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PeriodView {
    /// First.
    pub from: String,
    /// Last.
    pub to: String,
}

/// Days of each year, both included, `MM-DD`; may run over the new year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SeasonView {
    /// First.
    pub from: String,
    /// Last.
    pub to: String,
}

impl FiltersView {
    /// Checked.
    pub fn to_filters(&self) -> Result<Filters, IpcError> {
        for (what, share) in [("coverage", self.min_coverage), ("share of clear ground", self.min_clear)] {
            if share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
                let message = format!("the least {what} is a share: choose a number from 0 to 1");
                return Err(IpcError::new(ErrorCode::InvalidRecipe, message));
            }
        }
        if let Some(band) = self.polarisations.iter().find(|band| !matches!(band, Band::Vv | Band::Vh | Band::Hh | Band::Hv)) {
            let message = format!("{band} is no polarisation: choose from vv, vh, hh and hv");
            return Err(IpcError::new(ErrorCode::InvalidRecipe, message));
        }
        let season = self.season.as_ref().map(|season| Ok::<_, IpcError>(Season { from: day(&season.from)?, to: day(&season.to)? }));
        Ok(Filters {
            periods: self.periods.iter().map(|period| dates(&period.from, &period.to)).collect::<Result<_, _>>()?,
            season: season.transpose()?,
            min_coverage: self.min_coverage,
            min_clear: self.min_clear,
            platforms: words(&self.platforms),
            orbit_direction: self.orbit_direction,
            relative_orbits: self.relative_orbits.clone(),
            polarisations: self.polarisations.clone(),
            tiers: self.tiers.clone(),
            tiles: words(&self.tiles),
            names: words(&self.names),
        })
    }
}

fn day(text: &str) -> Result<MonthDay, IpcError> {
    MonthDay::try_from(text.to_owned()).map_err(|why| IpcError::new(ErrorCode::InvalidDates, why))
}

/// What was typed, without the blanks around it and without empty lines.
fn words(typed: &[String]) -> Vec<String> {
    typed.iter().map(|word| word.trim()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
