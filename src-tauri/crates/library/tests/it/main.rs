//! The library against real databases and folders.

mod cache;
mod common;
mod jobs;
mod opening;
mod products;
mod scenes;
