//! The user's own cloud models.

use swath_model::{Form, Model, ModelError};

use super::{Answer, App, blocking};
use crate::view::{ErrorCode, IpcError, ModelView};

/// Lets the user choose a model, and reads it with its card. Nothing when the dialog was closed.
#[tauri::command]
#[specta::specta]
pub async fn model_choose(state: App<'_>) -> Answer<Option<ModelView>> {
    let open = state.dialogs.open_model.clone();
    blocking(move || {
        let Some(path) = open() else { return Ok(None) };
        Ok(Some(view(&Model::open(&path)?, &path.display().to_string())))
    })
    .await
}

fn view(model: &Model, path: &str) -> ModelView {
    let card = model.card();
    let file = std::path::Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned());
    let classes = match &card.output.form {
        Form::Scores { classes, .. } | Form::Labels { classes, .. } => classes.iter().map(|class| class.name().to_owned()).collect(),
        Form::Probability(probability) => vec![probability.class.name().to_owned()],
    };
    ModelView {
        path: path.to_owned(),
        name: card.name.clone().unwrap_or(file),
        bands: model.bands().to_vec(),
        classes,
        pixel_m: model.pixel_m(),
    }
}

impl From<ModelError> for IpcError {
    fn from(error: ModelError) -> Self {
        Self::new(ErrorCode::InvalidRecipe, error.to_string()).because(&error)
    }
}
