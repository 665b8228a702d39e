//! Files that were not what they should be, kept for a while so that one can look at what a provider sent.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::{LibraryError, Result, io};
use crate::slug::legal;
use crate::{Library, files};

/// Most bytes that are kept.
const MOST: u64 = 5_000_000_000;
/// End of the name of the text that says why.
const WHY: &str = ".txt";

impl Library {
    /// Takes a file or folder that is not what it should be out of the way: into `cache/quarantine/`, with a text beside it that says why.
    /// The oldest go when there are more than 5 GB. Answers with where it lies now.
    pub fn quarantine(&self, path: &Path, why: &str) -> Result<PathBuf> {
        if !files::is_there(path) {
            return Err(LibraryError::not_found(path.display()));
        }
        let folder = self.folders().quarantine();
        fs::create_dir_all(&folder).map_err(io("creating", &folder))?;
        let name = legal(&path.file_name().unwrap_or_default().to_string_lossy(), 120);
        let (to, said) = (1..)
            .map(|n: u32| if n == 1 { name.clone() } else { format!("{n}-{name}") })
            .map(|name| (folder.join(&name), folder.join(format!("{name}{WHY}"))))
            .find(|(to, said)| !files::is_there(to) && !files::is_there(said))
            .ok_or(LibraryError::Busy)?;
        fs::write(&said, format!("{}\n{why}\n", path.display())).map_err(io("writing", &said))?;
        files::move_folder(path, &to)?;
        bound(&folder, &to, MOST)?;
        Ok(to)
    }
}

/// Deletes the oldest until no more than so many bytes are left; what has just come stays.
fn bound(folder: &Path, newest: &Path, most: u64) -> Result<()> {
    let mut kept = Vec::new();
    for path in files::entries(folder)? {
        let said = with_why(&path);
        if let Ok(since) = fs::metadata(&said).and_then(|meta| meta.modified()) {
            kept.push((if path == newest { SystemTime::now() } else { since }, files::length(&path)?, path));
        }
    }
    kept.sort();
    let mut bytes: u64 = kept.iter().map(|(_, bytes, _)| bytes).sum();
    for (_, length, path) in kept {
        if bytes <= most || path == newest {
            break;
        }
        files::remove_all(&path)?;
        files::remove_all(&with_why(&path))?;
        bytes -= length;
    }
    Ok(())
}

fn with_why(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(WHY);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_files_are_kept_apart_with_a_reason_until_newer_ones_need_the_room() {
        let dir = tempfile::tempdir().unwrap();
        let library = Library::open(dir.path()).unwrap();
        let wrong = |name: &str, bytes: usize| {
            let path = dir.path().join(name);
            fs::write(&path, vec![7; bytes]).unwrap();
            path
        };
        let first = library.quarantine(&wrong("a.zip", 100), "SHA-256 differs").unwrap();
        let second = library.quarantine(&wrong("a.zip", 200), "truncated").unwrap();
        assert_eq!((first.file_name().unwrap(), second.file_name().unwrap()), ("a.zip".as_ref(), "2-a.zip".as_ref()));
        assert!(fs::read_to_string(with_why(&second)).unwrap().contains("truncated"));
        fs::create_dir_all(dir.path().join("X.SAFE/inner")).unwrap();
        wrong("X.SAFE/inner/b.jp2", 300);
        let third = library.quarantine(&dir.path().join("X.SAFE"), "a file is missing").unwrap();
        assert!(third.join("inner/b.jp2").exists() && !dir.path().join("X.SAFE").exists());
        let folder = library.folders().quarantine();
        let old = SystemTime::now() - std::time::Duration::from_secs(60);
        fs::File::options().write(true).open(with_why(&first)).unwrap().set_modified(old).unwrap();
        bound(&folder, &third, 500).unwrap();
        assert!(!first.exists() && !with_why(&first).exists() && second.exists() && third.exists());
        bound(&folder, &third, 0).unwrap();
        assert!(!second.exists() && third.exists());
        assert_eq!(library.quarantine(&wrong("gone", 1).join("no"), "x").unwrap_err().code(), "not-found");
    }
}
