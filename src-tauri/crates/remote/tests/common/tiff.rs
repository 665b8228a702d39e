//! TIFF files whose blocks are noise: enough for everything that looks at the header alone.

/// What to make.
#[derive(Debug, Clone, Copy)]
pub struct Made {
    pub big: bool,
    pub little: bool,
    /// Directories behind the blocks, as most programs write them; before them in a cloud-optimised file.
    pub header_last: bool,
    /// Bytes between the header and the first block.
    pub gap: usize,
}

impl Default for Made {
    fn default() -> Self {
        Self { big: false, little: true, header_last: false, gap: 0 }
    }
}

/// Pixels of the full image, of its one overview, and of a block, a side.
pub const SIDE: u32 = 2048;
pub const SMALL: u32 = 1024;
pub const BLOCK: u32 = 256;
/// Bytes of a block; the third block of the image is left out.
pub const BYTES: usize = 40_000;

pub fn noise(count: usize, mut seed: u64) -> Vec<u8> {
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed as u8
    };
    (0..count).map(|_| next()).collect()
}

pub fn make(made: Made) -> Vec<u8> {
    let number = |value: u64, size: usize| {
        let bytes = value.to_le_bytes()[..size].to_vec();
        if made.little { bytes } else { bytes.into_iter().rev().collect() }
    };
    let word = if made.big { 8 } else { 4 };
    let shapes = [(SIDE, 0u64), (SMALL, 1)];
    let blocks = |side: u32| (side / BLOCK * (side / BLOCK)) as usize;
    let ifd_size = |count: usize| {
        let entries = 9;
        let table = if made.big { 8 + entries * 20 + 8 } else { 2 + entries * 12 + 4 };
        table + 2 * count * word
    };
    let start = if made.big { 16 } else { 8 };
    let headers: usize = shapes.iter().map(|(side, _)| ifd_size(blocks(*side))).sum();
    let data: usize = shapes.iter().map(|(side, _)| blocks(*side) * (BYTES + 8)).sum();
    let (mut ifd_at, mut data_at) = if made.header_last { (start + data + made.gap, start) } else { (start, start + headers + made.gap) };
    let mut file = vec![0u8; start + headers + data + made.gap];
    let mut put = |at: usize, bytes: &[u8]| file[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, if made.little { b"II" } else { b"MM" });
    put(2, &number(if made.big { 43 } else { 42 }, 2));
    if made.big {
        put(4, &number(8, 2));
        put(8, &number(ifd_at as u64, 8));
    } else {
        put(4, &number(ifd_at as u64, 4));
    }
    for (index, (side, kind)) in shapes.into_iter().enumerate() {
        let count = blocks(side);
        let (mut offsets, mut counts) = (Vec::new(), Vec::new());
        for block in 0..count {
            let absent = index == 0 && block == 2;
            offsets.extend(number(if absent { 0 } else { data_at as u64 + 4 }, word));
            counts.extend(number(if absent { 0 } else { BYTES as u64 }, word));
            put(data_at + 4, &noise(BYTES, (index * 1000 + block + 1) as u64));
            data_at += BYTES + 8;
        }
        let size = ifd_size(count);
        let values = ifd_at + size - 2 * count * word;
        put(values, &offsets);
        put(values + count * word, &counts);
        let kind_of_word = if made.big { 16 } else { 4 };
        let entries = [
            (254, 4, 1, kind),
            (256, 4, 1, u64::from(side)),
            (257, 4, 1, u64::from(side)),
            (258, 3, 1, 16),
            (277, 3, 1, 1),
            (322, 4, 1, u64::from(BLOCK)),
            (323, 4, 1, u64::from(BLOCK)),
            (324, kind_of_word, count as u64, values as u64),
            (325, kind_of_word, count as u64, (values + count * word) as u64),
        ];
        let mut table = number(entries.len() as u64, if made.big { 8 } else { 2 });
        for (tag, kind, count, value) in entries {
            table.extend(number(tag, 2));
            table.extend(number(kind, 2));
            table.extend(number(count, word));
            // A short value stands at the beginning of its field.
            let size = if kind == 3 {
                2
            } else if kind == 4 && count == 1 {
                4
            } else {
                word
            };
            let mut field = number(value, size);
            field.resize(word, 0);
            table.extend(field);
        }
        table.extend(number(if index == 0 { (ifd_at + size) as u64 } else { 0 }, word));
        put(ifd_at, &table);
        ifd_at += size;
    }
    file
}
