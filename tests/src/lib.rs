//! The harness of the tests that run the whole program: a provider that misbehaves, scenes with a known truth, and engines over fresh
//! folders.
//!
//! - [`provider`] serves scenes over HTTP, counts every byte, and goes wrong on request;
//! - [`made`] makes files of every kind, and the broken ones among them; [`series`] makes scenes of them;
//! - [`scenes`] makes the demo catalogue, once for each process;
//! - [`rig`] opens a library and an engine in a temporary folder and waits for states, never for time;
//! - [`expected`] computes what a composite must be by the plainest means;
//! - [`faulted`] runs one transfer under one fault and tells what came of it;
//! - [`tiff`] reads products without the program's own code;
//! - [`repo`] reads the repository itself, for the rules of its architecture.

pub mod expected;
pub mod faulted;
pub mod made;
pub mod provider;
pub mod repo;
pub mod rig;
pub mod scenes;
pub mod series;
pub mod tiff;

/// Nothing that a test waits for takes longer; what does has failed.
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);
