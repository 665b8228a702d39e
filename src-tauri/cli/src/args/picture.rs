//! Arguments of pictures that a service computes.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;
use swath_domain::{Band, Sensor};

use super::PlaceArgs;

#[derive(Debug, Args)]
pub(crate) struct PictureArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// First day (UTC), such as 2025-06-01
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Date,
    /// Last day, included; the newest scene is taken
    #[arg(long, value_name = "DAY")]
    pub(crate) to: Date,
    /// Kind of product
    #[arg(long, value_name = "SENSOR", default_value = "sentinel-2-l2a")]
    pub(crate) sensor: Sensor,
    /// Band of a TIFF of floating-point numbers; may be given several times [default: a PNG in natural colours]
    #[arg(long, value_name = "BAND")]
    pub(crate) band: Vec<Band>,
    /// Width of a pixel in metres
    #[arg(long, value_name = "METRES", default_value_t = 10.0)]
    pub(crate) resolution: f64,
    /// Most cloud over a whole scene, percent
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) max_cloud: Option<u8>,
    /// File to write
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Only say what it would cost
    #[arg(long)]
    pub(crate) estimate: bool,
}
