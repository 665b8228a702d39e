//! Products in the library.

use std::path::PathBuf;

use swath_library::{LibraryError, ProductFilter};

use super::{Answer, App, blocking};
use crate::{
    state::AppState,
    view::{Bytes, ErrorCode, IpcError, ProductId, ProductView},
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
