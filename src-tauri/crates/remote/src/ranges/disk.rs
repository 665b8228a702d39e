//! A partly fetched file on the disk: the sparse file, and beside it the journal of its ranges.
//!
//! The journal is text, only ever added to: one line of JSON that tells which version of the file this is, then one line `start end crc32`
//! for each piece that has arrived (the number in hexadecimal), and `- start end` where pieces are to be forgotten. Nothing is flushed piece
//! by piece. What an earlier process has noted is a claim until it has been read again and its number compared, so neither a kill nor a power
//! cut can make a line promise what is not there; a line without its line break is the trace of an interrupted write and counts for nothing.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::at::{read_at, write_at};

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

pub(crate) const FORMAT: u32 = 2;

/// What came at once, and the number that vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) range: Range<u64>,
    pub(crate) crc: u32,
}

/// A file that came as a whole is vouched for in pieces of this size, so that a window of it is quickly checked.
const PIECE: u64 = 1 << 20;

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

    /// What should be there from an earlier time; `None` when nothing can be used.
    pub(crate) fn reopen(&self, id: &str) -> std::io::Result<Option<(Version, Vec<Piece>)>> {
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
        let mut pieces: Vec<Piece> = Vec::new();
        for line in lines {
            match record(line) {
                Some(Record::Forget(range)) => pieces.retain(|piece| piece.range.end <= range.start || piece.range.start >= range.end),
                Some(Record::Came(piece)) if piece.range.end <= version.length => pieces.push(piece),
                _ => break,
            }
            good += line.len();
        }
        if good < bytes.len() {
            // What follows is damaged; new records must begin on a line of their own.
            OpenOptions::new().write(true).open(&self.journal)?.set_len(good as u64)?;
        }
        Ok(Some((version, pieces)))
    }

    /// Which of these pieces are there and right.
    pub(crate) fn proven(&self, pieces: Vec<Piece>) -> std::io::Result<Vec<Piece>> {
        let file = File::open(&self.path)?;
        let mut bytes = Vec::new();
        let mut right = |piece: &Piece| {
            bytes.resize((piece.range.end - piece.range.start) as usize, 0);
            read_at(&file, piece.range.start, &mut bytes).is_ok() && crc32fast::hash(&bytes) == piece.crc
        };
        Ok(pieces.into_iter().filter(|piece| right(piece)).collect())
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
        self.write_journal(version, &[])
    }

    /// Takes over a file that was fetched as a whole.
    pub(crate) fn adopt(&self, part: &Path, version: &Version) -> std::io::Result<()> {
        self.remove()?;
        std::fs::rename(part, &self.path)?;
        let (file, mut bytes, mut pieces) = (File::open(&self.path)?, Vec::new(), Vec::new());
        for start in (0..version.length).step_by(PIECE as usize) {
            let range = start..(start + PIECE).min(version.length);
            bytes.resize((range.end - range.start) as usize, 0);
            read_at(&file, start, &mut bytes)?;
            pieces.push(Piece { range, crc: crc32fast::hash(&bytes) });
        }
        self.write_journal(version, &pieces)
    }

    /// Where a file is collected that comes as a whole.
    pub(crate) fn part(&self) -> std::io::Result<PathBuf> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(self.path.with_extension("part"))
    }

    /// Writes a piece at its place and notes that it is there. `false` when the files are gone.
    pub(crate) fn keep(&self, start: u64, bytes: &[Bytes]) -> std::io::Result<bool> {
        let gone = self.gone.read().unwrap_or_else(PoisonError::into_inner);
        if *gone {
            return Ok(false);
        }
        let file = OpenOptions::new().write(true).open(&self.path)?;
        let (mut at, mut crc) = (start, crc32fast::Hasher::new());
        for bytes in bytes {
            write_at(&file, at, bytes)?;
            crc.update(bytes);
            at += bytes.len() as u64;
        }
        self.append(&line(&Piece { range: start..at, crc: crc.finalize() }))?;
        Ok(true)
    }

    /// Notes that ranges are to be fetched again.
    pub(crate) fn forget(&self, ranges: &[Range<u64>]) -> std::io::Result<()> {
        let gone = self.gone.read().unwrap_or_else(PoisonError::into_inner);
        if *gone {
            Ok(())
        } else {
            self.append(&ranges.iter().map(|range| format!("- {} {}\n", range.start, range.end)).collect::<String>())
        }
    }

    /// One write of whole lines to a file opened for appending: lines of several writers do not mix.
    fn append(&self, lines: &str) -> std::io::Result<()> {
        OpenOptions::new().append(true).open(&self.journal)?.write_all(lines.as_bytes())
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

    fn write_journal(&self, version: &Version, pieces: &[Piece]) -> std::io::Result<()> {
        let mut text = serde_json::to_string(version)?;
        text.push('\n');
        pieces.iter().for_each(|piece| text.push_str(&line(piece)));
        let new = self.journal.with_extension("ranges-new");
        std::fs::write(&new, text)?;
        std::fs::rename(new, &self.journal)
    }
}

enum Record {
    Came(Piece),
    Forget(Range<u64>),
}

fn line(piece: &Piece) -> String {
    format!("{} {} {:08x}\n", piece.range.start, piece.range.end, piece.crc)
}

fn record(line: &[u8]) -> Option<Record> {
    let words: Vec<&str> = std::str::from_utf8(line).ok()?.split_ascii_whitespace().collect();
    let range = |start: &str, end: &str| Some(start.parse().ok()?..end.parse().ok()?).filter(|range: &Range<u64>| range.start < range.end);
    match words[..] {
        ["-", start, end] => Some(Record::Forget(range(start, end)?)),
        [start, end, crc] if crc.len() == 8 => {
            Some(Record::Came(Piece { range: range(start, end)?, crc: u32::from_str_radix(crc, 16).ok()? }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version() -> Version {
        Version { swath_ranges: FORMAT, length: 1000, etag: Some("\"a\"".into()), modified: None, id: "ab12".into() }
    }

    fn keep(disk: &Disk, start: u64, bytes: &[u8]) -> bool {
        disk.keep(start, &[Bytes::copy_from_slice(&bytes[..1]), Bytes::copy_from_slice(&bytes[1..])]).unwrap()
    }

    /// Bytes of the pieces that hold.
    fn held(disk: &Disk) -> u64 {
        let (_, pieces) = disk.reopen("ab12").unwrap().unwrap();
        disk.proven(pieces).unwrap().iter().map(|piece| piece.range.end - piece.range.start).sum()
    }

    #[test]
    fn a_damaged_end_of_the_journal_is_cut_off() {
        // The checksum of ten zeros.
        let zeros = format!("{:08x}", crc32fast::hash(&[0; 10]));
        for (tail, expected) in [
            ("", 10),
            ("20 3", 10),
            ("20 30 00000000", 10),
            (&*format!("20 30 {zeros}\n"), 20),
            (&format!("20 30 {}", &zeros[..7]), 10),
            ("x y\n20 30 00000000\n", 10),
            ("20 2000 00000000\n", 10),
            ("20 30\n", 10),
            ("\0\0\0", 10),
            ("- 5 6\n", 0),
            ("- 5 6", 10),
            ("- 10 20\n", 10),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let disk = Disk::new(folder.path(), "ab12");
            disk.create(&version()).unwrap();
            assert!(keep(&disk, 0, &[7; 10]));
            OpenOptions::new().append(true).open(&disk.journal).unwrap().write_all(tail.as_bytes()).unwrap();
            assert_eq!(disk.reopen("ab12").unwrap().unwrap().0, version());
            assert_eq!(held(&disk), expected, "{tail:?}");
            assert!(keep(&disk, 500, &[8; 100]));
            assert_eq!(held(&disk), expected + 100, "{tail:?}");
        }
    }

    #[test]
    fn what_did_not_reach_the_disk_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::new(folder.path(), "ab12");
        disk.create(&version()).unwrap();
        assert!(keep(&disk, 0, &[7; 10]) && keep(&disk, 100, &[8; 10]) && keep(&disk, 200, &[9; 10]));
        // As after a power cut: of one piece nothing was written yet, of another a byte.
        let file = OpenOptions::new().write(true).open(&disk.path).unwrap();
        write_at(&file, 100, &[0; 10]).unwrap();
        write_at(&file, 209, &[0]).unwrap();
        assert_eq!(held(&disk), 10);
        disk.forget(&[0..1, 400..500]).unwrap();
        assert_eq!(held(&disk), 0);
        assert!(keep(&disk, 0, &[6; 10]));
        assert_eq!(held(&disk), 10, "fetched again");
    }

    #[test]
    fn a_file_that_came_whole_is_vouched_for_in_pieces() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::new(folder.path(), "ab12");
        let bytes: Vec<u8> = (0..PIECE * 2 + 77).map(|i| (i % 251) as u8).collect();
        let part = disk.part().unwrap();
        std::fs::write(&part, &bytes).unwrap();
        disk.adopt(&part, &Version { length: bytes.len() as u64, ..version() }).unwrap();
        assert_eq!(held(&disk), bytes.len() as u64);
        write_at(&OpenOptions::new().write(true).open(&disk.path).unwrap(), PIECE + 5, &[255]).unwrap();
        assert_eq!(held(&disk), PIECE + 77);
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
        assert!(!keep(&disk, 0, &[1]));
        assert!(!disk.path.exists());
        // Whoever opened it anew is left alone by all who had the old one.
        let anew = Disk::new(folder.path(), "ab12");
        anew.create(&version()).unwrap();
        disk.drop_files().unwrap();
        assert!(anew.path.exists() && keep(&anew, 0, &[1; 10]));
    }
}
