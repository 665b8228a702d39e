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
