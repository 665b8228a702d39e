//! A user's own cloud model: a network as ONNX, or trees that LightGBM has saved as text. Nothing is shipped; the user chooses a file.
//!
//! ```no_run
//! # use std::path::Path;
//! # use swath_model::{Model, ModelError};
//! # use swath_domain::{Never, Stop};
//! # fn main() -> Result<(), Stop<ModelError>> {
//! let model = Model::open(Path::new("clouds.onnx"))?; // reads clouds.onnx.toml, too
//! let (width, height) = (600, 400); // a window on a grid of model.pixel_m(), model.margin_px() wider than wanted
//! let pixels = vec![vec![1200_u16; width * height]; model.bands().len()];
//! let bands: Vec<&[u16]> = pixels.iter().map(Vec::as_slice).collect();
//! let classes = model.classify(width, height, &bands, &Never)?; // codes of swath_domain::PixelClass
//! # Ok(()) }
//! ```
//!
//! # Model cards
//!
//! A model file does not say which bands it wants, in which order and scale, and what its numbers mean. That stands in its **card**: a small
//! TOML file beside it whose name is the model's with `.toml` behind, `clouds.onnx.toml` for `clouds.onnx`. A network:
//!
//! ```toml
//! card = 1                                # version of cards
//! kind = "onnx"
//! name = "Tiny U-Net, Sentinel-2, 20 m"   # optional: what records call it
//! bands = ["blue", "green", "red", "nir"] # in the order of the network's channels
//! pixel_m = 20                            # metres; bands are brought to this grid
//!
//! [input]                                 # all optional
//! scale = 1.0                             # number = reflectance (0 to 1) x scale + offset
//! offset = 0.0
//! normalisation = "none"                  # or "global" or "patch"
//! # mean = [0.11, 0.11, 0.12, 0.24]       # with "global": one number a band, in units after scale and offset
//! # std = [0.04, 0.05, 0.06, 0.09]
//! layout = "nchw"                         # or "nhwc": channels last
//! nodata = 0.0                            # what stands where nothing was measured, after normalisation
//!
//! [patch]
//! size = 512                              # pixels, a multiple of what the network halves; 8 to 4096
//! overlap = 64                            # pixels that neighbours share, less than half of the size
//!
//! [output]
//! form = "scores"                         # one channel a class, the largest wins; or "labels" or "probability"
//! classes = ["clear", "cloud", "cirrus", "shadow"]
//! activation = "none"                     # optional; "softmax" or "sigmoid" when the network leaves its last step out
//! # tensor = "mask"                       # only for a network with several outputs
//! ```
//!
//! Trees of the kind of s2cloudless:
//!
//! ```toml
//! card = 1
//! kind = "lightgbm"
//! bands = ["coastal", "blue", "red", "rededge1", "nir", "nir08", "nir09", "cirrus", "swir16", "swir22"]
//! pixel_m = 60
//!
//! [output]
//! form = "probability"
//! class = "cloud"                         # optional: what a high probability means; the rest is clear
//! threshold = 0.4                         # higher ones are of the class
//! average_radius = 4                      # pixels, optional: the probability is averaged over this disk first
//! dilate_radius = 2                       # pixels, optional: and the class dilated by this one
//! # channel = 0                           # optional: which of several probabilities
//! ```
//!
//! | key | means |
//! |---|---|
//! | `bands` | Swath's names: coastal blue green red rededge1 rededge2 rededge3 nir nir08 nir09 cirrus swir16 swir22 pan |
//! | `classes`, `class` | clear water snow cirrus cloud shadow saturated nodata; a class may stand for several channels |
//! | `normalisation` | `none`; `global`: (number - mean) / std by band; `patch`: the same with mean and standard deviation of each band over the measured pixels of the patch, so that neither units nor processing level matter |
//! | `form = "labels"` | the network gives numbers of classes itself, counted from 0; overlapping patches vote |
//! | `activation` | a probability must lie between 0 and 1: a network that ends before its logistic function or softmax needs it here |
//!
//! A key that is not known is refused, as is everything that does not fit together or does not fit the file; messages say what would be right.
//!
//! # What is read, and what happens
//!
//! - **ONNX** (run by [tract](https://github.com/sonos/tract)): one 32-bit floating-point input of four axes with a batch of one, any size of
//!   patches that the card fixes, an output with a number or channels for each pixel of the patch. Refused: weights in other files, operators
//!   of one runtime, functions, loops, random numbers, sizes that depend on what is seen, and networks that would hold more than 4 GiB.
//! - **LightGBM text**, versions 2 to 4: `binary`, `cross_entropy`, `multiclass` and `multiclassova`; boosted trees and random forests, splits by
//!   number and by category, values missing as none, zero or NaN. Refused: linear trees, other objectives, a feature count that is not the
//!   card's. A binary model gives the probability of its second class; as `scores` it has two classes.
//! - Everything else is refused by its first bytes with a word on how to convert it. Pickles are never opened.
//!
//! Nothing but inference is run from a file. Files are limited to 512 MiB (cards to 64 KiB). [`Model::open`] tries one patch, so that most of
//! what can go wrong does so before a job starts.
//!
//! A pixel that lacks one of the bands is [`PixelClass::NoData`](swath_domain::PixelClass::NoData) and stays it. Patches are laid over the
//! window from its upper left corner, mirrored where the window is smaller than a patch, and fade into each other over the overlap; a patch
//! without a measured pixel is left out. The answer of a network for a pixel depends on its surroundings and, with `normalisation =
//! "patch"`, on where patches lie: a scene should be classified in one window, or in windows that overlap by [`Model::margin_px`] with only
//! the inner part used. Trees answer for each pixel by itself, the same in every window but for averaging and dilation.
//!
//! Work runs on the calling thread, asks whether it is cancelled between patches (trees: every few thousand pixels; averages: every row),
//! and holds one patch's tensors, one row of patches of channels, and five bytes a pixel.

mod card;
mod classify;
mod error;
mod file;
mod input;
mod network;
mod patches;
mod probability;
mod trees;

use std::path::{Path, PathBuf};

use swath_domain::{Band, Monitor, Stop};

pub use card::{Activation, Card, Form, Input, Kind, Layout, Normalisation, Output, Patch, Probability};
pub use error::ModelError;

use card::parse as parse_card;
use network::{Network, Unfit};
use trees::Forest;

/// A model that has been read, checked and tried. Can be shared between threads.
pub struct Model {
    path: PathBuf,
    card: Card,
    sha256: String,
    engine: Engine,
}

/// What gives the answers.
enum Engine {
    Network { network: Box<Network>, patch: Patch },
    Forest(Box<Forest>),
}

impl Model {
    /// Reads a model and the card beside it, and tries one patch. Takes from milliseconds to some seconds, by the size of the network.
    ///
    /// # Errors
    /// [`ModelError::Read`], [`ModelError::Card`] when the card is missing, wrong or does not fit, [`ModelError::File`] when the model cannot be
    /// used, [`ModelError::Answer`] when it gives no numbers for its first patch.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        let file::Files { card, card_path, model, sha256 } = file::read(path)?;
        let refused_file = |what: String| ModelError::File { path: path.into(), what };
        let refused_card = |what: String| ModelError::Card { path: card_path.clone(), what };
        let engine = match card.patch {
            Some(patch) => {
                let network = Network::load(&model, &card, patch).map_err(|unfit| match unfit {
                    Unfit::Card(what) => refused_card(what),
                    Unfit::File(what) => refused_file(what),
                })?;
                Engine::Network { network: Box::new(network), patch }
            }
            None => {
                let text = str::from_utf8(&model).map_err(|_| refused_file("it is not text in UTF-8".into()))?;
                let forest = trees::parse(text).map_err(|what| refused_file(format!("{what} (read as LightGBM's text)")))?;
                fits(&forest, &card).map_err(refused_card)?;
                Engine::Forest(Box::new(forest))
            }
        };
        let model = Self { path: path.into(), card, sha256, engine };
        model.try_once()?;
        Ok(model)
    }

    /// A card from its text, to show what is wrong with it while it is written.
    ///
    /// # Errors
    /// What is wrong and what would be right, in words.
    pub fn read_card(text: &str) -> Result<Card, String> {
        parse_card(text)
    }

    /// The bands it wants, in the order in which [`Model::classify`] takes them.
    pub fn bands(&self) -> &[Band] {
        &self.card.bands
    }

    /// Side of its pixels in metres.
    pub fn pixel_m(&self) -> f64 {
        self.card.pixel_m
    }

    /// How far beyond the wanted pixels a window should reach on each side, so that its edge does not show.
    pub fn margin_px(&self) -> u32 {
        let disks = match &self.card.output.form {
            Form::Probability(probability) => probability.average_radius + probability.dilate_radius,
            Form::Scores { .. } | Form::Labels { .. } => 0,
        };
        (disks + self.card.patch.map_or(0, |patch| patch.overlap)) as u32
    }

    /// SHA-256 of the model's bytes followed by the card's, in hexadecimal: `cat clouds.onnx clouds.onnx.toml | sha256sum`.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// What the card says.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Classes of the pixels of a window, as codes of [`PixelClass`](swath_domain::PixelClass), row by row.
    ///
    /// `bands` holds reflectance x 10 000, 0 where nothing was measured, on a grid of [`Model::pixel_m`], in the order of [`Model::bands`].
    ///
    /// # Errors
    /// [`ModelError::Pixels`] when their number does not fit, [`ModelError::Answer`] when the model gives no finite numbers, or a probability
    /// that is none. Cancelled between patches.
    pub fn classify(&self, width: usize, height: usize, bands: &[&[u16]], monitor: &dyn Monitor) -> Result<Vec<u8>, Stop<ModelError>> {
        classify::classify(self, width, height, bands, monitor)
    }

    /// Puts one patch of even land through it.
    fn try_once(&self) -> Result<(), ModelError> {
        let side = self.card.patch.map_or(4, |patch| patch.size);
        // Not all the same: a patch without contrast is what some networks were never shown.
        let land: Vec<u16> = (0..side * side).map(|at| 1000 + (at % 7 * 100) as u16).collect();
        let bands = vec![&land[..]; self.bands().len()];
        match self.classify(side, side, &bands, &swath_domain::Never) {
            Err(Stop::Failed(error)) => Err(error),
            Ok(_) | Err(Stop::Cancelled) => Ok(()),
        }
    }

    /// Where a channel of the card lies among those that come out: a network hands on only the one that is wanted.
    fn channel(&self, channel: usize) -> usize {
        if matches!(self.engine, Engine::Network { .. }) { 0 } else { channel }
    }

    fn answer(&self, what: String) -> ModelError {
        ModelError::Answer { path: self.path.clone(), what }
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("path", &self.path).field("card", &self.card).field("sha256", &self.sha256).finish_non_exhaustive()
    }
}

/// Whether trees and card agree.
fn fits(forest: &Forest, card: &Card) -> Result<(), String> {
    if forest.features != card.bands.len() {
        return Err(format!("the trees want {} features, but `bands` lists {}", forest.features, card.bands.len()));
    }
    let named: Vec<Band> = forest.names.iter().filter_map(|name| name.parse().ok()).collect();
    if named.len() == card.bands.len() && named != card.bands {
        return Err(format!("the trees call their features {}, but `bands` has another order", forest.names.join(", ")));
    }
    // Two classes are one probability: that of the second.
    let channels = forest.channels();
    match &card.output.form {
        Form::Scores { classes } if classes.len() != channels.max(2) => {
            Err(format!("the trees tell {} classes apart, but `output.classes` lists {}", channels.max(2), classes.len()))
        }
        Form::Probability(probability) if probability.channel >= channels => {
            Err(format!("the trees give {channels} probabilities, but `output.channel` is {}, counted from 0", probability.channel))
        }
        _ => Ok(()),
    }
}
