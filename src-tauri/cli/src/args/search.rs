//! Arguments that say what to look for and what to run.

use clap::Args;
use jiff::civil::Date;
use swath_domain::Sensor;

use crate::read::parse_bbox;

/// One of two ways to give an area.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct PlaceArgs {
    /// Area: a GeoJSON file, `-` for standard input, or west,south,east,north
    #[arg(long, value_name = "FILE|BOX", allow_hyphen_values = true)]
    pub(crate) area: Option<String>,
    /// Area: west,south,east,north in degrees; west > east runs over the antimeridian
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true, value_parser = parse_bbox)]
    pub(crate) bbox: Option<[f64; 4]>,
}

#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// First day (UTC), such as 2025-06-01
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Date,
    /// Last day, included
    #[arg(long, value_name = "DAY")]
    pub(crate) to: Date,
    /// Kind of product; may be given several times [default: sentinel-2-l2a]
    #[arg(long, value_name = "SENSOR")]
    pub(crate) sensor: Vec<Sensor>,
    /// Most cloud over the whole tile, percent
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) max_cloud: Option<f64>,
    /// Catalogue to ask; may be given several times [default: all, see `swath providers`]
    #[arg(long, value_name = "ID")]
    pub(crate) provider: Vec<String>,
}

/// What may be used of this computer.
#[derive(Debug, Default, Args)]
pub(crate) struct LimitArgs {
    /// Requests at a time, over all hosts [default: 16]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) parallel: Option<u16>,
    /// Blocks computed at a time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Memory for blocks in work, MiB [default: 1024]
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(256..=1 << 20))]
    pub(crate) memory: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// Recipe file; `-` for standard input
    #[arg(value_name = "RECIPE.json")]
    pub(crate) recipe: String,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Recipe file; `-` for standard input
    #[arg(value_name = "RECIPE.json")]
    pub(crate) recipe: String,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

fn percent(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|p| (0.0..=100.0).contains(p)).ok_or_else(|| format!("expected percent, 0 to 100, found `{text}`"))
}
