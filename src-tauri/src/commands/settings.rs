//! Settings, and what can be chosen in them.

use swath_remote::provider::Provider;

use super::{Answer, App, blocking};
use crate::{
    basemaps,
    settings::{load, save, transfer_rules},
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
    state.engine.set_transfer_rules(transfer_rules(&settings.transfers));
    Ok(settings)
}

/// The catalogues that can be searched.
#[tauri::command]
#[specta::specta]
pub async fn providers(state: App<'_>) -> Answer<Vec<ProviderView>> {
    let state = state.inner().clone();
    blocking(move || {
        let disabled = load(state.library()).disabled_providers;
        let view = |provider: &Provider| ProviderView::of(provider, &disabled, state.can_search(provider));
        Ok(state.engine.providers().iter().map(view).collect())
    })
    .await
}

/// The online base maps.
#[tauri::command]
#[specta::specta]
pub async fn basemaps(state: App<'_>) -> Answer<Vec<BasemapView>> {
    Ok(basemaps::load(&state.config).iter().map(basemaps::Basemap::view).collect())
}
