//! Where the blocks of a TIFF or BigTIFF file lie, read from its header.
//!
//! Reads only bytes that are present and says which are missing, so that the caller fetches them and asks again. Values of *all* tags are
//! asked for, also of those that mean nothing here, because GDAL will read them from the same file.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use swath_domain::Window;

use super::file::Level;
use super::spans::Spans;

/// Why a header could not be read.
#[derive(Debug)]
pub(crate) enum Halt {
    /// These bytes are needed first.
    Missing(Range<u64>),
    /// It is no such file.
    Wrong(String),
    Io(std::io::Error),
}

/// The blocks of every resolution.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) levels: Vec<Level>,
    /// For each level its image and, where there are some, its masks.
    images: Vec<Vec<Image>>,
}

#[derive(Debug)]
struct Image {
    level: Level,
    kind: u64,
    offsets: Vec<u64>,
    counts: Vec<u64>,
}

/// The present bytes of a file.
pub(crate) struct Source<'a> {
    pub(crate) file: std::fs::File,
    pub(crate) length: u64,
    /// `None` when all are present.
    pub(crate) present: Option<&'a Spans>,
}

/// Values of a tag longer than this are no header of an image that can be worked with.
const LONGEST_VALUE: u64 = 64 << 20;
const MOST_IMAGES: usize = 256;
const REDUCED: u64 = 1;
const MASK: u64 = 4;

/// Whether a file begins as a TIFF or BigTIFF does; otherwise what it seems to be.
pub(crate) fn check_magic(start: &[u8]) -> Result<(), String> {
    match start {
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Ok(()),
        [0, 0, 0, 12, b'j', b'P', ..] | [0xff, 0x4f, 0xff, 0x51, ..] => Err("it is a JPEG 2000 file, not a TIFF".into()),
        _ if start.trim_ascii_start().starts_with(b"<") => Err("it is a web page or an XML message, not a TIFF".into()),
        _ if start.trim_ascii_start().starts_with(b"{") => Err("it is a JSON message, not a TIFF".into()),
        _ => Err("it does not begin as a TIFF does".into()),
    }
}

/// Reads the header.
pub(crate) fn layout(mut source: Source<'_>) -> Result<Layout, Halt> {
    let start = source.bytes(0, 8.min(source.length))?;
    check_magic(&start).map_err(Halt::Wrong)?;
    let little = start.first() == Some(&b'I');
    let big = start.get(if little { 2 } else { 3 }) == Some(&43);
    let order = Order { little, big };
    let mut next = if big { order.number(&source.bytes(8, 8)?) } else { order.number(start.get(4..8).unwrap_or_default()) };
    let mut images = Vec::new();
    let mut seen = Vec::new();
    while next != 0 {
        if seen.contains(&next) || seen.len() == MOST_IMAGES {
            return Err(Halt::Wrong("its directories form a circle".into()));
        }
        seen.push(next);
        let tags;
        (tags, next) = order.directory(&mut source, next)?;
        images.extend(Image::of(&tags, source.length)?);
    }
    Layout::of(images)
}

impl Layout {
    fn of(images: Vec<Image>) -> Result<Self, Halt> {
        let (masks, mut images): (Vec<_>, Vec<_>) = images.into_iter().partition(|image| image.kind & MASK != 0);
        let main = images.iter().position(|image| image.kind & REDUCED == 0).ok_or_else(|| Halt::Wrong("it holds no image".into()))?;
        let main = images.remove(main);
        // Further full images are other pages of the file, which GDAL does not show as bands.
        images
            .retain(|image| image.kind & REDUCED != 0 && image.level.width <= main.level.width && image.level.height <= main.level.height);
        images.sort_by_key(|image| std::cmp::Reverse((image.level.width, image.level.height)));
        images.insert(0, main);
        let mut layout =
            Self { levels: images.iter().map(|image| image.level).collect(), images: images.into_iter().map(|i| vec![i]).collect() };
        for mask in masks {
            let same = |level: &Level| (level.width, level.height) == (mask.level.width, mask.level.height);
            if let Some(at) = layout.levels.iter().position(same) {
                layout.images[at].push(mask);
            }
        }
        Ok(layout)
    }

    /// The bytes of the blocks under a window.
    pub(crate) fn ranges(&self, level: usize, window: Window, length: u64) -> Spans {
        let mut spans = Spans::default();
        for image in self.images.get(level).into_iter().flatten() {
            image.blocks(window, |offset, count| {
                // A cloud-optimised file keeps a block's size in the four bytes before it and repeats its end in the four after.
                spans.insert(offset.saturating_sub(4)..offset.saturating_add(count + 4).min(length));
            });
        }
        spans
    }
}

impl Image {
    /// `None` for a directory that holds no blocks.
    fn of(tags: &BTreeMap<u16, Vec<u64>>, length: u64) -> Result<Option<Self>, Halt> {
        let one = |tag: u16| tags.get(&tag).and_then(|values| values.first().copied());
        let list = |tiles: u16, strips: u16| tags.get(&tiles).or_else(|| tags.get(&strips)).cloned();
        let (Some(width), Some(height), Some(offsets)) = (one(256), one(257), list(324, 273)) else { return Ok(None) };
        let counts = list(325, 279).ok_or_else(|| Halt::Wrong("it does not say how long its blocks are".into()))?;
        let (block_width, block_height) = match (one(322), one(323)) {
            (Some(width), Some(height)) => (width, height),
            _ => (width, one(278).unwrap_or(height).min(height)),
        };
        let side = |value: u64| u32::try_from(value).ok().filter(|v| *v > 0).ok_or_else(|| Halt::Wrong("it has no pixels".into()));
        let level =
            Level { width: side(width)?, height: side(height)?, block_width: side(block_width)?, block_height: side(block_height)? };
        let planes = if one(284) == Some(2) { one(277).unwrap_or(1).max(1) } else { 1 };
        let image = Self { level, kind: one(254).unwrap_or(0), offsets, counts };
        let blocks = u64::from(image.across()) * u64::from(image.down()) * planes;
        if image.offsets.len() as u64 != blocks || image.counts.len() as u64 != blocks {
            return Err(Halt::Wrong("it does not list all of its blocks".into()));
        }
        let beyond = |(offset, count): (&u64, &u64)| *count > 0 && offset.checked_add(*count).is_none_or(|end| end > length);
        if image.offsets.iter().zip(&image.counts).any(beyond) {
            return Err(Halt::Wrong("its blocks lie beyond its end; it is cut off".into()));
        }
        Ok(Some(image))
    }

    fn across(&self) -> u32 {
        self.level.width.div_ceil(self.level.block_width)
    }

    fn down(&self) -> u32 {
        self.level.height.div_ceil(self.level.block_height)
    }

    fn blocks(&self, window: Window, mut found: impl FnMut(u64, u64)) {
        let span = |from: u32, length: u32, block: u32, most: u32| {
            let end = from.saturating_add(length).div_ceil(block).min(most);
            (from / block).min(end)..end
        };
        let columns = span(window.x, window.width, self.level.block_width, self.across());
        let rows = span(window.y, window.height, self.level.block_height, self.down());
        let plane = self.across() as usize * self.down() as usize;
        for first in (0..self.offsets.len()).step_by(plane) {
            for row in rows.clone() {
                for column in columns.clone() {
                    let at = first + row as usize * self.across() as usize + column as usize;
                    if let (Some(&offset), Some(&count)) = (self.offsets.get(at), self.counts.get(at))
                        && offset > 0
                        && count > 0
                    {
                        found(offset, count);
                    }
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Order {
    little: bool,
    big: bool,
}

impl Order {
    fn number(self, bytes: &[u8]) -> u64 {
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        if self.little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) }
    }

    /// The tags of a directory with whole numbers as values, and where the next directory lies.
    fn directory(self, source: &mut Source<'_>, at: u64) -> Result<(BTreeMap<u16, Vec<u64>>, u64), Halt> {
        let (counter, entry, inline) = if self.big { (8, 20, 8) } else { (2, 12, 4) };
        let entries = self.number(&source.bytes(at, counter)?);
        let size = entries.checked_mul(entry).filter(|size| *size <= LONGEST_VALUE).ok_or_else(too_long)?;
        let table = source.bytes(at.saturating_add(counter), size + inline)?;
        let mut tags = BTreeMap::new();
        for line in table.chunks_exact(entry as usize).take(entries as usize) {
            let (head, value) = line.split_at(line.len() - inline as usize);
            let (tag, kind, count) = (self.number(&head[..2]), self.number(&head[2..4]), self.number(&head[4..]));
            let Some(each) = size_of(kind) else { continue };
            let bytes = count.checked_mul(each).filter(|bytes| *bytes <= LONGEST_VALUE).ok_or_else(too_long)?;
            let values = if bytes <= inline { value[..bytes as usize].to_vec() } else { source.bytes(self.number(value), bytes)? };
            if matches!(kind, 3 | 4 | 16) {
                tags.insert(tag as u16, values.chunks_exact(each as usize).map(|v| self.number(v)).collect());
            }
        }
        Ok((tags, self.number(&table[size as usize..])))
    }
}

fn too_long() -> Halt {
    Halt::Wrong("its header is damaged".into())
}

fn size_of(kind: u64) -> Option<u64> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 | 16 | 17 | 18 => Some(8),
        _ => None,
    }
}

impl Source<'_> {
    fn bytes(&mut self, at: u64, count: u64) -> Result<Vec<u8>, Halt> {
        let end = at.checked_add(count).filter(|end| *end <= self.length);
        let end = end.ok_or_else(|| Halt::Wrong("its header points beyond its end; it is cut off".into()))?;
        if self.present.is_some_and(|present| !present.contains(at..end)) {
            return Err(Halt::Missing(at..end));
        }
        let mut bytes = vec![0; count as usize];
        self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.read_exact(&mut bytes)).map_err(Halt::Io)?;
        Ok(bytes)
    }
}
