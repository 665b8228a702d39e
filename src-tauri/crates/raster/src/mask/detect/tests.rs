use super::*;

mod displaced;
mod real;
mod synthetic;

/// A made scene: textured meadow, on which things are painted.
struct Made {
    width: usize,
    height: usize,
    bands: Vec<(Band, Vec<u16>)>,
}

const BANDS: [Band; 6] = [Band::Blue, Band::Green, Band::Red, Band::Nir, Band::Swir16, Band::Swir22];
const MEADOW: [f32; 6] = [0.075, 0.08, 0.06, 0.30, 0.18, 0.10];
const SHADE: [f32; 6] = [0.06, 0.055, 0.04, 0.12, 0.07, 0.04];
const CLOUD: [f32; 6] = [0.45, 0.45, 0.46, 0.52, 0.42, 0.32];
const HAZE: [f32; 6] = [0.16, 0.155, 0.135, 0.34, 0.22, 0.13];
const SAND: [f32; 6] = [0.24, 0.26, 0.28, 0.34, 0.36, 0.30];
const LAKE: [f32; 6] = [0.07, 0.05, 0.03, 0.02, 0.01, 0.005];
const SNOW: [f32; 6] = [0.7, 0.72, 0.7, 0.65, 0.1, 0.08];

impl Made {
    fn new(width: usize, height: usize) -> Self {
        let mut next = crate::testing::noise(7);
        let mut pixel = |level: f32| (level * 1e4 * (0.95 + 0.1 * f32::from(next()) / 65535.0)) as u16;
        let bands = BANDS.into_iter().zip(MEADOW).map(|(band, level)| (band, (0..width * height).map(|_| pixel(level)).collect()));
        Self { width, height, bands: bands.collect() }
    }

    /// Sets a box; what lies outside of the scene is left out.
    fn paint(&mut self, x: isize, y: isize, size: (usize, usize), levels: [f32; 6]) -> &mut Self {
        for i in self.boxed(x, y, size) {
            self.bands.iter_mut().zip(levels).for_each(|((_, pixels), level)| pixels[i] = (level * 1e4) as u16);
        }
        self
    }

    fn boxed(&self, x: isize, y: isize, size: (usize, usize)) -> Vec<usize> {
        let inside = |i: &usize| {
            let (dx, dy) = ((*i % self.width) as isize - x, (*i / self.width) as isize - y);
            dx >= 0 && dy >= 0 && (dx as usize) < size.0 && (dy as usize) < size.1
        };
        (0..self.width * self.height).filter(inside).collect()
    }

    fn layers(&self) -> Vec<(Band, &[u16])> {
        self.bands.iter().map(|(band, pixels)| (*band, pixels.as_slice())).collect()
    }
}

/// A scene of which nothing but the bands is known, of no size yet.
fn bare<'a>(bands: &'a [(Band, &'a [u16])]) -> Optical<'a> {
    let (sun, view, thermal, elevation, parallax, reference) = (None, None, None, None, None, None);
    Optical { width: 0, height: 0, pixel_m: 20.0, bands, thermal, sun, view, elevation, parallax, reference }
}

/// A made scene of 20 m pixels.
fn plain<'a>(made: &Made, bands: &'a [(Band, &'a [u16])]) -> Optical<'a> {
    Optical { width: made.width, height: made.height, ..bare(bands) }
}

fn classes_of(made: &Made) -> Vec<u8> {
    detect(&plain(made, &made.layers())).unwrap()
}

/// Share of pixels of a box that have a class.
fn share(made: &Made, found: &[u8], class: PixelClass, x: isize, y: isize, size: (usize, usize)) -> f64 {
    let places = made.boxed(x, y, size);
    places.iter().filter(|i| found[**i] == class as u8).count() as f64 / places.len() as f64
}
