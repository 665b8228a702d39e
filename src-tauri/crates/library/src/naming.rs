//! What files of the library are called: readable, legal on every system, and short where the provider's own name is not kept.

use jiff::tz::TimeZone;
use swath_domain::{Band, Content, Scene, Sensor};

use crate::slug::{PATH_BUDGET, legal};

/// Longest part of a name that comes from a catalogue, in UTF-16 units; products are named with up to 80.
const LONGEST: usize = 120;
/// Shortest that a name is made to fit the path budget.
const SHORTEST: usize = 8;

/// A place in the library, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// `sentinel-2-l2a/2025-08-18`.
    folder: String,
    /// `T33TWL_20250818_B04`.
    stem: String,
    /// `.tif`; empty for some folders.
    end: &'static str,
    /// Programs look at the names of product folders, so these are never changed.
    exact: bool,
}

/// Where a part of a scene goes inside the library's folder, with `/` between the parts, as long as nothing else has that name.
///
/// ```text
/// sentinel-2-l2a/2025-08-18/S2B_MSIL2A_….SAFE              whole product, or some bands of it
/// sentinel-2-l2a/2025-08-18/S2B_MSIL2A_….SAFE.zip
/// sentinel-2-l2a/2025-08-18/T33TWL_20250818_B04.tif         file of a band
/// sentinel-2-l2a/2025-08-18/T33TWL_20250818_B04_0a1b2c3d4e.tif   part of a band under an area
/// landsat-c2-l2/2025-08-18/191028_20250818_B4.TIF
/// sentinel-1-grd/2025-08-18/S1A_20250818T051230_VV.tiff
/// ```
pub fn place_of(scene: &Scene, content: &Content) -> String {
    place(scene, content, None).nth(1)
}

/// The same, with the ending that the file has (`tif`, `jp2`), where that is known.
pub(crate) fn place(scene: &Scene, content: &Content, ending: Option<&str>) -> Place {
    let date = scene.datetime.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string();
    let folder = format!("{}/{date}", scene.sensor.name());
    let product = || {
        let name = scene.name.as_deref().unwrap_or_else(|| scene.id.item());
        let bare = [".SAFE", ".safe", ".zip", ".tar"].iter().fold(name, |name, end| name.strip_suffix(end).unwrap_or(name));
        legal(bare, LONGEST)
    };
    let (stem, end, exact) = match content {
        Content::Safe | Content::PartialSafe { .. } => (product(), ".SAFE", true),
        Content::SafeZip => (product(), ".SAFE.zip", false),
        Content::LandsatTar => (product(), ".tar", false),
        Content::LandsatFolder => (product(), "", true),
        Content::Band { band } => (single(scene, *band), ending_of(scene, *band, ending), false),
        Content::Window { band, area } => (format!("{}_{}", single(scene, *band), legal(area, 16)), ".tif", false),
    };
    Place { folder, stem, end, exact }
}

impl Place {
    /// The n-th choice, from 1: files get `-2` before their ending, folders of products go into a folder of their own.
    pub(crate) fn nth(&self, n: u32) -> String {
        let Place { folder, stem, end, exact } = self;
        match (n, exact) {
            (1, _) => format!("{folder}/{stem}{end}"),
            (n, true) => format!("{folder}-{n}/{stem}{end}"),
            (n, false) => format!("{folder}/{stem}-{n}{end}"),
        }
    }

    /// With a name that fits Windows' limit for whole paths below a root of so many units, as far as it may be shortened.
    pub(crate) fn within(mut self, root: usize) -> Self {
        // A separator before and after the folder, and a counter of up to four characters.
        let taken = root + self.folder.len() + 2 + self.end.len() + 4;
        let room = PATH_BUDGET.saturating_sub(taken).max(SHORTEST);
        if !self.exact && self.stem.encode_utf16().count() > room {
            // What tells files of one day apart stands at the end.
            let tail: String = self.stem.chars().rev().take(room / 2).collect();
            let tail: String = tail.chars().rev().collect();
            self.stem = format!("{}{tail}", legal(&self.stem, room - tail.encode_utf16().count().min(room)));
        }
        self
    }
}

/// `T33TWL_20250818_B04`, `191028_20250818_B4`, `S1A_20250818T051230_VV`.
fn single(scene: &Scene, band: Band) -> String {
    let moment = scene.datetime.to_zoned(TimeZone::UTC);
    let day = moment.strftime("%Y%m%d");
    let sentinel_2 = matches!(scene.sensor, Sensor::Sentinel2L1c | Sensor::Sentinel2L2a);
    let place = match (&scene.tile, scene.platform.strip_prefix("sentinel-")) {
        (Some(tile), _) if sentinel_2 && !tile.starts_with('T') => format!("T{}_{day}", legal(tile, 16)),
        (Some(tile), _) => format!("{}_{day}", legal(tile, 16)),
        (None, Some(short)) if !sentinel_2 => format!("S{}_{}", legal(short, 8).to_uppercase(), moment.strftime("%Y%m%dT%H%M%S")),
        (None, _) => legal(scene.id.item(), 60),
    };
    format!("{place}_{}", band.label(scene.sensor).unwrap_or(band.name()))
}

fn ending_of(scene: &Scene, band: Band, ending: Option<&str>) -> &'static str {
    const KNOWN: [&str; 5] = [".tif", ".TIF", ".tiff", ".jp2", ".TIFF"];
    if let Some(known) = ending.and_then(|ending| KNOWN.into_iter().find(|known| known[1..] == *ending)) {
        return known;
    }
    match scene.assets.get(&band) {
        Some(asset) if !asset.is_tiff() => ".jp2",
        Some(asset) => {
            let path = asset.href.split(['?', '#']).next().unwrap_or_default();
            KNOWN.into_iter().find(|end| path.ends_with(end)).unwrap_or(".tif")
        }
        None => ".tif",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use swath_domain::{Aoi, Asset, Evidence, Radiometry, SceneId};

    fn scene(sensor: Sensor, item: &str, href: &str) -> Scene {
        let shape = Aoi::from_bbox([15.0, 45.0, 16.0, 46.0]).unwrap().shape().clone();
        let mut scene = Scene::new(SceneId::new("p", "c", item), sensor, "2025-08-18T23:59:59Z".parse().unwrap(), shape);
        scene.assets.insert(Band::Red, Asset::new(href, Radiometry::identity(None, Evidence::Assumed)));
        scene
    }

    #[test]
    fn places_follow_the_scheme() {
        let red = Content::Band { band: Band::Red };
        let window = Content::Window { band: Band::Red, area: "0a1b2c3d4e".into() };
        let two = |tile: Option<&str>, name: Option<&str>, href: &str| Scene {
            tile: tile.map(Into::into),
            name: name.map(Into::into),
            platform: "sentinel-2b".into(),
            ..scene(Sensor::Sentinel2L2a, "S2B_33TWL_20250818_0_L2A", href)
        };
        let s2 = two(Some("33TWL"), Some("S2B_MSIL2A_20250818T100029_N0511_R122_T33TWL_20250818T134159"), "https://e.com/B04.tif?x=1");
        let day = "sentinel-2-l2a/2025-08-18";
        let product = format!("{day}/S2B_MSIL2A_20250818T100029_N0511_R122_T33TWL_20250818T134159.SAFE");
        let mut cases = vec![
            (&s2, Content::Safe, product.clone()),
            (&s2, Content::PartialSafe { bands: vec![Band::Red] }, product.clone()),
            (&s2, Content::SafeZip, format!("{product}.zip")),
            (&s2, red.clone(), format!("{day}/T33TWL_20250818_B04.tif")),
            (&s2, window, format!("{day}/T33TWL_20250818_B04_0a1b2c3d4e.tif")),
        ];
        let safe_named = two(Some("T33TWL"), Some("X.SAFE"), "https://e.com/Nodes('B04_10m.jp2')/$value");
        cases.push((&safe_named, Content::Safe, format!("{day}/X.SAFE")));
        cases.push((&safe_named, red.clone(), format!("{day}/T33TWL_20250818_B04.jp2")));
        let nameless = two(None, None, "https://e.com/x");
        cases.push((&nameless, red.clone(), format!("{day}/S2B_33TWL_20250818_0_L2A_B04.tif")));
        let evil = two(None, Some("../..\\con:*?\u{202e}"), "https://e.com/x");
        cases.push((&evil, Content::Safe, format!("{day}/_con.SAFE")));
        let landsat = Scene { tile: Some("191028".into()), ..scene(Sensor::LandsatC2L2, "LC08_L2SP_191028_20250818", "s3://b/X_B4.TIF") };
        cases.push((&landsat, red.clone(), "landsat-c2-l2/2025-08-18/191028_20250818_B4.TIF".into()));
        cases.push((&landsat, Content::LandsatTar, "landsat-c2-l2/2025-08-18/LC08_L2SP_191028_20250818.tar".into()));
        cases.push((&landsat, Content::LandsatFolder, "landsat-c2-l2/2025-08-18/LC08_L2SP_191028_20250818".into()));
        let radar = Scene { platform: "sentinel-1a".into(), ..scene(Sensor::Sentinel1Grd, "S1A_IW", "x.tiff") };
        cases.push((&radar, Content::Band { band: Band::Vv }, "sentinel-1-grd/2025-08-18/S1A_20250818T235959_VV.tif".into()));
        for (scene, content, expected) in cases {
            assert_eq!(place_of(scene, &content), expected);
        }
        assert_eq!(place(&s2, &red, Some("jp2")).nth(1), format!("{day}/T33TWL_20250818_B04.jp2"), "the file knows better");
    }

    #[test]
    fn taken_names_get_a_number_where_programs_do_not_mind_and_long_ones_fit() {
        let name = "S2B_MSIL2A_20250818T100029_N0511_R122_T33TWL_20250818T134159";
        let s2 = Scene { name: Some(name.into()), ..scene(Sensor::Sentinel2L2a, "x", "x.tif") };
        assert_eq!(place(&s2, &Content::SafeZip, None).nth(2), format!("sentinel-2-l2a/2025-08-18/{name}-2.SAFE.zip"));
        assert_eq!(place(&s2, &Content::Safe, None).nth(3), format!("sentinel-2-l2a/2025-08-18-3/{name}.SAFE"));
        for root in [0, 100, 160, 190, 210] {
            let short = place(&s2, &Content::SafeZip, None).within(root).nth(9999);
            assert!(root + 1 + short.len() <= PATH_BUDGET + 1, "{root}: {short} has {}", short.len());
            assert!(short.ends_with("-9999.SAFE.zip") && short.contains("4159"), "{short}");
        }
    }
}
