//! Recipes: what was chosen, as a plan and as a file.

use swath_domain::{Recipe, Scene};

use super::{Answer, App, blocking};
use crate::{
    state::AppState,
    view::{ErrorCode, IpcError, PlanView, RecipeChoice},
};

/// What a run would do and cost. A newer request takes the place of an older one, which answers with `cancelled`.
#[tauri::command]
#[specta::specta]
pub async fn plan(state: App<'_>, choice: RecipeChoice) -> Answer<PlanView> {
    let watch = state.plans.begin();
    let recipe = recipe(&state, &choice)?;
    let scenes = chosen(&state, &choice)?;
    tokio::select! {
        plan = state.engine.plan(&recipe, scenes, &watch) => Ok(PlanView::of(&plan?)),
        () = watch.0.cancelled() => Err(IpcError::cancelled()),
    }
}

/// The recipe as a file would hold it.
#[tauri::command]
#[specta::specta]
pub async fn recipe_text(state: App<'_>, choice: RecipeChoice) -> Answer<String> {
    Ok(recipe(&state, &choice)?.to_json())
}

/// Lets the user save the recipe. `false` when the dialog was closed.
#[tauri::command]
#[specta::specta]
pub async fn recipe_save(state: App<'_>, choice: RecipeChoice) -> Answer<bool> {
    let recipe = recipe(&state, &choice)?;
    let save = state.dialogs.save_recipe.clone();
    blocking(move || {
        let Some(path) = save(&recipe.name) else { return Ok(false) };
        std::fs::write(&path, recipe.to_json()).map_err(|error| {
            let code = if error.kind() == std::io::ErrorKind::StorageFull { ErrorCode::DiskFull } else { ErrorCode::Internal };
            IpcError::new(code, "the recipe cannot be saved there: choose another folder").because(&error)
        })?;
        Ok(true)
    })
    .await
}

/// The recipe that was chosen, which asks every catalogue that has one of the chosen scenes: when one fails, another may help.
pub(super) fn recipe(state: &AppState, choice: &RecipeChoice) -> Answer<Recipe> {
    let ids = choice.scene_ids();
    let providers = ids.iter().flat_map(|id| match state.scene(id) {
        Ok(scene) => scene.providers().map(str::to_owned).collect(),
        Err(_) => vec![id.provider().to_owned()],
    });
    choice.to_recipe(providers.collect())
}

/// The chosen scenes.
pub(super) fn chosen(state: &AppState, choice: &RecipeChoice) -> Answer<Vec<Scene>> {
    if choice.scene_ids.is_empty() {
        return Err(IpcError::new(ErrorCode::NoScenes, "no scene is selected: search and select at least one"));
    }
    Ok(choice.scene_ids().iter().map(|id| state.scene(id)).collect::<Result<_, _>>()?)
}
