//! The two icon containers. Both are a table around whole PNG files.

/// An ICO file (Windows Vista and later) from `(size, PNG)` pairs, sizes up to 256.
pub(crate) fn ico(layers: &[(u32, Vec<u8>)]) -> Vec<u8> {
    const HEADER: usize = 6;
    const ENTRY: usize = 16;
    let mut file = Vec::new();
    // Reserved, type 1 (icon), count.
    for word in [0, 1, short(layers.len())] {
        file.extend(word.to_le_bytes());
    }
    let mut offset = HEADER + ENTRY * layers.len();
    for (size, png) in layers {
        // 256 is written as 0.
        let side = u8::try_from(*size).unwrap_or(0);
        file.extend([side, side, 0, 0]);
        // One plane, 32 bits a pixel.
        file.extend(1_u16.to_le_bytes());
        file.extend(32_u16.to_le_bytes());
        file.extend(long(png.len()).to_le_bytes());
        file.extend(long(offset).to_le_bytes());
        offset += png.len();
    }
    for (_, png) in layers {
        file.extend(png);
    }
    file
}

/// An ICNS file (macOS 10.7 and later) from `(type code, PNG)` pairs.
pub(crate) fn icns(layers: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
    const HEADER: usize = 8;
    let total = HEADER + layers.iter().map(|(_, png)| HEADER + png.len()).sum::<usize>();
    let mut file = Vec::with_capacity(total);
    file.extend(b"icns");
    file.extend(long(total).to_be_bytes());
    for (code, png) in layers {
        file.extend(code);
        // A layer's length counts its own header.
        file.extend(long(HEADER + png.len()).to_be_bytes());
        file.extend(png);
    }
    file
}

fn short(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

fn long(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ico_points_at_its_layers() {
        let file = ico(&[(32, vec![7; 10]), (256, vec![9; 5])]);
        assert_eq!(file.len(), 6 + 2 * 16 + 15);
        assert_eq!(&file[..6], [0, 0, 1, 0, 2, 0]);
        assert_eq!((file[6], file[22]), (32, 0));
        let offset = u32::from_le_bytes(file[34..38].try_into().unwrap()) as usize;
        assert_eq!(&file[offset..], [9; 5]);
    }

    #[test]
    fn an_icns_counts_its_headers() {
        let file = icns(&[(*b"ic07", vec![1; 4]), (*b"ic08", vec![2; 3])]);
        assert_eq!(&file[..8], b"icns\0\0\0\x1f");
        assert_eq!(&file[8..20], b"ic07\0\0\0\x0c\x01\x01\x01\x01");
        assert_eq!(file.len(), 31);
    }
}
