//! Arguments about accounts and places. Secrets are never arguments: other programs can read those.

use clap::{Args, Subcommand};
use swath_domain::AccountKind;

use super::examples;

#[derive(Debug, Subcommand)]
pub(crate) enum AccountsCommand {
    /// List all kinds of account, and which are set up (this is also what `swath accounts` does)
    #[command(after_help = examples::ACCOUNTS)]
    List,
    /// Set an account up, or replace it: asks for its fields, for secrets without showing them
    #[command(after_help = examples::ACCOUNTS)]
    Set {
        /// Kind of account, see `swath accounts`
        kind: AccountKind,
        /// Read the fields from standard input, a line each, in the order in which they would be asked for
        #[arg(long)]
        stdin: bool,
    },
    /// Log in with an account, and say until when that holds
    #[command(after_help = examples::ACCOUNTS)]
    Test {
        /// Kind of account
        kind: AccountKind,
        /// Ask for a one-time code first, for accounts that have a second factor
        #[arg(long)]
        code: bool,
    },
    /// Forget an account
    #[command(after_help = examples::ACCOUNTS)]
    Remove {
        /// Kind of account
        kind: AccountKind,
    },
}

#[derive(Debug, Args)]
pub(crate) struct PlacesArgs {
    /// Name, or the beginning of one, in English or Chinese
    #[arg(value_name = "TEXT", required = true)]
    pub(crate) text: Vec<String>,
    /// Most places to list
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
}
