//! Layers that tell about an image: numbers that mean something each for itself, so that none is mixed from its neighbours. 0 is nothing
//! everywhere in them, and transparent.

use std::collections::BTreeMap;
use std::path::Path;

use gdal::{Dataset, Metadata};

use super::{File, Sampling, readable};
use crate::RasterError;
use crate::open::open;
use crate::read::read_band;
use swath_domain::Window;

/// Longer side of the overview that ranges are taken from, pixels.
const SAMPLE: u32 = 1024;

/// A layer of a file, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// What the file calls it.
    pub name: String,
    /// The least number besides 0 in an overview of it, and the greatest; `None` when there is nothing but 0.
    pub range: Option<(u16, u16)>,
}

/// How the numbers of a layer become colours (red, green, blue).
#[derive(Debug, Clone, PartialEq)]
pub enum Paint {
    /// Along a line of colours at even distances, the first for `low` and below, the last for `high` and above.
    Ramp {
        /// Number of the first colour.
        low: f64,
        /// Number of the last colour.
        high: f64,
        /// At least one.
        stops: Vec<[u8; 3]>,
    },
    /// One colour for each number; others are transparent.
    Classes(BTreeMap<u16, [u8; 3]>),
}

/// The layers of a file, in its order. Ranges are those of a small overview: single pixels may lie beyond.
///
/// # Errors
/// As [`crate::describe`] and [`crate::read_onto`].
pub fn layers(path: &Path) -> Result<Vec<Layer>, RasterError> {
    let dataset = open(path)?;
    let source = readable(path, &dataset)?;
    let small = |(width, height): &(u32, u32)| *width.max(height) <= SAMPLE;
    let level = source.levels.iter().position(small).unwrap_or(source.levels.len() - 1);
    let (width, height) = source.levels[level];
    let one = |number: usize| {
        let failed = |e| RasterError::read(path, &e);
        let full = dataset.rasterband(number).map_err(failed)?;
        let band = if level == 0 { full } else { full.overview(level - 1).map_err(failed)? };
        let pixels = read_band(path, &band, Window { x: 0, y: 0, width, height })?;
        let there = || pixels.iter().copied().filter(|number| *number > 0);
        Ok(Layer { name: name_of(&dataset, number), range: there().min().zip(there().max()) })
    };
    (1..=source.bands).map(one).collect()
}

/// The names of the layers of a file, in its order.
///
/// # Errors
/// As [`crate::describe`].
pub fn names(path: &Path) -> Result<Vec<String>, RasterError> {
    let dataset = open(path)?;
    Ok((1..=readable(path, &dataset)?.bands).map(|number| name_of(&dataset, number)).collect())
}

/// A tile of one layer as PNG; `None` when it shows nothing there.
///
/// # Errors
/// [`RasterError::Unsupported`] when the file has no layer of this name; otherwise as [`super::png`].
pub fn painted(path: &Path, z: u8, x: u32, y: u32, layer: &str, paint: &Paint) -> Result<Option<Vec<u8>>, RasterError> {
    let dataset = open(path)?;
    let source = readable(path, &dataset)?;
    let absent = || RasterError::unsupported(path, format!("it has no layer `{layer}`; choose another one to show"));
    let number = (1..=source.bands).find(|number| name_of(&dataset, *number) == layer).ok_or_else(absent)?;
    let colours = paint.table();
    File { path, dataset: &dataset, source: &source }.draw((z, x, y), &[number], Sampling::Nearest, |_, value, pixel| {
        match colours[usize::from(value)] {
            Some(colour) => pixel.copy_from_slice(&colour),
            None => return false,
        }
        true
    })
}

fn name_of(dataset: &Dataset, number: usize) -> String {
    dataset.rasterband(number).and_then(|band| band.description()).unwrap_or_default()
}

impl Paint {
    /// The colour of every number.
    fn table(&self) -> Vec<Option<[u8; 3]>> {
        let of = |number| match (number, self) {
            (0, _) => None,
            (number, Paint::Classes(classes)) => classes.get(&number).copied(),
            (number, Paint::Ramp { low, high, stops }) => {
                let range = if high > low { high - low } else { 1.0 };
                along(stops, ((f64::from(number) - low) / range).clamp(0.0, 1.0))
            }
        };
        (0..=u16::MAX).map(of).collect()
    }
}

/// The colour at a share of the way from the first to the last one.
fn along(stops: &[[u8; 3]], share: f64) -> Option<[u8; 3]> {
    let place = share * stops.len().saturating_sub(1) as f64;
    let from = stops.get(place as usize)?;
    let to = stops.get(place as usize + 1).unwrap_or(from);
    let weight = place.fract();
    Some(std::array::from_fn(|i| (f64::from(from[i]) * (1.0 - weight) + f64::from(to[i]) * weight).round() as u8))
}
