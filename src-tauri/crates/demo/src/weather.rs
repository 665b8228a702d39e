//! How cloudy each date is, which way the wind blows, and where the swath ends.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use swath_domain::Sun;

use crate::noise::{hash, unit};
use crate::sun::sun;
use crate::{DemoError, DemoOptions};

/// What is known about one date before any pixel is made.
#[derive(Debug, Clone)]
pub(crate) struct Weather {
    /// Place in the series, from 0.
    pub(crate) index: u32,
    pub(crate) moment: Timestamp,
    pub(crate) sun: Sun,
    /// Share of the area under cumulus, 0 to 1.
    pub(crate) cumulus: f64,
    /// Share of the area under cirrus, 0 to 1.
    pub(crate) cirrus: f64,
    /// Height of the cumulus above the ground, metres.
    pub(crate) height: f64,
    /// How far the air has travelled since the first date, metres east and north.
    pub(crate) drift: (f64, f64),
    /// The edge of the swath.
    pub(crate) edge: Option<Edge>,
    /// From -1 at the first date to 1 at the last.
    pub(crate) season: f32,
}

/// A straight edge of the swath: pixels beyond it are missing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Edge {
    /// Where it crosses the middle row, as a share of the width.
    pub(crate) middle: f64,
    /// Whether the east is missing; else the west.
    pub(crate) east: bool,
}

impl Edge {
    /// The orbit's inclination and the turning of the earth tilt the edge: eastings grow so much per northing.
    const TILT: f64 = 0.22;

    /// Where the edge crosses a height (0 south to 1 north), as a share of the width.
    pub(crate) fn at(self, v: f64) -> f64 {
        self.middle + Self::TILT * (v - 0.5)
    }

    /// Whether a place (shares of the width from the west and of the height from the south) was not seen.
    pub(crate) fn hides(self, u: f64, v: f64) -> bool {
        (u > self.at(v)) == self.east
    }
}

/// Weather of the whole series.
pub(crate) fn weather(options: &DemoOptions, lon: f64, lat: f64) -> Result<Vec<Weather>, DemoError> {
    let days = options.days()?;
    let seed = (options.seed ^ options.seed >> 32) as u32 ^ 0x57E4_7AE5;
    let covers = covers(options, seed);
    let veils = ranks(options.dates, seed ^ 3);
    let cuts = ranks(options.dates, seed ^ 4);
    let side = f64::from(options.pixels) * 10.0;
    let bearing = f64::from(unit(hash(seed, 0, 1))) * std::f64::consts::TAU;
    let middle = f64::from(options.dates - 1) / 2.0;
    let date = |(i, day): (usize, Date)| {
        let index = i as u32;
        let dice = |n: i32| f64::from(unit(hash(seed, 100 + i as i32, n)));
        let moment = moment(day, (dice(1) * 1200.0) as i64)?;
        let cover = covers[i];
        // One date in four or so has a veil of cirrus; it takes the better part of that date's cloud.
        let veiled = veils[i] * 4 < options.dates && (0.05..0.85).contains(&cover);
        let cut = options.nodata_edges && cuts[i] * 4 < options.dates && options.dates > 1;
        let missing = 0.12 + 0.38 * dice(4);
        let east = dice(5) < 0.5;
        // Between two dates the air moves by a part of the area and turns a little.
        let (step, turn) = (0.37 * side * f64::from(index), bearing + 0.05 * f64::from(index));
        Ok(Weather {
            index,
            moment,
            sun: sun(moment, lon, lat),
            cumulus: if veiled { 0.3 * cover } else { cover },
            cirrus: if veiled { 0.7 * cover / (1.0 - 0.3 * cover) } else { 0.0 },
            height: 700.0 + 900.0 * dice(3),
            drift: (step * turn.cos(), step * turn.sin()),
            edge: cut.then_some(Edge { middle: if east { 1.0 - missing } else { missing }, east }),
            season: if middle > 0.0 { ((f64::from(index) - middle) / middle) as f32 } else { 0.0 },
        })
    };
    days.into_iter().enumerate().map(date).collect()
}

/// Local time of Sentinel-2 at the equator is about half past ten; passes of one place differ by some minutes.
fn moment(day: Date, seconds: i64) -> Result<Timestamp, DemoError> {
    let start = day.at(10, 26, 0, 0).to_zoned(TimeZone::UTC).map_err(|e| DemoError::Catalogue(e.to_string()))?;
    Ok(start.timestamp() + jiff::SignedDuration::from_secs(seconds))
}

/// Cover of each date: from clear to overcast, with the wanted mean. `q^k` over evenly spread `q` has the mean `1 / (k + 1)`.
fn covers(options: &DemoOptions, seed: u32) -> Vec<f64> {
    let (n, mean) = (options.dates, options.cloud);
    let power = (1.0 - mean) / mean.max(1e-6);
    let cover = |rank: u32| {
        let c = ((f64::from(rank) + 0.5) / f64::from(n)).powf(power);
        if mean <= 0.0 || c < 0.03 && n > 1 { 0.0 } else { c }
    };
    ranks(n, seed ^ 2).into_iter().map(cover).collect()
}

/// A shuffle of 0 to n - 1.
fn ranks(n: u32, seed: u32) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n).collect();
    for i in (1..n as usize).rev() {
        order.swap(i, hash(seed, i as i32, 0) as usize % (i + 1));
    }
    order
}
