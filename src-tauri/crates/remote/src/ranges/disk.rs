//! A partly fetched file on the disk: the sparse file, and beside it the journal of its ranges.
//!
//! The journal is text: one line of JSON that tells which version of the file this is, then one line `start end` for each range that has
//! arrived. A range is written and flushed before its line, so a line never promises what is not there; a line without its line break is
//! the trace of an interrupted write and counts for nothing.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use super::spans::Spans;
use crate::at::write_at;

/// Which version of a remote file this is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    /// Format of the journal.
    pub(crate) swath_ranges: u32,
    pub(crate) length: u64,
    pub(crate) etag: Option<String>,
    pub(crate) modified: Option<String>,
    /// Digest of the address; the address itself stays out of the file.
    pub(crate) id: String,
}

pub(crate) const FORMAT: u32 = 1;

/// The two files.
#[derive(Debug)]
pub(crate) struct Disk {
    pub(crate) path: PathBuf,
    journal: PathBuf,
    /// Set when the files were dropped; a late writer must not touch their successors.
    gone: RwLock<bool>,
}

impl Disk {
    pub(crate) fn new(folder: &Path, id: &str) -> Self {
        let at = folder.join(&id[..2]);
        Self { path: at.join(format!("{id}.tif")), journal: at.join(format!("{id}.ranges")), gone: RwLock::new(false) }
    }

    /// What is there from an earlier time; `None` when nothing can be used.
    pub(crate) fn reopen(&self, id: &str) -> std::io::Result<Option<(Version, Spans)>> {
        let mut bytes = Vec::new();
        match File::open(&self.journal) {
            Ok(mut file) => file.read_to_end(&mut bytes)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut lines = bytes.split_inclusive(|b| *b == b'\n').take_while(|line| line.ends_with(b"\n"));
        let Some(head) = lines.next() else { return Ok(None) };
        let Ok(version) = serde_json::from_slice::<Version>(head) else { return Ok(None) };
        let whole = std::fs::metadata(&self.path).is_ok_and(|meta| meta.len() == version.length);
        if version.swath_ranges != FORMAT || version.id != id || !whole {
            return Ok(None);
        }
        let mut good = head.len();
        let mut present = Spans::default();
        for line in lines {
            let Some(range) = record(line).filter(|range| range.end <= version.length) else { break };
            present.insert(range);
            good += line.len();
        }
        if good < bytes.len() {
            // What follows is damaged; new records must begin on a line of their own.
            OpenOptions::new().write(true).open(&self.journal)?.set_len(good as u64)?;
        }
        Ok(Some((version, present)))
    }

    /// Whether there is a journal, and so most likely a header.
    pub(crate) fn is_known(&self) -> bool {
        self.journal.exists()
    }

    /// Makes both files anew: a sparse one of full length, and an empty journal.
    pub(crate) fn create(&self, version: &Version) -> std::io::Result<()> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        self.remove()?;
        File::create(&self.path)?.set_len(version.length)?;
        self.write_journal(version, &Spans::default())
    }

    /// Takes over a file that was fetched as a whole.
    pub(crate) fn adopt(&self, part: &Path, version: &Version) -> std::io::Result<()> {
        self.remove()?;
        std::fs::rename(part, &self.path)?;
        self.write_journal(version, &std::iter::once(0..version.length).collect())
    }

    /// Where a file is collected that comes as a whole.
    pub(crate) fn part(&self) -> std::io::Result<PathBuf> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(self.path.with_extension("part"))
    }

    /// Writes bytes at their place. `false` when the files are gone.
    pub(crate) fn write(&self, at: u64, bytes: &[u8]) -> std::io::Result<bool> {
        let gone = self.gone.read().unwrap_or_else(PoisonError::into_inner);
        if *gone {
            return Ok(false);
        }
        write_at(&OpenOptions::new().write(true).open(&self.path)?, at, bytes)?;
        Ok(true)
    }

    /// Flushes what was written and notes that the range is there. `false` when the files are gone.
    pub(crate) fn record(&self, range: Range<u64>) -> std::io::Result<bool> {
        let gone = self.gone.read().unwrap_or_else(PoisonError::into_inner);
        if *gone {
            return Ok(false);
        }
        OpenOptions::new().write(true).open(&self.path)?.sync_data()?;
        // One write of a whole line to a file opened for appending: lines of several writers do not mix.
        OpenOptions::new().append(true).open(&self.journal)?.write_all(format!("{} {}\n", range.start, range.end).as_bytes())?;
        Ok(true)
    }

    /// Replaces the journal, when ranges were forgotten.
    pub(crate) fn rewrite(&self, version: &Version, present: &Spans) -> std::io::Result<()> {
        let gone = self.gone.write().unwrap_or_else(PoisonError::into_inner);
        if *gone { Ok(()) } else { self.write_journal(version, present) }
    }

    /// Drops both files; nothing is written to them any more. Only the first time: what lies there later belongs to whoever opened it anew.
    pub(crate) fn drop_files(&self) -> std::io::Result<()> {
        let mut gone = self.gone.write().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *gone, true) { Ok(()) } else { self.remove() }
    }

    /// The journal goes first: a file without one is nothing, one without its file would be wrong.
    fn remove(&self) -> std::io::Result<()> {
        for path in [&self.journal, &self.path] {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    fn write_journal(&self, version: &Version, present: &Spans) -> std::io::Result<()> {
        let mut text = serde_json::to_string(version)?;
        text.push('\n');
        present.iter().for_each(|range| text.push_str(&format!("{} {}\n", range.start, range.end)));
        let new = self.journal.with_extension("ranges-new");
        let mut file = File::create(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_data()?;
        std::fs::rename(new, &self.journal)
    }
}

fn record(line: &[u8]) -> Option<Range<u64>> {
    let (start, end) = std::str::from_utf8(line).ok()?.trim_end().split_once(' ')?;
    let range = start.parse().ok()?..end.parse().ok()?;
    (range.start < range.end).then_some(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version() -> Version {
        Version { swath_ranges: FORMAT, length: 1000, etag: Some("\"a\"".into()), modified: None, id: "ab12".into() }
    }

    #[test]
    fn a_damaged_end_of_the_journal_is_cut_off() {
        for (tail, expected) in
            [("", 10), ("20 3", 10), ("20 30", 10), ("20 30\n", 20), ("x y\n20 30\n", 10), ("20 2000\n", 10), ("\0\0\0", 10)]
        {
            let folder = tempfile::tempdir().unwrap();
            let disk = Disk::new(folder.path(), "ab12");
            disk.create(&version()).unwrap();
            assert!(disk.write(0, &[7; 10]).unwrap() && disk.record(0..10).unwrap());
            OpenOptions::new().append(true).open(&disk.journal).unwrap().write_all(tail.as_bytes()).unwrap();
            let (read, present) = disk.reopen("ab12").unwrap().unwrap();
            assert_eq!((read, present.total()), (version(), expected), "{tail:?}");
            disk.record(500..600).unwrap();
            assert_eq!(disk.reopen("ab12").unwrap().unwrap().1.total(), expected + 100, "{tail:?}");
        }
    }

    #[test]
    fn nothing_is_used_that_does_not_fit() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::new(folder.path(), "ab12");
        assert_eq!(disk.reopen("ab12").unwrap(), None);
        disk.create(&version()).unwrap();
        assert_eq!(disk.reopen("other").unwrap(), None);
        File::create(&disk.path).unwrap().set_len(999).unwrap();
        assert_eq!(disk.reopen("ab12").unwrap(), None);
        disk.drop_files().unwrap();
        assert!(!disk.write(0, &[1]).unwrap() && !disk.record(0..1).unwrap());
        assert!(!disk.path.exists());
        // Whoever opened it anew is left alone by all who had the old one.
        let anew = Disk::new(folder.path(), "ab12");
        anew.create(&version()).unwrap();
        disk.drop_files().unwrap();
        assert!(anew.path.exists() && anew.record(0..10).unwrap());
    }
}
