//! Scenes: searched, and looked at.

use futures::{StreamExt, future::join_all, stream};
use swath_domain::{Aoi, Monitor, Query, Scene, SceneId, Stop};
use swath_pipeline::Engine;
use swath_remote::provider::Provider;
use tauri::ipc::Channel;

use super::{Answer, App};
use crate::{
    newest::Watch,
    state::AppState,
    view::{ClearShareEvent, Coordinates, ErrorCode, IpcError, QueryView, SceneView, SearchEvent},
};

/// Masks looked at together; each is one or two small requests.
const SHARES_AT_ONCE: usize = 4;

/// Asks the catalogues, all at once. Returns when all have answered; a newer search or [`search_stop`] ends it sooner.
#[tauri::command]
#[specta::specta]
pub async fn search(state: App<'_>, query: QueryView, channel: Channel<SearchEvent>) -> Answer<()> {
    let wanted = query.to_query()?;
    let providers = asked(&state.engine, &query)?;
    let watch = state.searches.begin();
    let each = providers.iter().map(|provider| one_catalogue(&state, provider, &wanted, &watch, &channel));
    let count = tokio::select! {
        counts = join_all(each) => Some(counts.into_iter().sum()),
        // Nothing of a search is worth keeping, so it is dropped where it stands.
        () = watch.0.cancelled() => None,
    };
    tell(&channel, SearchEvent::Done { count: count.unwrap_or_default(), cancelled: count.is_none() });
    Ok(())
}

/// Ends the running search.
#[tauri::command]
#[specta::specta]
pub async fn search_stop(state: App<'_>) -> Answer<()> {
    state.searches.stop();
    Ok(())
}

/// Reads how much of the area is clear in each scene. A newer call takes the place of an older one.
#[tauri::command]
#[specta::specta]
pub async fn clear_shares(state: App<'_>, scene_ids: Vec<String>, area: Coordinates, channel: Channel<ClearShareEvent>) -> Answer<()> {
    let (area, _) = area.to_area()?;
    let watch = state.shares.begin();
    stream::iter(scene_ids)
        .map(|id| one_share(&state, SceneId(id), &area, &watch))
        .buffer_unordered(SHARES_AT_ONCE)
        .filter_map(std::future::ready)
        .take_while(|_| std::future::ready(!watch.is_cancelled()))
        .for_each(|event| {
            tell(&channel, event);
            std::future::ready(())
        })
        .await;
    Ok(())
}

/// The catalogues to ask: those chosen, as far as they have one of the sensors.
fn asked(engine: &Engine, query: &QueryView) -> Answer<Vec<Provider>> {
    let chosen = |provider: &Provider| query.providers.as_ref().is_none_or(|ids| ids.contains(&provider.id));
    let has = |provider: &Provider| provider.sensors().iter().any(|sensor| query.sensors.contains(sensor));
    let providers: Vec<_> = engine.providers().into_iter().filter(|p| chosen(p) && has(p)).collect();
    if providers.is_empty() {
        let sensors: Vec<_> = query.sensors.iter().map(|sensor| sensor.name()).collect();
        let message = format!("none of the chosen catalogues has {}: choose another catalogue or sensor", sensors.join(", "));
        return Err(IpcError::new(ErrorCode::ProviderFailed, message));
    }
    Ok(providers)
}

/// Asks one catalogue; answers with the number of scenes that were told.
async fn one_catalogue(state: &AppState, provider: &Provider, query: &Query, watch: &Watch, channel: &Channel<SearchEvent>) -> usize {
    let id = provider.id.clone();
    let mut count = 0;
    let mut unkept = None;
    let mut on_page = |scenes: Vec<Scene>| {
        // Kept first, so that every id that the page has seen can be found again.
        if let Err(error) = state.library().scenes().upsert(&scenes) {
            unkept.get_or_insert(error);
            return;
        }
        count += scenes.len();
        let scenes = scenes.iter().map(|scene| SceneView::of(scene, &query.area)).collect();
        tell(channel, SearchEvent::Page { provider: id.clone(), scenes });
    };
    let outcome = state.engine.search(provider, query, watch, &mut on_page).await;
    let event = match (outcome, unkept) {
        (Err(Stop::Cancelled), _) => return count,
        (Err(Stop::Failed(error)), _) => SearchEvent::ProviderFailed { provider: id, error: error.into() },
        (Ok(_), Some(error)) => SearchEvent::ProviderFailed { provider: id, error: error.into() },
        (Ok(_), None) => SearchEvent::ProviderDone { provider: id, count },
    };
    tell(channel, event);
    count
}

async fn one_share(state: &AppState, id: SceneId, area: &Aoi, watch: &Watch) -> Option<ClearShareEvent> {
    if watch.is_cancelled() {
        return None;
    }
    let shares = match state.scene(&id) {
        Ok(scene) => state.engine.clear_share(&scene, area, watch).await,
        Err(error) => Err(Stop::Failed(error.into())),
    };
    let (shares, error) = match shares {
        Ok(shares) => (shares.map(Into::into), None),
        Err(Stop::Cancelled) => return None,
        Err(Stop::Failed(error)) => (None, Some(error.into())),
    };
    Some(ClearShareEvent { scene_id: id.0, shares, error })
}

/// A page that was closed or loaded anew no longer listens, which is fine.
fn tell<T: tauri::ipc::IpcResponse>(channel: &Channel<T>, event: T) {
    if let Err(error) = channel.send(event) {
        tracing::debug!(%error, "the page no longer listens");
    }
}
