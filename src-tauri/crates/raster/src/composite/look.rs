//! One look at the ground as composites take it.

use swath_domain::Sensor;

/// Pixels of one look.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LookPixels {
    /// Its number among the looks of the job, from 1, in order of time.
    pub number: u16,
    /// One vector per band, row by row; 0 where masked or missing.
    pub bands: Vec<Vec<u16>>,
    /// Distance to the nearest pixel that cannot be used, in units of 20 m rounded down, capped at 255; 0 where the pixel itself cannot be
    /// used. Empty: unknown, which counts as 255 everywhere.
    pub distance: Vec<u8>,
    /// What is known about the look as a whole.
    pub about: About,
}

/// What is known about a look as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// Days since 1970-01-01.
    pub day: i32,
    /// Whose look it is.
    pub sensor: Sensor,
    /// Degrees from the vertical.
    pub view_zenith: Option<f32>,
    /// Share of the area that is cloud, 0 to 1.
    pub cloud_share: f32,
}

impl Default for About {
    fn default() -> Self {
        Self { day: 0, sensor: Sensor::Sentinel2L2a, view_zenith: None, cloud_share: 0.0 }
    }
}
