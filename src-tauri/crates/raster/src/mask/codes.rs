//! The byte that a pixel has while its mask is made: a class, and what else is known of it.

use swath_domain::{MaskStep, PixelClass};

/// The class.
pub(super) const CLASS: u8 = 0x07;
/// Dropped for what it shows.
pub(super) const DROPPED: u8 = 0x08;
/// Somebody drew here; nothing but another drawing changes it.
pub(super) const HAND: u8 = 0x10;
/// Dropped because cloud, cirrus or shadow is near.
pub(super) const NEAR: u8 = 0x20;
/// Dropped because snow or the edge of what was measured is near.
pub(super) const RIM: u8 = 0x40;

/// A class, dropped where the step says so.
pub(super) fn code(class: PixelClass, step: &MaskStep) -> u8 {
    class as u8 | if step.drops(class) { DROPPED } else { 0 }
}

/// The codes of all classes; numbers that are no class are no data.
pub(super) fn of_classes(step: &MaskStep) -> [u8; 256] {
    std::array::from_fn(|number| code(PixelClass::of(number as u8), step))
}

pub(super) fn class(code: u8) -> PixelClass {
    PixelClass::of(code & CLASS)
}

pub(super) fn is_usable(code: u8) -> bool {
    code & (DROPPED | NEAR | RIM) == 0
}

/// Whether haze and shade reach beyond such a pixel: dropped cloud, cirrus and shadow, and what was dropped around them.
pub(super) fn reaches_out(code: u8) -> bool {
    let cloudy = matches!(class(code), PixelClass::Cloud | PixelClass::Cirrus | PixelClass::Shadow);
    (cloudy && code & DROPPED != 0) || code & NEAR != 0
}
