//! The list of finished blocks beside a canvas: one decimal number a line, only ever appended to.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::with_ending;
use crate::RasterError;

#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
}

impl Journal {
    /// An empty journal for the canvas at `canvas`.
    pub(super) fn clear(canvas: &Path) -> Result<Self, RasterError> {
        let path = with_ending(canvas, ".done");
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(RasterError::io(&path, &e)),
            _ => Ok(Self { path }),
        }
    }

    /// The journal that lies there. A line that a kill cut off is cut away, so that the next number does not run into it.
    pub(super) fn open(canvas: &Path) -> Result<Self, RasterError> {
        let journal = Self { path: with_ending(canvas, ".done") };
        let text = journal.text()?;
        let whole = text.rfind('\n').map_or(0, |at| at + 1);
        if whole < text.len() {
            let cut = || File::options().write(true).open(&journal.path)?.set_len(whole as u64);
            cut().map_err(|e| RasterError::io(&journal.path, &e))?;
        }
        Ok(journal)
    }

    pub(super) fn done(&self) -> Result<BTreeSet<usize>, RasterError> {
        let damaged = |line: &str| RasterError::Read { path: self.path.clone(), words: format!("`{line}` is no block number") };
        let text = self.text()?;
        text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')).map(|line| line.parse().map_err(|_| damaged(line))).collect()
    }

    pub(super) fn add(&mut self, number: usize) -> Result<(), RasterError> {
        let append = || File::options().append(true).create(true).open(&self.path)?.write_all(format!("{number}\n").as_bytes());
        append().map_err(|e| RasterError::io(&self.path, &e))
    }

    fn text(&self) -> Result<String, RasterError> {
        match fs::read_to_string(&self.path) {
            Ok(text) => Ok(text),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(e) => Err(RasterError::Read { path: self.path.clone(), words: e.to_string() }),
        }
    }
}

/// Makes the file system set aside room for the first `length` bytes without changing them.
#[cfg(target_os = "linux")]
pub(super) fn allocate(file: &File, length: u64) -> io::Result<()> {
    use rustix::io::Errno;
    match rustix::fs::fallocate(file, rustix::fs::FallocateFlags::empty(), 0, length) {
        // Some file systems cannot; writing every byte has the same effect, slowly.
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => write_all(file, length),
        other => Ok(other?),
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn allocate(file: &File, length: u64) -> io::Result<()> {
    write_all(file, length)
}

/// Writes back what is there, piece by piece, so that each byte gets its place on the disk.
fn write_all(mut file: &File, length: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    let mut piece = vec![0; 1 << 20];
    let mut at = 0;
    while at < length {
        let size = piece.len().min((length - at) as usize);
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut piece[..size])?;
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&piece[..size])?;
        at += size as u64;
    }
    Ok(())
}
