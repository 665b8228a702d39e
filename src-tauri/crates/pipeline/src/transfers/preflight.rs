//! What has to be right before an order is taken. Asks nobody: all of it is on this computer.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use swath_domain::{AccountKind, Content, Scene, TransferId, TransferState, Wanted};
use swath_library::place_of;
use swath_package::safe;

use super::{
    Finding, Order, Preflight,
    offers::{self, Offer},
    quota, room, sizes,
};
use crate::{Engine, PipelineError, engine::Resources};

/// Windows refuses longer paths unless every program opts in; counted in UTF-16 units.
const LONGEST_PATH: usize = 259;
/// Below the folder of a product of Landsat: `LC08_L2SP_123032_20240512_20240520_02_T1_SR_QA_AEROSOL.TIF`.
const LANDSAT_FILE: usize = 60;
/// Kept free for the database, journals and everybody else.
const SPARE: u64 = 64 << 20;
/// The number is not known yet; it has not more digits than this.
const SOME: TransferId = TransferId(9_999_999);
/// What cutting out takes besides the pixels of the window.
const CLIP_BASE: u64 = 64 << 20;

impl Engine {
    /// Bytes that can still be written where the library lies; `None` when it is not there.
    pub fn disk_free(&self) -> Option<u64> {
        let root = self.res.library.root().ok().filter(|root| root.there)?;
        room::free_at(&root.path).ok()
    }
}

/// One scene that would be fetched.
struct Part<'a> {
    scene: &'a Scene,
    bytes: u64,
    /// The account that its bytes are counted for.
    account: Option<AccountKind>,
}

pub(crate) fn preflight(res: &Resources, order: &Order) -> Result<Preflight, PipelineError> {
    let mut found = Preflight::default();
    let parts = parts(res, order, &mut found)?;
    found.transfers = parts.len();
    let bytes = parts.iter().map(|part| part.bytes).sum();
    found.bytes = Some(bytes);
    let window = largest_window(order, &parts);
    let root = res.library.root()?;
    if root.there {
        found.disk_free = room::free_at(&root.path).unwrap_or(0);
        let folders = res.library.folders();
        let staging = folders.staging_of_transfer(SOME);
        let mut written = vec![root.path.clone(), staging.parent().map_or_else(|| folders.staging(), Path::to_owned)];
        if matches!(order.wanted, Wanted::Window { .. }) {
            written.push(folders.ranges());
        }
        found.findings.extend(written.iter().filter_map(|folder| not_writable(folder)));
        disks(res, order, &parts, window, &root.path, &mut found)?;
        found.findings.extend(too_long(res, order, &parts, &root.path));
    } else {
        found.findings.push(Finding::RootMissing { folder: root.path });
    }
    memory(res, window, &mut found);
    quotas(res, &parts, &mut found)?;
    Ok(found)
}

/// What would be fetched; scenes that cannot be had, and accounts that are lacking, are among the findings.
fn parts<'a>(res: &Resources, order: &'a Order, found: &mut Preflight) -> Result<Vec<Part<'a>>, PipelineError> {
    let contents = order.wanted.contents();
    let (mut parts, mut archived, mut lacking, mut accounts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for scene in &order.scenes {
        let there = res.library.holdings().held(scene, &order.wanted)?;
        if contents.iter().all(|content| there.contains(content)) {
            found.held += 1;
            continue;
        }
        // Held already in a zip or tar, it is only unpacked.
        let zipped = match &order.wanted {
            Wanted::Product { form, unpack: true } => {
                !res.library.holdings().held(scene, &Wanted::Product { form: *form, unpack: false })?.is_empty()
            }
            _ => false,
        };
        let account = match offers::offer(scene, &order.wanted, res.client.accounts()) {
            _ if zipped => None,
            Offer::Open => None,
            Offer::Account { kind, set } => {
                if !set && !accounts.contains(&kind) {
                    accounts.push(kind);
                }
                Some(kind)
            }
            Offer::Archived => {
                archived.push(scene.id.clone());
                continue;
            }
            Offer::None => {
                lacking.push(scene.id.clone());
                continue;
            }
        };
        let bytes = sizes::of(scene, &order.wanted).bytes;
        parts.push(Part { scene, bytes, account });
    }
    found.findings.extend(accounts.into_iter().map(|account| Finding::NoAccount { account }));
    found.findings.extend((!archived.is_empty()).then_some(Finding::Archived { scenes: archived }));
    found.findings.extend((!lacking.is_empty()).then_some(Finding::NotOffered { scenes: lacking }));
    Ok(parts)
}

/// Room for all that is ordered, besides what has been ordered before and has not arrived yet.
fn disks(res: &Resources, order: &Order, parts: &[Part<'_>], window: u64, root: &Path, found: &mut Preflight) -> Result<(), PipelineError> {
    if parts.is_empty() {
        return Ok(());
    }
    let bytes: u64 = parts.iter().map(|part| part.bytes).sum();
    let largest = parts.iter().map(|part| part.bytes).max().unwrap_or(0);
    let at_once = res.transfers.rules().map_or(1, |rules| rules.parallel.max(1)).min(parts.len()) as u64;
    let queued = res.library.transfers().list()?.into_iter().filter(|t| !t.state.is_final() && t.state != TransferState::Paused);
    let promised: u64 = queued.map(|t| t.progress.total_bytes.unwrap_or(0).saturating_sub(t.progress.done_bytes)).sum();
    // A zip is still there while it is unpacked, and the pixels of a window lie on the disk before they are compressed.
    let passing = if matches!(order.wanted, Wanted::Product { unpack: true, .. }) { largest } else { window * 2 };
    let cache = res.library.folders().ranges();
    // Blocks lie in the cache as they come, and once more in what is cut out of them.
    let blocks = if matches!(order.wanted, Wanted::Window { .. }) { bytes } else { 0 };
    let together = room::same_disk(root, &cache);
    let mut check = |folder: PathBuf, needs: u64| {
        // A disk that does not tell its room is found out when it is full.
        let Ok(free) = room::free_at(&folder) else { return };
        let needs = needs + SPARE;
        found.findings.extend((needs > free).then_some(Finding::Disk { needs, free, folder }));
    };
    check(root.to_owned(), bytes + promised + passing * at_once + if together { blocks } else { 0 });
    if blocks > 0 && !together {
        check(cache, blocks);
    }
    Ok(())
}

/// Found out by writing: permissions, read-only disks and full quotas all look alike from outside.
fn not_writable(folder: &Path) -> Option<Finding> {
    // By a name that the library sweeps away when it is opened: a kill may come in between.
    let probe = folder.join(format!(".swath-library.{}", std::process::id()));
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&probe, b"swath"));
    let removed = match std::fs::remove_file(&probe) {
        // Swept away already.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    let why = written.and(removed).err()?;
    Some(Finding::NotWritable { folder: folder.to_owned(), why: why.to_string() })
}

/// The longest path of any file, in the library and on its way there.
fn too_long(res: &Resources, order: &Order, parts: &[Part<'_>], root: &Path) -> Option<Finding> {
    let staging = res.library.folders().staging_of_transfer(SOME);
    let separator = 1;
    let longest = parts.iter().flat_map(|part| order.wanted.contents().into_iter().map(move |content| (part.scene, content)));
    let (length, path) = longest
        .map(|(scene, content)| {
            let place = place_of(scene, &content);
            let last = place.rsplit('/').next().unwrap_or_default();
            let inside = inside(scene, &content, last);
            let below = inside.max(units(last));
            let in_library = units(&root.to_string_lossy()) + separator + units(&place) - units(last) + below;
            // `.parts/<16 digits>/<name>.journal`, and `.unpacked/<folder>/…`.
            let in_staging =
                units(&staging.to_string_lossy()) + separator + below.max(".parts/".len() + 17 + units(last) + ".journal".len());
            (in_library.max(in_staging), root.join(&place).display().to_string())
        })
        .max_by_key(|(length, _)| *length)?;
    (length > LONGEST_PATH).then_some(Finding::PathTooLong { path, length, most: LONGEST_PATH })
}

/// Units of the longest path inside a product, its folder's name included.
fn inside(scene: &Scene, content: &Content, last: &str) -> usize {
    let name = last.trim_end_matches(".zip");
    match content {
        Content::Safe => safe::longest_path(name, scene.sensor, None),
        Content::PartialSafe { bands } => safe::longest_path(name, scene.sensor, Some(bands)),
        Content::LandsatFolder => units(last) + 1 + LANDSAT_FILE,
        _ => 0,
    }
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Pixels of the largest window that is cut out of a band.
fn largest_window(order: &Order, parts: &[Part<'_>]) -> u64 {
    let Wanted::Window { bands, area } = &order.wanted else { return 0 };
    let pixels = |scene: &Scene, band| {
        let grid = scene.sources(band).find_map(|asset| asset.grid.as_ref());
        match grid {
            Some(grid) => swath_raster::clip_window(grid, area).ok().flatten().map_or(0, |window| window.pixels() as u64),
            None => {
                let ground = swath_domain::Aoi::ground_m2(&scene.footprint).max(1.0);
                (sizes::pixels(scene, band) * (area.area_m2() / ground).min(1.0)) as u64
            }
        }
    };
    parts.iter().flat_map(|part| bands.iter().map(move |band| pixels(part.scene, *band))).max().unwrap_or(0)
}

/// Cutting out holds the pixels of one window for each transfer at work.
fn memory(res: &Resources, window: u64, found: &mut Preflight) {
    // Two bytes a pixel, and a mask of the outline.
    let needs = window * 3 + CLIP_BASE;
    let limit = res.limits().memory;
    found.findings.extend((window > 0 && needs > limit).then_some(Finding::Memory { needs, limit }));
}

fn quotas(res: &Resources, parts: &[Part<'_>], found: &mut Preflight) -> Result<(), PipelineError> {
    let mut accounts: Vec<AccountKind> = parts.iter().filter_map(|part| part.account).collect();
    accounts.sort();
    accounts.dedup();
    for account in accounts {
        let needs: u64 = parts.iter().filter(|part| part.account == Some(account)).map(|part| part.bytes).sum();
        if let Some(allowance) = quota::allowance(res, account, Timestamp::now())?
            && needs > allowance.left
        {
            found.findings.push(Finding::Quota { account, needs, left: allowance.left, until: allowance.until });
        }
    }
    Ok(())
}
