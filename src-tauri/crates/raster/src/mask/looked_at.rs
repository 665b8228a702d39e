//! Masks of the bands themselves, by the detector or the user's model.

use swath_domain::{Band, Grid, MaskBy, MaskStep, Monitor, Placement, Sensor, Stop};

use super::build::{BuildError, Layer, Source, go_on};
use super::codes;
use super::detect::{Optical, Parallax, detect};
use super::frame::pixel_metres;
use crate::{RasterError, harmonise, read_onto};

type Codes = Result<(Vec<u8>, Vec<String>), Stop<BuildError>>;

/// By Swath's own detector.
pub(super) fn detected(source: &Source, step: &MaskStep, part: &Grid, monitor: &dyn Monitor) -> Codes {
    let thermal = source.layers.iter().find(|layer| layer.band == Band::Lwir11 && source.sensor == Sensor::LandsatC2L2);
    let thermal = thermal.map(|layer| celsius(layer, part)).transpose()?;
    let mut bands = Vec::new();
    for layer in source.layers.iter().filter(|layer| layer.band != Band::Lwir11) {
        go_on(monitor)?;
        bands.push((layer.band, reflectance(layer, part)?));
    }
    let native = native(source, part)?;
    let borrowed: Vec<(Band, &[u16])> = bands.iter().map(|(band, pixels)| (*band, pixels.as_slice())).collect();
    let metres = pixel_metres(part).map_err(BuildError::from)?;
    let scene = Optical {
        width: part.width as usize,
        height: part.height as usize,
        pixel_m: metres.0.max(metres.1),
        bands: &borrowed,
        thermal: thermal.as_deref(),
        sun: source.sun,
        view: None,
        elevation: None,
        parallax: native.as_ref().map(|(grid, [rededge3, nir08, nir])| Parallax {
            width: grid.width as usize,
            height: grid.height as usize,
            rededge3,
            nir08,
            nir,
        }),
        reference: None,
    };
    go_on(monitor)?;
    let mut classes = detect(&scene).map_err(|error| BuildError::NoAnswer(error.to_string()))?;
    go_on(monitor)?;
    let table = codes::of_classes(step);
    classes.iter_mut().for_each(|class| *class = table[usize::from(*class)]);
    let names: Vec<_> = source.layers.iter().map(|layer| layer.band.name()).collect();
    Ok((classes, vec![format!("Swath's detector on {}", names.join(", "))]))
}

/// Bands as measured, and their grid.
type Native = (Grid, [Vec<u16>; 3]);

/// The near-infrared bands of Sentinel-2 as they were measured, when all are there.
fn native(source: &Source, part: &Grid) -> Result<Option<Native>, BuildError> {
    if !matches!(source.sensor, Sensor::Sentinel2L1c | Sensor::Sentinel2L2a) {
        return Ok(None);
    }
    let of = |band: Band, metres: f64| {
        let layer = source.layers.iter().find(|layer| layer.band == band)?;
        (layer.grid.transform.width == metres && layer.grid.crs == part.crs).then_some(layer)
    };
    let (Some(rededge3), Some(nir08), Some(nir)) = (of(Band::RedEdge3, 20.0), of(Band::Nir08, 20.0), of(Band::Nir, 10.0)) else {
        return Ok(None);
    };
    // The same ground at 20 and at 10 m; only where the mask's own pixels allow it without moving anything.
    let Some(coarse) = split(part, 20.0) else { return Ok(None) };
    let Some(fine) = split(part, 10.0) else { return Ok(None) };
    let aligned = |layer: &Layer, grid: &Grid| Placement::of(&layer.grid, grid) == Placement::Aligned;
    if !(aligned(rededge3, &coarse) && aligned(nir08, &coarse) && aligned(nir, &fine)) {
        return Ok(None);
    }
    let bands = [reflectance(rededge3, &coarse)?, reflectance(nir08, &coarse)?, reflectance(nir, &fine)?];
    Ok(Some((coarse, bands)))
}

/// The same ground in pixels of `metres`; `None` when a pixel does not hold a whole number of them.
fn split(grid: &Grid, metres: f64) -> Option<Grid> {
    let times = grid.transform.width / metres;
    let whole = times >= 1.0 && (times - times.round()).abs() < 1e-9 && (grid.transform.height - grid.transform.width).abs() < 1e-9;
    let mut split = grid.clone();
    (split.transform.width, split.transform.height) = (metres, metres);
    (split.width, split.height) = (grid.width * times as u32, grid.height * times as u32);
    whole.then_some(split)
}

/// By the user's model.
pub(super) fn modelled(source: &Source, step: &MaskStep, part: &Grid, monitor: &dyn Monitor) -> Codes {
    let Some(model) = source.model else { return Err(Stop::Failed(BuildError::NoAnswer("there is no model".into()))) };
    let mut bands = Vec::new();
    for layer in source.layers {
        go_on(monitor)?;
        bands.push(reflectance(layer, part)?);
    }
    let borrowed: Vec<&[u16]> = bands.iter().map(Vec::as_slice).collect();
    let mut classes = model(part.width as usize, part.height as usize, &borrowed).map_err(|stop| stop.map(BuildError::NoAnswer))?;
    if classes.len() as u64 != part.pixels() {
        return Err(Stop::Failed(BuildError::NoAnswer("the model gave another number of pixels than it was given".into())));
    }
    let table = codes::of_classes(step);
    classes.iter_mut().for_each(|class| *class = table[usize::from(*class)]);
    debug_assert_eq!(source.by, MaskBy::Model);
    Ok((classes, vec!["the user's model".into()]))
}

/// A band on a grid, as reflectance x 10 000; 65 535 stays what it is, saturated.
fn reflectance(layer: &Layer, grid: &Grid) -> Result<Vec<u16>, BuildError> {
    let mut pixels = read(layer, grid)?;
    let saturated: Vec<usize> = (0..pixels.len()).filter(|at| pixels[*at] == u16::MAX).collect();
    harmonise(&mut pixels, &layer.radiometry);
    saturated.into_iter().for_each(|at| pixels[at] = u16::MAX);
    Ok(pixels)
}

/// A temperature in hundredths of a degree Celsius.
fn celsius(layer: &Layer, grid: &Grid) -> Result<Vec<i16>, BuildError> {
    let radiometry = &layer.radiometry;
    let of = |stored: u16| match radiometry.physical(f64::from(stored)).filter(|_| stored != 0) {
        Some(kelvin) => ((kelvin - 273.15) * 100.0).round().clamp(f64::from(i16::MIN + 1), f64::from(i16::MAX)) as i16,
        None => i16::MIN,
    };
    Ok(read(layer, grid)?.into_iter().map(of).collect())
}

fn read(layer: &Layer, grid: &Grid) -> Result<Vec<u16>, BuildError> {
    let read = read_onto(&layer.path, grid, Placement::of(&layer.grid, grid), false, layer.radiometry.nodata);
    read.map_err(|error: RasterError| BuildError::Raster(Some(layer.band), error))
}
