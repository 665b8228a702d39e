//! One file per command: read, call, tell. No logic of its own.

mod accounts;
mod area;
mod demo;
mod download;
mod holdings;
mod jobs;
mod library;
mod mask;
mod picture;
mod places;
mod plan;
mod providers;
mod recipe;
mod run;
mod search;
mod transfers;

use crate::args::Command;
use crate::failure::Outcome;
use crate::session::Session;

/// Runs a command to its end.
pub(crate) async fn run(session: &Session, command: Command) -> Outcome {
    match command {
        Command::Search(args) => search::search(session, args).await,
        Command::Plan(args) => plan::plan(session, args).await,
        Command::Run(args) => run::run(session, &crate::read::recipe(&args.recipe)?, &args.limits).await,
        Command::Download(args) => download::download(session, *args).await,
        Command::Transfers { command } => transfers::transfers(session, command).await,
        Command::Holdings { command } => holdings::holdings(session, command).await,
        Command::Jobs { command } => jobs::jobs(session, command).await,
        Command::Library { command } => library::library(session, command).await,
        Command::Providers => providers::providers(session),
        Command::Accounts { command } => accounts::accounts(session, command).await,
        Command::Area { command } => area::area(session, command),
        Command::Picture(args) => picture::picture(session, args).await,
        Command::Mask(args) => mask::mask(session, &args),
        Command::Places(args) => places::places(session, &args),
        Command::Recipe { command } => recipe::recipe(session, command),
        Command::Demo { command } => demo::demo(session, command).await,
    }
}
