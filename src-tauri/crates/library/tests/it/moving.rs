//! Moving the library's folder, and what interrupts it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use swath_domain::{Band, Content, JobState, Monitor, Never, Report, Stop, TransferState};
use swath_library::{HoldingFilter, Library, LibraryError, ProductFilter, RemoveHow};
use tempfile::TempDir;

use crate::common::{bands, hold, job_in, library, noon, piece, publication, scene, stage, transfer_in, tree};

/// A library with a product and a few scenes, some of them in several megabytes.
pub(crate) fn filled() -> (TempDir, Library) {
    let (dir, library) = library();
    let job = job_in(&library, JobState::Running);
    let staged = stage(&library, &job);
    library.products().publish(publication(&job, "summer", &staged), noon()).unwrap();
    for n in 0..4u8 {
        let scene = scene(&format!("s{n}"), [15.0, 45.0, 16.0, 46.0], "2025-08-18T10:00:00Z", None);
        hold(&library, &scene, Content::Band { band: Band::Red }, &[("", &vec![n; 3_000_000])]);
    }
    let scene = scene("safe", [15.0, 45.0, 16.0, 46.0], "2025-08-18T10:00:00Z", None);
    hold(&library, &scene, Content::Safe, &[("manifest.safe", b"<x/>"), ("GRANULE/b.jp2", b"blue")]);
    (dir, library)
}

/// A folder on another disk, where there is one.
fn other_disk(dir: &Path) -> Option<TempDir> {
    use std::os::unix::fs::MetadataExt;
    let shm = tempfile::tempdir_in("/dev/shm").ok()?;
    let other = fs::metadata(shm.path()).ok()?.dev() != fs::metadata(dir).ok()?.dev();
    if !other {
        println!("skipped: there is no second disk");
    }
    other.then_some(shm)
}

/// Everything that the rows name is where they say.
pub(crate) fn check_whole(library: &Library) {
    let products = library.products().list(&ProductFilter::default()).unwrap();
    assert_eq!(products.len(), 1);
    assert_eq!(fs::read(library.products().folder(&products[0]).join("image.tif")).unwrap(), vec![7; 5000]);
    let holdings = library.holdings().list(&HoldingFilter::default()).unwrap();
    for holding in &holdings {
        let wanted = holding.content.clone();
        let files = library.holdings().files(holding.id).unwrap();
        assert!(!files.is_empty());
        let there = library.holdings().path(holding);
        assert!(there.exists(), "{} {wanted:?}", there.display());
    }
    let red = holdings.iter().find(|holding| holding.content == Content::Band { band: Band::Red }).unwrap();
    let whole = library.holdings().get(red.id).unwrap().scene;
    assert_eq!(library.holdings().held(&whole, &bands(&[Band::Red])).unwrap().len(), 1);
}

/// Stops after so many bytes.
struct After {
    most: u64,
    copied: AtomicU64,
    kept: AtomicU64,
}

impl After {
    fn new(most: u64) -> Self {
        Self { most, copied: AtomicU64::new(0), kept: AtomicU64::new(0) }
    }
}

impl Monitor for After {
    fn report(&self, report: Report) {
        match report {
            Report::Advanced(bytes) => self.copied.fetch_add(bytes, Ordering::Relaxed),
            Report::Kept(bytes) => self.kept.fetch_add(bytes, Ordering::Relaxed),
            _ => 0,
        };
    }

    fn is_cancelled(&self) -> bool {
        self.copied.load(Ordering::Relaxed) >= self.most
    }
}

#[test]
fn the_library_moves_to_another_folder_of_its_disk_and_back() {
    let (dir, library) = filled();
    let away = tempfile::tempdir().unwrap();
    let before = tree(&library.folders().library());
    let old = library.folders().library();
    let clone = library.clone();
    let to = away.path().join("深 folder/library");
    library.move_root(&to, &Never).unwrap();
    assert_eq!((clone.folders().library(), library.root().unwrap().path, library.root().unwrap().there), (to.clone(), to.clone(), true));
    assert!(!old.exists());
    assert_eq!(tree(&to), before);
    check_whole(&library);
    check_whole(&Library::open(dir.path()).unwrap());
    // New scenes and products go there, and what is not finished lies beside them.
    let scene = scene("later", [15.0, 45.0, 16.0, 46.0], "2025-08-18T10:00:00Z", None);
    assert!(library.holdings().path(&hold(&library, &scene, Content::SafeZip, &[("", b"zip")])).starts_with(&to));
    assert!(!tree(&to).keys().any(|path| path.starts_with('.')), "nothing is left of publishing");
    let job = job_in(&library, JobState::Running);
    let staged = stage(&library, &job);
    library.products().publish(publication(&job, "autumn", &staged), noon()).unwrap();
    assert!(to.join("products/autumn/image.tif").exists());
    library.move_root(&old, &Never).unwrap();
    assert!(!to.exists());
    assert_eq!(tree(&old).len(), before.len() + 4);
    assert_eq!(Library::open(dir.path()).unwrap().root().unwrap().path, old);
}

#[test]
fn a_move_to_another_disk_that_is_stopped_goes_on_where_it_was() {
    let (dir, library) = filled();
    let Some(shm) = other_disk(dir.path()) else { return };
    let (old, to) = (library.folders().library(), shm.path().join("library"));
    let before = tree(&old);
    let all: u64 = before.values().map(|bytes| bytes.len() as u64).sum();
    for most in [0, 1, 4_000_000] {
        let result = library.move_root(&to, &After::new(most));
        assert!(matches!(result, Err(Stop::Cancelled)), "{most}: {result:?}");
        assert_eq!((library.root().unwrap().path, tree(&old)), (old.clone(), before.clone()), "nothing has changed");
        check_whole(&library);
    }
    let monitor = After::new(u64::MAX);
    library.move_root(&to, &monitor).unwrap();
    let (copied, kept) = (monitor.copied.into_inner(), monitor.kept.into_inner());
    assert_eq!(copied + kept, all);
    assert!(kept >= 3_000_000, "{kept} bytes were there already");
    assert_eq!((tree(&to), old.exists()), (before, false));
    check_whole(&library);
    check_whole(&Library::open(dir.path()).unwrap());
    // There already.
    library.move_root(&to, &Never).unwrap();
}

/// Not a test of its own: the process that is killed in the test below.
#[test]
#[ignore = "run by another test in a process of its own"]
fn mover() {
    let (Some(dir), Some(to), Ok(at)) =
        (std::env::var_os("SWATH_TEST_DIR"), std::env::var_os("SWATH_TEST_TO"), std::env::var("SWATH_TEST_AT"))
    else {
        return;
    };
    struct Abort(AtomicU64, u64);
    impl Monitor for Abort {
        fn report(&self, report: Report) {
            if let Report::Advanced(bytes) | Report::Kept(bytes) = report
                && self.0.fetch_add(bytes, Ordering::Relaxed) + bytes >= self.1
            {
                std::process::abort();
            }
        }
        fn is_cancelled(&self) -> bool {
            false
        }
    }
    let library = Library::open(dir.as_ref()).unwrap();
    library.move_root(to.as_ref(), &Abort(AtomicU64::new(0), at.parse().unwrap())).unwrap();
}

#[test]
fn a_move_that_is_killed_again_and_again_loses_nothing() {
    let (dir, library) = filled();
    let Some(shm) = other_disk(dir.path()) else { return };
    let (old, to) = (library.folders().library(), shm.path().join("library"));
    let before = tree(&old);
    let all: u64 = before.values().map(|bytes| bytes.len() as u64).sum();
    for share in [1, 30, 60, 90, 100] {
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "moving::mover", "--ignored", "--nocapture"])
            .env("SWATH_TEST_DIR", dir.path())
            .env("SWATH_TEST_TO", &to)
            .env("SWATH_TEST_AT", (all * share / 100).to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(!status.success(), "{share} %");
        let library = Library::open(dir.path()).unwrap();
        assert_eq!((library.root().unwrap().path, tree(&old)), (old.clone(), before.clone()), "{share} %");
        check_whole(&library);
    }
    library.move_root(&to, &Never).unwrap();
    assert_eq!((tree(&to), old.exists()), (before, false));
    check_whole(&Library::open(dir.path()).unwrap());
}

#[test]
fn a_crash_after_the_switch_leaves_the_old_files_to_the_next_start_and_spares_what_is_not_copied() {
    let (dir, library) = filled();
    let Some(shm) = other_disk(dir.path()) else { return };
    let (old, to) = (library.folders().library(), shm.path().join("library"));
    library.move_root(&to, &Never).unwrap();
    // As after a kill in the middle of deleting: some files are still there, and one that somebody has put there since.
    for (path, bytes) in tree(&to).into_iter().skip(2) {
        fs::create_dir_all(old.join(&path).parent().unwrap()).unwrap();
        fs::write(old.join(&path), bytes).unwrap();
        let changed = fs::metadata(to.join(&path)).unwrap().modified().unwrap();
        fs::File::options().write(true).open(old.join(&path)).unwrap().set_modified(changed).unwrap();
    }
    fs::write(old.join("products/notes.txt"), b"mine").unwrap();
    let connection = rusqlite::Connection::open(library.folders().database()).unwrap();
    connection.execute("UPDATE root SET leaving = ?", [old.to_str().unwrap()]).unwrap();
    let library = Library::open(dir.path()).unwrap();
    assert_eq!(tree(&old).into_keys().collect::<Vec<_>>(), ["products/notes.txt"]);
    check_whole(&library);
    let left: Option<String> = connection.query_row("SELECT leaving FROM root", [], |row| row.get(0)).unwrap();
    assert_eq!(left, None);
}

#[test]
fn a_crash_around_renaming_is_finished_on_opening() {
    let (dir, library) = filled();
    let away = tempfile::tempdir().unwrap();
    let (old, to) = (library.folders().library(), away.path().join("library"));
    let connection = rusqlite::Connection::open(library.folders().database()).unwrap();
    connection.execute("UPDATE root SET entering = ?", [to.to_str().unwrap()]).unwrap();
    // Before the renaming: it is where it was.
    assert_eq!(Library::open(dir.path()).unwrap().root().unwrap().path, old);
    // After it: it is where it went.
    connection.execute("UPDATE root SET entering = ?", [to.to_str().unwrap()]).unwrap();
    fs::rename(&old, &to).unwrap();
    let library = Library::open(dir.path()).unwrap();
    assert_eq!((library.root().unwrap().path, old.exists()), (to, false));
    check_whole(&library);
}

#[test]
fn the_library_stays_in_use_while_it_moves() {
    let (dir, library) = filled();
    let Some(shm) = other_disk(dir.path()) else { return };
    let to = shm.path().join("library");
    // Another process of which this one does not know; a scene comes and another goes while files are copied.
    struct Busy(Library, AtomicU64);
    impl Monitor for Busy {
        fn report(&self, _: Report) {
            if self.1.fetch_add(1, Ordering::Relaxed) == 5 {
                let scene = scene("new", [15.0, 45.0, 16.0, 46.0], "2025-08-19T10:00:00Z", None);
                hold(&self.0, &scene, Content::SafeZip, &[("", b"zip")]);
                let copied = self.0.holdings().list(&HoldingFilter::default()).unwrap();
                let gone = copied.iter().find(|holding| matches!(holding.content, Content::Safe)).unwrap();
                self.0.holdings().remove(gone.id, RemoveHow::Delete).unwrap();
            }
        }
        fn is_cancelled(&self) -> bool {
            false
        }
    }
    // A download that is half done: it stays where it is and ends in the new place.
    let running = transfer_in(&library, TransferState::Running);
    let staged = piece(&library, &running, "x.tif", Content::Band { band: Band::Nir }, &[("", b"nir")]);
    let busy = Busy(Library::open(dir.path()).unwrap(), AtomicU64::new(0));
    library.move_root(&to, &busy).unwrap();
    assert!(busy.1.load(Ordering::Relaxed) > 6);
    assert!(staged.staged.exists());
    assert_eq!(staged.staged.parent().unwrap(), library.folders().staging_of_transfer(running.id));
    let next = transfer_in(&library, TransferState::Queued);
    let made = library.transfers().make_staging(next.id).unwrap();
    assert!(made.starts_with(&to) && made.is_dir(), "later ones lie on the new disk");
    library.transfers().delete_staging(next.id).unwrap();
    assert_eq!(library.transfers().make_staging(running.id).unwrap(), staged.staged.parent().unwrap());
    let held = busy.0.transfers().publish(running.id, vec![staged], noon()).unwrap();
    assert!(busy.0.holdings().path(&held[0]).starts_with(&to), "the other process knows");
    let names: Vec<_> = tree(&to).into_keys().filter(|path| !path.starts_with("products")).collect();
    assert_eq!(names.len(), 4 + 1 + 1, "{names:?}");
    assert!(!names.iter().any(|name| name.contains("SAFE/")), "what was removed meanwhile does not come back");
    assert_eq!(library.holdings().list(&HoldingFilter::default()).unwrap().len(), names.len());
    check_whole(&library);
}

#[test]
fn places_that_cannot_hold_the_library_are_refused() {
    let (dir, library) = filled();
    let before = tree(&library.folders().library());
    let full = tempfile::tempdir().unwrap();
    fs::write(full.path().join("thesis.doc"), b"mine").unwrap();
    let own = library.folders().library();
    let link = full.path().join("link");
    std::os::unix::fs::symlink(&own, &link).unwrap();
    for (to, code) in [
        (full.path().to_owned(), "exists"),
        (own.join("products/inside"), "bad-place"),
        (dir.path().to_owned(), "bad-place"),
        (dir.path().join("cache/x"), "bad-place"),
        (link, "bad-place"),
        ("/proc/swath/library".into(), "io"),
    ] {
        match library.move_root(&to, &Never) {
            Err(Stop::Failed(error)) => assert_eq!(error.code(), code, "{}: {error}", to.display()),
            other => panic!("{}: {other:?}", to.display()),
        }
        assert_eq!((library.root().unwrap().path, tree(&own)), (own.clone(), before.clone()), "{}", to.display());
    }
    assert_eq!(fs::read_dir(full.path()).unwrap().count(), 2);
}

#[test]
fn while_the_librarys_disk_is_away_nothing_is_lost_and_the_message_says_what_to_do() {
    let (dir, library) = filled();
    let away = tempfile::tempdir().unwrap();
    let (to, unplugged) = (away.path().join("library"), away.path().join("unplugged"));
    library.move_root(&to, &Never).unwrap();
    let transfer = transfer_in(&library, TransferState::Running);
    let later = transfer_in(&library, TransferState::Queued);
    let staged = dir.path().join("staged.tif");
    let mut piece = piece(&library, &transfer, "x.tif", Content::Band { band: Band::Nir }, &[("", b"nir")]);
    fs::rename(&piece.staged, &staged).unwrap();
    piece.staged.clone_from(&staged);
    fs::rename(&to, &unplugged).unwrap();
    for mount_point in [false, true] {
        if mount_point {
            fs::create_dir(&to).unwrap();
        }
        // It opens and lists.
        let library = Library::open(dir.path()).unwrap();
        assert_eq!((library.root().unwrap().there, library.root().unwrap().path), (false, to.clone()));
        let held = library.holdings().list(&HoldingFilter::default()).unwrap();
        assert_eq!((held.len(), library.products().list(&ProductFilter::default()).unwrap().len()), (5, 1));
        let product = library.products().list(&ProductFilter::default()).unwrap()[0].id;
        let job = job_in(&library, JobState::Running);
        let of_job = stage(&library, &job);
        let errors = [
            library.transfers().publish(transfer.id, vec![piece.clone()], noon()).map(drop),
            library.products().publish(publication(&job, "autumn", &of_job), noon()).map(drop),
            library.holdings().remove(held[0].id, RemoveHow::Delete).map(drop),
            library.products().remove(product).map(drop),
            library.transfers().make_staging(transfer.id).map(drop),
            library.transfers().make_staging(later.id).map(drop),
            library.move_root(&away.path().join("third"), &Never).map_err(|stop| match stop {
                Stop::Failed(error) => error,
                Stop::Cancelled => LibraryError::Busy,
            }),
        ];
        for error in errors.map(Result::unwrap_err) {
            assert_eq!(error.code(), "root-missing", "{error}");
            assert!(error.to_string().contains("connect the disk") && error.to_string().contains(to.to_str().unwrap()), "{error}");
        }
        assert!(staged.exists() && of_job.exists());
        assert!(!to.exists() || fs::read_dir(&to).unwrap().count() == 0, "nothing is written into an empty mount point");
    }
    fs::remove_dir(&to).unwrap();
    fs::rename(&unplugged, &to).unwrap();
    check_whole(&library);
    library.transfers().publish(transfer.id, vec![piece], noon()).unwrap();
    // Moved on by hand.
    fs::rename(&to, &unplugged).unwrap();
    library.move_root(&unplugged, &Never).unwrap();
    check_whole(&library);
    // Lost for good: begun anew elsewhere, the rows stay for re-linking.
    fs::rename(&unplugged, &to).unwrap();
    let anew = away.path().join("anew");
    assert_eq!(library.use_root(away.path()).unwrap_err().code(), "exists");
    library.use_root(&anew).unwrap();
    assert_eq!(library.holdings().list(&HoldingFilter::default()).unwrap().len(), 6);
    assert_eq!(library.holdings().relink(&to).unwrap().found, 6, "the old one is found again");
}
