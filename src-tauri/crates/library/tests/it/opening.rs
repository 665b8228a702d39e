//! From nothing, twice at once, and of a newer format.

use serde_json::json;
use swath_library::{Library, LibraryError};

use crate::common::{library, noon, request};

#[test]
fn an_empty_folder_becomes_a_library_and_opens_again_with_what_it_held() {
    let (dir, library) = library();
    for folder in ["library/products", "cache/ranges", "cache/thumbs", "cache/base", "staging", "demo", "logs"] {
        assert!(dir.path().join(folder).is_dir(), "{folder}");
    }
    let job = library.jobs().insert(&request("kept"), noon()).unwrap();
    // What a kill may leave beside the mark.
    let left = ["library/.swath-library.probe", "library/.swath-library.swath-copy"].map(|name| dir.path().join(name));
    left.iter().for_each(|path| std::fs::write(path, b"").unwrap());
    library.settings().set("language", &json!("zh")).unwrap();
    library.settings().set("limits", &json!({"network": 8})).unwrap();
    library.settings().set("limits", &json!(null)).unwrap();
    drop(library);
    let again = Library::open(dir.path()).unwrap();
    assert!(!left.iter().any(|path| path.exists()) && dir.path().join("library/.swath-library").exists());
    assert_eq!(again.jobs().get(job.id).unwrap(), job);
    assert_eq!(again.jobs().request(job.id).unwrap(), request("kept"));
    assert_eq!(again.settings().get("language").unwrap(), Some(json!("zh")));
    assert_eq!(again.settings().get("limits").unwrap(), None);
}

#[test]
fn a_newer_database_is_refused_and_left_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("swath.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE future (x); PRAGMA user_version = 999").unwrap();
    drop(connection);
    let before = std::fs::read(&path).unwrap();
    let error = Library::open(dir.path()).unwrap_err();
    assert!(matches!(error, LibraryError::Newer { found: 999, known: 2, .. }), "{error}");
    assert_eq!(error.code(), "library-newer");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["swath.db"], "nothing was created beside it");
}

#[test]
fn many_open_and_write_at_once() {
    let dir = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let library = Library::open(dir.path()).unwrap();
                for _ in 0..5 {
                    library.jobs().insert(&request("t"), noon()).unwrap();
                }
            });
        }
    });
    assert_eq!(Library::open(dir.path()).unwrap().jobs().list().unwrap().len(), 40);
}
