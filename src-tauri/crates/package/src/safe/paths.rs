//! How long the paths inside of products are, before they are seen.

use swath_domain::{Band, ProductName, Sensor};

/// What stands for the digits of a date, an orbit or the like: only the length counts.
const MOMENT: &str = "20230625T234624";
/// Folder and name of the longest file in each part of a product, as real ones have it. Names of folders inside do not follow from a
/// product's name letter by letter, but they are always as long.
const DATASTRIP: &str = "DATASTRIP/DS_2APS_20230626T022157_S20230625T234624/QI_DATA/RADIOMETRIC_QUALITY.xml";
const GRANULE: &str = "GRANULE/L2A_T01WCP_A041826_20230625T234624";

/// UTF-16 units of the longest path below the SAFE folder's parent (the folder's name included) for a product of which only the name is
/// known: for the path budget. `bands` are those of a partial product; `None` is the whole product.
pub fn longest_path(name: &str, sensor: Sensor, bands: Option<&[Band]>) -> usize {
    let stem = [".zip", ".ZIP", ".SAFE", ".safe"].iter().fold(name, |name, end| name.strip_suffix(end).unwrap_or(name));
    let root = stem.encode_utf16().count() + ".SAFE".len();
    let longest = inside(stem, sensor, bands).iter().map(String::len).max().unwrap_or(0);
    root + 1 + longest
}

/// The files among which the longest is.
fn inside(stem: &str, sensor: Sensor, bands: Option<&[Band]>) -> Vec<String> {
    let has = |band: Band| bands.is_none_or(|bands| bands.contains(&band));
    let some = bands.is_none_or(|bands| !bands.is_empty());
    match sensor {
        // Before December 2016 the long name of the product is repeated in its parts, with a mask of each band.
        _ if matches!(ProductName::read(stem), Some(ProductName::Sentinel2Multi { .. })) => {
            let granule = "S2A_OPER_MSI_L1C_TL_EPA__20160605T113933_A000734_T29RNP_N02.02";
            let mask = "S2A_OPER_MSK_TECQUA_TL_EPA__20160605T113933_A000734_T29RNP_B10_MSIL1C.gml";
            vec![format!("GRANULE/{granule}/QI_DATA/{mask}")]
        }
        Sensor::Sentinel2L1c | Sensor::Sentinel2L2a => {
            let mut files = vec![DATASTRIP.into(), format!("{GRANULE}/QI_DATA/T01WCP_{MOMENT}_PVI.jp2")];
            if some {
                let folder = if sensor == Sensor::Sentinel2L2a { "IMG_DATA/R10m" } else { "IMG_DATA" };
                let end = if sensor == Sensor::Sentinel2L2a { "_B04_10m.jp2" } else { "_B04.jp2" };
                files.push(format!("{GRANULE}/{folder}/T01WCP_{MOMENT}{end}"));
            }
            files
        }
        Sensor::Sentinel1Grd | Sensor::Sentinel1Rtc => {
            let base = "s1a-iw-grd-vh-20210809t173953-20210809t174018-039156-049f13-002";
            let mut files = vec![format!("annotation/calibration/calibration-{base}.xml"), format!("annotation/rfi/rfi-{base}.xml")];
            if [Band::Vv, Band::Vh, Band::Hh, Band::Hv].into_iter().any(has) {
                // The re-encoded measurements end in `-cog.tiff`.
                files.push(format!("measurement/{base}-cog.tiff"));
            }
            files
        }
        // No SAFE, but a folder as well: `LC08_L2SP_123032_20240512_20240520_02_T1_SR_QA_AEROSOL.TIF`.
        Sensor::LandsatC2L1 | Sensor::LandsatC2L2 => vec![format!("{stem}_SR_QA_AEROSOL.TIF")],
    }
}
