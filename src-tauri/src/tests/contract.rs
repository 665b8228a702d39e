//! The three places that list the commands agree, and the page has the newest bindings.

use std::collections::BTreeSet;
use std::path::Path;

fn bindings() -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    crate::bindings::write(file.path()).unwrap();
    std::fs::read_to_string(file.path()).unwrap()
}

fn here(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// What stands between two marks, wherever they stand.
fn between<'a>(text: &'a str, before: &'a str, after: &'a str) -> BTreeSet<&'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

#[test]
fn every_command_has_a_name_a_permission_and_a_binding() {
    let text = bindings();
    let bound = between(&text, ">(\"", "\"");
    assert!(bound.len() > 20, "{text}");
    let build = std::fs::read_to_string(here("build.rs")).unwrap();
    assert_eq!(between(&build, "\n    \"", "\","), bound, "build.rs");
    let capability: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(here("capabilities/main.json")).unwrap()).unwrap();
    let permissions = capability["permissions"].as_array().unwrap().iter().filter_map(|p| p.as_str()?.strip_prefix("allow-"));
    let permitted: BTreeSet<_> = permissions.map(|name| name.replace('-', "_")).collect();
    assert_eq!(permitted.iter().map(String::as_str).collect::<BTreeSet<_>>(), bound, "capabilities/main.json");
}

#[test]
fn the_page_has_the_newest_bindings() {
    // What `cargo xtask bindings` does, where a test is built already and the program is not.
    if std::env::var_os("SWATH_WRITE_BINDINGS").is_some() {
        std::fs::write(here("../ui/src/ipc/bindings.ts"), bindings()).unwrap();
    }
    let kept = std::fs::read_to_string(here("../ui/src/ipc/bindings.ts")).unwrap_or_default();
    assert!(kept == bindings(), "the contract has changed: run `cargo xtask bindings` and commit ui/src/ipc/bindings.ts");
}
