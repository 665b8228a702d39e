//! Landsat Collection 2 QA_PIXEL: what its bits say about a pixel.
//!
//! Bit 6 is named "clear" but only means that neither the cloud nor the dilated-cloud bit is set: pixels in shadow and under cirrus carry it.
//! It is not looked at. Source: USGS, Landsat 8-9 Collection 2 Level 2 Science Product Guide.

/// What a pixel shows, as far as its quality layer can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PixelClass {
    /// Nothing was measured.
    NoData,
    /// Cloud, or its rim.
    Cloud,
    /// Shadow of a cloud.
    Shadow,
    /// Thin cirrus.
    Cirrus,
    /// Snow or ice.
    Snow,
    /// Water.
    Water,
    /// Ground.
    Clear,
}

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
}
