//! Values that parse but make no sense.

use super::wrong;
use crate::recipe::{CompositeMethod, Dropped, Every, Index, MaskSource};
use crate::{Band, CompositeStep, MaskStep, PixelClass, Recipe, RecipeError, Step};

/// Metres that the byte of distances can hold.
const FARTHEST_M: f64 = 5100.0;

pub(super) fn values(recipe: &Recipe) -> Result<(), RecipeError> {
    for (index, step) in recipe.steps.iter().enumerate() {
        let at = |name: &str| format!("steps[{index}].{name}");
        match step {
            Step::Search(s) if s.sensors.is_empty() => return Err(wrong(at("sensors"), "expected at least one sensor")),
            Step::Search(s) if s.max_cloud.is_some_and(|c| !(0.0..=100.0).contains(&c)) => {
                return Err(wrong(at("max_cloud"), "expected percent, 0 to 100"));
            }
            Step::Mask(m) => mask(m, &at)?,
            Step::Composite(c) => {
                composite(recipe, c, &at)?;
                radar_apart(c, &at)?;
            }
            Step::Search(_) | Step::Write(_) => {}
        }
    }
    Ok(())
}

fn mask(m: &MaskStep, at: &dyn Fn(&str) -> String) -> Result<(), RecipeError> {
    for (k, dropped) in m.drop.iter().enumerate() {
        match dropped {
            Dropped::Scl(12..) => {
                return Err(wrong(at(&format!("drop[{k}]")), "expected a class of the scene classification, 0 to 11"));
            }
            Dropped::Class(PixelClass::Clear) => {
                return Err(wrong(
                    at(&format!("drop[{k}]")),
                    "without clear pixels nothing is left; expected cloud, cirrus, shadow, snow, water or saturated",
                ));
            }
            _ => {}
        }
    }
    let metres = [
        ("cloud_buffer_m", m.cloud_buffer_m),
        ("cirrus_buffer_m", m.cirrus_buffer_m.unwrap_or_default()),
        ("shadow_buffer_m", m.shadow_buffer_m),
        ("snow_buffer_m", m.snow_buffer_m),
        ("edge_m", m.edge_m),
    ];
    if let Some((name, _)) = metres.into_iter().find(|(_, metres)| !(0.0..=5000.0).contains(metres)) {
        return Err(wrong(at(name), "expected metres, 0 to 5000"));
    }
    for (name, percent) in [("cloud_probability", m.cloud_probability), ("snow_probability", m.snow_probability)] {
        if percent.is_some_and(|percent| !(1..=100).contains(&percent)) {
            return Err(wrong(at(name), "expected percent, 1 to 100"));
        }
    }
    match &m.from {
        MaskSource::Model(file) if file.path.trim().is_empty() => {
            Err(wrong(at("from.model.path"), "expected the path of an ONNX or LightGBM file"))
        }
        _ => Ok(()),
    }
}

fn composite(recipe: &Recipe, c: &CompositeStep, at: &dyn Fn(&str) -> String) -> Result<(), RecipeError> {
    if c.bands.is_empty() {
        return Err(wrong(at("bands"), "expected at least one band"));
    }
    for (k, band) in c.bands.iter().enumerate() {
        if band.is_classification() {
            return Err(wrong(at(&format!("bands[{k}]")), format!("`{band}` holds classes, of which there is no median")));
        }
        if c.bands[..k].contains(band) {
            return Err(wrong(at(&format!("bands[{k}]")), format!("`{band}` is named twice")));
        }
    }
    if c.resolution.is_some_and(|r| !(r > 0.0 && r.is_finite())) {
        return Err(wrong(at("resolution"), "expected a positive pixel size"));
    }
    for (k, metres) in c.graded_buffers_m.iter().enumerate() {
        let falls = k == 0 || c.graded_buffers_m[k - 1] > *metres;
        if !(0.0..=FARTHEST_M).contains(metres) || !falls {
            return Err(wrong(at(&format!("graded_buffers_m[{k}]")), "expected metres, 0 to 5100, each less than the one before"));
        }
    }
    if c.least_share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
        return Err(wrong(at("least_share"), "expected a share, 0 to 1"));
    }
    if c.least_share.is_some() && c.at_most.is_none() {
        return Err(wrong(at("least_share"), "says nothing without `at_most`"));
    }
    if c.at_most == Some(0) {
        return Err(wrong(at("at_most"), "expected at least 1 look"));
    }
    if c.every == Some(Every::Days(0)) {
        return Err(wrong(at("every.days"), "expected at least 1 day"));
    }
    if let Some(evening) = c.evening
        && !((0.0..=0.5).contains(&evening.most_gain) && (0.0..=0.1).contains(&evening.most_offset))
    {
        return Err(wrong(at("evening"), "expected most_gain 0 to 0.5 and most_offset 0 to 0.1"));
    }
    method(recipe, c, at)
}

fn method(recipe: &Recipe, c: &CompositeStep, at: &dyn Fn(&str) -> String) -> Result<(), RecipeError> {
    match &c.method {
        CompositeMethod::Percentile(percent) if !(0.0..=100.0).contains(percent) => {
            Err(wrong(at("method.percentile"), "expected a percentile, 0 to 100"))
        }
        CompositeMethod::MaxIndex(index) => match index.bands(&c.bands) {
            Some(_) => Ok(()),
            None => Err(wrong(at("method.max-index"), format!("needs {} among the bands", index.needs()))),
        },
        CompositeMethod::BestPixel(best) => {
            let weights = [
                ("weight_day", best.weight_day),
                ("weight_year", best.weight_year),
                ("weight_cloud", best.weight_cloud),
                ("weight_haze", best.weight_haze),
                ("weight_opacity", best.weight_opacity),
                ("weight_view", best.weight_view),
                ("weight_sensor", best.weight_sensor),
            ];
            if let Some((name, _)) = weights.iter().find(|(_, weight)| !(0.0..=100.0).contains(weight)) {
                return Err(wrong(at(&format!("method.best-pixel.{name}")), "expected a weight, 0 to 100"));
            }
            if weights.iter().all(|(_, weight)| *weight == 0.0) {
                return Err(wrong(at("method.best-pixel"), "expected at least one weight above 0"));
            }
            Ok(())
        }
        CompositeMethod::Fill(fill) if !(recipe.dates.from()..=recipe.dates.to()).contains(&fill.date) => {
            Err(wrong(at("method.fill.date"), format!("expected a day from {} to {}", recipe.dates.from(), recipe.dates.to())))
        }
        CompositeMethod::Fill(_) if c.every.is_some() => Err(wrong(at("every"), "an image of one day has no parts; leave it out")),
        _ => Ok(()),
    }
}

/// Decibels and reflectance never mix. Whether several optical sensors do is seen when the scenes are known.
fn radar_apart(c: &CompositeStep, at: &dyn Fn(&str) -> String) -> Result<(), RecipeError> {
    if c.bands.iter().any(|b| b.is_radar()) && !c.bands.iter().all(|b| b.is_radar()) {
        return Err(wrong(at("bands"), "radar and optical bands cannot be in one image"));
    }
    Ok(())
}

impl Index {
    /// The two bands of the index, by their place among `bands`; `None` when one is missing.
    pub fn bands(self, bands: &[Band]) -> Option<(usize, usize)> {
        let at = |wanted: &[Band]| wanted.iter().find_map(|band| bands.iter().position(|b| b == band));
        let nir = at(&[Band::Nir, Band::Nir08]);
        match self {
            Index::Ndvi => nir.zip(at(&[Band::Red])),
            Index::Ndwi => at(&[Band::Green]).zip(nir),
            Index::Ndmi => nir.zip(at(&[Band::Swir16])),
            Index::Nbr => nir.zip(at(&[Band::Swir22])),
            Index::Ndsi => at(&[Band::Green]).zip(at(&[Band::Swir16])),
        }
    }

    fn needs(self) -> &'static str {
        match self {
            Index::Ndvi => "nir (or nir08) and red",
            Index::Ndwi => "green and nir (or nir08)",
            Index::Ndmi => "nir (or nir08) and swir16",
            Index::Nbr => "nir (or nir08) and swir22",
            Index::Ndsi => "green and swir16",
        }
    }
}
