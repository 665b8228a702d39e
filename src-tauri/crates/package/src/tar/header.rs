//! One header of a tar, in the forms of POSIX and GNU.

use std::path::Path;

use crate::PackageError;
use crate::names::shown;

/// What follows a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    File,
    Folder,
    Link,
    Device,
    Extension(Words),
}

/// What an extended header holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// The whole name of the next file, by GNU.
    Name,
    /// `length key=value` lines for the next file, by POSIX.
    Lines,
    /// What need not be known: a target of a link (which is refused for being one), or lines for all files.
    Other,
}

#[derive(Debug)]
pub(super) struct Header {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) kind: Type,
}

/// Whether a block is a header: it holds its own sum.
pub(crate) fn is_header(block: &[u8]) -> bool {
    let said = block.get(148..156).and_then(number);
    let own = |at: usize| (148..156).contains(&at);
    let byte = |(at, byte): (usize, &u8)| if own(at) { b' ' } else { *byte };
    let sum: u64 = block.iter().enumerate().map(byte).map(u64::from).sum();
    // Old writers added the bytes as signed numbers.
    let signed: i64 = block.iter().enumerate().map(byte).map(|b| i64::from(b as i8)).sum();
    said.is_some_and(|said| said == sum || i64::try_from(said) == Ok(signed))
}

impl Header {
    pub(super) fn read(path: &Path, block: &[u8; 512]) -> Result<Self, PackageError> {
        if !is_header(block) {
            return Err(PackageError::damaged(path, "one of its headers is broken, or it is cut off before"));
        }
        let (short, magic) = (text(path, &block[..100])?, &block[257..263]);
        // GNU's own form keeps other things where POSIX has the folder.
        let folder = if magic == b"ustar\0" { text(path, &block[345..500])? } else { "" };
        let name = if folder.is_empty() { short.to_owned() } else { format!("{folder}/{short}") };
        let kind = match block[156] {
            b'0' | 0 | b'7' => Type::File,
            b'5' => Type::Folder,
            b'1' | b'2' => Type::Link,
            b'3' | b'4' | b'6' => Type::Device,
            b'L' => Type::Extension(Words::Name),
            b'x' => Type::Extension(Words::Lines),
            b'K' | b'g' | b'V' => Type::Extension(Words::Other),
            other => {
                let what =
                    format!("{} is kept in a way (`{}`) that is not known; unpack it with another program", shown(&name), other as char);
                return Err(PackageError::unsupported(path, what));
            }
        };
        let bytes =
            number(&block[124..136]).ok_or_else(|| PackageError::damaged(path, format!("the length of {} is broken", shown(&name))))?;
        Ok(Self { name, bytes, kind })
    }
}

/// What extended headers say about the next file.
#[derive(Debug, Default)]
pub(super) struct Extension {
    pub(super) name: Option<String>,
    pub(super) bytes: Option<u64>,
}

impl Extension {
    pub(super) fn add(&mut self, path: &Path, kind: Words, words: &[u8]) -> Result<(), PackageError> {
        match kind {
            Words::Other => {}
            Words::Name => self.name = Some(text(path, words)?.to_owned()),
            Words::Lines => {
                let broken = || PackageError::damaged(path, "one of its extended headers is broken");
                let mut rest = words;
                while !rest.is_empty() {
                    let blank = rest.iter().position(|b| *b == b' ').ok_or_else(broken)?;
                    let length: usize = std::str::from_utf8(&rest[..blank]).ok().and_then(|n| n.parse().ok()).ok_or_else(broken)?;
                    let line = rest.get(blank + 1..length).and_then(|line| line.strip_suffix(b"\n")).ok_or_else(broken)?;
                    self.line(path, line)?;
                    rest = &rest[length..];
                }
            }
        }
        Ok(())
    }

    fn line(&mut self, path: &Path, line: &[u8]) -> Result<(), PackageError> {
        let broken = || PackageError::damaged(path, "one of its extended headers is broken");
        let at = line.iter().position(|b| *b == b'=').ok_or_else(broken)?;
        let (key, value) = (&line[..at], &line[at + 1..]);
        if key == b"path" {
            self.name = Some(std::str::from_utf8(value).map_err(|_| broken())?.to_owned());
        } else if key == b"size" {
            self.bytes = Some(std::str::from_utf8(value).ok().and_then(|n| n.parse().ok()).ok_or_else(broken)?);
        } else if key.starts_with(b"GNU.sparse") {
            return Err(PackageError::unsupported(path, "it keeps files with holes in a way of its own; unpack it with another program"));
        }
        Ok(())
    }
}

/// Text up to the first zero.
fn text<'a>(path: &Path, field: &'a [u8]) -> Result<&'a str, PackageError> {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    std::str::from_utf8(&field[..end]).map_err(|_| PackageError::harmful(path, "a name in it is no text"))
}

/// A number in octal digits, or in binary where its first bit is set (as GNU writes what is too long for the digits).
fn number(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|first| first & 0x80 != 0) {
        // All bits before the last 64 have to be 0, but for the one that says so; the next one would be the sign.
        let (high, low) = field.split_last_chunk::<8>()?;
        let small = matches!(high, [0x80, zeros @ ..] if zeros.iter().all(|byte| *byte == 0));
        return small.then(|| u64::from_be_bytes(*low));
    }
    let digits = std::str::from_utf8(field).ok()?.trim_matches(|c| c == ' ' || c == '\0');
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}
