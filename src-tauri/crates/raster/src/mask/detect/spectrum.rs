//! What the spectrum of one pixel says.

use swath_domain::Band;

use super::{DetectError, Optical};

/// Reflectance of one pixel, 0 to about 1. Infrared bands that the scene does not have are 0 and their tests pass.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spectrum {
    pub(super) blue: f32,
    pub(super) green: f32,
    pub(super) red: f32,
    pub(super) nir: f32,
    pub(super) swir16: Option<f32>,
    pub(super) swir22: Option<f32>,
}

impl Spectrum {
    /// Haze optimised transformation: clear land of all kinds lies near one line of blue over red, haze above it.
    pub(super) fn hot(&self) -> f32 {
        self.blue - 0.5 * self.red
    }

    pub(super) fn visible(&self) -> f32 {
        (self.blue + self.green + self.red) / 3.0
    }

    /// 0 for white and grey; cloud is below 0.7.
    pub(super) fn whiteness(&self) -> f32 {
        let mean = self.visible();
        [self.blue, self.green, self.red].iter().map(|b| (b - mean).abs()).sum::<f32>() / mean.max(1e-4)
    }

    pub(super) fn ndvi(&self) -> f32 {
        (self.nir - self.red) / (self.nir + self.red).max(1e-4)
    }

    pub(super) fn ndsi(&self) -> f32 {
        self.swir16.map_or(0.0, |swir| (self.green - swir) / (self.green + swir).max(1e-4))
    }

    /// Open water; with a short-wave infrared, which water swallows and shaded soil does not.
    pub(super) fn is_water(&self) -> bool {
        let ndvi = self.ndvi();
        ((ndvi < 0.01 && self.nir < 0.11) || (ndvi < 0.1 && self.nir < 0.05)) && self.swir16.is_none_or(|swir| swir < self.green)
    }

    /// Snow or ice; not known without a short-wave infrared. Clouds of ice are darker there than of water, but not as dark as snow.
    pub(super) fn is_snow(&self) -> bool {
        self.ndsi() > 0.4 && self.nir > 0.11 && self.green > 0.1 && self.swir16.is_some_and(|swir| swir < 0.25)
    }

    /// The tests of possible cloud that do not measure haze.
    pub(super) fn may_be_cloud(&self) -> bool {
        // Rock and sand are brighter at 1.6 µm than in the near infrared.
        let not_rock = self.swir16.is_none_or(|swir| self.nir > 0.75 * swir);
        not_rock && self.swir22.is_none_or(|swir| swir > 0.03) && self.ndvi() < 0.8 && self.ndsi() < 0.8 && self.whiteness() < 0.7
    }
}

/// A checked scene.
pub(super) struct Scene<'a> {
    pub(super) given: &'a Optical<'a>,
    blue: &'a [u16],
    green: &'a [u16],
    pub(super) red: &'a [u16],
    pub(super) nir: &'a [u16],
    pub(super) swir16: Option<&'a [u16]>,
    swir22: Option<&'a [u16]>,
    cirrus: Option<&'a [u16]>,
    /// Where all bands that matter were measured.
    pub(super) seen: Vec<bool>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(given: &'a Optical<'a>) -> Result<Self, DetectError> {
        let size_is_right = given.pixel_m.is_finite() && given.pixel_m > 0.0;
        if given.width == 0 || given.height == 0 || !size_is_right {
            let pixel = format!("{} m", given.pixel_m);
            return Err(DetectError::NoGrid { width: given.width, height: given.height, pixel });
        }
        check_shapes(given)?;
        let bands = given.bands;
        let needed = |names: &[Band], missing| first(bands, names).ok_or(DetectError::TooFewBands { missing });
        let mut scene = Self {
            given,
            blue: needed(&[Band::Blue], "blue")?,
            green: needed(&[Band::Green], "green")?,
            red: needed(&[Band::Red], "red")?,
            nir: needed(&[Band::Nir08, Band::Nir], "near infrared (nir or nir08)")?,
            swir16: first(bands, &[Band::Swir16]),
            swir22: first(bands, &[Band::Swir22]),
            cirrus: first(bands, &[Band::Cirrus]),
            seen: Vec::new(),
        };
        let used = [Some(scene.blue), Some(scene.green), Some(scene.red), Some(scene.nir), scene.swir16, scene.swir22];
        scene.seen = (0..given.width * given.height).map(|i| used.iter().flatten().all(|band| band[i] > 0)).collect();
        Ok(scene)
    }

    pub(super) fn len(&self) -> usize {
        self.seen.len()
    }

    /// So many metres in whole pixels, at least one.
    pub(super) fn pixels(&self, metres: f64) -> usize {
        ((metres / self.given.pixel_m).round() as usize).max(1)
    }

    /// Of a pixel that is seen.
    pub(super) fn at(&self, i: usize) -> Spectrum {
        let value = |band: &[u16]| f32::from(band[i]) * 1e-4;
        Spectrum {
            blue: value(self.blue),
            green: value(self.green),
            red: value(self.red),
            nir: value(self.nir),
            swir16: self.swir16.map(value),
            swir22: self.swir22.map(value),
        }
    }

    /// Reflectance at 1375 nm; 0 without that band.
    pub(super) fn cirrus(&self, i: usize) -> f32 {
        self.cirrus.map_or(0.0, |band| f32::from(band[i]) * 1e-4)
    }

    /// Degrees Celsius.
    pub(super) fn temperature(&self, i: usize) -> Option<f32> {
        self.given.thermal.map(|t| t[i]).filter(|t| *t != i16::MIN).map(|t| f32::from(t) / 100.0)
    }

    pub(super) fn saturated(&self, i: usize) -> bool {
        [self.blue, self.green, self.red, self.nir].iter().any(|band| band[i] == u16::MAX)
    }
}

/// The first of `names` that is there.
pub(super) fn first<'a>(bands: &[(Band, &'a [u16])], names: &[Band]) -> Option<&'a [u16]> {
    names.iter().find_map(|name| bands.iter().find(|(band, _)| band == name).map(|(_, pixels)| *pixels))
}

fn check_shapes(given: &Optical) -> Result<(), DetectError> {
    let check = |layer: String, pixels: usize, expected: usize| {
        if pixels == expected { Ok(()) } else { Err(DetectError::WrongShape { layer, pixels, expected }) }
    };
    let expected = given.width * given.height;
    for (band, pixels) in given.bands {
        check(band.to_string(), pixels.len(), expected)?;
    }
    for (band, pixels) in given.reference.unwrap_or_default() {
        check(format!("{band} of the reference"), pixels.len(), expected)?;
    }
    if let Some(thermal) = given.thermal {
        check("temperature".into(), thermal.len(), expected)?;
    }
    if let Some(elevation) = given.elevation {
        check("elevation".into(), elevation.len(), expected)?;
    }
    if let Some(parallax) = given.parallax {
        let expected = parallax.width * parallax.height;
        check("B07 for the displacement".into(), parallax.rededge3.len(), expected)?;
        check("B8A for the displacement".into(), parallax.nir08.len(), expected)?;
        let fine = parallax.nir.len() == expected * 4 || parallax.nir.len() == expected;
        check("B08 for the displacement".into(), if fine { expected } else { parallax.nir.len() }, expected)?;
    }
    Ok(())
}
