//! The arguments. What stands here in comments is what `--help` says.

mod accounts;
mod area;
mod download;
mod examples;
mod filters;
mod library;
mod make;
mod mask;
mod picture;
mod search;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub(crate) use accounts::{AccountsCommand, PlacesArgs};
pub(crate) use area::{AreaCommand, AreaFormat, PlaceArgs};
pub(crate) use download::{DownloadArgs, Form, HoldingsCommand, RuleArgs, TransfersCommand, Which};
pub(crate) use library::{DemoCommand, JobsCommand, LibraryCommand, MakeArgs, RecipeCommand};
pub(crate) use make::{MaskChoice, NewArgs, by_hand};
pub(crate) use mask::MaskFileArgs;
pub(crate) use picture::PictureArgs;
pub(crate) use search::{LimitArgs, PlanArgs, RunArgs, SearchArgs};

/// Cloud-free satellite images of your area, from the scenes of open catalogues
///
/// Draw an area, choose a period, and get one image in which every pixel is the median of its clear looks. A recipe file says what to make;
/// the window, this program and a cluster run the same recipe.
#[derive(Debug, Parser)]
#[command(name = "swath", version, after_help = examples::SWATH, max_term_width = 100)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Common {
    /// Print JSON lines for programs: one object a line, named by its field `event`
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Where the library, the cache and the logs lie
    #[arg(long, global = true, env = "SWATH_DATA_DIR", hide_env_values = true, value_name = "FOLDER")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Where provider files lie (in its subfolder `providers`)
    #[arg(long, global = true, env = "SWATH_CONFIG_DIR", hide_env_values = true, value_name = "FOLDER")]
    pub(crate) config_dir: Option<PathBuf>,
    /// Leave the system's keychain alone, as if no account were set up
    #[arg(long, global = true, env = "SWATH_NO_KEYCHAIN", hide_env_values = true, value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) no_keychain: bool,
    /// Tell what happens on standard error; twice for more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Subcommand)]
#[allow(clippy::large_enum_variant, reason = "there is one of it in a program")]
pub(crate) enum Command {
    /// Find scenes of an area and a period
    #[command(after_help = examples::SEARCH)]
    Search(SearchArgs),
    /// Show what a recipe would do and cost, without doing it
    #[command(after_help = examples::PLAN)]
    Plan(PlanArgs),
    /// Run a recipe: search, mask, composite, write; prints the folder of the product
    #[command(after_help = examples::RUN)]
    Run(RunArgs),
    /// Fetch whole products, bands or windows of scenes into the library; without `--as`, list the choices with their sizes
    #[command(after_help = examples::DOWNLOAD)]
    Download(Box<DownloadArgs>),
    /// Look at the queue of downloads, and pause, resume, cancel, move or remove them
    #[command(after_help = examples::TRANSFERS)]
    Transfers {
        #[command(subcommand)]
        command: Option<TransfersCommand>,
    },
    /// Look at what the library holds of scenes; verify, unpack, find again or remove it
    #[command(after_help = examples::HOLDINGS)]
    Holdings {
        #[command(subcommand)]
        command: Option<HoldingsCommand>,
    },
    /// Look at jobs, and resume, cancel, retry or remove them
    #[command(after_help = examples::JOBS)]
    Jobs {
        #[command(subcommand)]
        command: Option<JobsCommand>,
    },
    /// Look at finished images, find their folders, or remove them
    #[command(after_help = examples::LIBRARY)]
    Library {
        #[command(subcommand)]
        command: Option<LibraryCommand>,
    },
    /// List the catalogues that are searched
    #[command(after_help = examples::PROVIDERS)]
    Providers,
    /// Show which accounts are set up; set, test or remove them
    #[command(after_help = examples::ACCOUNTS)]
    Accounts {
        #[command(subcommand)]
        command: Option<AccountsCommand>,
    },
    /// Look at files with outlines, and write areas
    #[command(after_help = examples::AREA)]
    Area {
        #[command(subcommand)]
        command: AreaCommand,
    },
    /// Have a picture of an area computed by Sentinel Hub, which counts processing units
    #[command(after_help = examples::PICTURE)]
    Picture(PictureArgs),
    /// Tell cloud and shadow from ground in one image, by Swath's detector or by a model of your own
    #[command(after_help = examples::MASK)]
    Mask(MaskFileArgs),
    /// Find places by name, without a network
    #[command(after_help = examples::PLACES)]
    Places(PlacesArgs),
    /// Write a recipe from arguments, check one, or print the schema of recipes
    #[command(after_help = examples::RECIPE)]
    Recipe {
        #[command(subcommand)]
        command: RecipeCommand,
    },
    /// Try everything without a network: a small synthetic landscape with clouds
    #[command(after_help = examples::DEMO)]
    Demo {
        #[command(subcommand)]
        command: DemoCommand,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_fit_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn every_command_teaches_with_an_example() {
        fn check(command: &clap::Command) {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("Example") && help.contains("  swath "), "{} has no example", command.get_name());
            command.get_subcommands().for_each(check);
        }
        check(&Args::command());
    }
}
