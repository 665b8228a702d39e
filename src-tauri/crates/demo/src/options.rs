//! What the maker is told, and what it refuses.

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use swath_domain::DateRange;

use crate::DemoError;

/// How large, how long and how cloudy. Equal options give equal files, byte for byte.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DemoOptions {
    /// Side of the area in pixels of 10 m: 120 to 10 980, a multiple of 6 so that 20 m and 60 m grids fit too.
    pub pixels: u32,
    /// Number of acquisitions, 1 to 60.
    pub dates: u32,
    /// Another number, another landscape and other weather.
    pub seed: u64,
    /// Day of the first acquisition.
    pub from: Date,
    /// Days from one acquisition to the next, 1 to 60.
    pub days_between: u32,
    /// Mean share of the area under cloud over all dates, 0 to 1. Single dates lie between clear and overcast.
    pub cloud: f64,
    /// Share of the thin rims of clouds that the scene classification takes for land, 0 to 1.
    pub missed_rims: f64,
    /// Share of bright roofs that the scene classification takes for cloud, 0 to 1.
    pub commission: f64,
    /// Whether the edge of the swath cuts through some dates.
    pub nodata_edges: bool,
    /// Largest change of near-infrared reflectance from the middle of the period to one of its ends, 0 to 0.2. The truth is the land in
    /// the middle of the period; with the default the median of the clear looks stays within noise of it.
    pub phenology: f64,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self {
            pixels: 1020,
            dates: 8,
            seed: 1,
            from: jiff::civil::date(2025, 6, 1),
            days_between: 5,
            cloud: 0.35,
            missed_rims: 0.1,
            commission: 0.1,
            nodata_edges: true,
            phenology: 0.001,
        }
    }
}

/// Pieces into which the land is cut for progress and cancelling.
pub(crate) const LAND_PIECES: u32 = 8;
/// Truth layers.
pub(crate) const TRUTH_PIECES: u32 = 5;
/// Pieces of a date: the sky, the pixels, five bands, the classification, the true cloud, the item.
pub(crate) const DATE_PIECES: u32 = 10;

impl DemoOptions {
    /// How many steps [`make`](crate::make) reports in all.
    pub fn steps(&self) -> u64 {
        u64::from(LAND_PIECES + TRUTH_PIECES) + u64::from(self.dates) * u64::from(DATE_PIECES)
    }

    /// Refuses what cannot be made, naming the field and its range.
    pub fn check(&self) -> Result<(), DemoError> {
        let refuse = |field: &'static str, found: String, allowed: &'static str| Err(DemoError::Option { field, found, allowed });
        if !(120..=10_980).contains(&self.pixels) || !self.pixels.is_multiple_of(6) {
            return refuse("pixels", self.pixels.to_string(), "a multiple of 6 from 120 to 10980");
        }
        if !(1..=60).contains(&self.dates) {
            return refuse("dates", self.dates.to_string(), "1 to 60");
        }
        if !(1..=60).contains(&self.days_between) {
            return refuse("days_between", self.days_between.to_string(), "1 to 60");
        }
        for (field, value) in [("cloud", self.cloud), ("missed_rims", self.missed_rims), ("commission", self.commission)] {
            if !(0.0..=1.0).contains(&value) {
                return refuse(field, value.to_string(), "0 to 1");
            }
        }
        if !(0.0..=0.2).contains(&self.phenology) {
            return refuse("phenology", self.phenology.to_string(), "0 to 0.2");
        }
        if !(2015..=2100).contains(&self.from.year()) {
            return refuse("from", self.from.to_string(), "a day from 2015 to 2100");
        }
        Ok(())
    }

    /// Day of each acquisition.
    pub(crate) fn days(&self) -> Result<Vec<Date>, DemoError> {
        let day = |i: u32| self.from.checked_add((i64::from(i) * i64::from(self.days_between)).days());
        (0..self.dates).map(day).collect::<Result<_, _>>().map_err(|e| DemoError::Option {
            field: "from",
            found: format!("{} ({e})", self.from),
            allowed: "a day from 2015 to 2100",
        })
    }

    /// From the first acquisition to the last.
    pub(crate) fn range(&self) -> Result<DateRange, DemoError> {
        let days = self.days()?;
        let last = days.last().copied().unwrap_or(self.from);
        DateRange::new(self.from, last).map_err(|e| DemoError::Catalogue(e.to_string()))
    }
}
