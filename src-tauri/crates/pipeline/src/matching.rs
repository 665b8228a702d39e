//! Bands of one sensor as another would have seen them.
//!
//! Sentinel-2 and Landsat 8/9 measure nearly the same bands. What is left is brought to the sensor of the image by the lines that NASA's
//! harmonised series uses (HLS v1.5, table of bandpass adjustments, mean of Sentinel-2A and 2B): OLI = slope · MSI + intercept.

use swath_domain::{Band, Sensor, Sun};

/// A change of numbers: `number * gain + offset`, of reflectance × 10 000.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Matched {
    pub(crate) gain: f64,
    pub(crate) offset: f64,
}

impl Matched {
    /// What is valid stays at least 1, and 0 stays 0.
    pub(crate) fn apply(self, pixels: &mut [u16]) {
        for pixel in pixels.iter_mut().filter(|pixel| **pixel != 0) {
            *pixel = (f64::from(*pixel) * self.gain + self.offset).round().clamp(1.0, 65_535.0) as u16;
        }
    }
}

/// From what Landsat's Level 1 stores to reflectance at the top of the atmosphere: its numbers still lack the height of the sun.
pub(crate) fn sun(sensor: Sensor, sun: Option<Sun>, band: Band) -> Option<Matched> {
    let height = sun?.elevation.to_radians().sin();
    let lit = sensor == Sensor::LandsatC2L1 && band != Band::Lwir11 && height > 0.0;
    lit.then_some(Matched { gain: 1.0 / height, offset: 0.0 })
}

/// From one sensor to another; `None` where there is nothing to change.
pub(crate) fn between(from: Sensor, to: Sensor, band: Band) -> Option<Matched> {
    let (slope, intercept) = line(band)?;
    match (is_msi(from)?, is_msi(to)?) {
        (true, false) => Some(Matched { gain: slope, offset: intercept * 10_000.0 }),
        (false, true) => Some(Matched { gain: 1.0 / slope, offset: -intercept * 10_000.0 / slope }),
        _ => None,
    }
}

fn is_msi(sensor: Sensor) -> Option<bool> {
    match sensor {
        Sensor::Sentinel2L1c | Sensor::Sentinel2L2a => Some(true),
        Sensor::LandsatC2L1 | Sensor::LandsatC2L2 => Some(false),
        Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc => None,
    }
}

/// Slope and intercept (reflectance) from MSI to OLI.
fn line(band: Band) -> Option<(f64, f64)> {
    Some(match band {
        Band::Coastal => (0.9959, -0.0002),
        Band::Blue => (0.9778, -0.0040),
        Band::Green => (1.0064, -0.000_85),
        Band::Red => (0.9763, 0.000_95),
        Band::Nir | Band::Nir08 => (0.997_45, -0.000_05),
        Band::Swir16 => (0.999_35, -0.0007),
        Band::Swir22 => (0.994_85, -0.0004),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back_is_the_same_and_like_sensors_stay() {
        for band in [Band::Blue, Band::Red, Band::Nir, Band::Swir22] {
            let mut pixels: Vec<u16> = vec![0, 500, 1200, 3000, 9000];
            between(Sensor::Sentinel2L2a, Sensor::LandsatC2L2, band).unwrap().apply(&mut pixels);
            assert_ne!(pixels, [0, 500, 1200, 3000, 9000], "{band}");
            between(Sensor::LandsatC2L2, Sensor::Sentinel2L2a, band).unwrap().apply(&mut pixels);
            for (back, was) in pixels.iter().zip([0u16, 500, 1200, 3000, 9000]) {
                assert!(back.abs_diff(was) <= 1, "{band}: {back} {was}");
            }
        }
        assert_eq!(between(Sensor::Sentinel2L2a, Sensor::Sentinel2L2a, Band::Red), None);
        assert_eq!(between(Sensor::Sentinel2L2a, Sensor::LandsatC2L2, Band::RedEdge1), None);
        let low = Some(Sun { azimuth: 150.0, elevation: 30.0 });
        let mut pixels = vec![0, 1000];
        sun(Sensor::LandsatC2L1, low, Band::Red).unwrap().apply(&mut pixels);
        assert_eq!(pixels, [0, 2000], "half the light at 30 degrees");
        assert_eq!(sun(Sensor::LandsatC2L2, low, Band::Red), None, "surface reflectance knows the sun");
        assert_eq!(between(Sensor::Sentinel1Rtc, Sensor::LandsatC2L2, Band::Red), None);
    }
}
