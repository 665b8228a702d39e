//! From the Rust side of the contract to the page's: `ui/src/ipc/bindings.ts`.

use std::path::Path;

use specta_typescript::Typescript;
use tauri::Runtime;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands};

use crate::commands::{accounts, app, areas, demo, holdings, jobs, library, models, places, recipes, scenes, settings, transfers};
use crate::view::AreaDropped;

/// All commands and the shapes that cross. `build.rs` lists the same commands, and a test compares the two.
pub fn builder<R: Runtime>() -> Builder<R> {
    Builder::new()
        .commands(collect_commands![
            areas::area_check,
            areas::area_from_text,
            areas::area_import,
            areas::area_features,
            areas::area_choose,
            areas::area_export,
            places::places,
            scenes::search,
            scenes::search_stop,
            scenes::clear_shares,
            recipes::plan,
            recipes::recipe_text,
            recipes::recipe_save,
            models::model_choose,
            jobs::job_create,
            jobs::job_pause,
            jobs::job_resume,
            jobs::job_cancel,
            jobs::job_retry,
            jobs::job_remove,
            jobs::jobs,
            jobs::jobs_watch,
            library::products,
            library::product_remove,
            library::product_reveal,
            library::product_recipe,
            library::product_report,
            transfers::download_choices,
            transfers::download_preflight,
            transfers::download_order,
            transfers::transfers,
            transfers::transfers_watch,
            transfers::transfers_pause,
            transfers::transfers_resume,
            transfers::transfers_cancel,
            transfers::transfers_retry,
            transfers::transfers_remove,
            transfers::transfer_move,
            holdings::holdings,
            holdings::holding_remove,
            holdings::holding_reveal,
            holdings::holding_unpack,
            holdings::holdings_verify,
            holdings::holdings_verify_stop,
            holdings::library_root,
            holdings::library_move,
            holdings::library_move_stop,
            holdings::library_relink,
            settings::settings,
            settings::settings_set,
            settings::providers,
            settings::basemaps,
            accounts::accounts,
            accounts::account_set,
            accounts::account_test,
            accounts::account_remove,
            accounts::account_page,
            demo::demo_open,
            app::app_info,
        ])
        .typ::<AreaDropped>()
        .error_handling(ErrorHandlingMode::Throw)
        .disable_serde_phases()
}

/// Writes the bindings.
///
/// # Errors
/// A type that TypeScript cannot express, which is a mistake in `view.rs`, or a file that cannot be written.
pub fn write(path: &Path) -> Result<(), String> {
    let header = "// Written by `swath-window --export-bindings`; change src-tauri/src/view instead.\n";
    builder::<tauri::Wry>().export(Typescript::default().header(header), path).map_err(|error| error.to_string())
}
