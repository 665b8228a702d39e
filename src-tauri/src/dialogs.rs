//! The system's own dialogs, the only place where paths come from, its file manager and its browser.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tauri::{AppHandle, Runtime};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};

use crate::view::AreaFormat;

/// Asks for a place to save under a suggested name.
pub type SaveAs = dyn Fn(&str) -> Option<PathBuf> + Send + Sync;

/// Asks for a place to save an area under a suggested name.
pub type SaveArea = dyn Fn(&str, AreaFormat) -> Option<PathBuf> + Send + Sync;

/// Opens a page in the browser.
pub type OpenPage = dyn Fn(&str) -> std::io::Result<()> + Send + Sync;

/// Shows a folder in the file manager.
pub type OpenFolder = dyn Fn(&Path) -> std::io::Result<()> + Send + Sync;

/// What the user is asked for. Answers with `None` when the dialog was closed. Blocks, so call it where blocking is allowed.
#[derive(Clone)]
pub struct Dialogs {
    /// A file with an area to open.
    pub open_area: Arc<dyn Fn() -> Option<PathBuf> + Send + Sync>,
    /// A cloud model to open.
    pub open_model: Arc<dyn Fn() -> Option<PathBuf> + Send + Sync>,
    /// Where to save a recipe, given a name for it.
    pub save_recipe: Arc<SaveAs>,
    /// Where to save an area, given a name for it.
    pub save_area: Arc<SaveArea>,
    /// A folder: where the library shall lie, or where its files may be.
    pub choose_folder: Arc<dyn Fn() -> Option<PathBuf> + Send + Sync>,
    /// Where one gets an account.
    pub open_page: Arc<OpenPage>,
    /// Where something lies.
    pub open_folder: Arc<OpenFolder>,
}

/// Endings of files that may hold an area, by format; what a file is, its bytes decide.
const AREA_FILES: &[(&str, &[&str])] = &[
    ("GeoJSON", &["geojson", "json"]),
    ("Shapefile", &["shp", "zip"]),
    ("KML, KMZ", &["kml", "kmz"]),
    ("GeoPackage", &["gpkg"]),
    ("GPX", &["gpx"]),
    ("WKT", &["wkt", "txt"]),
    ("CSV", &["csv", "tsv"]),
];

impl Dialogs {
    /// Those of the platform.
    pub fn native<R: Runtime>(app: &AppHandle<R>) -> Self {
        let (opener, models, recipes, areas, folders) = (app.clone(), app.clone(), app.clone(), app.clone(), app.clone());
        Self {
            open_area: Arc::new(move || {
                let all: Vec<&str> = AREA_FILES.iter().flat_map(|(_, endings)| endings.iter().copied()).collect();
                let dialog = dialog(&opener).add_filter("GeoJSON, Shapefile, KML, GeoPackage, …", &all);
                path(AREA_FILES.iter().fold(dialog, |dialog, (name, endings)| dialog.add_filter(*name, endings)).blocking_pick_file())
            }),
            open_model: Arc::new(move || path(dialog(&models).add_filter("ONNX, LightGBM", &["onnx", "txt"]).blocking_pick_file())),
            save_recipe: Arc::new(move |name| {
                path(dialog(&recipes).add_filter("JSON", &["json"]).set_file_name(format!("{name}.json")).blocking_save_file())
            }),
            save_area: Arc::new(move |name, format| {
                let (title, ending) = format.named();
                path(dialog(&areas).add_filter(title, &[ending]).set_file_name(format!("{name}.{ending}")).blocking_save_file())
            }),
            choose_folder: Arc::new(move || path(dialog(&folders).blocking_pick_folder())),
            open_page: Arc::new(|link| open::that_detached(link)),
            open_folder: Arc::new(|folder| open::that_detached(folder)),
        }
    }

    /// Nobody is there to answer.
    pub fn closed() -> Self {
        Self {
            open_area: Arc::new(|| None),
            open_model: Arc::new(|| None),
            save_recipe: Arc::new(|_| None),
            save_area: Arc::new(|_, _| None),
            choose_folder: Arc::new(|| None),
            open_page: Arc::new(|_| Err(std::io::ErrorKind::Unsupported.into())),
            open_folder: Arc::new(|_| Err(std::io::ErrorKind::Unsupported.into())),
        }
    }
}

impl AreaFormat {
    /// What it is called, and how its files end.
    fn named(self) -> (&'static str, &'static str) {
        match self {
            Self::GeoJson => ("GeoJSON", "geojson"),
            Self::GeoPackage => ("GeoPackage", "gpkg"),
            Self::Kml => ("KML", "kml"),
        }
    }
}

fn dialog<R: Runtime>(app: &AppHandle<R>) -> FileDialogBuilder<R> {
    app.dialog().file()
}

fn path(answer: Option<FilePath>) -> Option<PathBuf> {
    answer.and_then(|file| file.into_path().ok())
}
