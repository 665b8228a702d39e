//! What a pixel shows, in the words that every mask of every sensor shares.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Class of a pixel. Masks of classes hold one byte a pixel, `class as u8`; no data is 0, as in every raster of this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum PixelClass {
    /// Nothing was measured.
    #[serde(rename = "nodata")]
    NoData = 0,
    /// Ground that can be used.
    Clear = 1,
    /// Open water.
    Water = 2,
    /// Snow or ice.
    Snow = 3,
    /// Thin cirrus: the ground shines through.
    Cirrus = 4,
    /// Cloud, thick or thin.
    Cloud = 5,
    /// Shadow of a cloud.
    Shadow = 6,
    /// Measured, but beyond the range of the instrument or otherwise defective.
    Saturated = 7,
}

impl PixelClass {
    /// Every class, by its number.
    pub const ALL: [PixelClass; 8] = [
        PixelClass::NoData,
        PixelClass::Clear,
        PixelClass::Water,
        PixelClass::Snow,
        PixelClass::Cirrus,
        PixelClass::Cloud,
        PixelClass::Shadow,
        PixelClass::Saturated,
    ];

    /// As in recipes.
    pub fn name(self) -> &'static str {
        match self {
            PixelClass::NoData => "nodata",
            PixelClass::Clear => "clear",
            PixelClass::Water => "water",
            PixelClass::Snow => "snow",
            PixelClass::Cirrus => "cirrus",
            PixelClass::Cloud => "cloud",
            PixelClass::Shadow => "shadow",
            PixelClass::Saturated => "saturated",
        }
    }

    /// The class of a number of the Sentinel-2 scene classification. Dark and unclassified pixels (2, 7) are ground; numbers that do not
    /// exist, which masks that were compressed with loss hold, are defects.
    pub fn of_scl(number: u8) -> Self {
        match number {
            0 => PixelClass::NoData,
            2 | 4 | 5 | 7 => PixelClass::Clear,
            3 => PixelClass::Shadow,
            6 => PixelClass::Water,
            8 | 9 => PixelClass::Cloud,
            10 => PixelClass::Cirrus,
            11 => PixelClass::Snow,
            1 | 12.. => PixelClass::Saturated,
        }
    }

    /// The class of a byte in a mask of classes; a number that is none counts as no data.
    pub fn of(code: u8) -> Self {
        Self::ALL.get(usize::from(code)).copied().unwrap_or(PixelClass::NoData)
    }
}

impl std::fmt::Display for PixelClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_lead_back() {
        for (code, class) in PixelClass::ALL.into_iter().enumerate() {
            assert_eq!((class as usize, PixelClass::of(code as u8)), (code, class));
            assert_eq!(serde_json::to_value(class).unwrap(), class.name());
        }
        assert_eq!(PixelClass::of(99), PixelClass::NoData);
    }
}
