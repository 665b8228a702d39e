//! Settings, and what can be chosen in them.

use super::{Answer, App};
use crate::{
    basemaps,
    settings::{load, save},
    view::{BasemapView, ProviderView, Settings},
};

/// The settings.
#[tauri::command]
#[specta::specta]
pub async fn settings(state: App<'_>) -> Answer<Settings> {
    Ok(load(state.library()))
}

/// Keeps and applies settings; answers with them.
#[tauri::command]
#[specta::specta]
pub async fn settings_set(state: App<'_>, settings: Settings) -> Answer<Settings> {
    save(state.library(), &settings)?;
    state.engine.set_limits(settings.limits.into());
    Ok(settings)
}

/// The catalogues that can be searched.
#[tauri::command]
#[specta::specta]
pub async fn providers(state: App<'_>) -> Answer<Vec<ProviderView>> {
    Ok(state.engine.providers().iter().map(ProviderView::of).collect())
}

/// The online base maps.
#[tauri::command]
#[specta::specta]
pub async fn basemaps(state: App<'_>) -> Answer<Vec<BasemapView>> {
    Ok(basemaps::load(&state.config).iter().map(basemaps::Basemap::view).collect())
}
