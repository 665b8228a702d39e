//! Where the sun stands, to a tenth of a degree: enough to lay shadows and to fill the metadata.

use jiff::{Timestamp, tz::TimeZone};
use swath_domain::Sun;

/// Position at a moment and place (degrees). Formulae of the Astronomical Almanac's low-precision sun.
pub(crate) fn sun(moment: Timestamp, lon: f64, lat: f64) -> Sun {
    let days = moment.as_second() as f64 / 86_400.0 - 10_957.5; // since J2000
    let mean = (357.529 + 0.985_600_28 * days).to_radians();
    let longitude = (280.459 + 0.985_647_36 * days + 1.915 * mean.sin() + 0.020 * (2.0 * mean).sin()).to_radians();
    let tilt = (23.439 - 0.000_000_36 * days).to_radians();
    let declination = (tilt.sin() * longitude.sin()).asin();
    let ascension = (tilt.cos() * longitude.sin()).atan2(longitude.cos());
    let sidereal = (280.460_618_37 + 360.985_647_366_29 * days + lon).to_radians();
    let (hour, lat) = (sidereal - ascension, lat.to_radians());
    let elevation = (lat.sin() * declination.sin() + lat.cos() * declination.cos() * hour.cos()).asin();
    let azimuth = (-hour.sin()).atan2(declination.tan() * lat.cos() - lat.sin() * hour.cos());
    Sun { azimuth: azimuth.to_degrees().rem_euclid(360.0), elevation: elevation.to_degrees() }
}

/// Day of the year, from 1.
pub(crate) fn day_of_year(moment: Timestamp) -> i16 {
    moment.to_zoned(TimeZone::UTC).day_of_year()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_positions() {
        for (moment, lon, lat, azimuth, elevation) in [
            // Solstice and equinox by plain geometry: the sun culminates at 90° minus the distance to its parallel.
            ("2025-06-21T12:02:00Z", 0.0, 0.0, 0.0, 66.6),
            ("2025-03-20T12:07:30Z", 0.0, 45.0, 180.0, 45.0),
            // An Earth Search item over Brazil states 46.35° and 56.10° for its tile's centre.
            ("2025-07-31T13:03:25.899Z", -39.35, -4.5, 46.35, 56.1),
        ] {
            let sun = sun(moment.parse().unwrap(), lon, lat);
            let turn = (sun.azimuth - azimuth + 180.0).rem_euclid(360.0) - 180.0;
            assert!(turn.abs() < 1.5 && (sun.elevation - elevation).abs() < 0.8, "{moment}: {sun:?}");
        }
    }
}
