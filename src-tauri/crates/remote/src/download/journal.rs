//! What is written beside a part: of which file it is, and which pieces of it have arrived.
//!
//! Text, only ever added to. A line of JSON says which file and version this is; a later one takes its place. Each line `start end crc32` is a
//! piece (the number in hexadecimal). Nothing is flushed piece by piece: on opening, every piece is read again and its number compared, so
//! neither a kill nor a power cut can make a line promise what is not there. A line that was cut off counts for nothing.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use swath_domain::Checksum;

use super::key::Key;
use crate::at::read_at;
use crate::ranges::spans::Spans;

const FORMAT: u32 = 1;
/// Many times what the journal of the longest file has.
const LONGEST: u64 = 256 << 20;

/// Which version of a remote file this is, as far as its server says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) length: Option<u64>,
    pub(super) etag: Option<String>,
    pub(super) modified: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    swath_download: u32,
    /// For people; without a query.
    href: String,
    id: String,
    #[serde(flatten)]
    version: Version,
    checksum: Option<Checksum>,
}

impl Version {
    /// Whether an answer of this version goes on with what came of the other. What either does not say does not count.
    pub(super) fn is_same(&self, other: &Version) -> bool {
        let differ = |one: &Option<String>, two: &Option<String>| matches!((one, two), (Some(one), Some(two)) if plain(one) != plain(two));
        let lengths = matches!((self.length, other.length), (Some(one), Some(two)) if one != two);
        let tagged = self.etag.is_some() && other.etag.is_some();
        !lengths && if tagged { !differ(&self.etag, &other.etag) } else { !differ(&self.modified, &other.modified) }
    }

    /// What a request has to name so that it is answered with a part of this version only.
    pub(super) fn condition(&self) -> Option<&str> {
        self.etag.as_deref().filter(|tag| !tag.starts_with("W/")).or(self.modified.as_deref().filter(|_| self.etag.is_none()))
    }
}

/// Servers behind one name differ in whether they call a tag weak.
fn plain(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// The line that says which file and version follows.
pub(super) fn head(key: &Key, version: &Version) -> std::io::Result<String> {
    let Key { href, id, checksum, .. } = key.clone();
    let mut line = serde_json::to_string(&Head { swath_download: FORMAT, href, id, version: version.clone(), checksum })?;
    line.push('\n');
    Ok(line)
}

/// The line of a piece.
pub(super) fn line(range: &Range<u64>, crc: u32) -> String {
    format!("{} {} {crc:08x}\n", range.start, range.end)
}

/// Which pieces of a part are there and right; `None` when there is nothing of this file. Cuts off what was not written to its end, so that
/// what is added begins on a line of its own.
pub(super) fn read(journal: &mut File, part: &File, key: &Key, given_up: &AtomicBool) -> std::io::Result<Option<(Version, Spans)>> {
    let mut bytes = Vec::new();
    journal.seek(SeekFrom::Start(0))?;
    Read::take(&mut *journal, LONGEST).read_to_end(&mut bytes)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    if whole < bytes.len() {
        journal.set_len(whole as u64)?;
    }
    let lines = || bytes[..whole].split(|byte| *byte == b'\n');
    let Some(head) = lines().filter_map(|line| serde_json::from_slice::<Head>(line).ok()).next_back() else { return Ok(None) };
    let same_file = head.id == key.id;
    let same_bytes = head.checksum.is_some() && head.checksum == key.checksum;
    if head.swath_download != FORMAT || !(same_file || same_bytes) {
        return Ok(None);
    }
    // What another server calls its version means nothing to this one.
    let version = if same_file { head.version } else { Version { length: head.version.length, ..Version::default() } };
    let mut present = Spans::default();
    let length = part.metadata()?.len();
    let mut buffer = Vec::new();
    for (range, crc) in lines().filter_map(piece) {
        if given_up.load(Ordering::Relaxed) {
            break;
        }
        let fits = range.end <= length && version.length.is_none_or(|length| range.end <= length);
        if fits && !present.contains(range.clone()) && checked(part, &range, &mut buffer)? == crc {
            present.insert(range);
        }
    }
    Ok(Some((version, present)))
}

fn piece(line: &[u8]) -> Option<(Range<u64>, u32)> {
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    let range = words.next()?.parse().ok()?..words.next()?.parse().ok()?;
    let crc = u32::from_str_radix(words.next()?, 16).ok()?;
    (range.start < range.end && words.next().is_none()).then_some((range, crc))
}

fn checked(part: &File, range: &Range<u64>, buffer: &mut Vec<u8>) -> std::io::Result<u32> {
    const MOST: u64 = 1 << 20;
    let mut crc = crc32fast::Hasher::new();
    let mut at = range.start;
    while at < range.end {
        let count = (range.end - at).min(MOST);
        buffer.resize(count as usize, 0);
        read_at(part, at, buffer)?;
        crc.update(buffer);
        at += count;
    }
    Ok(crc.finalize())
}
