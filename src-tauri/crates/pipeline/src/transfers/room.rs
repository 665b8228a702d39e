//! How much room a disk has, and whether two folders lie on the same one.

use std::path::{Path, PathBuf};

/// Bytes that may still be written to the disk that a path lies on, or would lie on once it exists.
pub(crate) fn free_at(path: &Path) -> std::io::Result<u64> {
    fs4::available_space(there(path))
}

/// Whether two folders share their free room. When it cannot be told, they are taken to do so: what is needed is then added up, and too much
/// is asked for rather than too little.
pub(super) fn same_disk(one: &Path, other: &Path) -> bool {
    match (disk(&there(one)), disk(&there(other))) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

/// The path itself, or the nearest folder above it that exists.
fn there(path: &Path) -> PathBuf {
    path.ancestors().find(|path| path.exists()).map_or_else(|| PathBuf::from("."), Path::to_owned)
}

#[cfg(unix)]
fn disk(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|meta| meta.dev())
}

/// The letter of the drive, or the share.
#[cfg(not(unix))]
fn disk(path: &Path) -> Option<std::ffi::OsString> {
    let whole = path.canonicalize().ok()?;
    match whole.components().next()? {
        std::path::Component::Prefix(prefix) => Some(prefix.as_os_str().to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_yet_has_the_room_of_its_parent() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("not/there/yet");
        assert!(free_at(&deep).unwrap() > 0);
        assert!(same_disk(folder.path(), &deep));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn another_file_system_is_another_disk() {
        assert!(!same_disk(Path::new("/proc"), Path::new("/")));
    }
}
