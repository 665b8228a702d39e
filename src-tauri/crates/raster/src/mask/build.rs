//! From the layers of a scene to its mask.

use std::path::{Path, PathBuf};

use geo::{Area, BoundingRect, MultiPolygon};
use swath_domain::{Band, ByHand, Crs, Grid, MaskBy, MaskStep, Monitor, PixelClass, Placement, Radiometry, Sensor, Stop, Sun};

use super::codes::{self, CLASS, DROPPED, HAND, NEAR, RIM};
use super::distance::{Near, nearest};
use super::frame::{Frame, pixel_metres};
use super::{MaskFacts, STEP_M, file, hand, looked_at, probability, qa_pixel, scl};
use crate::read::{Under, pixels_under};
use crate::{RasterError, project, rasterize, read_onto};

/// Haze does not end where the instrument's view does: the edge of what was measured, and no data, count as if they were so many times
/// farther away.
const EDGE_WEIGHT: f64 = 4.0;

/// A layer of a scene as a file that is there.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Which.
    pub band: Band,
    /// The file; the window that [`Frame::window_in`] names is whole.
    pub path: PathBuf,
    /// The grid of the file.
    pub grid: Grid,
    /// What its numbers mean.
    pub radiometry: Radiometry,
}

/// A user's model: classes of a window of reflectance x 10 000, band by band as [`Source::layers`] has them, or in words why not.
pub type Classify<'a> = dyn Fn(usize, usize, &[&[u16]]) -> Result<Vec<u8>, Stop<String>> + Sync + 'a;

/// What a mask is made of.
pub struct Source<'a> {
    /// Who makes it.
    pub by: MaskBy,
    /// Whose product the scene is.
    pub sensor: Sensor,
    /// Where the sun stood.
    pub sun: Option<Sun>,
    /// Where the mask lies.
    pub frame: &'a Frame,
    /// The layers; of [`MaskBy::Provider`] the first is the mask, of [`MaskBy::Model`] the bands in the model's order.
    pub layers: &'a [Layer],
    /// Bands of the image: what is saturated in others does not matter.
    pub bands: &'a [Band],
    /// What was drawn in this scene.
    pub drawn: &'a [&'a ByHand],
    /// Of [`MaskBy::Model`].
    pub model: Option<&'a Classify<'a>>,
    /// Distances matter up to so many metres; beyond it all is equally far.
    pub reach_m: f64,
    /// Names everything that decides about the mask, see [`MaskFacts::key`].
    pub key: &'a str,
}

/// Why a mask was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BuildError {
    /// A layer cannot be read, or the mask not written.
    Raster(Option<Band>, RasterError),
    /// The detector or the model has no answer, in its own words.
    NoAnswer(String),
}

impl From<RasterError> for BuildError {
    fn from(error: RasterError) -> Self {
        BuildError::Raster(None, error)
    }
}

/// Makes the mask of a scene and writes it to `to`, which is there whole or not at all. `outline` is the area in the system of `output`, and
/// shares are those of the mask as if nothing had been drawn.
///
/// # Errors
/// [`BuildError`]. Cancelled between two steps.
pub fn build(
    source: &Source,
    step: &MaskStep,
    output: &Grid,
    outline: &MultiPolygon<f64>,
    to: &Path,
    monitor: &dyn Monitor,
) -> Result<MaskFacts, Stop<BuildError>> {
    let part = source.frame.part();
    let (mut codes, mut evidence) = codes(source, step, &part, monitor)?;
    go_on(monitor)?;
    let metres = pixel_metres(&source.frame.grid).map_err(BuildError::from)?;
    let drawn = if source.drawn.is_empty() { None } else { drawn(&codes, source, &part)? };
    let mut distance = finish(&mut codes, source, step, metres);
    go_on(monitor)?;
    // As if nothing had been drawn: what is drawn must not reach beyond its own surroundings by making the scene more or less welcome.
    let (shares, clear_share) = shares(&codes, &part, outline, &output.crs).map_err(BuildError::from)?;
    let mut without_hand = None;
    if let Some(touched) = drawn {
        evidence.push(format!("{} polygon(s) drawn by hand", source.drawn.len()));
        codes = touched;
        without_hand = Some(std::mem::replace(&mut distance, finish(&mut codes, source, step, metres)));
    }
    go_on(monitor)?;
    codes.iter_mut().for_each(|code| *code &= CLASS);
    let facts = MaskFacts { grid: part, scene: source.frame.grid.clone(), shares, clear_share, evidence, key: source.key.to_owned() };
    let planes: Vec<&[u8]> = [&distance, &codes].into_iter().chain(&without_hand).map(Vec::as_slice).collect();
    file::write(to, &facts, &planes).map_err(BuildError::from)?;
    Ok(facts)
}

/// The codes with what was drawn, when that changes anything.
fn drawn(codes: &[u8], source: &Source, part: &Grid) -> Result<Option<Vec<u8>>, BuildError> {
    let mut touched = codes.to_vec();
    Ok(hand::draw(&mut touched, part, source.drawn)?.then_some(touched))
}

pub(super) fn go_on(monitor: &dyn Monitor) -> Result<(), Stop<BuildError>> {
    if monitor.is_cancelled() { Err(Stop::Cancelled) } else { Ok(()) }
}

/// What every pixel shows, and whether it is dropped for it.
fn codes(source: &Source, step: &MaskStep, part: &Grid, monitor: &dyn Monitor) -> Result<(Vec<u8>, Vec<String>), Stop<BuildError>> {
    match source.by {
        MaskBy::Provider => Ok(provided(source, step, part)?),
        MaskBy::Detector => looked_at::detected(source, step, part, monitor),
        MaskBy::Model => looked_at::modelled(source, step, part, monitor),
        MaskBy::Nobody => Ok((vec![codes::code(PixelClass::Clear, step); part.pixels() as usize], Vec::new())),
    }
}

/// By the layers that come with the product.
fn provided(source: &Source, step: &MaskStep, part: &Grid) -> Result<(Vec<u8>, Vec<String>), BuildError> {
    let Some((mask, others)) = source.layers.split_first() else {
        return Err(BuildError::NoAnswer("the scene carries no mask".into()));
    };
    let mut evidence = vec![format!("the product's {}", mask.band)];
    let mut codes = if mask.band == Band::QaPixel {
        let table = qa_pixel::codes(step);
        under::<u16>(mask, part)?.into_iter().map(|bits| table[usize::from(bits)]).collect()
    } else {
        let table = scl::codes(step);
        let mut classes = under::<u8>(mask, part)?;
        classes.iter_mut().for_each(|class| *class = table[usize::from(*class)]);
        classes
    };
    for layer in others {
        let numbers = || onto(layer, part);
        match (layer.band, step.cloud_probability, step.snow_probability) {
            (Band::CloudProbability, Some(least), _) => probability::cloud(&mut codes, &numbers()?, least, step),
            (Band::SnowProbability, _, Some(least)) => probability::snow(&mut codes, &numbers()?, least, step),
            (Band::QaRadsat, ..) => {
                let (wrong, saturated) = (qa_pixel::radsat(source.bands), codes::code(PixelClass::Saturated, step));
                let cloudless = |code: u8| !matches!(codes::class(code), PixelClass::NoData | PixelClass::Cloud);
                let both = codes.iter_mut().zip(numbers()?);
                both.filter(|(code, bits)| bits & wrong != 0 && cloudless(**code)).for_each(|(code, _)| *code = saturated);
            }
            (Band::QaAerosol, ..) if step.aerosol => {
                let both = codes.iter_mut().zip(numbers()?);
                both.filter(|(_, bits)| qa_pixel::much_aerosol(*bits as u8)).for_each(|(code, _)| *code |= DROPPED);
            }
            _ => continue,
        }
        evidence.push(layer.band.to_string());
    }
    Ok((codes, evidence))
}

/// The pixels of a mask's own grid.
fn under<T: crate::tiff::Pixel + gdal::raster::GdalType>(layer: &Layer, part: &Grid) -> Result<Vec<T>, BuildError> {
    let of = |error| BuildError::Raster(Some(layer.band), error);
    match pixels_under::<T>(&layer.path, part, Placement::Aligned, &|grid| Ok(grid.window_of(part.bounds()))).map_err(of)? {
        Some(Under { pixels, window, .. }) if window.pixels() as u64 == part.pixels() => Ok(pixels),
        _ => Err(of(RasterError::unsupported(&layer.path, "it does not hold the pixels that were planned; plan again"))),
    }
}

/// The numbers of a layer on the mask's grid, each as it is.
fn onto(layer: &Layer, part: &Grid) -> Result<Vec<u16>, BuildError> {
    read_onto(&layer.path, part, Placement::of(&layer.grid, part), true, None).map_err(|e| BuildError::Raster(Some(layer.band), e))
}

/// Drops what is near to something dropped, and says how far the rest lies from it.
fn finish(codes: &mut [u8], source: &Source, step: &MaskStep, metres: (f64, f64)) -> Vec<u8> {
    let width = source.frame.window.width as usize;
    grow(codes, width, step, metres);
    if step.edge_m > 0.0 {
        border(codes, source.frame, step.edge_m, metres);
    }
    let byte = |weight: f64| move |square: f64| ((square.sqrt() * weight / STEP_M + 1e-9).floor() as u64).clamp(1, 255) as u8;
    let far = |seeds: &[bool; 256], reach: f64, weight: f64| nearest(codes, width, &Near { seeds, metres, reach }, &byte(weight));
    let cloud = far(&std::array::from_fn(|code| codes::reaches_out(code as u8)), source.reach_m, 1.0);
    let nothing = far(&of_class(PixelClass::NoData), source.reach_m / EDGE_WEIGHT, EDGE_WEIGHT);
    let mut distance = match (cloud, nothing) {
        (Some(mut cloud), Some(nothing)) => {
            cloud.iter_mut().zip(&nothing).for_each(|(cloud, nothing)| *cloud = (*cloud).min(*nothing));
            cloud
        }
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => vec![255; codes.len()],
    };
    let usable: [u8; 256] = std::array::from_fn(|code| if codes::is_usable(code as u8) { 255 } else { 0 });
    distance.iter_mut().zip(&*codes).for_each(|(distance, code)| *distance &= usable[usize::from(*code)]);
    distance
}

fn of_class(class: PixelClass) -> [bool; 256] {
    std::array::from_fn(|code| codes::class(code as u8) == class)
}

/// Drops what is no further from a dropped class than the step says. Classes with the same margin grow together.
fn grow(codes: &mut [u8], width: usize, step: &MaskStep, metres: (f64, f64)) {
    let mut margins: Vec<(f64, Vec<PixelClass>, u8)> = Vec::new();
    use PixelClass::{Cirrus, Cloud, NoData, Shadow, Snow};
    for (class, mark) in [(Cloud, NEAR), (Cirrus, NEAR), (Shadow, NEAR), (Snow, RIM), (NoData, RIM)] {
        let radius = step.buffer_m(class);
        match margins.iter_mut().find(|(other, _, as_well)| (*other, *as_well) == (radius, mark)) {
            Some((_, classes, _)) => classes.push(class),
            None if radius > 0.0 => margins.push((radius, vec![class], mark)),
            None => {}
        }
    }
    for (radius, classes, mark) in margins {
        // What was marked in an earlier round is no seed: everything grows from what the mask says.
        let seeds = std::array::from_fn(|code| {
            let (code, of) = (code as u8, codes::class(code as u8));
            code & DROPPED != 0 && classes.contains(&of)
        });
        let within = (radius * (1.0 + 1e-9)).powi(2);
        let marks =
            nearest(codes, width, &Near { seeds: &seeds, metres, reach: radius }, &|square| if square <= within { mark } else { 0 });
        let Some(marks) = marks else { continue };
        codes.iter_mut().zip(&marks).filter(|(code, _)| **code & HAND == 0).for_each(|(code, mark)| *code |= mark);
    }
}

/// Drops what is no further from the ground beyond the file than `edge` metres.
fn border(codes: &mut [u8], frame: &Frame, edge: f64, metres: (f64, f64)) {
    let deep = |metres: f64| (edge * (1.0 + 1e-9) / metres) as u32;
    let (columns, rows) = (deep(metres.0), deep(metres.1));
    let (grid, window) = (&frame.grid, frame.window);
    let near = |at: u32, most: u32, deep: u32| at < deep || at + deep >= most;
    for (line, y) in codes.chunks_exact_mut(window.width as usize).zip(window.y..) {
        let whole = near(y, grid.height, rows);
        for (code, x) in line.iter_mut().zip(window.x..) {
            if (whole || near(x, grid.width, columns)) && *code & HAND == 0 {
                *code |= RIM;
            }
        }
    }
}

/// Samples along the longer side from which shares are counted.
const SAMPLES: u32 = 512;

/// Shares of the outline by class, and of its usable pixels, from pixels at regular distances.
fn shares(codes: &[u8], part: &Grid, outline: &MultiPolygon<f64>, crs: &Crs) -> Result<([f64; 8], f64), RasterError> {
    let mut shares = [0.0; 8];
    let outline = project(outline, crs, &part.crs)?;
    let every = part.width.max(part.height).div_ceil(SAMPLES).max(1);
    let mut samples = part.clone();
    samples.transform.width *= f64::from(every);
    samples.transform.height *= f64::from(every);
    (samples.width, samples.height) = (part.width.div_ceil(every), part.height.div_ceil(every));
    let inside = rasterize(&outline, &samples)?;
    let (mut counts, mut usable) = ([0u64; 8], 0u64);
    for (at, _) in inside.iter().enumerate().filter(|(_, inside)| **inside == 1) {
        let middle = |at: u32, most: u32| (at * every + every / 2).min(most - 1);
        let (x, y) = (at as u32 % samples.width, at as u32 / samples.width);
        let code = codes[middle(y, part.height) as usize * part.width as usize + middle(x, part.width) as usize];
        counts[usize::from(code & CLASS)] += 1;
        usable += u64::from(codes::is_usable(code));
    }
    let seen: u64 = counts.iter().sum();
    let (b, cell) = (part.bounds(), samples.transform.width * samples.transform.height);
    let beyond =
        outline.bounding_rect().is_some_and(|r| r.min().x < b.west || r.max().x > b.east || r.min().y < b.south || r.max().y > b.north);
    let all = if beyond { (outline.unsigned_area() / cell).max(seen as f64) } else { seen as f64 };
    if all == 0.0 {
        shares[PixelClass::NoData as usize] = 1.0;
        return Ok((shares, 0.0));
    }
    counts.iter().zip(&mut shares).for_each(|(count, share)| *share = *count as f64 / all);
    shares[PixelClass::NoData as usize] += (all - seen as f64) / all;
    Ok((shares, usable as f64 / all))
}
