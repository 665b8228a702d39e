//! Which files a transfer consists of, and where each of them lies.

use swath_domain::{Band, Content, FileKind, FileOrder, FileSource, PackageForm, Scene, Stop, Wanted};
use swath_library::{HoldingFilter, Library, place_of};
use swath_package::safe::{self, Manifest, ManifestFile};
use url::Url;

use super::{
    Work, fetch, names,
    offers::{self, Folder},
    staged,
};
use crate::{
    PipelineError,
    error::{Outcome, SourceFailure, fail, name},
};

/// The list of files in a SAFE folder.
const MANIFEST: &str = "manifest.safe";
/// More than any product has.
const MOST_FILES: usize = 20_000;

/// Asked once: what it finds is kept in the row.
pub(crate) async fn files(work: &Work) -> Outcome<Vec<FileOrder>> {
    let scene = &work.request.scene;
    match &work.request.wanted {
        Wanted::Product { form: form @ (PackageForm::SafeZip | PackageForm::LandsatTar), unpack } => {
            whole(&work.res.library, scene, *form, *unpack).map(|order| vec![order])
        }
        Wanted::Product { form, .. } => folder(work, *form, None).await,
        Wanted::PartialSafe { bands } => folder(work, PackageForm::SafeNodes, Some(bands)).await,
        wanted @ (Wanted::Bands { .. } | Wanted::Window { .. }) => bands(scene, wanted),
    }
}

/// A zip or tar in all places. What the library has already comes first: then it is only unpacked.
fn whole(library: &Library, scene: &Scene, form: PackageForm, unpack: bool) -> Outcome<FileOrder> {
    let (content, kind) = match form {
        PackageForm::LandsatTar => (Content::LandsatTar, FileKind::Tar),
        _ => (Content::SafeZip, FileKind::Zip),
    };
    let mut sources: Vec<FileSource> = Vec::new();
    if unpack {
        sources.extend(held(library, scene, &content)?);
    }
    for source in offers::packages(scene, form).into_iter().map(offers::source_of) {
        match sources.iter_mut().find(|known| known.href == source.href) {
            // Two catalogues that name one file: what one says of it completes what the other says.
            Some(known) => {
                known.size = known.size.or(source.size);
                known.checksum = known.checksum.take().or(source.checksum);
            }
            None => sources.push(source),
        }
    }
    if sources.is_empty() {
        let archived = scene.packages.iter().any(|package| package.form == form);
        let why = match archived {
            true => "the product lies in an archive; order it at its provider first, or choose another scene",
            false => "nobody gives the product away like this; choose another form of it",
        };
        return Err(not_had(scene, &last(&place_of(scene, &content)), why));
    }
    Ok(FileOrder { path: last(&place_of(scene, &content)), kind, sources })
}

/// The zip or tar of a scene that the library holds.
fn held(library: &Library, scene: &Scene, content: &Content) -> Outcome<Option<FileSource>> {
    let form = if *content == Content::LandsatTar { PackageForm::LandsatTar } else { PackageForm::SafeZip };
    let holdings = library.holdings();
    if !fail(holdings.held(scene, &Wanted::Product { form, unpack: false }))?.contains(content) {
        return Ok(None);
    }
    let filter = HoldingFilter { sensors: vec![scene.sensor], ..HoldingFilter::default() };
    let all = fail(holdings.list(&filter))?;
    let Some(holding) = all.into_iter().find(|holding| holding.content == *content && holding.scene.is_same_product(scene)) else {
        return Ok(None);
    };
    let digest = fail(holdings.files(holding.id))?.into_iter().next().map(|file| swath_domain::Checksum::Sha256(file.sha256));
    let Ok(href) = Url::from_file_path(holdings.path(&holding)) else { return Ok(None) };
    Ok(Some(FileSource {
        href: href.to_string(),
        provider: holding.provider,
        access: swath_domain::Access::Open,
        size: Some(holding.bytes),
        checksum: digest,
    }))
}

/// The files of a SAFE folder: its manifest is fetched first and tells the others.
async fn folder(work: &Work, first: PackageForm, bands: Option<&[Band]>) -> Outcome<Vec<FileOrder>> {
    let scene = &work.request.scene;
    let folders = offers::folders(scene, first);
    let mut failures = Vec::new();
    for folder in &folders {
        let manifest = order(folder, MANIFEST, FileKind::Xml, None)?;
        let error = match fetch::file(work, &manifest, &*work.monitor).await {
            Ok(_) => return listed(work, folder, manifest, bands).await,
            Err(Stop::Failed(PipelineError::File { failures: these, .. })) => {
                failures.extend(these);
                continue;
            }
            Err(Stop::Failed(error)) if folders.len() > 1 && fetch::blames_source(&error) => error,
            Err(stop) => return Err(stop),
        };
        failures.push(SourceFailure { provider: folder.packages[0].provider.clone(), error });
    }
    if failures.is_empty() {
        return Err(not_had(scene, MANIFEST, "nobody gives the product away file by file; choose another form of it"));
    }
    Err(Stop::Failed(PipelineError::File { scene: scene.id.clone(), file: MANIFEST.into(), failures }))
}

async fn listed(work: &Work, folder: &Folder<'_>, manifest: FileOrder, bands: Option<&[Band]>) -> Outcome<Vec<FileOrder>> {
    let path = staged::place(&work.folder, &manifest.path);
    let text = staged::io(&path, std::fs::read(&path))?;
    let manifest_of = fail(safe::read(&text))?;
    orders(&work.request.scene, folder, manifest, &manifest_of, bands)
}

/// The manifest and what it lists, or what of it belongs to some bands.
fn orders(scene: &Scene, folder: &Folder<'_>, first: FileOrder, manifest: &Manifest, bands: Option<&[Band]>) -> Outcome<Vec<FileOrder>> {
    let files: Vec<&ManifestFile> = match bands {
        None => manifest.files.iter().collect(),
        Some(bands) => manifest.partial(scene.sensor, bands),
    };
    let refused = |name: &str, why: String| {
        Stop::Failed(PipelineError::Listed { scene: scene.id.clone(), name: name.chars().take(200).collect(), why })
    };
    if files.len() > MOST_FILES {
        return Err(refused(MANIFEST, format!("there are {} of them, more than any product has", files.len())));
    }
    for file in &files {
        if let Some(why) = names::wrong(&file.path) {
            return Err(refused(&file.path, why));
        }
    }
    if let Some(name) = names::clash(files.iter().map(|file| file.path.as_str()).chain([MANIFEST])) {
        return Err(refused(name, "it cannot lie beside another one, from which it differs only by case".into()));
    }
    let mut orders = vec![first];
    for file in files {
        orders.push(order(folder, &file.path, FileKind::of_name(&file.path), Some(file))?);
    }
    Ok(orders)
}

/// One file of a SAFE folder, in all places where the folder lies.
fn order(folder: &Folder<'_>, path: &str, kind: FileKind, listed: Option<&ManifestFile>) -> Outcome<FileOrder> {
    let path = format!("{}/{path}", folder.name);
    let mut sources = Vec::new();
    for package in &folder.packages {
        sources.push(FileSource {
            href: fail(swath_remote::inside(package, &path))?,
            provider: package.provider.clone(),
            access: package.access,
            size: listed.and_then(|file| file.bytes),
            checksum: listed.and_then(|file| file.checksum.clone()),
        });
    }
    Ok(FileOrder { path, kind, sources })
}

/// A file for each band, in the order of [`Wanted::contents`].
fn bands(scene: &Scene, wanted: &Wanted) -> Outcome<Vec<FileOrder>> {
    let mut orders: Vec<FileOrder> = Vec::new();
    for content in wanted.contents() {
        let (Content::Band { band } | Content::Window { band, .. }) = content else { continue };
        let sources: Vec<FileSource> = offers::places(scene, band).into_iter().map(|asset| offers::source(scene, asset)).collect();
        let Some(best) = sources.first() else {
            return name(&scene.id, band, Err(Stop::Failed(PipelineError::Avoided(format!("there is no `{band}`")))));
        };
        let kind = FileKind::of_name(&best.href);
        orders.push(FileOrder { path: last(&place_of(scene, &content)), kind, sources });
    }
    if let Some(path) = names::clash(orders.iter().map(|order| order.path.as_str())).map(str::to_owned) {
        let why = "it cannot lie beside another one of the same name".to_owned();
        return Err(Stop::Failed(PipelineError::Listed { scene: scene.id.clone(), name: path, why }));
    }
    Ok(orders)
}

/// The band of an order of [`bands`].
pub(super) fn band_of(work: &Work, order: &FileOrder) -> Option<Band> {
    let (scene, wanted) = (&work.request.scene, &work.request.wanted);
    wanted.contents().iter().find_map(|content| match content {
        Content::Band { band } | Content::Window { band, .. } => (last(&place_of(scene, content)) == order.path).then_some(*band),
        _ => None,
    })
}

fn last(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

fn not_had(scene: &Scene, file: &str, why: &str) -> Stop<PipelineError> {
    let failure = SourceFailure { provider: scene.id.provider().to_owned(), error: PipelineError::Avoided(why.to_owned()) };
    Stop::Failed(PipelineError::File { scene: scene.id.clone(), file: file.to_owned(), failures: vec![failure] })
}
