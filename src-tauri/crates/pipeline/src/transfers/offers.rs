//! In which ways a scene can be had, and from where: what catalogues told of it, sorted.

use swath_domain::{Access, AccountKind, Asset, Band, FileSource, Package, PackageForm, ProductName, Scene, SceneId, Sensor, Wanted};
use swath_remote::Accounts;

use crate::sources::same_grid;

/// Whether a scene can be had in some way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    /// From these accesses, any of which will do.
    Open,
    /// It takes an account, the first of those that would do; `set` when one of them is there.
    Account { kind: AccountKind, set: bool },
    /// Its provider has to bring it from an archive first.
    Archived,
    /// Nobody gives it away like this.
    None,
}

/// The folder of one product, in the places where its files lie one by one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Folder<'a> {
    /// Its name, `S2B_….SAFE`.
    pub(super) name: String,
    /// The places, the best first.
    pub(super) packages: Vec<&'a Package>,
}

/// The packages of a form, the simplest to get first; what lies in an archive is left out.
pub(super) fn packages(scene: &Scene, form: PackageForm) -> Vec<&Package> {
    let mut packages: Vec<&Package> = scene.packages.iter().filter(|package| package.form == form && package.online).collect();
    packages.sort_by_key(|package| package.access);
    packages
}

/// The SAFE folders that can be fetched file by file, the wanted form first. Catalogues that call the product by another name (Sentinel-1 has
/// a variant with other files) have another folder, which is no source of this one's files.
pub(super) fn folders(scene: &Scene, first: PackageForm) -> Vec<Folder<'_>> {
    let mut all: Vec<&Package> =
        scene.packages.iter().filter(|p| p.online && matches!(p.form, PackageForm::SafeNodes | PackageForm::SafeS3)).collect();
    all.sort_by_key(|package| (package.form != first, package.access));
    let mut folders: Vec<Folder<'_>> = Vec::new();
    for package in all {
        let Some(name) = folder_name(scene, package) else { continue };
        match folders.iter_mut().find(|folder| folder.name == name) {
            Some(folder) => folder.packages.push(package),
            None => folders.push(Folder { name, packages: vec![package] }),
        }
    }
    folders
}

/// `S2B_….SAFE`: the end of its address, or else the name under which its catalogue has it.
fn folder_name(scene: &Scene, package: &Package) -> Option<String> {
    let last = package.href.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if last.ends_with(".SAFE") {
        return super::names::wrong(last).is_none().then(|| last.to_owned());
    }
    let ids = std::iter::once(&scene.id).chain(&scene.others).filter(|id| id.provider() == package.provider);
    let given = ids.map(SceneId::item).chain(scene.name.as_deref());
    let name = given.into_iter().find(|name| ProductName::read(name).is_some())?;
    Some(format!("{}.SAFE", name.trim_end_matches(".SAFE")))
}

/// The places of a band that give the same numbers on the same grid as the best one: whichever serves, the file means the same.
pub(super) fn places(scene: &Scene, band: Band) -> Vec<&Asset> {
    let mut places: Vec<&Asset> = Vec::new();
    for asset in scene.sources(band) {
        let same = places.first().is_none_or(|first| {
            let grids = first.grid.as_ref().zip(asset.grid.as_ref());
            same_numbers(first, asset) && grids.is_none_or(|(one, other)| same_grid(one, other))
        });
        if same && !places.iter().any(|known| known.href == asset.href) {
            places.push(asset);
        }
    }
    places
}

fn same_numbers(one: &Asset, other: &Asset) -> bool {
    let (a, b) = (&one.radiometry, &other.radiometry);
    (a.scale - b.scale).abs() < 1e-12 && (a.offset - b.offset).abs() < 1e-9
}

/// The place that an asset names, with the catalogue that told of it.
pub(super) fn source(scene: &Scene, asset: &Asset) -> FileSource {
    let mut source = FileSource::of(asset);
    if source.provider.is_empty() {
        source.provider = scene.id.provider().to_owned();
    }
    source
}

/// The place that a package names.
pub(super) fn source_of(package: &Package) -> FileSource {
    FileSource {
        href: package.href.clone(),
        provider: package.provider.clone(),
        access: package.access,
        size: package.size,
        checksum: package.checksum.clone(),
    }
}

/// What it takes to have a scene so.
pub(super) fn offer(scene: &Scene, wanted: &Wanted, accounts: &Accounts) -> Offer {
    let any = |form| scene.packages.iter().any(|package| package.form == form);
    let folder = || any(PackageForm::SafeNodes) || any(PackageForm::SafeS3);
    match wanted {
        Wanted::Product { form: form @ (PackageForm::SafeZip | PackageForm::LandsatTar), .. } => {
            let accesses: Vec<Access> = packages(scene, *form).iter().map(|package| package.access).collect();
            if accesses.is_empty() && any(*form) { Offer::Archived } else { easiest(&accesses, accounts) }
        }
        Wanted::Product { form: form @ (PackageForm::SafeNodes | PackageForm::SafeS3), .. } if !any(*form) => Offer::None,
        Wanted::Product { form: PackageForm::SafeNodes | PackageForm::SafeS3, .. } | Wanted::PartialSafe { .. } => {
            if let Wanted::PartialSafe { bands } = wanted
                && !bands.iter().all(|band| band.label(scene.sensor).is_some())
            {
                return Offer::None;
            }
            let folders = folders(scene, wanted_form(wanted).unwrap_or(PackageForm::SafeNodes));
            let accesses: Vec<Access> = folders.iter().flat_map(|folder| &folder.packages).map(|package| package.access).collect();
            if accesses.is_empty() && folder() { Offer::Archived } else { easiest(&accesses, accounts) }
        }
        Wanted::Bands { bands } => of_bands(scene, bands, accounts, |_| true),
        // Its catalogues give a grid, but its pixels lie on none: they are placed by control points.
        Wanted::Window { .. } if scene.sensor == Sensor::Sentinel1Grd => Offer::None,
        Wanted::Window { bands, .. } => of_bands(scene, bands, accounts, Asset::is_tiff),
    }
}

fn of_bands(scene: &Scene, bands: &[Band], accounts: &Accounts, usable: impl Fn(&Asset) -> bool) -> Offer {
    let of = |band: &Band| {
        let accesses: Vec<Access> = places(scene, *band).into_iter().filter(|asset| usable(asset)).map(|asset| asset.access).collect();
        easiest(&accesses, accounts)
    };
    // The hardest of them: all are wanted.
    bands.iter().map(of).max_by_key(Offer::rank).unwrap_or(Offer::None)
}

fn easiest(accesses: &[Access], accounts: &Accounts) -> Offer {
    let of = |access: &Access| match access {
        Access::Open | Access::Signed => Offer::Open,
        Access::Account(kind) => Offer::Account { kind: *kind, set: accounts.has(*kind) },
        Access::RequesterPays => Offer::Account { kind: AccountKind::Aws, set: accounts.has(AccountKind::Aws) },
    };
    accesses.iter().map(of).min_by_key(Offer::rank).unwrap_or(Offer::None)
}

impl Offer {
    /// The easier, the smaller.
    fn rank(&self) -> u8 {
        match self {
            Offer::Open => 0,
            Offer::Account { set: true, .. } => 1,
            Offer::Account { set: false, .. } => 2,
            Offer::Archived => 3,
            Offer::None => 4,
        }
    }
}

/// The form of a whole product; none when parts are wanted.
pub(super) fn wanted_form(wanted: &Wanted) -> Option<PackageForm> {
    match wanted {
        Wanted::Product { form, .. } => Some(*form),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use swath_domain::{Checksum, Evidence, Radiometry};

    use super::*;

    const NAME: &str = "S1A_IW_GRDH_1SDV_20250818T051230_20250818T051255_056776_06F8A1_1234";
    const COG: &str = "S1A_IW_GRDH_1SDV_20250818T051230_20250818T051255_056776_06F8A1_9ABC_COG";

    fn scene(sensor: Sensor, name: &str) -> Scene {
        let id = SceneId::new("cdse", "c", name);
        Scene { name: Some(name.into()), ..Scene::new(id, sensor, "2025-08-18T05:12:30Z".parse().unwrap(), geo::MultiPolygon(vec![])) }
    }

    fn package(form: PackageForm, href: &str, provider: &str, access: Access) -> Package {
        let checksum = Some(Checksum::Md5("ab".repeat(16)));
        Package { form, href: href.into(), provider: provider.into(), access, size: None, checksum, online: true }
    }

    #[test]
    fn folders_of_variants_are_no_sources_of_each_other() {
        let mut scene = scene(Sensor::Sentinel1Grd, COG);
        scene.others.push(SceneId::new("cdse-odata", "IW_GRDH_1S", NAME));
        let (cdse, s3) = (Access::Account(AccountKind::Cdse), Access::Account(AccountKind::CdseS3));
        scene.packages = vec![
            package(PackageForm::SafeS3, &format!("s3://eodata/Sentinel-1/{COG}.SAFE/"), "cdse", s3),
            package(PackageForm::SafeNodes, "https://d.example/odata/v1/Products(ab)/Nodes", "cdse-odata", cdse),
            package(PackageForm::SafeS3, &format!("s3://eodata/Sentinel-1/{NAME}.SAFE"), "cdse-odata", s3),
        ];
        let check = |first, expected: &[(&str, usize)]| {
            let folders = folders(&scene, first);
            let found: Vec<_> = folders.iter().map(|f| (f.name.trim_end_matches(".SAFE"), f.packages.len())).collect();
            assert_eq!(found, expected, "{first:?}");
        };
        check(PackageForm::SafeNodes, &[(NAME, 2), (COG, 1)]);
        check(PackageForm::SafeS3, &[(COG, 1), (NAME, 2)]);
    }

    #[test]
    fn the_easiest_way_that_is_open_to_the_user_counts() {
        let accounts = Accounts::session_only();
        let zip = Wanted::Product { form: PackageForm::SafeZip, unpack: false };
        let of = |accesses: &[(Access, bool)]| {
            let mut scene = scene(Sensor::Sentinel1Grd, NAME);
            scene.packages = accesses
                .iter()
                .map(|(access, online)| Package {
                    online: *online,
                    ..package(PackageForm::SafeZip, "https://a.example/p.zip", "a", *access)
                })
                .collect();
            scene
        };
        let (cdse, asf) = (Access::Account(AccountKind::Cdse), Access::Account(AccountKind::Earthdata));
        let offered = |accesses: &[(Access, bool)]| offer(&of(accesses), &zip, &accounts);
        assert_eq!(offered(&[]), Offer::None);
        assert_eq!(offered(&[(cdse, false)]), Offer::Archived);
        assert_eq!(offered(&[(cdse, true), (asf, true)]), Offer::Account { kind: AccountKind::Cdse, set: false });
        accounts.set(AccountKind::Earthdata, [("token".to_owned(), "x".repeat(24))].into()).unwrap();
        assert_eq!(offered(&[(cdse, true), (asf, true)]), Offer::Account { kind: AccountKind::Earthdata, set: true });
        assert_eq!(offered(&[(cdse, false), (asf, true)]), Offer::Account { kind: AccountKind::Earthdata, set: true });
        assert_eq!(offered(&[(cdse, true), (Access::Signed, true)]), Offer::Open);
        let order: Vec<Access> = packages(&of(&[(asf, true), (cdse, true)]), PackageForm::SafeZip).iter().map(|p| p.access).collect();
        assert_eq!(order, [cdse, asf]);
    }

    #[test]
    fn bands_are_offered_when_all_of_them_are() {
        let mut scene = scene(Sensor::Sentinel2L2a, "x");
        let numbers = Radiometry { scale: 1e-4, offset: -0.1, nodata: Some(0.0), evidence: Evidence::Metadata };
        let place = |href: &str, access| Asset { access, ..Asset::new(href, numbers.clone()) };
        scene.assets.insert(Band::Red, place("https://a.example/B04.tif", Access::Open));
        scene.assets.insert(Band::Nir, place("https://a.example/B08.jp2", Access::Account(AccountKind::Cdse)));
        let accounts = Accounts::session_only();
        let bands = |bands: &[Band]| offer(&scene, &Wanted::Bands { bands: bands.to_vec() }, &accounts);
        assert_eq!(bands(&[Band::Red]), Offer::Open);
        assert_eq!(bands(&[Band::Red, Band::Nir]), Offer::Account { kind: AccountKind::Cdse, set: false });
        assert_eq!(bands(&[Band::Red, Band::Scl]), Offer::None);
        let area = Box::new(swath_domain::Aoi::from_bbox([15.0, 46.0, 15.1, 46.1]).unwrap());
        let window = |bands: &[Band]| offer(&scene, &Wanted::Window { bands: bands.to_vec(), area: area.clone() }, &accounts);
        assert_eq!((window(&[Band::Red]), window(&[Band::Nir])), (Offer::Open, Offer::None), "JPEG 2000 is not read in pieces");
    }
}
