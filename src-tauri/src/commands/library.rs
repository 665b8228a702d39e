//! Products in the library.

use std::path::PathBuf;

use swath_domain::Record;
use swath_library::{LibraryError, ProductFilter};

use super::{Answer, App, blocking};
use crate::{
    state::AppState,
    view::{AreaView, Bytes, ErrorCode, IpcError, ProductId, ProductReportView, ProductView, TouchUpView},
};

/// All products, newest first.
#[tauri::command]
#[specta::specta]
pub async fn products(state: App<'_>) -> Answer<Vec<ProductView>> {
    Ok(state.library().products().list(&ProductFilter::default())?.iter().map(ProductView::of).collect())
}

/// Deletes a product with its files; answers with the bytes freed. The page asks first.
#[tauri::command]
#[specta::specta]
pub async fn product_remove(state: App<'_>, id: ProductId) -> Answer<Bytes> {
    let library = state.library().clone();
    blocking(move || Ok(Bytes(library.products().remove(id.into())?))).await
}

/// Shows a product's folder in the file manager.
#[tauri::command]
#[specta::specta]
pub async fn product_reveal(state: App<'_>, id: ProductId) -> Answer<()> {
    let product = state.library().products().get(id.into())?;
    let folder = state.library().products().folder(&product);
    reveal(&state, folder, "the folder of this product is gone: remove the product from the library").await
}

/// What a product was made with, to be changed and made again.
#[tauri::command]
#[specta::specta]
pub async fn product_recipe(state: App<'_>, id: ProductId) -> Answer<TouchUpView> {
    let record = record(&state, id).await?;
    let scenes = record.sources.iter().map(|source| source.scene.to_string()).collect();
    let area = AreaView::of((record.recipe.area.clone(), Vec::new()), Some(record.recipe.name.clone()));
    TouchUpView::of(&record.recipe, scenes, area)
        .ok_or_else(|| IpcError::new(ErrorCode::InvalidRecipe, "the record of this product names no image: it cannot be made again"))
}

/// How the pixels of a product came to be, and what layers tell about them.
#[tauri::command]
#[specta::specta]
pub async fn product_report(state: App<'_>, id: ProductId) -> Answer<ProductReportView> {
    let record = record(&state, id).await?;
    let product = state.library().products().get(id.into())?;
    let path = state.library().products().folder(&product).join("quality.tif");
    let layers = state.engine.on_pixel_threads(move || swath_raster::tile::layers(&path)).await?;
    Ok(ProductReportView::of(&record, layers))
}

/// The record that lies beside a product.
async fn record(state: &AppState, id: ProductId) -> Answer<Record> {
    let product = state.library().products().get(id.into())?;
    let path = state.library().products().folder(&product).join("record.json");
    blocking(move || {
        let gone = "the record of this product cannot be read: its folder was moved or changed by hand";
        let text = std::fs::read_to_string(&path).map_err(|error| IpcError::new(ErrorCode::NotFound, gone).because(&error))?;
        serde_json::from_str(&text).map_err(|error| IpcError::new(ErrorCode::NotFound, gone).because(&error))
    })
    .await
}

/// Shows a folder in the file manager.
pub(super) async fn reveal(state: &AppState, folder: PathBuf, gone: &'static str) -> Answer<()> {
    let (library, open) = (state.library().clone(), state.dialogs.open_folder.clone());
    blocking(move || {
        // With its disk away, nothing is gone.
        let root = library.root()?;
        if !root.there {
            return Err(LibraryError::RootMissing { path: root.path }.into());
        }
        if !folder.is_dir() {
            return Err(IpcError::new(ErrorCode::NotFound, gone));
        }
        let closed = |error: std::io::Error| {
            IpcError::new(
                ErrorCode::Internal,
                "no file manager answered: open the folder by hand, the settings tell where the library lies",
            )
            .because(&error)
        };
        open(&folder).map_err(closed)
    })
    .await
}
