//! From a result of `scene-search` to a scene.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value;
use swath_domain::{Package, PackageForm, ProductName, Scene, SceneId};
use url::Url;

use crate::catalogue::page::public;
use crate::provider::Collection;
use crate::stac::{footprint, item::is_name};

/// The scene, or why the result cannot be used.
pub(super) fn scene(provider: &str, collection: &Collection, result: &Value, base: &Url) -> Result<Scene, &'static str> {
    let name = name(result).ok_or("it has no usable name")?;
    let read = match ProductName::read(&name) {
        Some(ProductName::Landsat(read)) if read.sensor == collection.sensor => read,
        Some(_) => return Err("it is a product of another kind"),
        None => return Err("its name is none that is known"),
    };
    let entity = Some(entity(result)).filter(|id| is_name(id)).ok_or("it has no usable id")?;
    let day = |date: Date| date.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp());
    // Only the day is said; the name has it as well.
    let datetime = start(result).or_else(|| day(read.acquired)).ok_or("it has no date")?;
    // `spatialBounds` is only the box around it.
    let outline = footprint::read(result.get("spatialCoverage")).or_else(|| footprint::read(result.get("spatialBounds")));
    let footprint = outline.ok_or("it has no usable outline")?;
    let may = result.get("options").and_then(|options| options.get("download")?.as_bool()).unwrap_or(true);
    let package = Package {
        form: PackageForm::LandsatTar,
        href: format!("m2m:{}/{entity}", collection.id),
        provider: provider.to_owned(),
        access: collection.access,
        size: None,
        checksum: None,
        online: may,
    };
    Ok(Scene {
        platform: read.platform.clone(),
        cloud_cover: number(result.get("cloudCover")).filter(|cloud| (0.0..=100.0).contains(cloud)),
        tile: Some(read.tile.clone()),
        datatake: Some(format!("{}_{}_{}", read.platform, &read.tile[..3], read.acquired.strftime("%Y%m%d"))),
        thumbnail: picture(result).and_then(|href| public(href, base)),
        tier: Some(read.tier),
        processed: day(read.processed),
        packages: vec![package],
        name: Some(name.clone()),
        ..Scene::new(SceneId::new(provider, &collection.id, &name), collection.sensor, datetime, footprint)
    })
}

/// The product's name, `displayId`.
pub(super) fn name(result: &Value) -> Option<String> {
    let name = result.get("displayId")?.as_str()?;
    is_name(name).then(|| name.to_owned())
}

/// The service's own id of the scene.
pub(super) fn entity(result: &Value) -> String {
    result.get("entityId").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A number, which may be written as a text.
pub(super) fn number(value: Option<&Value>) -> Option<f64> {
    let value = value?;
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// `2016-09-11 00:00:00`, `2016-09-11 00:00:00-06`, `2016-09-11`.
fn start(result: &Value) -> Option<Timestamp> {
    let text = result.get("temporalCoverage")?.get("startDate")?.as_str()?;
    let date: Date = text.get(..10)?.parse().ok()?;
    let time: jiff::civil::Time = text.get(11..19).and_then(|time| time.parse().ok()).unwrap_or_default();
    Some(date.to_datetime(time).to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// The smallest picture of the scene's own colours, which is the first.
fn picture(result: &Value) -> Option<&str> {
    let first = result.get("browse")?.get(0)?;
    ["thumbnailPath", "browsePath"].iter().find_map(|key| first.get(*key)?.as_str())
}
