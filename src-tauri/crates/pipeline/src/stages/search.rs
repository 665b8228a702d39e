//! Ask the catalogues of the recipe for its scenes.

use swath_domain::{Monitor, PlanError, Recipe, Report, Scene, Step, Stop};

use crate::{
    PipelineError, SearchUpdate,
    engine::Resources,
    error::Outcome,
    search::{Searched, search_all},
};

/// Scenes of all catalogues, merged, in a stable order. A catalogue that fails is passed over as long as another one answers and no scene
/// that was chosen is missed.
///
/// Older versions of the same pixels stay in: the plan leaves them out by name, unless the newer one lacks what the recipe needs.
pub(crate) async fn search(
    res: &Resources,
    recipe: &Recipe,
    monitor: &dyn Monitor,
    on: &mut (dyn FnMut(SearchUpdate) + Send),
) -> Outcome<Vec<Scene>> {
    let Some((step, query)) = recipe.search().zip(recipe.query()) else {
        return Err(Stop::Failed(PlanError::NoScenes(Vec::new()).into()));
    };
    let mut failures = Vec::new();
    let mut hear = |update: SearchUpdate| {
        match &update {
            SearchUpdate::Found { changes, .. } => monitor.report(Report::Advanced(changes.len() as u64)),
            SearchUpdate::Failed { provider, error } => failures.push((provider.clone(), error.to_string())),
            SearchUpdate::Done { .. } => {}
        }
        on(update);
    };
    let Searched { changes, .. } = search_all(res, &query, step.providers.as_deref(), monitor, &mut hear).await?;
    let mut scenes: Vec<Scene> = changes.into_iter().map(|change| change.scene).collect();
    scenes.sort_by(|a, b| a.id.cmp(&b.id));
    failures.sort();
    for (provider, why) in &failures {
        tracing::warn!(provider, why, "the job goes on with what the other catalogues have");
    }
    if let Some(chosen) = &step.scenes {
        missed(chosen, &scenes, failures)?;
        // Those beyond the period only fill its gaps, and nobody chose among them.
        let of_period = |scene: &Scene| recipe.dates.contains(scene.datetime);
        scenes.retain(|scene| !of_period(scene) || chosen.iter().any(|id| scene.is_known_as(id)));
    }
    if scenes.is_empty() {
        return Err(Stop::Failed(PlanError::NoScenes(Vec::new()).into()));
    }
    Ok(scenes)
}

/// Whether gaps are to be filled from scenes beyond the period, and there are none among these.
pub(crate) fn lacks_beyond(recipe: &Recipe, scenes: &[Scene]) -> bool {
    let fills = recipe.search().is_some() && recipe.composite().is_some_and(|composite| composite.gaps.days() > 0);
    fills && scenes.iter().all(|scene| recipe.dates.contains(scene.datetime))
}

/// Scenes beyond the period that may fill its gaps. None is no error: then gaps stay.
pub(crate) async fn search_beyond(res: &Resources, recipe: &Recipe, monitor: &dyn Monitor) -> Outcome<Vec<Scene>> {
    let mut open = recipe.clone();
    for step in &mut open.steps {
        if let Step::Search(search) = step {
            search.scenes = None;
        }
    }
    let mut scenes = match search(res, &open, monitor, &mut |_| ()).await {
        Err(Stop::Failed(PipelineError::Plan(PlanError::NoScenes(_)))) => Vec::new(),
        other => other?,
    };
    scenes.retain(|scene| !recipe.dates.contains(scene.datetime));
    Ok(scenes)
}

/// Fails when a chosen scene is not there: because its catalogue did not answer, or because nobody has it.
fn missed(chosen: &[String], scenes: &[Scene], failures: Vec<(String, String)>) -> Outcome<()> {
    let gone: Vec<&String> = chosen.iter().filter(|id| !scenes.iter().any(|scene| scene.is_known_as(id))).collect();
    let Some(first) = gone.first() else { return Ok(()) };
    let of = |id: &str| id.split('/').next().unwrap_or_default().to_owned();
    let unanswered = gone.iter().find_map(|id| failures.iter().find(|(provider, _)| *provider == of(id)).map(|failure| (id, failure)));
    Err(Stop::Failed(match unanswered {
        Some((scene, (provider, why))) => {
            PipelineError::SceneUnanswered { scene: (*scene).clone(), provider: provider.clone(), why: why.clone() }
        }
        None => PipelineError::ScenesGone(gone.len(), (*first).clone()),
    }))
}
