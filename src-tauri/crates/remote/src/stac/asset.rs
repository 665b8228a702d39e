//! One asset of an item: its address, grid, size and digest.

use serde_json::Value;
use swath_domain::{Checksum, Crs, Grid};
use url::Url;

use crate::address;

/// The absolute address of an asset, if it is one that may be fetched: a catalogue on the open network does not get to name files of this
/// computer or machines of the network it stands in.
pub(super) fn href(asset: &Value, base: &Url, trusted: bool) -> Option<String> {
    let mut url = base.join(asset.get("href")?.as_str()?).ok()?;
    let allowed = match url.scheme() {
        "http" | "https" => trusted || !address::is_private(&url),
        "file" => trusted && base.scheme() == "file",
        _ => false,
    };
    url.set_fragment(None);
    allowed.then(|| url.into())
}

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

/// From a multihash. Its length decides rather than its name, since catalogues are known to write the wrong one; what is neither MD5 nor
/// SHA2-256 cannot be checked and counts as not given.
pub(super) fn checksum(asset: &Value) -> Option<Checksum> {
    let text = asset.get("file:checksum").or_else(|| asset.get("checksum:multihash"))?.as_str()?.to_ascii_lowercase();
    let bytes: Vec<u8> = (0..text.len()).step_by(2).map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok()).collect::<Option<_>>()?;
    let (code, rest) = varint(&bytes)?;
    let (length, digest) = varint(rest)?;
    let digest = (digest.len() as u64 == length).then(|| address::hex(digest))?;
    match (length, code) {
        (16, _) => Some(Checksum::Md5(digest)),
        (32, 0x12) => Some(Checksum::Sha256(digest)),
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

    #[test]
    fn addresses_are_resolved_and_watched() {
        for (base, trusted, given, expected) in [
            ("https://a.example/c/i.json", false, "./B02.tif", Some("https://a.example/c/B02.tif")),
            ("https://a.example/c/i.json", false, "https://b.example/x.tif#f", Some("https://b.example/x.tif")),
            ("https://a.example/c/i.json", false, "http://10.0.0.1/x.tif", None),
            ("https://a.example/c/i.json", false, "file:///etc/passwd", None),
            ("https://a.example/c/i.json", false, "s3://bucket/x.tif", None),
            ("http://127.0.0.1:8080/i", true, "http://127.0.0.1:8081/x.tif", Some("http://127.0.0.1:8081/x.tif")),
            ("http://127.0.0.1:8080/i", true, "file:///etc/passwd", None),
            ("file:///data/c/i.json", true, "my scene 晴.tif", Some("file:///data/c/my%20scene%20%E6%99%B4.tif")),
            ("file:///data/c/i.json", true, "../a%20b.tif", Some("file:///data/a%20b.tif")),
        ] {
            let got = href(&json!({"href": given}), &Url::parse(base).unwrap(), trusted);
            assert_eq!(got.as_deref(), expected, "{base} {given}");
        }
    }

    #[test]
    fn digests_are_known_by_their_length() {
        let of = |text: &str| checksum(&json!({"file:checksum": text}));
        assert_eq!(of(&format!("1220{}", "AB".repeat(32))), Some(Checksum::Sha256("ab".repeat(32))));
        assert_eq!(of(&format!("d50110{}", "ab".repeat(16))), Some(Checksum::Md5("ab".repeat(16))));
        assert_eq!(of(&format!("1610{}", "ab".repeat(16))), Some(Checksum::Md5("ab".repeat(16))), "named SHA3 by mistake");
        for unusable in [
            format!("d50120{}", "ab".repeat(32)),
            format!("1620{}", "ab".repeat(32)),
            "1220ab".into(),
            "xyz".into(),
            "é".into(),
            String::new(),
        ] {
            assert_eq!(of(&unusable), None, "{unusable}");
        }
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
