//! The card of a model: what stands in `<file>.toml`.

mod check;
mod text;

use serde::{Deserialize, Serialize};
use swath_domain::{Band, PixelClass};

pub(crate) use text::parse;

/// What a model wants and what its answer means. [The crate's page](crate) describes the file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Card {
    /// Kind of the model file.
    pub kind: Kind,
    /// What a record calls the model.
    pub name: Option<String>,
    /// Bands in the order of the model's channels or features.
    pub bands: Vec<Band>,
    /// Side of a pixel in metres: bands are brought to this grid before they are handed over.
    pub pixel_m: f64,
    /// How reflectance becomes the model's numbers.
    pub input: Input,
    /// Patches of a network; a model that looks at single pixels has none.
    pub patch: Option<Patch>,
    /// What the answer means.
    pub output: Output,
}

/// Kind of a model file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A network, as ONNX.
    Onnx,
    /// Trees that LightGBM has saved as text.
    LightGbm,
}

/// From reflectance to a model's numbers: `reflectance x scale + offset`, then the normalisation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Input {
    /// Factor of reflectance (0 to 1); 10000 for a model that wants digital numbers.
    pub scale: f64,
    /// Added after the factor.
    pub offset: f64,
    /// What happens then.
    pub normalisation: Normalisation,
    /// Order of the axes of a network's tensors.
    pub layout: Layout,
    /// What a network gets where nothing was measured, after normalisation.
    pub nodata: f32,
}

/// How the numbers of a band are moved and scaled.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase", tag = "by")]
pub enum Normalisation {
    /// Not at all.
    None,
    /// `(value - mean) / std` with one pair for each band.
    Global {
        /// Means, in the order of the bands.
        mean: Vec<f64>,
        /// Standard deviations, in the order of the bands, above zero.
        std: Vec<f64>,
    },
    /// `(value - mean) / std` with mean and standard deviation of each band over the measured pixels of each patch.
    Patch,
}

/// Order of axes: batch, channels, height, width.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// Channels before rows, as PyTorch has it.
    #[default]
    Nchw,
    /// Channels last, as TensorFlow has it.
    Nhwc,
}

/// Squares in which a network sees a scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patch {
    /// Side in pixels.
    pub size: usize,
    /// Pixels that neighbours share, over which one fades into the other; less than half of the side.
    pub overlap: usize,
}

/// What a model answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Output {
    /// Which tensor of a network that gives several.
    pub tensor: Option<String>,
    /// What is still to be done to a network's numbers.
    pub activation: Activation,
    /// What they are then.
    pub form: Form,
}

/// Last step of a network that its file leaves out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// None: they are what they should be.
    #[default]
    None,
    /// Softmax over the channels.
    Softmax,
    /// The logistic function of each number.
    Sigmoid,
}

/// Meaning of an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase", tag = "form")]
pub enum Form {
    /// One number a class; the largest wins, the first of equal ones.
    Scores {
        /// Class of each channel.
        classes: Vec<PixelClass>,
    },
    /// The number of a class.
    Labels {
        /// Class of each number, from 0.
        classes: Vec<PixelClass>,
    },
    /// The probability of one class.
    Probability(Probability),
}

/// A probability and what is made of it, in the way of s2cloudless: average over a disk, compare, dilate by a disk.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Probability {
    /// Channel (or class of a LightGBM model with several) that holds it.
    pub channel: usize,
    /// Class where it is higher than the threshold; the rest is clear.
    pub class: PixelClass,
    /// Between 0 and 1.
    pub threshold: f64,
    /// Radius in pixels of the disk over whose measured pixels the probability is averaged; 0 leaves it.
    pub average_radius: usize,
    /// Radius in pixels of the disk by which the class is dilated; 0 leaves it.
    pub dilate_radius: usize,
}

impl Output {
    /// How many channels must come out at least, and whether it must be exactly as many.
    pub(crate) fn channels(&self) -> (usize, bool) {
        match &self.form {
            Form::Scores { classes } => (classes.len(), true),
            Form::Labels { .. } => (1, true),
            Form::Probability(probability) => (probability.channel + 1, false),
        }
    }
}
