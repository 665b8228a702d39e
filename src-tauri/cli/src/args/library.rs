//! Arguments about jobs, products, recipes and the demo.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{LimitArgs, NewArgs, examples};
use crate::read::parse_bbox;

#[derive(Debug, Subcommand)]
pub(crate) enum JobsCommand {
    /// List all jobs, newest first (this is also what `swath jobs` does)
    #[command(after_help = examples::JOBS)]
    List,
    /// Show one job: state, stages, bytes, error, product
    #[command(after_help = examples::JOBS)]
    Show {
        /// Number of the job
        id: i64,
    },
    /// Let a paused, interrupted or waiting job go on from where it was, and follow it
    #[command(after_help = examples::JOBS)]
    Resume(FollowArgs),
    /// End a job that nobody runs at the moment; what was fetched is kept
    #[command(after_help = examples::JOBS)]
    Cancel {
        /// Number of the job
        id: i64,
    },
    /// Run a failed or cancelled job again, and follow it
    #[command(after_help = examples::JOBS)]
    Retry(FollowArgs),
    /// Take an ended job off the list; its product stays
    #[command(after_help = examples::JOBS)]
    Remove {
        /// Number of the job
        id: i64,
    },
}

#[derive(Debug, Args)]
pub(crate) struct FollowArgs {
    /// Number of the job
    pub(crate) id: i64,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LibraryCommand {
    /// List products, newest first (this is also what `swath library` does)
    #[command(after_help = examples::LIBRARY)]
    List {
        /// Part of the name
        #[arg(long)]
        text: Option<String>,
        /// Only products that touch this box
        #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true, value_parser = parse_bbox)]
        bbox: Option<[f64; 4]>,
    },
    /// Show one product: grid, bands with statistics, files
    #[command(after_help = examples::LIBRARY)]
    Show {
        /// Number of the product
        id: i64,
    },
    /// Print the folder of a product
    #[command(after_help = examples::LIBRARY)]
    Path {
        /// Number of the product
        id: i64,
    },
    /// Move all files of the library to another folder, for instance on another disk; can be stopped and run again
    #[command(after_help = examples::LIBRARY)]
    MoveTo {
        /// The new place; a folder that is empty or not there yet
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
    /// Let another folder be the library's without moving anything: one to which it was moved by hand, or an empty one to begin anew
    #[command(after_help = examples::LIBRARY)]
    Use {
        /// The folder
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
    /// Delete a product with its files
    #[command(after_help = examples::LIBRARY)]
    Remove {
        /// Number of the product
        id: i64,
        /// Really delete it; without this the command only says what would go
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum RecipeCommand {
    /// Print a recipe made of arguments, to be run as it is (`swath run -`) or kept
    #[command(after_help = examples::NEW)]
    New(Box<NewArgs>),
    /// Say whether a recipe is right, and where it is not
    #[command(after_help = examples::RECIPE)]
    Check {
        /// Recipe file; `-` for standard input
        #[arg(value_name = "RECIPE.json")]
        recipe: String,
    },
    /// Print the JSON Schema of recipes, for editors
    #[command(after_help = examples::RECIPE)]
    Schema,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DemoCommand {
    /// Make the demo catalogue: cloud-optimised files and STAC items with a known truth
    #[command(after_help = examples::DEMO)]
    Make(MakeArgs),
    /// Run the demo recipe (making the demo catalogue first when it is missing); prints the folder of the product
    #[command(after_help = examples::DEMO)]
    Run {
        #[command(flatten)]
        limits: LimitArgs,
    },
    /// Print the demo recipe, to be run as it is or to begin a recipe with
    #[command(after_help = examples::DEMO)]
    Recipe,
}

#[derive(Debug, Args)]
pub(crate) struct MakeArgs {
    /// Side of the area in pixels of 10 m: a multiple of 6 from 120 to 10980 [default: 1020]
    #[arg(long, value_name = "PIXELS")]
    pub(crate) size: Option<u32>,
    /// Number of acquisitions, 1 to 60 [default: 8]
    #[arg(long, value_name = "N")]
    pub(crate) dates: Option<u32>,
    /// Another number, another landscape and other weather [default: 1]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Where to make it [default: the folder `demo` of the data folder, where it is searched]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
}
