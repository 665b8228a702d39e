//! Which places were really read, noted beside the canvas so that a job which goes on after a crash still knows it.

use std::{
    collections::BTreeSet,
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use swath_domain::{Band, SceneId, Stop};

use crate::{PipelineError, error::Outcome};

/// A layer and the place it was read from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Read {
    pub(crate) scene: SceneId,
    pub(crate) band: Band,
    pub(crate) href: String,
}

/// All reads of a job, of its earlier runs included.
#[derive(Debug, Clone)]
pub(crate) struct Reads {
    path: PathBuf,
    known: Arc<Mutex<BTreeSet<Read>>>,
}

impl Reads {
    /// With what earlier runs have noted. A line that a crash has cut off counts for nothing: its block was not written either.
    pub(crate) fn open(folder: &Path) -> Self {
        let path = folder.join("reads.jsonl");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let known = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Self { path, known: Arc::new(Mutex::new(known)) }
    }

    /// Notes reads before anything made of them is written. Blocks; cheap when nothing is new.
    pub(crate) fn note(&self, reads: impl IntoIterator<Item = Read>) -> Outcome<()> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let new: BTreeSet<Read> = reads.into_iter().filter(|read| !known.contains(read)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let lines: String = new.iter().filter_map(|read| serde_json::to_string(read).ok()).map(|line| format!("\n{line}\n")).collect();
        self.append(&lines).map_err(|error| Stop::Failed(PipelineError::Io { path: self.path.display().to_string(), error }))?;
        known.extend(new);
        Ok(())
    }

    /// Whether a place was read.
    pub(crate) fn has(&self, scene: &SceneId, band: Band, href: &str) -> bool {
        let read = Read { scene: scene.clone(), band, href: href.to_owned() };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).contains(&read)
    }

    fn append(&self, lines: &str) -> std::io::Result<()> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(&self.path)?;
        file.write_all(lines.as_bytes())?;
        file.sync_data()
    }
}
