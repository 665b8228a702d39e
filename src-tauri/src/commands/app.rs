//! The program itself.

use super::{Answer, App};
use crate::view::AppInfo;

/// Version, folders and libraries.
#[tauri::command]
#[specta::specta]
pub async fn app_info(state: App<'_>) -> Answer<AppInfo> {
    Ok(AppInfo {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data_folder: state.library().folders().data().display().to_string(),
        gdal: swath_raster::gdal_version(),
    })
}
