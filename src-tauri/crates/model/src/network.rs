//! A network, run by tract: pure Rust, on one thread, patch by patch.

mod proto;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::DimLike as _;

use crate::card::{Activation, Card, Form, Layout, Patch};

/// Bytes that may be held while one patch goes through the network.
const MOST_MEMORY: usize = 4 << 30;

/// What is wrong, and with which of the two files.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// The card does not fit the network.
    Card(String),
    /// The network cannot be used.
    File(String),
}

/// A network that takes patches of one size and gives channels of that size.
pub(crate) struct Network {
    plan: Arc<TypedRunnableModel>,
    patch: Patch,
    bands: usize,
    layout: Layout,
    activation: Activation,
    /// Channels that are handed on, and the first of them.
    channels: usize,
    first: usize,
    all_channels: usize,
}

impl Network {
    /// Loads a network and fixes the size of its patches.
    pub(crate) fn load(bytes: &[u8], card: &Card, patch: Patch) -> Result<Self, Unfit> {
        guarded(|| load(bytes, card, patch)).unwrap_or_else(|words| Err(Unfit::File(broken(&words))))
    }

    /// Numbers in a patch.
    pub(crate) fn input_len(&self) -> usize {
        self.bands * self.patch.size * self.patch.size
    }

    /// Channels of an answer.
    pub(crate) fn channels(&self) -> usize {
        self.channels
    }

    /// The answer for a patch, channel by channel.
    pub(crate) fn run(&self, input: &[f32], answer: &mut Vec<f32>) -> Result<(), String> {
        guarded(|| self.run_unguarded(input, answer)).unwrap_or_else(|words| Err(format!("it broke off ({words})")))
    }

    fn run_unguarded(&self, input: &[f32], answer: &mut Vec<f32>) -> Result<(), String> {
        let tensor = Tensor::from_shape(&shape(self.layout, self.bands, self.patch.size), input).map_err(|error| words(&error))?;
        let output = self.plan.run(tvec!(tensor.into())).map_err(|error| words(&error))?;
        let output = output.first().ok_or("it gave nothing")?.cast_to::<f32>().map_err(|error| words(&error))?;
        let view = output.try_as_plain_ram().map_err(|error| words(&error))?;
        let numbers = view.as_slice::<f32>().map_err(|error| words(&error))?;
        let pixels = self.patch.size * self.patch.size;
        if numbers.len() != pixels * self.all_channels {
            return Err(format!("{} numbers came out instead of {}", numbers.len(), pixels * self.all_channels));
        }
        if let Some(strange) = numbers.iter().find(|number| !number.is_finite()) {
            return Err(format!(
                "{strange} came out; the reason may be `input.scale` or the normalisation in the card, or the network itself"
            ));
        }
        let place = |pixel: usize, channel: usize| match self.layout {
            Layout::Nchw => channel * pixels + pixel,
            Layout::Nhwc => pixel * self.all_channels + channel,
        };
        answer.clear();
        answer.resize(pixels * self.channels, 0.0);
        let mut all = vec![0.0; self.all_channels];
        for pixel in 0..pixels {
            all.iter_mut().enumerate().for_each(|(channel, number)| *number = numbers[place(pixel, channel)]);
            match self.activation {
                Activation::None => {}
                Activation::Sigmoid => all.iter_mut().for_each(|number| *number = 1.0 / (1.0 + (-*number).exp())),
                Activation::Softmax => softmax(&mut all),
            }
            all[self.first..self.first + self.channels]
                .iter()
                .enumerate()
                .for_each(|(channel, number)| answer[channel * pixels + pixel] = *number);
        }
        Ok(())
    }
}

fn load(bytes: &[u8], card: &Card, patch: Patch) -> Result<Network, Unfit> {
    let file = |error: TractError| Unfit::File(format!("it cannot be made ready ({})", words(&error)));
    // What the file says about sizes in between is left out: exporters write the sizes of their example there.
    let onnx = tract_onnx::onnx().with_ignore_value_info(true);
    let proto = onnx.proto_model_for_read(&mut &*bytes).map_err(|error| {
        Unfit::File(format!("it is not an ONNX file, or damaged ({}): export the network as ONNX, or fetch the file again", words(&error)))
    })?;
    let output = proto::check(&proto, &onnx, card, patch)?;
    let layout = card.input.layout;
    let model = onnx.model_for_proto_model(&proto).map_err(file)?;
    let model = model.with_outputs_by_name([output]).map_err(file)?;
    let model = model.with_input_fact(0, f32::fact(shape(layout, card.bands.len(), patch.size)).into()).map_err(file)?;
    let model = model.into_typed().map_err(|error| {
        let what = format!(
            "its sizes cannot be worked out for patches of {size} x {size} pixels ({}): try a `patch.size` that is a multiple of 32, or export \
             the network with fixed sizes",
            words(&error),
            size = patch.size
        );
        Unfit::File(what)
    })?;
    let fact = model.output_fact(0).map_err(file)?;
    let dims = fact.shape.as_concrete().map(<[usize]>::to_vec);
    let dims = dims.ok_or_else(|| Unfit::File("the size of its output depends on what it sees: export it with fixed sizes".into()))?;
    let all_channels = channels_of(&dims, card, patch)?;
    let model = model.into_optimized().map_err(file)?;
    memory(&model)?;
    let (first, channels) = match &card.output.form {
        Form::Probability(probability) => (probability.channel, 1),
        Form::Labels { .. } | Form::Scores { .. } => (0, all_channels),
    };
    let plan = model.into_runnable().map_err(file)?;
    let activation = card.output.activation;
    Ok(Network { plan, patch, bands: card.bands.len(), layout, activation, channels, first, all_channels })
}

/// How many channels an output of these dimensions has.
fn channels_of(dims: &[usize], card: &Card, patch: Patch) -> Result<usize, Unfit> {
    let side = patch.size;
    let channels = match (dims, card.input.layout) {
        (&[1, h, w], _) if (h, w) == (side, side) => 1,
        (&[1, c, h, w], Layout::Nchw) | (&[1, h, w, c], Layout::Nhwc) if (h, w) == (side, side) => c,
        _ => {
            return Err(Unfit::File(format!(
                "its output is {dims:?} for a patch of {side} x {side} pixels, but must hold a number or channels for every pixel of the patch"
            )));
        }
    };
    let (wanted, exactly) = card.output.channels();
    if channels < wanted || exactly && channels != wanted {
        let form = match card.output.form {
            Form::Scores { .. } => format!("`output.classes` lists {wanted}"),
            Form::Labels { .. } => "labels are one channel (scores would be several)".to_owned(),
            Form::Probability(_) => format!("`output.channel` is {}, counted from 0", wanted - 1),
        };
        return Err(Unfit::Card(format!("the network gives {channels} channels, but {form}")));
    }
    Ok(channels)
}

/// Adds up what is held at once while a patch goes through, node by node.
fn memory(model: &TypedModel) -> Result<(), Unfit> {
    let file = |error: TractError| Unfit::File(format!("it cannot be made ready ({})", words(&error)));
    let order = model.eval_order().map_err(file)?;
    let mut places = vec![usize::MAX; model.nodes().len()];
    order.iter().enumerate().for_each(|(at, &node)| places[node] = at);
    let mut change = vec![0_i128; order.len() + 1];
    for (at, &id) in order.iter().enumerate() {
        let node = model.node(id);
        let last = node.outputs.iter().flat_map(|output| &output.successors).map(|inlet| places[inlet.node]).max().unwrap_or(at);
        for output in &node.outputs {
            let count = output
                .fact
                .shape
                .iter()
                .map(|dim| dim.to_usize().unwrap_or(usize::MAX))
                .fold(1_i128, |all, dim| all.saturating_mul(dim as i128));
            let bytes = count.saturating_mul(output.fact.datum_type.size_of() as i128).min(1 << 60);
            change[at] += bytes;
            change[last.min(order.len() - 1) + 1] -= bytes;
        }
    }
    let peak = change
        .iter()
        .scan(0, |held, change| {
            Some({
                *held += change;
                *held
            })
        })
        .max()
        .unwrap_or(0);
    if peak > MOST_MEMORY as i128 {
        let what = format!(
            "the network would hold {} MiB at once for a patch, more than {}: make `patch.size` smaller",
            peak >> 20,
            MOST_MEMORY >> 20
        );
        return Err(Unfit::Card(what));
    }
    Ok(())
}

fn shape(layout: Layout, bands: usize, side: usize) -> [usize; 4] {
    match layout {
        Layout::Nchw => [1, bands, side, side],
        Layout::Nhwc => [1, side, side, bands],
    }
}

fn softmax(numbers: &mut [f32]) {
    let most = numbers.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    numbers.iter_mut().for_each(|number| *number = (*number - most).exp());
    let total: f32 = numbers.iter().sum();
    numbers.iter_mut().for_each(|number| *number /= total);
}

/// Damaged files make tract panic in places; to a user that is a damaged file.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        text.unwrap_or("no reason is known").chars().take(200).collect()
    })
}

fn broken(words: &str) -> String {
    format!("it is damaged, or uses what is not known here ({words}): export it again with ONNX operator set 18 or older")
}

/// An error with its causes, on one line that does not fill a screen.
fn words(error: &TractError) -> String {
    let all: Vec<_> = error.chain().map(|cause| cause.to_string().replace('\n', " ")).collect();
    let text = all.join(": ");
    if text.chars().count() <= 400 { text } else { text.chars().take(400).chain(['…']).collect() }
}
