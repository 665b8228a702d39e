//! What the library has of scenes, and the folder that it lies in.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use swath_domain::{Content, HoldingState, Monitor, PackageForm, Report, Stop, Wanted};
use swath_library::{HoldingFilter, RemoveHow};
use swath_pipeline::{Order, Verified, VerifySummary};
use tauri::ipc::Channel;

use super::{Answer, App, blocking, library};
use crate::{
    newest::Watch,
    state::AppState,
    view::{
        Bytes, ErrorCode, HoldingFilterView, HoldingId, HoldingView, IpcError, MoveEvent, OrderedView, RelinkedView, RootView, VerifyEvent,
    },
};

/// Between two messages about a move.
const PAUSE: Duration = Duration::from_millis(100);

/// What the library has of scenes, the latest acquisitions first.
#[tauri::command]
#[specta::specta]
pub async fn holdings(state: App<'_>, filter: Option<HoldingFilterView>) -> Answer<Vec<HoldingView>> {
    let library = state.library().clone();
    blocking(move || {
        let filter = filter.as_ref().map_or_else(|| Ok(HoldingFilter::default()), HoldingFilterView::to_filter)?;
        Ok(library.holdings().list(&filter)?.iter().map(HoldingView::of).collect())
    })
    .await
}

/// Removes a holding with its files, into the system's bin or for good; answers with their bytes. The page asks first.
#[tauri::command]
#[specta::specta]
pub async fn holding_remove(state: App<'_>, id: HoldingId, bin: bool) -> Answer<Bytes> {
    let how = if bin { RemoveHow::Bin } else { RemoveHow::Delete };
    Ok(Bytes(state.engine.remove_holding(id.into(), how).await?))
}

/// Shows a holding in the file manager: its folder, or the folder that it lies in.
#[tauri::command]
#[specta::specta]
pub async fn holding_reveal(state: App<'_>, id: HoldingId) -> Answer<()> {
    let holdings = state.library().holdings();
    let path = holdings.path(&holdings.get(id.into())?);
    let folder = if path.is_dir() { Some(path) } else { path.parent().filter(|_| path.exists()).map(ToOwned::to_owned) };
    library::reveal(
        &state,
        folder.unwrap_or_default(),
        "the files of this scene are gone: look for them with \u{201c}Re-link\u{201d}, or download them again",
    )
    .await
}

/// Orders the unpacked form of a zip or tar that is there; nothing is fetched for it.
#[tauri::command]
#[specta::specta]
pub async fn holding_unpack(state: App<'_>, id: HoldingId) -> Answer<OrderedView> {
    let state = state.inner().clone();
    blocking(move || {
        let holding = state.library().holdings().get(id.into())?;
        let form = match holding.content {
            Content::SafeZip => PackageForm::SafeZip,
            Content::LandsatTar => PackageForm::LandsatTar,
            _ => return Err(IpcError::new(ErrorCode::Internal, "this is no zip or tar: there is nothing to unpack")),
        };
        let name = HoldingView::of(&holding).name;
        let order = Order { name, scenes: vec![*holding.scene], wanted: Wanted::Product { form, unpack: true } };
        Ok(OrderedView::of(&state.engine.order(order)?))
    })
    .await
}

/// Looks at the files of all holdings again. Returns when all were looked at; a newer call or [`holdings_verify_stop`] ends it sooner.
#[tauri::command]
#[specta::specta]
pub async fn holdings_verify(state: App<'_>, channel: Channel<VerifyEvent>) -> Answer<()> {
    let watch = state.verifications.begin();
    let mut seen = VerifySummary::default();
    let mut on = |verified: Verified| {
        match verified.state {
            HoldingState::Verified { .. } => seen.verified += 1,
            HoldingState::Missing => seen.missing += 1,
            HoldingState::Damaged { .. } => seen.damaged += 1,
        }
        tell(&channel, VerifyEvent::checked(&verified));
    };
    let cancelled = match state.engine.verify(None, &watch, &mut on).await {
        Ok(_) => false,
        Err(Stop::Cancelled) => true,
        Err(Stop::Failed(error)) => return Err(error.into()),
    };
    let VerifySummary { verified, missing, damaged } = seen;
    tell(&channel, VerifyEvent::Done { verified, missing, damaged, cancelled });
    Ok(())
}

/// Ends the running look at all holdings.
#[tauri::command]
#[specta::specta]
pub async fn holdings_verify_stop(state: App<'_>) -> Answer<()> {
    state.verifications.stop();
    Ok(())
}

/// Where everything finished lies, and whether it is there.
#[tauri::command]
#[specta::specta]
pub async fn library_root(state: App<'_>) -> Answer<RootView> {
    let state = state.inner().clone();
    blocking(move || {
        let root = state.library().root()?;
        Ok(RootView { folder: root.path.display().to_string(), there: root.there, free: state.engine.disk_free() })
    })
    .await
}

/// Lets the user choose a folder and moves the library there. `null` when the dialog was closed.
#[tauri::command]
#[specta::specta]
pub async fn library_move(state: App<'_>, channel: Channel<MoveEvent>) -> Answer<Option<RootView>> {
    let Some(folder) = chosen(&state).await? else { return Ok(None) };
    let total_bytes = state.library().root()?.bytes;
    let moving = Arc::new(Moving { watch: state.moves.begin(), channel, total_bytes, done: Mutex::new((0, None)) });
    state.engine.move_library(&folder, moving.clone()).await?;
    moving.tell(total_bytes);
    library_root(state).await.map(Some)
}

/// Ends the running move; the library stays where it was.
#[tauri::command]
#[specta::specta]
pub async fn library_move_stop(state: App<'_>) -> Answer<()> {
    state.moves.stop();
    Ok(())
}

/// Lets the user choose a folder and looks there for files that are missing. `null` when the dialog was closed.
#[tauri::command]
#[specta::specta]
pub async fn library_relink(state: App<'_>) -> Answer<Option<RelinkedView>> {
    let Some(folder) = chosen(&state).await? else { return Ok(None) };
    Ok(Some(RelinkedView::of(state.engine.relink(&folder).await?)))
}

/// The folder that the user chooses, if any.
async fn chosen(state: &AppState) -> Answer<Option<PathBuf>> {
    let ask = state.dialogs.choose_folder.clone();
    blocking(move || Ok(ask())).await
}

fn tell<T: tauri::ipc::IpcResponse>(channel: &Channel<T>, event: T) {
    // A page that is gone does not stop the work, which the next one will want.
    if let Err(error) = channel.send(event) {
        tracing::debug!(%error, "the page no longer listens");
    }
}

/// A move that is under way: tells how far it is, and hears when it shall end.
struct Moving {
    watch: Watch,
    channel: Channel<MoveEvent>,
    total_bytes: u64,
    /// Bytes so far, and when the page was told last.
    done: Mutex<(u64, Option<Instant>)>,
}

impl Moving {
    fn tell(&self, done_bytes: u64) {
        tell(&self.channel, MoveEvent { done_bytes: done_bytes.min(self.total_bytes), total_bytes: self.total_bytes });
    }
}

impl Monitor for Moving {
    fn report(&self, report: Report) {
        let (Report::Kept(bytes) | Report::Advanced(bytes)) = report else { return };
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.0 += bytes;
        if done.1.is_none_or(|told| told.elapsed() >= PAUSE) {
            done.1 = Some(Instant::now());
            self.tell(done.0);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.watch.is_cancelled()
    }
}
