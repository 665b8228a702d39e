//! The library beside the truth: every file that it shows, byte by byte.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use swath_domain::{Content, Holding};
use swath_library::Library;

use crate::series::Series;

/// Beginning of the names of the files by which a library knows its folder again and tries whether it can be written.
const MARK: &str = ".swath-";

/// What the library shows.
#[derive(Debug, Clone, Default)]
pub struct Audit {
    /// Files that are what they have to be.
    pub right: usize,
    /// Their bytes.
    pub bytes: u64,
    /// What is wrong: files that are something else, that nobody knows of, or that a holding lacks.
    pub wrong: Vec<String>,
    /// Holdings by the name of the product and the key of the content.
    pub held: BTreeSet<(String, String)>,
}

/// Compares all files of the library, but for products of recipes, with the truth. Windows are only counted.
pub fn audit(library: &Library, series: &Series) -> Audit {
    let mut audit = Audit::default();
    let mut known = BTreeSet::new();
    for holding in library.holdings().list(&Default::default()).expect("the holdings") {
        audit.look(library, &holding, series, &mut known);
    }
    let folders = library.folders();
    for path in files(&folders.library()) {
        if !known.contains(&path) && !path.starts_with(folders.products()) {
            audit.wrong.push(format!("{} belongs to no holding", path.display()));
        }
    }
    audit
}

impl Audit {
    fn look(&mut self, library: &Library, holding: &Holding, series: &Series, known: &mut BTreeSet<PathBuf>) {
        let (root, key) = (library.holdings().path(holding), holding.content.key());
        let name = holding.scene.name.clone().unwrap_or_else(|| holding.scene.id.item().to_owned());
        let found: BTreeMap<String, PathBuf> = match root.is_dir() {
            true => files(&root).into_iter().map(|path| (slashed(path.strip_prefix(&root).expect("inside")), path)).collect(),
            false => root.exists().then(|| (String::new(), root.clone())).into_iter().collect(),
        };
        known.extend(found.values().cloned());
        let mut complain = |what: &str, path: &str| self.wrong.push(format!("{name} {key}: {path} {what}"));
        if found.is_empty() {
            complain("is not there", &holding.path);
        }
        if !self.held.insert((name.clone(), key.clone())) {
            complain("is there twice", "");
        }
        if matches!(holding.content, Content::Window { .. }) {
            return;
        }
        let whole = if matches!(holding.content, Content::PartialSafe { .. }) { "safe" } else { key.as_str() };
        let Some(truth) = series.truth(&name, whole) else { return complain("was never offered", "") };
        let truth: BTreeMap<&str, &Bytes> = truth.iter().map(|(path, bytes)| (path.as_str(), bytes)).collect();
        for (path, file) in &found {
            match truth.get(path.as_str()) {
                None => complain("is no part of it", path),
                Some(bytes) if fs::read(file).expect("a file") == ***bytes => {
                    self.right += 1;
                    self.bytes += bytes.len() as u64;
                }
                Some(_) => complain("is something else", path),
            }
        }
        if whole == key {
            for path in truth.keys().filter(|path| !found.contains_key(**path)) {
                complain("is missing", path);
            }
        }
    }
}

/// All files below a folder, but for the library's marks.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut open, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            // Links are files here: what they lead to is not the library's.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) { open.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    found.retain(|path| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(MARK)));
    found.sort();
    found
}

fn slashed(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}
