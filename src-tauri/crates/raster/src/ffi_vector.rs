//! What the safe binding lacks for geometries: union, curves as lines. `unsafe` is in these files only.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char, c_int};

use gdal::errors::GdalError;
use gdal::spatial_ref::SpatialRef;
use gdal::vector::{Geometry, OGRwkbGeometryType};
use gdal_sys::OGRGeometryH;

/// The union of the parts of a multipolygon.
pub(crate) fn union(geometry: &Geometry) -> Result<Geometry, GdalError> {
    // SAFETY: the handle is live, and the result is a new geometry that nobody else owns.
    unsafe { owned(gdal_sys::OGR_G_UnionCascaded(geometry.c_geometry()), "OGR_G_UnionCascaded") }
}

/// The geometry with its arcs as many short lines.
pub(crate) fn straight(geometry: &Geometry) -> Result<Geometry, GdalError> {
    // SAFETY: as above; 0 means GDAL's own step of 4 degrees.
    unsafe { owned(gdal_sys::OGR_G_GetLinearGeometry(geometry.c_geometry(), 0.0, std::ptr::null_mut()), "OGR_G_GetLinearGeometry") }
}

/// The number in EPSG's register of a coordinate system that comes without one, when it is the same but for its name.
pub(crate) fn epsg_of(reference: &SpatialRef) -> Option<u32> {
    const SAME_BUT_FOR_NAMES: c_int = 90;
    // SAFETY: the handle is live; both arrays are GDAL's, as long as `count` says, read before they are freed, and freed once each.
    unsafe {
        let (mut count, mut confidence) = (0, std::ptr::null_mut());
        let found = gdal_sys::OSRFindMatches(reference.to_c_hsrs(), std::ptr::null_mut(), &mut count, &mut confidence);
        if found.is_null() {
            return None;
        }
        let mut code = None;
        if count > 0 && *confidence >= SAME_BUT_FOR_NAMES {
            let of = |what: unsafe extern "C" fn(gdal_sys::OGRSpatialReferenceH, *const c_char) -> *const c_char| {
                let text = what(*found, std::ptr::null());
                (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
            };
            if of(gdal_sys::OSRGetAuthorityName).as_deref() == Some("EPSG") {
                code = of(gdal_sys::OSRGetAuthorityCode).and_then(|code| code.parse().ok());
            }
        }
        gdal_sys::OSRFreeSRSArray(found);
        gdal_sys::VSIFree(confidence.cast());
        code
    }
}

/// Takes a handle over by putting it into a collection, since the binding has no other way in from outside.
///
/// # Safety
/// `handle` is null, or a geometry that nobody else owns.
unsafe fn owned(handle: OGRGeometryH, method_name: &'static str) -> Result<Geometry, GdalError> {
    if handle.is_null() {
        return Err(GdalError::NullPointer { method_name, msg: "the outlines cannot be joined".into() });
    }
    let collection = Geometry::empty(OGRwkbGeometryType::wkbGeometryCollection)?;
    // SAFETY: both handles are live. The collection owns the new geometry from here on.
    unsafe { gdal_sys::OGR_G_AddGeometryDirectly(collection.c_geometry(), handle) };
    Ok(collection)
}
