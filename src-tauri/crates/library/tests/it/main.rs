//! The library against real databases and folders.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "clippy knows test functions, but not what they share")]

mod cache;
mod common;
mod holdings;
mod jobs;
#[cfg(unix)]
mod moving;
mod opening;
mod products;
#[cfg(unix)]
mod read_only;
mod relink;
mod scenes;
mod transfers;
