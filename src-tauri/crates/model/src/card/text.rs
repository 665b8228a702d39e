//! From the text of a card to a [`Card`], with words for everything that may be wrong with it.

use serde::Deserialize;
use swath_domain::{Band, PixelClass};

use super::{Activation, Card, Form, Input, Kind, Layout, Normalisation, Output, Patch, Probability, check};

/// The version of cards that is known here, the value of their key `card`.
const VERSION: u32 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    card: u32,
    kind: Kind,
    name: Option<String>,
    bands: Vec<String>,
    pixel_m: f64,
    #[serde(default)]
    input: InputText,
    patch: Option<Patch>,
    output: OutputText,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct InputText {
    scale: Option<f64>,
    offset: Option<f64>,
    #[serde(default)]
    normalisation: By,
    mean: Option<Vec<f64>>,
    std: Option<Vec<f64>>,
    #[serde(default)]
    layout: Option<Layout>,
    nodata: Option<f32>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum By {
    #[default]
    None,
    Global,
    Patch,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum FormText {
    Scores,
    Labels,
    Probability,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutputText {
    form: FormText,
    tensor: Option<String>,
    activation: Option<Activation>,
    classes: Option<Vec<String>>,
    channel: Option<usize>,
    class: Option<String>,
    threshold: Option<f64>,
    average_radius: Option<usize>,
    dilate_radius: Option<usize>,
}

/// The card in a text.
///
/// # Errors
/// What is wrong and what would be right, in words.
pub(crate) fn parse(text: &str) -> Result<Card, String> {
    let text: Text =
        toml::from_str(text).map_err(|error| format!("{}; the page on model cards lists every key", error.to_string().trim_end()))?;
    if text.card != VERSION {
        return Err(format!(
            "it is a card of version {}, known here is {VERSION}: write `card = {VERSION}` and go through its keys",
            text.card
        ));
    }
    let card = Card {
        kind: text.kind,
        name: text.name,
        bands: bands(&text.bands)?,
        pixel_m: text.pixel_m,
        patch: text.patch,
        input: input(text.kind, text.input)?,
        output: output(text.kind, text.output)?,
    };
    check::check(&card)?;
    Ok(card)
}

fn bands(names: &[String]) -> Result<Vec<Band>, String> {
    names.iter().map(|name| name.parse().map_err(|error: String| format!("`bands`: {error}"))).collect()
}

fn input(kind: Kind, text: InputText) -> Result<Input, String> {
    if kind == Kind::LightGbm && (text.layout.is_some() || text.nodata.is_some()) {
        return Err("`input.layout` and `input.nodata` are for networks; a LightGBM model sees single pixels: remove them".into());
    }
    let normalisation = match (text.normalisation, text.mean, text.std) {
        (By::Global, Some(mean), Some(std)) => Normalisation::Global { mean, std },
        (By::Global, ..) => {
            return Err("`input.normalisation = \"global\"` needs `input.mean` and `input.std`, one number for each band".into());
        }
        (_, Some(_), _) | (_, _, Some(_)) => {
            return Err("`input.mean` and `input.std` are used with `input.normalisation = \"global\"` only: set it, or remove them".into());
        }
        (By::None, ..) => Normalisation::None,
        (By::Patch, ..) => Normalisation::Patch,
    };
    Ok(Input {
        scale: text.scale.unwrap_or(1.0),
        offset: text.offset.unwrap_or(0.0),
        normalisation,
        layout: text.layout.unwrap_or_default(),
        nodata: text.nodata.unwrap_or(0.0),
    })
}

fn output(kind: Kind, text: OutputText) -> Result<Output, String> {
    if kind == Kind::LightGbm && (text.tensor.is_some() || text.activation.is_some()) {
        return Err(
            "`output.tensor` and `output.activation` are for networks; a LightGBM file says itself what its numbers are: remove them"
                .into(),
        );
    }
    let of_probability = [
        ("channel", text.channel.is_some()),
        ("class", text.class.is_some()),
        ("threshold", text.threshold.is_some()),
        ("average_radius", text.average_radius.is_some()),
        ("dilate_radius", text.dilate_radius.is_some()),
    ];
    let form = match text.form {
        FormText::Probability if text.classes.is_some() => {
            return Err("`output.classes` lists the classes of scores and labels; a probability is of one: write `output.class`".into());
        }
        FormText::Probability => Form::Probability(Probability {
            channel: text.channel.unwrap_or(0),
            class: text.class.as_deref().map_or(Ok(PixelClass::Cloud), class)?,
            threshold: text
                .threshold
                .ok_or("a probability needs `output.threshold`, a number between 0 and 1 above which a pixel is of the class")?,
            average_radius: text.average_radius.unwrap_or(0),
            dilate_radius: text.dilate_radius.unwrap_or(0),
        }),
        form => {
            if let Some((key, _)) = of_probability.into_iter().find(|(_, given)| *given) {
                return Err(format!("`output.{key}` is used with `output.form = \"probability\"` only: set it, or remove the key"));
            }
            let names = text.classes.ok_or("`output.classes` is missing: the class of each channel or label, in order")?;
            let classes = names.iter().map(|name| class(name)).collect::<Result<_, _>>()?;
            if matches!(form, FormText::Scores) { Form::Scores { classes } } else { Form::Labels { classes } }
        }
    };
    Ok(Output { tensor: text.tensor, activation: text.activation.unwrap_or_default(), form })
}

fn class(name: &str) -> Result<PixelClass, String> {
    PixelClass::ALL.into_iter().find(|class| class.name() == name).ok_or_else(|| {
        let known: Vec<_> = PixelClass::ALL.into_iter().map(PixelClass::name).collect();
        format!("`{name}` is not a class of pixels; known are {}", known.join(", "))
    })
}
