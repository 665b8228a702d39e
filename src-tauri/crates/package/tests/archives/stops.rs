use std::io::{Cursor, Write};
use std::sync::atomic::{AtomicU64, Ordering};

use swath_domain::{FileKind, Monitor, Report};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

/// Cancels once so many bytes are done.
struct After {
    bytes: u64,
    done: AtomicU64,
}

impl Monitor for After {
    fn report(&self, report: Report) {
        if let Report::Advanced(bytes) = report {
            self.done.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.done.load(Ordering::Relaxed) >= self.bytes
    }
}

fn after(bytes: u64) -> After {
    After { bytes, done: AtomicU64::new(0) }
}

fn archives(folder: &Path) -> [(std::path::PathBuf, FileKind); 3] {
    let image = noise(8 << 20);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut tar = tar::Builder::new(Vec::new());
    for name in ["a.TIF", "b.TIF"] {
        zip.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)).unwrap();
        zip.write_all(&image).unwrap();
        let mut header = tar::Header::new_gnu();
        header.set_size(image.len() as u64);
        tar.append_data(&mut header, name, image.as_slice()).unwrap();
    }
    let tar = tar.into_inner().unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&tar).unwrap();
    let put = |name: &str, bytes: &[u8]| {
        fs::write(folder.join(name), bytes).unwrap();
        folder.join(name)
    };
    [
        (put("a.zip", &zip.finish().unwrap().into_inner()), FileKind::Zip),
        (put("a.tar", &tar), FileKind::Tar),
        (put("a.tar.gz", &gzip.finish().unwrap()), FileKind::Gzip),
    ]
}

#[test]
fn cancelling_takes_effect_within_a_piece_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (path, kind) in archives(folder.path()) {
        for bytes in [0, 3 << 20, 8 << 20, 11 << 20] {
            let monitor = after(bytes);
            assert_eq!(check(&path, kind, &monitor), Err(Stop::Cancelled), "{path:?} after {bytes}");
            for there in [false, true] {
                let (monitor, into) = (after(bytes), folder.path().join("into"));
                if there {
                    fs::create_dir(&into).unwrap();
                }
                assert_eq!(unpack(&path, &into, &monitor), Err(Stop::Cancelled), "{path:?} after {bytes}");
                assert!(monitor.done.load(Ordering::Relaxed) <= bytes + (1 << 20), "{path:?} goes on after {bytes}");
                assert_eq!(into.exists(), there, "{path:?}: the folder is as it was");
                assert!(tree(&into).is_empty());
                fs::remove_dir(&into).unwrap_or_default();
            }
        }
        let monitor = after(u64::MAX);
        unpack(&path, &folder.path().join("into"), &monitor).unwrap();
        assert_eq!(monitor.done.load(Ordering::Relaxed), 16 << 20, "{path:?}: every byte is told once");
        fs::remove_dir_all(folder.path().join("into")).unwrap();
    }
}

#[test]
fn a_folder_with_files_in_it_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let [(zip, _), ..] = archives(folder.path());
    let into = folder.path().join("into");
    fs::create_dir(&into).unwrap();
    fs::write(into.join("a.TIF"), "mine").unwrap();
    for target in [into.clone(), into.join("a.TIF"), into.join("a.TIF/below"), folder.path().join("none/into")] {
        let error = unpack(&zip, &target, &Never).unwrap_err();
        assert!(matches!(&error, Stop::Failed(PackageError::Write { path, .. }) if *path == target), "{error:?}");
    }
    assert_eq!(tree(&into), [("a.TIF".to_owned(), b"mine".to_vec())].into());
}
