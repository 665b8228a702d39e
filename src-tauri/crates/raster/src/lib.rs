//! Pixels: the only code that knows GDAL, and the only one that holds `unsafe`.
//!
//! Everything here is synchronous and works on files that are already on this machine; whoever calls decides on which thread. A GDAL dataset
//! is opened, used and dropped inside one function on one thread, so every function may be called from many threads at once.
//!
//! The way of a pixel from a scene to a product:
//!
//! 1. [`project`] takes the area of interest into the coordinate system of the output, and [`describe`] says what a file holds;
//! 2. [`source_window`] names the pixels of a file that a block of the output needs, so that only those are fetched, and
//!    [`mask::Frame`] those that a mask is made of, which looks further because cloud reaches out;
//! 3. [`mask::build()`] makes one mask of each scene, and [`mask::read`] tells which of its pixels can be used in a block; [`read_onto`] reads
//!    the bands onto the block's grid, copied, repeated, averaged or warped as the plan says, and [`harmonise`] brings them to reflectance
//!    times 10 000;
//! 4. [`composite::Composer`] makes one image of the looks, and [`rasterize`] says which pixels lie in the area;
//! 5. a [`Canvas`] takes finished blocks in any order and survives being killed at any moment;
//! 6. [`cog::write`] makes cloud-optimised files of its layers, [`thumbnail::write`] a small picture, [`tile::png`] pieces for the map.
//!
//! For scenes that are fetched as they are, [`intact`] tells whole images from those that were cut off, [`clip`] cuts an area out of one, and
//! [`thumbnail::of_holding`] draws a product, also inside of its zip or tar.
//!
//! Apart from that way, [`vector`] reads areas of interest from the files that people have (and writes them), where outlines take the
//! place of pixels.
//!
//! Three rules hold throughout. 0 means "no data" wherever 16-bit pixels pass between functions. A read that fails is an error and never
//! turns into no data. And GDAL never touches the network: it opens plain local files (for thumbnails also files in local zips and
//! tars) in the formats named in `open.rs` only, and of vector formats GeoPackage, from memory.

mod canvas;
mod check;
mod clip;
mod coarse;
pub mod cog;
pub mod composite;
mod error;
mod ffi;
mod ffi_cpu;
mod ffi_vector;
mod harmonise;
mod holes;
pub mod mask;
mod memory;
mod open;
mod placement;
mod project;
mod rasterize;
mod read;
mod stack;
pub mod thumbnail;
mod tiff;
pub mod tile;
pub mod vector;

#[cfg(test)]
mod testing;

pub use canvas::Canvas;
pub use check::intact;
pub use clip::{clip, clip_window};
pub use coarse::{coarse_window, pixel_m, read_coarse};
pub use error::RasterError;
pub use ffi::gdal_version;
pub use harmonise::harmonise;
pub use holes::{Holes, holes};
pub use open::{DataType, Description, describe};
pub use placement::source_window;
pub use project::project;
pub use rasterize::rasterize;
pub use read::read_onto;
pub use stack::{Stack, StackSpec, read_stack};
