//! The names that agencies give their products, and what they tell.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{Band, Crs, Sensor, Tier};

/// A product's name, taken apart.
#[derive(Debug, Clone, PartialEq)]
pub enum ProductName {
    /// `S2B_MSIL2A_20230815T100559_N0509_R022_T33TWL_20230815T131559`.
    Sentinel2(Sentinel2Name),
    /// A Sentinel-2 product of before December 2016 with several tiles (`S2A_OPER_PRD_MSIL1C_PDMC_…`), to be taken apart before use.
    Sentinel2Multi {
        /// Start of sensing.
        start: Timestamp,
    },
    /// `S1A_IW_GRDH_1SDV_20240607T000653_20240607T000718_054210_0697DA_6EE4`.
    Sentinel1(Sentinel1Name),
    /// `LC08_L2SP_123032_20240512_20240520_02_T1`.
    Landsat(LandsatName),
}

/// What a Sentinel-2 name says.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentinel2Name {
    /// `sentinel-2b`.
    pub platform: String,
    /// Level 1C or 2A.
    pub sensor: Sensor,
    /// Start of the datatake.
    pub take: Timestamp,
    /// Processing baseline, `05.09`.
    pub baseline: String,
    /// 1 to 143.
    pub relative_orbit: u16,
    /// `33TWL`.
    pub tile: String,
    /// What tells products apart that are otherwise named alike; often, but not always, when it was made.
    pub discriminator: String,
}

/// What a Sentinel-1 name says.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentinel1Name {
    /// `sentinel-1a`.
    pub platform: String,
    /// `IW`, `EW`, `S1` to `S6`, `WV`.
    pub mode: String,
    /// `F`, `H` or `M`: full, high or medium.
    pub resolution: char,
    /// Polarisations.
    pub polarisations: Vec<Band>,
    /// First and last moment.
    pub start: Timestamp,
    /// Last moment.
    pub stop: Timestamp,
    /// Orbits since launch.
    pub absolute_orbit: u32,
    /// Number of the datatake, six hexadecimal digits.
    pub datatake: String,
    /// The re-encoded variant with cloud-optimised measurements.
    pub cog: bool,
    /// The name without checksum and `_COG`, equal for all variants of a product.
    pub stem: String,
}

/// What the name of a Landsat 8 or 9 Collection 2 product says.
#[derive(Debug, Clone, PartialEq)]
pub struct LandsatName {
    /// `landsat-8`.
    pub platform: String,
    /// `L1TP`, `L2SP` and so on.
    pub level: String,
    /// Level 1 or 2.
    pub sensor: Sensor,
    /// Path and row, `123032`.
    pub tile: String,
    /// Day of acquisition.
    pub acquired: Date,
    /// Day of processing.
    pub processed: Date,
    /// Tier.
    pub tier: Tier,
}

impl ProductName {
    /// Reads a name, with or without `.SAFE`, `.zip`, `.tar`; `None` when it is none that Swath knows (Collection 1 of Landsat included).
    pub fn read(text: &str) -> Option<Self> {
        let mut name = text.trim();
        while let Some(shorter) = [".zip", ".tar", ".safe", ".SAFE", ".ZIP", ".TAR"].iter().find_map(|end| name.strip_suffix(end)) {
            name = shorter;
        }
        let parts: Vec<&str> = name.split('_').collect();
        match parts.as_slice() {
            ["S2A" | "S2B", "OPER", "PRD", "MSIL1C" | "MSIL2A", ..] => {
                let start = parts.iter().find_map(|part| part.strip_prefix('V'))?;
                Some(Self::Sentinel2Multi { start: moment(start)? })
            }
            [mission, level, take, baseline, orbit, tile, discriminator] if mission.starts_with("S2") => {
                sentinel_2(mission, level, take, baseline, orbit, tile, discriminator).map(Self::Sentinel2)
            }
            [mission, ..] if mission.starts_with("S1") => sentinel_1(&parts).map(Self::Sentinel1),
            [mission, level, tile, acquired, processed, "02", tier] => {
                landsat(mission, level, tile, acquired, processed, tier).map(Self::Landsat)
            }
            _ => None,
        }
    }
}

fn sentinel_2(
    mission: &str,
    level: &str,
    take: &str,
    baseline: &str,
    orbit: &str,
    tile: &str,
    discriminator: &str,
) -> Option<Sentinel2Name> {
    let satellite = letter(mission, "S2", 'A'..='D')?;
    let sensor = match level {
        "MSIL1C" => Sensor::Sentinel2L1c,
        "MSIL2A" => Sensor::Sentinel2L2a,
        _ => return None,
    };
    let baseline = digits(baseline.strip_prefix('N')?, 4)?;
    let relative_orbit = digits(orbit.strip_prefix('R')?, 3)?.parse().ok().filter(|orbit| (1..=143).contains(orbit))?;
    let tile = tile.strip_prefix('T').filter(|tile| is_tile(tile))?;
    moment(discriminator)?;
    Some(Sentinel2Name {
        platform: format!("sentinel-2{satellite}"),
        sensor,
        take: moment(take)?,
        baseline: format!("{}.{}", &baseline[..2], &baseline[2..]),
        relative_orbit,
        tile: tile.to_owned(),
        discriminator: discriminator.to_owned(),
    })
}

fn sentinel_1(parts: &[&str]) -> Option<Sentinel1Name> {
    let (parts, cog) = match parts {
        [rest @ .., "COG"] => (rest, true),
        all => (all, false),
    };
    let &[mission, mode, kind, class, start, stop, orbit, datatake, checksum] = parts else { return None };
    let satellite = letter(mission, "S1", 'A'..='D')?;
    let known = matches!(mode, "IW" | "EW" | "WV" | "S1" | "S2" | "S3" | "S4" | "S5" | "S6");
    let resolution = kind.strip_prefix("GRD")?.chars().next().filter(|c| "FHM".contains(*c) && kind.len() == 4 && known)?;
    let polarisations = match class.strip_prefix("1S")? {
        "SH" | "HH" => vec![Band::Hh],
        "SV" | "VV" => vec![Band::Vv],
        "HV" => vec![Band::Hv],
        "VH" => vec![Band::Vh],
        "DH" => vec![Band::Hh, Band::Hv],
        "DV" => vec![Band::Vv, Band::Vh],
        _ => return None,
    };
    let hexadecimal = |text: &str, length| text.len() == length && text.chars().all(|c| c.is_ascii_hexdigit());
    if !hexadecimal(datatake, 6) || !hexadecimal(checksum, 4) {
        return None;
    }
    Some(Sentinel1Name {
        platform: format!("sentinel-1{satellite}"),
        mode: mode.to_owned(),
        resolution,
        polarisations,
        start: moment(start)?,
        stop: moment(stop)?,
        absolute_orbit: digits(orbit, 6)?.parse().ok()?,
        datatake: datatake.to_owned(),
        cog,
        stem: parts[..8].join("_"),
    })
}

impl Sentinel1Name {
    /// Number of the ground track, 1 to 175. The catalogue's own statement is to be preferred, since orbits are changed now and then.
    pub fn relative_orbit(&self) -> u16 {
        let shift = match self.platform.as_bytes().last() {
            Some(b'a') => 73,
            Some(b'b') => 27,
            Some(b'c') => 172,
            _ => 42,
        };
        ((self.absolute_orbit + 175 - shift) % 175 + 1) as u16
    }
}

fn landsat(mission: &str, level: &str, tile: &str, acquired: &str, processed: &str, tier: &str) -> Option<LandsatName> {
    let platform = match mission {
        "LC08" | "LO08" | "LT08" => "landsat-8",
        "LC09" | "LO09" | "LT09" => "landsat-9",
        _ => return None,
    };
    let sensor = match level {
        "L1TP" | "L1GT" | "L1GS" => Sensor::LandsatC2L1,
        "L2SP" | "L2SR" => Sensor::LandsatC2L2,
        _ => return None,
    };
    let tier = match tier {
        "T1" => Tier::One,
        "T2" => Tier::Two,
        "RT" => Tier::RealTime,
        _ => return None,
    };
    let (acquired, processed) = (day(acquired)?, day(processed)?);
    Some(LandsatName { platform: platform.into(), level: level.into(), sensor, tile: digits(tile, 6)?.into(), acquired, processed, tier })
}

/// The UTM zone that an MGRS tile of Sentinel-2 is cut in.
pub fn tile_crs(tile: &str) -> Option<Crs> {
    let tile = tile.strip_prefix('T').unwrap_or(tile);
    let zone: u32 = tile.get(..2)?.parse().ok().filter(|_| is_tile(tile))?;
    let north = tile.as_bytes()[2] >= b'N';
    Some(Crs::epsg(if north { 32600 } else { 32700 } + zone))
}

/// Zone, band and square: `33TWL`.
fn is_tile(tile: &str) -> bool {
    let letter = |c: u8, last: u8| c.is_ascii_uppercase() && c <= last && c != b'I' && c != b'O';
    match tile.as_bytes() {
        [tens, ones, band, column, row] => {
            let zone = tens.is_ascii_digit() && ones.is_ascii_digit() && (1..=60).contains(&((tens - b'0') * 10 + (ones - b'0')));
            zone && letter(*band, b'X') && *band >= b'C' && letter(*column, b'Z') && letter(*row, b'V')
        }
        _ => false,
    }
}

fn letter(text: &str, start: &str, among: std::ops::RangeInclusive<char>) -> Option<char> {
    let mut rest = text.strip_prefix(start)?.chars();
    let one = rest.next().filter(|c| among.contains(c) && rest.next().is_none())?;
    Some(one.to_ascii_lowercase())
}

fn digits(text: &str, length: usize) -> Option<&str> {
    (text.len() == length && text.chars().all(|c| c.is_ascii_digit())).then_some(text)
}

/// `20230815T100559`.
fn moment(text: &str) -> Option<Timestamp> {
    let text = text.get(..15)?;
    let at = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S", text).ok()?;
    Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn day(text: &str) -> Option<Date> {
    Date::strptime("%Y%m%d", digits(text, 8)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vector_15_5_names() {
        let s2 = |text: &str| match ProductName::read(text) {
            Some(ProductName::Sentinel2(name)) => name,
            other => panic!("{text}: {other:?}"),
        };
        for end in ["", ".SAFE", ".zip", ".SAFE.zip"] {
            let name = s2(&format!("S2C_MSIL2A_20260527T014651_N0512_R017_T55WFR_20260527T042005{end}"));
            assert_eq!((name.platform.as_str(), name.baseline.as_str(), name.relative_orbit), ("sentinel-2c", "05.12", 17));
            assert_eq!((name.tile.as_str(), name.sensor), ("55WFR", Sensor::Sentinel2L2a));
            assert_eq!(name.take.to_string(), "2026-05-27T01:46:51Z");
        }
        let old = "S2A_OPER_PRD_MSIL1C_PDMC_20160318T145513_R022_V20160317T100012_20160317T100756.SAFE";
        assert!(
            matches!(ProductName::read(old), Some(ProductName::Sentinel2Multi { start }) if start.to_string() == "2016-03-17T10:00:12Z")
        );
        let Some(ProductName::Landsat(name)) = ProductName::read("LC08_L2SP_123032_20240512_20240520_02_T1.tar") else { panic!() };
        assert_eq!(
            (name.platform.as_str(), name.tile.as_str(), name.tier, name.sensor),
            ("landsat-8", "123032", Tier::One, Sensor::LandsatC2L2)
        );
        for text in [
            "S2A_MSIL2A_20260527T014651_N0512_R144_T55WFR_20260527T042005",
            "S2A_MSIL2A_20260527T014651_N0512_R017_T55IFR_20260527T042005",
            "S2E_MSIL2A_20260527T014651_N0512_R017_T55WFR_20260527T042005",
            "LC08_L1TP_123032_20190512_20190520_01_T1",
            "S1A_IW_SLC__1SDV_20240607T000653_20240607T000718_054210_0697DA_6EE4",
            "",
        ] {
            assert_eq!(ProductName::read(text), None, "{text}");
        }
    }

    #[test]
    fn vector_15_6_relative_orbits() {
        for (name, orbit, cog) in [
            ("S1A_IW_GRDH_1SDV_20241201T000653_20241201T000718_056776_0697DA_6EE4.SAFE", 4, false),
            ("S1C_IW_GRDH_1SDV_20250327T154419_20250327T154453_001628_002981_53D2_COG", 57, true),
            ("S1D_IW_GRDH_1SDV_20260427T154419_20260427T154453_002389_002981_53D2", 73, false),
        ] {
            let Some(ProductName::Sentinel1(read)) = ProductName::read(name) else { panic!("{name}") };
            assert_eq!((read.relative_orbit(), read.cog), (orbit, cog), "{name}");
            assert_eq!(read.polarisations, [Band::Vv, Band::Vh]);
            assert!(name.starts_with(&read.stem) && !read.stem.contains("_COG"));
        }
    }

    #[test]
    fn vector_15_7_tiles_to_coordinate_systems() {
        for (tile, code) in [("55WFR", Some(32655)), ("51CVP", Some(32751)), ("T13TDE", Some(32613)), ("61TDE", None), ("13tde", None)] {
            assert_eq!(tile_crs(tile).and_then(|crs| crs.epsg_code()), code, "{tile}");
        }
    }
}
