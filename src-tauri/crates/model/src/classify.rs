//! A window through a model: numbers in, answers blended, classes out.

use swath_domain::{Monitor, PixelClass, Stop};

use crate::card::{Form, Patch};
use crate::input::{Numbers, Pixels};
use crate::network::Network;
use crate::probability::{self, whole};
use crate::trees::Forest;
use crate::{Engine, Model, ModelError, patches};

type Outcome<T = ()> = Result<T, Stop<ModelError>>;

/// Pixels that go through trees before anybody is asked whether to go on.
const AT_ONCE: usize = 4096;
/// Room that rounding may take beyond 0 and 1.
const SLACK: f64 = 1e-3;

pub(crate) fn classify(model: &Model, width: usize, height: usize, bands: &[&[u16]], monitor: &dyn Monitor) -> Outcome<Vec<u8>> {
    let card = &model.card;
    let unfit = |what: String| ModelError::Pixels { what };
    let pixels = width.checked_mul(height).filter(|pixels| *pixels > 0).ok_or_else(|| unfit("a window has a width and a height".into()))?;
    if bands.len() != card.bands.len() || bands.iter().any(|band| band.len() != pixels) {
        let lengths: Vec<_> = bands.iter().map(|band| band.len()).collect();
        return Err(unfit(format!("{} bands of {pixels} pixels are wanted, but there are {lengths:?}", card.bands.len())).into());
    }
    let pixels = Pixels { width, height, bands };
    match &card.output.form {
        Form::Probability(how) => {
            let mut values = vec![0; width * height];
            answers(model, pixels, monitor, |places, numbers| {
                let all = numbers.get(model.channel(how.channel) * places.len()..).unwrap_or_default();
                for (&at, &number) in places.iter().zip(all) {
                    if !(-SLACK..=1.0 + SLACK).contains(&number) {
                        let what = format!(
                            "{number} came out as a probability; when that is before its last step, give the card `output.activation`"
                        );
                        return Err(model.answer(what));
                    }
                    values[at] = whole(number.clamp(0.0, 1.0));
                }
                Ok(())
            })?;
            probability::classes(width, &values, |at| pixels.measured(at), how, || cancelled(monitor))
        }
        Form::Scores { classes: of } | Form::Labels { classes: of } => {
            let mut classes = vec![PixelClass::NoData as u8; width * height];
            answers(model, pixels, monitor, |places, numbers| {
                for (index, &at) in places.iter().enumerate() {
                    // One number of a binary model is the probability of the second of two.
                    let best = match numbers.len() == places.len() {
                        true => usize::from(numbers[index] > 0.5),
                        false => highest(numbers.iter().skip(index).step_by(places.len()).copied()),
                    };
                    classes[at] = of.get(best).copied().unwrap_or(PixelClass::NoData) as u8;
                }
                Ok(())
            })?;
            Ok(classes)
        }
    }
}

/// The channel with the highest number, the first of equal ones.
fn highest(numbers: impl Iterator<Item = f64>) -> usize {
    numbers.enumerate().fold((0, f64::NEG_INFINITY), |best, (channel, number)| if number > best.1 { (channel, number) } else { best }).0
}

/// Hands out the answers for all measured pixels: their places, and their numbers, one channel after the other.
fn answers(model: &Model, pixels: Pixels, monitor: &dyn Monitor, take: impl FnMut(&[usize], &[f64]) -> Result<(), ModelError>) -> Outcome {
    match &model.engine {
        Engine::Network { network, patch } => of_network(model, network, *patch, pixels, monitor, take),
        Engine::Forest(forest) => of_forest(model, forest, pixels, monitor, take),
    }
}

fn of_network(
    model: &Model,
    network: &Network,
    patch: Patch,
    pixels: Pixels,
    monitor: &dyn Monitor,
    mut take: impl FnMut(&[usize], &[f64]) -> Result<(), ModelError>,
) -> Outcome {
    let labels = match &model.card.output.form {
        Form::Labels { classes } => Some(classes.len()),
        Form::Scores { .. } | Form::Probability(_) => None,
    };
    let numbers = Numbers::new(&model.card.input);
    let mut input = vec![0.0; network.input_len()];
    let answer = |x: usize, y: usize, channels: &mut Vec<f32>| {
        cancelled(monitor)?;
        if !numbers.fill(pixels, x, y, patch.size, &mut input) {
            return Ok(false);
        }
        let wrong = |what: String| model.answer(format!("{what} (patch at column {x}, row {y})"));
        network.run(&input, channels).map_err(wrong)?;
        if let Some(count) = labels {
            *channels = votes(channels, count).map_err(wrong)?;
        }
        Ok(true)
    };
    let (mut places, mut row) = (Vec::new(), Vec::new());
    let channels = labels.unwrap_or(network.channels());
    patches::blend((pixels.width, pixels.height), channels, patch, answer, |y, all| {
        places.clear();
        places.extend((0..pixels.width).map(|x| y * pixels.width + x).filter(|&at| pixels.measured(at)));
        row.clear();
        for channel in all.chunks_exact(pixels.width) {
            row.extend(places.iter().map(|at| f64::from(channel[at - y * pixels.width])));
        }
        Ok(take(&places, &row)?)
    })
}

/// A vote for the class of each label.
fn votes(labels: &[f32], classes: usize) -> Result<Vec<f32>, String> {
    let mut votes = vec![0.0; labels.len() * classes];
    for (at, &label) in labels.iter().enumerate() {
        if label.fract() != 0.0 || !(0.0..classes as f32).contains(&label) {
            return Err(format!("label {label} came out, but `output.classes` lists those from 0 to {}", classes - 1));
        }
        votes[label as usize * labels.len() + at] = 1.0;
    }
    Ok(votes)
}

fn of_forest(
    model: &Model,
    forest: &Forest,
    pixels: Pixels,
    monitor: &dyn Monitor,
    mut take: impl FnMut(&[usize], &[f64]) -> Result<(), ModelError>,
) -> Outcome {
    let numbers = Numbers::new(&model.card.input);
    let (mut rows, mut probabilities, mut planes) = (Vec::new(), Vec::new(), Vec::new());
    let all = pixels.width * pixels.height;
    for first in (0..all).step_by(AT_ONCE) {
        cancelled(monitor)?;
        let places: Vec<usize> = (first..(first + AT_ONCE).min(all)).filter(|&at| pixels.measured(at)).collect();
        rows.clear();
        rows.extend(
            places
                .iter()
                .flat_map(|&at| pixels.bands.iter().enumerate().map(move |(band, values)| (band, values[at])))
                .map(|(band, value)| numbers.number(band, value)),
        );
        forest.predict(&rows, &mut probabilities);
        planes.clear();
        planes.extend((0..forest.channels()).flat_map(|channel| probabilities.iter().skip(channel).step_by(forest.channels()).copied()));
        if let Some(strange) = planes.iter().find(|number| !number.is_finite()) {
            return Err(model.answer(format!("{strange} came out as a probability")).into());
        }
        take(&places, &planes)?;
    }
    Ok(())
}

fn cancelled(monitor: &dyn Monitor) -> Outcome {
    if monitor.is_cancelled() { Err(Stop::Cancelled) } else { Ok(()) }
}
