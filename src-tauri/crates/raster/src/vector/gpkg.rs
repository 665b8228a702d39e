//! GeoPackages, read by GDAL from memory: nothing is written beside the file, and no other file is looked for.

use std::path::PathBuf;

use gdal::errors::GdalError;
use gdal::vector::LayerAccess;
use gdal::{Dataset, DatasetOptions, GdalOpenFlags, vsi};
use swath_domain::Stop;

use super::budget::{Budget, FIELDS};
use super::raw::{Feature, Layer, LayerCrs};
use super::{VectorError, crs, geometry};
use crate::error::words;
use crate::ffi;

/// Names of SQL functions with which a view in the file could make GDAL ask the network or open other files.
const FORBIDDEN: [&[u8]; 4] = [b"ogr_geocode", b"gdal_get_layer_pixel_value", b"gdal_get_pixel_value", b"load_extension"];

pub(super) fn is_geopackage(bytes: &[u8]) -> bool {
    bytes.starts_with(b"SQLite format 3\0")
}

pub(super) fn read(mut bytes: Vec<u8>, budget: &Budget) -> Result<Vec<Layer>, Stop<VectorError>> {
    ffi::ready();
    let lower = |window: &[u8], word: &[u8]| window.eq_ignore_ascii_case(word);
    if FORBIDDEN.iter().any(|word| bytes.windows(word.len()).any(|w| w[0].eq_ignore_ascii_case(&word[0]) && lower(w, word))) {
        return Err(budget.damaged("it holds commands that would reach outside of the file"));
    }
    // A write-ahead log would need a second file, which memory has not; the file itself is a whole database without it.
    if bytes.get(18..20) == Some(&[2, 2]) {
        bytes[18..20].fill(1);
    }
    let file = Memory::new(bytes).map_err(|e| budget.damaged(words(&e)))?;
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_READONLY | GdalOpenFlags::GDAL_OF_VECTOR,
        allowed_drivers: Some(&["GPKG"]),
        ..Default::default()
    };
    let dataset = Dataset::open_ex(&file.path, options).map_err(|e| budget.damaged(words(&e)))?;
    let mut layers = Vec::new();
    for mut table in dataset.layers() {
        let mut layer = Layer::new(table.name());
        layer.crs = table.spatial_ref().map_or_else(|| LayerCrs::Unknown("its table names none".into()), crs::from_reference);
        for field in table.defn().fields().take(FIELDS) {
            layer.fields.push(budget.text(&field.name())?);
        }
        for row in table.features() {
            budget.feature()?;
            let mut feature = Feature::default();
            for field in 0..layer.fields.len() {
                feature.values.push(budget.text(&row.field_as_string(field).ok().flatten().unwrap_or_default())?);
            }
            feature.problem = match row.geometry() {
                Some(geometry) => geometry::take(geometry, &mut feature.shape, budget)?.err(),
                None => None,
            };
            if feature.shape.is_empty() && feature.problem.is_none() {
                feature.problem = Some("it has no geometry".into());
            }
            layer.features.push(feature);
        }
        layers.push(layer);
    }
    Ok(layers)
}

/// A file that is only in memory, gone when this is dropped.
struct Memory {
    path: PathBuf,
}

impl Memory {
    fn new(bytes: Vec<u8>) -> Result<Self, GdalError> {
        // Where the bytes lie is a name that nobody else has while they lie there.
        let path = PathBuf::from(format!("/vsimem/area-{:p}.gpkg", bytes.as_ptr()));
        vsi::create_mem_file(&path, bytes)?;
        Ok(Self { path })
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let _ = vsi::unlink_mem_file(&self.path);
    }
}
