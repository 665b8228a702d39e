//! The harness of the tests that run the whole program: a provider that misbehaves, scenes with a known truth, and engines over fresh
//! folders.
//!
//! - [`provider`] serves scenes over HTTP, counts every byte, and goes wrong on request;
//! - [`scenes`] makes the demo catalogue, once for each process;
//! - [`rig`] opens a library and an engine in a temporary folder and waits for states, never for time;
//! - [`tiff`] reads products without the program's own code;
//! - [`repo`] reads the repository itself, for the rules of its architecture.

pub mod provider;
pub mod repo;
pub mod tiff;
