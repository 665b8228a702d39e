//! The area of interest: a valid polygon or multipolygon in longitude and latitude.
//!
//! Here stand the rules for a shape that is already longitude and latitude. Files as people have them, in any format and coordinate
//! system, and the repair of outlines that cross themselves are the business of whoever reads files.

pub(crate) mod antimeridian;
pub(crate) mod as_geojson;
mod geojson_text;
mod validity;

use geo::{Area, BoundingRect, ConvexHull, GeodesicArea, Intersects, MultiPolygon, Orient, orient::Direction};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A valid (multi)polygon in degrees (WGS 84), exterior rings anticlockwise, no part crossing the antimeridian. An area over a pole
/// reaches to latitude ±90 along the pole line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "geojson::Geometry", into = "geojson::Geometry")]
pub struct Aoi {
    shape: MultiPolygon<f64>,
}

/// Something that was put right while an area was read; the window shows each as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AoiNote {
    /// A ring did not end where it began.
    ClosedRing,
    /// Heights or measures were left out.
    DroppedZ,
    /// The area crosses the antimeridian and was split there.
    SplitAntimeridian,
    /// Several features became one area.
    MergedFeatures,
    /// The outline goes round a pole and was closed along it.
    CoversPole,
    /// Rings ran the wrong way round for GeoJSON.
    Rewound,
    /// Points that repeat the one before them were left out.
    DroppedDuplicates,
    /// Outlines crossed themselves, overlapped or lay in each other.
    RepairedOutline,
    /// Features without a usable outline were left out.
    LeftOutFeatures,
    /// Something follows after the end of the document and was left out.
    LeftOutJunk,
    /// Coordinates were taken from another coordinate system.
    Reprojected,
    /// The file does not name its coordinate system; its numbers are longitudes and latitudes.
    AssumedLonLat,
    /// Latitude stood before longitude.
    SwappedLatLon,
    /// A closed line became the area inside.
    ClosedLine,
    /// Points and open lines became the ground around them.
    Buffered,
    /// Points and open lines became the area they span.
    TookHull,
}

impl AoiNote {
    /// Every note there is.
    pub const ALL: [AoiNote; 16] = [
        Self::ClosedRing,
        Self::DroppedZ,
        Self::SplitAntimeridian,
        Self::MergedFeatures,
        Self::CoversPole,
        Self::Rewound,
        Self::DroppedDuplicates,
        Self::RepairedOutline,
        Self::LeftOutFeatures,
        Self::LeftOutJunk,
        Self::Reprojected,
        Self::AssumedLonLat,
        Self::SwappedLatLon,
        Self::ClosedLine,
        Self::Buffered,
        Self::TookHull,
    ];

    /// What was done, as a sentence without a full stop; for terminals and logs.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::ClosedRing => "a ring of the area was open and has been closed",
            Self::DroppedZ => "heights and measures in the area are left out",
            Self::SplitAntimeridian => "the area crosses the antimeridian and has been split there",
            Self::MergedFeatures => "several features have been merged into one area",
            Self::CoversPole => "the outline goes round a pole and has been closed along it",
            Self::Rewound => "rings that ran the wrong way round have been turned",
            Self::DroppedDuplicates => "points that repeat the one before them are left out",
            Self::RepairedOutline => "outlines that crossed themselves, overlapped or lay in each other have been put right",
            Self::LeftOutFeatures => "features without a usable outline are left out",
            Self::LeftOutJunk => "what follows after the end of the document is left out",
            Self::Reprojected => "coordinates have been taken over into longitude and latitude",
            Self::AssumedLonLat => "no coordinate system is named; the numbers have been taken for longitudes and latitudes",
            Self::SwappedLatLon => "latitude stood before longitude; the two have been swapped",
            Self::ClosedLine => "a closed line has been taken for the area inside it",
            Self::Buffered => "points and open lines have been taken for the ground around them",
            Self::TookHull => "points and open lines have been taken for the area that they span",
        }
    }
}

/// Why a geometry cannot be an area of interest, and what to do about it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AoiError {
    /// The text is not GeoJSON.
    #[error("this is not GeoJSON ({0}): export the area as GeoJSON in longitude and latitude and try again")]
    NotGeoJson(String),
    /// There is no polygon in it.
    #[error("there is no polygon in it (found {0}): an area needs at least one Polygon or MultiPolygon")]
    NoPolygon(String),
    /// A coordinate is not a number on Earth.
    #[error(
        "{x}, {y} is not a longitude and latitude in degrees: the file may be in a projected coordinate system; reproject it to EPSG:4326"
    )]
    OutOfRange {
        /// First coordinate.
        x: f64,
        /// Second coordinate.
        y: f64,
    },
    /// The polygon is degenerate.
    #[error("the area is empty: its corners lie on one line or one point")]
    Empty,
    /// The polygon crosses itself or is broken in another way.
    #[error("the outline is not a valid polygon ({0}): redraw it so that its edges do not cross")]
    Invalid(String),
}

impl Aoi {
    /// Checks and cleans a shape: closes rings, splits at the antimeridian, orients rings; refuses what is not a valid area.
    pub fn new(shape: MultiPolygon<f64>) -> Result<Self, AoiError> {
        Self::with_notes(shape).map(|(aoi, _)| aoi)
    }

    /// As [`Aoi::new`], and tells what was put right.
    pub fn with_notes(shape: MultiPolygon<f64>) -> Result<(Self, Vec<AoiNote>), AoiError> {
        let outside = |c: &geo::Coord<f64>| !(c.x.abs() <= 540.0 && c.y.abs() <= 90.0);
        if let Some(c) = geo::CoordsIter::coords_iter(&shape).find(outside) {
            return Err(AoiError::OutOfRange { x: c.x, y: c.y });
        }
        let mut notes = Vec::new();
        let shape = match antimeridian::split(&shape)? {
            Some((split, done)) => {
                notes.extend(done);
                split
            }
            None => shape,
        };
        notes.sort();
        notes.dedup();
        if shape.convex_hull().unsigned_area() == 0.0 {
            return Err(AoiError::Empty);
        }
        validity::check(&shape)?;
        Ok((Self { shape: shape.orient(Direction::Default) }, notes))
    }

    /// A box in degrees; `west > east` means that it crosses the antimeridian.
    pub fn from_bbox([west, south, east, north]: [f64; 4]) -> Result<Self, AoiError> {
        let east = if west > east { east + 360.0 } else { east };
        // An edge of more than 180 degrees would be taken for a jump over the antimeridian, so wide boxes get corners in between.
        let at = |step: i32| west + (east - west) * f64::from(step) / 4.0;
        let steps: Vec<i32> = if east - west > 120.0 { (0..=4).collect() } else { vec![0, 4] };
        let ring = steps.iter().map(|s| (at(*s), south)).chain(steps.iter().rev().map(|s| (at(*s), north))).collect();
        Self::new(MultiPolygon(vec![geo::Polygon::new(ring, Vec::new())]))
    }

    /// A polygon as people write it with continuous longitudes (which may lie beyond ±180), closed over the pole where it goes round one
    /// (then [`AoiNote::CoversPole`]). It may still cross itself; whoever repairs that does so on this form, where neighbours are near.
    pub fn unwrapped(polygon: &geo::Polygon<f64>) -> Result<(MultiPolygon<f64>, Option<AoiNote>), AoiError> {
        antimeridian::unwrapped(polygon)
    }

    /// Reads a GeoJSON text: a geometry, a feature, or a collection, whose polygons are merged into one area.
    pub fn from_geojson(text: &str) -> Result<(Self, Vec<AoiNote>), AoiError> {
        geojson_text::read(text)
    }

    /// The (multi)polygon.
    pub fn shape(&self) -> &MultiPolygon<f64> {
        &self.shape
    }

    /// Area on the WGS 84 ellipsoid, square metres.
    pub fn area_m2(&self) -> f64 {
        Self::ground_m2(&self.shape)
    }

    /// Area of any shape in longitude and latitude on the WGS 84 ellipsoid, square metres.
    pub fn ground_m2(shape: &MultiPolygon<f64>) -> f64 {
        /// Square degrees under which a ring is no larger than its inside.
        const SMALL: f64 = 1.0;
        const EARTH: f64 = 510_065_621_724_088.0;
        let ring = |line: &geo::LineString<f64>| {
            let alone = geo::Polygon::new(line.clone(), Vec::new()).orient(Direction::Default);
            let area = alone.geodesic_area_unsigned();
            // Which way round a sliver runs is lost in rounding, and then all the Earth but the sliver would be measured.
            if alone.unsigned_area() < SMALL { area.min((EARTH - area).abs()) } else { area }
        };
        shape.iter().map(|p| ring(p.exterior()) - p.interiors().iter().map(ring).sum::<f64>()).sum()
    }

    /// `[west, south, east, north]` in degrees. Of an area split at the antimeridian, `west > east`.
    pub fn bbox(&self) -> [f64; 4] {
        let parts: Vec<_> = self.shape.iter().filter_map(BoundingRect::bounding_rect).collect();
        let south = parts.iter().map(|r| r.min().y).fold(f64::INFINITY, f64::min);
        let north = parts.iter().map(|r| r.max().y).fold(f64::NEG_INFINITY, f64::max);
        let (west, east) = antimeridian::extent(&parts);
        [west, south, east, north]
    }

    /// Ten hexadecimal digits that are the same for the same outline to about a centimetre: tells areas apart in the names of files.
    pub fn fingerprint(&self) -> String {
        // FNV-1a: short, the same on every machine and in every version, and nobody gains from a collision.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for c in geo::CoordsIter::coords_iter(&self.shape) {
            for byte in [c.x, c.y].into_iter().flat_map(|degrees| ((degrees * 1e7).round() as i64).to_le_bytes()) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        format!("{:010x}", hash >> 24)
    }

    /// Share (0 to 1) of this area that a footprint covers, measured in degrees, which is exact enough to sort scenes by.
    pub fn coverage_by(&self, footprint: &MultiPolygon<f64>) -> f64 {
        if !self.shape.intersects(footprint) {
            return 0.0;
        }
        let shared = geo::BooleanOps::intersection(&self.shape, footprint).unsigned_area();
        (shared / self.shape.unsigned_area()).clamp(0.0, 1.0)
    }
}

impl TryFrom<geojson::Geometry> for Aoi {
    type Error = AoiError;

    fn try_from(geometry: geojson::Geometry) -> Result<Self, AoiError> {
        geojson_text::from_geometries(vec![geometry]).map(|(aoi, _)| aoi)
    }
}

impl From<Aoi> for geojson::Geometry {
    fn from(aoi: Aoi) -> Self {
        as_geojson::geometry(&aoi.shape)
    }
}

#[cfg(test)]
mod tests;
