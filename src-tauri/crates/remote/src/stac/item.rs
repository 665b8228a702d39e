//! From a STAC item, of any version and with whatever a server leaves out or adds, to a scene.

use std::collections::BTreeMap;

use serde_json::Value;
use swath_domain::{Asset, Band, Scene, SceneId, Sensor};
use url::Url;

use super::place::Around;
use super::properties::{Properties, product_name};
use super::{asset, footprint, package, radiometry};
use crate::provider::Collection;

/// The scene, or why the item cannot be used.
pub(crate) fn scene(provider: &str, collection: &Collection, item: &Value, base: &Url, trusted: bool) -> Result<Scene, &'static str> {
    let id = item.get("id").and_then(Value::as_str).filter(|id| is_name(id)).ok_or("it has no usable id")?;
    let nothing = Value::Null;
    let values = item.get("properties").unwrap_or(&nothing);
    let properties = Properties(values);
    let datetime = properties.datetime().ok_or("it has no date")?;
    let footprint = footprint::read(item.get("geometry")).ok_or("it has no usable outline")?;
    let sensor = collection.sensor;
    let name = product_name(sensor, id, item);
    let baseline = radiometry::baseline(values).or_else(|| name.as_ref().and_then(|(_, baseline)| baseline.clone()));
    let around = Around { base, trusted, properties: values, access: collection.access };
    let (mut assets, mut alternates) = (BTreeMap::new(), BTreeMap::new());
    for (band, key) in &collection.assets {
        let Some(one) = item.get("assets").and_then(|assets| assets.get(key)) else { continue };
        let radiometry = radiometry::decided(collection.offset_rule, sensor, *band, one, values, baseline.clone());
        // What catalogues say of the grid of GRD is made up: its pixels lie on no map.
        let grid = if sensor == Sensor::Sentinel1Grd { None } else { asset::grid(one, values) };
        let (size, checksum) = (asset::size(one), asset::checksum(one));
        let known = Asset { provider: provider.to_owned(), grid, size, checksum, ..Asset::new("", radiometry) };
        let mut places = around.places(one).into_iter().map(|(href, access)| Asset { href, access, ..known.clone() });
        let Some(first) = places.next() else { continue };
        assets.insert(*band, first);
        let others: Vec<_> = places.collect();
        if !others.is_empty() {
            alternates.insert(*band, others);
        }
    }
    let packages = package::read(provider, item, &around);
    if assets.is_empty() && packages.is_empty() {
        return Err("it has none of the known assets, or none that may be fetched");
    }
    let optical = matches!(sensor, Sensor::Sentinel2L1c | Sensor::Sentinel2L2a);
    // Items made from others (a series for tests, a product that somebody derived) keep what the others said of themselves. What tells of
    // another day than the item would make one scene of many.
    let of_this = |said: &str| !optical || !tells_of_another_day(said, datetime);
    Ok(Scene {
        platform: properties.platform(),
        cloud_cover: properties.cloud_cover(),
        tile: properties.tile(),
        baseline: baseline.map(|text| if optical { radiometry::plain(&text).unwrap_or(text) } else { text }),
        datatake: properties.datatake(sensor, datetime).filter(|said| of_this(said)),
        datastrip: properties.datastrip().filter(|said| !optical || !strip_of_another_day(said, datetime)),
        sun: properties.sun(),
        thumbnail: thumbnail(collection, item, &around, &assets),
        name: name.map(|(name, _)| name).filter(|said| of_this(said)),
        orbit_direction: properties.orbit_direction(),
        relative_orbit: properties.relative_orbit(),
        polarisations: polarisations(sensor, &properties, &assets),
        tier: properties.tier(),
        processed: properties.processed(),
        assets,
        packages,
        alternates,
        ..Scene::new(SceneId::new(provider, &collection.id, id), sensor, datetime, footprint)
    })
}

/// Whether the moment that a name tells (`S2B_MSIL2A_20230810T094549_…`, `GS2B_20230810T094549_…`) is more than a day away.
fn tells_of_another_day(name: &str, datetime: jiff::Timestamp) -> bool {
    let mut parts = name.split('_').skip(1);
    let said = parts.next().and_then(|part| if part.starts_with("MSIL") { moment(parts.next()?) } else { moment(part) });
    said.is_some_and(|said| (said.as_second() - datetime.as_second()).abs() > 86_400)
}

/// The same for the name of a datastrip, where the moment it was taken follows an `S`: `…_20230810T130104_S20230810T095651_N05.09`.
fn strip_of_another_day(name: &str, datetime: jiff::Timestamp) -> bool {
    name.split('_')
        .find_map(|part| moment(part.strip_prefix('S')?))
        .is_some_and(|said| (said.as_second() - datetime.as_second()).abs() > 86_400)
}

fn moment(part: &str) -> Option<jiff::Timestamp> {
    let at = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S", part).ok().filter(|_| part.len() == 15)?;
    Some(at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

/// What the item says; otherwise the layers that it has.
fn polarisations(sensor: Sensor, properties: &Properties<'_>, assets: &BTreeMap<Band, Asset>) -> Vec<Band> {
    let radar = matches!(sensor, Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc);
    let said = properties.polarisations();
    match said.is_empty() {
        _ if !radar => Vec::new(),
        true => assets.keys().copied().collect(),
        false => said,
    }
}

/// The picture under the collection's key if it is open, or another one that says that it is a thumbnail.
fn thumbnail(collection: &Collection, item: &Value, around: &Around<'_>, assets: &BTreeMap<Band, Asset>) -> Option<String> {
    let given = item.get("assets").and_then(Value::as_object)?;
    let role = |asset: &&Value| {
        let roles = asset.get("roles").and_then(Value::as_array);
        roles.is_some_and(|roles| roles.iter().any(|role| role == "thumbnail"))
    };
    let named = collection.thumbnail.iter().filter_map(|key| given.get(key));
    let open = named.chain(given.values().filter(role)).find_map(|asset| around.picture(asset));
    // Pictures of the paid bucket of Level 1C are shown without payment by its keeper.
    let tile = || {
        let (folder, _) = assets.get(&Band::Red)?.href.strip_prefix("s3://")?.rsplit_once('/')?;
        folder.starts_with("sentinel-s2-l1c/tiles/").then(|| format!("https://roda.sentinel-hub.com/{folder}/preview.jpg"))
    };
    open.or_else(tile)
}

/// Ids become parts of keys and, later, of file names.
pub(crate) fn is_name(id: &str) -> bool {
    !id.is_empty() && id.len() <= 200 && id != "." && id != ".." && !id.chars().any(|c| c == '/' || c == '\\' || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_another_day_are_known() {
        let taken = "2023-08-10T09:58:11.662Z".parse().unwrap();
        for (name, other) in [
            ("S2B_MSIL2A_20230810T094549_N0509_R079_T33TWL_20230810T130104.SAFE", false),
            ("S2B_MSIL2A_20230809T235959_N0509_R079_T33TWL_20240110T130104.SAFE", false),
            ("S2B_MSIL2A_20230601T094549_N0509_R079_T33TWL_20230810T130104.SAFE", true),
            ("GS2B_20230815T094549_033567", true),
            ("GS2B_20230810T094549_033567", false),
            ("S2A_OPER_PRD_MSIL1C_PDMC_20160318T145513_R022_V20160317T100012_20160317T100756", false),
            ("GS2A_X", false),
            ("", false),
        ] {
            assert_eq!(tells_of_another_day(name, taken), other, "{name}");
        }
        for (name, other) in [
            ("S2B_OPER_MSI_L2A_DS_2BPS_20230810T130104_S20230810T095651_N05.09", false),
            ("S2B_OPER_MSI_L2A_DS_2BPS_20240110T130104_S20230810T095651_N05.09", false),
            ("S2B_OPER_MSI_L2A_DS_2BPS_20230810T130104_S20230601T095651_N05.09", true),
            ("S2B", false),
        ] {
            assert_eq!(strip_of_another_day(name, taken), other, "{name}");
        }
    }

    #[test]
    fn ids_with_paths_in_them_are_no_names() {
        for (id, good) in
            [("S2A_T13TDE_20240422T174753_L2A", true), ("a/b", false), ("..", false), ("a\\b", false), ("", false), ("a\nb", false)]
        {
            assert_eq!(is_name(id), good, "{id:?}");
        }
    }
}
