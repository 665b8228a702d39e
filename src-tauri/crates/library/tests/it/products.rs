//! Publishing, and what a crash at each moment leaves.

use std::fs;
use std::path::Path;

use swath_domain::{JobState, Product, ProductId};
use swath_library::{Library, LibraryError, ProductFilter};

use crate::common::{job_in, library, noon, publication, stage};

fn publish(library: &Library, name: &str) -> Product {
    let job = job_in(library, JobState::Running);
    let staged = stage(library, &job);
    library.products().publish(publication(&job, name, &staged), noon()).unwrap()
}

fn list(library: &Library) -> Vec<Product> {
    library.products().list(&ProductFilter::default()).unwrap()
}

#[test]
fn a_published_product_is_whole_and_its_job_has_succeeded() {
    let (_dir, library) = library();
    let job = job_in(&library, JobState::Running);
    let staged = stage(&library, &job);
    let product = library.products().publish(publication(&job, "2025 夏季 / county", &staged), noon()).unwrap();
    assert_eq!(product.folder, "products/2025-夏季-county");
    let folder = library.products().folder(&product);
    assert_eq!(fs::read(folder.join("image.tif")).unwrap(), vec![7; 5000]);
    assert!(folder.join("quality/clear.tif").exists());
    assert!(product.bytes > 5300);
    let job = library.jobs().get(job.id).unwrap();
    assert_eq!((job.state, job.product, job.finished), (JobState::Succeeded, Some(product.id), Some(noon())));
    assert!(!library.folders().staging_of(job.id).exists(), "what is left in staging is not needed any more");
    assert_eq!(library.products().get(product.id).unwrap(), product);
    assert_eq!(list(&library), [product]);
}

#[test]
fn names_that_are_taken_get_a_number() {
    let (_dir, library) = library();
    let folders: Vec<_> = ["Summer", "summer", "SUMMER", "con"].iter().map(|name| publish(&library, name).folder).collect();
    assert_eq!(folders, ["products/Summer", "products/summer-2", "products/SUMMER-3", "products/_con"]);
    // A row keeps its name even while its folder is away.
    fs::remove_dir_all(library.folders().products().join("Summer")).unwrap();
    assert_eq!(publish(&library, "summer").folder, "products/summer-4");
}

#[test]
fn only_a_running_job_with_files_publishes() {
    let (_dir, library) = library();
    for state in JobState::ALL {
        let job = job_in(&library, state);
        let staged = stage(&library, &job);
        let result = library.products().publish(publication(&job, "t", &staged), noon());
        assert_eq!(result.is_ok(), state == JobState::Running, "{state}");
        if let Err(error) = result {
            assert!(matches!(error, LibraryError::State { .. }), "{error}");
            assert!(staged.join("image.tif").exists(), "the work is still there");
        }
    }
    let job = job_in(&library, JobState::Running);
    let error = library.products().publish(publication(&job, "t", Path::new("/nowhere/at/all")), noon()).unwrap_err();
    assert_eq!(error.code(), "not-found");
    assert_eq!(list(&library).len(), 1);
}

#[test]
fn a_row_that_cannot_be_written_sends_the_files_back() {
    let (_dir, library) = library();
    let job = job_in(&library, JobState::Running);
    let staged = stage(&library, &job);
    let other = rusqlite::Connection::open(library.folders().database()).unwrap();
    other.execute_batch("CREATE TRIGGER broken BEFORE INSERT ON product BEGIN SELECT RAISE(ABORT, 'no'); END").unwrap();
    assert_eq!(library.products().publish(publication(&job, "t", &staged), noon()).unwrap_err().code(), "library-failed");
    assert!(staged.join("image.tif").exists());
    assert_eq!(fs::read_dir(library.folders().products()).unwrap().count(), 0);
    assert_eq!(library.jobs().get(job.id).unwrap().state, JobState::Running);
    other.execute_batch("DROP TRIGGER broken").unwrap();
    library.products().publish(publication(&job, "t", &staged), noon()).unwrap();
}

/// Takes the library back to the moment between the rename and the transaction.
fn forget_row(library: &Library, product: &Product, state: &str) {
    let connection = rusqlite::Connection::open(library.folders().database()).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    connection.execute("DELETE FROM product WHERE id = ?", [product.id.0]).unwrap();
    connection.execute("DELETE FROM product_place", []).unwrap();
    connection.execute("UPDATE job SET state = ?, product = NULL, finished = NULL", [state]).unwrap();
}

#[test]
fn a_crash_between_rename_and_row_is_healed_on_opening() {
    for state in ["running", "interrupted"] {
        let (dir, library) = library();
        let product = publish(&library, "crashed");
        forget_row(&library, &product, state);
        assert_eq!(list(&library), []);
        drop(library);
        let library = Library::open(dir.path()).unwrap();
        let [healed] = list(&library).try_into().unwrap();
        assert_eq!(healed, Product { id: healed.id, ..product });
        let [job] = library.jobs().list().unwrap().try_into().unwrap();
        assert_eq!((job.state, job.product, job.finished), (JobState::Succeeded, Some(healed.id), Some(noon())));
        assert_eq!(Library::open(dir.path()).unwrap().products().list(&ProductFilter::default()).unwrap(), [healed], "once is enough");
    }
}

#[test]
fn a_lost_database_is_made_again_from_the_folders_and_strangers_are_left_alone() {
    let (dir, library) = library();
    let (a, b) = (publish(&library, "a"), publish(&library, "b"));
    drop(library);
    fs::remove_file(dir.path().join("swath.db")).unwrap();
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(dir.path().join(format!("swath.db{suffix}")));
    }
    fs::create_dir(dir.path().join("library/products/my own")).unwrap();
    fs::create_dir(dir.path().join("library/products/.copying-half")).unwrap();
    let library = Library::open(dir.path()).unwrap();
    let names: Vec<_> = list(&library).into_iter().map(|p| (p.name, p.bytes)).collect();
    assert_eq!(names, [(b.name, b.bytes), (a.name, a.bytes)]);
    assert_eq!(library.jobs().list().unwrap(), []);
    assert!(dir.path().join("library/products/my own").exists() && !dir.path().join("library/products/.copying-half").exists());
}

#[test]
fn removing_frees_what_the_files_took() {
    let (dir, library) = library();
    let (a, b, c) = (publish(&library, "a"), publish(&library, "b"), publish(&library, "c"));
    assert_eq!(library.products().remove(a.id).unwrap(), a.bytes);
    assert!(!library.products().folder(&a).exists());
    assert_eq!(library.products().remove(a.id).unwrap_err().code(), "not-found");
    assert_eq!(library.jobs().list().unwrap().iter().filter(|j| j.product.is_none()).count(), 1, "the job remains");
    // The folder was deleted by hand.
    fs::remove_dir_all(library.products().folder(&b)).unwrap();
    assert_eq!(library.products().remove(b.id).unwrap(), 0);
    // A crash after the folder went to the trash: the user has confirmed, so it is finished.
    fs::rename(library.products().folder(&c), library.folders().products().join(format!(".trash-{}", c.id))).unwrap();
    drop(library);
    let library = Library::open(dir.path()).unwrap();
    assert_eq!(list(&library), []);
    assert_eq!(fs::read_dir(library.folders().products()).unwrap().count(), 0);
    assert_eq!(library.products().get(ProductId(c.id.0)).unwrap_err().code(), "not-found");
}

#[test]
fn products_are_found_by_name_place_and_time() {
    let (_dir, library) = library();
    publish(&library, "Sommer Zürich");
    let dates = |from: &str, to: &str| Some(swath_domain::DateRange::new(from.parse().unwrap(), to.parse().unwrap()).unwrap());
    for (filter, found) in [
        (ProductFilter::default(), true),
        (ProductFilter { text: Some(" ZÜRICH".into()), ..Default::default() }, true),
        (ProductFilter { text: Some("winter".into()), ..Default::default() }, false),
        (ProductFilter { bbox: Some([15.05, 45.0, 15.2, 45.04]), ..Default::default() }, true),
        // Inside the box of the triangle, but not in the triangle.
        (ProductFilter { bbox: Some([15.0, 45.08, 15.02, 45.1]), ..Default::default() }, false),
        (ProductFilter { bbox: Some([170.0, 45.0, 15.05, 46.0]), ..Default::default() }, true),
        (ProductFilter { dates: dates("2025-06-30", "2025-07-30"), ..Default::default() }, true),
        (ProductFilter { dates: dates("2025-07-01", "2025-07-30"), ..Default::default() }, false),
    ] {
        assert_eq!(!library.products().list(&filter).unwrap().is_empty(), found, "{filter:?}");
    }
}
