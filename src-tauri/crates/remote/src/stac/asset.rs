//! One asset of an item: its grid, size and digest.

use serde_json::Value;
use swath_domain::{Checksum, Crs, Grid};

use crate::address;

/// From the projection extension, in the asset or else in the item.
pub(super) fn grid(asset: &Value, properties: &Value) -> Option<Grid> {
    let field = |key: &str| asset.get(key).or_else(|| properties.get(key)).filter(|value| !value.is_null());
    let crs = match field("proj:code").and_then(Value::as_str) {
        Some(code) => Crs(code.to_owned()),
        None => Crs::epsg(u32::try_from(field("proj:epsg")?.as_u64()?).ok()?),
    };
    let numbers = |key: &str| field(key)?.as_array()?.iter().map(Value::as_f64).collect::<Option<Vec<f64>>>();
    // Rows first.
    let shape = numbers("proj:shape")?;
    let &[height, width] = shape.as_slice() else { return None };
    let affine: [f64; 6] = match numbers("proj:transform") {
        Some(transform) => transform.get(..6)?.try_into().ok()?,
        None => {
            let bbox = numbers("proj:bbox")?;
            let &[west, south, east, north] = bbox.as_slice() else { return None };
            [(east - west) / width, 0.0, west, 0.0, (south - north) / height, north]
        }
    };
    let side = |value: f64| (value.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(&value)).then_some(value as u32);
    Grid::from_affine(crs, affine, side(width)?, side(height)?).ok()
}

/// Length in bytes.
pub(super) fn size(asset: &Value) -> Option<u64> {
    asset.get("file:size").and_then(Value::as_u64).filter(|size| *size > 0)
}

/// From a multihash. Its length decides rather than its name: catalogues are known to write a fixed name before whatever digest they have, and
/// of 32 bytes that are not named SHA2-256 the product's manifest says that they are SHA3-256. What is neither cannot be checked and counts as
/// not given.
pub(super) fn checksum(asset: &Value) -> Option<Checksum> {
    let text = asset.get("file:checksum").or_else(|| asset.get("checksum:multihash"))?.as_str()?.to_ascii_lowercase();
    let bytes: Vec<u8> = (0..text.len()).step_by(2).map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok()).collect::<Option<_>>()?;
    let (code, rest) = varint(&bytes)?;
    let (length, digest) = varint(rest)?;
    let digest = (digest.len() as u64 == length).then(|| address::hex(digest))?;
    match (length, code) {
        (16, _) => Some(Checksum::Md5(digest)),
        (32, 0x12) => Some(Checksum::Sha256(digest)),
        (32, _) => Some(Checksum::Sha3(digest)),
        _ => None,
    }
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let end = bytes.iter().take(9).position(|byte| byte & 0x80 == 0)? + 1;
    let value = bytes[..end].iter().rev().fold(0, |value, byte| value << 7 | u64::from(byte & 0x7f));
    Some((value, &bytes[end..]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(text: &str) -> Option<Checksum> {
        checksum(&json!({"file:checksum": text}))
    }

    #[test]
    fn vector_15_4_multihash_digests_are_known_by_their_length() {
        let (long, short) = ("ab".repeat(32), "ab".repeat(16));
        for (text, expected) in [
            (format!("1220{}", long.to_uppercase()), Some(Checksum::Sha256(long.clone()))),
            (format!("1620{long}"), Some(Checksum::Sha3(long.clone()))),
            (format!("d50110{short}"), Some(Checksum::Md5(short.clone()))),
            ("1220ab".into(), None),
            (format!("1114{}", "ab".repeat(20)), None),
            // Planetary Computer gives bare MD5 digests for RTC, which is no multihash.
            (short, None),
            ("xyz".into(), None),
            ("é".into(), None),
            (String::new(), None),
        ] {
            assert_eq!(of(&text), expected, "{text}");
        }
    }

    #[test]
    fn trap_4_a_multihash_that_names_the_wrong_algorithm_is_read_by_its_length() {
        // Metadata of Sentinel-2 and measurements of Sentinel-1 in the Copernicus Data Space.
        assert_eq!(of(&format!("d50120{}", "ab".repeat(32))), Some(Checksum::Sha3("ab".repeat(32))));
        assert_eq!(of(&format!("1610{}", "ab".repeat(16))), Some(Checksum::Md5("ab".repeat(16))));
    }

    #[test]
    fn grids_from_every_version_of_the_extension() {
        let grid_of = |asset: Value, properties: Value| grid(&asset, &properties).map(|g| (g.crs.0.clone(), g.affine()[2], g.width));
        let shape = || json!({"proj:shape": [10980, 5490], "proj:transform": [10, 0, 499980, 0, -10, 5300040]});
        let mut own = shape();
        own["proj:code"] = "EPSG:32633".into();
        let nine = json!({"proj:shape": [2, 3], "proj:transform": [10, 0, 1, 0, -10, 5, 0, 0, 1], "proj:epsg": 32601});
        let boxed = json!({"proj:shape": [2, 3], "proj:bbox": [0, 0, 30, 20], "proj:epsg": 32601});
        let expected = |epsg: &str, west, width| Some((epsg.to_owned(), west, width));
        assert_eq!(grid_of(shape(), json!({"proj:epsg": 32633})), expected("EPSG:32633", 499980.0, 5490));
        assert_eq!(grid_of(own, json!({"proj:epsg": null})), expected("EPSG:32633", 499980.0, 5490));
        assert_eq!(grid_of(nine, json!({})), expected("EPSG:32601", 1.0, 3));
        assert_eq!(grid_of(boxed, json!({})), expected("EPSG:32601", 0.0, 3));
        assert_eq!(grid_of(shape(), json!({"proj:epsg": null})), None);
        assert_eq!(grid_of(json!({"proj:shape": "big"}), json!({"proj:epsg": 32601})), None);
    }
}
