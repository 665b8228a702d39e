//! The system's own dialogs: the only place where paths come from.

use std::path::PathBuf;
use std::sync::Arc;

use tauri::{AppHandle, Runtime};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};

/// Asks for a place to save under a suggested name.
pub type SaveAs = dyn Fn(&str) -> Option<PathBuf> + Send + Sync;

/// What the user is asked for. Answers with `None` when the dialog was closed. Blocks, so call it where blocking is allowed.
#[derive(Clone)]
pub struct Dialogs {
    /// A file with an area to open.
    pub open_area: Arc<dyn Fn() -> Option<PathBuf> + Send + Sync>,
    /// Where to save a recipe, given a name for it.
    pub save_recipe: Arc<SaveAs>,
}

/// Endings of files that may hold an area.
pub const AREA_FILES: &[&str] = &["geojson", "json"];

impl Dialogs {
    /// Those of the platform.
    pub fn native<R: Runtime>(app: &AppHandle<R>) -> Self {
        let (opener, saver) = (app.clone(), app.clone());
        Self {
            open_area: Arc::new(move || path(dialog(&opener).add_filter("GeoJSON", AREA_FILES).blocking_pick_file())),
            save_recipe: Arc::new(move |name| {
                path(dialog(&saver).add_filter("JSON", &["json"]).set_file_name(format!("{name}.json")).blocking_save_file())
            }),
        }
    }

    /// Nobody is there to answer.
    pub fn closed() -> Self {
        Self { open_area: Arc::new(|| None), save_recipe: Arc::new(|_| None) }
    }
}

fn dialog<R: Runtime>(app: &AppHandle<R>) -> FileDialogBuilder<R> {
    app.dialog().file()
}

fn path(answer: Option<FilePath>) -> Option<PathBuf> {
    answer.and_then(|file| file.into_path().ok())
}
