//! The file of a product: header, directories, and the tiles from the coarsest overview to the full resolution.
//!
//! What a directory says about the place on Earth and in metadata is GDAL's: it writes them into a small file of its own, from which they are
//! taken over. So they are what every program that uses GDAL expects.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use gdal::cpl::CslStringList;
use gdal::errors::GdalError;
use gdal::{DriverManager, Metadata};
use swath_domain::{Compression, Grid, Stop};

use super::pack::{Level, Packed};
use super::statistics::Tally;
use super::{BLOCK, Spec};
use crate::canvas::with_ending;
use crate::tiff::{Directory, Tag, read_at};
use crate::{RasterError, ffi, memory};

/// What the layout promises to readers, in the words that GDAL knows.
const PROMISE: &str = "GDAL_STRUCTURAL_METADATA_SIZE=000140 bytes\nLAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\nBLOCK_LEADER=SIZE_AS_UINT4\n\
    BLOCK_TRAILER=LAST_4_BYTES_REPEATED\nKNOWN_INCOMPATIBLE_EDITION=NO\n ";
/// Tags that are taken over from GDAL's file: texts, place, metadata; of overviews only the number for no data.
const TAKEN: [u16; 10] = [270, 305, 33_550, 33_922, 34_264, 34_735, 34_736, 34_737, 42_112, NODATA];
const NODATA: u16 = 42_113;
/// Beyond this size offsets of 32 bit do not suffice.
const CLASSIC: u64 = 0xFFF0_0000;

const SHORT: u16 = 3;
const LONG: u16 = 4;
const LONG8: u16 = 16;

/// Writes the file. `progress` is told the share done and answers whether to go on.
pub(super) fn write(
    grid: &Grid,
    spec: &Spec,
    packed: &Packed,
    path: &Path,
    progress: &mut dyn FnMut(f64) -> bool,
) -> Result<(), Stop<RasterError>> {
    let taken = taken(grid, spec, &packed.tallies, path).map_err(Stop::Failed)?;
    let io = |e: io::Error| Stop::Failed(RasterError::io(path, &e));
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path).map_err(io)?);
    let (head, total) = head(spec, packed, &taken);
    file.write_all(&head).map_err(io)?;
    let (mut done, mut bytes) = (0u64, Vec::new());
    for tiles in packed.tiles.iter().rev() {
        for tile in tiles {
            bytes.resize(tile.length, 0);
            read_at(packed.scratch, tile.offset, &mut bytes).map_err(io)?;
            let last: [u8; 4] = std::array::from_fn(|i| bytes.get((bytes.len() + i).wrapping_sub(4)).copied().unwrap_or(0));
            file.write_all(&(bytes.len() as u32).to_le_bytes()).map_err(io)?;
            file.write_all(&bytes).map_err(io)?;
            file.write_all(&last).map_err(io)?;
            done += bytes.len() as u64;
            if !progress(done as f64 / total as f64) {
                return Err(Stop::Cancelled);
            }
        }
    }
    file.flush().map_err(io)
}

/// Everything before the first tile, and the bytes of all tiles.
fn head(spec: &Spec, packed: &Packed, taken: &[(u16, Tag)]) -> (Vec<u8>, u64) {
    let total: u64 = packed.tiles.iter().flatten().map(|tile| tile.length as u64).sum();
    let count: u64 = packed.tiles.iter().flatten().count() as u64;
    let big = total + count * 32 + (1 << 20) > CLASSIC;
    let first = (if big { 16 } else { 8 } + PROMISE.len()).next_multiple_of(16);
    let directories = |starts: &[u64]| -> Vec<u8> {
        let mut bytes = vec![0; first];
        for (index, (level, tiles)) in packed.levels.iter().zip(&packed.tiles).enumerate() {
            let mut at = starts[index];
            let counts: Vec<u64> = tiles.iter().map(|tile| tile.length as u64).collect();
            let place = |count: &u64| {
                at += count + 8;
                at - count - 4
            };
            let offsets: Vec<u64> = counts.iter().map(place).collect();
            let tags = tags(spec, level, index > 0, taken, (offsets, counts), big);
            directory(&mut bytes, &tags, big, index + 1 == packed.levels.len());
        }
        bytes
    };
    // The length of the directories does not depend on what they point to.
    let levels = packed.levels.len();
    let mut at = directories(&vec![0; levels]).len() as u64;
    let mut starts = vec![0; levels];
    for (start, tiles) in starts.iter_mut().zip(&packed.tiles).rev() {
        *start = at;
        at += tiles.iter().map(|tile| tile.length as u64 + 8).sum::<u64>();
    }
    let mut bytes = directories(&starts);
    let begin: &[u8] = if big { &[b'I', b'I', 43, 0, 8, 0, 0, 0] } else { &[b'I', b'I', 42, 0] };
    bytes[..begin.len()].copy_from_slice(begin);
    let pointer = (first as u64).to_le_bytes();
    let word = if big { 8 } else { 4 };
    bytes[begin.len()..begin.len() + word].copy_from_slice(&pointer[..word]);
    bytes[begin.len() + word..][..PROMISE.len()].copy_from_slice(PROMISE.as_bytes());
    (bytes, total)
}

/// The tags of a level, in the order of their numbers.
fn tags(
    spec: &Spec,
    level: &Level,
    overview: bool,
    taken: &[(u16, Tag)],
    (offsets, counts): (Vec<u64>, Vec<u64>),
    big: bool,
) -> Vec<(u16, Tag)> {
    let bands = spec.layers.len() as u64;
    let each = |value: u64| vec![value; bands as usize];
    let place = if big { LONG8 } else { LONG };
    let compression = match spec.compression {
        Compression::Deflate => 8,
        Compression::Zstd => 50_000,
    };
    let mut tags = vec![
        (254, numbers(LONG, &[u64::from(overview)])),
        (256, numbers(LONG, &[level.width.into()])),
        (257, numbers(LONG, &[level.height.into()])),
        (258, numbers(SHORT, &each(16))),
        (259, numbers(SHORT, &[compression])),
        (262, numbers(SHORT, &[1])),
        (277, numbers(SHORT, &[bands])),
        (284, numbers(SHORT, &[1])),
        (317, numbers(SHORT, &[2])),
        (322, numbers(SHORT, &[BLOCK.into()])),
        (323, numbers(SHORT, &[BLOCK.into()])),
        (324, numbers(place, &offsets)),
        (325, numbers(LONG, &counts)),
        (339, numbers(SHORT, &each(1))),
    ];
    if bands > 1 {
        tags.push((338, numbers(SHORT, &each(0)[1..])));
    }
    tags.extend(taken.iter().filter(|(tag, _)| !overview || *tag == NODATA).cloned());
    tags.sort_by_key(|(tag, _)| *tag);
    tags
}

fn numbers(kind: u16, values: &[u64]) -> Tag {
    let size = match kind {
        SHORT => 2,
        LONG => 4,
        _ => 8,
    };
    let bytes = values.iter().flat_map(|value| value.to_le_bytes().into_iter().take(size)).collect();
    Tag { kind, count: values.len() as u64, bytes }
}

/// Appends a directory, with the values that do not fit into it behind it.
fn directory(bytes: &mut Vec<u8>, tags: &[(u16, Tag)], big: bool, last: bool) {
    let word = if big { 8 } else { 4 };
    let put = |bytes: &mut Vec<u8>, value: u64, size: usize| bytes.extend_from_slice(&value.to_le_bytes()[..size]);
    let behind = bytes.len() + if big { 8 } else { 2 } + tags.len() * (4 + 2 * word) + word;
    let mut values = Vec::new();
    put(bytes, tags.len() as u64, if big { 8 } else { 2 });
    for (number, tag) in tags {
        put(bytes, u64::from(*number), 2);
        put(bytes, u64::from(tag.kind), 2);
        put(bytes, tag.count, word);
        if tag.bytes.len() <= word {
            bytes.extend_from_slice(&tag.bytes);
            bytes.resize(bytes.len() + word - tag.bytes.len(), 0);
        } else {
            values.resize((behind + values.len()).next_multiple_of(8) - behind, 0);
            put(bytes, (behind + values.len()) as u64, word);
            values.extend_from_slice(&tag.bytes);
        }
    }
    values.resize((behind + values.len()).next_multiple_of(8) - behind, 0);
    put(bytes, if last { 0 } else { (behind + values.len()) as u64 }, word);
    bytes.append(&mut values);
}

/// What GDAL writes about place and metadata.
fn taken(grid: &Grid, spec: &Spec, tallies: &[Tally], path: &Path) -> Result<Vec<(u16, Tag)>, RasterError> {
    let beside = with_ending(path, ".head");
    let made = dressed(grid, spec, tallies, &beside).map_err(|e| RasterError::write(path, &e));
    let directory = made.and_then(|()| {
        let file = File::open(&beside).map_err(|e| RasterError::io(&beside, &e))?;
        Directory::read(&file).ok_or_else(|| RasterError::write_words(path, "GDAL wrote no header".into()))
    });
    let _ = fs::remove_file(&beside);
    let Directory { mut tags, little } = directory?;
    if !little {
        return Err(RasterError::write_words(path, "GDAL wrote a header for another kind of machine".into()));
    }
    Ok(TAKEN.iter().filter_map(|tag| Some((*tag, tags.remove(tag)?))).collect())
}

/// A file of one tile that has the names, scales, statistics and metadata of the product.
fn dressed(grid: &Grid, spec: &Spec, tallies: &[Tally], path: &Path) -> Result<(), GdalError> {
    let options: CslStringList = ["ENDIANNESS=LITTLE", "BIGTIFF=NO", "SPARSE_OK=TRUE"].into_iter().collect();
    let driver = DriverManager::get_driver_by_name("GTiff")?;
    let mut dataset = driver.create_with_band_type_with_options::<u16, _>(path, 16, 16, spec.layers.len(), &options)?;
    memory::place(&mut dataset, grid)?;
    for (key, value) in spec.metadata {
        dataset.set_metadata_item(key, value, "")?;
    }
    for (index, (layer, tally)) in spec.layers.iter().zip(tallies).enumerate() {
        let mut band = dataset.rasterband(index + 1)?;
        if spec.nodata.is_some() {
            band.set_no_data_value(spec.nodata)?;
        }
        band.set_description(&layer.name)?;
        if let Some(scale) = layer.scale {
            band.set_scale(scale)?;
        }
        if let Some(offset) = layer.offset {
            band.set_offset(offset)?;
        }
        for (key, value) in tally.items() {
            band.set_metadata_item(key, &value, "")?;
        }
    }
    ffi::flush(&mut dataset)
}
