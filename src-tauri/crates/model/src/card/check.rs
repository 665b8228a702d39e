//! Whether what a card says can be done.

use swath_domain::{Band, PixelClass};

use super::{Activation, Card, Form, Kind, Normalisation};

/// Sides of patches, in pixels. Below, a network sees nothing; above, its memory is not bounded.
const SIDES: std::ops::RangeInclusive<usize> = 8..=4096;
/// Radii of disks, in pixels.
const MOST_RADIUS: usize = 64;
const MOST_CLASSES: usize = 64;
/// Sides of pixels, in metres.
const PIXELS: std::ops::RangeInclusive<f64> = 1.0..=1000.0;

pub(super) fn check(card: &Card) -> Result<(), String> {
    bands(&card.bands)?;
    if !PIXELS.contains(&card.pixel_m) {
        return Err(format!("`pixel_m` is {}, but is a side in metres between {} and {}", card.pixel_m, PIXELS.start(), PIXELS.end()));
    }
    input(card)?;
    patch(card)?;
    output(card)
}

fn bands(bands: &[Band]) -> Result<(), String> {
    if bands.is_empty() {
        return Err("`bands` is empty: list the bands that the model wants, in its order".into());
    }
    for (index, &band) in bands.iter().enumerate() {
        if bands[..index].contains(&band) {
            return Err(format!("`bands` names {band} twice"));
        }
        let reflects = !band.is_classification() && !matches!(band, Band::Lwir11 | Band::Vv | Band::Vh | Band::Hh | Band::Hv);
        if !reflects {
            return Err(format!("`bands` names {band}, but models get reflectance, from coastal to swir22"));
        }
    }
    Ok(())
}

fn input(card: &Card) -> Result<(), String> {
    let input = &card.input;
    if !(input.scale.is_finite() && input.scale != 0.0 && input.offset.is_finite() && input.nodata.is_finite()) {
        return Err("`input.scale`, `input.offset` and `input.nodata` must be finite, and the scale not 0".into());
    }
    match &input.normalisation {
        Normalisation::Global { mean, std } => {
            for (key, numbers) in [("mean", mean), ("std", std)] {
                if numbers.len() != card.bands.len() {
                    return Err(format!("`input.{key}` has {} numbers for {} bands: give one for each", numbers.len(), card.bands.len()));
                }
            }
            if !(mean.iter().all(|m| m.is_finite()) && std.iter().all(|s| s.is_finite() && *s > 0.0)) {
                return Err("`input.mean` must be finite and `input.std` above 0".into());
            }
        }
        Normalisation::Patch if card.kind == Kind::LightGbm => {
            return Err("`input.normalisation = \"patch\"` is for networks; a LightGBM model sees single pixels".into());
        }
        Normalisation::Patch | Normalisation::None => {}
    }
    Ok(())
}

fn patch(card: &Card) -> Result<(), String> {
    match (card.kind, card.patch) {
        (Kind::LightGbm, None) => Ok(()),
        (Kind::LightGbm, Some(_)) => Err("`[patch]` is for networks; a LightGBM model sees single pixels: remove it".into()),
        (Kind::Onnx, None) => Err("`[patch]` is missing: a network needs `size` and `overlap` in pixels, e.g. 512 and 64".into()),
        (Kind::Onnx, Some(patch)) if !SIDES.contains(&patch.size) => {
            Err(format!("`patch.size` is {}, but is a side in pixels between {} and {}", patch.size, SIDES.start(), SIDES.end()))
        }
        (Kind::Onnx, Some(patch)) if patch.overlap * 2 >= patch.size => {
            Err(format!("`patch.overlap` is {}, but must be less than half of `patch.size` ({})", patch.overlap, patch.size))
        }
        (Kind::Onnx, Some(_)) => Ok(()),
    }
}

fn output(card: &Card) -> Result<(), String> {
    match &card.output.form {
        Form::Scores { classes } | Form::Labels { classes } => {
            if !(2..=MOST_CLASSES).contains(&classes.len()) {
                return Err(format!("`output.classes` lists {}, but between 2 and {MOST_CLASSES} make a choice", classes.len()));
            }
            if classes.iter().all(|class| *class == classes[0]) {
                return Err(format!("`output.classes` lists {} only: every pixel would be that", classes[0]));
            }
            let labels = matches!(card.output.form, Form::Labels { .. });
            if labels && card.kind == Kind::LightGbm {
                return Err("a LightGBM model gives probabilities, no labels: write `output.form = \"scores\"`, or \"probability\"".into());
            }
            if labels && card.output.activation != Activation::None {
                return Err("labels are numbers of classes: remove `output.activation`, or write `output.form = \"scores\"`".into());
            }
        }
        Form::Probability(probability) => {
            if matches!(probability.class, PixelClass::Clear | PixelClass::NoData) {
                return Err(format!("`output.class` is {}, but is what a high probability means; the rest is clear", probability.class));
            }
            if !(probability.threshold > 0.0 && probability.threshold < 1.0) {
                return Err(format!("`output.threshold` is {}, but lies between 0 and 1", probability.threshold));
            }
            if probability.channel >= MOST_CLASSES {
                return Err(format!(
                    "`output.channel` is {}, but channels are counted from 0 to {}",
                    probability.channel,
                    MOST_CLASSES - 1
                ));
            }
            for (key, radius) in [("average_radius", probability.average_radius), ("dilate_radius", probability.dilate_radius)] {
                if radius > MOST_RADIUS {
                    return Err(format!("`output.{key}` is {radius} pixels, but at most {MOST_RADIUS}"));
                }
            }
        }
    }
    Ok(())
}
