//! One file, from the best of its sources that gives it.
//!
//! ```text
//! fetched before      ->  looked at again, kept
//! source              ->  digest  ->  structure  ->  done
//!    | does not serve     | wrong: its catalogue is asked again, once
//!    v                    v wrong still, or damaged: put aside
//! next source         <---'         (the same once more when there is no other)
//! ```

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use swath_domain::{Access, AccountKind, FileKind, FileOrder, FileSource, HeldFile, Monitor, Report, Scene, Stop};
use swath_package::PackageError;
use swath_raster::RasterError;
use swath_remote::{Checked, Downloaded, RemoteError, scene_again};

use super::{Fetched, TransferMonitor, Work, counted::Counted, names, offers, staged};
use crate::{
    PipelineError,
    engine::Resources,
    error::{Outcome, SourceFailure, fail, lift},
    stages::on_disk,
};

/// Fetches a file to its place in the staging folder and makes sure that it is right; what is there already is kept and reported as
/// [`Kept`](swath_domain::Report::Kept). `monitor` counts the bytes of this file; `work.monitor` is told of the source
/// and of its length once it is known.
///
/// # Errors
/// The one reason when nothing can be reached, or when this computer is to blame; otherwise [`PipelineError::File`] with every source's
/// words. What has arrived is kept for another try.
pub(crate) async fn file(work: &Work, order: &FileOrder, monitor: &dyn Monitor) -> Outcome<Fetched> {
    if let Some(why) = names::wrong(&order.path) {
        let scene = work.request.scene.id.clone();
        return Err(Stop::Failed(PipelineError::Listed { scene, name: order.path.chars().take(200).collect(), why }));
    }
    if let Some(kept) = kept(work, order).await? {
        monitor.report(Report::Kept(kept.held.bytes));
        return Ok(kept);
    }
    let fetching = Fetching {
        work,
        order,
        counted: Counted::new(monitor),
        failures: Vec::new(),
        asked: BTreeSet::new(),
        final_word: false,
        aside: Vec::new(),
    };
    fetching.run().await.map_err(|stop| vanished(work, stop))
}

/// Says that the folder is gone where that is why a file could not be written.
pub(super) fn vanished(work: &Work, stop: Stop<PipelineError>) -> Stop<PipelineError> {
    let local = matches!(
        &stop,
        Stop::Failed(PipelineError::Io { .. } | PipelineError::Remote(RemoteError::Disk { full: false, .. }) | PipelineError::Raster(_))
    );
    match work.res.library.root() {
        Ok(root) if local && !root.there => Stop::Failed(swath_library::LibraryError::RootMissing { path: root.path }.into()),
        _ => stop,
    }
}

/// The file, when an earlier run has brought it.
pub(super) async fn kept(work: &Work, order: &FileOrder) -> Outcome<Option<Fetched>> {
    let (folder, order, quiet) = (work.folder.clone(), order.clone(), Quiet(work.monitor.clone()));
    on_disk(&work.res, move || staged::kept(&folder, &order, &quiet)).await
}

/// Puts a file that is right in its place.
pub(super) async fn done(work: &Work, order: &FileOrder, part: PathBuf, fetched: &Fetched) -> Outcome<()> {
    let (folder, order, fetched) = (work.folder.clone(), order.clone(), fetched.clone());
    on_disk(&work.res, move || staged::done(&folder, &order, &part, &fetched)).await
}

struct Fetching<'a> {
    work: &'a Work,
    order: &'a FileOrder,
    counted: Counted<'a>,
    failures: Vec<SourceFailure>,
    /// Catalogues that were asked again already.
    asked: BTreeSet<String>,
    /// What came last is what its provider published, and it is wrong: it comes no better another time.
    final_word: bool,
    /// Files with another digest than the published one, and why they are wrong; put into quarantine once there is a right one.
    aside: Vec<(PathBuf, String)>,
}

impl Fetching<'_> {
    async fn run(mut self) -> Outcome<Fetched> {
        let mut wrong = Vec::new();
        for source in &self.order.sources {
            match self.from(source).await {
                Ok(fetched) => return Ok(fetched),
                Err(stop) => {
                    let was_wrong = self.failed(source, stop)?;
                    wrong.extend((was_wrong && !self.final_word).then_some(source));
                }
            }
        }
        // No other source is left: a wrong file may come right when it is fetched anew.
        for source in wrong {
            match self.from(source).await {
                Ok(fetched) => return Ok(fetched),
                Err(stop) => self.failed(source, stop)?,
            };
        }
        Err(self.end())
    }

    /// Takes note of a failure; tells whether what came was wrong. An error when no other source would do better.
    fn failed(&mut self, source: &FileSource, stop: Stop<PipelineError>) -> Outcome<bool> {
        let error = match stop {
            Stop::Failed(error) if blames_source(&error) || is_gone(source, &error) => error,
            stop => return Err(stop),
        };
        tracing::warn!(file = self.order.path, provider = source.provider, %error, "a source of the file failed");
        let wrong = is_wrong(&error);
        let failure = SourceFailure { provider: source.provider.clone(), error };
        self.failures.retain(|known| known.provider != failure.provider || !is_wrong(&known.error) || !wrong);
        self.failures.push(failure);
        Ok(wrong)
    }

    async fn from(&mut self, source: &FileSource) -> Outcome<Fetched> {
        let (work, order) = (self.work, self.order);
        if let Some(account) = account(source.access).filter(|account| !work.res.client.accounts().has(*account)) {
            return Err(Stop::Failed(RemoteError::NeedsAccount { account }.into()));
        }
        self.final_word = false;
        work.monitor.source(&order.path, source);
        if let Some(bytes) = source.size {
            work.monitor.expect(&order.path, bytes);
        }
        let kind = kind_of(order, source);
        let part = staged::part(&work.folder, order, source)?;
        let downloaded = self.downloaded(source, kind, &part).await?;
        if let Err(stop) = structure(&work.res, &part, kind, &work.monitor).await {
            self.final_word = matches!(downloaded.checked, Checked::Digest(_));
            if let Stop::Failed(error) = &stop
                && is_wrong(error)
            {
                quarantine(work, &part, &format!("{}, from {}: {error}", order.path, source.provider)).await;
            }
            return Err(stop);
        }
        if downloaded.checked == Checked::Doubtful {
            tracing::warn!(
                file = order.path,
                provider = source.provider,
                "its published digest fits under no algorithm; only its length and structure are checked"
            );
        }
        for (path, why) in std::mem::take(&mut self.aside) {
            quarantine(work, &path, &why).await;
        }
        let held = HeldFile { path: order.path.clone(), bytes: downloaded.bytes, sha256: downloaded.sha256 };
        let fetched = Fetched { held, provider: source.provider.clone() };
        done(work, order, part, &fetched).await?;
        Ok(fetched)
    }

    /// Fetches from a source. When the digest is not the published one, the published one may be wrong: its catalogue is asked once more. What
    /// came stays beside the part, since it is the right file if the digest is corrected later.
    async fn downloaded(&mut self, source: &FileSource, kind: FileKind, part: &Path) -> Outcome<Downloaded> {
        let client = &self.work.res.client;
        let aside = beside(part, ".wrong");
        let mut source = source.clone();
        if aside.exists() {
            // Of an earlier run.
            source = self.corrected(&source).await?.unwrap_or(source);
        }
        loop {
            self.counted.begin();
            let error = match client.download(&source, kind, part, &self.counted).await {
                Err(Stop::Failed(error @ RemoteError::WrongDigest { .. })) => error,
                other => return lift(other),
            };
            match self.corrected(&source).await? {
                Some(corrected) => source = corrected,
                None => {
                    let why = format!("{}, from {}: {error}", self.order.path, source.provider);
                    self.aside.push((aside, why));
                    return Err(Stop::Failed(error.into()));
                }
            }
        }
    }

    /// The source as its catalogue tells of it now, when that is something else.
    async fn corrected(&mut self, source: &FileSource) -> Outcome<Option<FileSource>> {
        let Work { res, request, .. } = self.work;
        let provider = res.providers().into_iter().find(|provider| provider.id == source.provider);
        let Some(provider) = provider.filter(|_| self.asked.insert(source.provider.clone())) else { return Ok(None) };
        let mut scene = request.scene.clone();
        if let Some(id) = scene.others.iter().find(|id| id.provider() == source.provider).filter(|_| scene.id.provider() != source.provider)
        {
            scene.id = id.clone();
        }
        let now = match scene_again(&res.client, &provider, &scene, &*self.work.monitor).await {
            Ok(Some(now)) => now,
            Ok(None) => return Ok(None),
            Err(Stop::Cancelled) => return Err(Stop::Cancelled),
            Err(Stop::Failed(error)) => {
                tracing::warn!(file = self.order.path, %error, "its catalogue could not be asked whether the digest has been corrected");
                return Ok(None);
            }
        };
        let same = |now: &FileSource| now.href == source.href && (&now.checksum, now.size) != (&source.checksum, source.size);
        Ok(sources_of(&now).find(same))
    }

    /// Why the file cannot be had.
    fn end(self) -> Stop<PipelineError> {
        // Whoever waits for the network has to know that nothing else is wrong.
        let asked = |failure: &&SourceFailure| failure.error.code() != "needs-account";
        let offline = |failure: &SourceFailure| matches!(failure.error, PipelineError::Remote(RemoteError::Connect { .. }));
        let mut failures = self.failures;
        if failures.iter().any(|f| asked(&f)) && failures.iter().filter(asked).all(offline) {
            failures.retain(offline);
            return Stop::Failed(failures.remove(0).error);
        }
        let (scene, file) = (self.work.request.scene.id.clone(), self.order.path.rsplit('/').next().unwrap_or_default().to_owned());
        Stop::Failed(PipelineError::File { scene, file, failures })
    }
}

/// All places that a scene names.
fn sources_of(scene: &Scene) -> impl Iterator<Item = FileSource> {
    let assets = scene.assets.keys().flat_map(|band| scene.sources(*band)).map(|asset| offers::source(scene, asset));
    scene.packages.iter().map(offers::source_of).chain(assets)
}

/// The account that an access takes.
pub(super) fn account(access: Access) -> Option<AccountKind> {
    match access {
        Access::Open | Access::Signed => None,
        Access::Account(account) => Some(account),
        Access::RequesterPays => Some(AccountKind::Aws),
    }
}

/// What comes from a source: a band may be a TIFF here and a JPEG 2000 there.
fn kind_of(order: &FileOrder, source: &FileSource) -> FileKind {
    let image = |kind| matches!(kind, FileKind::Tiff | FileKind::Jp2);
    Some(FileKind::of_name(&source.href)).filter(|kind| image(*kind) && image(order.kind)).unwrap_or(order.kind)
}

/// Whether a file is what its kind has to be inside.
pub(super) async fn structure(res: &Resources, path: &Path, kind: FileKind, monitor: &Arc<TransferMonitor>) -> Outcome<()> {
    let (path, quiet) = (path.to_owned(), Quiet(monitor.clone()));
    match kind {
        FileKind::Tiff | FileKind::Jp2 => res.cpu.run(move || fail(swath_raster::intact(&path))).await,
        FileKind::Zip | FileKind::Tar | FileKind::Gzip | FileKind::Xml => {
            on_disk(res, move || lift(swath_package::check(&path, kind, &quiet))).await
        }
        FileKind::Any => Ok(()),
    }
}

/// Whether another source may do better.
pub(super) fn blames_source(error: &PipelineError) -> bool {
    match error {
        PipelineError::Remote(error) => !matches!(error, RemoteError::Disk { .. }),
        PipelineError::File { .. } | PipelineError::Listed { .. } | PipelineError::Avoided(_) | PipelineError::AnotherGrid(_) => true,
        // Nothing is known to be wrong with it, but it is of no use here; another source may have it in another form.
        PipelineError::Package(PackageError::Unsupported { .. }) | PipelineError::Raster(RasterError::Unsupported { .. }) => true,
        error => is_wrong(error),
    }
}

/// Whether what came is not what it should be.
fn is_wrong(error: &PipelineError) -> bool {
    match error {
        PipelineError::Remote(error) => matches!(error, RemoteError::WrongDigest { .. }),
        PipelineError::Package(error) => matches!(error, PackageError::Damaged { .. } | PackageError::Harmful { .. }),
        PipelineError::Raster(error) => matches!(error, RasterError::Open { .. } | RasterError::Read { .. }),
        _ => false,
    }
}

/// A file of the user's own that is no longer there: reading it fails, not writing.
fn is_gone(source: &FileSource, error: &PipelineError) -> bool {
    source.href.starts_with("file:") && !matches!(error, PipelineError::Remote(RemoteError::Disk { full: true, .. }))
}

async fn quarantine(work: &Work, path: &Path, why: &str) {
    let (library, path, why) = (work.res.library.clone(), path.to_owned(), why.to_owned());
    let moved = on_disk(&work.res, move || {
        // What cannot be put aside is deleted: it must not be taken for the file.
        if path.exists() && library.quarantine(&path, &why).is_err() {
            staged::io(&path, std::fs::remove_file(&path))?;
        }
        Ok(())
    });
    if let Err(Stop::Failed(error)) = moved.await {
        tracing::warn!(%error, "a wrong file could not be put aside");
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(end);
    path.with_file_name(name)
}

/// Hears of a cancel and tells nothing: what is read again on this computer is no transfer.
pub(super) struct Quiet(pub(super) Arc<TransferMonitor>);

impl Monitor for Quiet {
    fn report(&self, _: Report) {}

    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}
