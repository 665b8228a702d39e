//! Catalogues that speak STAC, as an API or as files, with the tolerance that real ones need.

pub(crate) mod api;
mod area;
mod ask;
mod asset;
pub(crate) mod folder;
pub(crate) mod footprint;
pub(crate) mod item;
mod next;
mod package;
mod page;
mod place;
mod properties;
mod radiometry;

pub use radiometry::radiometry;
