//! Files with areas that were opened, so that the page can look at their features and choose.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use swath_raster::vector::AreaFile;

use crate::view::{AreaFileKey, ErrorCode, IpcError};

/// The page shows one file at a time; one more, so that a look that is still under way finds its file.
const KEPT: usize = 2;

/// The newest files. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct AreaFiles {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    newest: u64,
    files: VecDeque<(AreaFileKey, Arc<AreaFile>)>,
}

impl AreaFiles {
    /// Keeps a file in the place of the oldest one.
    pub fn keep(&self, file: Arc<AreaFile>) -> AreaFileKey {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.newest += 1;
        let key = AreaFileKey(kept.newest);
        kept.files.push_back((key, file));
        while kept.files.len() > KEPT {
            kept.files.pop_front();
        }
        key
    }

    /// A file that is kept.
    pub fn get(&self, key: AreaFileKey) -> Result<Arc<AreaFile>, IpcError> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let gone = || IpcError::new(ErrorCode::NotFound, "this file is no longer open: open it again");
        kept.files.iter().find(|(known, _)| *known == key).map(|(_, file)| file.clone()).ok_or_else(gone)
    }
}

/// The file that is meant when some are dropped together: of a shapefile's parts the one that names the others.
pub fn dropped(paths: &[PathBuf]) -> Result<PathBuf, IpcError> {
    let refused = |message: String| Err(IpcError::new(ErrorCode::InvalidArea, message));
    if let Some(folder) = paths.iter().find(|path| path.is_dir()) {
        return refused(format!("{} is a folder: drop the file with the area itself", name(folder)));
    }
    match paths {
        [] => refused("nothing was dropped: drop a file with an area".to_owned()),
        [one] => Ok(one.clone()),
        [first, ..] => {
            let shapes: Vec<_> = paths.iter().filter(|path| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("shp"))).collect();
            match shapes[..] {
                [shape] if paths.iter().all(|path| stem(path) == stem(shape)) => Ok(shape.clone()),
                [] if paths.iter().all(|path| stem(path) == stem(first)) => Ok(first.clone()),
                _ => refused(format!("{} files were dropped together: drop one of them, or the parts of one shapefile", paths.len())),
            }
        }
    }
}

/// `parks` of `parks.shp`, `parks.dbf` and `parks.shp.xml`.
fn stem(path: &Path) -> (Option<&Path>, String) {
    let name = name(path);
    (path.parent(), name.split_once('.').map_or(name.clone(), |(stem, _)| stem.to_owned()))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_files_are_kept() {
        let files = AreaFiles::default();
        let open = || Arc::new(AreaFile::parse("0 0 1 1").unwrap());
        let keys = [files.keep(open()), files.keep(open()), files.keep(open())];
        assert_eq!(files.get(keys[0]).unwrap_err().code, ErrorCode::NotFound);
        assert!(keys[1..].iter().all(|key| files.get(*key).is_ok()));
    }

    #[test]
    fn of_a_shapefile_the_part_that_names_the_others_is_meant() {
        let folder = tempfile::tempdir().unwrap();
        let check = |names: &[&str], expected: Result<&str, &str>| {
            let paths: Vec<_> = names.iter().map(|name| folder.path().join(name)).collect();
            match (dropped(&paths), expected) {
                (Ok(path), Ok(name)) => assert_eq!(path, folder.path().join(name), "{names:?}"),
                (Err(error), Err(words)) => assert!(error.message.contains(words), "{names:?}: {error}"),
                (found, _) => panic!("{names:?}: {found:?}"),
            }
        };
        std::fs::create_dir(folder.path().join("folder.shp")).unwrap();
        check(&["a.geojson"], Ok("a.geojson"));
        check(&["a.dbf", "a.prj", "a.SHP", "a.shp.xml", "a.shx"], Ok("a.SHP"));
        check(&["保护区.cpg", "保护区.shp"], Ok("保护区.shp"));
        check(&["a.dbf", "a.prj"], Ok("a.dbf"));
        check(&["a.shp", "b.shp"], Err("2 files were dropped"));
        check(&["a.shp", "b.dbf", "a.dbf"], Err("3 files were dropped"));
        check(&["a.shp", "folder.shp"], Err("folder.shp is a folder"));
        check(&[], Err("nothing was dropped"));
    }
}
