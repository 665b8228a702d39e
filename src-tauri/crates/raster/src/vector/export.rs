//! Areas into files that other programs read.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use gdal::errors::GdalError;
use gdal::spatial_ref::SpatialRef;
use gdal::vector::{Defn, Feature, FieldDefn, LayerOptions, OGRFieldType, OGRwkbGeometryType, ToGdal};
use gdal::{DriverManager, vsi};
use geo::LineString;
use swath_domain::Aoi;

use super::VectorError;
use super::budget::file_name;
use crate::error::words;
use crate::ffi;

/// What an area can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// RFC 7946: longitude and latitude on WGS 84.
    GeoJson,
    /// One layer with one feature, EPSG:4326.
    GeoPackage,
    /// One placemark.
    Kml,
}

/// Writes an area: beside its place first and then renamed, so a file of that name is always whole, and one that was there before is
/// replaced in one go.
///
/// # Errors
/// [`VectorError::Write`].
pub fn export(aoi: &Aoi, name: &str, path: &Path, format: ExportFormat) -> Result<(), VectorError> {
    let bytes = match format {
        ExportFormat::GeoJson => geojson(aoi, name),
        ExportFormat::Kml => Ok(kml(aoi, name).into_bytes()),
        ExportFormat::GeoPackage => geopackage(aoi, name).map_err(|e| words(&e)),
    };
    let bytes = bytes.map_err(|words| VectorError::write(path, words))?;
    let beside = path.with_file_name(format!(".{}.part", file_name(path)));
    let done = write(&beside, path, &bytes).map_err(|e| VectorError::write(path, e.to_string()));
    if done.is_err() {
        let _ = fs::remove_file(&beside);
    }
    done
}

fn write(beside: &PathBuf, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = fs::File::create(beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(beside, path)
}

fn geojson(aoi: &Aoi, name: &str) -> Result<Vec<u8>, String> {
    let feature = serde_json::json!({ "type": "Feature", "properties": { "name": name }, "geometry": aoi });
    let collection = serde_json::json!({ "type": "FeatureCollection", "features": [feature] });
    serde_json::to_vec(&collection).map_err(|e| e.to_string())
}

fn kml(aoi: &Aoi, name: &str) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document>\n");
    let name = quick_xml::escape::escape(name);
    // Writing to a string does not fail.
    let _ = write!(out, "<name>{name}</name><Placemark><name>{name}</name><MultiGeometry>");
    let ring = |out: &mut String, side: &str, line: &LineString<f64>| {
        let _ = write!(out, "<{side}><LinearRing><coordinates>");
        for c in line.coords() {
            let _ = write!(out, "{},{} ", c.x, c.y);
        }
        let _ = write!(out, "</coordinates></LinearRing></{side}>");
    };
    for polygon in aoi.shape() {
        out.push_str("\n<Polygon>");
        ring(&mut out, "outerBoundaryIs", polygon.exterior());
        polygon.interiors().iter().for_each(|hole| ring(&mut out, "innerBoundaryIs", hole));
        out.push_str("</Polygon>");
    }
    out.push_str("\n</MultiGeometry></Placemark></Document></kml>\n");
    out
}

fn geopackage(aoi: &Aoi, name: &str) -> Result<Vec<u8>, GdalError> {
    ffi::ready();
    // Where the area lies is a name that nobody else has while this runs.
    let path = PathBuf::from(format!("/vsimem/export-{aoi:p}.gpkg"));
    let made = || -> Result<(), GdalError> {
        let mut dataset = DriverManager::get_driver_by_name("GPKG")?.create_vector_only(&path)?;
        let reference = SpatialRef::from_epsg(4326)?;
        let options =
            LayerOptions { name: "area", srs: Some(&reference), ty: OGRwkbGeometryType::wkbMultiPolygon, ..LayerOptions::default() };
        let layer = dataset.create_layer(options)?;
        FieldDefn::new("name", OGRFieldType::OFTString)?.add_to_layer(&layer)?;
        let defn = Defn::from_layer(&layer);
        let mut feature = Feature::new(&defn)?;
        feature.set_field_string(0, name)?;
        feature.set_geometry(aoi.shape().to_gdal()?)?;
        feature.create(&layer)?;
        dataset.close()
    };
    let result = made();
    let bytes = vsi::get_vsi_mem_file_bytes_owned(&path);
    result?;
    bytes
}
