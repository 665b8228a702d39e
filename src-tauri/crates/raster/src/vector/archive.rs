//! Archives: just enough of zip to take the files of a shapefile or a KMZ out of it, into memory.
//!
//! Names in an archive are only compared and shown, never used as paths, so an entry called `../../x` does no harm. What unpacks to more than
//! it says, or to more than the limit, stops there.

use std::io::Read;

use flate2::read::DeflateDecoder;
use swath_domain::Stop;

use super::VectorError;
use super::budget::{Budget, UNPACKED_BYTES};
use super::letters;

/// Entries that are looked at; an archive of an area has a handful.
const ENTRIES: usize = 10_000;
const END: [u8; 4] = *b"PK\x05\x06";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";

/// A file in an archive.
#[derive(Debug)]
pub(crate) struct Entry {
    /// With its folders, separated by `/`.
    pub(crate) name: String,
    method: u16,
    packed: usize,
    unpacked: u64,
    at: usize,
    locked: bool,
}

pub(crate) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(&LOCAL) || bytes.starts_with(&END)
}

/// The files in an archive, without folders and what macOS adds.
pub(crate) fn entries(bytes: &[u8], budget: &Budget) -> Result<Vec<Entry>, Stop<VectorError>> {
    let broken = |words: &str| budget.damaged(format!("the archive has {words}"));
    // The end record is followed by a comment of at most 64 KiB.
    let from = bytes.len().saturating_sub(22 + 65_535);
    let found = bytes[from..].windows(4).rposition(|w| w == END).ok_or_else(|| broken("no end"))?;
    let end = from + found;
    let count = usize::from(number16(bytes, end + 10).ok_or_else(|| broken("no end"))?);
    let size = number32(bytes, end + 12).ok_or_else(|| broken("no end"))? as usize;
    // Something may stand before the archive, which moves all places by as much.
    let directory = end.checked_sub(size).ok_or_else(|| broken("no directory"))?;
    let said = number32(bytes, end + 16).ok_or_else(|| broken("no end"))? as usize;
    let moved = directory.checked_sub(said).ok_or_else(|| broken("a directory in the wrong place"))?;
    if count > ENTRIES {
        return Err(VectorError::too_large(budget.name, format!("more than {ENTRIES} files in the archive")).into());
    }
    let mut found = Vec::new();
    let mut at = directory;
    for _ in 0..count {
        let read = || -> Option<(Entry, usize)> {
            if bytes.get(at..at + 4)? != ENTRY {
                return None;
            }
            let (name, extra, comment) =
                (number16(bytes, at + 28)? as usize, number16(bytes, at + 30)? as usize, number16(bytes, at + 32)? as usize);
            let entry = Entry {
                name: letters::decode(bytes.get(at + 46..at + 46 + name)?, None).replace('\\', "/"),
                method: number16(bytes, at + 10)?,
                packed: number32(bytes, at + 20)? as usize,
                unpacked: u64::from(number32(bytes, at + 24)?),
                at: (number32(bytes, at + 42)? as usize).checked_add(moved)?,
                locked: number16(bytes, at + 8)? & 1 == 1,
            };
            Some((entry, at + 46 + name + extra + comment))
        };
        let (entry, next) = read().ok_or_else(|| broken("a broken directory"))?;
        at = next;
        let hidden = |part: &str| part == "__MACOSX" || part.starts_with("._");
        if !entry.name.ends_with('/') && !entry.name.split('/').any(hidden) {
            found.push(entry);
        }
    }
    Ok(found)
}

/// The bytes of a file. `room` is what may still be unpacked and becomes less.
pub(crate) fn unpack(bytes: &[u8], entry: &Entry, room: &mut u64, budget: &Budget) -> Result<Vec<u8>, Stop<VectorError>> {
    let inside = entry.name.rsplit('/').next().unwrap_or_default();
    let broken = |words: &str| budget.damaged(format!("{inside} in the archive {words}"));
    if entry.locked {
        return Err(broken("is locked with a password"));
    }
    if entry.unpacked > *room {
        return Err(too_much(budget));
    }
    let packed = || -> Option<&[u8]> {
        if bytes.get(entry.at..entry.at + 4)? != LOCAL {
            return None;
        }
        let skip = 30 + number16(bytes, entry.at + 26)? as usize + number16(bytes, entry.at + 28)? as usize;
        bytes.get(entry.at + skip..(entry.at + skip).checked_add(entry.packed)?)
    };
    let packed = packed().ok_or_else(|| broken("is cut off or lies elsewhere than said"))?;
    let mut out = Vec::new();
    match entry.method {
        0 => out.extend_from_slice(packed),
        8 => {
            let mut decoder = DeflateDecoder::new(packed);
            let mut piece = vec![0; 1 << 20];
            loop {
                budget.go_on()?;
                let count = decoder.read(&mut piece).map_err(|e| broken(&format!("cannot be unpacked ({e})")))?;
                if count == 0 {
                    break;
                }
                if (out.len() + count) as u64 > *room {
                    return Err(too_much(budget));
                }
                out.extend_from_slice(&piece[..count]);
            }
        }
        method => return Err(broken(&format!("is packed with method {method}, which is not known"))),
    }
    *room = room.saturating_sub(out.len() as u64);
    Ok(out)
}

fn too_much(budget: &Budget) -> Stop<VectorError> {
    VectorError::too_large(budget.name, format!("it unpacks to more than {} MiB", UNPACKED_BYTES >> 20)).into()
}

fn number16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
