//! Looking again at what the library holds.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::{StreamExt, stream};
use jiff::Timestamp;
use swath_domain::{Content, HeldFile, Holding, HoldingId, HoldingState, Monitor, Report, Stop};
use swath_library::{HoldingFilter, Library, LibraryError};
use tokio::sync::mpsc;

use super::{Verified, VerifySummary, hash};
use crate::{
    PipelineError,
    engine::Resources,
    error::{Outcome, fail},
};

/// How often it is looked whether somebody has cancelled.
const LOOK: Duration = Duration::from_millis(100);

/// Reads the files of holdings (all when none are named) and compares lengths, digests and structure; what is found is written to their rows.
/// Bytes read are reported as [`Report::Advanced`].
///
/// # Errors
/// A named holding that is not in the library (any more); [`LibraryError::RootMissing`] while the library's disk is not there: nothing is then
/// said of what lies on it, since all of it would be fetched again. What was found before is kept.
pub(crate) async fn verify(
    res: &Resources,
    ids: Option<&[HoldingId]>,
    monitor: &dyn Monitor,
    on: &mut (dyn FnMut(Verified) + Send),
) -> Outcome<VerifySummary> {
    let holdings = res.library.holdings();
    there(&res.library)?;
    let named = ids.is_some();
    let ids: Vec<HoldingId> = match ids {
        Some(ids) => ids.to_vec(),
        None => fail(holdings.list(&HoldingFilter::default()))?.into_iter().map(|holding| holding.id).collect(),
    };
    if monitor.is_cancelled() {
        return Err(Stop::Cancelled);
    }
    let over = Arc::new(AtomicBool::new(false));
    // Ends what still reads when this is dropped.
    let _end = End(over.clone());
    let (told, mut bytes) = mpsc::unbounded_channel();
    let looking = stream::iter(ids)
        .map(|id| {
            let (library, quiet) = (res.library.clone(), Reading { over: over.clone(), told: told.clone() });
            res.cpu.run(move || look(&library, id, &quiet))
        })
        .buffer_unordered(res.limits().cpu);
    tokio::pin!(looking);
    let mut summary = VerifySummary::default();
    let mut ticks = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                if monitor.is_cancelled() {
                    over.store(true, Ordering::Relaxed);
                }
            }
            Some(count) = bytes.recv() => monitor.report(Report::Advanced(count)),
            next = looking.next() => match next {
                None => break,
                Some(found) => {
                    let verified = match found {
                        // Removed while others were looked at.
                        Err(Stop::Failed(PipelineError::Library(LibraryError::NotFound { .. }))) if !named => continue,
                        found => found?,
                    };
                    if verified.state == HoldingState::Missing {
                        there(&res.library)?;
                    }
                    fail(holdings.set_state(verified.id, verified.state.clone(), Timestamp::now()))?;
                    match verified.state {
                        HoldingState::Verified { .. } => summary.verified += 1,
                        HoldingState::Missing => summary.missing += 1,
                        HoldingState::Damaged { .. } => summary.damaged += 1,
                    }
                    on(verified);
                }
            },
        }
    }
    while let Ok(count) = bytes.try_recv() {
        monitor.report(Report::Advanced(count));
    }
    Ok(summary)
}

/// An error when the library's disk is not there.
fn there(library: &Library) -> Outcome<()> {
    let root = fail(library.root())?;
    if root.there { Ok(()) } else { fail(Err(LibraryError::RootMissing { path: root.path })) }
}

/// Tells the readers that nobody waits for them any more.
struct End(Arc<AtomicBool>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The monitor of one reader.
struct Reading {
    over: Arc<AtomicBool>,
    told: mpsc::UnboundedSender<u64>,
}

impl Monitor for Reading {
    fn report(&self, report: Report) {
        if let Report::Advanced(bytes) = report {
            let _ = self.told.send(bytes);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}

fn look(library: &Library, id: HoldingId, monitor: &Reading) -> Outcome<Verified> {
    let holding = fail(library.holdings().get(id))?;
    let files = fail(library.holdings().files(id))?;
    let path = library.holdings().path(&holding);
    let state = match state(&holding, &path, &files, monitor) {
        Ok(()) => HoldingState::Verified { at: Timestamp::now() },
        Err(Stop::Failed(state)) => state,
        Err(Stop::Cancelled) => return Err(Stop::Cancelled),
    };
    Ok(Verified { id, state })
}

fn state(holding: &Holding, path: &Path, files: &[HeldFile], monitor: &Reading) -> Result<(), Stop<HoldingState>> {
    let at = |file: &HeldFile| file.path.split('/').filter(|part| !part.is_empty()).fold(path.to_owned(), |path, part| path.join(part));
    let gone: Vec<&HeldFile> = files.iter().filter(|file| !at(file).is_file()).collect();
    if !path.exists() || (gone.len() == files.len() && !files.is_empty()) {
        return Err(Stop::Failed(HoldingState::Missing));
    }
    if let Some(first) = gone.first() {
        let why = format!("{} of its {} files are missing, the first of them {}", gone.len(), files.len(), first.path);
        return Err(Stop::Failed(HoldingState::Damaged { why }));
    }
    for file in files {
        let name = if file.path.is_empty() { "the file" } else { &file.path };
        let damaged = |why: String| Stop::Failed(HoldingState::Damaged { why });
        let length =
            std::fs::metadata(at(file)).map(|meta| meta.len()).map_err(|error| damaged(format!("{name} cannot be read ({error})")))?;
        if length != file.bytes {
            return Err(damaged(format!("{name} has {length} bytes instead of {}", file.bytes)));
        }
        let (sha256, _) = hash::sha256(&at(file), monitor).map_err(|stop| match stop {
            Stop::Cancelled => Stop::Cancelled,
            Stop::Failed(error) => damaged(format!("{name} cannot be read ({error})")),
        })?;
        if sha256 != file.sha256 {
            return Err(damaged(format!("the contents of {name} have changed")));
        }
    }
    structure(holding, path).map_err(|error| Stop::Failed(HoldingState::Damaged { why: error.to_string() }))
}

/// What a digest cannot tell: that the file is one that today's programs open. Short, since nothing in it has changed since it was looked
/// through from end to end.
fn structure(holding: &Holding, path: &Path) -> Result<(), PipelineError> {
    match holding.content {
        Content::SafeZip | Content::LandsatTar => drop(swath_package::members(path)?),
        Content::Band { .. } | Content::Window { .. } if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("tif")) => {
            swath_raster::intact(path)?;
        }
        _ => {}
    }
    Ok(())
}
