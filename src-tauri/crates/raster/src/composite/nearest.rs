//! How many looks a pixel has, and which of them the composite resembles most.

/// Pixels in work at a time.
const LANES: usize = 64;

/// A look as this needs it.
pub(crate) struct Look<'a> {
    pub(crate) number: u16,
    pub(crate) bands: &'a [Vec<u16>],
}

/// Fills `count` and `source` as [`super::Composite`] describes them. Inlined into one function per kind of CPU, see `ffi.rs`.
#[inline(always)]
pub(crate) fn nearest(looks: &[Look], composite: &[Vec<u16>], count: &mut [u16], source: &mut [u16]) {
    for (piece, (count, source)) in count.chunks_mut(LANES).zip(source.chunks_mut(LANES)).enumerate() {
        let here = piece * LANES..piece * LANES + count.len();
        let mut least = [u32::MAX; LANES];
        for look in looks {
            let (mut valid, mut far) = ([u16::MAX; LANES], [0u32; LANES]);
            for (band, composite) in look.bands.iter().zip(composite) {
                let (band, composite) = (&band[here.clone()], &composite[here.clone()]);
                for (((valid, far), b), c) in valid.iter_mut().zip(&mut far).zip(band).zip(composite) {
                    *valid &= 0u16.wrapping_sub(u16::from(*b != 0));
                    *far += u32::from(b.abs_diff(*c));
                }
            }
            for ((((count, source), least), valid), far) in count.iter_mut().zip(source.iter_mut()).zip(&mut least).zip(&valid).zip(&far) {
                let nearer = (*valid != 0) & (*far < *least);
                *count += *valid & 1;
                *source = if nearer { look.number } else { *source };
                *least = if nearer { *far } else { *least };
            }
        }
    }
}
