//! Plain TIFFs, read without GDAL: bands of 8 or 16 bit, each in tiles of its own, as they are or packed by DEFLATE or Zstandard.
//!
//! That is what the open catalogues of Sentinel-2 and Landsat hold, and a composite reads hundreds of tiles of hundreds of such files. GDAL
//! takes milliseconds to open each and copies every tile through its cache; this reads the header in one go and unpacks the tiles that are
//! wanted straight into the caller's pixels. Whatever is not plain (another grid than UTM on WGS 84 is not), or does not decode, is left to
//! GDAL, which then also says why it fails: everything here answers `None` instead of an error.

mod directory;
mod header;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::fs::File;
use std::path::Path;

use libdeflater::Decompressor;
use swath_domain::{Grid, Window};

use crate::memory::zeros;
pub(crate) use directory::{Directory, Tag, read_at, write_at};
pub(crate) use header::Header;
use header::Packing;

/// A kind of pixel.
pub(crate) trait Pixel: Copy + Default {
    /// From a stored number of 16 bit; `None` where it does not fit.
    const SHORT: Option<fn(u16) -> Self>;
    /// From a stored number of 8 bit.
    fn byte(value: u8) -> Self;
}

impl Pixel for u8 {
    const SHORT: Option<fn(u16) -> Self> = None;
    fn byte(value: u8) -> Self {
        value
    }
}

impl Pixel for u16 {
    const SHORT: Option<fn(u16) -> Self> = Some(|value| value);
    fn byte(value: u8) -> Self {
        value.into()
    }
}

thread_local! {
    /// Bytes of a tile, packed and unpacked. A thread reads thousands of tiles, and to have fresh memory for each costs as much as to copy it.
    static SCRATCH: Cell<(Vec<u8>, Vec<u8>)> = const { Cell::new((Vec::new(), Vec::new())) };
}

/// An open file of the plain kind. Reading it from several threads at once is fine.
pub(crate) struct Plain {
    file: File,
    header: Header,
}

impl Plain {
    /// A file whose grid is plain too.
    pub(crate) fn open(path: &Path) -> Option<(Self, Grid)> {
        let file = File::open(path).ok()?;
        let (directory, header) = header::read(&file)?;
        let grid = header::grid(&directory, header.width, header.height)?;
        Some((Self { file, header }, grid))
    }

    /// A file wherever it lies.
    pub(crate) fn anywhere(file: File) -> Option<Self> {
        let (_, header) = header::read(&file)?;
        Some(Self { file, header })
    }

    /// Whether its tiles can be written in place: 16 bit, little end first, nothing packed, every tile at its place.
    pub(crate) fn is_canvas(&self, grid: &Grid, layers: usize) -> bool {
        let h = &self.header;
        let whole = (h.line() * h.tile.1 as usize) as u64;
        let placed = h.offsets.iter().all(|offset| *offset > 0) && h.counts.iter().all(|count| *count == whole);
        (h.width, h.height, h.bands) == (grid.width, grid.height, layers) && h.short && h.little && h.packing == Packing::None && placed
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// The pixels of a window of a band (from 0), row by row; `None` unless every tile under it is there and whole.
    pub(crate) fn window<T: Pixel>(&self, band: usize, window: Window) -> Option<Vec<T>> {
        let header = &self.header;
        let whole = Window { x: 0, y: 0, width: header.width, height: header.height };
        if whole.intersection(&window) != Some(window) || band >= header.bands || (header.short && T::SHORT.is_none()) {
            return None;
        }
        let mut out = zeros::<T>(window.pixels()).ok()?;
        let (mut packed, mut unpacked) = SCRATCH.take();
        let done = self.fill(band, window, &mut out, &mut packed, &mut unpacked);
        SCRATCH.set((packed, unpacked));
        done.map(|()| out)
    }

    fn fill<T: Pixel>(&self, band: usize, window: Window, out: &mut [T], packed: &mut Vec<u8>, unpacked: &mut Vec<u8>) -> Option<()> {
        let header = &self.header;
        let (tile_width, tile_height) = header.tile;
        for row in window.y / tile_height..(window.y + window.height).div_ceil(tile_height) {
            for column in window.x / tile_width..(window.x + window.width).div_ceil(tile_width) {
                let tile = Window { x: column * tile_width, y: row * tile_height, width: tile_width, height: tile_height };
                let number = band * header.plane() + (row * header.across() + column) as usize;
                let bytes = self.tile(number, packed, unpacked)?;
                let wanted = tile.intersection(&window)?;
                for y in wanted.y..wanted.y + wanted.height {
                    let from = (y - tile.y) as usize * header.line();
                    let at = (y - window.y) as usize * window.width as usize + (wanted.x - window.x) as usize;
                    let line = &mut out[at..at + wanted.width as usize];
                    self.line(&bytes[from..from + header.line()], (wanted.x - tile.x) as usize, line);
                }
            }
        }
        Some(())
    }

    /// The stored bytes of a tile, unpacked.
    fn tile<'a>(&self, number: usize, packed: &'a mut Vec<u8>, unpacked: &'a mut Vec<u8>) -> Option<&'a [u8]> {
        let header = &self.header;
        let (offset, count) = (*header.offsets.get(number)?, *header.counts.get(number)?);
        let whole = header.line() * header.tile.1 as usize;
        // A tile that was left out is no data, and what that is, GDAL knows.
        let most = if header.packing == Packing::None { whole } else { 2 * whole + 4096 };
        let count = usize::try_from(count).ok().filter(|count| offset > 0 && (1..=most).contains(count))?;
        packed.resize(count, 0);
        read_at(&self.file, offset, packed).ok()?;
        unpacked.resize(if header.packing == Packing::None { 0 } else { whole }, 0);
        let length = match header.packing {
            Packing::None => return (count == whole).then_some(packed),
            Packing::Deflate => Decompressor::new().zlib_decompress(packed, unpacked).ok()?,
            Packing::Zstd => zstd::bulk::decompress_to_buffer(packed, unpacked).ok()?,
        };
        (length == whole).then_some(unpacked)
    }

    /// Pixels of a line of a tile from column `from` on.
    fn line<T: Pixel>(&self, bytes: &[u8], from: usize, out: &mut [T]) {
        let Header { short, predicted, little, .. } = self.header;
        match (T::SHORT.filter(|_| short), little) {
            (Some(of), true) => line(bytes.as_chunks().0, from, out, predicted, |b| u16::from_le_bytes(*b), u16::wrapping_add, of),
            (Some(of), false) => line(bytes.as_chunks().0, from, out, predicted, |b| u16::from_be_bytes(*b), u16::wrapping_add, of),
            (None, _) => line(bytes.as_chunks().0, from, out, predicted, |b: &[u8; 1]| b[0], u8::wrapping_add, T::byte),
        }
    }
}

/// Stored numbers, or their differences from one column to the next, become pixels.
#[inline(always)]
fn line<const N: usize, V: Copy + Default, T>(
    stored: &[[u8; N]],
    from: usize,
    out: &mut [T],
    predicted: bool,
    value: impl Fn(&[u8; N]) -> V,
    add: impl Fn(V, V) -> V,
    pixel: impl Fn(V) -> T,
) {
    let (before, stored) = stored.split_at(from);
    if predicted {
        let mut sum = before.iter().fold(V::default(), |sum, v| add(sum, value(v)));
        for (out, stored) in out.iter_mut().zip(stored) {
            sum = add(sum, value(stored));
            *out = pixel(sum);
        }
    } else {
        out.iter_mut().zip(stored).for_each(|(out, stored)| *out = pixel(value(stored)));
    }
}
