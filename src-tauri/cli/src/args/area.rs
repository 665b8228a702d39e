//! Arguments that say where.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use swath_raster::vector::Points;

use super::examples;
use crate::areas::parse_points;
use crate::read::parse_bbox;

/// Where.
#[derive(Debug, Args)]
pub(crate) struct PlaceArgs {
    /// Area: a file (GeoJSON, KML, KMZ, shapefile, GeoPackage, GPX, WKT, CSV, also zipped), `-` for standard input, or in full: a box
    /// west,south,east,north, an MGRS tile such as 33TWL, a path and row such as 191/028, WKT
    #[arg(long, value_name = "FILE|TEXT", allow_hyphen_values = true, conflicts_with = "bbox")]
    pub(crate) area: Option<String>,
    /// Area: west,south,east,north in degrees; west > east runs over the antimeridian
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true, value_parser = parse_bbox)]
    pub(crate) bbox: Option<[f64; 4]>,
    /// Layer of the file, where it has several
    #[arg(long, value_name = "NAME")]
    pub(crate) layer: Option<String>,
    /// Number of a feature of the file, see `swath area info`; may be given several times [default: all]
    #[arg(long, value_name = "N")]
    pub(crate) feature: Vec<u64>,
    /// What becomes of points and open lines: buffer:METRES or hull [default: buffer:1000]
    #[arg(long, value_name = "HOW", value_parser = parse_points)]
    pub(crate) points: Option<Points>,
}

impl PlaceArgs {
    /// All of a file.
    pub(crate) fn of(area: String) -> Self {
        Self { area: Some(area), bbox: None, layer: None, feature: Vec::new(), points: None }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum AreaCommand {
    /// Show layers and features of a file, and of which of them an area can be made
    #[command(after_help = examples::AREA)]
    Info {
        /// File, `-` for standard input, or the text itself
        #[arg(value_name = "FILE|TEXT", allow_hyphen_values = true)]
        file: String,
        /// Features of each layer to list
        #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(0..=1000))]
        features: u16,
    },
    /// Write an area to a file: .geojson, .gpkg or .kml
    #[command(after_help = examples::AREA)]
    Export {
        #[command(flatten)]
        place: PlaceArgs,
        /// The file; replaced where it is there
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        /// Name of the area [default: that of the file]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// What to write, where the file's name does not say it
        #[arg(long, value_name = "FORMAT")]
        format: Option<AreaFormat>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AreaFormat {
    Geojson,
    Geopackage,
    Kml,
}
