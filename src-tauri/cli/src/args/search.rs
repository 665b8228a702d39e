//! Arguments that say what to look for and what to run.

use clap::Args;
use jiff::civil::Date;
use swath_domain::Sensor;

use super::{PlaceArgs, filters::FilterArgs};

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
    /// Catalogue to ask; may be given several times [default: all that need no account or have theirs, see `swath providers`]
    #[arg(long, value_name = "ID")]
    pub(crate) provider: Vec<String>,
    #[command(flatten)]
    pub(crate) filters: FilterArgs,
    /// List also older versions of scenes that were processed again
    #[arg(long)]
    pub(crate) all: bool,
    /// List also what each catalogue lacks of what the others have
    #[arg(long)]
    pub(crate) completeness: bool,
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
