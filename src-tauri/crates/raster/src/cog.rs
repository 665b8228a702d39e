//! Finished files: cloud-optimised GeoTIFF.

mod file;
mod pack;
mod squeeze;
mod statistics;

use std::fs;
use std::path::Path;

use gdal::cpl::CslStringList;
use gdal::errors::GdalError;
use gdal::{Dataset, DriverManager};
use swath_domain::{Compression, Grid, Monitor, Report, Stop};

use crate::canvas::with_ending;
use crate::memory::Borrowed;
use crate::{Canvas, RasterError, ffi};
pub use pack::Pack;
pub(crate) use pack::Packing;
pub(crate) use statistics::percentiles;
pub use statistics::{Statistics, statistics};

/// Number of steps that [`write`] reports as [`Report::Advanced`], from its beginning to its end.
pub const STEPS: u64 = 100;
/// Of those, the steps for packing what was not packed yet.
const PACKING: u64 = 80;
/// Side of the tiles inside products, pixels.
const BLOCK: u32 = 512;

/// One band of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Description of the band.
    pub name: String,
    /// Factor from stored to physical numbers.
    pub scale: Option<f64>,
    /// Added after scaling.
    pub offset: Option<f64>,
}

/// What to write.
#[derive(Debug, Clone, Copy)]
pub struct Spec<'a> {
    /// Layer of the canvas that becomes the first band, from 0.
    pub first_layer: usize,
    /// One for each band.
    pub layers: &'a [Layer],
    /// The number that means "no data".
    pub nodata: Option<f64>,
    /// Lossless compression.
    pub compression: Compression,
    /// Overviews by the mean of the valid pixels; otherwise by one pixel of each four (classes, counts, numbers of scenes).
    pub average_overviews: bool,
    /// Further keys and values for the file's metadata.
    pub metadata: &'a [(String, String)],
}

impl Spec<'_> {
    /// What of it has to be known to pack its tiles.
    pub fn pack(&self) -> Pack {
        let Spec { first_layer, nodata, compression, average_overviews, .. } = *self;
        let nodata = nodata.filter(|n| n.fract() == 0.0 && (0.0..65_536.0).contains(n)).map(|n| n as u16);
        Pack { first_layer, layers: self.layers.len(), nodata, compression, average_overviews }
    }
}

/// Makes a cloud-optimised GeoTIFF of some layers of a canvas. The same pixels and the same spec give the same bytes, whatever was packed
/// while the canvas was made ([`Canvas::pack_ahead`]).
///
/// Reports [`STEPS`] steps in all. The file appears under its name only when it is whole.
///
/// # Errors
/// [`Stop::Cancelled`] when the monitor says so; nothing is left behind then, nor after an error.
pub fn write(canvas: &Canvas, spec: &Spec, destination: &Path, monitor: &dyn Monitor, threads: usize) -> Result<(), Stop<RasterError>> {
    if spec.first_layer + spec.layers.len() > canvas.layers() {
        return Err(Stop::Failed(RasterError::unsupported(canvas.path(), "it has not as many layers as the file is to have bands")));
    }
    let mut steps = Steps::new(monitor);
    let pack = spec.pack();
    let fresh;
    let packing = match canvas.packing(&pack) {
        Some(packing) => packing,
        None => {
            fresh = Packing::new(canvas, pack, &[]).map_err(Stop::Failed)?;
            &fresh
        }
    };
    let packed = packing.finish(canvas, threads, &mut |share| steps.at(share * PACKING as f64))?;
    let part = with_ending(destination, ".part");
    let left = (STEPS - PACKING) as f64;
    let written = file::write(canvas.grid(), spec, &packed, &part, &mut |share| steps.at(PACKING as f64 + share * left));
    let written = written.and_then(|()| fs::rename(&part, destination).map_err(|e| Stop::Failed(RasterError::io(destination, &e))));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written?;
    steps.at(STEPS as f64);
    Ok(())
}

/// Pixels of one band, row by row.
#[derive(Debug, Clone, Copy)]
pub enum Pixels<'a> {
    /// 8 bit.
    U8(&'a [u8]),
    /// 16 bit.
    U16(&'a [u16]),
}

/// Makes a cloud-optimised GeoTIFF of one band that is in memory. `blocksize` is the side of its tiles, 128 pixels or more.
///
/// # Errors
/// [`RasterError::Write`], [`RasterError::DiskFull`]; [`RasterError::Unsupported`] when there are not as many pixels as the grid has.
pub fn from_pixels(
    grid: &Grid,
    pixels: Pixels,
    nodata: Option<f64>,
    blocksize: u32,
    classification: bool,
    compression: Compression,
    destination: &Path,
) -> Result<(), RasterError> {
    let count = match pixels {
        Pixels::U8(p) => p.len(),
        Pixels::U16(p) => p.len(),
    };
    if count as u64 != grid.pixels() {
        return Err(RasterError::unsupported(destination, format!("{count} pixels do not fill {} x {}", grid.width, grid.height)));
    }
    let source = match pixels {
        Pixels::U8(p) => Borrowed::new(grid, p, nodata),
        Pixels::U16(p) => Borrowed::new(grid, p, nodata),
    };
    let written = |e: GdalError| RasterError::write(destination, &e);
    let options = options(compression, blocksize, classification, 1).map_err(written)?;
    match copy(&*source.map_err(written)?, destination, &options, &mut |_| true) {
        Err(Stop::Failed(error)) => Err(error),
        // Nobody can cancel it.
        Err(Stop::Cancelled) | Ok(()) => Ok(()),
    }
}

pub(crate) fn options(compression: Compression, block: u32, nearest: bool, threads: usize) -> Result<CslStringList, GdalError> {
    let mut options = CslStringList::new();
    for (key, value) in [
        ("BLOCKSIZE", block.to_string().as_str()),
        ("PREDICTOR", "YES"),
        ("OVERVIEWS", "IGNORE_EXISTING"),
        ("OVERVIEW_RESAMPLING", if nearest { "NEAREST" } else { "AVERAGE" }),
        ("BIGTIFF", "IF_SAFER"),
        ("NUM_THREADS", threads.max(1).to_string().as_str()),
    ] {
        options.set_name_value(key, value)?;
    }
    match compression {
        Compression::Deflate => options.set_name_value("COMPRESS", "DEFLATE")?,
        Compression::Zstd => {
            options.set_name_value("COMPRESS", "ZSTD")?;
            // Level 1 packs 16-bit reflectance seven times as fast as Deflate and 4 % larger; higher levels lose the speed it is chosen for.
            options.set_name_value("LEVEL", "1")?;
        }
    }
    Ok(options)
}

/// Copies into a file beside the destination, which takes its name at the end.
pub(crate) fn copy(
    source: &Dataset,
    destination: &Path,
    options: &CslStringList,
    progress: &mut dyn FnMut(f64) -> bool,
) -> Result<(), Stop<RasterError>> {
    let part = with_ending(destination, ".part");
    let driver = DriverManager::get_driver_by_name("COG").map_err(|e| RasterError::write(destination, &e))?;
    let copied = match ffi::create_copy(&driver, source, &part, options, progress) {
        Ok(true) => fs::rename(&part, destination).map_err(|e| Stop::Failed(RasterError::io(destination, &e))),
        Ok(false) => Err(Stop::Cancelled),
        Err(error) => Err(Stop::Failed(RasterError::write(destination, &error))),
    };
    if copied.is_err() {
        // GDAL leaves the overviews it was making when it is stopped between two of them.
        for ending in ["", ".ovr.tmp", ".msk.ovr.tmp"] {
            let _ = fs::remove_file(with_ending(&part, ending));
        }
    }
    copied
}

/// Tells a monitor of [`STEPS`] steps.
pub(crate) struct Steps<'a> {
    monitor: &'a dyn Monitor,
    told: u64,
}

impl<'a> Steps<'a> {
    pub(crate) fn new(monitor: &'a dyn Monitor) -> Self {
        Self { monitor, told: 0 }
    }

    /// Tells the monitor how far it has come; whether to go on.
    pub(crate) fn at(&mut self, step: f64) -> bool {
        let step = (step as u64).min(STEPS);
        if step > self.told {
            self.monitor.report(Report::Advanced(step - self.told));
            self.told = step;
        }
        !self.monitor.is_cancelled()
    }
}

#[cfg(test)]
mod tests;
