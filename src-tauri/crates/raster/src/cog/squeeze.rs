//! Tiles of a product: halved for the overviews, and packed.

use std::io;

use libdeflater::{CompressionLvl, Compressor};
use swath_domain::Compression;

use super::BLOCK;

/// Side of a tile, and of the quarter that it becomes in the next overview.
pub(super) const SIDE: usize = BLOCK as usize;
pub(super) const HALF: usize = SIDE / 2;

/// The quarter that a tile becomes in the next overview, band after band. `shown` are the columns and rows that lie in the image.
pub(super) fn halved(pixels: &[u16], shown: (usize, usize), nodata: Option<u16>, average: bool) -> Vec<u16> {
    let mut out = Vec::with_capacity(pixels.len() / 4);
    for band in pixels.chunks_exact(SIDE * SIDE) {
        for (y, rows) in band.chunks_exact(2 * SIDE).enumerate() {
            let (above, below) = rows.split_at(SIDE);
            if average {
                let lower = 2 * y + 1 < shown.1;
                mean_row(above, if lower { below } else { &[] }, shown.0, nodata, &mut out);
            } else {
                out.extend(above.iter().step_by(2));
            }
        }
    }
    out
}

/// Means of the valid pixels of two rows by two columns, halves rounded up; no data (or 0) where none is valid.
fn mean_row(above: &[u16], below: &[u16], shown: usize, nodata: Option<u16>, out: &mut Vec<u16>) {
    // A pixel's share of twelfths, by the number of valid ones.
    const SHARE: [u32; 5] = [0, 12, 6, 4, 3];
    let valid = |x: usize, pixel: u16| u32::from(x < shown && Some(pixel) != nodata);
    for x in (0..SIDE).step_by(2) {
        let (mut sum, mut count) = (0, 0);
        for row in [above, below] {
            if let Some([a, b]) = row.get(x..x + 2) {
                let (left, right) = (valid(x, *a), valid(x + 1, *b));
                sum += u32::from(*a) * left + u32::from(*b) * right;
                count += left + right;
            }
        }
        let mean = ((sum * SHARE[count as usize] + 6) / 12) as u16;
        out.push(if count == 0 { nodata.unwrap_or(0) } else { mean });
    }
}

/// Packs a tile given band after band: pixel by pixel, as the differences along the lines.
pub(super) fn packed(pixels: &[u16], compression: Compression) -> io::Result<Vec<u8>> {
    let bands = pixels.len() / (SIDE * SIDE);
    let mut bytes = vec![0; pixels.len() * 2];
    let stored = bytes.as_chunks_mut::<2>().0;
    for (band, pixels) in pixels.chunks_exact(SIDE * SIDE).enumerate() {
        for (line, out) in pixels.chunks_exact(SIDE).zip(stored.chunks_exact_mut(SIDE * bands)) {
            let mut before = 0;
            for (pixel, out) in line.iter().zip(out[band..].iter_mut().step_by(bands)) {
                *out = pixel.wrapping_sub(before).to_le_bytes();
                before = *pixel;
            }
        }
    }
    match compression {
        // On differences of 16-bit reflectance level 1 packs 1 % smaller than the usual one, at twice its speed: there is little
        // to be found but the frequencies of bytes.
        Compression::Deflate => {
            let mut packer = Compressor::new(CompressionLvl::new(1).unwrap_or_default());
            let mut packed = vec![0; packer.zlib_compress_bound(bytes.len())];
            let length = packer.zlib_compress(&bytes, &mut packed).map_err(|e| io::Error::other(e.to_string()))?;
            packed.truncate(length);
            Ok(packed)
        }
        // Level 1 is three times as fast as Deflate and a few percent larger; higher levels lose the speed it is chosen for.
        Compression::Zstd => zstd::bulk::compress(&bytes, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reflectance_is_packed_smaller_than_it_is() {
        let pixels: Vec<u16> =
            (0..2 * SIDE * SIDE).map(|i| 1500 + (i / 700 % 300) as u16 + (i.wrapping_mul(2_654_435_761) >> 20) as u16 % 60).collect();
        for (compression, most) in [(Compression::Deflate, 0.6), (Compression::Zstd, 0.65)] {
            let share = packed(&pixels, compression).unwrap().len() as f64 / (pixels.len() * 2) as f64;
            assert!((0.05..most).contains(&share), "{compression:?}: {share}");
        }
    }

    #[test]
    fn quarters_are_means_of_what_is_valid_and_shown() {
        let mut tile = vec![0; SIDE * SIDE];
        for (at, value) in [(0, 10), (1, 20), (SIDE, 31), (2, 5), (SIDE + 3, 6), (4, 9), (5, 1), (2 * SIDE, 3), (2 * SIDE + 1, 4)] {
            tile[at] = value;
        }
        let quarter = halved(&tile, (SIDE, SIDE), Some(0), true);
        assert_eq!((quarter.len(), &quarter[..4], quarter[HALF]), (HALF * HALF, &[20, 6, 5, 0][..], 4));
        let quarter = halved(&tile, (SIDE, SIDE), None, true);
        assert_eq!(&quarter[..4], [15, 3, 3, 0]);
        // The image ends with the first column and the third row: of what is stored beyond nothing counts.
        let quarter = halved(&tile, (1, 3), None, true);
        assert_eq!((quarter[0], quarter[HALF]), (21, 3));
        let quarter = halved(&tile, (SIDE, SIDE), None, false);
        assert_eq!((&quarter[..3], quarter[HALF]), (&[10, 5, 9][..], 3));
    }
}
