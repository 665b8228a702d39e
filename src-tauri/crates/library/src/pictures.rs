//! Small pictures in the cache: thumbnails of scenes and tiles of base maps.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use crate::Cache;
use crate::error::{Result, io};

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureKind {
    /// A scene.
    Thumbnail,
    /// A tile of a base map.
    BaseMap,
}

impl Cache<'_> {
    /// The picture kept under a key, if it is there.
    pub fn picture(&self, kind: PictureKind, key: &str) -> Result<Option<Vec<u8>>> {
        let path = self.picture_path(kind, key);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io("reading", &path)(error)),
        }
    }

    /// Keeps a picture. Written beside its place and renamed, so that a reader never sees half of it.
    pub fn keep_picture(&self, kind: PictureKind, key: &str, bytes: &[u8]) -> Result<()> {
        let path = self.picture_path(kind, key);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(io("creating", folder))?;
        }
        let unfinished = path.with_extension(format!("{}-{:?}", std::process::id(), std::thread::current().id()));
        fs::write(&unfinished, bytes).map_err(io("writing", &unfinished))?;
        fs::rename(&unfinished, &path).map_err(io("writing", &path))
    }

    /// Keys hold slashes and colons; the file is named by a hash, and two levels keep folders small. A picture that another version of the
    /// program cannot find again is merely fetched again.
    fn picture_path(&self, kind: PictureKind, key: &str) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let name = format!("{:016x}-{}", hasher.finish(), key.len());
        let folders = self.library.folders();
        let folder = match kind {
            PictureKind::Thumbnail => folders.thumbs(),
            PictureKind::BaseMap => folders.base(),
        };
        folder.join(&name[..2]).join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Library;

    #[test]
    fn pictures_are_found_again_by_kind_and_key() {
        let folder = tempfile::tempdir().unwrap();
        let library = Library::open(folder.path()).unwrap();
        let cache = library.cache();
        cache.keep_picture(PictureKind::Thumbnail, "p/c/a:1", b"one").unwrap();
        assert_eq!(cache.picture(PictureKind::Thumbnail, "p/c/a:1").unwrap().as_deref(), Some(&b"one"[..]));
        assert_eq!(cache.picture(PictureKind::BaseMap, "p/c/a:1").unwrap(), None);
        assert_eq!(cache.picture(PictureKind::Thumbnail, "p/c/a:2").unwrap(), None);
    }
}
