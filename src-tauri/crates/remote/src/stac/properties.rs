//! What catalogues call the same things.

use serde_json::Value;
use swath_domain::{Band, OrbitDirection, ProductName, Sensor, Sun, Tier};

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
        moment(text)
    }

    /// When this version was made.
    pub(super) fn processed(&self) -> Option<jiff::Timestamp> {
        moment(self.text(&["s2:generation_time", "s1:processing_datetime", "processing:datetime"])?)
    }

    /// Which way the satellite flew.
    pub(super) fn orbit_direction(&self) -> Option<OrbitDirection> {
        match self.text(&["sat:orbit_state", "s1:orbit_state"])?.to_ascii_lowercase().as_str() {
            "ascending" => Some(OrbitDirection::Ascending),
            "descending" => Some(OrbitDirection::Descending),
            _ => None,
        }
    }

    /// Number of the ground track.
    pub(super) fn relative_orbit(&self) -> Option<u16> {
        let number = self.number(&["sat:relative_orbit"]).filter(|number| number.fract() == 0.0 && (1.0..=175.0).contains(number))?;
        Some(number as u16)
    }

    /// Polarisations in the order in which bands are listed.
    pub(super) fn polarisations(&self) -> Vec<Band> {
        let said: Vec<Band> = self.list("sar:polarizations").filter_map(|text| text.to_ascii_lowercase().parse().ok()).collect();
        Band::ALL.iter().copied().filter(|band| said.contains(band)).collect()
    }

    /// Geometric quality of a Landsat scene.
    pub(super) fn tier(&self) -> Option<Tier> {
        match self.text(&["landsat:collection_category"])? {
            "T1" => Some(Tier::One),
            "T2" => Some(Tier::Two),
            "RT" => Some(Tier::RealTime),
            _ => None,
        }
    }

    fn list(&self, key: &str) -> impl Iterator<Item = &'a str> {
        self.0.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
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
            // Radar's is a number, which names write with six hexadecimal digits.
            let hexadecimal = id.parse::<u32>().ok().filter(|_| matches!(sensor, Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc));
            return Some(hexadecimal.map_or_else(|| without_baseline(id).to_owned(), |number| format!("{number:06X}")));
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
        let azimuth = self.number(&["view:sun_azimuth", "s2:mean_solar_azimuth", "eo:sun_azimuth"])?;
        let elevation =
            self.number(&["view:sun_elevation", "eo:sun_elevation"]).or_else(|| Some(90.0 - self.number(&["s2:mean_solar_zenith"])?))?;
        Some(Sun { azimuth, elevation })
    }
}

/// The name that its maker gave the product, and the processing baseline in it. Catalogues shorten it in their ids (without processing date,
/// checksum or baseline); whole it stands in a property or in the path of a file.
pub(super) fn product_name(sensor: Sensor, id: &str, item: &Value) -> Option<(String, Option<String>)> {
    let nothing = Value::Null;
    let properties = Properties(item.get("properties").unwrap_or(&nothing));
    let said = properties.text(&["s2:product_uri", "s1:product_identifier", "landsat:product_id", "sentinel:product_id"]);
    let id = id.strip_suffix("_SR").or_else(|| id.strip_suffix("_ST")).unwrap_or(id);
    let assets = item.get("assets").and_then(Value::as_object).into_iter().flat_map(|assets| assets.values());
    let paths = assets.filter_map(|asset| asset.get("href")?.as_str()).flat_map(|href| href.split(['/', '?']));
    said.into_iter().chain([id]).chain(paths).find_map(|text| {
        let baseline = match ProductName::read(text)? {
            ProductName::Sentinel2(name) => (name.sensor == sensor).then_some(Some(name.baseline)),
            ProductName::Sentinel2Multi { .. } => matches!(sensor, Sensor::Sentinel2L1c | Sensor::Sentinel2L2a).then_some(None),
            ProductName::Sentinel1(_) => matches!(sensor, Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc).then_some(None),
            ProductName::Landsat(name) => (name.sensor == sensor).then_some(None),
        }?;
        let plain = [".SAFE", ".zip", ".tar"].iter().fold(text.trim(), |text, end| text.trim_end_matches(end));
        Some((plain.trim_end_matches(".SAFE").to_owned(), baseline))
    })
}

/// Some servers leave out that they mean UTC, and some the time of day.
fn moment(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok().or_else(|| format!("{text}Z").parse().ok()).or_else(|| format!("{text}T00:00:00Z").parse().ok())
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
    fn products_are_named_by_whoever_knows_the_whole_name() {
        let s2 = "S2B_MSIL2A_20190629T212529_N0212_R043_T06VVN_20201006T080531";
        let (s1, l9) = ("S1A_IW_GRDH_1SDV_20240419T045904_20240419T045916_053498_067DF2_DCEC", "LC09_L2SP_089090_20240417_20240418_02_T1");
        let path = |name: &str| json!({"x": {"href": format!("https://a.example/c/{name}/B4.tif?x=1")}});
        for (sensor, id, properties, assets, expected) in [
            (Sensor::Sentinel2L2a, "S2B_06VVN_20190629_0_L2A", json!({"s2:product_uri": format!("{s2}.SAFE")}), json!({}), Some(s2)),
            (Sensor::Sentinel2L2a, s2, json!({}), json!({}), Some(s2)),
            (Sensor::Sentinel2L1c, s2, json!({}), json!({}), None),
            (Sensor::Sentinel1Rtc, "S1A_IW_GRDH_1SDV_20240419T045904_20240419T045916_053498_067DF2_rtc", json!({}), path(s1), Some(s1)),
            (Sensor::LandsatC2L2, "LC09_L2SP_089090_20240417_02_T1", json!({}), path(l9), Some(l9)),
            (Sensor::LandsatC2L2, "LC09_L2SP_089090_20240417_20240418_02_T1_SR", json!({}), json!({}), Some(l9)),
            (Sensor::LandsatC2L2, "x", json!({}), json!({}), None),
        ] {
            let item = json!({"properties": properties, "assets": assets});
            assert_eq!(product_name(sensor, id, &item).map(|(name, _)| name).as_deref(), expected, "{id}");
        }
    }

    #[test]
    fn moments_as_servers_write_them() {
        for (text, expected) in [
            ("2024-04-19 04:59:04.220006+00:00", Some("2024-04-19T04:59:04.220006Z")),
            ("2019-12-01", Some("2019-12-01T00:00:00Z")),
            ("2019-12-01T10:00:00", Some("2019-12-01T10:00:00Z")),
            ("soon", None),
        ] {
            assert_eq!(moment(text).map(|at| at.to_string()).as_deref(), expected, "{text}");
        }
    }

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
