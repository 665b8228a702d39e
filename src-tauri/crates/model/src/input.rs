//! From reflectance to a model's numbers.

use crate::card::{Input, Layout, Normalisation};

/// What reflectance is multiplied by in pixels.
const UNIT: f64 = 10_000.0;

/// Pixels of a window, band by band, row by row: reflectance x 10 000, 0 where nothing was measured.
#[derive(Clone, Copy)]
pub(crate) struct Pixels<'a> {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) bands: &'a [&'a [u16]],
}

impl Pixels<'_> {
    /// Whether every band was measured; a model cannot do without one that it was made for.
    pub(crate) fn measured(&self, at: usize) -> bool {
        self.bands.iter().all(|band| band[at] != 0)
    }

    /// Index of the pixel at a row and column that may lie beyond the window: mirrored at its edge then, which is itself not repeated.
    pub(crate) fn mirrored(&self, x: usize, y: usize) -> usize {
        fold(y, self.height) * self.width + fold(x, self.width)
    }
}

fn fold(at: usize, length: usize) -> usize {
    if at < length || length == 1 {
        return at.min(length - 1);
    }
    let at = at % (2 * (length - 1));
    if at < length { at } else { 2 * (length - 1) - at }
}

/// One number for each value that a pixel can have, band by band.
pub(crate) struct Numbers<'a> {
    input: &'a Input,
}

impl<'a> Numbers<'a> {
    pub(crate) fn new(input: &'a Input) -> Self {
        Self { input }
    }

    /// A band's value for the model, without what depends on the patch.
    pub(crate) fn number(&self, band: usize, pixel: u16) -> f64 {
        let value = f64::from(pixel) / UNIT * self.input.scale + self.input.offset;
        match &self.input.normalisation {
            Normalisation::Global { mean, std } => (value - mean[band]) / std[band],
            Normalisation::None | Normalisation::Patch => value,
        }
    }

    /// Fills a network's input with the patch whose upper left corner is (x, y). `false`, with nothing filled, when nothing of it was measured.
    pub(crate) fn fill(&self, pixels: Pixels, x: usize, y: usize, size: usize, patch: &mut [f32]) -> bool {
        let places: Vec<usize> =
            (y..y + size).flat_map(|y| (x..x + size).map(move |x| (x, y))).map(|(x, y)| pixels.mirrored(x, y)).collect();
        let measured: Vec<bool> = places.iter().map(|&at| pixels.measured(at)).collect();
        if !measured.contains(&true) {
            return false;
        }
        let (count, channels) = (places.len(), pixels.bands.len());
        for (band, values) in pixels.bands.iter().enumerate() {
            let (shift, factor) = match self.input.normalisation {
                Normalisation::Patch => {
                    let all = places.iter().zip(&measured).filter(|(_, measured)| **measured);
                    spread(all.map(|(&at, _)| self.number(band, values[at])))
                }
                Normalisation::None | Normalisation::Global { .. } => (0.0, 1.0),
            };
            for (index, (&at, &measured)) in places.iter().zip(&measured).enumerate() {
                let place = match self.input.layout {
                    Layout::Nchw => band * count + index,
                    Layout::Nhwc => index * channels + band,
                };
                let number = (self.number(band, values[at]) - shift) / factor;
                patch[place] = if measured { number as f32 } else { self.input.nodata };
            }
        }
        true
    }
}

/// Mean and standard deviation, which is 1 where all are the same.
fn spread(numbers: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let (count, sum) = numbers.clone().fold((0.0, 0.0), |(count, sum), number| (count + 1.0, sum + number));
    let mean = sum / count;
    let variance = numbers.map(|number| (number - mean).powi(2)).sum::<f64>() / count;
    (mean, if variance > 0.0 { variance.sqrt() } else { 1.0 })
}
