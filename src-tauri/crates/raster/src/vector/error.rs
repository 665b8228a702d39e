//! What can go wrong with an area, by what the caller can do about it.

use std::path::Path;

use swath_domain::AoiError;

use super::budget;

/// Why a file or a text is no area. No message holds a path, only the file's name.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum VectorError {
    /// It is a folder, or nothing at all.
    #[error("{name} is not a file: choose the file itself (of a shapefile the .shp, or a .zip of its parts)")]
    NotAFile {
        /// The file's name.
        name: String,
    },
    /// The system does not give its bytes.
    #[error("{name} cannot be read ({words}): check that it still exists and may be read")]
    Unreadable {
        /// The file's name.
        name: String,
        /// The system's words.
        words: String,
    },
    /// None of the formats that are read.
    #[error(
        "{name} is in no format that is read here ({what}): export the area as GeoJSON, KML, KMZ, Shapefile (zipped, too), GeoPackage, GPX, WKT or CSV"
    )]
    UnknownFormat {
        /// The file's name.
        name: String,
        /// What it looks like instead.
        what: String,
    },
    /// The format is known, the content broken.
    #[error("{name} is damaged ({words}): export it again")]
    Damaged {
        /// The file's name.
        name: String,
        /// Where and how.
        words: String,
    },
    /// More than is taken in.
    #[error("{name} is too large ({what}): cut it down to the area that is needed, or simplify its outlines")]
    TooLarge {
        /// The file's name.
        name: String,
        /// Which limit is passed.
        what: String,
    },
    /// A sound file with nothing in it.
    #[error("{name} holds no features: export it again with the area in it")]
    NoFeatures {
        /// The file's name.
        name: String,
    },
    /// There are features, but none bounds an area.
    #[error("there is no area in it ({found}): choose a file or a feature with a polygon that is larger than a line")]
    NoArea {
        /// What there is instead.
        found: String,
    },
    /// Coordinates are called degrees and cannot be.
    #[error(
        "{x}, {y} is not a longitude and latitude in degrees: the file may be in a projected coordinate system; reproject it to EPSG:4326"
    )]
    OutOfRange {
        /// First coordinate.
        x: f64,
        /// Second coordinate.
        y: f64,
    },
    /// No coordinate system is named, and the numbers are no degrees.
    #[error(
        "{name} does not say in which coordinate system it is ({words}), and its numbers ({x}, {y}) are no degrees: add the .prj file, or export it in EPSG:4326"
    )]
    UnknownCrs {
        /// The file's name.
        name: String,
        /// What it says instead.
        words: String,
        /// First coordinate.
        x: f64,
        /// Second coordinate.
        y: f64,
    },
    /// Coordinates cannot be taken into longitude and latitude.
    #[error("coordinates cannot be taken from {from} to longitude and latitude ({words}): export the area in EPSG:4326")]
    Projection {
        /// Coordinate system of the file.
        from: String,
        /// PROJ's words.
        words: String,
    },
    /// An outline that cannot be repaired.
    #[error("the outline cannot be repaired ({words}): redraw it so that its edges do not cross")]
    Invalid {
        /// Where and how.
        words: String,
    },
    /// Pasted text that is none of what can be pasted.
    #[error(
        "this text is no area ({hint}): paste GeoJSON, KML, GPX, WKT, a table of points with columns lon and lat, a box as west south east north, a tile such as 33TWL, or a path and row such as 191/028"
    )]
    NotRecognised {
        /// What is nearest to it.
        hint: String,
    },
    /// A tile or a path and row that does not exist.
    #[error("there is no {what}: check it against the catalogue")]
    NoSuchTile {
        /// What was asked for.
        what: String,
    },
    /// A layer or feature that the file has not.
    #[error("there is no {what} in {name}: open the file again and choose from its list")]
    NoSuchFeature {
        /// The file's name.
        name: String,
        /// What was asked for.
        what: String,
    },
    /// An area cannot be written.
    #[error("{name} cannot be written ({words}): check that the folder exists, may be written to and has room")]
    Write {
        /// The file's name.
        name: String,
        /// GDAL's or the system's words.
        words: String,
    },
}

impl VectorError {
    /// A word for programs, which stays when messages change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAFile { .. } => "not-a-file",
            Self::Unreadable { .. } => "unreadable",
            Self::UnknownFormat { .. } => "unknown-format",
            Self::Damaged { .. } => "damaged",
            Self::TooLarge { .. } => "too-large",
            Self::NoFeatures { .. } => "no-features",
            Self::NoArea { .. } => "no-area",
            Self::OutOfRange { .. } => "out-of-range",
            Self::UnknownCrs { .. } => "unknown-crs",
            Self::Projection { .. } => "projection",
            Self::Invalid { .. } => "invalid-outline",
            Self::NotRecognised { .. } => "not-recognised",
            Self::NoSuchTile { .. } => "no-such-tile",
            Self::NoSuchFeature { .. } => "no-such-feature",
            Self::Write { .. } => "write-failed",
        }
    }

    pub(super) fn damaged(name: &str, words: impl Into<String>) -> Self {
        Self::Damaged { name: name.into(), words: budget::short(&words.into()) }
    }

    pub(super) fn too_large(name: &str, what: impl Into<String>) -> Self {
        Self::TooLarge { name: name.into(), what: what.into() }
    }

    pub(super) fn write(path: &Path, words: impl Into<String>) -> Self {
        Self::Write { name: budget::file_name(path), words: words.into() }
    }
}

impl From<AoiError> for VectorError {
    fn from(error: AoiError) -> Self {
        match error {
            AoiError::OutOfRange { x, y } => Self::OutOfRange { x, y },
            AoiError::Empty => Self::NoArea { found: "its corners lie on one line or one point".into() },
            AoiError::NoPolygon(found) => Self::NoArea { found: format!("found {found}") },
            AoiError::Invalid(words) | AoiError::NotGeoJson(words) => Self::Invalid { words },
        }
    }
}
