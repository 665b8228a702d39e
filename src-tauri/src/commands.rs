//! One file per noun: parse, call, convert. What there is to decide is decided below, in the crates.

pub mod accounts;
pub mod app;
pub mod areas;
mod blocking;
pub mod demo;
pub mod holdings;
pub mod jobs;
pub mod library;
pub mod models;
pub mod places;
pub mod recipes;
pub mod scenes;
pub mod settings;
pub mod transfers;

use blocking::{blocking, vectors};
use tauri::State;

use crate::{state::AppState, view::IpcError};

/// What every command answers with.
type Answer<T> = Result<T, IpcError>;
/// What every command works with.
type App<'a> = State<'a, AppState>;
