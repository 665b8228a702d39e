//! How much is taken in at most, so that no file can fill the memory or take for ever.

use std::cell::Cell;
use std::path::Path;

use swath_domain::{Monitor, Stop};

use super::VectorError;

/// Bytes of a file.
pub(crate) const FILE_BYTES: u64 = 256 << 20;
/// Bytes of everything that is unpacked from an archive.
pub(crate) const UNPACKED_BYTES: u64 = 512 << 20;
/// Vertices of all layers together.
const VERTICES: usize = 5_000_000;
/// Features of all layers together.
const FEATURES: usize = 1_000_000;
/// Bytes of attributes of all layers together.
const TEXT_BYTES: usize = 128 << 20;
/// Fields of a layer that are kept.
pub(crate) const FIELDS: usize = 64;
/// Letters of an attribute that are kept.
const LETTERS: usize = 200;
/// Elements within elements; more is no file that people have, and each one costs stack.
pub(crate) const DEPTH: usize = 100;
/// Every so many counted things the monitor is asked.
const ASK_EVERY: usize = 4096;

/// What may still be taken in from one file.
pub(crate) struct Budget<'a> {
    pub(crate) name: &'a str,
    monitor: &'a dyn Monitor,
    vertices: Cell<usize>,
    features: Cell<usize>,
    text: Cell<usize>,
    counted: Cell<usize>,
}

impl<'a> Budget<'a> {
    pub(crate) fn new(name: &'a str, monitor: &'a dyn Monitor) -> Self {
        Self { name, monitor, vertices: Cell::new(0), features: Cell::new(0), text: Cell::new(0), counted: Cell::new(0) }
    }

    pub(crate) fn vertices(&self, count: usize) -> Result<(), Stop<VectorError>> {
        self.take(&self.vertices, count, VERTICES, "5 million vertices")
    }

    pub(crate) fn feature(&self) -> Result<(), Stop<VectorError>> {
        self.take(&self.features, 1, FEATURES, "1 million features")
    }

    /// An attribute, cut to what is shown of it.
    pub(crate) fn text(&self, text: &str) -> Result<String, Stop<VectorError>> {
        let kept = short(text);
        self.take(&self.text, kept.len() + size_of::<String>(), TEXT_BYTES, "128 MiB of attributes")?;
        Ok(kept)
    }

    /// `Err` once cancelled.
    pub(crate) fn go_on(&self) -> Result<(), Stop<VectorError>> {
        if self.monitor.is_cancelled() { Err(Stop::Cancelled) } else { Ok(()) }
    }

    pub(crate) fn damaged(&self, words: impl Into<String>) -> Stop<VectorError> {
        Stop::Failed(VectorError::damaged(self.name, words))
    }

    fn take(&self, from: &Cell<usize>, count: usize, limit: usize, what: &str) -> Result<(), Stop<VectorError>> {
        let sum = from.get().saturating_add(count);
        from.set(sum);
        if sum > limit {
            return Err(VectorError::too_large(self.name, format!("more than {what}")).into());
        }
        self.counted.set(self.counted.get() + count.max(1));
        if self.counted.get() >= ASK_EVERY {
            self.counted.set(0);
            self.go_on()?;
        }
        Ok(())
    }
}

/// The first letters of a text.
pub(crate) fn short(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The last part of a path, which is all that messages tell.
pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| "the file".into(), |name| name.to_string_lossy().into_owned())
}
