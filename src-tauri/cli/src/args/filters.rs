//! What scenes must be like, as arguments.

use clap::Args;
use jiff::civil::Date;
use swath_domain::{Band, DateRange, Filters, MonthDay, OrbitDirection, Season, Tier};

/// Limits on the scenes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct FilterArgs {
    /// Most cloud over the whole tile, percent
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) max_cloud: Option<f64>,
    /// Least share of the area that is clear, percent; reads the masks of all scenes
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    min_clear: Option<f64>,
    /// Least share of the area that the scene covers, percent
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    min_coverage: Option<f64>,
    /// Only days in this part of each year, such as 06-01..08-31; may run over the new year
    #[arg(long, value_name = "MM-DD..MM-DD", value_parser = season)]
    season: Option<Season>,
    /// Only days in this part of the whole period, such as 2024-03-01..2024-03-31; may be given several times
    #[arg(long, value_name = "DAY..DAY", value_parser = period)]
    period: Vec<DateRange>,
    /// Satellite, such as sentinel-2b or landsat-9; may be given several times
    #[arg(long, value_name = "NAME")]
    platform: Vec<String>,
    /// Which way the satellite flew: ascending or descending
    #[arg(long, value_name = "DIRECTION", value_parser = orbit)]
    orbit: Option<OrbitDirection>,
    /// Number of the ground track; may be given several times
    #[arg(long, value_name = "N")]
    relative_orbit: Vec<u16>,
    /// Polarisation that a radar scene must have (vv, vh, hh, hv); may be given several times
    #[arg(long, value_name = "POL")]
    polarisation: Vec<Band>,
    /// Tier of Landsat: T1, T2 or RT; may be given several times
    #[arg(long, value_name = "TIER", value_parser = tier)]
    tier: Vec<Tier>,
    /// MGRS tile such as 33TWL, or path and row of Landsat such as 191/028; may be given several times
    #[arg(long, value_name = "TILE")]
    tile: Vec<String>,
    /// Name of a product, `*` for anything; may be given several times
    #[arg(long, value_name = "NAME")]
    name: Vec<String>,
}

impl FilterArgs {
    /// In the words of the domain.
    pub(crate) fn filters(&self) -> Filters {
        Filters {
            periods: self.period.clone(),
            season: self.season,
            min_coverage: self.min_coverage.map(|percent| percent / 100.0),
            min_clear: self.min_clear.map(|percent| percent / 100.0),
            platforms: self.platform.clone(),
            orbit_direction: self.orbit,
            relative_orbits: self.relative_orbit.clone(),
            polarisations: self.polarisation.clone(),
            tiers: self.tier.clone(),
            tiles: self.tile.clone(),
            names: self.name.clone(),
        }
    }
}

pub(super) fn percent(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|p| (0.0..=100.0).contains(p)).ok_or_else(|| format!("expected percent, 0 to 100, found `{text}`"))
}

fn ends<'a>(text: &'a str, like: &str) -> Result<(&'a str, &'a str), String> {
    text.split_once("..").ok_or_else(|| format!("expected two days with `..` between them, such as {like}, found `{text}`"))
}

fn season(text: &str) -> Result<Season, String> {
    let (from, to) = ends(text, "06-01..08-31")?;
    Ok(Season { from: MonthDay::try_from(from.to_owned())?, to: MonthDay::try_from(to.to_owned())? })
}

fn period(text: &str) -> Result<DateRange, String> {
    let (from, to) = ends(text, "2024-03-01..2024-03-31")?;
    let day = |text: &str| text.parse::<Date>().map_err(|_| format!("`{text}` is no day: write it as 2024-03-31"));
    DateRange::new(day(from)?, day(to)?).map_err(|error| error.to_string())
}

fn orbit(text: &str) -> Result<OrbitDirection, String> {
    match text {
        "ascending" => Ok(OrbitDirection::Ascending),
        "descending" => Ok(OrbitDirection::Descending),
        _ => Err("expected `ascending` or `descending`".into()),
    }
}

fn tier(text: &str) -> Result<Tier, String> {
    match text.to_ascii_uppercase().as_str() {
        "T1" => Ok(Tier::One),
        "T2" => Ok(Tier::Two),
        "RT" => Ok(Tier::RealTime),
        _ => Err("expected `T1`, `T2` or `RT`".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_wrong_ones_told() {
        for (text, good) in
            [("06-01..08-31", true), ("12-01..02-28", true), ("06-01", false), ("6-1..8-31", false), ("06-31..07-01", false)]
        {
            assert_eq!(season(text).is_ok(), good, "{text}");
        }
        for (text, good) in [("2024-03-01..2024-03-31", true), ("2024-03-31..2024-03-01", false), ("2024-03-01", false), ("x..y", false)] {
            assert_eq!(period(text).is_ok(), good, "{text}");
        }
        assert!(season("06-01").unwrap_err().contains("06-01..08-31"));
    }
}
