//! `swath`: on the command line what the window does. The only code that knows a terminal.
//!
//! A command reads its arguments ([`args`]), opens what it needs from a [`session::Session`] (library, catalogues, engine) and says what
//! it found through [`out::Out`], the only place that prints: tables and bars for people, JSON lines for programs. It ends with nothing or
//! with a [`failure::Failure`], which carries the exit code.
//!
//! ```text
//! swath search   area + period            -> scenes of all catalogues, as one list
//! swath plan     recipe                   -> what a run would do and cost
//! swath run      recipe                   -> a job, followed to its end -> the product's folder
//! swath jobs     list show resume cancel retry remove
//! swath download scenes + what of them     -> files in the library
//! swath transfers, holdings                the queue, and what has come
//! swath library  list show path remove
//! swath providers, accounts                what is searched, and what it takes
//! swath area     info export              -> files with outlines
//! swath places   name                     -> where it lies
//! swath demo     make run recipe          -> all of it without a network
//! ```

mod areas;
mod args;
mod bars;
mod bring;
mod commands;
mod failure;
mod find;
mod follow;
mod interrupt;
mod logs;
mod out;
mod read;
mod session;
mod table;

use std::process::ExitCode;

use clap::Parser;

use args::Args;
use interrupt::Interrupt;
use session::Session;

fn main() -> ExitCode {
    let args = Args::parse();
    let interrupt = Interrupt::default();
    let session = Session::new(&args.common, interrupt.clone());
    let result = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(async {
            // Beside the work, so that it is heard while the work computes.
            interrupt::listen(interrupt);
            commands::run(&session, args.command).await
        }),
        Err(error) => Err(failure::Failure::failed("runtime", format!("threads cannot be started ({error}): close other programs"))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            session.out.failure(&failure);
            ExitCode::from(failure.exit as u8)
        }
    }
}
