//! Cloud and shadow of one optical scene from its own pixels: physical rules, no learned weights.
//!
//! For scenes that come without a usable classification, such as Sentinel-2 L1C. The steps, each a file in `detect/`:
//!
//! 1. `spectrum`: what a pixel's spectrum says: haze (HOT), whiteness, indices; water and snow;
//! 2. `cloud`: possible cloud by fixed tests, the clear ground's own haze from the rest, and as cloud whatever lies clearly above it;
//!    cirrus by its own band, temperature where there is one;
//! 3. `displacement`: Sentinel-2 sees high things displaced between its near-infrared bands; what looks like cloud but is not displaced is
//!    a roof or sand;
//! 4. `temporal`: where the period's clear reference is known, what became hazier is cloud, and what did not change is none;
//! 5. `darkness`: what may be shadow: darker in NIR and SWIR than the clear land around;
//! 6. `shadow`: every cloud is moved along the sun's direction for all plausible heights, and dark pixels where it fits best are shadow.
//!
//! Everything is a pure function of the pixels. Meant for whole scenes at 20 to 120 m, since thresholds come from
//! the scene; a piece of a scene gets the thresholds of that piece.
//!
//! Sources: Zhu & Woodcock 2012 and Zhu et al. 2015 (doi 10.1016/j.rse.2011.10.028, 10.1016/j.rse.2014.12.014), Zhang et al. 2002 (HOT,
//! doi 10.1016/S0034-4257(02)00034-2), Frantz et al. 2018 (displacement, doi 10.1016/j.rse.2018.04.046), Hagolle et al. 2010 (temporal
//! tests, doi 10.1016/j.rse.2010.03.002).

mod cloud;
mod darkness;
mod displacement;
mod flood;
mod morphology;
mod project;
mod shadow;
mod spectrum;
mod statistics;
mod temporal;
#[cfg(test)]
mod tests;

use swath_domain::{Band, PixelClass, Sun};

use spectrum::Scene;

/// One optical scene on one grid, row by row, north up.
#[derive(Debug, Clone, Copy)]
pub struct Optical<'a> {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Edge of a pixel, metres.
    pub pixel_m: f64,
    /// Reflectance x 10 000 of each band, 0 no data, 65535 saturated. Blue, green, red and a near infrared (`nir` or `nir08`) are needed;
    /// `swir16`, `swir22` and `cirrus` are used where they are there, others are not looked at.
    pub bands: &'a [(Band, &'a [u16])],
    /// Brightness or surface temperature in hundredths of a degree Celsius, `i16::MIN` none.
    pub thermal: Option<&'a [i16]>,
    /// Where the sun stood; without it its direction is estimated from the shadows.
    pub sun: Option<Sun>,
    /// Zenith and azimuth of the way from the ground to the sensor, degrees (azimuth clockwise from north).
    pub view: Option<(f64, f64)>,
    /// Metres above the sea.
    pub elevation: Option<&'a [i16]>,
    /// Native near-infrared bands of Sentinel-2 over the same area.
    pub parallax: Option<Parallax<'a>>,
    /// The period's own clear image on the same grid and in the same units, 0 unknown. Blue, red and a near infrared are used.
    pub reference: Option<&'a [(Band, &'a [u16])]>,
}

/// Sentinel-2 bands that look at the ground at slightly different moments, as measured (never resampled), over just the area of the scene.
#[derive(Debug, Clone, Copy)]
pub struct Parallax<'a> {
    /// Columns at 20 m.
    pub width: usize,
    /// Rows at 20 m.
    pub height: usize,
    /// B07 at 20 m.
    pub rededge3: &'a [u16],
    /// B8A at 20 m.
    pub nir08: &'a [u16],
    /// B08 at 10 m (twice as many columns and rows) or at 20 m.
    pub nir: &'a [u16],
}

/// Why a scene cannot be looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DetectError {
    /// A band without which clouds cannot be told from ground is missing.
    #[error(
        "the scene has no {missing} band, and clouds cannot be found without blue, green, red and near infrared; add the band or choose another mask"
    )]
    TooFewBands {
        /// What is missing.
        missing: &'static str,
    },
    /// A layer does not have as many pixels as the grid.
    #[error("the layer {layer} has {pixels} pixels where the grid has {expected}; bring it onto the scene's grid first")]
    WrongShape {
        /// Which layer.
        layer: String,
        /// How many pixels it has.
        pixels: usize,
        /// How many it should have.
        expected: usize,
    },
    /// The grid has no pixels, or pixels of no size.
    #[error("the scene is {width} x {height} pixels of {pixel}; it needs at least one pixel of a size above 0 m")]
    NoGrid {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
        /// Size of a pixel as text.
        pixel: String,
    },
}

/// Classes of all pixels, [`PixelClass`] codes, row by row. Cloud and shadow are not grown: that is for whoever uses the mask.
///
/// Takes some 30 bytes of memory a pixel, and about 2 s for a Sentinel-2 tile at 60 m.
///
/// # Errors
/// [`DetectError`], when bands are missing or a layer has another shape than the grid.
pub fn detect(scene: &Optical) -> Result<Vec<u8>, DetectError> {
    let scene = Scene::new(scene)?;
    let ground = cloud::ground(&scene);
    let line = cloud::clear_line(&scene, &ground);
    let mut clouds = cloud::clouds(&scene, &ground, &line);
    if let Some(parallax) = scene.given.parallax {
        displacement::keep_displaced(&scene, &parallax, &mut clouds);
    }
    let past = temporal::Past::new(&scene, &ground, &clouds);
    if let Some(past) = &past {
        past.revise(&scene, &mut clouds);
    }
    let mut dark = darkness::darkness(&scene, &ground, &clouds);
    dark.take_back(&scene, &line, &ground, &mut clouds);
    if let Some(past) = &past {
        past.darkened(&scene, &clouds, &mut dark);
    }
    let shadows = shadow::shadows(&scene, &clouds, &dark);
    Ok(classes(&scene, &ground, &clouds, &shadows))
}

/// What says most against a pixel wins.
fn classes(scene: &Scene, ground: &[u8], clouds: &cloud::Clouds, shadows: &[bool]) -> Vec<u8> {
    let class = |i: usize| match () {
        () if !scene.seen[i] => PixelClass::NoData,
        () if clouds.opaque[i] => PixelClass::Cloud,
        () if scene.saturated(i) => PixelClass::Saturated,
        () if clouds.cirrus[i] => PixelClass::Cirrus,
        () if shadows[i] => PixelClass::Shadow,
        () => PixelClass::of(ground[i]),
    };
    (0..scene.len()).map(|i| class(i) as u8).collect()
}
