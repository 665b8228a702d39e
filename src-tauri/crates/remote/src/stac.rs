//! Catalogues that speak STAC, as an API or as files, with the tolerance that real ones need.

pub(crate) mod api;
mod area;
mod asset;
pub(crate) mod folder;
pub(crate) mod footprint;
pub(crate) mod item;
mod next;
mod package;
mod place;
mod properties;
mod radiometry;

pub use radiometry::radiometry;
