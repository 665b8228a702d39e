//! Tells Tauri which commands there are, so that each of them needs a permission in `capabilities/main.json`.

/// The same list as in `src/bindings.rs`; a test compares the two.
const COMMANDS: &[&str] = &[
    "area_check",
    "area_from_text",
    "area_import",
    "search",
    "search_stop",
    "clear_shares",
    "plan",
    "recipe_text",
    "recipe_save",
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
    "settings",
    "settings_set",
    "providers",
    "basemaps",
    "demo_open",
    "app_info",
];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        println!("cargo::error={error:#}");
    }
}
