//! Asks several catalogues at once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use futures::future::join_all;
use swath_domain::{Query, Recipe, Scene, SceneId, Stop};
use swath_pipeline::Engine;
use swath_remote::provider::Provider;

use crate::failure::{Exit, Failure, Outcome};
use crate::session::Session;

/// What the catalogues said.
pub(crate) struct Found {
    /// By id, each once.
    pub(crate) scenes: BTreeMap<SceneId, Scene>,
    /// Catalogues that failed, with why.
    pub(crate) failures: Vec<String>,
}

/// Asks all catalogues; `on_page` is called as pages arrive. One that fails does not keep the others from answering.
pub(crate) async fn find(
    session: &Session,
    engine: &Engine,
    providers: &[Provider],
    query: &Query,
    on_page: impl FnMut(&[Scene]) + Send,
) -> Outcome<Found> {
    let found = Mutex::new((BTreeMap::new(), on_page));
    let asked = providers.iter().map(|provider| {
        let mut take = |page: Vec<Scene>| {
            let (scenes, on_page) = &mut *found.lock().unwrap_or_else(PoisonError::into_inner);
            on_page(&page);
            scenes.extend(page.into_iter().map(|scene| (scene.id.clone(), scene)));
        };
        async move { engine.search(provider, query, &session.interrupt, &mut take).await }
    });
    let outcomes = join_all(asked.collect::<Vec<_>>()).await;
    let mut failures = Vec::new();
    for (provider, outcome) in providers.iter().zip(outcomes) {
        match outcome {
            Ok(_) => {}
            Err(Stop::Cancelled) => return Err(Failure::cancelled("the search was cancelled; nothing was changed")),
            Err(Stop::Failed(error)) => failures.push(format!("{}: {error}", provider.title)),
        }
    }
    let (scenes, _) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    // What was found once can be looked at without the network.
    engine.library().scenes().upsert(&scenes.values().cloned().collect::<Vec<_>>())?;
    Ok(Found { scenes, failures })
}

/// The scenes of a recipe, as a run would choose them.
pub(crate) async fn for_recipe(session: &Session, engine: &Engine, recipe: &Recipe) -> Outcome<Vec<Scene>> {
    let (Some(step), Some(query)) = (recipe.search(), recipe.query()) else {
        return Err(Failure::usage("invalid-recipe", "the recipe has no `search` step, so there are no scenes to plan with: add one"));
    };
    let providers = session.chosen_providers(step.providers.as_deref().unwrap_or_default())?;
    let bar = session.out.bar("search", 0);
    let Found { mut scenes, failures } = find(session, engine, &providers, &query, |page| bar.inc(page.len() as u64)).await?;
    bar.finish_and_clear();
    if !failures.is_empty() && failures.len() == providers.len() {
        return Err(Failure::new(Exit::Provider, "provider-failed", format!("no catalogue answered: {}", failures.join("; "))));
    }
    failures.iter().for_each(|why| session.out.note(format!("warning: a catalogue failed and is left out: {why}")));
    if let Some(chosen) = &step.scenes {
        scenes.retain(|id, _| chosen.contains(&id.0));
    }
    Ok(scenes.into_values().collect())
}
