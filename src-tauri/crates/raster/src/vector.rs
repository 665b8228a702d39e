//! Areas of interest as people have them: files of many formats, archives, pasted text, tiles; and the way back into files.
//!
//! ```no_run
//! use std::path::Path;
//! use swath_domain::Never;
//! use swath_raster::vector::{AreaFile, Choice, Points};
//!
//! let file = AreaFile::open(Path::new("parks.zip"), &Never)?;
//! for layer in file.layers() {
//!     // A list to choose from: name, how many features, coordinate system.
//! }
//! let import = file.area(0, &Choice::Features(vec![3, 7]), Points::default(), &Never)?;
//! // `import.aoi` is a valid area in longitude and latitude, `import.notes` says what was put right on the way.
//! # Ok::<(), swath_domain::Stop<swath_raster::vector::VectorError>>(())
//! ```
//!
//! A file is read once, completely, into plain values (`raw.rs`) whose number is limited (`budget.rs`); after that nothing looks at the
//! file again. Readers take things as they stand. What they mean is decided later and in one place for all formats: `place.rs` takes
//! coordinates to longitude and latitude, `clean.rs` repairs outlines, `points.rs` makes areas of points and lines, `import.rs` puts them together.
//!
//! Files come from strangers. Only GeoPackages are read by GDAL, from memory; everything else is read by the code here, which follows no
//! links, unfolds no entities, and writes nothing beside anybody's file.

mod archive;
mod budget;
mod clean;
mod crs;
mod csv;
mod error;
mod export;
mod features;
mod files;
mod geojson;
mod geometry;
mod gpkg;
mod gpx;
mod import;
mod kml;
mod letters;
mod place;
mod points;
mod raw;
mod shapefile;
mod table;
mod text;
pub mod tiles;
mod wkt;
mod xml;

use std::collections::BTreeSet;
use std::path::Path;

use geo::MultiPolygon;
use swath_domain::{Aoi, AoiNote, Monitor, Stop};

pub use error::VectorError;
pub use export::{ExportFormat, export};

/// A file or text with outlines, opened to be looked at.
#[derive(Debug)]
pub struct AreaFile {
    name: String,
    layers: Vec<AreaLayer>,
    raw: Vec<raw::Layer>,
    /// What was put right while reading, whichever feature is chosen.
    notes: BTreeSet<AoiNote>,
}

/// A table of features.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaLayer {
    /// As the file calls it, or the file's own name.
    pub name: String,
    /// How many features there are.
    pub features: u64,
    /// What they are made of.
    pub geometry: Geometries,
    /// `EPSG:n` or the name of the coordinate system; `None` when the file does not say.
    pub crs: Option<String>,
    /// Names of the attributes (64 at most).
    pub fields: Vec<String>,
    /// Features of which an area can be made, if they turn out to be sound.
    pub usable: u64,
}

/// How many features have polygons, else lines, else points, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Geometries {
    /// Features with polygons.
    pub polygons: u64,
    /// Features with lines and no polygons.
    pub lines: u64,
    /// Features with nothing but points.
    pub points: u64,
    /// Features without geometry.
    pub none: u64,
}

/// A feature of a layer, to be shown in a list and on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaFeature {
    /// Position in the layer, from 0; what [`Choice::Features`] takes.
    pub id: u64,
    /// What people would call it.
    pub label: String,
    /// One value per field of the layer, cut to 200 letters.
    pub values: Vec<String>,
    /// Its area on the ellipsoid; `None` for points, open lines and broken outlines.
    pub area_km2: Option<f64>,
    /// Its outline in longitude and latitude with at most 200 vertices, for drawing only.
    pub outline: Option<MultiPolygon<f64>>,
    /// Why it cannot be used, or not as it stands.
    pub problem: Option<String>,
}

/// Which features become the area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// All of the layer.
    All,
    /// Those at these positions.
    Features(Vec<u64>),
}

/// What becomes of points and of open lines. A closed line becomes the area inside; a point in a feature that
/// has a polygon, too, is where its name goes on a map and is left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Points {
    /// The ground around them.
    Buffer {
        /// Distance in metres, taken to be at least 1 and at most 200 000.
        metres: f64,
    },
    /// The smallest convex area that holds them all.
    Hull,
}

impl Default for Points {
    fn default() -> Self {
        Self::Buffer { metres: 1000.0 }
    }
}

/// An area, and what was put right to get it.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// The area.
    pub aoi: Aoi,
    /// In a fixed order, each at most once.
    pub notes: Vec<AoiNote>,
}

impl AreaFile {
    /// Reads GeoJSON, KML, KMZ, a shapefile (any of its parts, or zipped, several in one archive, too), a GeoPackage, GPX, WKT, or a CSV table of points.
    /// What it is, its bytes decide, not its name.
    ///
    /// # Errors
    /// Any [`VectorError`] but those of tiles and of writing; at most 256 MiB (512 MiB unpacked), 5 million vertices and a million features are read.
    pub fn open(path: &Path, monitor: &dyn Monitor) -> Result<Self, Stop<VectorError>> {
        files::open(path, monitor)
    }

    /// Reads pasted text; it is what the first of these rules says:
    ///
    /// 1. four numbers, with or without brackets: a box, always west, south, east, north (west > east crosses the antimeridian);
    /// 2. beginning with `{` or `[`: GeoJSON; with `<`: KML or GPX; with a word such as `POLYGON` or `SRID=`: WKT, one geometry or several;
    /// 3. tiles such as `33TWL` or `T33TWL`, one or several;
    /// 4. `191/028`, `191028` or `path 191 row 28`: a path and row of Landsat (WRS-2);
    /// 5. a first line with columns `lon` and `lat` (`longitude`, `x`, `经度`, …) between commas, semicolons or tabs: points.
    ///
    /// # Errors
    /// [`VectorError::NotRecognised`], which lists what can be pasted, and those of [`AreaFile::open`].
    pub fn parse(text: &str) -> Result<Self, Stop<VectorError>> {
        text::parse(text)
    }

    /// The file's name without its folders.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it holds.
    pub fn layers(&self) -> &[AreaLayer] {
        &self.layers
    }

    /// Some features of a layer, in the order of the file: `count` (at most 1000) of them beginning with number `from`.
    ///
    /// # Errors
    /// [`VectorError::NoSuchFeature`] when there is no such layer; what is wrong with a feature stands in the feature.
    pub fn features(&self, layer: usize, from: u64, count: usize) -> Result<Vec<AreaFeature>, VectorError> {
        features::list(self, layer, from, count)
    }

    /// One area of all features that are chosen.
    ///
    /// # Errors
    /// [`VectorError::NoArea`], [`VectorError::OutOfRange`], [`VectorError::UnknownCrs`], [`VectorError::Projection`],
    /// [`VectorError::Invalid`], [`VectorError::NoSuchFeature`].
    pub fn area(&self, layer: usize, choice: &Choice, points: Points, monitor: &dyn Monitor) -> Result<Import, Stop<VectorError>> {
        import::area(self, layer, choice, points, monitor)
    }

    fn new(name: &str, mut raw: Vec<raw::Layer>, junk: bool) -> Result<Self, VectorError> {
        if raw.iter().all(|layer| layer.features.is_empty()) {
            return Err(VectorError::NoFeatures { name: name.into() });
        }
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        for layer in raw.iter_mut().filter(|layer| layer.name.is_empty()) {
            layer.name = stem.into();
        }
        let layers = raw.iter().map(AreaLayer::of).collect();
        let notes = junk.then_some(AoiNote::LeftOutJunk).into_iter().collect();
        Ok(Self { name: name.into(), layers, raw, notes })
    }

    fn layer(&self, number: usize) -> Result<&raw::Layer, VectorError> {
        let gone = || VectorError::NoSuchFeature { name: self.name.clone(), what: format!("layer {}", number + 1) };
        self.raw.get(number).ok_or_else(gone)
    }
}

impl AreaLayer {
    fn of(raw: &raw::Layer) -> Self {
        let mut geometry = Geometries::default();
        for shape in raw.features.iter().map(|feature| &feature.shape) {
            *match shape {
                _ if !shape.polygons.is_empty() => &mut geometry.polygons,
                _ if !shape.lines.is_empty() => &mut geometry.lines,
                _ if !shape.points.is_empty() => &mut geometry.points,
                _ => &mut geometry.none,
            } += 1;
        }
        let features = raw.features.len() as u64;
        let crs = crs::shown(&raw.crs);
        Self { name: raw.name.clone(), features, geometry, crs, fields: raw.fields.clone(), usable: features - geometry.none }
    }
}
