//! Between GDAL's geometries and ours.

use gdal::errors::GdalError;
use gdal::vector::{Geometry, OGRwkbGeometryType as Kind, ToGdal, geometry_type_flatten, geometry_type_has_m, geometry_type_has_z};
use geo::{Coord, LineString, MultiPolygon, Polygon};
use swath_domain::{AoiNote, Stop};

use super::VectorError;
use super::budget::{Budget, DEPTH};
use super::raw::Shape;
use crate::ffi_vector;

/// Takes a geometry of any kind apart. `Err(words)` within when it is of a kind that bounds nothing.
pub(super) fn take(geometry: &Geometry, shape: &mut Shape, budget: &Budget) -> Result<Result<(), String>, Stop<VectorError>> {
    take_deep(geometry, shape, budget, 0)
}

fn take_deep(geometry: &Geometry, shape: &mut Shape, budget: &Budget, depth: usize) -> Result<Result<(), String>, Stop<VectorError>> {
    let full = geometry.geometry_type();
    if geometry_type_has_z(full) || geometry_type_has_m(full) {
        shape.notes.insert(AoiNote::DroppedZ);
    }
    if geometry.is_empty() || depth > DEPTH {
        return Ok(Ok(()));
    }
    match geometry_type_flatten(full) {
        Kind::wkbPoint => shape.points.extend(points(geometry, budget)?),
        Kind::wkbLineString | Kind::wkbLinearRing => shape.line(points(geometry, budget)?),
        Kind::wkbPolygon | Kind::wkbTriangle => {
            let rings = (0..geometry.geometry_count()).map(|n| points(&geometry.get_geometry(n), budget));
            shape.polygon(rings.collect::<Result<Vec<_>, _>>()?);
        }
        Kind::wkbMultiPoint
        | Kind::wkbMultiLineString
        | Kind::wkbMultiPolygon
        | Kind::wkbGeometryCollection
        | Kind::wkbPolyhedralSurface
        | Kind::wkbTIN => {
            let mut all = Ok(());
            for n in 0..geometry.geometry_count() {
                all = all.and(take_deep(&geometry.get_geometry(n), shape, budget, depth + 1)?);
            }
            return Ok(all);
        }
        Kind::wkbCircularString | Kind::wkbCompoundCurve | Kind::wkbCurvePolygon | Kind::wkbMultiCurve | Kind::wkbMultiSurface => {
            return match ffi_vector::straight(geometry) {
                Ok(straight) => take_deep(&straight, shape, budget, depth + 1),
                Err(_) => Ok(Err("its arcs cannot be followed".into())),
            };
        }
        _ => return Ok(Err(format!("it is a {}, which bounds nothing", geometry.geometry_name()))),
    }
    Ok(Ok(()))
}

fn points(geometry: &Geometry, budget: &Budget) -> Result<Vec<Coord<f64>>, Stop<VectorError>> {
    budget.vertices(geometry.point_count())?;
    let mut all = Vec::new();
    geometry.get_points(&mut all);
    Ok(all.into_iter().map(|(x, y, _)| Coord { x, y }).collect())
}

/// Whether GEOS calls it valid.
pub(super) fn is_valid(shape: &MultiPolygon<f64>) -> Result<bool, GdalError> {
    Ok(gdal(shape)?.is_valid())
}

/// What GEOS makes of a shape whose rings cross: every ring parts inside from outside, as it does on the screen.
pub(super) fn make_valid(shape: &MultiPolygon<f64>) -> Result<MultiPolygon<f64>, GdalError> {
    Ok(polygons(&gdal(shape)?.make_valid(&gdal::cpl::CslStringList::new())?))
}

/// All parts as one. They must be valid each.
pub(super) fn union(shape: &MultiPolygon<f64>) -> Result<MultiPolygon<f64>, GdalError> {
    Ok(polygons(&ffi_vector::union(&gdal(shape)?)?))
}

fn gdal(shape: &MultiPolygon<f64>) -> Result<Geometry, GdalError> {
    crate::ffi::ready();
    match shape.0.as_slice() {
        [one] => one.to_gdal(),
        _ => shape.to_gdal(),
    }
}

/// The polygons of a geometry; lines and points that repair leaves over bound nothing.
pub(super) fn polygons(geometry: &Geometry) -> MultiPolygon<f64> {
    let mut found = Vec::new();
    collect(geometry, &mut found);
    MultiPolygon(found)
}

fn collect(geometry: &Geometry, found: &mut Vec<Polygon<f64>>) {
    match geometry_type_flatten(geometry.geometry_type()) {
        Kind::wkbPolygon => {
            let mut rings = (0..geometry.geometry_count()).map(|n| {
                let mut all = Vec::new();
                geometry.get_geometry(n).get_points(&mut all);
                LineString(all.into_iter().map(|(x, y, _)| Coord { x, y }).collect())
            });
            if let Some(outline) = rings.next() {
                found.push(Polygon::new(outline, rings.collect()));
            }
        }
        Kind::wkbMultiPolygon | Kind::wkbGeometryCollection => {
            (0..geometry.geometry_count()).for_each(|n| collect(&geometry.get_geometry(n), found));
        }
        _ => {}
    }
}
