//! Scenes: searched, and looked at.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, stream};
use swath_domain::{Aoi, Change, Monitor, Scene, SceneId, Sensor, Stop};
use swath_pipeline::{PipelineError, SearchUpdate, Searched};
use swath_remote::provider::Provider;
use tauri::ipc::Channel;

use super::{Answer, App, blocking};
use crate::{
    newest::Watch,
    settings,
    state::AppState,
    view::{ClearShareEvent, Coordinates, ErrorCode, IpcError, LackView, QueryView, SceneView, SearchEvent},
};

/// Masks looked at together; each is one or two small requests.
const SHARES_AT_ONCE: usize = 4;

/// Asks the catalogues, all at once. Returns when all have answered; a newer search or [`search_stop`] ends it sooner.
#[tauri::command]
#[specta::specta]
pub async fn search(state: App<'_>, query: QueryView, channel: Channel<SearchEvent>) -> Answer<()> {
    let wanted = query.to_query()?;
    let (asking, chosen) = (state.inner().clone(), query.providers);
    let providers = blocking(move || asked(&asking, chosen.as_deref(), &query.sensors)).await?;
    let watch = state.searches.begin();
    let mut telling = Telling { state: &state, area: &wanted.area, channel: &channel, told: BTreeMap::new(), unkept: BTreeSet::new() };
    let mut on = |update: SearchUpdate| telling.update(update);
    let outcome = tokio::select! {
        outcome = state.engine.search_all(&wanted, Some(&providers), &watch, &mut on) => outcome,
        // Nothing of a search is worth keeping, so it is dropped where it stands.
        () = watch.0.cancelled() => Err(Stop::Cancelled),
    };
    let done = match outcome {
        Ok(found) => telling.done(&found),
        Err(Stop::Cancelled) => SearchEvent::Done { count: 0, cancelled: true, completeness: Vec::new() },
        // Each catalogue that failed has told why.
        Err(Stop::Failed(PipelineError::NoProvider(_))) => {
            let count = telling.told.values().collect::<BTreeSet<_>>().len();
            SearchEvent::Done { count, cancelled: false, completeness: Vec::new() }
        }
        Err(Stop::Failed(error)) => return Err(error.into()),
    };
    tell(&channel, done);
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

/// The catalogues to ask: those chosen, as far as the settings let them be asked, they have one of the sensors, and the user has the account.
fn asked(state: &AppState, chosen: Option<&[String]>, sensors: &[Sensor]) -> Answer<Vec<String>> {
    let disabled = settings::load(state.library()).disabled_providers;
    let is_chosen = |provider: &Provider| chosen.is_none_or(|ids| ids.contains(&provider.id));
    let has = |provider: &Provider| provider.sensors().iter().any(|sensor| sensors.contains(sensor));
    let fitting: Vec<_> = state.engine.providers().into_iter().filter(|p| is_chosen(p) && has(p)).collect();
    let (off, enabled): (Vec<_>, Vec<_>) = fitting.into_iter().partition(|provider| disabled.contains(&provider.id));
    let (usable, locked): (Vec<_>, Vec<_>) = enabled.into_iter().partition(|provider| state.can_search(provider));
    if !usable.is_empty() {
        return Ok(usable.into_iter().map(|provider| provider.id).collect());
    }
    let titles = |providers: &[Provider]| providers.iter().map(|provider| provider.title.as_str()).collect::<Vec<_>>().join(", ");
    let sensors = sensors.iter().map(|sensor| sensor.name()).collect::<Vec<_>>().join(", ");
    Err(if !locked.is_empty() {
        let message = format!("{} can be searched with an account only: add it in the settings, or choose another sensor", titles(&locked));
        IpcError::new(ErrorCode::NeedsAccount, message)
    } else if !off.is_empty() {
        let message = format!("the catalogues with {sensors} are switched off ({}): switch one on in the settings", titles(&off));
        IpcError::new(ErrorCode::ProviderFailed, message)
    } else {
        let message = format!("none of the chosen catalogues has {sensors}: choose another catalogue or sensor");
        IpcError::new(ErrorCode::ProviderFailed, message)
    })
}

/// What a search has told the page.
struct Telling<'a> {
    state: &'a AppState,
    area: &'a Aoi,
    channel: &'a Channel<SearchEvent>,
    /// Every id that any catalogue has for a scene, and the id under which the page was told of it.
    told: BTreeMap<SceneId, SceneId>,
    /// Catalogues with scenes that the library could not take.
    unkept: BTreeSet<String>,
}

impl Telling<'_> {
    fn update(&mut self, update: SearchUpdate) {
        match update {
            SearchUpdate::Found { provider, changes } => self.found(provider, &changes),
            SearchUpdate::Failed { provider, .. } | SearchUpdate::Done { provider, .. } if self.unkept.contains(&provider) => {}
            SearchUpdate::Failed { provider, error } => tell(self.channel, SearchEvent::ProviderFailed { provider, error: error.into() }),
            SearchUpdate::Done { provider, count } => tell(self.channel, SearchEvent::ProviderDone { provider, count }),
        }
    }

    fn found(&mut self, provider: String, changes: &[Change]) {
        let scenes: Vec<Scene> = changes.iter().map(|change| change.scene.clone()).collect();
        // Kept first, so that every id that the page has seen can be found again.
        if let Err(error) = self.state.library().scenes().upsert(&scenes) {
            if self.unkept.insert(provider.clone()) {
                tell(self.channel, SearchEvent::ProviderFailed { provider, error: error.into() });
            }
            return;
        }
        for scene in &scenes {
            let ids = std::iter::once(&scene.id).chain(&scene.others);
            self.told.extend(ids.map(|id| (id.clone(), scene.id.clone())));
        }
        let scenes = changes.iter().map(|change| SceneView::of(change, self.area)).collect();
        tell(self.channel, SearchEvent::Page { provider, scenes });
    }

    fn done(&self, found: &Searched) -> SearchEvent {
        // In the end each scene has the id of its best source, which need not be the one that the page knows.
        let told = |id: &SceneId| self.told.get(id).unwrap_or(id).to_string();
        let completeness = found.completeness.iter().map(|lack| LackView::of(lack, told)).collect();
        SearchEvent::Done { count: found.changes.len(), cancelled: false, completeness }
    }
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
