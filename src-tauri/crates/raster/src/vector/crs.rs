//! Which coordinate system a file names.

use gdal::spatial_ref::SpatialRef;
use swath_domain::Crs;

use super::letters;
use super::raw::LayerCrs;
use crate::{ffi, ffi_vector};

/// Longitude and latitude on WGS 84, with or without heights, under the numbers in use.
const LON_LAT: [u32; 3] = [4326, 4979, 84];

/// From the text of a .prj file.
pub(super) fn from_prj(bytes: &[u8]) -> LayerCrs {
    ffi::ready();
    let text = letters::decode(bytes, None);
    let text = text.trim().trim_matches('\0');
    match SpatialRef::from_esri(text).or_else(|_| SpatialRef::from_wkt(text)) {
        Ok(reference) => from_reference(reference),
        Err(_) => LayerCrs::Unknown("its .prj file cannot be understood".into()),
    }
}

/// From `EPSG:4326`, `urn:ogc:def:crs:EPSG::4326`, `http://www.opengis.net/def/crs/EPSG/0/4326`, `urn:ogc:def:crs:OGC:1.3:CRS84`.
///
/// Whatever the authority says about the order of axes, people write x before y.
pub(super) fn from_name(name: &str) -> LayerCrs {
    let last = name.rsplit([':', '/']).next().unwrap_or_default().trim();
    if last.eq_ignore_ascii_case("CRS84") || last.eq_ignore_ascii_case("CRS84h") {
        return LayerCrs::LonLat;
    }
    match last.parse() {
        Ok(code) => from_epsg(code),
        Err(_) => LayerCrs::Unknown(format!("it names “{}”", super::budget::short(name))),
    }
}

pub(super) fn from_epsg(code: u32) -> LayerCrs {
    ffi::ready();
    if LON_LAT.contains(&code) {
        return LayerCrs::LonLat;
    }
    match SpatialRef::from_epsg(code) {
        Ok(_) => LayerCrs::Named(Crs::epsg(code)),
        Err(_) => LayerCrs::Unknown(format!("it names EPSG:{code}, which nobody knows")),
    }
}

/// From what GDAL read.
pub(super) fn from_reference(reference: SpatialRef) -> LayerCrs {
    if reference.is_local() || reference.name().is_some_and(|name| name.to_ascii_lowercase().starts_with("undefined")) {
        return LayerCrs::Unknown("its coordinate system is called undefined".into());
    }
    // Esri's systems have no number of their own; many are EPSG's by another name.
    if reference.auth_code().is_err()
        && let Some(code) = ffi_vector::epsg_of(&reference)
    {
        return from_epsg(code);
    }
    match (reference.auth_name().as_deref(), reference.auth_code()) {
        (Some("EPSG"), Ok(code)) if code > 0 => from_epsg(code.unsigned_abs()),
        _ => match reference.to_wkt() {
            Ok(wkt) if !wkt.is_empty() => LayerCrs::Named(Crs(wkt)),
            _ => LayerCrs::Unknown("it names no coordinate system".into()),
        },
    }
}

/// `EPSG:n`, or the name within a definition in full.
pub(super) fn shown(crs: &LayerCrs) -> Option<String> {
    match crs {
        LayerCrs::LonLat => Some("EPSG:4326".into()),
        LayerCrs::Named(crs) if crs.epsg_code().is_some() => Some(crs.to_string()),
        LayerCrs::Named(crs) => crs.0.split('"').nth(1).map(str::to_owned),
        LayerCrs::Unknown(_) => None,
    }
}

/// `EPSG:n` or the name, for messages.
pub(super) fn name(crs: &Crs) -> String {
    shown(&LayerCrs::Named(crs.clone())).unwrap_or_else(|| "its coordinate system".into())
}
