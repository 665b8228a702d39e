//! Transfers: chosen, ordered, steered, watched.

use tauri::ipc::Channel;

use super::{Answer, App};
use crate::view::{
    BandId, ChoiceView, Coordinates, ErrorCode, IpcError, OrderChoice, OrderedView, PreflightView, TransferEvent, TransferId, TransferView,
};

fn unfinished<T>() -> Answer<T> {
    Err(IpcError::new(ErrorCode::Internal, "transfers are not there yet"))
}

/// What can be downloaded of some scenes, with sizes. A newer request takes the place of an older one, which answers with `cancelled`.
#[tauri::command]
#[specta::specta]
pub async fn download_choices(
    state: App<'_>,
    scene_ids: Vec<String>,
    bands: Vec<BandId>,
    area: Option<Coordinates>,
) -> Answer<Vec<ChoiceView>> {
    let _ = (state, scene_ids, bands, area);
    unfinished()
}

/// Whether an order can be carried out, and what stands in its way. A newer request takes the place of an older one.
#[tauri::command]
#[specta::specta]
pub async fn download_preflight(state: App<'_>, order: OrderChoice) -> Answer<PreflightView> {
    let _ = (state, order);
    unfinished()
}

/// Queues transfers for what the library does not hold yet.
#[tauri::command]
#[specta::specta]
pub async fn download_order(state: App<'_>, order: OrderChoice) -> Answer<OrderedView> {
    let _ = (state, order);
    unfinished()
}

/// All transfers, in the order of the queue.
#[tauri::command]
#[specta::specta]
pub async fn transfers(state: App<'_>) -> Answer<Vec<TransferView>> {
    let _ = state;
    unfinished()
}

/// Tells of every transfer from now on, ten times a second at most, each time of what has changed since. A newer page takes the place of
/// an older one.
#[tauri::command]
#[specta::specta]
pub async fn transfers_watch(state: App<'_>, channel: Channel<Vec<TransferEvent>>) -> Answer<()> {
    let _ = (state, channel);
    unfinished()
}

/// Stops transfers and keeps all they have.
#[tauri::command]
#[specta::specta]
pub async fn transfers_pause(state: App<'_>, ids: Vec<TransferId>) -> Answer<()> {
    let _ = (state, ids);
    unfinished()
}

/// Lets paused transfers go on.
#[tauri::command]
#[specta::specta]
pub async fn transfers_resume(state: App<'_>, ids: Vec<TransferId>) -> Answer<()> {
    let _ = (state, ids);
    unfinished()
}

/// Ends transfers; what has arrived is kept for another try unless it shall be deleted.
#[tauri::command]
#[specta::specta]
pub async fn transfers_cancel(state: App<'_>, ids: Vec<TransferId>, delete: bool) -> Answer<()> {
    let _ = (state, ids, delete);
    unfinished()
}

/// Puts failed or cancelled transfers back into the queue.
#[tauri::command]
#[specta::specta]
pub async fn transfers_retry(state: App<'_>, ids: Vec<TransferId>) -> Answer<()> {
    let _ = (state, ids);
    unfinished()
}

/// Takes transfers that are over off the list; what they brought stays in the library.
#[tauri::command]
#[specta::specta]
pub async fn transfers_remove(state: App<'_>, ids: Vec<TransferId>) -> Answer<()> {
    let _ = (state, ids);
    unfinished()
}

/// Moves a transfer in the queue before another one, or to the end.
#[tauri::command]
#[specta::specta]
pub async fn transfer_move(state: App<'_>, id: TransferId, before: Option<TransferId>) -> Answer<()> {
    let _ = (state, id, before);
    unfinished()
}
