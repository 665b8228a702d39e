//! From a record of OData to a scene.

use jiff::Timestamp;
use serde_json::{Value, json};
use swath_domain::{Access, AccountKind, Checksum, OrbitDirection, Package, PackageForm, ProductName, Scene, SceneId, Sensor};
use url::Url;

use crate::catalogue::page::{below, public};
use crate::provider::Collection;
use crate::stac::{footprint, item::is_name};

/// The scene, or why the record cannot be used.
pub(super) fn scene(provider: &str, collection: &Collection, record: &Value, base: &Url) -> Result<Scene, &'static str> {
    let name = name(record).ok_or("it has no usable name")?;
    let sensor = collection.sensor;
    let fits = match ProductName::read(&name) {
        Some(ProductName::Sentinel2(read)) => read.sensor == sensor,
        Some(ProductName::Sentinel2Multi { .. }) => matches!(sensor, Sensor::Sentinel2L1c | Sensor::Sentinel2L2a),
        Some(ProductName::Sentinel1(_)) => sensor == Sensor::Sentinel1Grd,
        Some(ProductName::Landsat(read)) => read.sensor == sensor,
        None => return Err("its name is none that is known"),
    };
    if !fits {
        return Err("it is a product of another kind");
    }
    let datetime = start(record).ok_or("it has no date")?;
    let footprint = outline(record).ok_or("it has no usable outline")?;
    let said = Attributes(record);
    let optical = sensor != Sensor::Sentinel1Grd;
    Ok(Scene {
        platform: platform(&said).unwrap_or_default(),
        cloud_cover: said.number("cloudCover").filter(|cloud| optical && (0.0..=100.0).contains(cloud)),
        tile: said.text("tileId").map(|tile| tile.trim_start_matches('T').to_owned()).filter(|tile| tile.len() == 5),
        baseline: said.text("processorVersion").filter(|text| optical && text.len() == 5).map(str::to_owned),
        datatake: said.text("productGroupId").filter(|_| optical).map(|id| without_baseline(id).to_owned()),
        datastrip: said.text("datastripId").and_then(sensing_start),
        thumbnail: quicklook(record).and_then(|href| public(href, base)),
        orbit_direction: said.text("orbitDirection").and_then(direction),
        relative_orbit: said.number("relativeOrbitNumber").filter(|n| (1.0..=175.0).contains(n)).map(|n| n as u16),
        polarisations: said.text("polarisationChannels").map(polarisations).unwrap_or_default(),
        processed: said.text("processingDate").and_then(|text| text.parse().ok()),
        packages: packages(provider, record, base),
        name: Some(name.clone()),
        ..Scene::new(SceneId::new(provider, &collection.id, &name), sensor, datetime, footprint)
    })
}

/// Without `.SAFE`.
pub(super) fn name(record: &Value) -> Option<String> {
    let name = record.get("Name")?.as_str()?;
    let name = name.strip_suffix(".SAFE").unwrap_or(name);
    is_name(name).then(|| name.to_owned())
}

/// The type of a product, as it says it or else as its name does.
pub(super) fn kind(record: &Value) -> Option<String> {
    if let Some(said) = Attributes(record).text("productType") {
        return Some(said.to_owned());
    }
    Some(match ProductName::read(&name(record)?)? {
        ProductName::Sentinel2(read) if read.sensor == Sensor::Sentinel2L1c => "S2MSI1C".to_owned(),
        ProductName::Sentinel2(_) => "S2MSI2A".to_owned(),
        ProductName::Sentinel1(read) => {
            format!("{}_GRD{}_1S{}", read.mode, read.resolution, if read.cog { "-COG" } else { "" })
        }
        _ => return None,
    })
}

/// When it begins.
pub(super) fn start(record: &Value) -> Option<Timestamp> {
    record.get("ContentDate")?.get("Start")?.as_str()?.parse().ok()
}

struct Attributes<'a>(&'a Value);

impl<'a> Attributes<'a> {
    fn value(&self, name: &str) -> Option<&'a Value> {
        let all = self.0.get("Attributes")?.as_array()?;
        all.iter().find(|one| one.get("Name").and_then(Value::as_str) == Some(name))?.get("Value")
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.value(name)?.as_str().filter(|text| !text.is_empty())
    }

    fn number(&self, name: &str) -> Option<f64> {
        let value = self.value(name)?;
        value.as_f64().or_else(|| value.as_str()?.parse().ok())
    }
}

/// `sentinel-2a`, when it is said; the name tells it otherwise.
fn platform(said: &Attributes<'_>) -> Option<String> {
    let letter = said.text("platformSerialIdentifier").filter(|text| text.len() == 1)?;
    Some(format!("{}{letter}", said.text("platformShortName")?).to_ascii_lowercase())
}

/// As GeoJSON, or where that is missing as text.
fn outline(record: &Value) -> Option<geo::MultiPolygon<f64>> {
    let geometry = record.get("GeoFootprint").filter(|geometry| geometry.is_object());
    footprint::read(geometry).or_else(|| footprint::read(Some(&from_wkt(record.get("Footprint")?.as_str()?)?)))
}

/// `geography'SRID=4326;POLYGON ((…))'`.
fn from_wkt(text: &str) -> Option<Value> {
    let text = text.split_once(';').map_or(text, |(_, rest)| rest).trim().trim_end_matches('\'');
    let (kind, depth) = match text.split('(').next()?.trim().to_ascii_uppercase().as_str() {
        "POLYGON" => ("Polygon", 2),
        "MULTIPOLYGON" => ("MultiPolygon", 3),
        _ => return None,
    };
    // The same nesting as in GeoJSON, with other signs.
    let mut json = String::from("[");
    for (at, point) in text[text.find('(')?..].split(',').enumerate() {
        let (opening, closing) = (point.matches('(').count(), point.matches(')').count());
        let numbers: Option<Vec<f64>> = point.replace(['(', ')'], " ").split_whitespace().take(2).map(|n| n.parse().ok()).collect();
        let [x, y] = numbers?.try_into().ok()?;
        json += if at > 0 { "," } else { "" };
        let opening = if at == 0 { opening.checked_sub(1)? } else { opening };
        json += &format!("{}[{x},{y}]{}", "[".repeat(opening), "]".repeat(closing));
    }
    let coordinates: Value = serde_json::from_str(&json).ok()?;
    (depth_of(&coordinates) == depth + 1).then(|| json!({"type": kind, "coordinates": coordinates}))
}

fn depth_of(value: &Value) -> usize {
    value.as_array().map_or(0, |items| 1 + items.first().map_or(0, depth_of))
}

fn quicklook(record: &Value) -> Option<&str> {
    let assets = record.get("Assets")?.as_array()?;
    assets.iter().find(|one| one.get("Type").and_then(Value::as_str) == Some("QUICKLOOK"))?.get("DownloadLink")?.as_str()
}

fn packages(provider: &str, record: &Value, base: &Url) -> Vec<Package> {
    let id = record.get("Id").and_then(Value::as_str).filter(|id| id.chars().all(|c| c.is_ascii_hexdigit() || c == '-') && !id.is_empty());
    let online = record.get("Online").and_then(Value::as_bool).unwrap_or(true);
    let size = record.get("ContentLength").and_then(Value::as_u64).filter(|size| *size > 0);
    let package = |form, href: String, account, size, checksum| {
        let access = Access::Account(account);
        Package { form, href, provider: provider.to_owned(), access, size, checksum, online }
    };
    let mut all = Vec::new();
    if let Some(id) = id {
        let product = format!("Products({id})");
        let files = files(base);
        let at = |last: &str| below(&files, &[&product, last]).to_string();
        all.push(package(PackageForm::SafeZip, at("$value"), AccountKind::Cdse, size, md5(record)));
        all.push(package(PackageForm::SafeNodes, at("Nodes"), AccountKind::Cdse, None, None));
    }
    let key = record.get("S3Path").and_then(Value::as_str).and_then(|path| path.strip_prefix('/'));
    let plain = |key: &&str| key.split('/').count() > 1 && !key.contains("..") && !key.chars().any(char::is_control);
    if let Some(key) = key.filter(plain) {
        all.push(package(PackageForm::SafeS3, format!("s3://{key}"), AccountKind::CdseS3, None, None));
    }
    all
}

/// Files lie beside the catalogue: it only redirects to them, and a token must not be sent along redirects.
fn files(base: &Url) -> Url {
    let mut url = base.clone();
    if let Some(domain) = base.host_str().and_then(|host| host.strip_prefix("catalogue.")) {
        let _ = url.set_host(Some(&format!("download.{domain}")));
    }
    url
}

/// BLAKE3 is given as well, and not used.
fn md5(record: &Value) -> Option<Checksum> {
    let all = record.get("Checksum")?.as_array()?;
    let one = all.iter().find(|one| one.get("Algorithm").and_then(Value::as_str).is_some_and(|name| name.eq_ignore_ascii_case("MD5")))?;
    let digest = one.get("Value")?.as_str()?.to_ascii_lowercase();
    (digest.len() == 32 && digest.chars().all(|c| c.is_ascii_hexdigit())).then_some(Checksum::Md5(digest))
}

/// `ASCENDING`.
pub(in crate::catalogue) fn direction(word: &str) -> Option<OrbitDirection> {
    match word.to_ascii_lowercase().as_str() {
        "ascending" => Some(OrbitDirection::Ascending),
        "descending" => Some(OrbitDirection::Descending),
        _ => None,
    }
}

/// `VV&VH`, `VV+VH`, `VV,VH`.
pub(in crate::catalogue) fn polarisations(text: &str) -> Vec<swath_domain::Band> {
    text.split(|c: char| !c.is_ascii_alphabetic()).filter_map(|one| one.to_ascii_lowercase().parse().ok()).collect()
}

/// `GS2A_20240912T112541_048182_N05.11` without its end, which differs between versions of one datatake.
fn without_baseline(id: &str) -> &str {
    id.rsplit_once("_N").map_or(id, |(rest, _)| rest)
}

/// `20240912T112539` of `…_S20240912T112539_N05.11`.
fn sensing_start(id: &str) -> Option<String> {
    let start = |part: &&str| part.len() == 16 && part.starts_with('S') && part.as_bytes()[9] == b'T';
    id.split('_').find(start).map(|part| part[1..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlines_as_text_are_read() {
        for (text, corners) in [
            ("geography'SRID=4326;POLYGON ((0 0, 1 0, 1 1, 0 0))'", Some(4)),
            ("geography'SRID=4326;POLYGON((0 0,1 0,1 1,0 0),(0.1 0.1,0.2 0.1,0.2 0.2,0.1 0.1))'", Some(4)),
            ("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)),((5 5, 6 5, 6 6, 5 5)))", Some(2)),
            ("POINT (1 2)", None),
            ("POLYGON ((0 0, 1 x, 1 1, 0 0))", None),
            ("POLYGON 0 0", None),
            ("POLYGON )(", None),
            ("", None),
        ] {
            let read = from_wkt(text);
            let got = read.as_ref().map(|value| value["coordinates"].as_array().unwrap());
            let got = got.map(|c| if text.starts_with("MULTI") { c.len() } else { c[0].as_array().unwrap().len() });
            assert_eq!(got, corners, "{text}");
            assert_eq!(footprint::read(read.as_ref()).is_some(), corners.is_some(), "{text}");
        }
    }

    #[test]
    fn files_lie_on_the_host_that_gives_them_away() {
        for (base, expected) in [
            ("https://catalogue.dataspace.copernicus.eu/odata/v1", "https://download.dataspace.copernicus.eu/odata/v1"),
            ("http://127.0.0.1:8080/odata/v1", "http://127.0.0.1:8080/odata/v1"),
        ] {
            assert_eq!(files(&Url::parse(base).unwrap()).as_str(), expected);
        }
    }
}
