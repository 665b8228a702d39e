//! Areas: drawn, pasted, imported, dropped, saved.

use std::path::PathBuf;
use std::sync::Arc;

use swath_domain::{Monitor, Stop};
use swath_raster::vector::{self, AreaFile, Choice, Points, VectorError};
use tauri::{Emitter, Manager, Runtime, Window};

use super::{Answer, App, blocking, vectors};
use crate::{
    areas,
    newest::Watch,
    state::AppState,
    view::{AreaDropped, AreaFeatureView, AreaFileKey, AreaFileView, AreaFormat, AreaView, Coordinates, PointsChoice},
};

/// Checks, cleans and measures a drawn area.
#[tauri::command]
#[specta::specta]
pub async fn area_check(state: App<'_>, coordinates: Coordinates) -> Answer<AreaView> {
    let (area, notes) = coordinates.to_area()?;
    vectors(&state, move || Ok(AreaView::of((area, notes), None))).await
}

/// Reads pasted text: GeoJSON, KML, GPX, WKT, a box, tiles, a path and row, a table of points.
#[tauri::command]
#[specta::specta]
pub async fn area_from_text(state: App<'_>, text: String) -> Answer<AreaFileView> {
    open(&state, move |_| AreaFile::parse(&text)).await
}

/// Lets the user choose a file. `null` when the dialog was closed.
#[tauri::command]
#[specta::specta]
pub async fn area_import(state: App<'_>) -> Answer<Option<AreaFileView>> {
    let ask = state.dialogs.open_area.clone();
    match blocking(move || Ok(ask())).await? {
        Some(path) => open(&state, move |watch| AreaFile::open(&path, watch)).await.map(Some),
        None => Ok(None),
    }
}

/// Some features of a layer of an opened file, 1000 at most.
#[tauri::command]
#[specta::specta]
pub async fn area_features(state: App<'_>, key: AreaFileKey, layer: String, from: u32, count: u32) -> Answer<Vec<AreaFeatureView>> {
    let file = state.area_files.get(key)?;
    let layer = AreaFileView::layer(&file, &layer)?;
    let list = move || file.features(layer, u64::from(from), count as usize).map_err(Stop::Failed);
    Ok(vectors(&state, list).await?.into_iter().map(AreaFeatureView::of).collect())
}

/// One area of some features of an opened file, or of all when null. A newer choice takes the place of an older one.
#[tauri::command]
#[specta::specta]
pub async fn area_choose(
    state: App<'_>,
    key: AreaFileKey,
    layer: String,
    features: Option<Vec<u32>>,
    points: PointsChoice,
) -> Answer<AreaView> {
    let file = state.area_files.get(key)?;
    let layer = AreaFileView::layer(&file, &layer)?;
    let watch = state.choices.begin();
    let choice = features.map_or(Choice::All, |ids| Choice::Features(ids.into_iter().map(u64::from).collect()));
    vectors(&state, move || area(&file, layer, &choice, points.into(), &watch)).await
}

/// Lets the user save an area. `false` when the dialog was closed.
#[tauri::command]
#[specta::specta]
pub async fn area_export(state: App<'_>, coordinates: Coordinates, name: String, format: AreaFormat) -> Answer<bool> {
    let (area, _) = coordinates.to_area()?;
    let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty()).unwrap_or_else(|| "area".to_owned());
    let (ask, suggested) = (state.dialogs.save_area.clone(), name.clone());
    let Some(path) = blocking(move || Ok(ask(&suggested, format))).await? else { return Ok(false) };
    vectors(&state, move || vector::export(&area, &name, &path, format.into()).map_err(Stop::Failed)).await?;
    Ok(true)
}

/// Files were dropped on the window: the page never learns their paths.
pub fn dropped<R: Runtime>(window: &Window<R>, paths: &[PathBuf]) {
    let (app, paths) = (window.app_handle().clone(), paths.to_vec());
    let Some(state) = app.try_state::<AppState>().map(|state| state.inner().clone()) else { return };
    tauri::async_runtime::spawn(async move {
        let dropped = match open_dropped(&state, paths).await {
            Ok(file) => AreaDropped { file: Some(file), error: None },
            Err(error) => AreaDropped { file: None, error: Some(error) },
        };
        if let Err(error) = app.emit("area-dropped", dropped) {
            tracing::warn!(%error, "the page could not be told of a dropped file");
        }
    });
}

async fn open_dropped(state: &AppState, paths: Vec<PathBuf>) -> Answer<AreaFileView> {
    let path = blocking(move || areas::dropped(&paths)).await?;
    open(state, move |watch| AreaFile::open(&path, watch)).await
}

/// Opens a file or text in the place of one that is still being opened. Where there is nothing to choose, it is chosen.
async fn open(state: &AppState, read: impl FnOnce(&Watch) -> Result<AreaFile, Stop<VectorError>> + Send + 'static) -> Answer<AreaFileView> {
    let watch = state.openings.begin();
    let opened = vectors(state, move || {
        let file = Arc::new(read(&watch)?);
        let area = only_choice(&file).map(|(layer, choice)| area(&file, layer, &choice, Points::default(), &watch)).transpose()?;
        if watch.is_cancelled() { Err(Stop::Cancelled) } else { Ok((file, area)) }
    });
    let (file, area) = opened.await?;
    Ok(AreaFileView::of(state.area_files.keep(file.clone()), &file, area))
}

/// The one feature that can be used, unless it is points or a line, of which the user says what they become.
fn only_choice(file: &AreaFile) -> Option<(usize, Choice)> {
    let mut layers = file.layers().iter().enumerate().filter(|(_, layer)| layer.usable > 0);
    let (at, layer) = layers.next().filter(|_| layers.next().is_none())?;
    (layer.usable == 1 && layer.geometry.polygons == 1).then_some((at, Choice::All))
}

fn area(file: &AreaFile, layer: usize, choice: &Choice, points: Points, watch: &Watch) -> Result<AreaView, Stop<VectorError>> {
    let import = file.area(layer, choice, points, watch)?;
    Ok(AreaView::of((import.aoi, import.notes), area_name(file, layer, choice)))
}

/// The name of the feature if it is one, else of the layer.
fn area_name(file: &AreaFile, layer: usize, choice: &Choice) -> Option<String> {
    let of_layer = file.layers().get(layer).map(|layer| (layer.name.clone(), layer.features));
    let label = |id: u64| file.features(layer, id, 1).ok()?.pop().map(|feature| feature.label);
    let name = match (choice, of_layer?) {
        (Choice::Features(ids), _) if ids.len() == 1 => label(ids[0]),
        (Choice::All, (_, 1)) => label(0),
        (_, (name, _)) => Some(name),
    };
    name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}
