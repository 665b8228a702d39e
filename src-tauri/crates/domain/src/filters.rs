//! What a scene must be like, beyond area, period and sensor.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Aoi, Band, DateRange, OrbitDirection, Scene, Sensor, Tier};

/// Limits on the scenes of a search. What is empty or absent limits nothing.
///
/// A limit on something that a sensor does not have (the polarisation of an optical scene) does not apply to it; a scene that should say it
/// and does not is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Filters {
    /// Only days in one of these parts of the period.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub periods: Vec<DateRange>,
    /// Only days in this part of each year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub season: Option<Season>,
    /// Least share of the area that the scene's outline covers, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1))]
    pub min_coverage: Option<f64>,
    /// Least share of the area that is clear in the scene, 0 to 1; read from its mask. Scenes without a mask are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1))]
    pub min_clear: Option<f64>,
    /// Satellites, as in `sentinel-2b` or `landsat-9`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<String>,
    /// Which way the satellite flew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orbit_direction: Option<OrbitDirection>,
    /// Numbers of ground tracks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relative_orbits: Vec<u16>,
    /// Polarisations that a radar scene must all have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub polarisations: Vec<Band>,
    /// Tiers of Landsat.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<Tier>,
    /// MGRS tiles (`33TWL`) for Sentinel-2, path and row (`191028`) for Landsat.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiles: Vec<String>,
    /// Names of products; `*` stands for anything.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// A part of the year, both days included; it may run over the new year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Season {
    /// First day.
    pub from: MonthDay,
    /// Last day.
    pub to: MonthDay,
}

/// A day of the year, written `MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MonthDay {
    month: i8,
    day: i8,
}

impl JsonSchema for MonthDay {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "MonthDay".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9]{2}-[0-9]{2}$", "description": "A day of the year, `MM-DD`." })
    }
}

impl MonthDay {
    /// Its number in a year with a 29 February, from 1 to 366.
    pub fn of_year(self) -> i16 {
        jiff::civil::Date::new(2024, self.month, self.day).map_or(1, |date| date.day_of_year())
    }
}

impl TryFrom<String> for MonthDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no day of the year: write it as 06-30");
        let (month, day) = text.split_once('-').filter(|_| text.len() == 5).ok_or_else(wrong)?;
        let (month, day) = (month.parse().map_err(|_| wrong())?, day.parse().map_err(|_| wrong())?);
        // A leap year, so that 29 February can be named.
        jiff::civil::Date::new(2024, month, day).map_err(|_| wrong())?;
        Ok(Self { month, day })
    }
}

impl From<MonthDay> for String {
    fn from(MonthDay { month, day }: MonthDay) -> Self {
        format!("{month:02}-{day:02}")
    }
}

impl Season {
    /// Whether a moment falls on one of its days, in UTC.
    pub fn contains(&self, moment: Timestamp) -> bool {
        let date = moment.to_zoned(TimeZone::UTC).date();
        let day = MonthDay { month: date.month(), day: date.day() };
        if self.from <= self.to { self.from <= day && day <= self.to } else { day >= self.from || day <= self.to }
    }

    /// Its stretches within a period, one or two a year.
    fn within(&self, period: DateRange) -> Vec<DateRange> {
        // 29 February ends a season on the 28th and begins one on 1 March where there is none.
        let first = |year: i16, day: MonthDay| {
            let date = jiff::civil::Date::new(year, day.month, day.day);
            date.or_else(|_| jiff::civil::Date::new(year, 3, 1)).ok()
        };
        let last = |year: i16, day: MonthDay| {
            let date = jiff::civil::Date::new(year, day.month, day.day);
            date.or_else(|_| jiff::civil::Date::new(year, 2, 28)).ok()
        };
        let over = i16::from(self.from > self.to);
        let years = period.from().year() - over..=period.to().year();
        let stretches = years.filter_map(|year| DateRange::new(first(year, self.from)?, last(year + over, self.to)?).ok());
        stretches.filter_map(|stretch| stretch.intersection(period)).collect()
    }
}

impl Filters {
    /// The stretches of a period that can hold a scene, in order and without overlaps: what a server is asked for.
    pub fn spans(&self, period: DateRange) -> Vec<DateRange> {
        let seasonal = match self.season {
            Some(season) => season.within(period),
            None => vec![period],
        };
        let parts: Vec<DateRange> = match self.periods.as_slice() {
            [] => seasonal,
            periods => seasonal.iter().flat_map(|stretch| periods.iter().filter_map(|part| part.intersection(*stretch))).collect(),
        };
        DateRange::union(parts)
    }

    /// Whether a scene passes. [`Filters::min_clear`] is not looked at: it needs the scene's mask.
    pub fn accepts(&self, scene: &Scene, area: &Aoi) -> bool {
        let radar = matches!(scene.sensor, Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc);
        let landsat = matches!(scene.sensor, Sensor::LandsatC2L1 | Sensor::LandsatC2L2);
        let day = scene.datetime.to_zoned(TimeZone::UTC).date();
        let tile_of_sensor = |tile: &str| !radar && (tile.chars().all(|c| c.is_ascii_digit()) == landsat);
        let tiles: Vec<_> = self.tiles.iter().map(|tile| plain_tile(tile)).filter(|tile| tile_of_sensor(tile)).collect();
        (self.periods.is_empty() || self.periods.iter().any(|part| part.from() <= day && day <= part.to()))
            && self.season.is_none_or(|season| season.contains(scene.datetime))
            && self.min_coverage.is_none_or(|least| area.coverage_by(&scene.footprint) >= least)
            && (self.platforms.is_empty() || self.platforms.contains(&scene.platform))
            && self.orbit_direction.is_none_or(|wanted| scene.orbit_direction == Some(wanted))
            && (landsat || self.relative_orbits.is_empty() || scene.relative_orbit.is_some_and(|o| self.relative_orbits.contains(&o)))
            && (!radar || self.polarisations.iter().all(|band| scene.polarisations.contains(band)))
            && (!landsat || self.tiers.is_empty() || scene.tier.is_some_and(|tier| self.tiers.contains(&tier)))
            && (tiles.is_empty() || scene.tile.as_ref().is_some_and(|tile| tiles.contains(tile)))
            && (self.names.is_empty() || self.names.iter().any(|pattern| named(scene, pattern)))
    }
}

/// `T33TWL` → `33TWL`, `191/028` → `191028`, in capitals.
fn plain_tile(tile: &str) -> String {
    let plain: String = tile.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    let plain = plain.strip_prefix('T').map_or(plain.clone(), str::to_owned);
    // A zone of one digit.
    if plain.len() == 4 && plain.as_bytes()[0].is_ascii_digit() && plain.as_bytes()[1].is_ascii_alphabetic() {
        format!("0{plain}")
    } else {
        plain
    }
}

fn named(scene: &Scene, pattern: &str) -> bool {
    let pattern = pattern.trim().trim_end_matches(".SAFE");
    scene.name.as_deref().is_some_and(|name| like(name, pattern)) || like(scene.id.item(), pattern)
}

/// Whether a text is as a pattern with `*` for anything, in any case.
fn like(text: &str, pattern: &str) -> bool {
    let (text, pattern) = (text.to_ascii_lowercase(), pattern.to_ascii_lowercase());
    let Some((start, rest)) = pattern.split_once('*') else { return text == pattern };
    let Some(mut left) = text.strip_prefix(start) else { return false };
    let mut parts: Vec<_> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.ends_with(end)
}

#[cfg(test)]
mod tests;
