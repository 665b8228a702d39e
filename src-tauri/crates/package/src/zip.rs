//! Zip: the directory at its end, and the members that it points to.
//!
//! What the directory says is believed only where the members agree, and members may neither overlap nor bear the same name: most tricks
//! that are played with zips live from readers that look at one of the two.

mod directory;

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use flate2::bufread::DeflateDecoder;
use swath_domain::{Monitor, Stop};

use crate::names::{Kind, shown};
use crate::walk::{Along, Met, PIECE, fill, on, open};
use crate::{Member, PackageError};
pub(crate) use directory::{Entry, Method, read as directory};

const LOCAL: u32 = 0x0403_4b50;

/// The files in it, by its directory.
pub(crate) fn members(path: &Path) -> Result<Vec<Member>, PackageError> {
    let files = directory(path)?.into_iter().filter(|entry| entry.kind == Kind::File);
    Ok(files.map(|entry| Member { name: entry.path, bytes: entry.unpacked }).collect())
}

/// Goes through all members as they lie one after another, unpacks them, and compares lengths and CRCs.
pub(crate) fn walk(path: &Path, monitor: &dyn Monitor, along: &mut Along) -> Result<(), Stop<PackageError>> {
    let mut entries = directory(path)?;
    entries.sort_by_key(|entry| entry.at);
    let mut file = BufReader::with_capacity(PIECE, open(path)?);
    let mut piece = vec![0; PIECE];
    let mut free_from = 0;
    for entry in &entries {
        on(monitor, 0)?;
        if entry.at < free_from {
            return Err(PackageError::harmful(path, format!("{} lies over another file in it", shown(&entry.path))).into());
        }
        free_from = content_of(path, &mut file, entry)? + entry.packed;
        if entry.kind == Kind::Folder {
            if !entry.path.is_empty() {
                along(Met::Folder(&entry.path))?;
            }
            continue;
        }
        along(Met::File(&entry.path, entry.unpacked))?;
        unpack(path, &mut file, entry, &mut piece, monitor, along)?;
        along(Met::End)?;
    }
    Ok(())
}

/// Goes to where the bytes of a member begin, after a look at the header before them.
fn content_of(path: &Path, file: &mut BufReader<File>, entry: &Entry) -> Result<u64, PackageError> {
    let cut = |e| PackageError::damaged(path, format!("{} is cut off or lies elsewhere than said ({e})", shown(&entry.path)));
    let here = file.stream_position().map_err(cut)?;
    // A short way is taken inside the buffer.
    file.seek_relative(entry.at as i64 - here as i64).map_err(cut)?;
    let mut header = [0; 30];
    file.read_exact(&mut header).map_err(cut)?;
    let number16 = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    if header[..4] != LOCAL.to_le_bytes() {
        return Err(PackageError::damaged(path, format!("{} does not begin where the directory says", shown(&entry.path))));
    }
    let (name, extra) = (usize::from(number16(26)), usize::from(number16(28)));
    let mut own = vec![0; name];
    file.read_exact(&mut own).map_err(cut)?;
    if own != entry.raw_name {
        return Err(PackageError::harmful(path, format!("{} is called otherwise at its own place in it", shown(&entry.path))));
    }
    if number16(8) != entry.method as u16 {
        return Err(PackageError::damaged(path, format!("{} is packed otherwise than the directory says", shown(&entry.path))));
    }
    file.seek_relative(extra as i64).map_err(cut)?;
    Ok(entry.at + 30 + name as u64 + extra as u64)
}

fn unpack(
    path: &Path,
    file: &mut BufReader<File>,
    entry: &Entry,
    piece: &mut [u8],
    monitor: &dyn Monitor,
    along: &mut Along,
) -> Result<(), Stop<PackageError>> {
    let broken = |what: &str| PackageError::damaged(path, format!("{} {what}", shown(&entry.path)));
    // Restored by value, so that `file` stands behind the member when it is over.
    let mut packed = file.by_ref().take(entry.packed);
    let mut crc = crc32fast::Hasher::new();
    let mut seen = 0;
    let mut take = |count: usize, piece: &[u8]| -> Result<(), Stop<PackageError>> {
        seen += count as u64;
        if seen > entry.unpacked {
            return Err(broken("unpacks to more than it says").into());
        }
        crc.update(piece);
        along(Met::Bytes(piece))?;
        on(monitor, count)
    };
    match entry.method {
        Method::Stored => loop {
            let count = fill(&mut packed, piece).map_err(|e| PackageError::read(path, &e))?;
            if count == 0 {
                break;
            }
            take(count, &piece[..count])?;
        },
        Method::Deflated => {
            let mut decoder = DeflateDecoder::new(&mut packed);
            loop {
                let count = fill(&mut decoder, piece).map_err(|e| broken(&format!("cannot be unpacked ({e})")))?;
                if count == 0 {
                    break;
                }
                take(count, &piece[..count])?;
            }
            if decoder.total_in() != entry.packed {
                return Err(broken("ends before its packed bytes do").into());
            }
        }
    }
    if seen != entry.unpacked {
        return Err(broken(&format!("has {seen} bytes instead of {}", entry.unpacked)).into());
    }
    if crc.finalize() != entry.crc {
        return Err(broken("is not what was packed (its CRC differs)").into());
    }
    Ok(())
}
