//! What catalogues call the same things.

use serde_json::Value;
use swath_domain::{Sensor, Sun};

/// Properties of an item, by what they mean.
pub(super) struct Properties<'a>(pub(super) &'a Value);

impl<'a> Properties<'a> {
    pub(super) fn text(&self, keys: &[&str]) -> Option<&'a str> {
        keys.iter().find_map(|key| self.0.get(*key)?.as_str()).filter(|text| !text.is_empty())
    }

    pub(super) fn number(&self, keys: &[&str]) -> Option<f64> {
        keys.iter().find_map(|key| {
            let value = self.0.get(*key)?;
            value.as_f64().or_else(|| value.as_str()?.parse().ok())
        })
    }

    /// Moment of acquisition; of a period its beginning.
    pub(super) fn datetime(&self) -> Option<jiff::Timestamp> {
        let text = self.text(&["datetime", "start_datetime"])?;
        // Some servers leave out that they mean UTC.
        text.parse().ok().or_else(|| format!("{text}Z").parse().ok())
    }

    /// In the form `sentinel-2a`, `landsat-8`.
    pub(super) fn platform(&self) -> String {
        self.text(&["platform", "eo:platform"]).unwrap_or_default().to_lowercase().replace('_', "-")
    }

    /// Percent; numbers outside of 0 to 100 stand for “not known”.
    pub(super) fn cloud_cover(&self) -> Option<f64> {
        self.number(&["eo:cloud_cover"]).filter(|cloud| (0.0..=100.0).contains(cloud))
    }

    /// MGRS tile with two digits of the zone, or WRS-2 path and row.
    pub(super) fn tile(&self) -> Option<String> {
        if let Some(tile) = self.text(&["s2:mgrs_tile"]).or_else(|| self.text(&["grid:code"])?.strip_prefix("MGRS-")) {
            return Some(padded(tile));
        }
        if let Some(tile) = self.text(&["grid:code"]).and_then(|code| code.strip_prefix("WRS2-")) {
            return Some(tile.to_owned());
        }
        if let (Some(path), Some(row)) = (self.number(&["landsat:wrs_path"]), self.number(&["landsat:wrs_row"])) {
            return Some(format!("{path:03}{row:03}"));
        }
        let zone = self.number(&["mgrs:utm_zone", "sentinel:utm_zone"])?;
        let band = self.text(&["mgrs:latitude_band", "sentinel:latitude_band"])?;
        Some(format!("{zone:02}{band}{}", self.text(&["mgrs:grid_square", "sentinel:grid_square"])?))
    }

    /// Without the processing baseline, which differs between versions of the same datatake. Landsat has no such id: one pass of a path is one.
    pub(super) fn datatake(&self, sensor: Sensor, datetime: jiff::Timestamp) -> Option<String> {
        if let Some(id) = self.text(&["s2:datatake_id", "eopf:datatake_id", "s1:datatake_id", "sat:datatake_id"]) {
            return Some(without_baseline(id).to_owned());
        }
        let landsat = matches!(sensor, Sensor::LandsatC2L1 | Sensor::LandsatC2L2);
        let path = self.number(&["landsat:wrs_path"]).or_else(|| self.tile()?.get(..3)?.parse().ok()).filter(|_| landsat)?;
        Some(format!("{}_{path:03}_{}", self.platform(), datetime.strftime("%Y%m%d")))
    }

    /// Sensing start of the datastrip, `20240106T180527`.
    pub(super) fn datastrip(&self) -> Option<String> {
        let id = self.text(&["s2:datastrip_id", "eopf:datastrip_id"])?;
        let start = |part: &&str| part.len() == 16 && part.starts_with('S') && part.as_bytes()[9] == b'T';
        id.split('_').find(start).map(|part| part[1..].to_owned())
    }

    pub(super) fn sun(&self) -> Option<Sun> {
        let azimuth = self.number(&["view:sun_azimuth", "s2:mean_solar_azimuth"])?;
        let elevation = self.number(&["view:sun_elevation"]).or_else(|| Some(90.0 - self.number(&["s2:mean_solar_zenith"])?))?;
        Some(Sun { azimuth, elevation })
    }
}

fn padded(tile: &str) -> String {
    let tile = tile.strip_prefix('T').unwrap_or(tile);
    if tile.len() == 4 { format!("0{tile}") } else { tile.to_owned() }
}

/// `GS2A_20240106T175731_044611_N05.10` → `GS2A_20240106T175731_044611`.
fn without_baseline(id: &str) -> &str {
    match id.rsplit_once("_N") {
        Some((rest, baseline)) if !baseline.is_empty() && baseline.chars().all(|c| c.is_ascii_digit() || c == '.') => rest,
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_of_all_catalogues() {
        let now = "2024-01-06T18:06:01Z".parse().unwrap();
        for (properties, tile, datatake, datastrip) in [
            (
                json!({"grid:code": "MGRS-12RWT", "s2:datatake_id": "GS2A_20240106T175731_044611_N05.10",
                    "s2:datastrip_id": "S2A_OPER_MSI_L2A_DS_2APS_20240106T205550_S20240106T180527_N05.10"}),
                Some("12RWT"),
                Some("GS2A_20240106T175731_044611"),
                Some("20240106T180527"),
            ),
            (json!({"grid:code": "MGRS-1WCR"}), Some("01WCR"), None, None),
            (json!({"s2:mgrs_tile": "T33UUP", "eopf:datatake_id": "GS2A_X"}), Some("33UUP"), Some("GS2A_X"), None),
            (json!({"mgrs:utm_zone": 1, "mgrs:latitude_band": "W", "mgrs:grid_square": "CR"}), Some("01WCR"), None, None),
            (
                json!({"landsat:wrs_path": "008", "landsat:wrs_row": "059", "platform": "LANDSAT_8"}),
                Some("008059"),
                Some("landsat-8_008_20240106"),
                None,
            ),
            (json!({}), None, None, None),
        ] {
            let read = Properties(&properties);
            let sensor = if properties.get("platform").is_some() { Sensor::LandsatC2L2 } else { Sensor::Sentinel2L2a };
            assert_eq!(read.tile().as_deref(), tile, "{properties}");
            assert_eq!(read.datatake(sensor, now).as_deref(), datatake, "{properties}");
            assert_eq!(read.datastrip().as_deref(), datastrip, "{properties}");
        }
    }
}
