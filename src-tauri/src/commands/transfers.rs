//! Transfers: chosen, ordered, steered, watched.

use std::collections::BTreeMap;

use swath_domain::{Scene, SceneId};
use swath_pipeline::Order;
use tauri::ipc::Channel;

use super::{Answer, App, blocking};
use crate::{
    forward,
    state::AppState,
    view::{
        BandId, ChoiceView, Coordinates, ErrorCode, IpcError, OrderChoice, OrderedView, PreflightView, TransferEvent, TransferId,
        TransferView,
    },
};

/// What can be downloaded of some scenes, with sizes. A newer request takes the place of an older one, which answers with `cancelled`.
#[tauri::command]
#[specta::specta]
pub async fn download_choices(
    state: App<'_>,
    scene_ids: Vec<String>,
    bands: Vec<BandId>,
    area: Option<Coordinates>,
) -> Answer<Vec<ChoiceView>> {
    let watch = state.offers.begin();
    let area = area.as_ref().map(Coordinates::to_area).transpose()?.map(|(area, _)| area);
    let bands: Vec<_> = bands.into_iter().map(|BandId(band)| band).collect();
    let (looking, ids) = (state.inner().clone(), scene_ids.into_iter().map(SceneId).collect());
    let scenes = blocking(move || scenes(&looking, ids)).await?;
    tokio::select! {
        choices = state.engine.choices(&scenes, &bands, area.as_ref(), &watch) => Ok(choices?.iter().map(ChoiceView::of).collect()),
        () = watch.0.cancelled() => Err(IpcError::cancelled()),
    }
}

/// Whether an order can be carried out, and what stands in its way. A newer request takes the place of an older one.
#[tauri::command]
#[specta::specta]
pub async fn download_preflight(state: App<'_>, order: OrderChoice) -> Answer<PreflightView> {
    let (watch, asking) = (state.preflights.begin(), state.inner().clone());
    // Looks at disks and keychains, which may take their time.
    let look = blocking(move || Ok(PreflightView::of(&asking.engine.preflight(&wanted(&asking, &order)?)?)));
    tokio::select! {
        found = look => found,
        () = watch.0.cancelled() => Err(IpcError::cancelled()),
    }
}

/// Queues transfers for what the library does not hold yet.
#[tauri::command]
#[specta::specta]
pub async fn download_order(state: App<'_>, order: OrderChoice) -> Answer<OrderedView> {
    let state = state.inner().clone();
    blocking(move || Ok(OrderedView::of(&state.engine.order(wanted(&state, &order)?)?))).await
}

/// All transfers, in the order of the queue.
#[tauri::command]
#[specta::specta]
pub async fn transfers(state: App<'_>) -> Answer<Vec<TransferView>> {
    let engine = state.engine.clone();
    blocking(move || {
        let names: BTreeMap<_, _> = engine.batches()?.into_iter().map(|batch| (batch.id, batch.name)).collect();
        let view = |transfer| TransferView::of(transfer, names.get(&transfer.batch).map_or("", String::as_str));
        Ok(engine.transfers()?.iter().map(view).collect())
    })
    .await
}

/// Tells of every transfer from now on, ten times a second at most, each time of what has changed since. A newer page takes the place of
/// an older one.
#[tauri::command]
#[specta::specta]
pub async fn transfers_watch(state: App<'_>, channel: Channel<Vec<TransferEvent>>) -> Answer<()> {
    forward::transfers(&state, state.transfer_watchers.begin(), channel);
    Ok(())
}

/// Stops transfers and keeps all they have.
#[tauri::command]
#[specta::specta]
pub async fn transfers_pause(state: App<'_>, ids: Vec<TransferId>) -> Answer<()> {
    let engine = state.engine.clone();
    blocking(move || Ok(engine.pause_transfers(&numbers(ids))?)).await
}

/// Lets paused transfers go on.
#[tauri::command]
#[specta::specta]
pub async fn transfers_resume(state: App<'_>, ids: Vec<TransferId>) -> Answer<()> {
    let engine = state.engine.clone();
    blocking(move || Ok(engine.resume_transfers(&numbers(ids))?)).await
}

/// Ends transfers; what has arrived is kept for another try unless it shall be erased.
#[tauri::command]
#[specta::specta]
pub async fn transfers_cancel(state: App<'_>, ids: Vec<TransferId>, erase: bool) -> Answer<()> {
    let engine = state.engine.clone();
    blocking(move || Ok(engine.cancel_transfers(&numbers(ids), erase)?)).await
}

/// Puts failed or cancelled transfers back into the queue.
#[tauri::command]
#[specta::specta]
pub async fn transfers_retry(state: App<'_>, ids: Vec<TransferId>) -> Answer<()> {
    let engine = state.engine.clone();
    blocking(move || Ok(engine.retry_transfers(&numbers(ids))?)).await
}

/// Takes transfers that are over off the list; what they brought stays in the library.
#[tauri::command]
#[specta::specta]
pub async fn transfers_remove(state: App<'_>, ids: Vec<TransferId>) -> Answer<()> {
    let engine = state.engine.clone();
    blocking(move || Ok(engine.remove_transfers(&numbers(ids))?)).await
}

/// Moves a transfer in the queue before another one, or to the end.
#[tauri::command]
#[specta::specta]
pub async fn transfer_move(state: App<'_>, id: TransferId, before: Option<TransferId>) -> Answer<()> {
    let engine = state.engine.clone();
    blocking(move || Ok(engine.move_transfer(id.into(), before.map(Into::into))?)).await
}

fn numbers(ids: Vec<TransferId>) -> Vec<swath_domain::TransferId> {
    ids.into_iter().map(Into::into).collect()
}

/// The order that was chosen.
fn wanted(state: &AppState, order: &OrderChoice) -> Answer<Order> {
    Ok(Order { name: order.name.trim().to_owned(), scenes: scenes(state, order.scene_ids())?, wanted: order.to_wanted()? })
}

fn scenes(state: &AppState, ids: Vec<SceneId>) -> Answer<Vec<Scene>> {
    if ids.is_empty() {
        return Err(IpcError::new(ErrorCode::NoScenes, "no scene is selected: select at least one"));
    }
    Ok(ids.iter().map(|id| state.scene(id)).collect::<Result<_, _>>()?)
}
