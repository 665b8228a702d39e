//! One acquisition as a catalogue describes it.

use std::collections::BTreeMap;

use geo::MultiPolygon;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Access, Asset, Band, Checksum, Sensor, merge};

/// `provider/collection/item`: unique across catalogues and stable between sessions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SceneId(pub String);

impl SceneId {
    /// From its three parts.
    pub fn new(provider: &str, collection: &str, item: &str) -> Self {
        Self(format!("{provider}/{collection}/{item}"))
    }

    /// The catalogue that described the scene.
    pub fn provider(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    /// The catalogue's own id of the item.
    pub fn item(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

impl std::fmt::Display for SceneId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where the sun stood, in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sun {
    /// Clockwise from north.
    pub azimuth: f64,
    /// Above the horizon.
    pub elevation: f64,
}

/// One acquisition: when, where, by whom, and the files that hold it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// Unique id.
    pub id: SceneId,
    /// What kind of product it is.
    pub sensor: Sensor,
    /// Satellite in the form `sentinel-2a`, `landsat-8`.
    pub platform: String,
    /// Moment of acquisition.
    pub datetime: Timestamp,
    /// Outline of the valid pixels as the catalogue gives it, lon/lat, split at the antimeridian.
    #[serde(with = "crate::aoi::as_geojson")]
    pub footprint: MultiPolygon<f64>,
    /// Cloud over the whole tile, percent.
    pub cloud_cover: Option<f64>,
    /// MGRS tile (`33TWL`) or WRS-2 path/row (`191028`).
    pub tile: Option<String>,
    /// Processing baseline or version, as given (`05.09`).
    pub baseline: Option<String>,
    /// Identity of the datatake: two files of one datatake are one look at the ground, not two.
    pub datatake: Option<String>,
    /// Sensing start of the datastrip: two halves of one tile differ only by it.
    pub datastrip: Option<String>,
    /// Where the sun stood.
    pub sun: Option<Sun>,
    /// Layers that Swath can use.
    pub assets: BTreeMap<Band, Asset>,
    /// A small ready-made picture.
    pub thumbnail: Option<String>,
    /// Name that its maker gave the product, without `.SAFE` and the like (`S2B_MSIL2A_…`, `LC08_L2SP_…`).
    #[serde(default)]
    pub name: Option<String>,
    /// Which way the satellite flew.
    #[serde(default)]
    pub orbit_direction: Option<OrbitDirection>,
    /// Number of the ground track: 1 to 143 for Sentinel-2, 1 to 175 for Sentinel-1.
    #[serde(default)]
    pub relative_orbit: Option<u16>,
    /// Polarisations of a radar scene.
    #[serde(default)]
    pub polarisations: Vec<Band>,
    /// Geometric quality of a Landsat scene.
    #[serde(default)]
    pub tier: Option<Tier>,
    /// When this version was made.
    #[serde(default)]
    pub processed: Option<Timestamp>,
    /// The whole product, in the forms in which it can be fetched.
    #[serde(default)]
    pub packages: Vec<Package>,
    /// The same product as other catalogues know it.
    #[serde(default)]
    pub others: Vec<SceneId>,
    /// The same layers in other places, best first; each is as good as the one in `assets`.
    #[serde(default)]
    pub alternates: BTreeMap<Band, Vec<Asset>>,
}

/// Which way a satellite flies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OrbitDirection {
    /// To the north.
    Ascending,
    /// To the south.
    Descending,
}

/// Geometric quality of a Landsat scene, from provisional to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Tier {
    /// Real time: replaced after about two weeks.
    #[serde(rename = "RT")]
    RealTime,
    /// Not good enough to be compared pixel by pixel.
    #[serde(rename = "T2")]
    Two,
    /// Good enough for time series.
    #[serde(rename = "T1")]
    One,
}

/// A whole product as a provider gives it away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Package {
    /// What comes.
    pub form: PackageForm,
    /// Where it lies; without a signature or a token. For [`PackageForm::LandsatTar`] from USGS `m2m:dataset/entity`, resolved when used.
    pub href: String,
    /// Id of the catalogue that named it.
    pub provider: String,
    /// What it takes to fetch it.
    pub access: Access,
    /// Length in bytes, when the catalogue says it.
    pub size: Option<u64>,
    /// Digest, when the catalogue says it.
    pub checksum: Option<Checksum>,
    /// Whether it can be fetched at once; archived products have to be ordered first.
    pub online: bool,
}

/// The form of a whole product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackageForm {
    /// A zip with a SAFE folder in it.
    SafeZip,
    /// A SAFE folder, file by file, through the provider's listing.
    SafeNodes,
    /// A SAFE folder in an object store.
    SafeS3,
    /// A tar of Landsat's files.
    LandsatTar,
}

impl Scene {
    /// A scene of which nothing else is known.
    pub fn new(id: SceneId, sensor: Sensor, datetime: Timestamp, footprint: MultiPolygon<f64>) -> Self {
        Self {
            id,
            sensor,
            platform: String::new(),
            datetime,
            footprint,
            cloud_cover: None,
            tile: None,
            baseline: None,
            datatake: None,
            datastrip: None,
            sun: None,
            assets: BTreeMap::new(),
            thumbnail: None,
            name: None,
            orbit_direction: None,
            relative_orbit: None,
            polarisations: Vec::new(),
            tier: None,
            processed: None,
            packages: Vec::new(),
            others: Vec::new(),
            alternates: BTreeMap::new(),
        }
    }

    /// What every version and half of the acquisition has in common, whichever catalogue tells of it; for finding candidates.
    pub fn acquisition(&self) -> String {
        merge::key(self)
    }

    /// Whether two scenes are one product: the same acquisition, the same half of it, the same version. What either does not say does not
    /// count against it.
    pub fn is_same_product(&self, other: &Scene) -> bool {
        self.is_known_as(&other.id.0)
            || other.is_known_as(&self.id.0)
            || (merge::key(self) == merge::key(other) && merge::same(self, other))
    }

    /// Whether a catalogue knows the scene under this id.
    pub fn is_known_as(&self, id: &str) -> bool {
        self.id.0 == id || self.others.iter().any(|other| other.0 == id)
    }

    /// The catalogues that know it, the one that describes it first.
    pub fn providers(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.id).chain(&self.others).map(SceneId::provider)
    }

    /// Every place where a layer lies, best first.
    pub fn sources(&self, band: Band) -> impl Iterator<Item = &Asset> {
        self.assets.get(&band).into_iter().chain(self.alternates.get(&band).into_iter().flatten())
    }
}
