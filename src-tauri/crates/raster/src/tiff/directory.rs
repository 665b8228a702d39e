//! Directories of a TIFF or BigTIFF file: tags with their values.

use std::collections::BTreeMap;
use std::fs::File;

/// The values of a tag, as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) kind: u16,
    pub(crate) count: u64,
    pub(crate) bytes: Vec<u8>,
}

/// The tags of the first directory.
pub(crate) struct Directory {
    pub(crate) tags: BTreeMap<u16, Tag>,
    pub(crate) little: bool,
}

/// Most headers of cloud-optimised files are shorter; what lies beyond is read where it lies.
const START: usize = 8 << 10;
/// Larger values are no header of a file that can be worked with.
const LONGEST: u64 = 64 << 20;

impl Directory {
    /// `None` when the file is no TIFF or ends too early.
    pub(crate) fn read(file: &File) -> Option<Self> {
        let mut start = vec![0; START];
        let length = read_some(file, &mut start)?;
        start.truncate(length);
        let source = Bytes { file, start };
        let (little, big) = match source.at(0, 4)?.as_slice() {
            [b'I', b'I', 42, 0] => (true, false),
            [b'I', b'I', 43, 0] => (true, true),
            [b'M', b'M', 0, 42] => (false, false),
            [b'M', b'M', 0, 43] => (false, true),
            _ => return None,
        };
        let (pointer, counter, word) = if big { (8, 8, 8) } else { (4, 2, 4) };
        let number = |bytes: &[u8]| number(bytes, little);
        let at = number(&source.at(pointer, word)?);
        let entries = number(&source.at(at, counter)?).min(4096);
        let table = source.at(at.checked_add(counter)?, entries * (4 + 2 * word))?;
        let mut tags = BTreeMap::new();
        for entry in table.chunks_exact(4 + 2 * word as usize) {
            let (head, value) = entry.split_at(4 + word as usize);
            let (kind, count) = (number(&head[2..4]) as u16, number(&head[4..]));
            let Some(size) = size_of(kind) else { continue };
            let length = count.checked_mul(size).filter(|length| *length <= LONGEST)?;
            let bytes = if length <= word { value[..length as usize].to_vec() } else { source.at(number(value), length)? };
            tags.insert(number(&head[..2]) as u16, Tag { kind, count, bytes });
        }
        Some(Self { tags, little })
    }

    /// The whole numbers of a tag.
    pub(crate) fn whole(&self, tag: u16) -> Option<Vec<u64>> {
        let tag = self.tags.get(&tag).filter(|tag| matches!(tag.kind, 3 | 4 | 16))?;
        Some(self.numbers(tag).collect())
    }

    /// The real numbers of a tag, of 64 bit.
    pub(crate) fn real(&self, tag: u16) -> Option<Vec<f64>> {
        let tag = self.tags.get(&tag).filter(|tag| tag.kind == 12)?;
        Some(self.numbers(tag).map(f64::from_bits).collect())
    }

    fn numbers(&self, tag: &Tag) -> impl Iterator<Item = u64> {
        let size = size_of(tag.kind).unwrap_or(1) as usize;
        tag.bytes.chunks_exact(size).map(|value| number(value, self.little))
    }
}

fn number(bytes: &[u8], little: bool) -> u64 {
    let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    if little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) }
}

fn size_of(kind: u16) -> Option<u64> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 | 16 | 17 | 18 => Some(8),
        _ => None,
    }
}

struct Bytes<'a> {
    file: &'a File,
    start: Vec<u8>,
}

impl Bytes<'_> {
    fn at(&self, offset: u64, length: u64) -> Option<Vec<u8>> {
        let (from, length) = (usize::try_from(offset).ok()?, usize::try_from(length).ok()?);
        if let Some(bytes) = self.start.get(from..from.checked_add(length)?) {
            return Some(bytes.to_vec());
        }
        let mut bytes = vec![0; length];
        read_at(self.file, offset, &mut bytes).ok()?;
        Some(bytes)
    }
}

/// Reads what there is at the beginning.
fn read_some(mut file: &File, bytes: &mut [u8]) -> Option<usize> {
    use std::io::Read;
    let mut length = 0;
    while length < bytes.len() {
        match file.read(&mut bytes[length..]).ok()? {
            0 => break,
            count => length += count,
        }
    }
    Some(length)
}

/// Fills `bytes` from `offset` on. The file's own position does not matter (and, on Windows, moves).
pub(crate) fn read_at(file: &File, offset: u64, bytes: &mut [u8]) -> std::io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset);
    #[cfg(windows)]
    {
        let mut done = 0;
        while done < bytes.len() {
            match std::os::windows::fs::FileExt::seek_read(file, &mut bytes[done..], offset + done as u64)? {
                0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
                count => done += count,
            }
        }
        Ok(())
    }
}

/// Writes `bytes` from `offset` on.
pub(crate) fn write_at(file: &File, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::write_all_at(file, bytes, offset);
    #[cfg(windows)]
    {
        let mut done = 0;
        while done < bytes.len() {
            done += std::os::windows::fs::FileExt::seek_write(file, &bytes[done..], offset + done as u64)?;
        }
        Ok(())
    }
}
