//! What the library has of scenes, and the folder that it lies in.

use tauri::ipc::Channel;

use super::{Answer, App};
use crate::view::{
    Bytes, ErrorCode, HoldingFilterView, HoldingId, HoldingView, IpcError, MoveEvent, OrderedView, RelinkedView, RootView, VerifyEvent,
};

fn unfinished<T>() -> Answer<T> {
    Err(IpcError::new(ErrorCode::Internal, "holdings are not there yet"))
}

/// What the library has of scenes, newest acquisitions first.
#[tauri::command]
#[specta::specta]
pub async fn holdings(state: App<'_>, filter: Option<HoldingFilterView>) -> Answer<Vec<HoldingView>> {
    let _ = (state, filter);
    unfinished()
}

/// Removes a holding with its files, into the system's bin or for good; answers with their bytes. The page asks first.
#[tauri::command]
#[specta::specta]
pub async fn holding_remove(state: App<'_>, id: HoldingId, bin: bool) -> Answer<Bytes> {
    let _ = (state, id, bin);
    unfinished()
}

/// Shows a holding in the file manager.
#[tauri::command]
#[specta::specta]
pub async fn holding_reveal(state: App<'_>, id: HoldingId) -> Answer<()> {
    let _ = (state, id);
    unfinished()
}

/// Orders the unpacked form of a zip or tar that is there; nothing is fetched for it.
#[tauri::command]
#[specta::specta]
pub async fn holding_unpack(state: App<'_>, id: HoldingId) -> Answer<OrderedView> {
    let _ = (state, id);
    unfinished()
}

/// Looks at the files of all holdings again. Returns when all were looked at; a newer call or [`holdings_verify_stop`] ends it sooner.
#[tauri::command]
#[specta::specta]
pub async fn holdings_verify(state: App<'_>, channel: Channel<VerifyEvent>) -> Answer<()> {
    let _ = (state, channel);
    unfinished()
}

/// Ends the running look at all holdings.
#[tauri::command]
#[specta::specta]
pub async fn holdings_verify_stop(state: App<'_>) -> Answer<()> {
    let _ = state;
    unfinished()
}

/// Where everything finished lies, and whether it is there.
#[tauri::command]
#[specta::specta]
pub async fn library_root(state: App<'_>) -> Answer<RootView> {
    let _ = state;
    unfinished()
}

/// Lets the user choose a folder and moves the library there. `null` when the dialog was closed.
#[tauri::command]
#[specta::specta]
pub async fn library_move(state: App<'_>, channel: Channel<MoveEvent>) -> Answer<Option<RootView>> {
    let _ = (state, channel);
    unfinished()
}

/// Ends the running move; the library stays where it was.
#[tauri::command]
#[specta::specta]
pub async fn library_move_stop(state: App<'_>) -> Answer<()> {
    let _ = state;
    unfinished()
}

/// Lets the user choose a folder and looks there for files that are missing. `null` when the dialog was closed.
#[tauri::command]
#[specta::specta]
pub async fn library_relink(state: App<'_>) -> Answer<Option<RelinkedView>> {
    let _ = state;
    unfinished()
}
