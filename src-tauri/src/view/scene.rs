//! Scenes, as all catalogues together describe them.

use serde::Serialize;
use specta::Type;
use specta_typescript::Number;
use swath_domain::{Access, AccountKind, Aoi, Asset, Band, Change, OrbitDirection, Package, PackageForm, Scene, Sensor, Tier};

use super::{AccountName, BandName, Coordinates, FormName, LayerName, OrbitName, SensorName, TierName};

/// A scene as lists and maps show it.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SceneView {
    /// `provider/collection/item`.
    pub id: String,
    /// Id of the catalogue.
    pub provider: String,
    /// What it is.
    #[specta(type = SensorName)]
    pub sensor: Sensor,
    /// Such as `sentinel-2a`.
    pub platform: String,
    /// When it was acquired.
    pub datetime: String,
    /// Outline of its valid pixels.
    pub footprint: Coordinates,
    /// Percent of the whole tile.
    #[specta(type = Option<Number>)]
    pub cloud_cover: Option<f64>,
    /// Share of the area that the footprint covers, 0 to 1.
    #[specta(type = Number)]
    pub coverage: f64,
    /// MGRS tile or WRS-2 path and row.
    pub tile: Option<String>,
    /// Image bands.
    #[specta(type = Vec<BandName>)]
    pub bands: Vec<Band>,
    /// Layers that tell about its pixels: classes, quality, probabilities.
    #[specta(type = Vec<LayerName>)]
    pub layers: Vec<Band>,
    /// Whether `thumb:scene/…` has a picture.
    pub has_thumbnail: bool,
    /// Name that its maker gave the product.
    pub name: Option<String>,
    /// Which way the satellite flew.
    #[specta(type = Option<OrbitName>)]
    pub orbit_direction: Option<OrbitDirection>,
    /// Number of the ground track.
    pub relative_orbit: Option<u16>,
    /// Of a radar scene.
    #[specta(type = Vec<BandName>)]
    pub polarisations: Vec<Band>,
    /// Of a Landsat scene.
    #[specta(type = Option<TierName>)]
    pub tier: Option<Tier>,
    /// Ids of the catalogues that have it, the best first.
    pub sources: Vec<String>,
    /// What it takes to fetch it from its easiest source.
    pub access: AccessView,
    /// The account that this needs.
    #[specta(type = Option<AccountName>)]
    pub account: Option<AccountKind>,
    /// Id of a newer version of the same pixels.
    pub superseded_by: Option<String>,
    /// Whether it has bands that can be read in pieces.
    pub composable: bool,
    /// The whole product, in the forms in which it can be fetched.
    pub packages: Vec<PackageView>,
}

/// Who may fetch a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename = "Access", rename_all = "kebab-case")]
pub enum AccessView {
    /// Anyone.
    Open,
    /// Anyone, with a signature that the provider hands out.
    Signed,
    /// Whoever has an account.
    Account,
    /// Whoever has an account that pays.
    RequesterPays,
}

/// A whole product as a provider gives it away.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PackageView {
    /// What comes.
    #[specta(type = FormName)]
    pub form: PackageForm,
    /// Id of the catalogue.
    pub provider: String,
    /// Bytes, where the catalogue says it.
    #[specta(type = Option<Number>)]
    pub size: Option<u64>,
    /// What it takes to fetch it.
    pub access: AccessView,
    /// Whether it can be fetched at once.
    pub online: bool,
}

impl SceneView {
    /// As the page shows it, seen from an area.
    pub fn of(Change { scene, superseded_by }: &Change, area: &Aoi) -> Self {
        let easiest = easiest(scene);
        Self {
            id: scene.id.to_string(),
            provider: scene.id.provider().to_owned(),
            sensor: scene.sensor,
            platform: scene.platform.clone(),
            datetime: scene.datetime.to_string(),
            footprint: Coordinates::of(&scene.footprint),
            cloud_cover: scene.cloud_cover,
            coverage: area.coverage_by(&scene.footprint),
            tile: scene.tile.clone(),
            bands: scene.assets.keys().copied().filter(|band| !band.is_classification()).collect(),
            layers: scene.assets.keys().copied().filter(|band| band.is_classification()).collect(),
            has_thumbnail: scene.thumbnail.is_some(),
            name: scene.name.clone(),
            orbit_direction: scene.orbit_direction,
            relative_orbit: scene.relative_orbit,
            polarisations: scene.polarisations.clone(),
            tier: scene.tier,
            sources: sources(scene),
            access: easiest.into(),
            account: account(easiest),
            superseded_by: superseded_by.as_ref().map(ToString::to_string),
            composable: bands(scene).any(Asset::is_tiff),
            packages: scene.packages.iter().map(PackageView::of).collect(),
        }
    }
}

/// Every place of every band of the image.
fn bands(scene: &Scene) -> impl Iterator<Item = &Asset> {
    scene.assets.keys().filter(|band| !band.is_classification()).flat_map(|band| scene.sources(*band))
}

/// What can be read in pieces goes before what is simpler to get, as in the choice of sources; a scene without bands has its packages only.
fn easiest(scene: &Scene) -> Access {
    let of_bands = bands(scene).map(|asset| (!asset.is_tiff(), asset.access)).min().map(|(_, access)| access);
    of_bands.or_else(|| scene.packages.iter().map(|package| package.access).min()).unwrap_or_default()
}

/// The catalogues in the order of their best file. The one that told of the scene first need not be the best.
fn sources(scene: &Scene) -> Vec<String> {
    let mut all: Vec<&str> = Vec::new();
    for provider in scene.providers() {
        if !all.contains(&provider) {
            all.push(provider);
        }
    }
    let best = |provider: &str| bands(scene).filter(|asset| asset.provider == provider).map(|asset| (!asset.is_tiff(), asset.access)).min();
    all.sort_by_key(|provider| best(provider).map_or((true, None), |ease| (false, Some(ease))));
    all.into_iter().map(str::to_owned).collect()
}

/// The account that it takes.
pub(super) fn account(access: Access) -> Option<AccountKind> {
    match access {
        Access::Open | Access::Signed => None,
        Access::Account(kind) => Some(kind),
        Access::RequesterPays => Some(AccountKind::Aws),
    }
}

impl From<Access> for AccessView {
    fn from(access: Access) -> Self {
        match access {
            Access::Open => Self::Open,
            Access::Signed => Self::Signed,
            Access::Account(_) => Self::Account,
            Access::RequesterPays => Self::RequesterPays,
        }
    }
}

impl PackageView {
    fn of(package: &Package) -> Self {
        let Package { form, provider, size, access, online, .. } = package;
        Self { form: *form, provider: provider.clone(), size: *size, access: (*access).into(), online: *online }
    }
}

#[cfg(test)]
mod tests {
    use swath_domain::{Evidence, Radiometry, SceneId};

    use super::*;

    fn asset(provider: &str, href: &str, access: Access) -> Asset {
        Asset { provider: provider.into(), access, ..Asset::new(href, Radiometry::identity(None, Evidence::Metadata)) }
    }

    fn view(assets: Vec<Vec<Asset>>, packages: Vec<Package>) -> SceneView {
        let area = Aoi::from_bbox([0.0, 0.0, 1.0, 1.0]).unwrap();
        let moment = "2025-06-01T10:00:00Z".parse().unwrap();
        let mut scene = Scene::new(SceneId::new("told-first", "c", "i"), Sensor::Sentinel2L2a, moment, area.shape().clone());
        scene.others = vec![SceneId::new("best", "c", "i"), SceneId::new("best", "d", "i"), SceneId::new("without-files", "c", "i")];
        for (band, mut places) in [Band::Red, Band::Green, Band::Scl].into_iter().zip(assets) {
            scene.assets.insert(band, places.remove(0));
            scene.alternates.insert(band, places);
        }
        scene.packages = packages;
        SceneView::of(&Change { scene, superseded_by: Some(SceneId::new("best", "c", "newer")) }, &area)
    }

    #[test]
    fn access_is_that_of_the_easiest_source() {
        use Access::{Account, Open, RequesterPays, Signed};
        let cdse = Account(AccountKind::Cdse);
        let check = |view: &SceneView, access, account, composable, sources: &[&str]| {
            assert_eq!((view.access, view.account, view.composable), (access, account, composable));
            assert_eq!(view.sources, sources);
        };
        let two = view(
            vec![
                vec![asset("best", "https://a.example/r.tif", Signed), asset("told-first", "https://b.example/r.jp2", Open)],
                vec![asset("told-first", "https://b.example/g.jp2", Open)],
            ],
            Vec::new(),
        );
        check(&two, AccessView::Signed, None, true, &["best", "told-first", "without-files"]);
        assert_eq!((two.id.as_str(), two.superseded_by.as_deref()), ("told-first/c/i", Some("best/c/newer")));
        let paid = view(vec![vec![asset("told-first", "s3://b/r.tif", RequesterPays)]], Vec::new());
        check(&paid, AccessView::RequesterPays, Some(AccountKind::Aws), true, &["told-first", "best", "without-files"]);
        let package = Package {
            form: PackageForm::SafeZip,
            href: "https://c.example/odata/v1/Products(1)/$value?token=never".into(),
            provider: "best".into(),
            access: cdse,
            size: Some(7),
            checksum: None,
            online: false,
        };
        let whole = view(Vec::new(), vec![package.clone()]);
        check(&whole, AccessView::Account, Some(AccountKind::Cdse), false, &["told-first", "best", "without-files"]);
        let jp2 = view(vec![vec![asset("told-first", "https://b.example/r.jp2", Open)]], vec![package]);
        check(&jp2, AccessView::Open, None, false, &["told-first", "best", "without-files"]);
        let json = serde_json::to_value(&jp2).unwrap();
        let expected = serde_json::json!([{ "form": "safe-zip", "provider": "best", "size": 7, "access": "account", "online": false }]);
        assert_eq!(json["packages"], expected, "no address");
    }
}
