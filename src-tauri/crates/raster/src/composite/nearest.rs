//! How many looks a pixel has, and which of them the composite resembles most.

/// Pixels in work at a time.
const LANES: usize = 64;

/// A look as this needs it.
pub(crate) struct Look<'a> {
    pub(crate) number: u16,
    pub(crate) bands: &'a [Vec<u16>],
}

/// Fills `count` and `source` as [`super::Composite`] describes them, for the pixels from `from` on. Inlined into one function per kind of CPU, see `ffi_cpu.rs`.
///
/// All lanes are 32 bit wide, also where 16 would do: a comparison then gives a mask for every other lane without being widened.
#[inline(always)]
pub(crate) fn nearest(looks: &[Look], composite: &[Vec<u16>], from: usize, count: &mut [u16], source: &mut [u16]) {
    for (piece, (count, source)) in count.chunks_mut(LANES).zip(source.chunks_mut(LANES)).enumerate() {
        let start = from + piece * LANES;
        let here = start..start + count.len();
        let (mut seen, mut number, mut least) = ([0u32; LANES], [0u32; LANES], [u32::MAX; LANES]);
        for look in looks {
            let (mut valid, mut far) = ([u32::MAX; LANES], [0u32; LANES]);
            for (band, composite) in look.bands.iter().zip(composite) {
                let (band, composite) = (&band[here.clone()], &composite[here.clone()]);
                match (<&[u16; LANES]>::try_from(band), <&[u16; LANES]>::try_from(composite)) {
                    (Ok(band), Ok(composite)) => add(band, composite, &mut valid, &mut far),
                    _ => {
                        let (mut a, mut b) = ([0; LANES], [0; LANES]);
                        a[..band.len()].copy_from_slice(band);
                        b[..band.len()].copy_from_slice(composite);
                        add(&a, &b, &mut valid, &mut far);
                    }
                }
            }
            for i in 0..LANES {
                let far = far[i] | !valid[i];
                let nearer = 0u32.wrapping_sub(u32::from(far < least[i]));
                seen[i] = seen[i].wrapping_sub(valid[i]);
                number[i] = (nearer & u32::from(look.number)) | (!nearer & number[i]);
                least[i] = least[i].min(far);
            }
        }
        for (i, (count, source)) in count.iter_mut().zip(source).enumerate() {
            (*count, *source) = (seen[i] as u16, number[i] as u16);
        }
    }
}

#[inline(always)]
fn add(band: &[u16; LANES], composite: &[u16; LANES], valid: &mut [u32; LANES], far: &mut [u32; LANES]) {
    for i in 0..LANES {
        valid[i] &= 0u32.wrapping_sub(u32::from(band[i] != 0));
        far[i] = far[i].wrapping_add(u32::from(band[i].abs_diff(composite[i])));
    }
}
