//! From a granule, as the Unified Metadata Model describes it, to a scene.

use serde_json::{Value, json};
use swath_domain::{Checksum, Package, PackageForm, ProductName, Scene, SceneId};
use url::Url;

use crate::catalogue::odata::{direction, polarisations};
use crate::catalogue::page::public;
use crate::provider::Collection;
use crate::stac::{footprint, item::is_name};

/// The scene, or why the granule cannot be used.
pub(super) fn scene(provider: &str, collection: &Collection, item: &Value, base: &Url) -> Result<Scene, &'static str> {
    let umm = item.get("umm").ok_or("it has no description")?;
    let name = name(item).ok_or("it has no usable name")?;
    if !matches!(ProductName::read(&name), Some(ProductName::Sentinel1(_))) {
        return Err("its name is none that is known");
    }
    let datetime = start(umm).ok_or("it has no date")?;
    let footprint = outline(umm).ok_or("it has no usable outline")?;
    let said = |key: &str| attribute(umm, key);
    let platform = umm.get("Platforms").and_then(|all| all.get(0)?.get("ShortName")?.as_str()).or_else(|| said("ASF_PLATFORM"));
    let picture = related(umm, "GET RELATED VISUALIZATION").or_else(|| said("THUMBNAIL_URL"));
    Ok(Scene {
        platform: platform.unwrap_or_default().to_ascii_lowercase(),
        thumbnail: picture.and_then(|href| public(href, base)),
        orbit_direction: said("ASCENDING_DESCENDING").and_then(direction),
        relative_orbit: said("PATH_NUMBER").and_then(|text| text.parse().ok()).filter(|path| (1..=175).contains(path)),
        polarisations: said("POLARIZATION").map(polarisations).unwrap_or_default(),
        processed: said("PROCESSING_DATE").and_then(|text| text.parse().ok().or_else(|| format!("{text}Z").parse().ok())),
        packages: package(provider, collection, umm, base).into_iter().collect(),
        name: Some(name.clone()),
        ..Scene::new(SceneId::new(provider, &collection.id, &name), collection.sensor, datetime, footprint)
    })
}

/// The catalogue's own id of it.
pub(super) fn concept(item: &Value) -> String {
    let id = item.get("meta").and_then(|meta| meta.get("concept-id")?.as_str()).map(str::to_owned);
    id.or_else(|| name(item)).unwrap_or_else(|| item.to_string())
}

/// Which of the collections that were asked for it is of.
pub(super) fn collection<'a>(item: &Value, asked: &[&'a Collection]) -> Option<&'a Collection> {
    let short = item.get("umm")?.get("CollectionReference").and_then(|one| one.get("ShortName")?.as_str());
    match short {
        Some(short) => asked.iter().find(|collection| collection.id == short).copied(),
        // Some say only which version of which long title they are of; then the satellite of the name decides.
        None => {
            let name = name(item)?;
            let satellite = format!("SENTINEL-1{}_", name.get(2..3)?);
            asked.iter().find(|collection| collection.id.starts_with(&satellite)).copied()
        }
    }
}

/// The product's name: the identifier that its maker gave it, or the granule's without the kind of file at its end.
pub(super) fn name(item: &Value) -> Option<String> {
    let umm = item.get("umm")?;
    let identifiers = umm.get("DataGranule").and_then(|data| data.get("Identifiers")?.as_array());
    let given =
        identifiers.into_iter().flatten().filter(|one| one.get("IdentifierType").and_then(Value::as_str) == Some("ProducerGranuleId"));
    let granule = umm.get("GranuleUR").and_then(Value::as_str).map(|id| id.rsplit_once('-').map_or(id, |(name, _)| name));
    let name = given.filter_map(|one| one.get("Identifier")?.as_str()).next().or(granule)?;
    let name = name.trim_end_matches(".zip").trim_end_matches(".SAFE");
    is_name(name).then(|| name.to_owned())
}

fn start(umm: &Value) -> Option<jiff::Timestamp> {
    let times = umm.get("TemporalExtent")?;
    let text = times.get("RangeDateTime").and_then(|range| range.get("BeginningDateTime")).or_else(|| times.get("SingleDateTime"))?;
    text.as_str()?.parse().ok()
}

/// The first value of an additional attribute; `NA` and `NULL` are none.
fn attribute<'a>(umm: &'a Value, name: &str) -> Option<&'a str> {
    let all = umm.get("AdditionalAttributes")?.as_array()?;
    let one = all.iter().find(|one| one.get("Name").and_then(Value::as_str) == Some(name))?;
    one.get("Values")?.get(0)?.as_str().filter(|value| !matches!(*value, "" | "NA" | "NULL"))
}

/// The first address of a kind; some are written without `https:`.
fn related<'a>(umm: &'a Value, kind: &str) -> Option<&'a str> {
    let all = umm.get("RelatedUrls")?.as_array()?;
    let fit = all.iter().filter(|one| one.get("Type").and_then(Value::as_str) == Some(kind));
    fit.filter_map(|one| one.get("URL")?.as_str()).find(|href| href.starts_with("http"))
}

fn outline(umm: &Value) -> Option<geo::MultiPolygon<f64>> {
    let geometry = umm.get("SpatialExtent")?.get("HorizontalSpatialDomain")?.get("Geometry")?;
    let list = |key: &str| geometry.get(key).and_then(Value::as_array).filter(|all| !all.is_empty());
    let rings: Vec<Value> = match (list("GPolygons"), list("BoundingRectangles")) {
        (Some(polygons), _) => polygons.iter().map(ring).collect::<Option<_>>()?,
        (None, Some(boxes)) => boxes.iter().map(rectangle).collect::<Option<_>>()?,
        (None, None) => return None,
    };
    footprint::read(Some(&json!({"type": "MultiPolygon", "coordinates": rings})))
}

fn ring(polygon: &Value) -> Option<Value> {
    let points = polygon.get("Boundary")?.get("Points")?.as_array()?;
    let points: Option<Vec<Value>> =
        points.iter().map(|p| Some(json!([p.get("Longitude")?.as_f64()?, p.get("Latitude")?.as_f64()?]))).collect();
    Some(json!([points?]))
}

fn rectangle(one: &Value) -> Option<Value> {
    let side = |name: &str| one.get(format!("{name}BoundingCoordinate"))?.as_f64();
    let (west, south, east, north) = (side("West")?, side("South")?, side("East")?, side("North")?);
    Some(json!([[[west, south], [east, south], [east, north], [west, north], [west, south]]]))
}

fn package(provider: &str, collection: &Collection, umm: &Value, base: &Url) -> Option<Package> {
    let href = related(umm, "GET DATA").filter(|href| href.split('?').next().is_some_and(|path| path.ends_with(".zip")))?;
    let digest = attribute(umm, "MD5SUM").map(str::to_ascii_lowercase);
    let digest = digest.filter(|text| text.len() == 32 && text.chars().all(|c| c.is_ascii_hexdigit()));
    Some(Package {
        form: PackageForm::SafeZip,
        href: public(href, base)?,
        provider: provider.to_owned(),
        access: collection.access,
        size: attribute(umm, "BYTES").and_then(|text| text.parse().ok()).filter(|size| *size > 0),
        checksum: digest.map(Checksum::Md5),
        online: true,
    })
}
