//! Areas: drawn, pasted, imported, dropped.

use std::path::Path;

use swath_domain::Aoi;
use tauri::{Emitter, Manager, Runtime, Window};

use super::{Answer, App, blocking};
use crate::view::{AreaDropped, AreaView, Coordinates, ErrorCode, IpcError};

/// An outline of a whole country has a few megabytes; more is somebody's mistake and would only stop the page.
const MOST_BYTES: u64 = 64 << 20;

/// Checks, cleans and measures a drawn area.
#[tauri::command]
#[specta::specta]
pub async fn area_check(coordinates: Coordinates) -> Answer<AreaView> {
    Ok(AreaView::of(coordinates.to_area()?))
}

/// Reads pasted GeoJSON.
#[tauri::command]
#[specta::specta]
pub async fn area_from_text(text: String) -> Answer<AreaView> {
    Ok(AreaView::of(Aoi::from_geojson(&text)?))
}

/// Lets the user choose a file. `null` when the dialog was closed.
#[tauri::command]
#[specta::specta]
pub async fn area_import(state: App<'_>) -> Answer<Option<AreaView>> {
    let open = state.dialogs.open_area.clone();
    blocking(move || open().map(|path| read(&path)).transpose()).await
}

/// A file was dropped on the window: the page never learns its path.
pub fn dropped<R: Runtime>(window: &Window<R>, paths: &[std::path::PathBuf]) {
    let Some(path) = paths.first().cloned() else { return };
    let app = window.app_handle().clone();
    tauri::async_runtime::spawn(async move {
        let dropped = match blocking(move || read(&path)).await {
            Ok(area) => AreaDropped { area: Some(area), error: None },
            Err(error) => AreaDropped { area: None, error: Some(error) },
        };
        if let Err(error) = app.emit("area-dropped", dropped) {
            tracing::warn!(%error, "the page could not be told of a dropped file");
        }
    });
}

/// Reads a file with an area.
fn read(path: &Path) -> Answer<AreaView> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let unreadable = |error: std::io::Error| {
        IpcError::new(ErrorCode::InvalidArea, format!("{name} cannot be read: check that it is there and may be opened")).because(&error)
    };
    if std::fs::metadata(path).map_err(unreadable)?.len() > MOST_BYTES {
        let message = format!("{name} is larger than {} MB: simplify the outline first", MOST_BYTES >> 20);
        return Err(IpcError::new(ErrorCode::InvalidArea, message));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        IpcError::new(ErrorCode::InvalidArea, format!("{name} is not a text file: export the area as GeoJSON and try again"))
            .because(&error)
    })?;
    Ok(AreaView::of(Aoi::from_geojson(&text)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_or_refused_with_their_name() {
        let folder = tempfile::tempdir().unwrap();
        let check = |name: &str, bytes: &[u8], expected: Result<f64, &str>| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            match (read(&path), expected) {
                (Ok(area), Ok(west)) => assert_eq!(area.bbox.0[0], west, "{name}"),
                (Err(error), Err(words)) => {
                    assert_eq!(error.code, ErrorCode::InvalidArea);
                    assert!(error.message.contains(words), "{name}: {error}");
                    assert!(!error.message.contains(&folder.path().display().to_string()), "{error}");
                }
                (found, _) => panic!("{name}: {found:?}"),
            }
        };
        let square = br#"{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]]]}"#;
        check("square.geojson", square, Ok(1.0));
        check("picture.geojson", &[0xff, 0xd8, 0xff], Err("picture.geojson is not a text file"));
        check("words.json", b"hello", Err("not GeoJSON"));
        check("point.json", br#"{"type":"Point","coordinates":[1,1]}"#, Err("no polygon"));
        assert!(read(&folder.path().join("gone.json")).unwrap_err().message.contains("gone.json"));
    }
}
