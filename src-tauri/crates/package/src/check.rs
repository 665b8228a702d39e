//! Whether a file is a whole and harmless file of its kind.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use swath_domain::{FileKind, Monitor, Stop};

use crate::names::shown;
use crate::walk::{self, Met, walk};
use crate::{PackageError, document, safe, tar};

pub(crate) fn check(path: &Path, kind: FileKind, monitor: &dyn Monitor) -> Result<(), Stop<PackageError>> {
    let found = walk::kind(path)?;
    match kind {
        FileKind::Zip | FileKind::Tar if found == kind => archive(path, monitor),
        FileKind::Gzip if found == kind => gzip(path, monitor),
        FileKind::Tiff | FileKind::Jp2 if found == kind => Ok(()),
        FileKind::Xml => document::check(path, monitor),
        // Nothing is known of it but its name.
        FileKind::Any if walk::length(path)? > 0 && FileKind::of_name(&path.to_string_lossy()) == FileKind::Xml => {
            document::check(path, monitor)
        }
        FileKind::Any => Ok(()),
        _ => {
            let what = format!("its first bytes are not those of a {}{}", named(kind), instead(path, found)?);
            Err(PackageError::damaged(path, what).into())
        }
    }
}

fn named(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Tiff => "TIFF",
        FileKind::Jp2 => "JPEG 2000",
        FileKind::Zip => "zip",
        FileKind::Tar => "tar",
        FileKind::Gzip => "gzip",
        FileKind::Xml => "document",
        FileKind::Any => "file",
    }
}

/// What it seems to be, for the message: above all the page that a server sends in place of a file.
fn instead(path: &Path, found: FileKind) -> Result<String, PackageError> {
    if found != FileKind::Any {
        return Ok(format!(" but of a {}", named(found)));
    }
    let mut start = Vec::new();
    walk::open(path)?.take(64).read_to_end(&mut start).map_err(|e| PackageError::read(path, &e))?;
    let start = String::from_utf8_lossy(&start).trim_start().to_ascii_lowercase();
    Ok(match start.as_str() {
        "" => " (it is empty)".into(),
        text if text.starts_with("<!doctype html") || text.starts_with("<html") => " but of a web page".into(),
        text if text.starts_with('<') || text.starts_with('{') => " but of a message from the server".into(),
        _ => String::new(),
    })
}

fn archive(path: &Path, monitor: &dyn Monitor) -> Result<(), Stop<PackageError>> {
    let mut rules = Rules::new(path);
    walk(path, monitor, &mut |met| {
        rules.met(&met);
        Ok(())
    })?;
    Ok(rules.end()?)
}

/// A gzip is a tar or a single file.
fn gzip(path: &Path, monitor: &dyn Monitor) -> Result<(), Stop<PackageError>> {
    let mut start = [0; 512];
    if tar::Input::gzip(path)?.whole(path, &mut start)? && tar::is_header(&start) {
        return archive(path, monitor);
    }
    let mut input = tar::Input::gzip(path)?;
    let mut piece = vec![0; walk::PIECE];
    loop {
        let count = input.some(path, &mut piece)?;
        if count == 0 {
            return Ok(());
        }
        walk::on(monitor, count)?;
    }
}

/// What holds of an archive as a whole: it is not empty, and what is called a SAFE is one.
pub(crate) struct Rules {
    path: PathBuf,
    safe: bool,
    files: u64,
    root: Option<String>,
    /// Paths inside the first folder.
    inside: HashSet<String>,
    /// A path outside of it.
    beside: Option<String>,
    manifest: Option<Vec<u8>>,
    in_manifest: bool,
}

impl Rules {
    pub(crate) fn new(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_uppercase();
        let (inside, safe) = (HashSet::new(), name.contains(".SAFE"));
        Self { path: path.into(), safe, files: 0, root: None, inside, beside: None, manifest: None, in_manifest: false }
    }

    pub(crate) fn met(&mut self, met: &Met) {
        match *met {
            Met::File(name, _) => {
                self.files += 1;
                self.place(name, true);
            }
            Met::Folder(name) => self.place(name, false),
            Met::Bytes(piece) if self.in_manifest => {
                let manifest = self.manifest.get_or_insert_default();
                // What is longer is no manifest and will not be read as one.
                let room = safe::MOST_BYTES as usize - manifest.len().min(safe::MOST_BYTES as usize);
                manifest.extend_from_slice(&piece[..piece.len().min(room)]);
            }
            Met::Bytes(_) => {}
            Met::End => self.in_manifest = false,
        }
    }

    fn place(&mut self, name: &str, file: bool) {
        if !self.safe {
            return;
        }
        let (root, rest) = name.split_once('/').unwrap_or((name, ""));
        let known = self.root.get_or_insert_with(|| root.to_owned());
        if known != root || (file && rest.is_empty()) {
            self.beside.get_or_insert_with(|| name.to_owned());
        } else if file {
            self.in_manifest = rest == safe::MANIFEST;
            self.inside.insert(rest.to_owned());
        }
    }

    /// A product whose images are not all there is not whole. Other files are missing now and then in products that were made so, which
    /// fetching them again does not mend.
    pub(crate) fn end(self) -> Result<(), PackageError> {
        let damaged = |what: String| Err(PackageError::damaged(&self.path, what));
        if self.files == 0 {
            return damaged("there is no file in it".into());
        }
        if !self.safe {
            return Ok(());
        }
        if let Some(beside) = &self.beside {
            return damaged(format!("{} lies beside the SAFE folder that its name promises", shown(beside)));
        }
        let root = self.root.as_deref().unwrap_or_default();
        let manifest = self.manifest.filter(|_| root.to_ascii_uppercase().ends_with(".SAFE"));
        let Some(manifest) = manifest else {
            return damaged(format!("its folder {} is no SAFE folder with a manifest", shown(root)));
        };
        let listed = safe::read(&manifest).map_err(|error| error.at(&self.path))?;
        match listed.files.iter().find(|file| file.is_image() && !self.inside.contains(&file.path)) {
            Some(file) => damaged(format!("its manifest lists {}, which is not in it", shown(&file.path))),
            None => Ok(()),
        }
    }
}
