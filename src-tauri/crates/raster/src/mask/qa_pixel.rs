//! Landsat Collection 2: what the bits of its quality layers say about a pixel.
//!
//! Bit 6 of QA_PIXEL is named "clear" but only means that neither the cloud nor the dilated-cloud bit is set: pixels in shadow and under
//! cirrus carry it. It is not looked at. Source: USGS, Landsat 8-9 Collection 2 Level 2 Science Product Guide.

use swath_domain::{Band, MaskStep, PixelClass};

use super::codes;

/// The class of a QA_PIXEL number. Where several apply, the one that says most against the pixel wins.
pub fn qa_pixel(bits: u16) -> PixelClass {
    let bit = |number: u16| bits >> number & 1 == 1;
    // 0 none, 1 low, 2 medium (reserved for all but cloud), 3 high.
    let confidence = |first: u16| bits >> first & 3;
    match () {
        () if bit(0) => PixelClass::NoData,
        () if bit(3) || bit(1) || confidence(8) >= 2 => PixelClass::Cloud,
        () if bit(4) || confidence(10) >= 2 => PixelClass::Shadow,
        () if bit(2) || confidence(14) >= 2 => PixelClass::Cirrus,
        () if bit(5) || confidence(12) >= 2 => PixelClass::Snow,
        () if bit(7) => PixelClass::Water,
        () => PixelClass::Clear,
    }
}

/// The codes of all numbers of QA_PIXEL.
pub(super) fn codes(step: &MaskStep) -> Vec<u8> {
    (0..=u16::MAX).map(|bits| codes::code(qa_pixel(bits), step)).collect()
}

/// Bits of QA_RADSAT that make a pixel defective: saturation of one of the bands that are used, and ground that the instrument could not see
/// behind a slope (bit 11).
pub(super) fn radsat(bands: &[Band]) -> u16 {
    let bit = |band: &Band| match band {
        Band::Coastal => 1,
        Band::Blue => 1 << 1,
        Band::Green => 1 << 2,
        Band::Red => 1 << 3,
        Band::Nir | Band::Nir08 => 1 << 4,
        Band::Swir16 => 1 << 5,
        Band::Swir22 => 1 << 6,
        Band::Cirrus => 1 << 8,
        _ => 0,
    };
    bands.iter().map(bit).fold(1 << 11, |bits, bit| bits | bit)
}

/// Whether a number of SR_QA_AEROSOL says that much aerosol was taken off (bits 6 and 7, where bit 0 is not fill).
pub(super) fn much_aerosol(bits: u8) -> bool {
    bits & 1 == 0 && bits >> 6 == 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vector_15_3_qa_pixel() {
        for (bits, class) in [
            (1, PixelClass::NoData),
            (21762, PixelClass::Cloud),
            (21824, PixelClass::Clear),
            (21952, PixelClass::Water),
            (22280, PixelClass::Cloud),
            (23888, PixelClass::Shadow),
            (30048, PixelClass::Snow),
            (54596, PixelClass::Cirrus),
            (55052, PixelClass::Cloud),
        ] {
            assert_eq!(qa_pixel(bits), class, "{bits}");
        }
    }

    #[test]
    fn trap_7_the_clear_bit_of_shadow_and_cirrus_is_not_believed() {
        for (bits, class) in [(23888u16, PixelClass::Shadow), (54596, PixelClass::Cirrus)] {
            assert_eq!(bits >> 6 & 1, 1, "the bit is set");
            assert_eq!(qa_pixel(bits), class);
        }
    }

    /// The table of the product guide, from the digits of the number, the last first; from what is worst to what is best.
    fn by_the_guide(bits: u16) -> PixelClass {
        let digits: Vec<char> = format!("{bits:016b}").chars().rev().collect();
        let set = |number: usize| digits[number] == '1';
        let medium_or_high = |upper: usize| digits[upper] == '1';
        let worst_first = [
            (set(0), PixelClass::NoData),
            (set(1) || set(3) || medium_or_high(9), PixelClass::Cloud),
            (set(4) || medium_or_high(11), PixelClass::Shadow),
            (set(2) || medium_or_high(15), PixelClass::Cirrus),
            (set(5) || medium_or_high(13), PixelClass::Snow),
            (set(7), PixelClass::Water),
        ];
        worst_first.into_iter().find(|(applies, _)| *applies).map_or(PixelClass::Clear, |(_, class)| class)
    }

    #[test]
    fn all_65_536_numbers_are_as_the_guide_has_them() {
        let codes = codes(&MaskStep::default());
        for bits in 0..=u16::MAX {
            let class = by_the_guide(bits);
            assert_eq!(qa_pixel(bits), class, "{bits}");
            let dropped = matches!(class, PixelClass::NoData | PixelClass::Cloud | PixelClass::Shadow | PixelClass::Cirrus);
            assert_eq!((codes::class(codes[usize::from(bits)]), codes::is_usable(codes[usize::from(bits)])), (class, !dropped), "{bits}");
            // Bit 6 changes nothing.
            assert_eq!(qa_pixel(bits), qa_pixel(bits ^ 1 << 6));
        }
    }

    #[test]
    fn saturation_counts_in_the_bands_that_are_used() {
        let check = |bands: &[Band], bits: u16, defective: bool| assert_eq!(radsat(bands) & bits != 0, defective, "{bands:?} {bits:#b}");
        check(&[Band::Red], 0b1000, true);
        check(&[Band::Red], 0b0111, false);
        check(&[Band::Nir], 1 << 4, true);
        check(&[Band::Red], 1 << 11, true);
        check(&[], 0x7ff, false);
        let all = [Band::Coastal, Band::Blue, Band::Green, Band::Red, Band::Nir08, Band::Swir16, Band::Swir22, Band::Cirrus];
        assert_eq!(radsat(&all), 0b1001_0111_1111);
    }

    #[test]
    fn only_much_aerosol_is_dropped() {
        for bits in 0..=255u8 {
            let level = bits / 64;
            assert_eq!(much_aerosol(bits), level == 3 && bits % 2 == 0, "{bits}");
        }
    }
}
