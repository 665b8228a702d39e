//! What the numbers of a layer mean, and why we think so.

use serde_json::Value;
use swath_domain::{Band, Evidence, Radiometry, Sensor};

use crate::provider::OffsetRule;

/// From this processing baseline on, Sentinel-2 numbers are shifted by 1000 (ESA, in operation from 25 January 2022).
const FIRST_SHIFTED: u32 = 400;

/// Decides scale, offset and nodata of an asset from its STAC description and its item's properties.
///
/// `raster:bands` (or STAC 1.1 `bands`) and the processing baseline are weighed as `rule` says. Classification layers have no radiometry.
pub fn radiometry(rule: OffsetRule, sensor: Sensor, band: Band, asset: &Value, properties: &Value) -> Radiometry {
    decided(rule, sensor, band, asset, properties, baseline(properties))
}

/// As [`radiometry`], with a processing baseline that is known from elsewhere where the properties do not say it.
pub(super) fn decided(
    rule: OffsetRule,
    sensor: Sensor,
    band: Band,
    asset: &Value,
    properties: &Value,
    baseline: Option<String>,
) -> Radiometry {
    let given = Given::of(asset);
    let optical_sentinel_2 = matches!(sensor, Sensor::Sentinel2L2a | Sensor::Sentinel2L1c);
    if matches!(band, Band::CloudProbability | Band::SnowProbability | Band::QaRadsat | Band::QaAerosol) {
        // Catalogues declare 0 or 1 as nodata, but 0 means “certainly none” and bits are bits; where no data is, the classification tells.
        return Radiometry::identity(None, Evidence::Classification);
    }
    if band.is_classification() {
        // Bit 0 of the Landsat layer means fill; class 0 of Sentinel-2 means no data.
        let fill = if band == Band::QaPixel { 1.0 } else { 0.0 };
        return Radiometry::identity(Some(given.nodata.unwrap_or(fill)), Evidence::Classification);
    }
    if !optical_sentinel_2 {
        let nodata = given.nodata.or(matches!(sensor, Sensor::LandsatC2L1 | Sensor::LandsatC2L2).then_some(0.0));
        return match given.scale {
            None if given.offset.is_none() && sensor == Sensor::LandsatC2L2 => collection_2(band, nodata),
            None if given.offset.is_none() => Radiometry::identity(nodata, Evidence::Assumed),
            scale => {
                let (scale, offset) = (scale.unwrap_or(1.0), given.offset.unwrap_or(0.0));
                Radiometry { scale, offset, nodata, evidence: Evidence::Metadata }
            }
        };
    }
    let scale = given.scale.unwrap_or(0.0001);
    let decided = |offset, evidence| Radiometry { scale, offset, nodata: Some(0.0), evidence };
    let by_baseline = baseline.map(|text| {
        let shifted = number(&text).is_some_and(|number| number >= FIRST_SHIFTED);
        (if shifted { -1000.0 * scale } else { 0.0 }, text)
    });
    if rule == OffsetRule::AppliedFlag {
        return match (properties.get("earthsearch:boa_offset_applied").and_then(Value::as_bool), by_baseline) {
            (Some(true), _) => decided(0.0, Evidence::AppliedFlag),
            // There was nothing to apply yet.
            (_, Some((0.0, text))) => decided(0.0, Evidence::Baseline(text)),
            // “Not applied” has been said of pixels to which it was, and the metadata's offset agrees with either. Only the pixels can tell, so
            // the scene is not mixed with others.
            (_, Some((offset, _))) => decided(offset, Evidence::Assumed),
            (_, None) => decided(given.offset.unwrap_or(0.0), Evidence::Assumed),
        };
    }
    let said = given.offset.or(given.scale.map(|_| 0.0)).filter(|_| rule != OffsetRule::Baseline);
    match (said, by_baseline) {
        (Some(said), Some((expected, _))) if (said - expected).abs() < 1e-9 => decided(said, Evidence::Metadata),
        (_, Some((expected, text))) => decided(expected, Evidence::Baseline(text)),
        (Some(said), None) => decided(said, Evidence::Metadata),
        (None, None) => decided(0.0, Evidence::Assumed),
    }
}

/// What the USGS fixed for Level 2 of Collection 2, where an item says nothing.
fn collection_2(band: Band, nodata: Option<f64>) -> Radiometry {
    let (scale, offset) = if band == Band::Lwir11 { (0.003_418_02, 149.0) } else { (0.000_027_5, -0.2) };
    Radiometry { scale, offset, nodata, evidence: Evidence::Baseline("Collection 2".into()) }
}

/// A baseline of Sentinel-2 as `05.10`, however it is written.
pub(super) fn plain(baseline: &str) -> Option<String> {
    number(baseline).map(|number| format!("{:02}.{:02}", number / 100, number % 100))
}

/// The processing baseline, as given.
pub(super) fn baseline(properties: &Value) -> Option<String> {
    let keys = ["s2:processing_baseline", "processing:version", "sentinel2:processing_baseline", "sentinel:processing_baseline"];
    let text = keys.iter().find_map(|key| properties.get(key).and_then(Value::as_str))?;
    number(text).map(|_| text.to_owned())
}

/// `05.10`, `0510` and `N0510` as 510.
fn number(text: &str) -> Option<u32> {
    let text = text.trim().trim_start_matches(['N', 'n']);
    match text.split_once('.') {
        Some((major, minor)) if minor.len() <= 2 => Some(major.parse::<u32>().ok()? * 100 + minor.parse::<u32>().ok()?),
        Some(_) => None,
        None if text.len() == 4 => text.parse().ok(),
        None => None,
    }
}

/// What the asset says.
struct Given {
    scale: Option<f64>,
    offset: Option<f64>,
    nodata: Option<f64>,
}

impl Given {
    fn of(asset: &Value) -> Self {
        // STAC 1.0: `raster:bands`. STAC 1.1: `bands`, and what is common to all bands directly in the asset.
        let first = |key: &str| asset.get(key).and_then(|bands| bands.get(0));
        let places: Vec<&Value> = [first("raster:bands"), first("bands"), Some(asset)].into_iter().flatten().collect();
        let find = |keys: [&str; 2]| places.iter().find_map(|place| keys.iter().find_map(|key| place.get(key).and_then(Value::as_f64)));
        Self {
            scale: find(["scale", "raster:scale"]),
            offset: find(["offset", "raster:offset"]),
            nodata: find(["nodata", "raster:nodata"]),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn offsets_follow_rule_metadata_and_baseline() {
        use OffsetRule::{AppliedFlag, Baseline, Metadata};
        let shifted = || json!({"raster:bands": [{"nodata": 0, "scale": 0.0001, "offset": -0.1}]});
        let plain = || json!({"raster:bands": [{"nodata": 0, "scale": 0.0001, "offset": 0}]});
        let newer = || json!({"bands": [{"name": "B04"}], "raster:scale": 0.0001, "raster:offset": -0.1, "nodata": 0});
        let base = |text: &str| json!({"s2:processing_baseline": text});
        let flag = |on: bool| json!({"s2:processing_baseline": "05.09", "earthsearch:boa_offset_applied": on});
        let decided = |text: &str| Evidence::Baseline(text.into());
        for (rule, asset, properties, offset, evidence) in [
            (Metadata, shifted(), base("05.10"), -0.1, Evidence::Metadata),
            (Metadata, shifted(), base("04.00"), -0.1, Evidence::Metadata),
            (Metadata, newer(), base("05.11"), -0.1, Evidence::Metadata),
            (Metadata, plain(), base("03.01"), 0.0, Evidence::Metadata),
            (Metadata, shifted(), base("02.14"), 0.0, decided("02.14")),
            (Metadata, plain(), base("N0510"), -0.1, decided("N0510")),
            (Metadata, shifted(), json!({}), -0.1, Evidence::Metadata),
            (Metadata, json!({}), base("05.10"), -0.1, decided("05.10")),
            (Metadata, json!({}), json!({}), 0.0, Evidence::Assumed),
            (AppliedFlag, shifted(), flag(true), 0.0, Evidence::AppliedFlag),
            (AppliedFlag, shifted(), flag(false), -0.1, Evidence::Assumed),
            (AppliedFlag, plain(), flag(false), -0.1, Evidence::Assumed),
            (AppliedFlag, shifted(), base("05.09"), -0.1, Evidence::Assumed),
            (AppliedFlag, shifted(), json!({}), -0.1, Evidence::Assumed),
            (AppliedFlag, shifted(), base("03.01"), 0.0, decided("03.01")),
            (Metadata, shifted(), flag(true), -0.1, Evidence::Metadata),
            (Baseline, shifted(), json!({"processing:version": "03.00"}), 0.0, decided("03.00")),
            (Baseline, json!({}), json!({"processing:version": "05.12"}), -0.1, decided("05.12")),
        ] {
            let got = radiometry(rule, Sensor::Sentinel2L2a, Band::Red, &asset, &properties);
            let wanted = Radiometry { scale: 0.0001, offset, nodata: Some(0.0), evidence };
            assert_eq!(got, wanted, "{rule:?} {asset} {properties}");
        }
    }

    #[test]
    fn trap_1_every_catalogue_has_its_own_rule_for_the_offset() {
        use OffsetRule::{AppliedFlag, Baseline, Metadata};
        let said = json!({"raster:bands": [{"nodata": 0, "scale": 0.0001, "offset": -0.1}]});
        let silent = json!({});
        let of = |text: &str| json!({"s2:processing_baseline": text, "earthsearch:boa_offset_applied": true});
        // A dark pixel and a bright one, as they lie in the file, and what they are.
        for (catalogue, rule, asset, baseline, stored, physical) in [
            ("earth-search c1", Metadata, &said, "05.10", [1100.0, 9000.0], [0.01, 0.8]),
            ("earth-search legacy", AppliedFlag, &said, "05.09", [100.0, 8000.0], [0.01, 0.8]),
            ("planetary-computer", Baseline, &silent, "05.10", [1100.0, 9000.0], [0.01, 0.8]),
            ("planetary-computer, its own runs", Baseline, &silent, "02.12", [100.0, 8000.0], [0.01, 0.8]),
            ("cdse", Baseline, &said, "05.12", [1100.0, 9000.0], [0.01, 0.8]),
            ("cdse, Collection 1 of an old scene", Baseline, &said, "05.00", [1100.0, 9000.0], [0.01, 0.8]),
        ] {
            let radiometry = radiometry(rule, Sensor::Sentinel2L2a, Band::Red, asset, &of(baseline));
            for (stored, physical) in stored.into_iter().zip(physical) {
                assert!((radiometry.physical(stored).unwrap() - physical).abs() < 1e-9, "{catalogue} {stored}: {radiometry:?}");
            }
            assert_eq!(radiometry.physical(0.0), None, "{catalogue}");
        }
    }

    #[test]
    fn trap_2_an_offset_that_is_said_of_every_baseline_is_not_believed() {
        let always = json!({"raster:scale": 0.0001, "raster:offset": -0.1, "nodata": 0});
        for (version, offset) in [("02.14", 0.0), ("03.01", 0.0), ("04.00", -0.1), ("05.12", -0.1)] {
            let properties = json!({"processing:version": version});
            for sensor in [Sensor::Sentinel2L1c, Sensor::Sentinel2L2a] {
                let got = radiometry(OffsetRule::Baseline, sensor, Band::Red, &always, &properties);
                assert_eq!((got.offset, got.evidence), (offset, Evidence::Baseline(version.into())), "{version}");
            }
        }
        // Without a version the product's name decides.
        let named = decided(OffsetRule::Baseline, Sensor::Sentinel2L2a, Band::Red, &always, &json!({}), Some("02.14".into()));
        assert_eq!(named.offset, 0.0);
    }

    #[test]
    fn trap_3_of_the_legacy_collection_only_a_plain_yes_is_believed() {
        let of = |flag: Value, offset: f64, baseline: &str| {
            let asset = json!({"raster:bands": [{"scale": 0.0001, "offset": offset}]});
            let properties = json!({"s2:processing_baseline": baseline, "earthsearch:boa_offset_applied": flag});
            let got = radiometry(OffsetRule::AppliedFlag, Sensor::Sentinel2L2a, Band::Red, &asset, &properties);
            (got.offset, got.evidence)
        };
        assert_eq!(of(json!(true), -0.1, "05.11"), (0.0, Evidence::AppliedFlag), "the flag contradicts the metadata and is right");
        for offset in [0.0, -0.1] {
            assert_eq!(of(json!(false), offset, "05.11").1, Evidence::Assumed, "composites refuse what is assumed");
            assert_eq!(of(json!(null), offset, "05.11").1, Evidence::Assumed);
        }
        assert_eq!(of(json!(false), 0.0, "02.14"), (0.0, Evidence::Baseline("02.14".into())), "there was no offset to apply");
    }

    #[test]
    fn trap_6_zero_percent_of_cloud_is_a_number() {
        let asset = json!({"raster:bands": [{"nodata": 0, "data_type": "uint8"}]});
        for band in [Band::CloudProbability, Band::SnowProbability] {
            let got = radiometry(OffsetRule::Metadata, Sensor::Sentinel2L2a, band, &asset, &json!({}));
            assert_eq!((got.physical(0.0), got.physical(66.0), got.nodata), (Some(0.0), Some(66.0), None));
        }
    }

    #[test]
    fn vector_15_1_offsets_of_two_baselines() {
        let properties = json!({"s2:processing_baseline": "05.10"});
        let asset = json!({"raster:bands": [{"scale": 0.0001, "offset": -0.1}]});
        let new = radiometry(OffsetRule::Metadata, Sensor::Sentinel2L2a, Band::Nir, &asset, &properties);
        let old = radiometry(OffsetRule::Baseline, Sensor::Sentinel2L2a, Band::Nir, &asset, &json!({"s2:processing_baseline": "03.00"}));
        for (radiometry, stored, physical) in [
            (&new, 0.0, None),
            (&new, 1.0, Some(-0.0999)),
            (&new, 1000.0, Some(0.0)),
            (&new, 11000.0, Some(1.0)),
            (&old, 1000.0, Some(0.1)),
        ] {
            assert_eq!(radiometry.physical(stored).map(|v| (v * 1e6).round() / 1e6 + 0.0), physical, "{stored}");
        }
    }

    #[test]
    fn classes_and_other_sensors() {
        let none = json!({});
        let of = |sensor, band, asset: &Value| radiometry(OffsetRule::Metadata, sensor, band, asset, &none);
        let scl = of(Sensor::Sentinel2L2a, Band::Scl, &json!({"raster:bands": [{"nodata": 0, "scale": 0.5}]}));
        assert_eq!(scl, Radiometry::identity(Some(0.0), Evidence::Classification));
        assert_eq!(of(Sensor::LandsatC2L2, Band::QaPixel, &none), Radiometry::identity(Some(1.0), Evidence::Classification));
        let red = of(Sensor::LandsatC2L2, Band::Red, &json!({"raster:bands": [{"nodata": 0, "scale": 2.75e-05, "offset": -0.2}]}));
        assert!((red.physical(18639.0).unwrap() - 0.3125725).abs() < 1e-9);
        let silent = |band| of(Sensor::LandsatC2L2, band, &none);
        assert!((silent(Band::Red).physical(18639.0).unwrap() - 0.3125725).abs() < 1e-9);
        assert!((silent(Band::Lwir11).physical(44947.0).unwrap() - 302.63).abs() < 0.01);
        assert_eq!(of(Sensor::Sentinel1Rtc, Band::Vv, &json!({"raster:bands": [{"nodata": -32768}]})).nodata, Some(-32768.0));
    }
}
