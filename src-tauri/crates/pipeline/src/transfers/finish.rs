//! From fetched files to what the library takes.

use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use swath_domain::{Content, FileOrder, HeldFile, Stop, TransferStage, Wanted};
use swath_library::Piece;

use super::{Fetched, Work, fetch::Quiet, staged};
use crate::{
    PipelineError,
    error::{Outcome, lift},
    stages::on_disk,
};

/// Where a zip or tar is unpacked, in the staging folder.
const UNPACKED: &str = ".unpacked";

/// Checks what files are only together (a SAFE folder against its manifest), unpacks what is to be unpacked, and says what goes into the
/// library. Tells `work.monitor` of the stages Check and Unpack. `fetched` has the order of `files`.
///
/// # Errors
/// [`PipelineError::Package`] when the files do not make what their manifest lists.
pub(crate) async fn pieces(work: &Work, files: &[FileOrder], fetched: &[Fetched]) -> Outcome<Vec<Piece>> {
    work.monitor.begin(TransferStage::Check);
    let contents = work.request.wanted.contents();
    match (&work.request.wanted, contents.as_slice(), fetched) {
        (Wanted::Product { unpack: true, .. }, [content @ (Content::Safe | Content::LandsatFolder)], [one]) => {
            Ok(vec![unpacked(work, content, one).await?])
        }
        (_, [content @ (Content::SafeZip | Content::LandsatTar)], [one]) => {
            Ok(vec![alone(content, one, staged::place(&work.folder, &one.held.path))])
        }
        (_, [content @ (Content::Safe | Content::PartialSafe { .. })], _) => Ok(vec![folder(work, content, files, fetched).await?]),
        (Wanted::Bands { .. } | Wanted::Window { .. }, contents, fetched) if contents.len() == fetched.len() => {
            let mut pieces = Vec::new();
            for (content, one) in contents.iter().zip(fetched) {
                let (at, path) = (work.folder.clone(), one.held.path.clone());
                let staged = on_disk(&work.res, move || named_by_kind(&at, &path)).await?;
                pieces.push(alone(content, one, staged));
            }
            Ok(pieces)
        }
        // Another number of files than was asked for: the row of another version, at most.
        _ => Err(Stop::Failed(PipelineError::Worker)),
    }
}

/// A piece that is one file.
fn alone(content: &Content, one: &Fetched, staged: PathBuf) -> Piece {
    let files = vec![HeldFile { path: String::new(), ..one.held.clone() }];
    Piece { content: content.clone(), staged, files, provider: one.provider.clone() }
}

/// The file of a band under a name that ends as its bytes begin: a source that stood in may have given JPEG 2000 for a TIFF. The file stays
/// where its order says as well, so that going on after a crash finds it. Blocks.
fn named_by_kind(folder: &Path, path: &str) -> Outcome<PathBuf> {
    const JP2: &[u8] = b"\0\0\0\x0cjP  ";
    let place = staged::place(folder, path);
    let mut start = [0; 8];
    let read = staged::io(&place, fs::File::open(&place).and_then(|mut file| file.read(&mut start)))?;
    let is_jp2 = &start[..read] == JP2;
    let says_jp2 = path.to_ascii_lowercase().ends_with(".jp2");
    let tiff = matches!(start.get(..2), Some(b"II" | b"MM"));
    let end = match (is_jp2, says_jp2) {
        (true, false) => "jp2",
        (false, true) if tiff => "tif",
        _ => return Ok(place),
    };
    let named = place.with_extension(end);
    if !named.exists() {
        staged::io(&named, fs::hard_link(&place, &named).or_else(|_| fs::rename(&place, &named)))?;
    }
    Ok(named)
}

/// A zip or tar, unpacked into a folder of its own.
async fn unpacked(work: &Work, content: &Content, one: &Fetched) -> Outcome<Piece> {
    work.monitor.begin(TransferStage::Unpack);
    let (zip, into) = (staged::place(&work.folder, &one.held.path), work.folder.join(UNPACKED));
    let (safe, quiet) = (*content == Content::Safe, Quiet(work.monitor.clone()));
    let (staged, files) = on_disk(&work.res, move || {
        if into.exists() {
            staged::io(&into, fs::remove_dir_all(&into))?;
        }
        let files = lift(swath_package::unpack(&zip, &into, &quiet))?;
        let Some(root) = swath_package::root(&files).map(str::to_owned) else { return Ok((into, files)) };
        let folder = into.join(&root);
        if safe {
            lift(swath_package::safe::check_folder(&folder, None, &quiet))?;
        }
        Ok((folder, below(&root, files)))
    })
    .await?;
    Ok(Piece { content: content.clone(), staged, files, provider: one.provider.clone() })
}

/// Paths inside a folder, from paths that begin with it.
fn below(root: &str, files: Vec<HeldFile>) -> Vec<HeldFile> {
    let inside = |file: HeldFile| {
        let path = file.path.strip_prefix(root).unwrap_or(&file.path).trim_start_matches('/').to_owned();
        HeldFile { path, ..file }
    };
    files.into_iter().map(inside).collect()
}

/// A SAFE folder that was fetched file by file.
async fn folder(work: &Work, content: &Content, orders: &[FileOrder], fetched: &[Fetched]) -> Outcome<Piece> {
    let files: Vec<HeldFile> = fetched.iter().map(|one| one.held.clone()).collect();
    let Some(root) = swath_package::root(&files).map(str::to_owned) else { return Err(Stop::Failed(PipelineError::Worker)) };
    let bands = match content {
        Content::PartialSafe { bands } => Some((work.request.scene.sensor, bands.clone())),
        _ => None,
    };
    let (folder, quiet) = (work.folder.join(&root), Quiet(work.monitor.clone()));
    let ordered: Vec<PathBuf> = orders.iter().map(|order| staged::place(&work.folder, &order.path)).collect();
    let at = folder.clone();
    on_disk(&work.res, move || {
        alien(&at, &ordered)?;
        lift(swath_package::safe::check_folder(&at, bands.as_ref().map(|(sensor, bands)| (*sensor, bands.as_slice())), &quiet))
    })
    .await?;
    Ok(Piece { content: content.clone(), staged: folder, files: below(&root, files), provider: most(fetched) })
}

/// Deletes what lies in a folder and was not ordered: what goes into the library is what was checked. Blocks.
fn alien(folder: &Path, ordered: &[PathBuf]) -> Outcome<()> {
    let entries = staged::io(folder, fs::read_dir(folder))?;
    for entry in entries {
        let path = staged::io(folder, entry)?.path();
        let is_folder = staged::io(&path, fs::symlink_metadata(&path))?.is_dir();
        if is_folder && ordered.iter().any(|known| known.starts_with(&path)) {
            alien(&path, ordered)?;
        } else if !ordered.contains(&path) {
            staged::io(&path, if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) })?;
        }
    }
    Ok(())
}

/// The catalogue that most bytes came from.
fn most(fetched: &[Fetched]) -> String {
    let mut bytes: BTreeMap<&str, u64> = BTreeMap::new();
    for one in fetched {
        *bytes.entry(&one.provider).or_default() += one.held.bytes + 1;
    }
    bytes.into_iter().max_by_key(|(_, bytes)| *bytes).map(|(provider, _)| provider.to_owned()).unwrap_or_default()
}
