//! Many looks become one image.

use swath_domain::CompositeMethod;

/// Pixels of one look.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LookPixels {
    /// One vector per band, row by row; 0 where masked or missing.
    pub bands: Vec<Vec<u16>>,
}

/// One image, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Composite {
    /// One vector per band; 0 where no look is valid.
    pub bands: Vec<Vec<u16>>,
    /// Number of looks of which all bands are valid.
    pub count: Vec<u16>,
    /// Number of the look that is nearest to the composite; 0 where `count` is 0.
    pub source: Vec<u16>,
}

/// Composes looks.
pub fn compose(looks: &[(u16, LookPixels)], method: CompositeMethod) -> Composite {
    let _ = (looks, method);
    todo!()
}

/// Median of each pixel.
pub fn median(looks: &[&[u16]], out: &mut [u16]) {
    let _ = (looks, out);
    todo!()
}
