//! The program as users and scripts meet it: run, read what it prints, look at how it ends.
#![allow(clippy::unwrap_used, reason = "clippy knows test functions, but not what they share")]

mod accounts;
mod areas;
mod demo;
mod download;
mod help;
mod interrupt;
mod mask;
mod program;
mod recipe;
mod search;
