//! Ask the catalogues of the recipe for its scenes.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use swath_domain::{Monitor, PlanError, Query, Recipe, Report, Scene, Stop};

use swath_remote::provider::Provider;

use crate::{
    PipelineError,
    engine::Resources,
    error::{Outcome, lift},
    progress::JobMonitor,
};

/// Scenes of all catalogues, in a stable order. One that fails is passed over as long as another one answers.
pub(crate) async fn search(res: &Resources, recipe: &Recipe, monitor: &JobMonitor) -> Outcome<Vec<Scene>> {
    let Some((step, query)) = recipe.search().zip(recipe.query()) else {
        return Err(Stop::Failed(PlanError::NoScenes(Vec::new()).into()));
    };
    let mut providers = res.providers();
    if let Some(chosen) = &step.providers {
        let known: BTreeSet<_> = providers.iter().map(|p| p.id.clone()).collect();
        if let Some(unknown) = chosen.iter().find(|id| !known.contains(*id)) {
            return Err(Stop::Failed(PipelineError::UnknownProvider(unknown.clone())));
        }
        providers.retain(|provider| chosen.contains(&provider.id));
    }
    let asked = providers.iter().map(|provider| ask(res, provider, &query, monitor)).collect::<Vec<_>>();
    let mut scenes = BTreeMap::new();
    let mut failures = Vec::new();
    for (provider, outcome) in providers.iter().zip(join_all(asked).await) {
        match outcome {
            Ok(found) => scenes.extend(found.into_iter().map(|scene| (scene.id.clone(), scene))),
            Err(Stop::Cancelled) => return Err(Stop::Cancelled),
            Err(Stop::Failed(error)) => {
                tracing::warn!(provider = provider.id, %error, "a catalogue failed");
                failures.push(format!("{}: {error}", provider.title));
            }
        }
    }
    if !failures.is_empty() && failures.len() == providers.len() {
        return Err(Stop::Failed(PipelineError::NoProvider(failures.join("; "))));
    }
    if let Some(chosen) = &step.scenes {
        let gone: Vec<_> = chosen.iter().filter(|id| !scenes.keys().any(|key| key.0 == **id)).collect();
        if let Some(first) = gone.first() {
            return Err(Stop::Failed(PipelineError::ScenesGone(gone.len(), (*first).clone())));
        }
        scenes.retain(|id, _| chosen.contains(&id.0));
    }
    if scenes.is_empty() {
        return Err(Stop::Failed(PlanError::NoScenes(Vec::new()).into()));
    }
    Ok(scenes.into_values().collect())
}

/// All scenes of one catalogue.
async fn ask(res: &Resources, provider: &Provider, query: &Query, monitor: &JobMonitor) -> Outcome<Vec<Scene>> {
    let mut found = Vec::new();
    let mut on_page = |page: Vec<Scene>| {
        monitor.report(Report::Advanced(page.len() as u64));
        found.extend(page);
    };
    lift(swath_remote::search(&res.client, provider, query, monitor, &mut on_page).await)?;
    Ok(found)
}
