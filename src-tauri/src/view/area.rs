//! Areas.

use geo::{CoordsIter, MultiPolygon};
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;
use swath_domain::{Aoi, AoiNote};
use swath_raster::vector::tiles;

use super::IpcError;

/// Polygons, rings, vertices, `[longitude, latitude]`. Rings are closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct Coordinates(#[specta(type = Vec<Vec<Vec<Vec<Number>>>>)] pub Vec<Vec<Vec<Vec<f64>>>>);

/// `[west, south, east, north]` in degrees; west is greater than east where the area crosses the antimeridian.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct Bbox(#[specta(type = (Number, Number, Number, Number))] pub [f64; 4]);

/// An area that was checked and cleaned.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AreaView {
    /// The outline.
    pub coordinates: Coordinates,
    /// Square kilometres on the ellipsoid.
    #[specta(type = Number)]
    pub area_km2: f64,
    /// Its box.
    pub bbox: Bbox,
    /// Corners, the closing ones not counted.
    #[specta(type = Number)]
    pub vertices: usize,
    /// Codes of what was put right, such as `closed-ring`.
    #[specta(type = Vec<String>)]
    pub notes: Vec<AoiNote>,
    /// What it is called where it comes from.
    pub name: Option<String>,
    /// Names of the Sentinel-2 tiles that it touches, 20 at most.
    pub mgrs_tiles: Vec<String>,
    /// How many it touches, 2000 at most.
    #[specta(type = Number)]
    pub mgrs_tile_count: usize,
}

/// Tiles that are told by name.
const TILES: usize = 20;

impl Coordinates {
    /// Of a shape as it is.
    pub fn of(shape: &MultiPolygon<f64>) -> Self {
        let ring = |line: &geo::LineString<f64>| line.coords().map(|c| vec![c.x, c.y]).collect();
        Self(shape.iter().map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect()).collect())
    }

    /// The area, checked and cleaned as any GeoJSON from outside.
    pub fn to_area(&self) -> Result<(Aoi, Vec<AoiNote>), IpcError> {
        let geometry = serde_json::json!({ "type": "MultiPolygon", "coordinates": self });
        Ok(Aoi::from_geojson(&geometry.to_string())?)
    }
}

impl AreaView {
    /// As the page shows it.
    pub fn of((area, notes): (Aoi, Vec<AoiNote>), name: Option<String>) -> Self {
        let mut tiles = tiles::mgrs_tiles(&area);
        let mgrs_tile_count = tiles.len();
        tiles.truncate(TILES);
        let shape = area.shape();
        let rings: usize = shape.iter().map(|polygon| 1 + polygon.interiors().len()).sum();
        Self {
            coordinates: Coordinates::of(shape),
            area_km2: area.area_m2() / 1e6,
            bbox: Bbox(area.bbox()),
            vertices: shape.coords_count() - rings,
            notes,
            name,
            mgrs_tiles: tiles,
            mgrs_tile_count,
        }
    }
}
