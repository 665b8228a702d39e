//! Arguments about whole products and files, and the queue that brings them.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::{Date, Time};
use swath_domain::{Band, Sensor};
use swath_pipeline::Hours;

use super::{PlaceArgs, examples, filters::FilterArgs};

#[derive(Debug, Args)]
pub(crate) struct DownloadArgs {
    /// Scenes of an earlier search: lines of `swath search --json`, or ids, one a line; `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "to", "sensor", "provider"])]
    pub(crate) scenes: Option<String>,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// First day (UTC), such as 2025-06-01
    #[arg(long, value_name = "DAY", required_unless_present = "scenes")]
    pub(crate) from: Option<Date>,
    /// Last day, included
    #[arg(long, value_name = "DAY", required_unless_present = "scenes")]
    pub(crate) to: Option<Date>,
    /// Kind of product; may be given several times [default: sentinel-2-l2a]
    #[arg(long, value_name = "SENSOR")]
    pub(crate) sensor: Vec<Sensor>,
    /// Catalogue to ask; may be given several times [default: all that need no account or have theirs]
    #[arg(long, value_name = "ID")]
    pub(crate) provider: Vec<String>,
    #[command(flatten)]
    pub(crate) filters: FilterArgs,
    /// What to fetch of each scene; without it the choices are listed with their sizes, and nothing is fetched
    #[arg(long = "as", value_name = "WHAT", help_heading = "What to fetch")]
    pub(crate) form: Option<Form>,
    /// Bands, such as red,nir,scl [default: those that all scenes have]
    #[arg(long, value_name = "BANDS", value_delimiter = ',', help_heading = "What to fetch")]
    pub(crate) bands: Vec<Band>,
    /// Unpack zips and tars once they are checked
    #[arg(long, help_heading = "What to fetch")]
    pub(crate) unpack: bool,
    /// Name of the batch in the queue
    #[arg(long, value_name = "TEXT", help_heading = "What to fetch")]
    pub(crate) batch: Option<String>,
    /// Only say what would be fetched, and whether anything stands in the way
    #[arg(long, help_heading = "What to fetch")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
}

/// Ways to have a scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// The SAFE folder in a zip
    SafeZip,
    /// The SAFE folder, file by file
    SafeNodes,
    /// The SAFE folder out of the object store
    SafeS3,
    /// Landsat's files in a tar
    LandsatTar,
    /// A SAFE folder with its metadata and some bands
    PartialSafe,
    /// The files of bands as they are
    Bands,
    /// The part of bands under the area, as cloud-optimised GeoTIFFs
    Window,
}

/// How much of the network transfers may use.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct RuleArgs {
    /// Scenes fetched at a time [default: 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=16))]
    pub(crate) parallel: Option<u16>,
    /// Most bytes a second over all transfers, such as 10MB or 800kB
    #[arg(long, value_name = "BYTES", value_parser = bandwidth)]
    pub(crate) bandwidth: Option<u64>,
    /// Only between these hours of local time, such as 22:00-06:00
    #[arg(long, value_name = "HH:MM-HH:MM", value_parser = hours)]
    pub(crate) hours: Option<Hours>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TransfersCommand {
    /// List the queue (this is also what `swath transfers` does)
    #[command(after_help = examples::TRANSFERS)]
    List {
        /// Only those that failed
        #[arg(long)]
        failed: bool,
    },
    /// Let paused, cancelled, failed or waiting transfers go on here, and follow them
    #[command(after_help = examples::TRANSFERS)]
    Resume {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        rules: RuleArgs,
    },
    /// Stop transfers; they go on later from where they are
    #[command(after_help = examples::TRANSFERS)]
    Pause(Which),
    /// End transfers; what has arrived is kept for another try
    #[command(after_help = examples::TRANSFERS)]
    Cancel {
        #[command(flatten)]
        which: Which,
        /// Delete also what has arrived
        #[arg(long)]
        delete: bool,
    },
    /// Take transfers that have ended off the list; what is in the library stays
    #[command(after_help = examples::TRANSFERS)]
    Remove(Which),
    /// Let a transfer begin before another one, or last
    #[command(after_help = examples::TRANSFERS)]
    Move {
        /// Number of the transfer
        id: i64,
        /// Number of the one that it goes before [default: it goes to the end]
        #[arg(long, value_name = "ID")]
        before: Option<i64>,
    },
}

/// Which transfers.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Which {
    /// Numbers of transfers
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<i64>,
    /// All to which it can be done
    #[arg(long)]
    pub(crate) all: bool,
    /// All that failed
    #[arg(long)]
    pub(crate) failed: bool,
    /// All of a batch
    #[arg(long, value_name = "ID")]
    pub(crate) batch: Option<i64>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HoldingsCommand {
    /// List what the library holds of scenes (this is also what `swath holdings` does)
    #[command(after_help = examples::HOLDINGS)]
    List {
        /// Part of the name, tile or path
        #[arg(long)]
        text: Option<String>,
    },
    /// Print the file or folder of a holding
    #[command(after_help = examples::HOLDINGS)]
    Path {
        /// Number of the holding
        id: i64,
    },
    /// Read all files again and compare them with their digests
    #[command(after_help = examples::HOLDINGS)]
    Verify {
        /// Numbers of holdings [default: all]
        ids: Vec<i64>,
    },
    /// Unpack the zip or tar of a holding, out of the library itself
    #[command(after_help = examples::HOLDINGS)]
    Unpack {
        /// Number of the holding
        id: i64,
    },
    /// Look for missing files below a folder, and take them back
    #[command(after_help = examples::HOLDINGS)]
    Relink {
        /// Where they may be
        folder: PathBuf,
    },
    /// Remove a holding with its files
    #[command(after_help = examples::HOLDINGS)]
    Remove {
        /// Number of the holding
        id: i64,
        /// Delete the files instead of putting them into the system's bin
        #[arg(long)]
        delete: bool,
        /// Really remove it; without this the command only says what would go
        #[arg(long)]
        yes: bool,
    },
}

fn bandwidth(text: &str) -> Result<u64, String> {
    let wrong = || format!("expected bytes a second such as 10MB or 800kB, found `{text}`");
    let plain = text.trim().trim_end_matches("/s");
    let digits = plain.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(plain.len());
    let (number, unit) = plain.split_at(digits);
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        _ => return Err(wrong()),
    };
    let bytes = number.parse::<f64>().map_err(|_| wrong())? * factor;
    if (1000.0..1e15).contains(&bytes) { Ok(bytes as u64) } else { Err(wrong()) }
}

fn hours(text: &str) -> Result<Hours, String> {
    let wrong = || format!("expected two times of a day with `-` between them, such as 22:00-06:00, found `{text}`");
    let time = |text: &str| Time::strptime("%H:%M", text.trim()).map_err(|_| wrong());
    let (from, to) = text.split_once('-').ok_or_else(wrong)?;
    let (from, to) = (time(from)?, time(to)?);
    if from == to { Err(wrong()) } else { Ok(Hours { from, to }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_and_wrong_ones_told() {
        for (text, expected) in [
            ("10MB", Some(10_000_000)),
            ("10 MB/s", Some(10_000_000)),
            ("800kB", Some(800_000)),
            ("1.5g", Some(1_500_000_000)),
            ("2000000", Some(2_000_000)),
            ("10", None),
            ("fast", None),
            ("10 miles", None),
        ] {
            assert_eq!(bandwidth(text).ok(), expected, "{text}");
        }
        for (text, good) in [("22:00-06:00", true), ("1:30 - 5:00", true), ("22:00", false), ("22:00-22:00", false), ("25:00-26:00", false)]
        {
            assert_eq!(hours(text).is_ok(), good, "{text}");
        }
    }
}
