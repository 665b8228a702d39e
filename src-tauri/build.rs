//! Tells Tauri which commands there are, so that each of them needs a permission in `capabilities/main.json`.

/// The same list as in `src/bindings.rs`; a test compares the two.
const COMMANDS: &[&str] = &[
    "area_check",
    "area_from_text",
    "area_import",
    "area_features",
    "area_choose",
    "area_export",
    "places",
    "search",
    "search_stop",
    "clear_shares",
    "plan",
    "recipe_text",
    "recipe_save",
    "model_choose",
    "job_create",
    "job_pause",
    "job_resume",
    "job_cancel",
    "job_retry",
    "job_remove",
    "jobs",
    "jobs_watch",
    "products",
    "product_remove",
    "product_reveal",
    "product_recipe",
    "product_report",
    "download_choices",
    "download_preflight",
    "download_order",
    "transfers",
    "transfers_watch",
    "transfers_pause",
    "transfers_resume",
    "transfers_cancel",
    "transfers_retry",
    "transfers_remove",
    "transfer_move",
    "holdings",
    "holding_remove",
    "holding_reveal",
    "holding_unpack",
    "holdings_verify",
    "holdings_verify_stop",
    "library_root",
    "library_move",
    "library_move_stop",
    "library_relink",
    "settings",
    "settings_set",
    "providers",
    "basemaps",
    "accounts",
    "account_set",
    "account_test",
    "account_remove",
    "account_page",
    "demo_open",
    "app_info",
];

fn main() {
    hide_static_libraries();
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        println!("cargo::error={error:#}");
    }
}

/// GDAL loads the system's SQLite, and this program has one of its own for the library. Unless its symbols are hidden, the dynamic linker
/// lets GDAL call some functions of one and some of the other, which crashes with the first GeoPackage.
fn hide_static_libraries() {
    let windows_or_apple = ["windows", "macos"].contains(&std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default().as_str());
    if !windows_or_apple {
        println!("cargo::rustc-link-arg=-Wl,--exclude-libs,ALL");
    }
}
