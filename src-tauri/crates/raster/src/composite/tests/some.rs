//! Looks to compose, and every method.

use proptest::prelude::*;
use swath_domain::Sensor;

use super::super::*;
use crate::testing::noise;

/// A few looks.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) looks: Vec<LookPixels>,
}

impl Case {
    pub(super) fn with_every_method(&self) -> impl Iterator<Item = (Method, Vec<LookPixels>)> {
        every_method(self.looks[0].bands.len()).into_iter().map(|method| (method, self.looks.clone()))
    }
}

pub(super) fn every_method(bands: usize) -> Vec<Method> {
    let last = bands - 1;
    let mut best = BestPixel::near(19_000, 40.0);
    best.blue_red = Some((0, last));
    best.sensor = Some(Sensor::LandsatC2L2);
    best.weights = Weights { opacity: 0.2, view: 0.3, sensor: 0.1, ..Weights::default() };
    vec![
        Method::FirstClear,
        Method::Median,
        Method::Percentile(0.0),
        Method::Percentile(25.0),
        Method::Percentile(66.6),
        Method::Percentile(100.0),
        Method::Mean,
        Method::MaxIndex { a: last, b: 0, least: false },
        Method::MaxIndex { a: last, b: 0, least: true },
        Method::Medoid,
        Method::GeometricMedian,
        Method::BestPixel(best),
        Method::WeightedMean(WeightedMean { day: 19_000, window_days: 30.0 }),
    ]
}

/// Whether the method goes band by band.
pub(super) fn by_band(method: &Method) -> bool {
    matches!(method, Method::Median | Method::Percentile(_) | Method::Mean | Method::WeightedMean(_))
}

pub(super) fn is_whole(look: &LookPixels, at: usize) -> bool {
    look.bands.iter().all(|band| band[at] != 0)
}

/// One to nine looks of one to five bands, with whole pixels and single bands missing; the numbers of a few values or of all.
pub(super) fn cases() -> impl Strategy<Value = Case> {
    let most = prop_oneof![Just(3u16), Just(400), Just(u16::MAX)];
    (1usize..=9, 1usize..=5, 1usize..150, any::<u64>(), 0u16..6, most).prop_map(|(count, bands, pixels, seed, missing, most)| {
        let mut next = noise(seed);
        let sensors = [Sensor::Sentinel2L2a, Sensor::LandsatC2L2];
        let looks = (0..count).map(|k| {
            let mut bands: Vec<Vec<u16>> = (0..bands).map(|_| (0..pixels).map(|_| next() % most + 1).collect()).collect();
            for at in 0..pixels {
                if next() % 8 < missing {
                    bands.iter_mut().for_each(|band| band[at] = 0);
                }
                let band = usize::from(next()) % bands.len();
                if next().is_multiple_of(16) {
                    bands[band][at] = 0;
                }
            }
            let distance = if next().is_multiple_of(3) { Vec::new() } else { (0..pixels).map(|_| next() as u8).collect() };
            let about = About {
                day: 18_000 + i32::from(next() % 2000),
                sensor: sensors[usize::from(next()) % 2],
                view_zenith: next().is_multiple_of(2).then(|| f32::from(next() % 12)),
                cloud_share: f32::from(next() % 100) / 100.0,
            };
            LookPixels { number: k as u16 + 1, bands, distance, about }
        });
        Case { looks: looks.collect() }
    })
}
