//! A small reader of tiled GeoTIFFs that shares no code with the program: what a product holds is checked by other means than those that
//! wrote it. Reads classic and big TIFF, little-endian, uncompressed or deflate, with or without the horizontal predictor.

use std::collections::BTreeMap;
use std::io::Read;

/// A file and its directories, one for each resolution.
#[derive(Debug)]
pub struct Tiff {
    bytes: Vec<u8>,
    /// The full resolution, then overviews from large to small.
    pub levels: Vec<Level>,
}

/// One resolution.
#[derive(Debug, Clone)]
pub struct Level {
    tags: BTreeMap<u16, Vec<u64>>,
    texts: BTreeMap<u16, String>,
    doubles: BTreeMap<u16, Vec<f64>>,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Columns and rows of a block.
    pub block: (usize, usize),
}

const WIDTH: u16 = 256;
const HEIGHT: u16 = 257;
const BITS: u16 = 258;
const COMPRESSION: u16 = 259;
const SAMPLES: u16 = 277;
const PLANAR: u16 = 284;
const PREDICTOR: u16 = 317;
const TILE: (u16, u16) = (322, 323);
const OFFSETS: u16 = 324;
const COUNTS: u16 = 325;
const PIXEL_SCALE: u16 = 33550;
const TIE_POINT: u16 = 33922;
const GDAL_METADATA: u16 = 42112;
const GDAL_NODATA: u16 = 42113;

impl Tiff {
    /// Reads the directories; panics with what is wrong when it is no such file.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        assert_eq!(&bytes[..2], b"II", "a little-endian TIFF");
        let big = number(&bytes, 2, 2) == 43;
        let mut next = if big { number(&bytes, 8, 8) } else { number(&bytes, 4, 4) };
        let mut levels = Vec::new();
        while next != 0 {
            let (level, after) = directory(&bytes, next as usize, big);
            // Masks of transparency are no resolution.
            if level.first(254).unwrap_or(0) & 4 == 0 {
                levels.push(level);
            }
            next = after;
        }
        assert!(!levels.is_empty(), "a TIFF with an image");
        Self { bytes, levels }
    }

    /// Number of bands.
    pub fn bands(&self) -> usize {
        self.levels[0].first(SAMPLES).unwrap_or(1) as usize
    }

    /// The number that means no data, as GDAL writes it.
    pub fn nodata(&self) -> Option<&str> {
        self.levels[0].texts.get(&GDAL_NODATA).map(|text| text.trim())
    }

    /// GDAL's metadata as XML: descriptions, scales and items.
    pub fn metadata(&self) -> &str {
        self.levels[0].texts.get(&GDAL_METADATA).map_or("", String::as_str)
    }

    /// Upper left corner and pixel size.
    pub fn place(&self) -> (f64, f64, f64) {
        let level = &self.levels[0];
        let (scale, tie) = (&level.doubles[&PIXEL_SCALE], &level.doubles[&TIE_POINT]);
        (tie[3], tie[4], scale[0])
    }

    /// First byte of a block and the one after its last; `None` when the file leaves it out.
    pub fn block_bytes(&self, level: usize, block: usize) -> Option<(u64, u64)> {
        let level = &self.levels[level];
        let (offset, count) = (level.tags[&OFFSETS][block], level.tags[&COUNTS][block]);
        (count > 0).then_some((offset, offset + count))
    }

    /// All pixels of a band (from 0) of the full resolution, row by row.
    pub fn pixels(&self, band: usize) -> Vec<u16> {
        self.pixels_of(0, band)
    }

    /// All pixels of a band (from 0) of a resolution, row by row.
    pub fn pixels_of(&self, number: usize, band: usize) -> Vec<u16> {
        let level = &self.levels[number];
        let samples = level.first(SAMPLES).unwrap_or(1) as usize;
        let separate = level.first(PLANAR) == Some(2);
        let (across, down) = level.blocks();
        let (block_width, block_height) = level.block;
        let mut pixels = vec![0; level.width * level.height];
        let (lanes, lane, first) = if separate { (1, 0, band * across * down) } else { (samples, band, 0) };
        for index in 0..across * down {
            let Some((from, to)) = self.block_bytes(number, first + index) else { continue };
            let values = level.decode(&self.bytes[from as usize..to as usize], lanes);
            let (left, top) = (index % across * block_width, index / across * block_height);
            for row in 0..block_height.min(level.height - top) {
                for column in 0..block_width.min(level.width - left) {
                    pixels[(top + row) * level.width + left + column] = values[(row * block_width + column) * lanes + lane];
                }
            }
        }
        pixels
    }
}

impl Level {
    /// Blocks across and down.
    pub fn blocks(&self) -> (usize, usize) {
        (self.width.div_ceil(self.block.0), self.height.div_ceil(self.block.1))
    }

    fn first(&self, tag: u16) -> Option<u64> {
        self.tags.get(&tag)?.first().copied()
    }

    fn decode(&self, bytes: &[u8], lanes: usize) -> Vec<u16> {
        let raw = match self.first(COMPRESSION).unwrap_or(1) {
            1 => bytes.to_vec(),
            8 | 32946 => {
                let mut raw = Vec::new();
                flate2::read::ZlibDecoder::new(bytes).read_to_end(&mut raw).expect("a whole block");
                raw
            }
            other => panic!("compression {other} is not read here"),
        };
        let mut values: Vec<u16> = match self.first(BITS).unwrap_or(1) {
            8 => raw.iter().map(|byte| u16::from(*byte)).collect(),
            16 => raw.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect(),
            other => panic!("{other} bits are not read here"),
        };
        if self.first(PREDICTOR) == Some(2) {
            let most = if self.first(BITS) == Some(8) { 0xff } else { 0xffff };
            for row in values.chunks_exact_mut(self.block.0 * lanes) {
                for at in lanes..row.len() {
                    row[at] = row[at].wrapping_add(row[at - lanes]) & most;
                }
            }
        }
        values
    }
}

fn number(bytes: &[u8], at: usize, size: usize) -> u64 {
    bytes[at..at + size].iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// One directory, and where the next one is.
fn directory(bytes: &[u8], at: usize, big: bool) -> (Level, u64) {
    let (count_size, entry, word) = if big { (8, 20, 8) } else { (2, 12, 4) };
    let entries = number(bytes, at, count_size) as usize;
    let (mut tags, mut texts, mut doubles) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for index in 0..entries {
        let here = at + count_size + index * entry;
        let (tag, kind, count) = (number(bytes, here, 2) as u16, number(bytes, here + 2, 2), number(bytes, here + 4, word) as usize);
        let size = match kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            _ => 8,
        };
        let inline = here + 4 + word;
        let from = if size * count <= word { inline } else { number(bytes, inline, word) as usize };
        match kind {
            2 => {
                texts.insert(tag, String::from_utf8_lossy(&bytes[from..from + count]).trim_end_matches('\0').to_owned());
            }
            12 => {
                doubles.insert(tag, (0..count).map(|i| f64::from_bits(number(bytes, from + i * 8, 8))).collect());
            }
            _ => {
                tags.insert(tag, (0..count).map(|i| number(bytes, from + i * size, size)).collect());
            }
        }
    }
    let of = |tag: u16| tags.get(&tag).and_then(|values: &Vec<u64>| values.first()).copied().unwrap_or(0) as usize;
    let (width, height, block) = (of(WIDTH), of(HEIGHT), (of(TILE.0), of(TILE.1)));
    assert!(block.0 > 0 && block.1 > 0, "a tiled TIFF");
    (Level { tags, texts, doubles, width, height, block }, number(bytes, at + count_size + entries * entry, word))
}
