//! TIFFs of any length: tiles of noise on a grid of UTM zone 33.

use super::noise;

/// West edge, north edge and side of a pixel, in metres.
pub const PLACE: (f64, f64, f64) = (500_000.0, 5_200_020.0, 10.0);
/// Bytes before the pixels; enough for the directory of any file that is made here.
const GEO_KEYS: [u16; 16] = [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32633];

/// A tiled GeoTIFF of about `length` bytes: one band of 16 bits, not compressed, no pixel without data.
pub fn tiff(seed: u64, length: usize) -> Vec<u8> {
    let side: usize = match length {
        0..100_000 => 16,
        100_000..4_000_000 => 64,
        _ => 256,
    };
    let tile = side * side * 2;
    let wanted = length.div_ceil(tile).max(1);
    let across = (wanted as f64).sqrt().round().max(1.0) as usize;
    let down = wanted.div_ceil(across);
    write(seed, side, across, down)
}

fn write(seed: u64, side: usize, across: usize, down: usize) -> Vec<u8> {
    let (tile, tiles) = (side * side * 2, across * down);
    let mut directory = Directory::default();
    for (tag, value) in
        [(256, across * side), (257, down * side), (258, 16), (259, 1), (262, 1), (277, 1), (284, 1), (322, side), (323, side)]
    {
        directory.words(tag, 4, &[value as u32]);
    }
    let start = Directory::length(tiles);
    let offsets: Vec<u32> = (0..tiles).map(|at| (start + at * tile) as u32).collect();
    directory.words(324, 4, &offsets);
    directory.words(325, 4, &vec![tile as u32; tiles]);
    directory.words(339, 3, &[1]);
    directory.doubles(33550, &[PLACE.2, PLACE.2, 0.0]);
    directory.doubles(33922, &[0.0, 0.0, 0.0, PLACE.0, PLACE.1, 0.0]);
    directory.shorts(34735, &GEO_KEYS);
    directory.text(42113, b"0\0");
    let mut file = directory.write(start);
    let mut pixels = noise(seed, tiles * tile);
    // 0 means no data.
    pixels.iter_mut().step_by(2).for_each(|low| *low |= 1);
    file.append(&mut pixels);
    file
}

/// Entries and what they point to.
#[derive(Default)]
struct Directory {
    entries: Vec<(u16, u16, u32, Vec<u8>)>,
}

impl Directory {
    /// Bytes of header, directory and values of a file with so many tiles, rounded up.
    fn length(tiles: usize) -> usize {
        (512 + tiles * 8).next_multiple_of(16)
    }

    fn words(&mut self, tag: u16, kind: u16, values: &[u32]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes().into_iter().take(if kind == 3 { 2 } else { 4 })).collect();
        self.entries.push((tag, kind, values.len() as u32, bytes));
    }

    fn shorts(&mut self, tag: u16, values: &[u16]) {
        self.entries.push((tag, 3, values.len() as u32, values.iter().flat_map(|value| value.to_le_bytes()).collect()));
    }

    fn doubles(&mut self, tag: u16, values: &[f64]) {
        self.entries.push((tag, 12, values.len() as u32, values.iter().flat_map(|value| value.to_le_bytes()).collect()));
    }

    fn text(&mut self, tag: u16, text: &[u8]) {
        self.entries.push((tag, 2, text.len() as u32, text.to_vec()));
    }

    /// Header, directory and values, filled up to `length`.
    fn write(self, length: usize) -> Vec<u8> {
        let mut file = b"II\x2a\0\x08\0\0\0".to_vec();
        file.extend((self.entries.len() as u16).to_le_bytes());
        let mut at = 8 + 2 + self.entries.len() * 12 + 4;
        let mut values = Vec::new();
        for (tag, kind, count, bytes) in self.entries {
            file.extend(tag.to_le_bytes());
            file.extend(kind.to_le_bytes());
            file.extend(count.to_le_bytes());
            if bytes.len() <= 4 {
                let mut inline = bytes;
                inline.resize(4, 0);
                file.extend(inline);
            } else {
                file.extend((at as u32).to_le_bytes());
                at += bytes.len().next_multiple_of(2);
                values.extend_from_slice(&bytes);
                values.resize(values.len().next_multiple_of(2), 0);
            }
        }
        file.extend([0; 4]);
        file.append(&mut values);
        assert!(file.len() <= length, "the directory fits before the pixels");
        file.resize(length, 0);
        file
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tiff::Tiff;

    #[test]
    fn files_of_any_length_are_read_by_others() {
        for length in [1, 600, 9_000, 250_000, 5_000_000] {
            let bytes = tiff(length as u64, length);
            assert!(bytes.len() >= length && bytes.len() < length * 3 / 2 + 4_096, "{length}: {}", bytes.len());
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("made.tif");
            std::fs::write(&path, &bytes).unwrap();
            let grid = swath_raster::describe(&path).unwrap().grid;
            let read = Tiff::new(bytes);
            assert_eq!((grid.width as usize, grid.height as usize), (read.levels[0].width, read.levels[0].height), "{length}");
            assert_eq!(read.place(), PLACE, "{length}");
            assert!(read.pixels(0).iter().all(|pixel| *pixel != 0), "{length}: every pixel has data");
        }
    }
}
