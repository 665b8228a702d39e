//! One file of a scene: where it lies, how big it is, and what its numbers mean.

use serde::{Deserialize, Serialize};

use crate::{Access, Grid};

/// One downloadable layer of a scene.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asset {
    /// Where it lies: `https:`, `http:`, `file:` or `s3:`. Never carries a signature or a token; those are added when it is used.
    pub href: String,
    /// Id of the catalogue that named it.
    #[serde(default)]
    pub provider: String,
    /// What it takes to fetch it.
    #[serde(default)]
    pub access: Access,
    /// The pixel grid, when the catalogue says it (`proj:*`); otherwise it is learned from the file's header.
    pub grid: Option<Grid>,
    /// Length in bytes, when the catalogue says it.
    pub size: Option<u64>,
    /// Digest, when the catalogue says it.
    pub checksum: Option<Checksum>,
    /// From stored numbers to physical ones.
    pub radiometry: Radiometry,
}

/// A digest of a whole file, decoded from a multihash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Checksum {
    /// SHA2-256, lower-case hexadecimal.
    Sha256(String),
    /// MD5, lower-case hexadecimal.
    Md5(String),
    /// SHA3-256, lower-case hexadecimal.
    Sha3(String),
}

/// `physical = stored * scale + offset`, except where `stored == nodata`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Radiometry {
    /// Factor from stored to physical numbers.
    pub scale: f64,
    /// Added after scaling, in physical units (−0.1 for Sentinel-2 from baseline 04.00 on).
    pub offset: f64,
    /// The stored number that means "no data". Compared before any arithmetic.
    pub nodata: Option<f64>,
    /// Why scale and offset are what they are.
    pub evidence: Evidence,
}

/// What a radiometry was decided from; kept in the product's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The item's `raster:bands` (or STAC 1.1 `bands`) say so and the processing baseline agrees or is unknown.
    Metadata,
    /// The processing baseline decides; given with it.
    Baseline(String),
    /// The item says the offset has been applied already (`earthsearch:boa_offset_applied`).
    AppliedFlag,
    /// The layer holds classes or bits, which have no radiometry.
    Classification,
    /// Nothing was said; numbers are passed on as they are.
    Assumed,
}

impl Asset {
    /// A file that anyone may fetch and of which nothing else is known.
    pub fn new(href: impl Into<String>, radiometry: Radiometry) -> Self {
        Self { href: href.into(), provider: String::new(), access: Access::Open, grid: None, size: None, checksum: None, radiometry }
    }

    /// Whether pieces of it can be read by themselves: a TIFF, not JPEG 2000. Judged by the name, since catalogues give wrong media types.
    pub fn is_tiff(&self) -> bool {
        let path = self.href.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        !path.contains(".jp2")
    }
}

impl Radiometry {
    /// Numbers that mean themselves: classes, bits, or an unknown layer.
    pub fn identity(nodata: Option<f64>, evidence: Evidence) -> Self {
        Self { scale: 1.0, offset: 0.0, nodata, evidence }
    }

    /// The physical number of a stored one; `None` for nodata.
    pub fn physical(&self, stored: f64) -> Option<f64> {
        if self.nodata == Some(stored) { None } else { Some(stored * self.scale + self.offset) }
    }

    /// Reflectance times 10 000 as an unsigned integer with 0 for nodata: the form in which composites are computed and written.
    ///
    /// Valid but non-positive reflectance (legal over dark targets) becomes 1, so that it is never taken for nodata.
    pub fn harmonised(&self, stored: u16) -> u16 {
        match self.physical(f64::from(stored)) {
            None => 0,
            Some(value) => (value * 10_000.0).round().clamp(1.0, 65_535.0) as u16,
        }
    }

    /// When harmonising is a plain subtraction (`scale` 0.0001), the number to subtract from every valid pixel.
    pub fn integer_shift(&self) -> Option<i32> {
        let shift = -self.offset * 10_000.0;
        ((self.scale - 0.0001).abs() < 1e-12 && (shift - shift.round()).abs() < 1e-6).then(|| shift.round() as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(radiometry: &Radiometry, cases: &[(f64, Option<f64>)]) {
        for &(stored, expected) in cases {
            match (radiometry.physical(stored), expected) {
                (Some(got), Some(want)) => assert!((got - want).abs() < 1e-5, "{stored}: {got} != {want}"),
                (got, want) => assert_eq!(got, want, "{stored}"),
            }
        }
    }

    fn with(scale: f64, offset: f64) -> Radiometry {
        Radiometry { scale, offset, nodata: Some(0.0), evidence: Evidence::Metadata }
    }

    #[test]
    fn vector_15_1_sentinel_2_offsets_keep_nodata_and_dark_pixels_apart() {
        let n0510 = with(0.0001, -0.1);
        check(&n0510, &[(0.0, None), (1.0, Some(-0.0999)), (1000.0, Some(0.0)), (1001.0, Some(0.0001)), (11000.0, Some(1.0))]);
        check(&with(0.0001, 0.0), &[(1000.0, Some(0.1))]);
        assert_eq!([0, 1, 1000, 1001, 11000].map(|dn| n0510.harmonised(dn)), [0, 1, 1, 1, 10000]);
        assert_eq!(n0510.integer_shift(), Some(1000));
    }

    #[test]
    fn vector_15_2_landsat_numbers_of_the_usgs() {
        let sr = with(0.0000275, -0.2);
        check(&sr, &[(0.0, None), (7273.0, Some(0.0000075)), (18639.0, Some(0.3125725)), (43636.0, Some(0.99999))]);
        assert_eq!(sr.integer_shift(), None);
        let st = with(0.00341802, 149.0);
        assert!((st.physical(44947.0).unwrap() - 302.63).abs() < 0.01);
    }
}
