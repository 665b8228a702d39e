//! Online base maps: a short table, and what the user adds in `basemaps.json` beside the other configuration.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::view::BasemapView;

/// A source of map tiles in Web Mercator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basemap {
    /// Short name: lower-case letters, digits and `-`.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// Address of a tile with `{z}`, `{x}` and `{y}`.
    pub url: String,
    /// Whom to thank.
    pub attribution: String,
    /// Finest zoom level that there is.
    pub max_zoom: u8,
}

/// Name of the user's own file: a JSON list of [`Basemap`]s.
const FILE: &str = "basemaps.json";

/// The built-in maps, then the user's. One of the user's with the same id takes the place of a built-in one.
pub fn load(config: &Path) -> Vec<Basemap> {
    let mut maps = built_in();
    for map in own(&config.join(FILE)) {
        match maps.iter_mut().find(|known| known.id == map.id) {
            Some(known) => *known = map,
            None => maps.push(map),
        }
    }
    maps
}

fn built_in() -> Vec<Basemap> {
    let map = |id: &str, title: &str, url: &str, attribution: &str, max_zoom| Basemap {
        id: id.into(),
        title: title.into(),
        url: url.into(),
        attribution: attribution.into(),
        max_zoom,
    };
    vec![
        // Its tile usage policy asks for a user agent that names the program, and for caching.
        map("osm", "OpenStreetMap", "https://tile.openstreetmap.org/{z}/{x}/{y}.png", "© OpenStreetMap contributors", 19),
        map(
            "s2cloudless",
            "Sentinel-2 cloudless 2023",
            "https://tiles.maps.eox.at/wmts/1.0.0/s2cloudless-2023_3857/default/g/{z}/{y}/{x}.jpg",
            "Sentinel-2 cloudless – https://s2maps.eu by EOX IT Services GmbH (contains modified Copernicus Sentinel data 2023)",
            14,
        ),
    ]
}

fn own(file: &Path) -> Vec<Basemap> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            tracing::warn!(%error, "{FILE} cannot be read");
            return Vec::new();
        }
    };
    let maps: Vec<Basemap> = serde_json::from_str(&text).unwrap_or_else(|error| {
        tracing::warn!(%error, "{FILE} is not a list of base maps (id, title, url, attribution, max_zoom)");
        Vec::new()
    });
    maps.into_iter()
        .filter(|map| {
            let usable = map.is_usable();
            if !usable {
                tracing::warn!(id = map.id, "a base map in {FILE} has a wrong id, address or zoom level and is left out");
            }
            usable
        })
        .collect()
}

impl Basemap {
    fn is_usable(&self) -> bool {
        let name = !self.id.is_empty() && self.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        let places = ["{z}", "{x}", "{y}"].iter().all(|place| self.url.contains(place));
        let web = self.url.starts_with("https://") || self.url.starts_with("http://");
        name && self.id != "offline" && places && web && self.max_zoom <= 24
    }

    /// Address of one tile.
    pub fn tile(&self, z: u8, x: u32, y: u32) -> String {
        self.url.replace("{z}", &z.to_string()).replace("{x}", &x.to_string()).replace("{y}", &y.to_string())
    }

    /// As the page shows it; the address stays here.
    pub fn view(&self) -> BasemapView {
        BasemapView { id: self.id.clone(), title: self.title.clone(), attribution: self.attribution.clone(), max_zoom: self.max_zoom }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_own_maps_are_added_and_unusable_ones_left_out() {
        let config = tempfile::tempdir().unwrap();
        assert_eq!(load(config.path()).iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["osm", "s2cloudless"]);
        let own = r#"[
            {"id": "mine", "title": "Mine", "url": "https://t.example/{z}/{y}/{x}.png", "attribution": "me", "max_zoom": 12},
            {"id": "osm", "title": "Other", "url": "https://o.example/{z}/{x}/{y}.png", "attribution": "o", "max_zoom": 9},
            {"id": "../x", "title": "x", "url": "https://t.example/{z}/{x}/{y}", "attribution": "", "max_zoom": 1},
            {"id": "file", "title": "x", "url": "file:///{z}/{x}/{y}", "attribution": "", "max_zoom": 1}
        ]"#;
        std::fs::write(config.path().join(FILE), own).unwrap();
        let maps = load(config.path());
        assert_eq!(maps.iter().map(|m| (m.id.as_str(), m.max_zoom)).collect::<Vec<_>>(), [("osm", 9), ("s2cloudless", 14), ("mine", 12)]);
        assert_eq!(maps[2].tile(3, 4, 5), "https://t.example/3/5/4.png");
        std::fs::write(config.path().join(FILE), "not json").unwrap();
        assert_eq!(load(config.path()).len(), 2);
    }
}
