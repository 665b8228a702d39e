//! JPEG 2000 files of any length: a small image without detail, and noise in comments.

use super::noise;

const SIDE: u32 = 64;
/// Longest comment: its length has 16 bits and counts itself and its kind.
const MOST: usize = 65_535 - 4;

/// A valid file of exactly `length` bytes, or of the least that is possible.
pub fn jp2(seed: u64, length: usize) -> Vec<u8> {
    let empty = with_comments(&[]).len();
    let mut left = length.saturating_sub(empty);
    let mut comments = Vec::new();
    while left >= 6 {
        // What would be too short for a comment of its own goes into this one, or is taken from it.
        let own = (left - 6).min(MOST);
        let own = if left - 6 - own > 0 && left - 6 - own < 6 { own - 6 } else { own };
        comments.push(noise(seed.wrapping_add(left as u64), own));
        left -= own + 6;
    }
    with_comments(&comments)
}

fn with_comments(comments: &[Vec<u8>]) -> Vec<u8> {
    let side = SIDE.to_be_bytes();
    let mut header = contained(b"ihdr", &[&side[..], &side, &[0, 1, 15, 7, 0, 0]].concat());
    header.extend(contained(b"colr", &[1, 0, 0, 0, 0, 0, 17]));
    [
        contained(b"jP  ", &[0x0d, 0x0a, 0x87, 0x0a]),
        contained(b"ftyp", b"jp2 \0\0\0\0jp2 "),
        contained(b"jp2h", &header),
        contained(b"jp2c", &stream(comments)),
    ]
    .concat()
}

fn contained(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&(content.len() as u32 + 8).to_be_bytes()[..], kind, content].concat()
}

fn stream(comments: &[Vec<u8>]) -> Vec<u8> {
    let (side, none) = (SIDE.to_be_bytes(), [0; 4]);
    let size = [&[0, 0][..], &side, &side, &none, &none, &side, &side, &none, &none, &[0, 1, 15, 1, 1]].concat();
    let mut all = vec![0xff, 0x4f];
    all.extend(marker(0x51, &size));
    // One layer, no decomposition, blocks of 64, reversible.
    all.extend(marker(0x52, &[0, 0, 0, 1, 0, 0, 4, 4, 0, 1]));
    all.extend(marker(0x5c, &[0x40, 0x80]));
    for comment in comments {
        all.extend(marker(0x64, &[&[0, 0][..], comment].concat()));
    }
    // One part of one tile with one packet, which is empty.
    all.extend(marker(0x90, &[0, 0, 0, 0, 0, 15, 0, 1]));
    all.extend([0xff, 0x93, 0x00, 0xff, 0xd9]);
    all
}

fn marker(kind: u8, content: &[u8]) -> Vec<u8> {
    [&[0xff, kind][..], &(content.len() as u16 + 2).to_be_bytes(), content].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_any_length_are_read_by_others() {
        for length in [0, 300, 70_000, 65_672, 131_215, 500_000] {
            let bytes = jp2(1, length);
            assert!(length < 300 || bytes.len().abs_diff(length) < 6, "{length}: {}", bytes.len());
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("made.jp2");
            std::fs::write(&path, &bytes).unwrap();
            swath_raster::intact(&path).unwrap();
        }
    }
}
