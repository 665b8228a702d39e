//! Areas from files: every format by itself, hostile ones, the way out and back, tiles; and, where they are at hand, many files as people have
//! them (`corpus.rs`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests give up where something is missing, and tell what they saw"
)]

#[path = "areas/corpus.rs"]
mod corpus;
#[path = "areas/formats.rs"]
mod formats;
#[path = "areas/hostile.rs"]
mod hostile;
#[path = "areas/shapes.rs"]
mod shapes;
#[path = "areas/tiles.rs"]
mod tiles;

use swath_domain::{AoiNote, Never, Stop};
use swath_raster::vector::{AreaFile, Choice, Points, VectorError};

/// `features:km² notes` of each layer, or the code of what is wrong.
fn outcome(file: Result<AreaFile, Stop<VectorError>>) -> String {
    let file = match file {
        Ok(file) => file,
        Err(Stop::Failed(error)) => return error.code().into(),
        Err(Stop::Cancelled) => return "cancelled".into(),
    };
    let of = |number| match file.area(number, &Choice::All, Points::default(), &Never) {
        Ok(import) => format!("{:.1}{}", import.aoi.area_m2() / 1e6, words(&import.notes)),
        Err(Stop::Failed(error)) => error.code().into(),
        Err(Stop::Cancelled) => "cancelled".into(),
    };
    let layers = file.layers().iter().enumerate().map(|(number, layer)| format!("{}:{}", layer.features, of(number)));
    layers.collect::<Vec<_>>().join("; ")
}

fn words(notes: &[AoiNote]) -> String {
    notes.iter().map(|note| format!(" {}", serde_json::to_value(note).unwrap().as_str().unwrap())).collect()
}
