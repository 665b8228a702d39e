//! From a STAC item, of any version and with whatever a server leaves out or adds, to a scene.

use std::collections::BTreeMap;

use serde_json::Value;
use swath_domain::{Asset, Scene, SceneId};
use url::Url;

use super::properties::Properties;
use super::{asset, footprint, radiometry};
use crate::provider::Collection;

/// The scene, or why the item cannot be used.
pub(crate) fn scene(provider: &str, collection: &Collection, item: &Value, base: &Url, trusted: bool) -> Result<Scene, &'static str> {
    let id = item.get("id").and_then(Value::as_str).filter(|id| is_name(id)).ok_or("it has no usable id")?;
    let nothing = Value::Null;
    let values = item.get("properties").unwrap_or(&nothing);
    let properties = Properties(values);
    let datetime = properties.datetime().ok_or("it has no date")?;
    let footprint = footprint::read(item.get("geometry")).ok_or("it has no usable outline")?;
    let given = item.get("assets").unwrap_or(&nothing);
    let mut assets = BTreeMap::new();
    for (band, key) in &collection.assets {
        let Some(one) = given.get(key) else { continue };
        let Some(href) = asset::href(one, base, trusted) else { continue };
        let radiometry = radiometry::radiometry(collection.offset_rule, collection.sensor, *band, one, values);
        let (grid, size, checksum) = (asset::grid(one, values), asset::size(one), asset::checksum(one));
        assets.insert(
            *band,
            Asset { provider: provider.to_owned(), grid, size, checksum, access: collection.access, ..Asset::new(href, radiometry) },
        );
    }
    if assets.is_empty() {
        return Err("it has none of the known assets, or none that may be fetched");
    }
    let thumbnail = collection.thumbnail.as_ref().and_then(|key| asset::href(given.get(key)?, base, trusted));
    Ok(Scene {
        platform: properties.platform(),
        cloud_cover: properties.cloud_cover(),
        tile: properties.tile(),
        baseline: radiometry::baseline(values),
        datatake: properties.datatake(collection.sensor, datetime),
        datastrip: properties.datastrip(),
        sun: properties.sun(),
        assets,
        thumbnail,
        ..Scene::new(SceneId::new(provider, &collection.id, id), collection.sensor, datetime, footprint)
    })
}

/// Ids become parts of keys and, later, of file names.
pub(crate) fn is_name(id: &str) -> bool {
    !id.is_empty() && id.len() <= 200 && id != "." && id != ".." && !id.chars().any(|c| c == '/' || c == '\\' || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_with_paths_in_them_are_no_names() {
        for (id, good) in
            [("S2A_T13TDE_20240422T174753_L2A", true), ("a/b", false), ("..", false), ("a\\b", false), ("", false), ("a\nb", false)]
        {
            assert_eq!(is_name(id), good, "{id:?}");
        }
    }
}
