//! The directory of a zip, with the records of zip64 for what is large.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use crate::names::{Kind, LONGEST, Taken, relative, shown};
use crate::{PackageError, limits, walk};

const END: [u8; 4] = *b"PK\x05\x06";
const END64: [u8; 4] = *b"PK\x06\x06";
const END64_AT: [u8; 4] = *b"PK\x06\x07";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
/// The number of the extra field that holds lengths and places of more than 32 bits.
const ZIP64: u16 = 1;

/// How a member is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum Method {
    Stored = 0,
    Deflated = 8,
}

/// A member, as the directory describes it.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Checked relative path, without a slash at its end; empty for an entry of the folder itself.
    pub(crate) path: String,
    /// The name as it stands in the archive.
    pub(crate) raw_name: Vec<u8>,
    pub(crate) kind: Kind,
    pub(crate) method: Method,
    pub(crate) crc: u32,
    pub(crate) packed: u64,
    pub(crate) unpacked: u64,
    /// Where its own header begins.
    pub(crate) at: u64,
}

/// Where the directory lies.
#[derive(Debug)]
struct Place {
    at: u64,
    bytes: u64,
    entries: u64,
}

/// Reads the directory and checks everything that can be told from it alone: names, links, sizes, overlaps.
pub(crate) fn read(path: &Path) -> Result<Vec<Entry>, PackageError> {
    let mut file = walk::open(path)?;
    let length = walk::length(path)?;
    let place = find(path, &mut file, length)?;
    limits::count(path, usize::try_from(place.entries).unwrap_or(usize::MAX))?;
    file.seek(SeekFrom::Start(place.at)).map_err(|e| PackageError::read(path, &e))?;
    let mut reader = BufReader::new(file.take(place.bytes));
    let mut entries = Vec::new();
    let mut taken = Taken::default();
    for _ in 0..place.entries {
        let entry = entry(path, &mut reader)?;
        taken.add(&entry.path, entry.kind).map_err(|why| PackageError::harmful(path, why))?;
        entries.push(entry);
    }
    if reader.read(&mut [0]).map_err(|e| PackageError::read(path, &e))? != 0 {
        return Err(PackageError::damaged(path, "its directory holds more than its end says"));
    }
    // A member needs its header and its bytes for itself; the exact check follows when they are read.
    let mut spans: Vec<_> =
        entries.iter().map(|e: &Entry| (e.at, e.at.saturating_add(30 + e.raw_name.len() as u64).saturating_add(e.packed), e)).collect();
    spans.sort_by_key(|(at, _, _)| *at);
    let borders = spans.iter().skip(1).map(|(at, _, _)| *at).chain([place.at]);
    for ((_, end, entry), border) in spans.iter().zip(borders) {
        if *end > border {
            let what = if border == place.at { "reaches into the directory" } else { "lies over another file in it" };
            return Err(PackageError::harmful(path, format!("{} {what}", shown(&entry.path))));
        }
    }
    limits::size(path, length, entries.iter().fold(0, |sum: u64, e| sum.saturating_add(e.unpacked)))?;
    Ok(entries)
}

/// Finds the end record, which is followed by nothing but a comment of at most 64 KiB.
fn find(path: &Path, file: &mut File, length: u64) -> Result<Place, PackageError> {
    let none = || PackageError::damaged(path, "it has no directory at its end, so it is cut off or no zip");
    let tail_at = length.saturating_sub(22 + 65_535);
    let tail = piece(path, file, tail_at, (length - tail_at) as usize)?;
    let fits = |at: &usize| tail[*at..].starts_with(&END) && at + 22 + usize::from(number16(&tail, at + 20)) == tail.len();
    let end = (0..=tail.len().checked_sub(22).ok_or_else(none)?).rev().find(fits).ok_or_else(none)?;
    let several = || PackageError::unsupported(path, "it is a part of a zip in several files; choose a product in one file");
    if [number16(&tail, end + 4), number16(&tail, end + 6)].iter().any(|disk| !matches!(*disk, 0 | u16::MAX)) {
        return Err(several());
    }
    let (here, all) = (number16(&tail, end + 8), number16(&tail, end + 10));
    if here != all {
        return Err(several());
    }
    let place = Place { at: number32(&tail, end + 16).into(), bytes: number32(&tail, end + 12).into(), entries: all.into() };
    let (place, border) = match large(path, file, tail_at + end as u64)? {
        // Each number that fits must say the same in both records; otherwise readers would see two different archives.
        Some((large, at)) => {
            let same = |small: u64, most: u64, large: u64| small == most || small == large;
            let agree = same(place.entries, u16::MAX.into(), large.entries)
                && same(place.bytes, u32::MAX.into(), large.bytes)
                && same(place.at, u32::MAX.into(), large.at);
            if !agree {
                return Err(PackageError::harmful(path, "it has two directories that differ"));
            }
            (large, at)
        }
        None => (place, tail_at + end as u64),
    };
    if place.at.checked_add(place.bytes) != Some(border) {
        return Err(PackageError::damaged(path, "its directory does not lie where its end says"));
    }
    Ok(place)
}

/// The records of zip64 before the end record: the place of the directory, and where the first of them begins.
fn large(path: &Path, file: &mut File, end: u64) -> Result<Option<(Place, u64)>, PackageError> {
    let Some(at) = end.checked_sub(20) else { return Ok(None) };
    let pointer = piece(path, file, at, 20)?;
    if !pointer.starts_with(&END64_AT) {
        return Ok(None);
    }
    let broken = || PackageError::damaged(path, "its zip64 directory is broken");
    let record_at = number64(&pointer, 8);
    if record_at.checked_add(56).is_none_or(|end| end > at) {
        return Err(broken());
    }
    let record = piece(path, file, record_at, 56)?;
    let fits = record.starts_with(&END64) && record_at.checked_add(12).and_then(|s| s.checked_add(number64(&record, 4))) == Some(at);
    if !fits || number64(&record, 24) != number64(&record, 32) {
        return Err(broken());
    }
    Ok(Some((Place { at: number64(&record, 48), bytes: number64(&record, 40), entries: number64(&record, 32) }, record_at)))
}

fn entry(path: &Path, reader: &mut dyn Read) -> Result<Entry, PackageError> {
    let cut = |_| PackageError::damaged(path, "its directory is cut off");
    let mut head = [0; 46];
    reader.read_exact(&mut head).map_err(cut)?;
    if !head.starts_with(&ENTRY) {
        return Err(PackageError::damaged(path, "its directory is broken"));
    }
    let mut rest = |at: usize| -> Result<Vec<u8>, PackageError> {
        let mut bytes = vec![0; usize::from(number16(&head, at))];
        reader.read_exact(&mut bytes).map_err(cut)?;
        Ok(bytes)
    };
    let (raw_name, extra, _comment) = (rest(28)?, rest(30)?, rest(32)?);
    if raw_name.len() > LONGEST {
        return Err(PackageError::harmful(path, format!("a name in it is {} bytes long", raw_name.len())));
    }
    let name = std::str::from_utf8(&raw_name).map_err(|_| PackageError::harmful(path, "a name in it is no text"))?;
    let harmful = |what: String| PackageError::harmful(path, what);
    let relative = relative(name).map_err(harmful)?;
    let kind = if name.ends_with('/') || relative.is_empty() { Kind::Folder } else { Kind::File };
    special(&head, kind).map_err(|what| harmful(format!("{} is {what}", shown(name))))?;
    if number16(&head, 8) & 0b0010_0000_0100_0001 != 0 {
        return Err(PackageError::unsupported(path, format!("{} is locked with a password; get the product without one", shown(name))));
    }
    let method = match number16(&head, 10) {
        0 => Method::Stored,
        8 => Method::Deflated,
        other => {
            let what = format!("{} is packed by method {other}; unpack it with another program and pack it anew by Deflate", shown(name));
            return Err(PackageError::unsupported(path, what));
        }
    };
    let broken = || PackageError::damaged(path, format!("the zip64 numbers of {} are missing", shown(name)));
    let mut wide = Wide { field: zip64(&extra) };
    let unpacked = wide.number(number32(&head, 24)).ok_or_else(broken)?;
    let packed = wide.number(number32(&head, 20)).ok_or_else(broken)?;
    let at = wide.number(number32(&head, 42)).ok_or_else(broken)?;
    if !matches!(number16(&head, 34), 0 | u16::MAX) || (kind == Kind::Folder && unpacked != 0) {
        return Err(PackageError::damaged(path, format!("the entry of {} is broken", shown(name))));
    }
    if method == Method::Stored && packed != unpacked {
        return Err(PackageError::damaged(path, format!("{} has two different lengths", shown(name))));
    }
    Ok(Entry { path: relative, kind, method, crc: number32(&head, 16), packed, unpacked, at, raw_name })
}

/// What a member is that is neither a file nor a folder, by the mode that Unix systems keep in the directory.
fn special(head: &[u8], kind: Kind) -> Result<(), &'static str> {
    const UNIX: u8 = 3;
    const MACOS: u8 = 19;
    if !matches!(head[5], UNIX | MACOS) {
        return Ok(());
    }
    match (number32(head, 38) >> 16) & 0o170_000 {
        0 => Ok(()),
        0o100_000 if kind == Kind::File => Ok(()),
        0o040_000 if kind == Kind::Folder => Ok(()),
        0o120_000 => Err("a link to another place"),
        _ => Err("neither a file nor a folder"),
    }
}

/// The extra field of zip64.
fn zip64(extra: &[u8]) -> &[u8] {
    let mut rest = extra;
    while rest.len() >= 4 {
        let (number, length) = (number16(rest, 0), usize::from(number16(rest, 2)));
        let Some(field) = rest.get(4..4 + length) else { return &[] };
        if number == ZIP64 {
            return field;
        }
        rest = &rest[4 + length..];
    }
    &[]
}

/// Numbers that stand in the extra field, one after another, when they do not fit into 32 bits.
struct Wide<'a> {
    field: &'a [u8],
}

impl Wide<'_> {
    fn number(&mut self, small: u32) -> Option<u64> {
        if small != u32::MAX {
            return Some(small.into());
        }
        let (number, rest) = self.field.split_first_chunk::<8>()?;
        self.field = rest;
        Some(u64::from_le_bytes(*number))
    }
}

fn piece(path: &Path, file: &mut File, at: u64, length: usize) -> Result<Vec<u8>, PackageError> {
    let mut bytes = vec![0; length];
    let read = file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut bytes));
    read.map(|()| bytes).map_err(|e| PackageError::read(path, &e))
}

fn number16(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn number32(bytes: &[u8], at: usize) -> u32 {
    u32::from(number16(bytes, at)) | u32::from(number16(bytes, at + 2)) << 16
}

fn number64(bytes: &[u8], at: usize) -> u64 {
    u64::from(number32(bytes, at)) | u64::from(number32(bytes, at + 4)) << 32
}
