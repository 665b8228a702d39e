//! One acquisition, as many catalogues describe it: what is the same product, what is a newer version of it, and what is another half.
//!
//! Catalogues agree on little, so scenes are compared by what their names, datatakes and tiles say, and what one of them does not say never
//! speaks against the other. Halves of a tile (two datastrips) are never taken for versions of each other: dropping one would lose pixels.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};

use crate::{Asset, Band, Evidence, ProductName, Scene, SceneId, Sensor};

/// Collects what catalogues find, in whatever order it comes, and tells which scenes there are.
#[derive(Debug, Default)]
pub struct Merger {
    preference: Vec<String>,
    groups: BTreeMap<String, Vec<Product>>,
}

/// A scene that is new or has changed since it was last told.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// As all catalogues so far describe it, under the id under which it was told first.
    pub scene: Scene,
    /// A newer version of the same pixels.
    pub superseded_by: Option<SceneId>,
}

/// What a catalogue does not have.
#[derive(Debug, Clone, PartialEq)]
pub struct Lack {
    /// Id of the catalogue.
    pub provider: String,
    /// Kind of product.
    pub sensor: Sensor,
    /// Scenes that it has.
    pub found: usize,
    /// Scenes that others have and it has not.
    pub lacking: Vec<SceneId>,
}

/// One product: the entries of all catalogues that have it, in the order in which they came.
#[derive(Debug)]
struct Product {
    entries: Vec<Scene>,
}

impl Merger {
    /// `preference` lists the catalogues, the best first; it decides between sources that are as easy to use.
    pub fn new(preference: Vec<String>) -> Self {
        Self { preference, groups: BTreeMap::new() }
    }

    /// Takes in scenes and tells what has changed.
    pub fn add(&mut self, scenes: Vec<Scene>) -> Vec<Change> {
        let mut touched = Vec::new();
        for scene in scenes {
            let key = key(&scene);
            let group = self.groups.entry(key.clone()).or_default();
            match group.iter_mut().find(|product| product.is(&scene)) {
                Some(product) => product.take(scene),
                None => group.push(Product { entries: vec![scene] }),
            }
            if !touched.contains(&key) {
                touched.push(key);
            }
        }
        touched.iter().filter_map(|key| self.groups.get(key)).flat_map(|group| self.told(group, false)).collect()
    }

    /// All scenes, each under the id of its best source, those without a newer version first.
    pub fn finish(self) -> Vec<Change> {
        let mut all: Vec<_> = self.groups.values().flat_map(|group| self.told(group, true)).collect();
        all.sort_by(|a, b| (a.superseded_by.is_some(), &a.scene.id).cmp(&(b.superseded_by.is_some(), &b.scene.id)));
        all
    }

    fn told(&self, group: &[Product], by_best: bool) -> Vec<Change> {
        let scenes: Vec<Scene> = group.iter().map(|product| product.merged(&self.preference, by_best)).collect();
        let newest = |scene: &Scene| {
            let newer = scenes.iter().filter(|other| supersedes(other, scene));
            newer.max_by(|a, b| version(a).cmp(&version(b)).then_with(|| a.id.cmp(&b.id))).map(|other| other.id.clone())
        };
        scenes.iter().map(|scene| Change { superseded_by: newest(scene), scene: scene.clone() }).collect()
    }
}

impl Product {
    /// Whether a scene is this very product.
    fn is(&self, scene: &Scene) -> bool {
        self.entries.iter().any(|entry| entry.id == scene.id) || self.entries.iter().all(|entry| same(entry, scene))
    }

    fn take(&mut self, scene: Scene) {
        match self.entries.iter_mut().find(|entry| entry.id == scene.id) {
            Some(entry) => *entry = scene,
            None => self.entries.push(scene),
        }
    }

    fn merged(&self, preference: &[String], by_best: bool) -> Scene {
        let place = |provider: &str| preference.iter().position(|id| id == provider).unwrap_or(usize::MAX);
        let mut entries: Vec<&Scene> = self.entries.iter().collect();
        entries.sort_by_key(|entry| {
            let easiest = entry.assets.values().map(rank).min();
            (easiest.is_none(), easiest, place(entry.id.provider()), &entry.id)
        });
        let best = entries[0];
        let mut scene = best.clone();
        for other in &entries[1..] {
            fill(&mut scene, other);
        }
        let mut sources: BTreeMap<Band, Vec<Asset>> = BTreeMap::new();
        let all =
            entries.iter().flat_map(|entry| entry.assets.keys().flat_map(|band| entry.sources(*band).map(move |asset| (*band, asset))));
        for (band, asset) in all {
            let known = sources.entry(band).or_default();
            if !known.iter().any(|one| one.href == asset.href) {
                known.push(asset.clone());
            }
        }
        for (band, mut places) in sources {
            places.sort_by_key(|asset| (rank(asset), place(&asset.provider)));
            scene.assets.insert(band, places.remove(0));
            scene.alternates.remove(&band);
            if !places.is_empty() {
                scene.alternates.insert(band, places);
            }
        }
        let id = if by_best { &best.id } else { &self.entries[0].id };
        scene.others = entries.iter().map(|entry| &entry.id).filter(|other| *other != id).cloned().collect();
        scene.id = id.clone();
        scene
    }
}

/// How much stands in the way of using a file; the least first.
fn rank(asset: &Asset) -> (bool, bool, crate::Access) {
    (!asset.is_tiff(), asset.radiometry.evidence == Evidence::Assumed, asset.access)
}

/// Takes over what another catalogue knows more.
fn fill(scene: &mut Scene, other: &Scene) {
    fn or<T: Clone>(own: &mut Option<T>, other: &Option<T>) {
        if own.is_none() {
            own.clone_from(other);
        }
    }
    or(&mut scene.cloud_cover, &other.cloud_cover);
    or(&mut scene.tile, &other.tile);
    or(&mut scene.baseline, &other.baseline);
    or(&mut scene.datatake, &other.datatake);
    or(&mut scene.datastrip, &other.datastrip);
    or(&mut scene.sun, &other.sun);
    or(&mut scene.thumbnail, &other.thumbnail);
    or(&mut scene.name, &other.name);
    or(&mut scene.orbit_direction, &other.orbit_direction);
    or(&mut scene.relative_orbit, &other.relative_orbit);
    or(&mut scene.tier, &other.tier);
    or(&mut scene.processed, &other.processed);
    if scene.polarisations.is_empty() {
        scene.polarisations.clone_from(&other.polarisations);
    }
    for package in &other.packages {
        if !scene.packages.contains(package) {
            scene.packages.push(package.clone());
        }
    }
}

/// What every version and half of an acquisition has in common. Scenes with different keys never hold the same pixels.
pub(crate) fn key(scene: &Scene) -> String {
    let sensor = scene.sensor;
    let name = scene.name.as_deref().and_then(ProductName::read);
    match (sensor, &name) {
        (Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc, Some(ProductName::Sentinel1(name))) => format!("{sensor} {}", name.stem),
        (Sensor::Sentinel2L1c | Sensor::Sentinel2L2a, Some(ProductName::Sentinel2(name))) => {
            format!("{sensor} {} {} {}", name.platform, name.take, name.tile)
        }
        (Sensor::Sentinel2L1c | Sensor::Sentinel2L2a, _) => match (scene.datatake.as_deref().and_then(take_start), &scene.tile) {
            (Some(start), Some(tile)) => format!("{sensor} {} {start} {tile}", scene.platform),
            (None, Some(tile)) if scene.datatake.is_some() => {
                format!("{sensor} {} {} {tile}", scene.platform, scene.datatake.as_deref().unwrap_or_default())
            }
            _ => scene.id.to_string(),
        },
        (Sensor::LandsatC2L1 | Sensor::LandsatC2L2, _) => match &scene.tile {
            Some(tile) => format!("{sensor} {} {tile} {}", scene.platform, scene.datetime.to_zoned(TimeZone::UTC).date()),
            None => scene.id.to_string(),
        },
        _ => scene.id.to_string(),
    }
}

/// `GS2A_20240106T175731_044611` → when the datatake began.
fn take_start(datatake: &str) -> Option<Timestamp> {
    let part = datatake.split('_').find(|part| part.len() == 15 && part.as_bytes()[8] == b'T')?;
    let at = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S", part).ok()?;
    Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// Whether two scenes of one key are one product. What either does not say does not count against it.
pub(crate) fn same(a: &Scene, b: &Scene) -> bool {
    fn differ<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
        matches!((a, b), (Some(a), Some(b)) if a != b)
    }
    match a.sensor {
        Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc => {
            // The checksum in the name differs between the forms of one product, so it tells versions apart only within a catalogue.
            a.id.provider() != b.id.provider() || cog(a) != cog(b)
        }
        Sensor::LandsatC2L1 | Sensor::LandsatC2L2 => !differ(landsat(a), landsat(b)) && !differ(a.tier, b.tier),
        Sensor::Sentinel2L1c | Sensor::Sentinel2L2a => {
            // A catalogue lists a product once; two entries of one catalogue are the same only if it says so.
            let by_silence = (a.name.is_none() || b.name.is_none()) && a.id.provider() == b.id.provider();
            !by_silence
                && !differ(a.name.as_deref(), b.name.as_deref())
                && !differ(a.datastrip.as_deref(), b.datastrip.as_deref())
                && !differ(a.baseline.as_deref(), b.baseline.as_deref())
        }
    }
}

fn cog(scene: &Scene) -> bool {
    scene.name.as_deref().is_some_and(|name| name.ends_with("_COG"))
}

fn landsat(scene: &Scene) -> Option<jiff::civil::Date> {
    match ProductName::read(scene.name.as_deref()?)? {
        ProductName::Landsat(name) => Some(name.processed),
        _ => None,
    }
}

/// Whether `newer` holds the same pixels as `older`, processed later.
fn supersedes(newer: &Scene, older: &Scene) -> bool {
    if newer.id == older.id || (version(newer), &newer.id) <= (version(older), &older.id) {
        return false;
    }
    let one_half = match (&newer.datastrip, &older.datastrip) {
        (Some(a), Some(b)) => a == b,
        // Another baseline is another processing; with the same one it may be the other half.
        _ => !matches!(newer.sensor, Sensor::Sentinel2L1c | Sensor::Sentinel2L2a) || newer.baseline != older.baseline,
    };
    one_half && key(newer) == key(older)
}

/// Later is greater: baseline, then tier (only Landsat has both versions and tiers), then when it was made.
fn version(scene: &Scene) -> (String, Option<String>, Option<crate::Tier>, Option<Timestamp>) {
    let made = match scene.name.as_deref().and_then(ProductName::read) {
        Some(ProductName::Sentinel2(name)) => Some(name.discriminator),
        Some(ProductName::Landsat(name)) => Some(name.processed.to_string()),
        _ => None,
    };
    (scene.baseline.clone().unwrap_or_default(), made, scene.tier, scene.processed)
}

/// Of scenes that may be versions of each other: which one has a newer one among them, and which.
pub(crate) fn superseded<'a>(scenes: &[&'a Scene]) -> Vec<(&'a Scene, SceneId)> {
    let mut groups: BTreeMap<String, Vec<&'a Scene>> = BTreeMap::new();
    for scene in scenes {
        groups.entry(key(scene)).or_default().push(scene);
    }
    let newer = |scene: &Scene, group: &[&Scene]| {
        let newer = group.iter().filter(|other| supersedes(other, scene) || (same_pixels(other, scene) && other.id > scene.id));
        newer.max_by_key(|other| (version(other), other.id.clone())).map(|other| other.id.clone())
    };
    groups.values().flat_map(|group| group.iter().filter_map(|scene| Some((*scene, newer(scene, group)?)))).collect()
}

/// The same product twice, under two ids.
fn same_pixels(a: &Scene, b: &Scene) -> bool {
    a.id != b.id && same(a, b) && version(a) == version(b) && key(a) != a.id.to_string()
}

/// For each catalogue and each kind of product that it should have: what it has, and what only others have.
pub fn completeness(scenes: &[Scene], catalogues: &[(String, Vec<Sensor>)]) -> Vec<Lack> {
    let mut all = Vec::new();
    for (provider, sensors) in catalogues {
        for sensor in sensors {
            let (has, lacks): (Vec<&Scene>, Vec<&Scene>) =
                scenes.iter().filter(|scene| scene.sensor == *sensor).partition(|scene| scene.providers().any(|one| one == provider));
            let lacking = lacks.iter().map(|scene| scene.id.clone()).collect();
            all.push(Lack { provider: provider.clone(), sensor: *sensor, found: has.len(), lacking });
        }
    }
    all
}

#[cfg(test)]
mod tests;
