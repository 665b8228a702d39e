//! Making room.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::common::library;

/// Writes a file that was used so many hours ago.
fn file(path: &Path, bytes: usize, hours: u64) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, vec![1; bytes]).unwrap();
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(hours * 3600)).unwrap();
}

#[test]
fn the_least_recently_used_go_first_and_pairs_go_together() {
    let (_dir, library) = library();
    let ranges = library.folders().ranges();
    file(&ranges.join("a/old.tif"), 40_960, 90);
    file(&ranges.join("a/old.tif.ranges"), 4096, 90);
    file(&ranges.join("fresh.tif"), 40_960, 99);
    file(&ranges.join("fresh.ranges"), 4096, 1);
    file(&ranges.join("busy.tif"), 40_960, 95);
    file(&ranges.join("busy.ranges"), 4096, 95);
    file(&library.folders().thumbs().join("t.webp"), 8192, 50);
    let cache = library.cache();
    let usage = cache.usage().unwrap();
    assert!(usage >= 3 * 45_056 + 8192, "{usage}");
    let busy = |path: &Path| path.ends_with("busy.tif");
    assert_eq!(cache.prune(usage, &busy).unwrap(), 0);
    let freed = cache.prune(usage - 1, &busy).unwrap();
    assert_eq!(freed, usage - cache.usage().unwrap());
    assert!(!ranges.join("a/old.tif").exists() && !ranges.join("a/old.tif.ranges").exists());
    assert!(ranges.join("busy.tif").exists() && library.folders().thumbs().join("t.webp").exists());
    assert!(ranges.join("fresh.tif").exists(), "its journal was written lately");
    cache.prune(0, &busy).unwrap();
    let mut left: Vec<_> = fs::read_dir(&ranges).unwrap().map(|e| e.unwrap().file_name()).filter(|n| n != "a").collect();
    left.sort();
    assert_eq!(left, ["busy.ranges", "busy.tif"]);
    cache.prune(0, &|_| false).unwrap();
    assert_eq!(cache.usage().unwrap(), 0);
}

#[cfg(unix)]
#[test]
fn of_a_sparse_file_only_what_is_filled_counts() {
    let (_dir, library) = library();
    File::create(library.folders().ranges().join("s.tif")).unwrap().set_len(1 << 30).unwrap();
    assert!(library.cache().usage().unwrap() < 1 << 20);
}
